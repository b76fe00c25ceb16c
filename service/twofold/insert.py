"""Writing new rows: what the model fills in by itself is filled in here, and no model instance is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from twofold.cache.depends import tags_of_row
from twofold.cache.written import known_rows
from twofold.database import Database
from twofold.sql import DIALECTS, NEW_KEY, inserts
from twofold.tables import Column, Table

__all__ = ["NEW_KEY", "complete_row", "default_of", "insert"]


def complete_row(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns all columns of a new row: the values given, and the defaults of the others.

    A primary key that the database makes is left out.
    """
    return {
        name: values[name] if name in values else default_of(column)
        for name, column in table.columns.items()
        if name in values or not column.made_by_database
    }


def default_of(column: Column) -> Any:
    """Returns the value that a column has when nobody gives one."""
    if column.generated:
        return datetime.now(UTC)
    return column.default() if callable(column.default) else column.default


async def insert(database: Database, rows: Sequence[tuple[Table, dict[str, Any]]]) -> Any:
    """Writes complete rows, and returns the primary key of the first one.

    NEW_KEY in a later row stands for that key as text. Where a database cannot write to many tables at once, this is to
    be called within a transaction.
    """
    key: Any = None
    for number, (text, parameters) in enumerate(inserts(rows, DIALECTS[database.dialect])):
        with known_rows(_tags_of(rows)):
            found = await database.fetch(text, [str(key) if each is NEW_KEY else each for each in parameters])
        if number == 0:
            key = found[0][0]
    return key


def _tags_of(rows: Sequence[tuple[Table, Mapping[str, Any]]]) -> dict[str, frozenset[int]]:
    tags: dict[str, frozenset[int]] = {}
    for table, row in rows:
        tags[table.name] = tags.get(table.name, frozenset()) | tags_of_row(table, row, new=True)
    return tags
