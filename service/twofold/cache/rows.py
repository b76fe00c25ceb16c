"""Rows that statements answer, kept by their text and parameters: just what the database would be asked.

So who shares what follows from the rules by themselves. A statement has the actor's rules in it, and what they compare
with is among its parameters: where these are the same, so are the rows, whoever asks, and by whichever face.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from hashlib import blake2b
from time import monotonic
from typing import Any, TypeAlias

import orjson

from twofold.cache.basis import Basis
from twofold.cache.depends import tags_of_sources
from twofold.cache.memory import fitted
from twofold.cache.stats import Stats
from twofold.cache.store import Store
from twofold.database import Database, Row
from twofold.page import to_json
from twofold.resource import Caching
from twofold.shared import Seen
from twofold.sql import Statement

__all__ = ["RowCache"]

Flight: TypeAlias = tuple[bytes, Seen]
"""Rows that are being loaded: their key, and the versions that they will be kept at."""


class RowCache:
    """Reads rows, from where they are kept if they are good, or else from the database: once for all who wait."""

    def __init__(self, database: Database, store: Store | None, stats: Stats) -> None:
        self._database = database
        self._store = store
        self._stats = stats
        self._flights: dict[Flight, asyncio.Future[Sequence[Row] | None]] = {}

    async def read(self, statement: Statement, caching: Caching | None, values: Sequence[Any],
                   policy_values: Sequence[Any], basis: Basis | None = None) -> Sequence[Row]:  # fmt: skip
        """Returns the rows of a statement with these values. What they depend on joins the `basis`.

        Rows that were kept hold JSON values, which to_json writes as it would write the database's.

        Raises:
            OutOfRange, TooDeep, TooSlow, Unavailable: as `Database.read` does.
        """
        bound = statement.bind(values, policy_values)
        store = self._store
        if store is None or caching is None or self._database.in_transaction:
            return await self._uncached(statement, bound, basis)
        key = _key(statement, bound)
        tags = tags_of_sources(statement.sources, values, policy_values)
        found = await store.look(key, tags)
        if found.seen is None:
            self._stats.bypassed += 1
            return await self._uncached(statement, bound, basis)
        ttl_s = caching.ttl_s
        assert ttl_s is not None  # noqa: S101  # what is not declared is that of the settings by now
        if basis is not None:
            until_s = monotonic() + ttl_s if found.until_s is None else found.until_s
            basis.add(tags, found.seen, until_s, is_new=found.rows is None)
        if found.rows is not None:
            self._stats.hits += 1
            rows: Sequence[Row] = orjson.loads(found.rows)
            return rows
        flight = key, found.seen
        while (loading := self._flights.get(flight)) is not None:
            self._stats.joined += 1
            loaded = await asyncio.shield(loading)
            if loaded is not None:
                return loaded
        load = self._load(store, statement.text, bound, key, tags, found.seen, found.old, ttl_s)
        return await self._lead(flight, load)

    async def _uncached(self, statement: Statement, bound: Sequence[Any], basis: Basis | None) -> Sequence[Row]:
        if basis is not None:
            basis.refuse()
        return await self._database.read(statement.text, bound)

    async def _load(self, store: Store, text: str, bound: Sequence[Any], key: bytes, tags: tuple[int, ...], seen: Seen,
                    old: bytes | None, ttl_s: float) -> Sequence[Row]:  # fmt: skip
        loaded = await store.wait(key, tags, seen)
        if loaded is not None:
            self._stats.joined += 1
            there: Sequence[Row] = orjson.loads(loaded)
            return there
        self._stats.misses += 1
        rows = await self._database.read(text, bound)
        said = fitted(to_json([tuple(row) for row in rows]))
        if old is not None:
            self._stats.renewed += 1
            self._stats.needless += old == said
        if not await store.keep(key, tags, seen, said, ttl_s):
            self._stats.moved += 1
        return rows

    async def _lead(self, flight: Flight, load: Awaitable[Sequence[Row]]) -> Sequence[Row]:
        """Loads rows for all who wait for them; if it is given up, one of these does."""
        waited = self._flights[flight] = asyncio.get_running_loop().create_future()
        try:
            rows = await load
        except Exception as error:
            waited.set_exception(error)
            waited.exception()  # perhaps nobody waits
            raise
        except BaseException:
            waited.set_result(None)
            raise
        else:
            waited.set_result(rows)
            return rows
        finally:
            del self._flights[flight]


def _key(statement: Statement, bound: Sequence[Any]) -> bytes:
    """The values as Python writes them, so that no two of different types are one."""
    return statement.digest + blake2b(repr(bound).encode("utf-8", "surrogatepass"), digest_size=16).digest()
