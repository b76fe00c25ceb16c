"""How much of a Redis is ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twofold.shared.link import Gone, Link
from twofold.shared.on_redis import OnRedis
from twofold.shared.shared import Shared

__all__ = ["Size", "size_of"]

OURS = "twofold:*"
AT_ONCE = 1000
MOST = 100_000
MEASURED = 500
"""Keys whose size is asked for; the others are taken to be as large as these on average."""


@dataclass(frozen=True, slots=True)
class Size:
    """What is ours in a Redis."""

    keys: int
    bytes: int
    """Measured up to some hundred keys, and estimated from these where there are more."""
    is_all: bool
    """Whether that are all keys: nobody goes on counting for ever."""


async def size_of(shared: Shared) -> Size | None:
    """Returns how many keys are ours, and how many bytes they take; None where there is no Redis that answers."""
    if not isinstance(shared, OnRedis):
        return None
    try:
        return await _counted(shared.link)
    except Gone:
        return None


async def _counted(link: Link) -> Size:
    cursor, keys, measured, bytes_ = 0, 0, 0, 0
    while True:
        cursor, names = await _page(link, cursor)
        keys += len(names)
        sample = names[: MEASURED - measured]
        bytes_ += await _bytes(link, sample)
        measured += len(sample)
        if not cursor or keys >= MOST:
            return Size(keys, bytes_ * keys // measured if measured else 0, is_all=not cursor)


async def _page(link: Link, cursor: int) -> tuple[int, Sequence[bytes]]:
    async def ask(redis: Any) -> tuple[int, Sequence[bytes]]:
        after, names = await redis.scan(cursor, match=OURS, count=AT_ONCE)
        return int(after), names

    return await link.ask_server(ask)


async def _bytes(link: Link, names: Sequence[bytes]) -> int:
    if not names:
        return 0

    async def ask(redis: Any) -> int:
        asking = redis.pipeline(transaction=False)
        for name in names:
            asking.memory_usage(name)
        return sum(found or 0 for found in await asking.execute())  # one may have ended meanwhile

    return await link.ask_server(ask)
