"""Where rows are kept, with the versions that they were read at."""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple, Protocol

from twofold.cache.memory import VERSION_BYTES, BoundedMemory
from twofold.shared import Seen, Versions

__all__ = ["Found", "Kept", "MemoryStore", "Store"]


class Found(NamedTuple):
    """What there is under a key. Without versions, nothing may be taken or kept."""

    seen: Seen | None
    rows: bytes | None
    """Those that are good now."""
    old: bytes | None = None
    """Those that may be good no longer."""
    until_s: float | None = None
    """Up to when the rows are kept, by the monotonic clock, where that is known."""


class Store(Protocol):
    """Where rows are kept, as bytes."""

    async def look(self, key: bytes, tags: tuple[int, ...]) -> Found:
        """Returns the versions of the tags now, and what is kept under the key at just these."""
        ...

    async def keep(self, key: bytes, tags: tuple[int, ...], seen: Seen, rows: bytes, ttl_s: float) -> bool:
        """Keeps rows that were read after their versions were `seen`, unless these are others already."""
        ...

    async def wait(self, key: bytes, tags: tuple[int, ...], seen: Seen) -> bytes | None:
        """Returns the rows as soon as another process has kept them that is loading them; None: load them yourself."""
        ...


class Kept:
    """Rows and their versions."""

    __slots__ = ("rows", "seen", "until_s")

    def __init__(self, seen: Seen, rows: bytes, until_s: float) -> None:
        self.seen = seen
        self.rows = rows
        self.until_s = until_s

    def __len__(self) -> int:
        return len(self.rows) + VERSION_BYTES * len(self.seen)


class MemoryStore:
    """Keeps rows in the process."""

    def __init__(self, memory: BoundedMemory, versions: Versions) -> None:
        self._memory = memory
        self._versions = versions

    async def look(self, key: bytes, tags: tuple[int, ...]) -> Found:
        """Looks; see `Store`."""
        seen = await self._versions.seen(tags)
        if seen is None:
            return Found(None, None)
        kept: Kept | None = await self._memory.get(key)
        if kept is None:
            return Found(seen, None)
        return Found(seen, kept.rows, None, kept.until_s) if kept.seen == seen else Found(seen, None, kept.rows)

    async def keep(self, key: bytes, tags: tuple[int, ...], seen: Seen, rows: bytes, ttl_s: float) -> bool:
        """Keeps rows; see `Store`."""
        if await self._versions.seen(tags) != seen:
            return False
        return bool(await self._memory.set(key, Kept(seen, rows, monotonic() + ttl_s), ttl=ttl_s))

    async def wait(self, key: bytes, tags: tuple[int, ...], seen: Seen) -> bytes | None:  # noqa: ARG002
        """Waits for nobody; no other process would keep them here."""
        return None
