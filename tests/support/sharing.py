"""What is shared in Redis without a database behind it."""

from __future__ import annotations

from twofold.shared.on_redis import OnRedis

__all__ = ["shared_in"]


def shared_in(url: str, whose: str = "a database") -> OnRedis:
    """Returns what a process of some database shares in the Redis at `url`."""
    shared = OnRedis(url)

    async def known() -> str:
        return whose

    shared.link.whose = known
    return shared
