"""Rows that are made up, for tables that have none: they fit the types, keys and checks of the schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterator, Sequence
from random import Random

import asyncpg

from twofold.database import Database
from twofold.errors import ServiceError
from twofold.migrate.plan.differences import in_order
from twofold.migrate.rehearse.values import Make, made
from twofold.schema import Column, ForeignKey, Table
from twofold.schema.inspect import inspect
from twofold.schema.names import names_in
from twofold.sql import rehearsal as sql
from twofold.sql.dialects import text

__all__ = ["fill"]

REFUSALS = (sqlite3.Error, asyncpg.PostgresError, ServiceError)
CHUNK = 100
PARENTS = 1000
"""From how many rows of a table those that refer to it choose."""
TRIES = 20
"""How often another row is made up in the place of one that was refused."""
HOPELESS = 5
"""After so many rows that were all refused, no more are tried."""
SAMPLE = (0, 1, 2, 7)
EVERY = 4
"""Each fourth value that may be null is."""


async def fill(database: Database, rows: int, *, but: Container[str] = ()) -> list[str]:
    """Puts `rows` rows into each table of `database` that has none, those named in `but` left out.

    Returns what it could not, in sentences.
    """
    said = []
    tables = (await inspect(database)).tables
    waiting = in_order([each for each in tables.values() if each.name not in but])
    while waiting:
        empty = {each.name for each in waiting}
        table = next((each for each in waiting if not (_needed(each) & empty)), waiting[0])
        waiting.remove(table)
        if await database.fetch(sql.any_row(table.name)):
            continue
        maker = _Maker(database, table)
        await maker.prepare()
        count = await maker.fill(rows)
        if count < rows:
            said.append(f"{table.name} has {count:,} of {rows:,} generated rows: its constraints refused the others")
    return said


def _needed(table: Table) -> set[str]:
    """Returns the other tables without whose rows there can be none."""
    may_be_null = {each.name for each in table.columns if each.nullable}
    return {key.target for key in table.foreign_keys if not may_be_null & {*key.columns}} - {table.name}


class _Maker:
    """Makes up rows of one table."""

    def __init__(self, database: Database, table: Table) -> None:
        self.database, self.table = database, table
        self.columns = [each for each in table.columns if not each.counts_up and each.computed is None]
        self.ways: dict[str, list[Make]] = {}
        self.parents: dict[str, Sequence[Sequence[str]]] = {}
        self.keys = {column: key for key in table.foreign_keys for column in key.columns}
        self.free = [each for each in self.columns if each.name not in self.keys]

    async def prepare(self) -> None:
        """Looks which values the checks of single columns let pass, and which parents there are."""
        for column in self.free:
            checks = [each.condition for each in self.table.checks if self._names(each.condition) == {column.name}]
            ways = made(column, self.database.dialect, self._conditions(column), await self._labels(column))
            allowed = [way for way in ways if await self._allows(column, checks, way)]
            self.ways[column.name] = allowed or ways
        await self._find_parents()

    async def fill(self, rows: int) -> int:
        """Inserts the rows and returns how many there are. The second half may refer to the first."""
        count = 0
        halves = (range(rows // 2), range(rows // 2, rows))
        for half in halves:
            for start in range(half.start, half.stop, CHUNK):
                chunk = range(start, min(start + CHUNK, half.stop))
                count += await self._insert(chunk)
            if any(key.target == self.table.name for key in self.table.foreign_keys):
                await self._find_parents()
        return count

    async def _insert(self, rows: range) -> int:
        if await self._take([self._row(row, None) for row in rows]):
            return len(rows)
        count = 0
        for number, row in enumerate(rows):
            if number == HOPELESS and not count:
                break
            for attempt in range(TRIES):
                if await self._take([self._row(row, Random(f"{row} {attempt}") if attempt else None)]):  # noqa: S311
                    count += 1
                    break
        return count

    async def _take(self, rows: Sequence[Sequence[str]]) -> bool:
        try:
            async with self.database.transaction():
                names = [each.name for each in self.columns]
                each_alone = [sql.insert_defaults(self.table.name)] * len(rows)
                for statement in [sql.insert(self.table.name, names, rows)] if names else each_alone:
                    await self.database.fetch(statement)
        except REFUSALS:
            return False
        return True

    def _row(self, number: int, luck: Random | None) -> list[str]:
        """Returns a row's values. Without luck they go round in turn, with it some are drawn."""
        parents = dict(self._chosen(number, luck))
        values = []
        for place, column in enumerate(self.columns):
            key = self.keys.get(column.name)
            if key is not None:
                parent = parents[key.name]
                values.append("NULL" if parent is None else text(parent[key.columns.index(column.name)]))
            elif column.nullable and (number + place) % EVERY == EVERY - 1:
                values.append("NULL")
            else:
                ways = self.ways[column.name]
                way = luck.choice(ways) if luck else ways[0]
                values.append(way(luck.randrange(PARENTS) if luck and luck.random() < 1 / EVERY else number))
        return values

    def _chosen(self, number: int, luck: Random | None) -> Iterator[tuple[str, Sequence[str] | None]]:
        """The parent that each foreign key leads to. In turn, so that pairs of parents are different ones."""
        turn = number
        for key in self.table.foreign_keys:
            there = self.parents[key.name]
            may_be_null = any(each.nullable for each in self.columns if each.name in key.columns)
            if not there or (may_be_null and number % EVERY == EVERY - 1):
                yield key.name, None
                continue
            yield key.name, luck.choice(there) if luck else there[turn % len(there)]
            turn += number // len(there)

    async def _find_parents(self) -> None:
        for key in self.table.foreign_keys:
            self.parents[key.name] = await self._keys_of(key)

    async def _keys_of(self, key: ForeignKey) -> Sequence[Sequence[str]]:
        statement = sql.keys(key.target, key.target_columns, self.database.dialect, PARENTS)
        return [tuple(row) for row in await self.database.fetch(statement) if None not in tuple(row)]

    async def _labels(self, column: Column) -> list[str]:
        """The values of an enum's type."""
        if self.database.dialect == "sqlite":
            return []
        try:
            return [row[0] for row in await self.database.fetch(sql.labels(), (column.type,))]
        except REFUSALS:
            return []

    async def _allows(self, column: Column, checks: Sequence[str], way: Make) -> bool:
        for number in SAMPLE:
            value = sql.typed(way(number), column.type, self.database.dialect)
            if value == "NULL" and not column.nullable:
                return False
            for condition in checks or ["TRUE"]:
                try:
                    found = await self.database.fetch(sql.allows(condition, column.name, value))
                except REFUSALS:
                    return False
                if not found[0][0]:
                    return False
        return True

    def _conditions(self, column: Column) -> list[str]:
        return [each.condition for each in self.table.checks if column.name in self._names(each.condition)]

    def _names(self, condition: str) -> set[str]:
        return names_in(condition) & {each.name for each in self.table.columns}
