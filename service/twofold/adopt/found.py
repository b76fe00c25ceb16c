"""What is found in a database that is to be adopted: its schema, its views, its types, and what rows hold."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tortoise.exceptions import OperationalError

from twofold.database import Database, Dialect
from twofold.schema import Column, Table
from twofold.schema.inspect import inspect
from twofold.sql import adopted, catalogue_postgres, catalogue_sqlite

__all__ = ["Facts", "Found", "find", "places_of"]

MAX_COLUMNS = 100
"""Of which one statement tells: SQLite has at most 2,000 values in a row."""
SCALE = re.compile(r"\(\s*\d+\s*,\s*(\d+)\s*\)")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the values of a column are on SQLite, where its type promises nothing; no checks fail where none are there.

    `classes` are the storage classes, and `passed` the names of those `adopted.CHECKS` that all values pass.
    """

    classes: frozenset[str] = frozenset()
    least: int | None = None
    greatest: int | None = None
    longest: int = 0
    passed: frozenset[str] = frozenset(adopted.CHECKS)
    fits_places: bool = True
    greatest_amount: float = 0
    is_unique: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """A database as it is. Views are tables without a key."""

    dialect: Dialect
    tables: Mapping[str, Table]
    views: Mapping[str, Table]
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The labels of PostgreSQL's enums, by type."""
    bases: Mapping[str, str] = field(default_factory=dict)
    """What PostgreSQL's domains are made from."""
    facts: Mapping[tuple[str, str], Facts] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    """What is there and not adopted, in sentences."""


async def find(database: Database) -> Found:
    """Returns what is in the database, in PostgreSQL's current schema; it changes nothing."""
    tables = (await inspect(database)).tables
    if database.dialect == "postgres":
        return await _on_postgres(database, tables)
    return await _on_sqlite(database, tables)


def places_of(type_: str) -> int:
    """Returns how many decimal places a type says: `numeric(10,2)` two."""
    said = SCALE.search(type_)
    return int(said[1]) if said else 0


async def _on_postgres(database: Database, tables: Mapping[str, Table]) -> Found:
    columns: dict[str, list[Column]] = {}
    said: dict[str, str | None] = {}
    for row in await database.fetch(catalogue_postgres.VIEW_COLUMNS):
        column = Column(name=row["name"], type=row["type"], nullable=True, comment=row["comment"])
        columns.setdefault(row["table"], []).append(column)
        said[row["table"]] = row["said"]
    others = await database.fetch(catalogue_postgres.OTHER_SCHEMAS)
    facts = {
        (name, each.name): Facts(is_unique=(await database.fetch(adopted.is_unique(name, each.name)))[0][0])
        for name, its in columns.items() for each in its if each.name.lower().endswith("id")
    }  # fmt: skip
    return Found(
        dialect="postgres",
        tables=tables,
        views={name: _view(name, each, said[name]) for name, each in columns.items()},
        labels={row["type"]: row["labels"] for row in await database.fetch(catalogue_postgres.LABELS)},
        bases={row["type"]: row["base"] for row in await database.fetch(catalogue_postgres.DOMAINS)},
        facts=facts,
        left_out=[
            f"The schema `{row['name']}`, with {row['tables']} tables, is not the current one." for row in others
        ],
    )


async def _on_sqlite(database: Database, tables: Mapping[str, Table]) -> Found:
    views: dict[str, Table] = {}
    left_out = [f"`{row[0]}` is a virtual table." for row in await database.fetch(catalogue_sqlite.VIRTUAL_TABLES)]
    facts: dict[tuple[str, str], Facts] = {}
    for table in tables.values():
        facts |= await _facts(database, table)
    for (name,) in await database.fetch(catalogue_sqlite.VIEWS):
        try:
            rows = await database.fetch(catalogue_sqlite.VIEW_COLUMNS, [name])
            view = _view(name, [Column(name=row["name"], type=row["type"], nullable=True) for row in rows])
            facts |= await _facts(database, view)
        except (sqlite3.Error, OperationalError) as error:
            left_out.append(f"The view `{name}` cannot be read: {error}.")
        else:
            views[name] = view
    return Found(dialect="sqlite", tables=tables, views=views, facts=facts, left_out=left_out)


def _view(name: str, columns: Iterable[Column], comment: str | None = None) -> Table:
    return Table(name=name, columns=tuple(columns), primary_key=(), comment=comment)


async def _facts(database: Database, table: Table) -> dict[tuple[str, str], Facts]:
    columns = [(each.name, places_of(each.type)) for each in table.columns]
    said: list[Any] = []
    for start in range(0, len(columns), MAX_COLUMNS):
        (row,) = await database.fetch(adopted.facts(table.name, columns[start : start + MAX_COLUMNS]))
        said += tuple(row)
    values = iter(said)
    return {
        (table.name, name): _facts_of([next(values) for _ in range(7 + len(adopted.CHECKS))]) for name, _ in columns
    }


def _facts_of(values: Sequence[Any]) -> Facts:
    classes, least, greatest, longest, *checks, fits, amount, is_unique = values
    return Facts(
        classes=frozenset((classes or "").split(",")) - {"null", ""},
        least=least,
        greatest=greatest,
        longest=longest or 0,
        passed=frozenset(name for name, passed in zip(adopted.CHECKS, checks, strict=True) if passed in (1, None)),
        fits_places=fits in (1, None),
        greatest_amount=amount if isinstance(amount, int | float) else 0,
        is_unique=bool(is_unique),
    )
