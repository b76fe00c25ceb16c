"""Rows kept in Redis, by aiocache, for the processes of all machines; each has those that it used last itself."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from hashlib import blake2b
from time import monotonic, time
from typing import Any, cast

from aiocache.backends.redis import RedisCache
from aiocache.base import BaseCache
from aiocache.serializers import NullSerializer

from twofold.cache.memory import BoundedMemory
from twofold.cache.store import Found, Kept
from twofold.shared import Seen
from twofold.shared.link import Gone
from twofold.shared.on_redis import OnRedis

__all__ = ["MAX_BYTES", "TURN_S", "RedisStore"]

MAX_BYTES = 1 << 20
"""Of the rows under a key; larger ones would hold up all others on their way."""
TURN_S = 2.0
"""For how long other processes wait for the one that asks the database, at most."""
FIRST_PAUSE_S, LAST_PAUSE_S = 0.002, 0.05
HEAD = struct.Struct(">Idd")
VERSION_BYTES = 8


def _as_it_is(key: bytes, namespace: str | None = None) -> bytes:  # noqa: ARG001
    return key


class RawRedis(RedisCache):  # type: ignore[misc]
    """aiocache's Redis over a client that is there, for bytes under keys that are bytes."""

    def __init__(self, client: Any) -> None:
        BaseCache.__init__(self, serializer=NullSerializer(encoding=None), timeout=0, key_builder=_as_it_is)
        self.client = client

    async def _set(self, key: bytes, value: bytes, ttl: float | None = None, _cas_token: object = None,
                   _conn: object = None) -> Any:  # fmt: skip
        """aiocache's own uses commands that redis-py gives up."""
        return await self.client.set(key, value, px=None if ttl is None else max(1, round(ttl * 1000)))


class RedisStore:
    """Keeps rows in Redis and, up to the bound of `memory`, in the process; see `Store`.

    What the process has costs only the versions a way to Redis; it is as good as what is there.
    """

    def __init__(self, shared: OnRedis, memory: BoundedMemory) -> None:
        self._link = shared.link
        self._versions = shared.versions
        self._memory = memory
        self._raw: RawRedis | None = None
        self._versions.get = self._get

    async def look(self, key: bytes, tags: tuple[int, ...]) -> Found:
        """Looks, in one round trip unless something was written; see `Store`."""
        kept: Kept | None = await self._memory.get(key)
        if kept is None:
            return await self._look_there(key, tags)
        seen = await self._versions.seen(tags)
        if seen is None:
            return Found(None, None)
        return Found(seen, kept.rows, None, kept.until_s) if kept.seen == seen else await self._look_there(key, tags)

    async def keep(self, key: bytes, tags: tuple[int, ...], seen: Seen, rows: bytes, ttl_s: float) -> bool:
        """Keeps rows; see `Store`. Not what is very large."""
        is_good = len(rows) <= MAX_BYTES and await self._versions.seen(tags) == seen

        async def ask(redis: Any, prefix: str) -> None:
            name = prefix.encode() + _name(key)
            if is_good:
                await self._cache(redis).set(name, _packed(seen, rows, ttl_s), ttl=ttl_s)
            else:
                await redis.delete(prefix.encode() + _turn(key, seen))  # who waits for it waits in vain

        try:
            await self._link.ask(ask)
        except Gone:
            return False
        if is_good:
            await self._memory.set(key, Kept(seen, rows, monotonic() + ttl_s), ttl=ttl_s)
        return is_good

    async def wait(self, key: bytes, tags: tuple[int, ...], seen: Seen) -> bytes | None:
        """Waits while another process loads the same; see `Store`. One that died holds nobody up for longer."""
        give_up_s = monotonic() + TURN_S
        pause_s = FIRST_PAUSE_S
        while monotonic() < give_up_s and not await self._takes_turn(key, seen):
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LAST_PAUSE_S)
            found = await self._look_there(key, tags)
            if found.rows is not None or found.seen != seen:
                return found.rows if found.seen == seen else None
        return None

    async def _takes_turn(self, key: bytes, seen: Seen) -> bool:
        async def ask(redis: Any, prefix: str) -> bool:
            return bool(await redis.set(prefix.encode() + _turn(key, seen), b"", nx=True, px=round(TURN_S * 1000)))

        try:
            return await self._link.ask(ask)
        except Gone:
            return True

    async def _look_there(self, key: bytes, tags: tuple[int, ...]) -> Found:
        found = await self._versions.ask(tags, _name(key))
        if found is None:
            return Found(None, None)
        seen, value, _ = found
        if value is None:
            return Found(seen, None)
        known, rows, left_s = _unpacked(value)
        if known != _joined(seen):
            return Found(seen, None, rows)
        until_s = monotonic() + left_s
        if left_s > 0:
            await self._memory.set(key, Kept(seen, rows, until_s), ttl=left_s)
        return Found(seen, rows, None, until_s)

    async def _get(self, redis: Any, keys: Sequence[bytes]) -> Sequence[bytes | None]:
        found: Sequence[bytes | None] = await self._cache(redis).multi_get(keys)
        return found

    def _cache(self, redis: Any) -> RawRedis:
        if self._raw is None:
            self._raw = RawRedis(redis)
        return self._raw


def _name(key: bytes) -> bytes:
    return b"rows:" + key


def _turn(key: bytes, seen: Seen) -> bytes:
    return b"turn:" + key + blake2b(_joined(seen), digest_size=16).digest()


def _joined(seen: Seen) -> bytes:
    return b"".join(cast("tuple[bytes, ...]", seen))


def _packed(seen: Seen, rows: bytes, ttl_s: float) -> bytes:
    """Rows after how many versions there are, when by the clock on the wall, for how long, and at which versions."""
    return HEAD.pack(len(seen), time(), ttl_s) + _joined(seen) + rows


def _unpacked(value: bytes) -> tuple[bytes, bytes, float]:
    """Returns the versions, the rows, and for how many seconds more they are good; Redis itself ends them in time.

    By a clock that was set back, or that of another machine, they may come from the future.
    """
    number, kept_at_s, ttl_s = HEAD.unpack_from(value)
    begin = HEAD.size + VERSION_BYTES * number
    return value[HEAD.size : begin], value[begin:], ttl_s - max(0.0, time() - kept_at_s)
