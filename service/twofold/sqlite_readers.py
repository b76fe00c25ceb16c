"""Connections to a SQLite file that only read: nobody who reads waits for a transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import aiosqlite

from twofold.interrupting import INTERRUPT_AGAIN_S, fetch_within
from twofold.pool import Pool

__all__ = ["SqliteReaders"]

ROWS_AT_ONCE = 64
"""How many rows an aiosqlite cursor brings at a time; ours bring all."""


class Reader:
    """A connection that only reads, and its thread."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._is_left = False
        """Somebody was cancelled while they waited for a statement, which may still run."""
        self._end: asyncio.Future[Any] | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it stands ready for another statement."""
        return not self._is_left and self._end is None

    async def fetch(self, sql: str, parameters: Sequence[Any], limit_s: float | None) -> Sequence[Any]:
        """Returns the rows of a statement.

        Raises:
            TooSlow: it took longer than `limit_s`.
        """
        try:
            return await fetch_within(self._connection, sql, parameters, limit_s)
        except asyncio.CancelledError:
            self._is_left = True
            raise

    def is_closed(self) -> bool:
        """Returns whether it was closed."""
        return self._end is not None

    async def close(self) -> None:
        """Closes it, once its statement has ended."""
        self._end = asyncio.get_running_loop().create_future()
        await self._connection.close()

    def terminate(self) -> None:
        """Closes it, and interrupts its statement until that has ended."""
        self._end = self._connection.stop()
        self._interrupt()

    def _interrupt(self) -> None:
        raw = self._connection._connection
        if raw is None or self._end is None or self._end.done():
            return
        with suppress(sqlite3.ProgrammingError):  # it was closed in this moment
            raw.interrupt()
        asyncio.get_running_loop().call_later(INTERRUPT_AGAIN_S, self._interrupt)


class SqliteReaders:
    """At most `size` connections to a file that only read, each opened when it is needed."""

    def __init__(
        self, path: str, size: int, prepare: Callable[[sqlite3.Connection], None], *, busy_ms: int, wait_s: float | None
    ) -> None:
        self._path = path
        self._prepare = prepare
        self._busy_ms = busy_ms
        self._pool = Pool(self._connected, size, is_usable=lambda reader: reader.is_usable, wait_s=wait_s)

    @property
    def in_use(self) -> int:
        """How many connections have a statement now."""
        return self._pool.in_use

    async def fetch(self, sql: str, parameters: Sequence[Any], limit_s: float | None) -> Sequence[Any]:
        """Returns the rows of a statement as of the last commit before it, whoever made that.

        Raises:
            TooSlow: it took longer than `limit_s`.
            NoneFree: all connections stayed in use.
            sqlite3.OperationalError: the file cannot be read; or the statement writes, which SQLite refuses.
        """
        reader = await self._pool.acquire()
        try:
            rows: Sequence[Any] = await reader.fetch(sql, parameters, limit_s)
            return rows
        finally:
            self._pool.give_back(reader)

    async def close(self) -> None:
        """Closes all connections."""
        await self._pool.close()

    async def _connected(self) -> Reader:
        connection = aiosqlite.Connection(self._connect, ROWS_AT_ONCE)
        connection._thread.daemon = True  # a process that ends in an error does not wait for who only reads
        return Reader(await connection)

    def _connect(self) -> sqlite3.Connection:
        """In the connection's own thread."""
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute(f"PRAGMA busy_timeout = {self._busy_ms}")
            self._prepare(connection)
            connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return connection
