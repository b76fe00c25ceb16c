"""Running migrations on SQLite: one transaction after the other, each with the file's only write lock."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from tortoise.backends.base.client import BaseDBAsyncClient, NestedTransactionContext, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper

from twofold.database import Dialect, Row
from twofold.migrate.compiling import unusable
from twofold.migrate.files import MigrationFailed
from twofold.migrate.parts import Part
from twofold.migrate.rebuild import rebuild
from twofold.migrate.session import Session
from twofold.migrate.steps import Alone, Python, Rebuild, Step

__all__ = ["SqliteSession"]

BROKEN_REFERENCES = """
SELECT child.name, reference."table" FROM sqlite_master AS child, pragma_foreign_key_list(child.name) AS reference
WHERE child.type = 'table' AND NOT EXISTS (
    SELECT 1 FROM sqlite_master AS parent
    WHERE parent.type = 'table' AND parent.name = reference."table" COLLATE NOCASE
)"""


class OpenTransaction(SqliteTransactionWrapper):
    """A client in a transaction, which a script does not commit as Python's own `executescript` would."""

    async def execute_script(self, query: str) -> None:
        """Runs the statements of a script one by one."""
        statement = ""
        for piece in query.split(";"):
            statement += f"{piece};"
            if sqlite3.complete_statement(statement):
                await self.execute_query(statement)
                statement = ""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(OpenTransaction(self))


class SqliteSession(Session):
    """A session on the only connection of a client.

    Foreign keys are off but for changes in batches, since dropping a table would delete or refuse the rows that refer
    to it; they are checked at the end of the part.
    """

    dialect: ClassVar[Dialect] = "sqlite"
    _unusable_before: dict[str, str] | None = None
    """What did not work before the first rebuild of the part."""

    async def fetch(self, sql: str, *values: Any) -> Sequence[Row]:
        """Returns the rows of one statement."""
        return list(await self.connection.execute_fetchall(sql, values))

    async def execute(self, sql: str) -> None:
        """Runs one statement."""
        await self.connection.execute_fetchall(sql)

    @asynccontextmanager
    async def alone(self, part: Part) -> AsyncIterator[None]:
        """Runs the block in a transaction that nobody else writes beside.

        The pragma does nothing inside a transaction, so an open one (aerich opens one to downgrade) is ended first.
        """
        await self.connection.commit()
        self._unusable_before = None
        await self.execute(f"PRAGMA foreign_keys = {'ON' if part.batches else 'OFF'}")
        try:
            await self._begin()
            yield
            if part.steps and not part.batches:
                await self._check()
            await self.committed(part, self.connection.commit)
        finally:
            await self.connection.rollback()
            await self.execute("PRAGMA foreign_keys = ON")

    async def take(self, step: Step) -> None:
        """Does a step."""
        if isinstance(step, Rebuild):
            if self._unusable_before is None:
                self._unusable_before = await unusable(self.fetch)
            await rebuild(self.fetch, step)
        elif isinstance(step, Alone | Python | str):
            await self.take_plain(step)

    def transaction_client(self) -> BaseDBAsyncClient:
        """Returns a client on the connection, which does not wait for the lock that this session has."""
        assert isinstance(self.client, SqliteClient)  # noqa: S101  # so was this session chosen
        client = OpenTransaction(self.client)
        client._connection = self.connection
        return client

    async def _check(self) -> None:
        """Checks what SQLite did not while foreign keys were off, and that what mentions a rebuilt table still works.

        `foreign_key_check` looks at rows only; PostgreSQL would not drop a table that an empty one refers to either.
        """
        for child, parent in await self.fetch(BROKEN_REFERENCES):
            raise MigrationFailed(f"table {child} refers to table {parent}, which does not exist")
        broken = await self.fetch("PRAGMA foreign_key_check")
        if broken:
            child, row, parent = broken[0][:3]
            raise MigrationFailed(
                f"{len(broken)} rows refer to rows that do not exist,"
                f" the first is row {row} of {child}, which refers to {parent}"
            )
        if self._unusable_before is not None:
            now = await unusable(self.fetch)
            for what in sorted(now.keys() - self._unusable_before.keys()):
                raise MigrationFailed(f"{what} does not work any more: {now[what]}; change it in the same migration")

    async def _begin(self) -> None:
        try:
            await self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise MigrationFailed(f"it could not begin, because others write to the file: {error}") from error
