"""Tortoise's SQLite backend, made safe for several processes, with the functions that SQLite lacks.

A transaction begins with BEGIN IMMEDIATE: a deferred one that reads first and writes later fails with
"database is locked" as soon as another process has written in between, whatever the busy timeout.
"""

import asyncio
import sqlite3
from contextlib import suppress
from time import monotonic
from typing import Any

from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from twofold import folding, words
from twofold.sqlite_readers import SqliteReaders
from twofold.watching import Effects, Watched

__all__ = ["client_class"]

BUSY_TIMEOUT_MS = 5000
RETRY_S = 0.01


def _add_functions(connection: sqlite3.Connection) -> None:
    """Gives a connection the functions that the statements use."""
    connection.create_function(folding.FUNCTION, 1, folding.folded, deterministic=True)
    connection.create_function(words.FUNCTION, 1, words.searchable, deterministic=True)


class Savepoint(Watched, SqliteTransactionWrapper):
    """A transaction within another one."""

    commits_scripts = True

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.watch, self.effects = connection.watch, connection.effects

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Savepoint(self))


class ImmediateTransaction(Savepoint):
    """A transaction that takes the write lock when it begins."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.effects = Effects()

    async def begin(self) -> None:
        """Takes the write lock, waiting for other writers up to the busy timeout."""
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def commit(self) -> None:
        """Commits, or leaves nothing of the transaction on the connection, which is everybody's."""
        try:
            await self.committed(super().commit)
        except BaseException:
            if not self._finalized:
                with suppress(Exception):
                    await self._connection.rollback()  # of nothing, where it was committed after all
            raise


class ImmediateTransactionContext(SqliteTransactionContext):
    """A transaction's block, which leaves nothing held when the transaction cannot begin.

    Tortoise's own keeps the connection's lock when BEGIN fails; then every later statement of the process waits for it.
    """

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            try:
                if self.connection._connection:
                    await self.connection._connection.rollback()  # cancelled while BEGIN was on its way
            finally:
                self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        client: TransactionalDBClient = self.connection
        return client


class HeldConnection(ConnectionWrapper[Any]):
    """The connection while a statement has it. Tortoise's own keeps the lock when it cannot connect."""

    async def __aenter__(self) -> Any:
        await self._lock.acquire()
        try:
            await self.ensure_connection()
        except BaseException:
            self._lock.release()
            raise
        return self.connection


class ImmediateClient(Watched, SqliteClient):
    """Tortoise's client with transactions that begin IMMEDIATE, a busy timeout, and connections beside that read."""

    def __init__(self, file_path: str, *, readers: int = 0, wait_s: float | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("busy_timeout", BUSY_TIMEOUT_MS)
        super().__init__(file_path, **kwargs)
        self._readers: SqliteReaders | None = None
        if readers and ":memory:" not in file_path:  # there, each connection has a database of its own
            busy_ms = int(self.pragmas["busy_timeout"])
            self._readers = SqliteReaders(file_path, readers, _add_functions, busy_ms=busy_ms, wait_s=wait_s)

    @property
    def in_use(self) -> int:
        """How many connections have a statement or a transaction now."""
        return int(self._lock.locked()) + (0 if self._readers is None else self._readers.in_use)

    async def readers(self) -> SqliteReaders | None:
        """Returns the connections that only read, if there are any.

        The writer connects first: it makes the file, if there is none, and its journal one that readers read beside.
        """
        if self._readers is not None and self._connection is None:
            async with self.acquire_connection():
                pass
        return self._readers

    async def close(self) -> None:
        """Closes all connections."""
        if self._readers is not None:
            await self._readers.close()
        await super().close()

    async def create_connection(self, with_db: bool) -> None:
        """Connects and sets the pragmas, waiting up to the busy timeout for other processes.

        SQLite itself does not wait when several change a new file's journal to WAL. Tortoise would keep a connection on
        which only some of the pragmas are set.
        """
        give_up = monotonic() + int(self.pragmas["busy_timeout"]) / 1000
        while True:
            try:
                await super().create_connection(with_db)
                return await self._prepare()
            except BaseException as error:
                await super().close()
                is_busy = isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY
                if not is_busy or monotonic() > give_up:
                    raise
                await asyncio.sleep(RETRY_S)

    async def _prepare(self) -> None:
        connection: Any = self._connection
        await connection._execute(_add_functions, connection._conn)

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """Gives the one connection to one statement at a time."""
        return HeldConnection(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateClient
