"""Tortoise's PostgreSQL backend with a pool of its own.

asyncpg's pool makes a task and a proxy for every statement, which costs more than reading one row; and with Tortoise it
loses a place for each connection that turns out to be broken when a transaction begins.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from twofold.pool import Connection, Pool
from twofold.transaction_mode import connected
from twofold.watching import Effects, Watched

__all__ = ["PostgresClient", "client_class", "is_usable"]

POOL_OPTIONS = ("min_size", "max_size")


def is_usable(connection: Connection) -> bool:
    """Returns whether a connection is ready for another statement: in nothing that the server would have to undo."""
    return not (connection.is_closed() or connection.is_in_transaction() or connection._protocol._is_cancelling())


Noting: TypeAlias = Callable[[Connection], Awaitable[None]]
"""What is done on a connection that may have written, before anybody is told."""


class Held:
    """A connection while a statement has it; `note` is done afterwards."""

    __slots__ = ("_client", "_connection", "_note", "_pool")

    def __init__(self, client: PostgresClient, note: Noting | None) -> None:
        self._client = client
        self._note = note

    async def __aenter__(self) -> Connection:
        self._pool: Any = self._client._pool or await self._client.connected_pool()
        self._connection = await self._pool.acquire()
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        try:
            if self._note is not None and is_usable(self._connection):
                await self._note(self._connection)
        finally:
            self._pool.give_back(self._connection)


class Savepoint(Watched, TransactionWrapper):
    """A transaction within another one."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.watch, self.effects = connection.watch, connection.effects

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Savepoint(self))


class NotedTransaction(Savepoint):
    """A transaction, the outermost, whose commit is noted."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.effects = Effects()

    async def commit(self) -> None:
        """Commits."""
        await self.committed(self._commit)

    async def _commit(self) -> None:
        await super().commit()
        note = cast("PostgresClient", self._parent).note
        if note is not None:
            await note(self._connection)


class PooledTransactionContext(TransactionContextPooled):
    """A transaction's block, which leaves nothing held when the transaction cannot begin.

    Tortoise's own keeps the connection then, and its task goes on to use it.
    """

    async def __aenter__(self) -> TransactionalDBClient:
        client: Any = self.client
        await self.ensure_connection()
        client._connection = await client._parent._pool.acquire()
        try:
            await client.begin()
        except BaseException:
            await client._parent._pool.release(client._connection)
            raise
        self.token = get_connections().set(self.connection_name, client)
        return self.client


class PostgresClient(Watched, AsyncpgDBClient):
    """Tortoise's client for asyncpg, on such a pool. `settings` are PostgreSQL's, for each of its sessions."""

    def __init__(
        self, *, settings: Mapping[str, str], wait_s: float | None = None, pooler: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._wait_s = wait_s
        self._pooler = pooler
        self.note: Noting | None = None

    async def create_pool(self, **options: Any) -> Any:
        """Returns the pool, with one connection in it, so that a database out of reach is known at once."""
        size = options["max_size"]
        given = {name: value for name, value in options.items() if name not in POOL_OPTIONS}
        prepare = " ".join(f"SET {name} = {value};" for name, value in self._settings.items())

        async def connect() -> Connection:
            if self._pooler:
                return await connected(given, self._settings)
            connection = await asyncpg.connect(**given)
            try:
                await connection.execute(prepare)
            except BaseException:
                connection.terminate()
                raise
            return connection

        pool = Pool(connect, size, is_usable=is_usable, wait_s=self._wait_s)
        pool.give_back(await pool.acquire())
        return pool

    @property
    def in_use(self) -> int:
        """How many connections somebody has."""
        return 0 if self._pool is None else cast("Pool", self._pool).in_use

    async def connected_pool(self) -> Any:
        """Returns the pool, once it is there."""
        async with self._pool_init_lock:
            if self._pool is None:
                await self.create_connection(with_db=True)
        return self._pool

    def acquire_connection(self) -> Any:
        """Returns a connection for the time of a block, which may write."""
        return Held(self, self.note)

    def acquire_to_read(self) -> Any:
        """Returns a connection for the time of a block, which only reads."""
        return Held(self, None)

    def _in_transaction(self) -> TransactionContext:
        return PooledTransactionContext(NotedTransaction(self), self._pool_init_lock)


client_class = PostgresClient
