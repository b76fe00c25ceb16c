"""What the processes of several machines share, in Redis."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from twofold.shared.link import LEFT_ALONE_S, Gone, Link

__all__ = ["OnRedis"]

# What was written is a letter and 16 hexadecimal digits, which compare as texts: Lua's numbers have 53 bits.
KNOWN, ASKING = "k", "a"
NOTHING_YET = f"{ASKING}{0:016x}"
KEPT_S = 30 * 86400
"""After which what a server knew in an earlier life goes."""
WROTE = """
local known = redis.call('GET', KEYS[1])
if known and string.sub(known, 2) < ARGV[1] then
  redis.call('SET', KEYS[1], string.sub(known, 1, 1) .. ARGV[1], 'KEEPTTL')
end"""
LEARNED = """
local known = redis.call('GET', KEYS[1])
if known then
  local position = string.sub(known, 2)
  if position < ARGV[1] then position = ARGV[1] end
  redis.call('SET', KEYS[1], 'k' .. position, 'KEEPTTL')
end"""


class OnRedis:
    """What is shared, in a Redis server. One of its databases belongs to one database of ours.

    Without Redis nothing is known, and nobody loses anything but time.
    """

    spans_machines = True

    def __init__(self, url: str) -> None:
        self.link = Link(url)
        self._telling: asyncio.Task[None] | None = None

    async def generation(self, *, make: bool = False) -> int | None:
        """Returns the number; see `Shared`."""

        async def ask(redis: Any, prefix: str) -> int | None:
            name = f"{prefix}generation"
            if make:
                await redis.set(name, secrets.randbits(63), nx=True, ex=KEPT_S)
            found = await redis.get(name)
            return None if found is None else int(found)

        try:
            return await self.link.ask(ask)
        except Gone:
            return None

    async def change(self) -> None:
        """Makes the generation another one; where Redis does not answer, again and again until it does."""
        try:
            await self._change()
        except Gone:
            if self._telling is None or self._telling.done():
                self._telling = asyncio.create_task(self._change_later())

    async def _change(self) -> None:
        async def ask(redis: Any, prefix: str) -> None:
            await redis.set(f"{prefix}generation", secrets.randbits(63), ex=KEPT_S)

        await self.link.ask(ask, at_any_rate=True)

    async def _change_later(self) -> None:
        while True:
            await asyncio.sleep(LEFT_ALONE_S / 2)
            try:
                return await self._change()
            except Gone:
                continue

    async def written(self) -> int | None:
        """Returns the position; see `Shared`."""

        async def ask(redis: Any, prefix: str) -> str | None:
            found = await redis.get(f"{prefix}written")
            return None if found is None else bytes(found).decode()

        try:
            found = await self.link.ask(ask)
        except Gone:
            return None
        return int(found[1:], 16) if found is not None and found[0] == KNOWN else None

    async def wrote(self, position: int) -> bool:
        """Raises the position. Where there is none, nobody relies on it."""

        async def ask(redis: Any, prefix: str) -> bool:
            await redis.eval(WROTE, 1, f"{prefix}written", f"{position:016x}")
            return True

        try:
            return await self.link.ask(ask)
        except Gone:
            return False

    async def learn(self, ask: Callable[[], Awaitable[int]]) -> None:
        """Makes the position known: what others wrote while the primary was asked counts too."""

        async def begin(redis: Any, prefix: str) -> str:
            name = f"{prefix}written"
            await redis.set(name, NOTHING_YET, nx=True, ex=KEPT_S)
            return name

        try:
            name = await self.link.ask(begin)
            position = await ask()
            # The name is that of before: if the server was started again meanwhile, there is nothing of that name.
            await self.link.ask(lambda redis, _: redis.eval(LEARNED, 1, name, f"{position:016x}"))
        except Gone:
            return

    async def unlearn(self) -> None:
        """Makes the position unknown."""
        try:
            await self.link.ask(lambda redis, prefix: redis.delete(f"{prefix}written"))
        except Gone:
            return

    async def get(self, name: str) -> bytes | None:
        """Returns what was put there; see `Shared`."""
        try:
            found = await self.link.ask(lambda redis, _: redis.get(f"twofold:{name}"))
        except Gone:
            return None
        return None if found is None else bytes(found)

    async def put(self, name: str, value: bytes, ttl_s: int) -> None:
        """Puts something there; see `Shared`."""
        try:
            await self.link.ask(lambda redis, _: redis.set(f"twofold:{name}", value, ex=ttl_s))
        except Gone:
            return

    async def close(self) -> None:
        """Closes all connections. What could not be told is tried once more."""
        if self._telling is not None and not self._telling.done():
            self._telling.cancel()
            with suppress(Gone):
                await self._change()
        await self.link.close()
