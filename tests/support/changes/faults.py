"""What a generator might do wrong, to show that the cases would see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from support.changes.files import BOTH, CHANGE, Plans
from twofold.database import Dialect
from twofold.migrate.steps import Rebuild, Step

__all__ = ["FAULTS", "Fault"]

Steps = Sequence[Step]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Spoils the steps of a case, those up or those down."""

    name: str
    seen: str
    """What is said of it."""
    case: str
    spoil: Callable[[Steps], Steps]
    dialects: Sequence[Dialect] = BOTH
    way: int = 0
    """0: up, 1: down."""

    def plant(self, plans: dict[str, Plans], dialect: Dialect) -> None:
        """Puts the spoilt steps in the place of the right ones."""
        up, down = plans[CHANGE]
        steps = plans[CHANGE][self.way]
        spoilt: Mapping[Dialect, Steps] = {**steps, dialect: self.spoil(steps[dialect])}
        assert spoilt != steps, "nothing was spoilt"
        plans[CHANGE] = (up, spoilt) if self.way else (spoilt, down)


def rebuilt(**other: Any) -> Callable[[Steps], Steps]:
    """Every rebuild is done with something else."""
    return lambda steps: [replace(each, **other) if isinstance(each, Rebuild) else each for each in steps]


def and_then(*more: str) -> Callable[[Steps], Steps]:
    return lambda steps: [*steps, *more]


def said(old: str, new: str) -> Callable[[Steps], Steps]:
    """The SQL of every step has other words; a step without any left is left out."""

    def other(step: Any) -> Any:
        if isinstance(step, str):
            return step.replace(old, new)
        parts = {name: other(value) for name, value in vars(step).items() if name in ("sql", "create")}
        values = {name: value.replace(old, new) for name, value in getattr(step, "values", {}).items()}
        return replace(step, **parts, **({"values": values} if values else {}))

    return lambda steps: [other(each) for each in steps]


def without(word: str) -> Callable[[Steps], Steps]:
    """The steps that name something are left out."""
    return lambda steps: [each for each in steps if word not in repr(each)]


FAULTS = [
    Fault(name="a rebuild forgets an index", seen="the index made by hand is lost", case="len_change",
          spoil=rebuilt(without=("handmade_index",)), dialects=["sqlite"]),
    Fault(name="a rebuild forgets a trigger", seen="the trigger made by hand is lost", case="len_change",
          spoil=rebuilt(without=("handmade_trigger",)), dialects=["sqlite"]),
    Fault(name="a rebuild does not copy a column", seen="the rows of things", case="len_change",
          spoil=rebuilt(values={"x": "''"}), dialects=["sqlite"]),
    Fault(name="a sequence is forgotten", seen="the schema", case="len_change", spoil=said(" AUTOINCREMENT", ""),
          dialects=["sqlite"]),
    Fault(name="a sequence goes back", seen="went back", case="pk_int_to_bigint", dialects=["postgres"],
          spoil=and_then("SELECT setval(pg_get_serial_sequence('things', 'id'), 4)")),
    Fault(name="another filler", seen="the rows of things", case="add_notnull_nodefault",
          spoil=said("not known", "unheard of")),
    Fault(name="a default is left behind", seen="the schema", case="add_notnull_pydefault", dialects=["postgres"],
          spoil=and_then("ALTER TABLE things ALTER COLUMN x SET DEFAULT 7")),
    Fault(name="a check is left out", seen="the schema", case="add_check", spoil=without("ck_things_x")),
    Fault(name="a check stays", seen="the schema", case="drop_check", spoil=without("ck_things_range"), way=1),
    Fault(name="a condition is left out", seen="the schema", case="add_unique_where",
          spoil=said(" WHERE x < 10", "")),
    Fault(name="an index is left out on the way back", seen="the schema", case="drop_index_meta",
          spoil=without("ix_things_name_x"), way=1),
    Fault(name="the children are lost", seen="the rows of parts", case="type_change",
          spoil=and_then("DELETE FROM parts WHERE id = 3"), way=1),
    Fault(name="triggers see the change", seen="saw the migration", case="add_bool_default",
          spoil=and_then("UPDATE things SET name = name")),
    Fault(name="the words are not searched", seen="the search finds", case="change_search", dialects=["sqlite"],
          spoil=and_then("DELETE FROM things_search")),
    Fault(name="a renamed column is emptied", seen="the rows of things", case="rename_col",
          spoil=and_then("UPDATE things SET y = NULL")),
    Fault(name="a constraint is not validated", seen="convalidated", case="fk_ondelete", spoil=without("VALIDATE"),
          dialects=["postgres"]),
]  # fmt: skip
