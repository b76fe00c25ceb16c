"""aiocache's cache in memory, with a bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from aiocache.base import BaseCache
from aiocache.serializers import NullSerializer

__all__ = ["VERSION_BYTES", "BoundedMemory", "fitted"]

ENTRY_BYTES = 600
"""What an entry takes beside its value: its key, and its place."""
VERSION_BYTES = 48
"""What a number takes, and its place in a tuple: a version, or a tag."""
MAX_SPARED = 64
"""For one new value, so that nobody waits until all have been looked through."""


def fitted(data: bytes) -> bytes:
    """Returns the same bytes in as much memory as they are: orjson's have room for up to fourteen times as many."""
    return bytes(memoryview(data))


def _as_it_is(key: Hashable, namespace: str | None = None) -> Hashable:  # noqa: ARG001
    return key


@dataclass(slots=True)
class _Entry:
    value: Any
    bytes: int
    until_s: float
    is_used: bool = False
    """Since it came, or was last spared."""


class BoundedMemory(BaseCache):  # type: ignore[misc]
    """Holds values up to `max_bytes` together. Values say their size: `len(value)`.

    What was there for longest goes first, but what was used meanwhile is spared once (second chance; Corbató, "A Paging
    Experiment with the Multics System", 1968): to use a value moves nothing.

    aiocache's own has no bound and a timer for each key (https://github.com/aio-libs/aiocache/issues/429). Keys may be
    anything that is hashable.
    """

    NAME = "memory"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(serializer=NullSerializer(), timeout=0, key_builder=_as_it_is)
        self.max_bytes = max_bytes
        self.bytes = 0
        self.evicted = 0
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    async def get(self, key: Hashable, default: Any = None, *_: object, **__: object) -> Any:
        """Returns what is kept under a key; aiocache's own way spends microseconds on plugins and limits of time."""
        found = self.look(key)
        return default if found is None else found

    async def set(self, key: Hashable, value: Any, ttl: Any = None, *_: object, **__: object) -> bool:
        """Keeps a value for so many seconds, for as long as there is room without; False: it is too large."""
        return self._put(key, value, ttl)

    async def _get(self, key: Hashable, encoding: object = None, _conn: object = None) -> Any:  # noqa: ARG002
        return self.look(key)

    def look(self, key: Hashable) -> Any:
        """Returns what is kept under a key, or None; as `get`, for who cannot spare half a microsecond."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if monotonic() >= entry.until_s:
            self._drop(key)
            return None
        entry.is_used = True
        return entry.value

    async def _multi_get(self, keys: Sequence[Hashable], encoding: object = None,  # noqa: ARG002
                         _conn: object = None) -> list[Any]:  # fmt: skip
        return [self.look(key) for key in keys]

    async def _set(self, key: Hashable, value: Any, ttl: float | None = None, _cas_token: object = None,
                   _conn: object = None) -> bool:  # fmt: skip
        return self._put(key, value, ttl)

    def _put(self, key: Hashable, value: Any, ttl: float | None) -> bool:
        self._drop(key)
        size = len(value) + ENTRY_BYTES
        if size > self.max_bytes // 8:
            return False
        self._make_room(size)
        self._entries[key] = _Entry(value, size, monotonic() + (3e9 if ttl is None else ttl))
        self.bytes += size
        return True

    def _make_room(self, size: int) -> None:
        spared = 0
        while self.bytes + size > self.max_bytes:
            key, entry = self._entries.popitem(last=False)
            if entry.is_used and spared < MAX_SPARED:
                entry.is_used = False
                self._entries[key] = entry
                spared += 1
            else:
                self.bytes -= entry.bytes
                self.evicted += 1

    async def _delete(self, key: Hashable, _conn: object = None) -> int:
        return int(self._drop(key))

    async def _exists(self, key: Hashable, _conn: object = None) -> bool:
        return key in self._entries

    async def _clear(self, namespace: str | None = None, _conn: object = None) -> bool:  # noqa: ARG002
        self._entries.clear()
        self.bytes = 0
        return True

    def _drop(self, key: Hashable) -> bool:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry.bytes
        return entry is not None
