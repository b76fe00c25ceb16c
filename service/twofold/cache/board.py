"""What the caches of a machine's processes have done: each writes it into a place of the memory that all share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields
from datetime import UTC, datetime
from time import monotonic_ns, time_ns
from typing import Any
from zlib import crc32

from twofold.cache.stats import Stats
from twofold.shared.layout import SIZE, STATS, STATS_PLACES, STATS_WORDS
from twofold.shared.memory import SharedMemory

__all__ = ["Board", "Numbers", "Process"]

SAID, PID, BEGAN, FORM, FIRST = 0, 1, 2, 3, 4
"""In a place: when its process last wrote there, in ms of the machine's clock; which one it is; its numbers."""
GONE_MS = 10_000
"""After so long without a word, a process is taken to be gone: it says something each second."""
COUNTERS = len(fields(Stats))
GAUGES = 4
OURS = crc32(",".join(each.name for each in fields(Stats)).encode())
"""The form of a place: processes of another release may count other things."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What there is to say of the cache of a process, or of several."""

    stats: Stats = field(default_factory=Stats)
    entries: int = 0
    """What is kept in memory now."""
    bytes: int = 0
    evicted: int = 0
    """What was given up for something newer, since the start."""
    connections: int = 0
    """To the database, in use now."""

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(
            self.stats + other.stats, self.entries + other.entries, self.bytes + other.bytes,
            self.evicted + other.evicted, self.connections + other.connections,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Process:
    """A process, and what it says of its cache."""

    pid: int
    began_at: datetime
    numbers: Numbers


class Board:
    """Where the processes that serve one database on one machine say what their caches have done.

    It is in the file that they share, also where what they know is in Redis. Where there is no file, or no place in it
    for one more process, a process knows of itself only.
    """

    def __init__(self, engine: str, credentials: Mapping[str, Any]) -> None:
        self._memory = SharedMemory(engine, credentials, SIZE, lost="the cache is counted by each process for itself")
        self._me = (0, 0)
        """Its id, and when it first said something, in ms since 1970."""
        self._place: int | None = None
        self._latest: Process | None = None

    def say(self, numbers: Numbers) -> None:
        """Says what this process has done so far."""
        if self._me[0] != os.getpid():  # which may have been forked
            self._me, self._place = (os.getpid(), time_ns() // 1_000_000), None
        self._latest = Process(self._me[0], _moment(self._me[1]), numbers)
        words = self._memory.find(make=True)
        if words is not None and self._has_place(words):
            all_numbers = (*astuple(numbers.stats), *_gauges(numbers))
            for place, number in enumerate(all_numbers, self._begin(self._place) + FIRST):
                words[place] = number

    def processes(self) -> list[Process]:
        """Returns what all processes of the machine say that are there, this one among them, by their ids."""
        words = self._memory.find(make=False)
        begins = [] if words is None else [self._begin(place) for place in range(STATS_PLACES)]
        found = [_process(words, begin) for begin in begins if words is not None and _is_readable(words, begin)]
        if self._latest is not None and self._me not in {(each.pid, _ms(each.began_at)) for each in found}:
            found.append(self._latest)
        return sorted(found, key=lambda each: (each.pid, each.began_at))

    def leave(self) -> None:
        """Gives the place back."""
        words = self._memory.words
        if words is not None and self._place is not None and self._is_mine(words, self._begin(self._place)):
            words[self._begin(self._place) + SAID] = 0
        self._latest = self._place = None
        self._memory.close()

    def _has_place(self, words: memoryview) -> bool:
        """Whether there is a place for this process, which it keeps by saying something in time."""
        if self._place is None or not self._is_mine(words, self._begin(self._place)):
            with self._memory.alone():
                self._take_place(words)
        if self._place is not None:
            words[self._begin(self._place) + SAID] = _now_ms()
        return self._place is not None

    def _take_place(self, words: memoryview) -> None:
        free = (place for place in range(STATS_PLACES) if not _is_alive(words, self._begin(place)))
        self._place = next(free, None)
        if self._place is not None:
            begin = self._begin(self._place)
            words[begin + PID], words[begin + BEGAN] = self._me
            words[begin + FORM] = OURS
            for number in range(begin + FIRST, begin + STATS_WORDS):
                words[number] = 0
            words[begin + SAID] = _now_ms()

    def _is_mine(self, words: memoryview, begin: int) -> bool:
        return (words[begin + PID], words[begin + BEGAN]) == self._me

    def _begin(self, place: int | None) -> int:
        return STATS + (place or 0) * STATS_WORDS


def _is_alive(words: memoryview, begin: int) -> bool:
    """What was said later than now was said before the machine was started again."""
    return bool(words[begin + SAID]) and 0 <= _now_ms() - words[begin + SAID] < GONE_MS


def _is_readable(words: memoryview, begin: int) -> bool:
    return _is_alive(words, begin) and words[begin + FORM] == OURS


def _process(words: memoryview, begin: int) -> Process:
    counters, gauges = begin + FIRST, begin + FIRST + COUNTERS
    numbers = Numbers(Stats(*words[counters:gauges].tolist()), *words[gauges : gauges + GAUGES].tolist())
    return Process(words[begin + PID], _moment(words[begin + BEGAN]), numbers)


def _gauges(numbers: Numbers) -> tuple[int, ...]:
    return numbers.entries, numbers.bytes, numbers.evicted, numbers.connections


def _now_ms() -> int:
    return monotonic_ns() // 1_000_000


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
