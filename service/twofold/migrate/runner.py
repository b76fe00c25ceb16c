"""Running the statements of one migration in one transaction, under aerich's commands as under our own."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from twofold.migrate.files import Direction, MigrationFailed, MigrationFile
from twofold.migrate.ledger import CLAIM, TABLES

__all__ = ["run"]

NOTHING_MORE = "SELECT 1"
"""What aerich is given to run afterwards; it takes an empty text for an error."""

RUN_KEY = 0x74776F666F6C64_02
LOCK_TIMEOUT = "5s"
"""How long a statement waits for a table that others use: while it waits, everybody else queues up behind it."""

BROKEN_REFERENCES = """
SELECT child.name, reference."table" FROM sqlite_master AS child, pragma_foreign_key_list(child.name) AS reference
WHERE child.type = 'table' AND NOT EXISTS (
    SELECT 1 FROM sqlite_master AS parent
    WHERE parent.type = 'table' AND parent.name = reference."table" COLLATE NOCASE
)"""


async def run(
    db: BaseDBAsyncClient | None, statements: Mapping[str, Sequence[str]], file: str, direction: Direction
) -> str:
    """Runs the migration's statements for the dialect of `db`, all or none, unless they have been run already.

    `file` is the migration's own `__file__`. With `db` None, as aerich calls it when it only wants the text, nothing
    is run. Returns a statement without effect, for aerich to run.

    Raises:
        MigrationFailed: a statement failed, or rows or tables were left that refer to nothing.
    """
    if db is None:
        return NOTHING_MORE
    step = _Step(MigrationFile.at(file), direction)
    async with db.acquire_connection() as connection:
        if db.capabilities.dialect == "sqlite":
            await step.run_on_sqlite(connection, statements["sqlite"])
        else:
            await step.run_on_postgres(connection, statements["postgres"])
    return NOTHING_MORE


class _Step:
    """A migration in one direction."""

    def __init__(self, file: MigrationFile, direction: Direction) -> None:
        self.name = f"{file.name} {direction}"
        self.key = (file.app, file.version, direction)

    async def run_on_sqlite(self, connection: Any, statements: Sequence[str]) -> None:
        """Runs with foreign keys off, since dropping a table would delete or refuse the rows that refer to it.

        The pragma does nothing inside a transaction, so an open one (aerich opens one to downgrade) is ended first.
        """
        await connection.commit()
        await connection.execute_fetchall("PRAGMA foreign_keys = OFF")
        try:
            await self._begin(connection)
            for table in TABLES["sqlite"]:
                await connection.execute_fetchall(table)
            if await connection.execute_fetchall(CLAIM["sqlite"], self.key):
                await self._run_each(connection.execute_fetchall, statements)
                await self._check_foreign_keys(connection)
            await connection.commit()
        finally:
            await connection.rollback()
            await connection.execute_fetchall("PRAGMA foreign_keys = ON")

    async def run_on_postgres(self, connection: Any, statements: Sequence[str]) -> None:
        """Runs in a transaction, or in a savepoint of the one that is open.

        Migrations queue up without a limit of time, whichever tool runs them; only then does the lock timeout begin.
        """
        async with connection.transaction():
            await connection.execute("SET LOCAL statement_timeout = 0")
            await connection.execute("SET LOCAL lock_timeout = 0")
            await connection.execute(f"SELECT pg_advisory_xact_lock({RUN_KEY})")
            for table in TABLES["postgres"]:
                await connection.execute(table)
            if await connection.fetch(CLAIM["postgres"], *self.key):
                await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                await self._run_each(connection.execute, statements)

    async def _begin(self, connection: Any) -> None:
        try:
            await connection.execute_fetchall("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise MigrationFailed(f"{self.name} could not begin, because others write to the file: {error}") from error

    async def _run_each(self, execute: Any, statements: Sequence[str]) -> None:
        for position, statement in enumerate(statements, 1):
            try:
                await execute(statement)
            except Exception as error:
                raise MigrationFailed(
                    f"{self.name}: statement {position} of {len(statements)} failed: {error}\n{statement.strip()}"
                ) from error

    async def _check_foreign_keys(self, connection: Any) -> None:
        """Checks what SQLite did not while foreign keys were off.

        `foreign_key_check` looks at rows only; PostgreSQL would not drop a table that an empty one refers to either.
        """
        for child, parent in await connection.execute_fetchall(BROKEN_REFERENCES):
            raise MigrationFailed(f"{self.name}: table {child} refers to table {parent}, which does not exist")
        broken = await connection.execute_fetchall("PRAGMA foreign_key_check")
        if broken:
            child, row, parent = broken[0][:3]
            raise MigrationFailed(
                f"{self.name}: {len(broken)} rows refer to rows that do not exist,"
                f" the first is row {row} of {child}, which refers to {parent}"
            )
