"""One replica of a PostgreSQL: how far it is, whether it answers, and what it answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from twofold.errors import Unavailable
from twofold.outages import ours, stopped
from twofold.postgres import PostgresClient

__all__ = ["Replica"]

log = logging.getLogger("twofold.replicas")

REPLAYED = """
SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint END"""
"""NULL when it is a replica no longer."""
POLL_S = 0.25
ANSWER_S = 1.0
"""A replica that does not even say how far it is within this time is given up, with all statements that it has."""
SOON_S = 0.05
"""How long a read waits for a replica to say how far it is."""


class Replica:
    """A replica, asked again and again how far it is. It only goes forward, so what it said last is the least."""

    def __init__(self, name: str, credentials: Mapping[str, Any]) -> None:
        self.name = name
        self._client = PostgresClient(**credentials, connection_name=name)
        self._asked = PostgresClient(**{**credentials, "maxsize": 1}, connection_name=f"{name}, how far")
        self._replayed = 0
        self._is_up = False
        self._was_up = True
        """It has not been lost since it was last up, or since the start."""
        self._asking: asyncio.Task[None] | None = None
        self._polling: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begins to ask how far it is."""
        self._polling = asyncio.create_task(self._poll())

    async def close(self) -> None:
        """Closes its connections."""
        for task in (self._polling, self._asking):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        for client in (self._client, self._asked):
            await client.close()

    async def has(self, position: int) -> bool:
        """Returns whether it answers, and is at least that far, as it may have to say now."""
        if self._is_up and self._replayed < position:
            await asyncio.wait({self._ask_once()}, timeout=SOON_S)
        return self._is_up and self._replayed >= position

    async def reaches(self, position: int, give_up_s: float) -> bool:
        """Returns whether it is that far by the time that one gives up; one that does not answer, nobody reads."""
        if not self._is_up and self._was_up:  # nobody has asked it yet
            await asyncio.wait({self._ask_once()}, timeout=ANSWER_S)
        while self._is_up and monotonic() < give_up_s and not await self.has(position):  # noqa: ASYNC110
            await asyncio.sleep(0.002)  # it is in another server that something happens
        return not self._is_up or self._replayed >= position

    async def read(self, sql: str, parameters: Sequence[Any], limit_s: float | None) -> Sequence[Any] | None:
        """Returns the rows of a statement; None where it could not answer, and another server may.

        Raises:
            OutOfRange, TooDeep, TooSlow: as `Database.fetch` does.
        """
        start_s = monotonic()
        try:
            async with self._client.acquire_to_read() as connection:
                start_s = monotonic()
                rows: Sequence[Any] = await connection.fetch(sql, *parameters)
                return rows
        except Exception as error:
            known = stopped(error, monotonic() - start_s, limit_s) or ours(error)
            if known is None:
                raise
            if isinstance(known, Unavailable):
                return None
            raise known from error

    def _ask_once(self) -> asyncio.Task[None]:
        """Asks how far it is, unless somebody does already."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return self._asking

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_S), self._asked.acquire_to_read() as connection:
                replayed = await connection.fetchval(REPLAYED)
        except Exception as error:  # whatever it is, the replica does not answer
            self._lose(f"{type(error).__name__}: {error}")
            return
        if replayed is None:
            self._lose("it is no replica any more")
            return
        self._replayed = max(self._replayed, replayed)
        if not self._is_up:
            self._is_up = True
            log.info("%s answers", self.name) if self._was_up else log.warning("%s answers again", self.name)

    def _lose(self, why: str) -> None:
        if self._is_up or self._was_up:
            log.warning("%s does not answer, and the primary does for it: %s", self.name, why)
        self._is_up = self._was_up = False
        self._replayed = 0  # it may come back as another one
        for client in (self._client, self._asked):
            pool: Any = client._pool
            if pool is not None:
                pool.terminate()  # what waits for it fails now, and is asked of the primary

    async def _poll(self) -> None:
        while True:
            await self._ask_once()
            await asyncio.sleep(POLL_S)
