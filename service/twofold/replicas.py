"""Replicas of PostgreSQL, which answer what is read, and only if they have all that was acknowledged to anybody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

from twofold.connecting import Limits, replica_credentials
from twofold.outages import ours
from twofold.postgres import PostgresClient
from twofold.replica import Replica
from twofold.shared import Shared

__all__ = ["Replicas"]

log = logging.getLogger("twofold.replicas")

WRITTEN = """
SELECT (CASE current_setting('synchronous_commit')
    WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn()
END - '0/0'::pg_lsn)::bigint"""
"""Up to where commits are acknowledged: what is flushed, or else what is there, which a replica may get much later."""
CATCH_UP_S = 1.0
"""How long a write that cannot be told to others waits for the replicas to have it."""
GIVEN_UP_S = 10.0
"""How long writes do not wait once one has waited in vain."""


class Replicas:
    """Replicas by their URLs. Reads take turns among those that are far enough.

    After each commit, and before it is acknowledged, the primary's position is shared with the processes that may read.

    Raises:
        WrongSetting: the database is not PostgreSQL, or a URL is wrong.
    """

    def __init__(self, urls: Sequence[str], primary: Mapping[str, Any], limits: Limits, shared: Shared) -> None:
        given = [replica_credentials(url, primary) for url in urls]
        self._replicas = [Replica(f"replica {number}", each) for number, each in enumerate(given, 1)]
        self._limit_s = limits.statement_s
        self._shared = shared
        self._primary: PostgresClient | None = None
        self._turn = 0
        self._given_up_until_s = 0.0
        self._learning: asyncio.Task[None] | None = None

    def open(self, primary: PostgresClient) -> None:
        """Begins to use the replicas of the primary that such a client is of."""
        self._primary = primary
        primary.note = self._note
        if not self._shared.spans_machines:
            log.warning("replicas without TWOFOLD_REDIS_URL: only for processes of one user on one machine")
        for each in self._replicas:
            each.open()

    async def close(self) -> None:
        """Closes the connections to all replicas."""
        if self._learning is not None:
            self._learning.cancel()
        for each in self._replicas:
            await each.close()

    async def read(self, sql: str, parameters: Sequence[Any]) -> Sequence[Any] | None:
        """Returns the rows of a statement that only reads; None where the primary must be asked.

        Raises:
            OutOfRange, TooDeep, TooSlow: as `Database.fetch` does.
        """
        written = await self._shared.written()
        if written is None:
            self._learn()
            return None
        self._turn += 1
        for place in range(len(self._replicas)):
            each = self._replicas[(self._turn + place) % len(self._replicas)]
            if await each.has(written):
                rows = await each.read(sql, parameters, self._limit_s)
                if rows is not None:
                    return rows
        return None

    def _learn(self) -> None:
        if self._learning is None or self._learning.done():
            self._learning = asyncio.create_task(self._learned())

    async def _learned(self) -> None:
        try:
            await self._shared.learn(self._position)
        except Exception as error:
            if ours(error) is None:
                raise

    async def _position(self) -> int:
        assert self._primary is not None  # noqa: S101  # nobody reads before `open`
        async with self._primary.acquire_to_read() as connection:
            position: int = await connection.fetchval(WRITTEN)
            return position

    async def _note(self, connection: Any) -> None:
        """Shares how far the primary is, now that something is committed. The commit stands, whatever happens here."""
        try:
            position: int = await connection.fetchval(WRITTEN)
        except Exception as error:
            log.warning("how far the primary is cannot be known after a commit: %s: %s", type(error).__name__, error)
            await self._shared.unlearn()
            return
        if await self._shared.wrote(position):
            self._given_up_until_s = 0.0
        else:
            await self._catch_up(position)

    async def _catch_up(self, position: int) -> None:
        """Waits until all replicas that answer have what was written, since other processes may not hear of it."""
        now_s = monotonic()
        if now_s < self._given_up_until_s:
            return
        reached = await asyncio.gather(*(each.reaches(position, now_s + CATCH_UP_S) for each in self._replicas))
        if not all(reached):
            self._given_up_until_s = monotonic() + GIVEN_UP_S
            log.warning("a write is acknowledged that other processes may not see on a replica for a while")
