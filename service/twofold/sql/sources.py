"""What a statement reads: all rows of a table, or only those in which a column has one of some values.

What a statement finds in `FROM t WHERE c = v AND …` is decided by the rows in which `c` is `v`, whatever else it asks
of them: whether it counts, sorts or searches. A row that has another value there, before a change and after it, is none
of them. So the narrowest such test is kept of each place where a table is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from twofold.condition import And, Compare, Condition, Or, Slot, Word
from twofold.kinds import KindName
from twofold.tables import Column, Join, Table

__all__ = ["Pick", "Picks", "Source", "keyed", "narrower", "picks_of", "picks_over", "source_of"]

MAX_PICKS = 8
RANGE = 10_000
"""How broad it is to pick the rows of a kind."""
KINDS: tuple[KindName, ...] = ("id", "integer", "text", "enum")
"""Of which, in tables that we have made, values are equal on every database if they are in Python, and no others."""


@dataclass(frozen=True, slots=True)
class Pick:
    """The rows in which a column, by its database name, has a value; with `many`, one of a list of values."""

    column: str
    kind: KindName
    slot: Slot | Word
    many: bool = False


Picks: TypeAlias = tuple[Pick, ...]
"""The rows of all of them together; none at all is no row."""


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of a table that a statement reads; all rows where nothing is picked (None)."""

    table: str
    picks: Picks | None = None
    referred: bool = False
    """Whether it reads only rows that other rows of it refer to, which the database makes sure are there."""


@lru_cache(maxsize=1024)
def keyed(table: Table) -> Mapping[str, Column]:
    """Returns the columns, by database name, whose values tell rows apart: keys, unique columns and enums.

    The columns of `unique_together` and plain texts are none of them: each is one more thing to be told of every write.
    """
    near = {each.near for each in table.joins.values() if not each.many}
    return {
        column.db_name: column
        for column in table.columns.values()
        if _is_exact(table, column)
        and (column is table.pk or column.unique or column in near or column.kind.name == "enum")
    }


def _is_exact(table: Table, column: Column) -> bool:
    """Whether a column holds what was written, and equals just that.

    Another value comes with the change of others where the database works it out; and tables that others have made may
    take texts for equal that are not: by a collation, or as they are padded.
    """
    if column.kind.name not in KINDS or (column.made_by_database and column is not table.pk):
        return False
    return column.kind.name != "text" or (table.managed and column.stored_as is None)


def picks_of(table: Table, condition: Condition) -> Picks | None:
    """Returns which rows of a table can meet a condition at all; None where that may be any."""
    match condition:
        case Compare(column, "eq", Slot() | Word() as slot) if keyed(table).get(column.db_name) is column:
            return (Pick(column.db_name, column.kind.name, slot),)
        case Compare(column, "in", Slot() as slot) if keyed(table).get(column.db_name) is column:
            return (Pick(column.db_name, column.kind.name, slot, many=True),)
        case And(items):
            found = [picks for picks in (picks_of(table, item) for item in items) if picks is not None]
            return min(found, key=lambda picks: _breadth(table, picks), default=None)
        case Or(items):
            parts = [picks_of(table, item) for item in items]
            together = tuple(dict.fromkeys(pick for picks in parts if picks is not None for pick in picks))
            return None if None in parts or len(together) > MAX_PICKS else together
        case _:
            return None


def picks_over(join: Join, above: Picks | None) -> Picks | None:
    """Returns which rows of a join's target there can be behind rows that are picked."""
    if join.link is not None or above is None or keyed(join.target).get(join.far.db_name) is not join.far:
        return None
    if not all(pick.column == join.near.db_name for pick in above):
        return None
    return tuple(Pick(join.far.db_name, join.far.kind.name, pick.slot, pick.many) for pick in above)


def source_of(table: Table, picks: Picks | None, join: Join | None) -> Source:
    """Returns what is read of a table where these rows are picked, and reached by a join if there is one.

    By a foreign key that is enforced, a new row is reached by no row that was there, and one that goes away takes those
    along that refer to it, or changes them: so only changes count, and they are fewer than the rows of a kind.
    """
    referred = join is not None and not join.many and join.link is None and join.enforced
    if referred and (picks is None or _breadth(table, picks) >= RANGE):
        return Source(table.name, None, referred=True)
    return Source(table.name, picks)


def narrower(table: Table, one: Picks | None, other: Picks | None) -> Picks | None:
    """Returns the narrower of two."""
    found = [picks for picks in (one, other) if picks is not None]
    return min(found, key=lambda picks: _breadth(table, picks), default=None)


def _breadth(table: Table, picks: Picks) -> int:
    """How many rows are picked, roughly: one, those of a list, those that belong to something, those of a kind."""
    return sum(_weight(table, keyed(table)[pick.column]) * (10 if pick.many else 1) for pick in picks)


def _weight(table: Table, column: Column) -> int:
    if column is table.pk or column.unique:
        return 1
    return RANGE if column.kind.name == "enum" else 100
