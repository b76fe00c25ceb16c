"""A case on a database: up, down and up again, with rows in the tables and what no model knows beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from support.changes.case import Case, Data
from support.changes.files import CHANGE, INIT, Plans, planned, write
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


class Trial:
    """The database is empty; `folder` too."""

    def __init__(self, case: Case, database: Database, folder: Path) -> None:
        self.case, self.database, self.folder = case, database, folder
        self.plans = dict(planned(case))
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
        await self._upgrade()
        await self._check("after", expected["up"])
        for statement in self.case.meanwhile:
            await self.database.fetch(statement)
        await downgrade(self.database, self.folder, APP)
        await self._check("before", expected["down"])
        await self._upgrade()
        await self._check("after", expected["again"])
        return self.compared

    async def _made_at_once(self) -> Schema:
        """Returns the schema of a database that never had another one, and empties it."""
        fresh = self.folder / "fresh"
        write(fresh, INIT, self.plans["fresh"])
        await upgrade(self.database, fresh, [APP])
        schema = await inspect(self.database)
        await downgrade(self.database, fresh, APP)
        assert (await inspect(self.database)).tables == {}
        return schema

    async def _begin(self) -> None:
        write(self.folder, INIT, self.plans[INIT])
        await self._upgrade()
        self.schemas["before"] = await inspect(self.database)
        for table, columns in self.case.rows.items():
            for row in zip(*columns.values(), strict=True):
                values = ", ".join(literal(each, self.database.dialect) for each in row)
                names = ", ".join(map(identifier, columns))
                await self.database.fetch(f"INSERT INTO {identifier(table)} ({names}) VALUES ({values})")
        for name, table in self.schemas["before"].tables.items():
            if any(column.counts_up for column in table.columns):
                await self._move_on(name)
        await make_by_hand(self.database)

    async def _upgrade(self) -> None:
        await upgrade(self.database, self.folder, [APP])

    async def _check(self, which: str, data: Data) -> None:
        found = without_handmade(await inspect(self.database))
        assert _sorted(found) == _sorted(self.schemas[which])
        await self._check_rows(found, data)
        await check_handmade(self.database, "things" if "things" in found.tables else "items")
        await self._check_sound()
        for name, table in found.tables.items():
            if self._stays(name) and any(column.counts_up for column in table.columns):
                assert await self._next(name) > FLOOR, f"the sequence of {name} went back"

    async def _check_rows(self, schema: Schema, data: Data) -> None:
        assert schema.tables.keys() == data.keys()
        for table, columns in data.items():
            assert {column.name for column in schema.tables[table].columns} == columns.keys()
            names = ", ".join(map(identifier, columns))
            found = await rows(self.database, f"SELECT {names} FROM {identifier(table)} ORDER BY {names}")
            assert [tuple(map(_plain, row)) for row in found] == list(zip(*columns.values(), strict=True)), table
            self.compared += len(found)
            await self._check_search(schema.tables[table], data)

    async def _check_search(self, table: Table, data: Data) -> None:
        """The word `one` is found in the rows that have it."""
        if not table.searched:
            return
        columns = data[table.name]
        texts = zip(*(columns[name] for name in table.searched), strict=True)
        having = [key for key, row in zip(columns["id"], texts, strict=True) if "one" in " ".join(map(str, row)).lower().split()]
        if self.database.dialect == "postgres":
            sql = f"SELECT id FROM {table.name} WHERE {VECTOR} @@ 'ONE'::tsquery ORDER BY id"
        else:
            found = f"{table.name}_search"
            sql = f"SELECT key FROM {found} JOIN {found}_keys ON number = {found}.rowid WHERE {found} MATCH 'ONE' ORDER BY key"
        assert having
        assert [row[0] for row in await rows(self.database, sql)] == having

    async def _check_sound(self) -> None:
        if self.database.dialect == "sqlite":
            assert await rows(self.database, "PRAGMA foreign_key_check") == []
            assert await rows(self.database, "PRAGMA foreign_keys") == [(1,)]
            assert await rows(self.database, "PRAGMA integrity_check") == [("ok",)]
        else:
            assert await rows(self.database, "SELECT conname FROM pg_constraint WHERE NOT convalidated") == []
            assert await rows(self.database, "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid") == []

    def _stays(self, table: str) -> bool:
        names = self.case.renames
        before, after = (self.schemas[each].tables for each in ("before", "after"))
        return names.get(table, table) in after and (table in before or table in names.values())

    async def _move_on(self, table: str) -> None:
        if self.database.dialect == "postgres":
            await self.database.fetch(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {FLOOR})")
        else:
            await self.database.fetch(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")
            await self.database.fetch(f"INSERT INTO sqlite_sequence VALUES ('{table}', {FLOOR})")

    async def _next(self, table: str) -> int:
        if self.database.dialect == "postgres":
            found = await rows(self.database, f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")
        else:
            found = await rows(self.database, f"SELECT seq + 1 FROM sqlite_sequence WHERE name = '{table}'")
        number: int = found[0][0] if found else 0
        return number


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
            table, columns=by_name(table.columns), foreign_keys=by_name(table.foreign_keys), indexes=by_name(table.indexes),
            uniques=by_name(table.uniques), checks=by_name(table.checks),
        )
        for name, table in schema.tables.items()
    }  # fmt: skip
