"""A case on a database: up, down and up again, with rows in the tables and what no model knows beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from support.changes.case import Case, Data
from support.changes.files import CHANGE, FRESH, INIT, planned, write
from support.changes.handmade import check_handmade, make_by_hand, without_handmade
from support.changes.models import APP
from support.migrations import rows
from twofold.database import Database
from twofold.fields import sqlite_datetime
from twofold.migrate import downgrade, upgrade
from twofold.schema import Schema, Table
from twofold.schema.inspect import inspect
from twofold.schema.names import identifier
from twofold.schema.values import literal
from twofold.sql.search import VECTOR, function_up

__all__ = ["Trial"]

FLOOR = 1000
"""The number that the sequences have come to, of rows that are deleted since."""
SOUND: Mapping[str, Mapping[str, list[Any]]] = {
    "sqlite": {"PRAGMA foreign_key_check": [], "PRAGMA foreign_keys": [(1,)], "PRAGMA integrity_check": [("ok",)]},
    "postgres": {
        "SELECT conname FROM pg_constraint WHERE NOT convalidated": [],
        "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid": [],
    },
}
"""What a sound database answers."""


class Trial:
    """The database is empty; `folder` too."""

    def __init__(self, case: Case, database: Database, folder: Path) -> None:
        self.case, self.database, self.folder = case, database, folder
        self.plans = planned(case)
        self.compared = 0
        self.schemas: dict[str, Schema] = {}

    async def run(self) -> int:
        """Returns how many rows were compared.

        Raises:
            AssertionError: something is not as it should be.
            MigrationFailed: a migration did not succeed.
        """
        for statement in function_up(self.database.dialect):
            await self.database.fetch(statement)
        self.schemas["after"] = await self._made_at_once()
        await self._begin()
        write(self.folder, CHANGE, self.plans[CHANGE])
        expected = self.case.expected()
        await self.up()
        await self._check("after", expected["up"])
        for statement in self.case.meanwhile:
            await self.database.fetch(statement)
        await self.down()
        await self._check("before", expected["down"])
        await self.up()
        await self._check("after", expected["again"])
        return self.compared

    async def up(self) -> None:
        """Applies the change."""
        await upgrade(self.database, self.folder, [APP])

    async def down(self) -> None:
        """Undoes the change."""
        await downgrade(self.database, self.folder, APP)

    async def _made_at_once(self) -> Schema:
        """Returns the schema of a database that never had another one, and empties it."""
        fresh = self.folder / "fresh"
        write(fresh, INIT, self.plans[FRESH])
        await upgrade(self.database, fresh, [APP])
        schema = await inspect(self.database)
        await downgrade(self.database, fresh, APP)
        left = (await inspect(self.database)).tables
        assert not left, f"the first migration leaves {[*left]}"
        return schema

    async def _begin(self) -> None:
        write(self.folder, INIT, self.plans[INIT])
        await upgrade(self.database, self.folder, [APP])
        self.schemas["before"] = await inspect(self.database)
        for table, columns in self.case.rows.items():
            for row in zip(*columns.values(), strict=True):
                values = ", ".join(literal(each, self.database.dialect) for each in row)
                names = ", ".join(map(identifier, columns))
                await self.database.fetch(f"INSERT INTO {identifier(table)} ({names}) VALUES ({values})")
        for name, column in _counted(self.schemas["before"]):
            await self._move_on(name, column)
        await make_by_hand(self.database)

    async def _check(self, which: str, data: Data) -> None:
        found = without_handmade(await inspect(self.database))
        here, there = _sorted(found), _sorted(self.schemas[which])
        assert here == there, f"the schema is {here}, not {there}"
        await self._check_rows(found, data)
        await check_handmade(self.database, "things" if "things" in found.tables else "items")
        await self._check_sound()
        for name, column in _counted(found):
            if self._stays(name):
                assert await self._next(name, column) > FLOOR, f"the sequence of {name} went back"

    def known(self, table: Table) -> set[str]:
        """Returns the columns of a table that are compared."""
        return {each.name for each in table.columns}

    async def _check_rows(self, schema: Schema, data: Data) -> None:
        assert schema.tables.keys() == data.keys(), "the case lacks a table"
        for table, columns in data.items():
            assert self.known(schema.tables[table]) == columns.keys(), "the case lacks a column"
            names = ", ".join(map(identifier, columns))
            found = await rows(self.database, f"SELECT {names} FROM {identifier(table)} ORDER BY {names}")
            kept, expected = [tuple(map(_plain, row)) for row in found], list(zip(*columns.values(), strict=True))
            assert kept == expected, f"the rows of {table} are {kept}, not {expected}"
            self.compared += len(found)
            await self._check_search(schema.tables[table], data)

    async def _check_search(self, table: Table, data: Data) -> None:
        """The word `one` is found in the rows that have it."""
        if not table.searched:
            return
        columns = data[table.name]
        texts = zip(*(columns[name] for name in table.searched), strict=True)
        having = [
            key
            for key, row in zip(columns["id"], texts, strict=True)
            if "one" in " ".join(map(str, row)).lower().split()
        ]
        if self.database.dialect == "postgres":
            sql = f"SELECT id FROM {table.name} WHERE {VECTOR} @@ 'ONE'::tsquery ORDER BY id"
        else:
            words = f"{table.name}_search"
            tables = f"{words} JOIN {words}_keys ON number = {words}.rowid"
            sql = f"SELECT key FROM {tables} WHERE {words} MATCH 'ONE' ORDER BY key"
        assert having, "the case has nothing to find"
        assert [row[0] for row in await rows(self.database, sql)] == having, "the search finds other rows"

    async def _check_sound(self) -> None:
        for sql, sound in SOUND[self.database.dialect].items():
            found = await rows(self.database, sql)
            assert found == sound, f"{sql} gives {found}"

    def _stays(self, table: str) -> bool:
        names = self.case.renames
        before, after = (self.schemas[each].tables for each in ("before", "after"))
        return names.get(table, table) in after and (table in before or table in names.values())

    async def _move_on(self, table: str, column: str) -> None:
        if self.database.dialect == "postgres":
            await self.database.fetch(f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), {FLOOR})")
        else:
            await self.database.fetch(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")
            await self.database.fetch(f"INSERT INTO sqlite_sequence VALUES ('{table}', {FLOOR})")

    async def _next(self, table: str, column: str) -> int:
        if self.database.dialect == "postgres":
            found = await rows(self.database, f"SELECT nextval(pg_get_serial_sequence('{table}', '{column}'))")
        else:
            found = await rows(self.database, f"SELECT seq + 1 FROM sqlite_sequence WHERE name = '{table}'")
        number: int = found[0][0] if found else 0
        return number


def _counted(schema: Schema) -> list[tuple[str, str]]:
    """Returns the tables that the database numbers, with the column that holds the number."""
    return [(name, each.name) for name, table in schema.tables.items() for each in table.columns if each.counts_up]


def _plain(value: Any) -> Any:
    """Returns a value as SQLite has it, JSON as PostgreSQL writes it."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        return json.dumps(json.loads(value))
    if isinstance(value, datetime):
        return sqlite_datetime(value)
    return str(value) if isinstance(value, UUID) else value


def _sorted(schema: Schema) -> dict[str, Table]:
    """The order of columns and constraints does not matter; PostgreSQL adds a column at the end only."""

    def by_name(parts: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(sorted(parts, key=lambda part: part.name))

    return {
        name: replace(
            table, columns=by_name(table.columns), foreign_keys=by_name(table.foreign_keys),
            uniques=by_name(table.uniques), checks=by_name(table.checks), indexes=by_name(table.indexes),
        )
        for name, table in schema.tables.items()
    }  # fmt: skip
