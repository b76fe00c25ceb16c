"""What is in a database at one time, kept so that it can be compared with what is in it later."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from twofold.database import Database, Dialect
from twofold.schema import Schema, Table
from twofold.schema.inspect import inspect
from twofold.sql import rehearsal as sql

__all__ = ["Snapshot", "Snapshots"]

LONG = 64
"""Of longer values a hash is kept: it tells as well whether they are the same."""
BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The tables of a database at one time."""

    number: int
    schema: Schema
    rows: Mapping[str, int]
    """How many rows each table has."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where the rows of each table are kept."""

    def column(self, table: str, name: str) -> tuple[str, str]:
        """Returns where the values of a column are kept."""
        names = [each.name for each in self.schema.tables[table].columns]
        return self.places[table], f"c{names.index(name)}"


class Snapshots:
    """A file of SQLite that holds snapshots, which `close` closes."""

    def __init__(self, path: str) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        self._number = 0

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    async def take(self, database: Database) -> Snapshot:
        """Returns what is in `database` now."""
        self._number += 1
        schema = await inspect(database)
        rows, places = {}, {}
        for number, table in enumerate(schema.tables.values()):
            places[table.name] = f"s{self._number}_{number}"
            rows[table.name] = await self._keep(database, table, places[table.name])
        return Snapshot(number=self._number, schema=schema, rows=rows, places=places)

    def forget(self, *snapshots: Snapshot) -> None:
        """Makes room."""
        for each in snapshots:
            for place in each.places.values():
                self._file.execute(f"DROP TABLE {place}")

    def missing(self, table: str, earlier: Snapshot, later: Snapshot, between: Snapshot | None = None) -> int:
        """Returns how many rows of a table `later` lacks; with `between`, of those only which are there still."""
        middle = between.places[table] if between is not None else None
        return self._count(sql.missing(earlier.places[table], later.places[table], middle))

    def differing(self, table: str, column: str, earlier: Snapshot, later: Snapshot) -> int:
        """Returns how many values of a column are others in `later`.

        Values that were null, and rows that are gone, are not counted.
        """
        return self._count(sql.differing(earlier.column(table, column), later.column(table, column)))

    def blamed(self, table: str, column: str, times: tuple[Snapshot, Snapshot, Snapshot]) -> tuple[int, int]:
        """Returns how many values that differ at the end only the first of two runs changed, and only the second."""
        before, between, after = (each.column(table, column) for each in times)
        first = self._count(sql.differing(before, after, between, as_later=True))
        return first, self._count(sql.differing(before, after, between))

    def values(self, table: str, column: str, snapshot: Snapshot) -> int:
        """Returns how many values of a column are not null."""
        return self._count(sql.values(*snapshot.column(table, column)))

    def _count(self, statement: str) -> int:
        return int(self._file.execute(statement).fetchone()[0])

    async def _keep(self, database: Database, table: Table, place: str) -> int:
        names = [each.name for each in table.columns]
        self._file.execute(sql.keep(place, len(names)))
        if not names:
            return 0
        key = [names.index(each) for each in table.primary_key]
        seen: Counter[str] = Counter()
        number = 0
        async with database.transaction() as client, client.acquire_connection() as connection:
            async for batch in _batches(connection, sql.texts(table.name, names, database.dialect), database.dialect):
                kept = [[_key(row, key, seen), *map(_short, row)] for row in batch]
                self._file.execute("BEGIN")
                self._file.executemany(sql.kept(place, len(names)), kept)
                self._file.execute("COMMIT")
                number += len(kept)
        return number


def _key(row: Sequence[str | None], columns: Sequence[int], seen: Counter[str]) -> str:
    """What a row is found by: its primary key, or else all that is in it, and how often that was there before."""
    if columns:
        return json.dumps([row[each] for each in columns])
    whole = sha256(json.dumps([*row]).encode()).hexdigest()
    seen[whole] += 1
    return f"{whole} {seen[whole]}"


def _short(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONG else sha256(value.encode(errors="surrogatepass")).hexdigest()


async def _batches(connection: Any, statement: str, dialect: Dialect) -> AsyncIterator[Sequence[Any]]:
    """Gives the rows bit by bit, so that a large table is never in memory as a whole."""
    if dialect == "postgres":
        cursor = await connection.cursor(statement)
        while batch := await cursor.fetch(BATCH):
            yield batch
        return
    async with connection.execute(statement) as found:
        while batch := await found.fetchmany(BATCH):
            yield batch
