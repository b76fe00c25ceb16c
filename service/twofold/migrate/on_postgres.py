"""Running migrations on PostgreSQL: with bounds on how long others are kept waiting, none on how long it takes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, ClassVar

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connections

from twofold.database import Dialect, Row
from twofold.migrate.files import MigrationFailed
from twofold.migrate.lock import lock_beside, locked
from twofold.migrate.parts import Part
from twofold.migrate.session import Session
from twofold.migrate.steps import Alone, Concurrently, Python, Step
from twofold.postgres import PostgresClient
from twofold.transaction_mode import TransactionModeConnection

__all__ = ["PostgresSession"]

RUN_KEY = 0x74776F666F6C64_02
LOCK_TIMEOUT = "5s"
"""How long a statement waits for a table that others use: while it waits, everybody else queues up behind it."""

NAME = r'(?:"(?:[^"]|"")+"|[^\s."(;]+)'
TABLE = rf"(?P<table>{NAME}(?:\s*\.\s*{NAME})?)"
CREATE = re.compile(
    rf"\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?P<word>CONCURRENTLY\s+)(?:IF\s+NOT\s+EXISTS\s+)?{NAME}\s+"
    rf"ON\s+(?:ONLY\s+)?{TABLE}",
    re.IGNORECASE,
)
DROP = re.compile(rf"\s*DROP\s+INDEX\s+(?P<word>CONCURRENTLY\s+)(?:IF\s+EXISTS\s+)?{TABLE}", re.IGNORECASE)

FOUND = """
SELECT indisvalid AS valid, indexrelid::regclass::text AS name FROM pg_index JOIN pg_class ON oid = indexrelid
WHERE indrelid = to_regclass($1) AND relname = $2::name"""

TIMEOUTS = ("statement_timeout", "lock_timeout")


class PostgresSession(Session):
    """A session on a connection of a client's pool, or on one that is in a transaction (aerich opens one to downgrade).

    Then everything is in that transaction.
    """

    dialect: ClassVar[Dialect] = "postgres"
    passing: ClassVar[tuple[type[Exception], ...]] = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)

    def __init__(self, client: BaseDBAsyncClient, connection: Any) -> None:
        super().__init__(client, connection)
        self._within: bool = connection.is_in_transaction()
        self._transaction: Any = None

    async def fetch(self, sql: str, *values: Any) -> Sequence[Row]:
        """Returns the rows of one statement."""
        rows: Sequence[Row] = await self.connection.fetch(sql, *values)
        return rows

    async def execute(self, sql: str) -> None:
        """Runs one statement, or some."""
        await self.connection.execute(sql)

    @asynccontextmanager
    async def alone(self, part: Part) -> AsyncIterator[None]:
        """Runs the block while nobody else migrates, in a transaction unless `part` must not be in one.

        Migrations queue up without a limit of time, whichever tool runs them; only then does the lock timeout begin.
        """
        async with self._outside() if part.concurrently and not self._within else self._inside(part):
            yield

    @asynccontextmanager
    async def _inside(self, part: Part) -> AsyncIterator[None]:
        self._transaction = transaction = await locked(self.connection, RUN_KEY)
        try:
            await self.execute("SET LOCAL statement_timeout = 0")
            await self.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            yield
        except BaseException:
            await transaction.rollback()
            raise
        if self._within:
            self.tell_at_commit()
            await transaction.commit()
        else:
            await self.committed(part, self._commit)

    async def _commit(self) -> None:
        """Commits, and says how far the primary is, before anybody keeps what a replica answers."""
        await self._transaction.commit()
        if isinstance(self.client, PostgresClient) and self.client.note is not None:
            await self.client.note(self.connection)

    async def run_beside(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """Runs a statement of the cache's own; without it nothing is committed."""
        try:
            return await super().run_beside(sql, values)
        except BaseException:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError):  # it may be after the COMMIT
                await self._transaction.rollback()
            raise

    @asynccontextmanager
    async def _outside(self) -> AsyncIterator[None]:
        """Without timeouts: an index that is built concurrently waits for everybody, and keeps nobody waiting."""
        credentials = get_connections().db_config[self.client.connection_name]["credentials"]
        async with lock_beside(self.client, credentials, RUN_KEY):
            names = () if isinstance(self.connection, TransactionModeConnection) else TIMEOUTS  # it keeps no session
            before = {name: await self._setting(name) for name in names}
            try:
                for name in names:
                    await self._set(name, "0")
                yield
            finally:
                if not self.connection.is_closed():
                    for name, value in before.items():
                        await self._set(name, value)

    async def _setting(self, name: str) -> str:
        value: str = (await self.fetch("SELECT current_setting($1)", name))[0][0]
        return value

    async def _set(self, name: str, value: str) -> None:
        await self.fetch("SELECT set_config($1, $2, false)", name, value)

    async def take(self, step: Step) -> None:
        """Does a step."""
        if isinstance(step, Concurrently):
            await self._concurrently(step)
        elif isinstance(step, Alone | Python | str):
            await self.take_plain(step)

    def transaction_client(self) -> BaseDBAsyncClient:
        """Returns a client on the connection."""
        assert isinstance(self.client, AsyncpgDBClient)  # noqa: S101  # so was this session chosen
        client = TransactionWrapper(self.client)
        client._connection = self.connection
        return client

    async def _concurrently(self, step: Concurrently) -> None:
        """Builds or drops an index, unless that was done by a process that ended before it could remember it."""
        dropped, created = DROP.match(step.sql), CREATE.match(step.sql)
        if dropped is not None:
            if await self.fetch("SELECT 1 WHERE to_regclass($1) IS NOT NULL", dropped["table"]):
                await self.execute(self._worded(step.sql, dropped))
        elif created is not None:
            await self._create(step, created)
        else:
            raise MigrationFailed("only CREATE INDEX CONCURRENTLY and DROP INDEX CONCURRENTLY can be run so")

    async def _create(self, step: Concurrently, created: re.Match[str]) -> None:
        found = await self.fetch(FOUND, created["table"], step.index)
        if found and found[0]["valid"]:
            return
        if found:
            await self._drop(found[0]["name"])
        try:
            await self.execute(self._worded(step.sql, created))
        except asyncpg.PostgresError:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError):
                # What is left would still be written to, and a unique one would refuse rows.
                for row in await self.fetch(FOUND, created["table"], step.index):
                    await self._drop(row["name"])
            raise

    async def _drop(self, index: str) -> None:
        await self.execute(f"DROP INDEX {'' if self._within else 'CONCURRENTLY '}{index}")

    def _worded(self, sql: str, match: re.Match[str]) -> str:
        """Returns the statement as it can be run here: no transaction may hold one that is concurrent."""
        return sql[: match.start("word")] + sql[match.end("word") :] if self._within else sql
