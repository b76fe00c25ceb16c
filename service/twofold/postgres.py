"""Tortoise's PostgreSQL backend with a pool of its own.

asyncpg's pool makes a task and a proxy for every statement, which costs more than reading one row; and with Tortoise it
loses a place for each connection that turns out to be broken when a transaction begins.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections

__all__ = ["Pool", "client_class"]

Connection: TypeAlias = Any
"""An asyncpg.Connection; asyncpg has no types."""

POOL_OPTIONS = ("min_size", "max_size")


class Pool:
    """At most `size` connections, opened when they are needed; who gives one back hands it to who waits longest.

    A connection that comes back in the middle of something (a transaction, a cancelled statement) is closed: the server
    rolls back, and nobody else sees what was left.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self._size = size
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._places = 0
        """Connections that are there or being opened."""
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._emptied: asyncio.Event | None = None

    async def acquire(self) -> Connection:
        """Returns a connection that nobody else has; waits for one while all are in use.

        Raises:
            OSError, asyncpg.PostgresError: a new one cannot be opened.
        """
        connection = self._take()
        if connection is None and self._places < self._size:
            self._places += 1
            connection = await self._opened()
        elif connection is None:
            connection = await self._turn() or await self._opened()
        self._busy.add(connection)
        return connection

    async def release(self, connection: Connection) -> None:
        """Takes a connection back."""
        self.give_back(connection)

    def give_back(self, connection: Connection) -> None:
        """Takes a connection back, at once."""
        self._busy.discard(connection)
        usable = not (connection.is_closed() or connection.is_in_transaction() or connection._protocol._is_cancelling())
        if usable and self._emptied is None:
            if not self._hand_on(connection):
                self._idle.append(connection)
            return
        connection.terminate()
        self._vacate()

    async def close(self) -> None:
        """Closes all connections; those in use when they come back."""
        self._emptied = asyncio.Event()
        await self.expire_connections()
        if self._places:
            await self._emptied.wait()

    async def expire_connections(self) -> None:
        """Closes the connections that nobody uses."""
        while (connection := self._take()) is not None:
            try:
                await connection.close()
            finally:
                self._vacate()

    def terminate(self) -> None:
        """Closes all connections at once, whatever they do."""
        for connection in [*self._idle, *self._busy]:
            connection.terminate()

    def _take(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._vacate()
        return None

    async def _opened(self) -> Connection:
        """A new connection, in a place that is held for it."""
        try:
            return await self._connect()
        except BaseException:
            self._vacate()
            raise

    async def _turn(self) -> Connection | None:
        """A connection that comes back; or None, and a place for a new one."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was handed over in the same moment
                connection = turn.result()
                self._vacate() if connection is None else self.give_back(connection)
            raise

    def _hand_on(self, connection: Connection | None) -> bool:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    def _vacate(self) -> None:
        """Gives the place of a connection that is gone to who waits."""
        if self._hand_on(None):
            return
        self._places -= 1
        if self._emptied is not None and not self._places:
            self._emptied.set()


class Held:
    """A connection while a statement has it."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Connection:
        self._connection = await self._pool.acquire()
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        self._pool.give_back(self._connection)


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


class PostgresClient(AsyncpgDBClient):
    """Tortoise's client for asyncpg, on such a pool."""

    async def create_pool(self, **options: Any) -> Any:
        """Returns the pool, with one connection in it, so that a database out of reach is known at once."""
        prepare = options.pop("init")
        size = options["max_size"]
        given = {name: value for name, value in options.items() if name not in POOL_OPTIONS}

        async def connect() -> Connection:
            connection = await asyncpg.connect(**given)
            try:
                await prepare(connection)
            except BaseException:
                connection.terminate()
                raise
            return connection

        pool = Pool(connect, size)
        pool.give_back(await pool.acquire())
        return pool

    def acquire_connection(self) -> Any:
        """Returns a connection for the time of a block."""
        pool: Any = self._pool
        return super().acquire_connection() if pool is None else Held(pool)

    def _in_transaction(self) -> TransactionContext:
        return PooledTransactionContext(TransactionWrapper(self), self._pool_init_lock)


client_class = PostgresClient
