"""Telling others, each second, what the cache of this process has done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from twofold.cache.board import Board, Numbers, Process
from twofold.cache.memory import BoundedMemory
from twofold.cache.stats import Stats
from twofold.database import Database

__all__ = ["Counting", "board_of"]

EACH_S = 1.0


def board_of(database: Database) -> Board:
    """Returns where the processes of this machine that serve a database say what their caches have done."""
    default = database.config["connections"]["default"]
    return Board(default["engine"], default["credentials"])


class Counting:
    """What the cache of this process has done, where other processes see it.

    To count is to add to a number of the process; what is there is copied for others each second.
    """

    def __init__(self, database: Database, stats: Stats, memory: BoundedMemory) -> None:
        self._database = database
        self._stats = stats
        self._memory = memory
        self._board = board_of(database)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tells others while the block runs."""
        self._say()
        telling = asyncio.create_task(self._go_on())
        try:
            yield
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
            self._board.leave()

    def processes(self) -> list[Process]:
        """Returns what all processes of the machine have done, this one up to now, the others up to a second ago."""
        self._say()
        return self._board.processes()

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(EACH_S)
            self._say()

    def _say(self) -> None:
        memory, in_use = self._memory, self._database.connections_in_use
        self._board.say(Numbers(self._stats, len(memory), memory.bytes, memory.evicted, in_use))
