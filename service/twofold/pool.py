"""A bounded number of connections, of whichever driver."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

__all__ = ["Connection", "NoneFree", "Pool"]

Connection: TypeAlias = Any
"""A driver's connection, with `is_closed()`, `terminate()` and an asynchronous `close()`; asyncpg has no types."""


class NoneFree(TimeoutError):
    """All connections stayed in use for as long as anybody waits for one."""


class Pool:
    """At most `size` connections, opened when they are needed; who gives one back hands it to who waits longest.

    A connection that comes back in the middle of something (a transaction, a cancelled statement), as `is_usable`
    tells, is closed, and nobody else sees what was left. With `wait_s`, nobody waits longer than that.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Connection]],
        size: int,
        *,
        is_usable: Callable[[Connection], bool],
        wait_s: float | None = None,
    ) -> None:
        self._connect = connect
        self._size = size
        self._is_usable = is_usable
        self._wait_s = wait_s
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._places = 0
        """Connections that are there or being opened."""
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._emptied: asyncio.Event | None = None

    @property
    def in_use(self) -> int:
        """How many connections somebody has."""
        return len(self._busy)

    async def acquire(self) -> Connection:
        """Returns a connection that nobody else has; waits for one while all are in use.

        Raises:
            NoneFree: none came back within the time that one waits.
            OSError, or the driver's errors: a new one cannot be opened.
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
        if self._emptied is None and self._is_usable(connection):
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
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Connection | None] = loop.create_future()
        self._waiting.append(turn)
        timer = None if self._wait_s is None else loop.call_later(self._wait_s, self._give_up, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:  # handed over in the same moment
                connection = turn.result()
                self._vacate() if connection is None else self.give_back(connection)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _give_up(self, turn: asyncio.Future[Connection | None]) -> None:
        if not turn.done():
            self._waiting.remove(turn)
            turn.set_exception(NoneFree(f"no connection was free for {self._wait_s:g} s"))

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
