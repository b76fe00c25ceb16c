"""The two tables that remember migrations: aerich's, which both tools read, and our ledger.

aerich writes its row after the migration is committed, so a process that is killed between the two leaves a migration
that is applied and looks pending. The ledger's row is written in the transaction of each part: it is never wrong.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from twofold.database import Dialect, Row
from twofold.migrate.files import Direction, MigrationFailed, MigrationFile

__all__ = ["AERICH_EXISTS", "APPLIED", "START", "Fetch", "Ledger", "Progress", "half_done"]

Fetch: TypeAlias = Callable[..., Awaitable[Sequence[Row]]]
"""Runs a statement with its values and returns its rows."""

_LEDGER = """
CREATE TABLE IF NOT EXISTS twofold_migrations (
    app VARCHAR(100) NOT NULL,
    version VARCHAR(255) NOT NULL,
    direction VARCHAR(4) NOT NULL,
    recorded_at {timestamp} NOT NULL DEFAULT CURRENT_TIMESTAMP,
    parts_done INT,
    last_key TEXT,
    CONSTRAINT pk_twofold_migrations PRIMARY KEY (app, version),
    CONSTRAINT ck_twofold_migrations_direction CHECK (direction IN ('up', 'down'))
)"""

_AERICH = """
CREATE TABLE IF NOT EXISTS aerich (
    id {serial},
    version VARCHAR(255) NOT NULL,
    app VARCHAR(100) NOT NULL,
    content {json} NOT NULL,
    CONSTRAINT uq_aerich_app_version UNIQUE (app, version)
)"""

_TABLES: Mapping[Dialect, Sequence[str]] = {
    "sqlite": [
        _LEDGER.format(timestamp="TIMESTAMP"),
        _AERICH.format(serial="INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", json="JSON"),
    ],
    "postgres": [
        _LEDGER.format(timestamp="TIMESTAMPTZ"),
        _AERICH.format(serial="SERIAL NOT NULL PRIMARY KEY", json="JSONB"),
    ],
}

_ADDED = {"parts_done": "INT", "last_key": "TEXT"}
"""The columns that the ledgers of earlier releases lack."""

_COLUMNS: Mapping[Dialect, str] = {
    "sqlite": "SELECT name FROM pragma_table_info('twofold_migrations')",
    "postgres": """
        SELECT attname FROM pg_attribute
        WHERE attrelid = to_regclass('twofold_migrations') AND attnum > 0 AND NOT attisdropped""",
}

_READ: Mapping[Dialect, str] = {
    "sqlite": "SELECT direction, parts_done, last_key FROM twofold_migrations WHERE app = ? AND version = ?",
    "postgres": "SELECT direction, parts_done, last_key FROM twofold_migrations WHERE app = $1 AND version = $2",
}

_RECORD = """
INSERT INTO twofold_migrations (app, version, direction, parts_done, last_key) VALUES ({values})
ON CONFLICT (app, version) DO UPDATE SET direction = excluded.direction, recorded_at = CURRENT_TIMESTAMP,
    parts_done = excluded.parts_done, last_key = excluded.last_key"""

_RECORDS: Mapping[Dialect, str] = {
    "sqlite": _RECORD.format(values="?, ?, ?, ?, ?"),
    "postgres": _RECORD.format(values="$1, $2, $3, $4, $5"),
}

_HALF_DONE = "SELECT app, version, direction FROM twofold_migrations WHERE parts_done IS NOT NULL ORDER BY app, version"

APPLIED = "SELECT app, version FROM aerich ORDER BY id"

AERICH_EXISTS: Mapping[Dialect, str] = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'aerich'",
    "postgres": "SELECT 1 WHERE to_regclass('aerich') IS NOT NULL",
}


@dataclass(frozen=True)
class Progress:
    """How far a migration came that is not whole: its parts done, and the last key of the batches of the next one."""

    parts_done: int
    last_key: str | None


START = Progress(0, None)


async def half_done(fetch: Fetch, dialect: Dialect) -> dict[tuple[str, str], Direction]:
    """Returns the direction of each migration, by app and version, that was begun and not ended."""
    columns = {row[0] for row in await fetch(_COLUMNS[dialect])}
    if not columns >= _ADDED.keys():
        return {}
    return {(row[0], row[1]): row[2] for row in await fetch(_HALF_DONE)}


@dataclass(frozen=True)
class Ledger:
    """What is remembered of one migration that is run in one direction."""

    dialect: Dialect
    fetch: Fetch
    migration: MigrationFile
    direction: Direction

    async def is_ready(self) -> bool:
        """Whether both tables are there, in the form of this release."""
        columns = {row[0] for row in await self.fetch(_COLUMNS[self.dialect])}
        return columns >= _ADDED.keys() and bool(await self.fetch(AERICH_EXISTS[self.dialect]))

    async def make_ready(self) -> None:
        """Makes the tables, or adds to them what this release needs; nobody else does so at the same time."""
        for table in _TABLES[self.dialect]:
            await self.fetch(table)
        columns = {row[0] for row in await self.fetch(_COLUMNS[self.dialect])}
        for name, type_ in _ADDED.items():
            if name not in columns:
                await self.fetch(f"ALTER TABLE twofold_migrations ADD COLUMN {name} {type_}")

    async def progress(self) -> Progress | None:
        """Returns how far the migration came, or None when it has been run and not been undone since.

        Raises:
            MigrationFailed: a migration of the app is half done which has to be ended first.
        """
        this = (self.migration.app, self.migration.version)
        for key, direction in (await half_done(self.fetch, self.dialect)).items():
            if key[0] == this[0] and (key, direction) != (this, self.direction):
                raise MigrationFailed(f"{'/'.join(key)} is half done; run `migrate {direction}` first")
        rows: Sequence[Any] = await self.fetch(_READ[self.dialect], *this)
        if not rows or rows[0][0] != self.direction:
            return START
        return None if rows[0][1] is None else Progress(rows[0][1], rows[0][2])

    async def record(self, progress: Progress | None) -> None:
        """Remembers how far the migration came; None: it is whole."""
        how_far = (None, None) if progress is None else (progress.parts_done, progress.last_key)
        key = (self.migration.app, self.migration.version, self.direction)
        await self.fetch(_RECORDS[self.dialect], *key, *how_far)
