"""Versions of tags in the memory that the processes of one machine share."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from time import monotonic, monotonic_ns
from typing import Any

from twofold.shared.layout import ANY_OPEN, BOOT, DEADLINES, MASK_WORDS, MASKS, PLACES, SLOT_COUNT, SLOTS, WHOLE
from twofold.shared.memory import SharedMemory
from twofold.shared.versions import Mark, Seen

__all__ = ["MappedVersions"]

MASK_BITS = MASK_WORDS * 64
EVERYTHING = (1 << MASK_BITS) - 1
LOOKED_AFTER_S = 1.0
"""How often a reader looks whether the file is still the one that is there; a writer does each time."""
FULL_S = 0.002
MANY = 32
"""What takes the versions of so many tags is kept; of more, it is made each time."""


class MappedVersions:
    """What `Versions` says, in shared memory: to compare versions is no system call.

    A write that is under way has a place of its own, with the time when it is over at the latest, so that what a killed
    process leaves there is in nobody's way for long. Clocks are the machine's monotonic one.
    """

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._look_at_s = 0.0

    async def seen(self, tags: tuple[int, ...]) -> Seen | None:
        """Returns the versions; see `Versions`."""
        return self.seen_now(tags)

    def seen_now(self, tags: tuple[int, ...]) -> Seen | None:
        """Returns the versions, for which nobody has to be waited for."""
        words = self._memory.words
        if words is None or monotonic() > self._look_at_s:
            words = self._found()
        if words is None:
            return None
        getter = _getter(tags) if len(tags) <= MANY else _getter.__wrapped__(tags)
        versions: tuple[int, ...] = getter(words)
        # After the versions: a write that is seen neither here nor there has not begun, or is over.
        if words[ANY_OPEN] and self._is_open(words, _mask(tags)):
            return None
        return versions

    async def open(self, tags: Collection[int] | None, lease_s: float) -> Mark:
        """Opens tags; see `Versions`. Waits while too many writes are under way."""
        while True:
            if self._found() is None:
                return Mark(tags)
            until = monotonic_ns() // 1000 + round(lease_s * 1_000_000)
            with self._memory.alone() as words:
                assert words is not None  # noqa: S101  # it was found
                place = _free_place(words)
                if place is not None:
                    _write_mask(words, place, EVERYTHING if tags is None else _mask(tags))
                    words[DEADLINES + place] = until
                    words[ANY_OPEN] = 1
                    _renew(words, tags)
                    return Mark(tags, place, until)
            await asyncio.sleep(FULL_S)

    async def close(self, mark: Mark) -> bool:
        """Closes tags; see `Versions`. Who finds no file keeps nothing, so there is nobody else to tell."""
        if not mark.is_told or self._found() is None:
            return True
        with self._memory.alone() as words:
            assert words is not None  # noqa: S101  # it was found
            _renew(words, mark.tags)
            if words[DEADLINES + mark.place] == mark.until:
                words[DEADLINES + mark.place] = 0
            now = monotonic_ns() // 1000
            words[ANY_OPEN] = any(until > now for until in words[DEADLINES : DEADLINES + PLACES])
        return True

    def _found(self) -> memoryview | None:
        """The words of the file that is there by now."""
        words = self._memory.find(make=True)
        self._look_at_s = monotonic() + LOOKED_AFTER_S
        if words is not None and not (words[WHOLE] and words[BOOT] == _boot()):
            with self._memory.alone():
                if not (words[WHOLE] and words[BOOT] == _boot()):
                    self._begin(words)
        return words

    def _begin(self, words: memoryview) -> None:
        """Makes a new file, or one that was left by another run of the machine, with another clock, ready."""
        for place in range(PLACES):
            words[DEADLINES + place] = 0
        words[ANY_OPEN] = 0
        words[BOOT] = _boot()
        _renew(words, None)

    def _is_open(self, words: memoryview, mask: int) -> bool:
        now = monotonic_ns() // 1000
        return any(words[DEADLINES + place] > now and _mask_at(words, place) & mask for place in range(PLACES))


def _free_place(words: memoryview) -> int | None:
    now = monotonic_ns() // 1000
    return next((place for place in range(PLACES) if words[DEADLINES + place] <= now), None)


def _renew(words: memoryview, tags: Collection[int] | None) -> None:
    """Gives tags new versions: random ones, so that nobody who was stopped in the middle gives an old one again."""
    slots = [WHOLE] if tags is None else [*{_slot(tag) for tag in tags}]
    for slot, version in zip(slots, struct.unpack(f"={len(slots)}Q", os.urandom(8 * len(slots))), strict=True):
        words[slot] = version or 1


def _slot(tag: int) -> int:
    return SLOTS + tag % SLOT_COUNT


@lru_cache(maxsize=4096)
def _getter(tags: tuple[int, ...]) -> Callable[[memoryview], Any]:
    """Returns what takes the versions of some tags out of the words, that of the whole first."""
    return itemgetter(WHOLE, *(_slot(tag) for tag in tags)) if tags else lambda words: (words[WHOLE],)


def _mask(tags: Iterable[int]) -> int:
    mask = 0
    for tag in tags:
        mask |= 1 << tag % MASK_BITS
    return mask


def _write_mask(words: memoryview, place: int, mask: int) -> None:
    begin = MASKS + place * MASK_WORDS
    for number in range(MASK_WORDS):
        words[begin + number] = mask >> 64 * number & (1 << 64) - 1


def _mask_at(words: memoryview, place: int) -> int:
    begin = MASKS + place * MASK_WORDS
    return sum(words[begin + number] << 64 * number for number in range(MASK_WORDS))


@lru_cache(maxsize=1)
def _boot() -> int:
    """Returns a number of this run of the machine; where nobody knows it, the same always."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    except OSError:
        return 1
    return int(text.replace("-", "").strip()[:15], 16) | 1
