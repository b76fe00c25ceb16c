"""What the processes of several machines share, in Redis."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from twofold.shared.link import Gone, Link
from twofold.shared.redis_versions import RedisVersions

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
    """What is shared, in a Redis server, which others may have for another database of ours.

    Without Redis nothing is known, and nobody loses anything but time.
    """

    spans_machines = True

    def __init__(self, url: str) -> None:
        self.link = Link(url)
        self.versions = RedisVersions(self.link)

    async def answers(self) -> bool:
        """Returns whether Redis answers; False at once where it has not a moment ago."""
        try:
            return bool(await self.link.ask(lambda redis, _: redis.ping()))
        except Gone:
            return False

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

        async def tell(redis: Any, prefix: str) -> None:
            if name == f"{prefix}written":  # the primary, and Redis, are those of before
                await redis.eval(LEARNED, 1, name, f"{position:016x}")

        try:
            name = await self.link.ask(begin)
            position = await ask()
            await self.link.ask(tell)
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
            found = await self.link.ask_server(lambda redis: redis.get(f"twofold:{name}"))
        except Gone:
            return None
        return None if found is None else bytes(found)

    async def put(self, name: str, value: bytes, ttl_s: int) -> None:
        """Puts something there; see `Shared`."""
        try:
            await self.link.ask_server(lambda redis: redis.set(f"twofold:{name}", value, ex=ttl_s))
        except Gone:
            return

    async def close(self) -> None:
        """Closes all connections."""
        await self.link.close()
