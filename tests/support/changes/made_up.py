"""Changes that nobody thought of: two versions of the things, made up from a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from random import Random
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from support.changes.case import ROWS, Case, rows
from support.changes.models import Version, shop, thing
from support.changes.relations import to_kind
from support.changes.trial import Trial
from twofold.schema import Table
from twofold.schema.models import SqlIndex

__all__ = ["MadeUpTrial", "made_up"]


class Digit(StrEnum):
    one = "1"
    two = "2"
    three = "3"


POOL: list[Callable[[], fields.Field[Any]]] = [
    lambda: fields.IntField(null=True),
    lambda: fields.IntField(default=3),
    lambda: fields.BigIntField(db_index=True, null=True),
    lambda: fields.CharField(max_length=9, null=True),
    lambda: fields.CharField(max_length=30, default="9"),
    lambda: fields.TextField(null=True),
    lambda: fields.IntField(db_default=4),
    lambda: fields.SmallIntField(null=True, description="It's few."),
    lambda: fields.CharEnumField(Digit, default=Digit.one),
]
TEXTS = (fields.CharField, fields.TextField)
NAMES = "abcd"


def made_up(number: int) -> Case:
    """Returns a case whose rows hold digits, which every column of the pool takes."""
    random = Random(number)  # noqa: S311  # the same changes in every run
    (before, columns, searched), (after, _, searched_then) = _version(random), _version(random)
    values = {name: _values(name, field) for name, field in columns.items()}
    data = rows(**{f"{name}_id" if name == "kind" else name: each for name, each in values.items()})
    return Case(name=f"made up {number}", before=before, after=after, rows=data, up=ROWS, down=ROWS,
                searched=(searched, searched_then))  # fmt: skip


def _version(random: Random) -> tuple[Version, Mapping[str, Any], Mapping[str, Any]]:
    columns: dict[str, Any] = {name: random.choice(POOL)() for name in NAMES if random.random() < 0.8}
    plain = [*columns, "name"]
    meta: dict[str, Any] = {"indexes": [], "constraints": []}
    if random.random() < 0.4:
        columns["kind"] = to_kind(random.choice([fields.SET_NULL, fields.CASCADE]), db_index=random.random() < 0.5)
    if random.random() < 0.5:
        meta["indexes"].append(tuple(random.sample([*columns, "name"], 2)) if columns else ("name",))
    if random.random() < 0.5:
        meta["indexes"].append(
            SqlIndex("ix_sql", f"{random.choice(plain)} DESC", where=random.choice([None, "id > 0"]))
        )
    if random.random() < 0.5:
        check = f"{random.choice(plain)} IS NULL OR name <> 'zz'"
        meta["constraints"].append(CheckConstraint(check=check, name="ck_some"))
    if random.random() < 0.5:
        meta["constraints"].append(UniqueConstraint(fields=("id", "name"), name="uq_some", condition="id > 0"))
    if random.random() < 0.5:
        meta["unique_together"] = [("name", random.choice(plain[:1] if plain[:1] != ["name"] else ["id"]))]
    searched = {"things": ("name",)} if random.random() < 0.3 else {}
    return shop(thing(meta=meta, **columns)), columns, searched


def _values(name: str, field: Any) -> list[Any]:
    if name == "kind":
        return [1, None, 3]
    values: list[Any] = [str(each) if isinstance(field, TEXTS) else each for each in (1, 2, 3)]
    return [values[0], None, values[2]] if field.null else values


class MadeUpTrial(Trial):
    """Compares the columns that every version has."""

    def known(self, table: Table) -> set[str]:
        """Returns those."""
        return {*ROWS[table.name]}
