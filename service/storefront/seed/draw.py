"""Choices, moments and keys that look random and come out the same at every run."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

__all__ = ["END", "START", "Draw", "Ids", "Unique", "nth", "slug_of"]

START = datetime(2025, 1, 6, 8, tzinfo=UTC)
END = datetime(2026, 6, 30, tzinfo=UTC)

_T = TypeVar("_T")

_UNDECOMPOSED = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "'": ""})


class Draw:
    """A stream of choices. Streams of different names do not disturb each other.

    All is made from `Random.random`, whose sequence Python promises to keep; the other methods may change.
    """

    def __init__(self, stream: str) -> None:
        self._random = Random(stream).random  # noqa: S311  # demo data, no secrets

    def share(self) -> float:
        """Returns a number from 0 up to 1, without 1."""
        return self._random()

    def below(self, bound: int) -> int:
        """Returns a whole number from 0 to `bound` - 1."""
        return int(self._random() * bound)

    def between(self, low: int, high: int) -> int:
        """Returns a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """Returns True in `percent` of 100 cases."""
        return self.below(100) < percent

    def one(self, items: Sequence[_T]) -> _T:
        """Returns one of the items."""
        return items[self.below(len(items))]

    def some(self, items: Sequence[_T], count: int) -> list[_T]:
        """Returns `count` different ones of the items, or all when there are fewer, in the order drawn."""
        count = min(count, len(items))
        chosen: dict[int, None] = {}
        while len(chosen) < count:
            chosen[self.below(len(items))] = None
        return [items[index] for index in chosen]

    def shuffled(self, items: Sequence[_T]) -> list[_T]:
        """Returns all the items in another order."""
        rest = list(items)
        for last in range(len(rest) - 1, 0, -1):
            other = self.below(last + 1)
            rest[last], rest[other] = rest[other], rest[last]
        return rest

    def weighted(self, choices: Sequence[tuple[_T, int]]) -> _T:
        """Returns one of the choices, each as often as its weight says."""
        left = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            if left < weight:
                return choice
            left -= weight
        raise ValueError("there is nothing to choose from")

    def moment(self, first: datetime, last: datetime) -> datetime:
        """Returns a whole second from `first` up to `last`."""
        return first + timedelta(seconds=self.below(max(int((last - first).total_seconds()), 1)))

    def early_moment(self, first: datetime, last: datetime) -> datetime:
        """Returns a whole second from `first` up to `last`, more often near the first."""
        seconds = (last - first).total_seconds()
        return first + timedelta(seconds=int(seconds * self._random() * self._random()))


class Ids:
    """Makes keys of the form of UUIDv7 (RFC 9562 §5.7), sorted by the row's own time and not by the clock.

    A counter inside keeps them unique; the other bits are drawn.
    """

    def __init__(self, stream: str) -> None:
        self._draw = Draw(stream)
        self._made = 0

    def new(self, at: datetime) -> UUID:
        """Returns the next key, for a row made at `at`."""
        self._made += 1
        milliseconds = int(at.timestamp()) * 1000 + self._made % 1000
        front = milliseconds << 80 | 7 << 76 | self._draw.below(1 << 12) << 64
        return UUID(int=front | 2 << 62 | self._made << 32 | self._draw.below(1 << 32))


class Unique:
    """Counts names, so that the second of a kind can be told from the first."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def number(self, name: str) -> int:
        """Returns 1 when `name` comes for the first time, 2 the second time, and so on."""
        self._seen[name] += 1
        return self._seen[name]


def slug_of(text: str) -> str:
    """Returns `text` in lower-case ASCII letters and digits, with hyphens between the words."""
    plain = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED)).encode("ascii", "ignore").decode()
    return "-".join("".join(sign if sign.isalnum() else " " for sign in plain.lower()).split())


def nth(name: str, endings: Sequence[str], index: int) -> str:
    """Returns `name` for index 0, and for each further index the name with another ending."""
    if index == 0:
        return name
    again, ending = divmod(index - 1, len(endings))
    return f"{name} {endings[ending]}" + (f" {again + 1}" if again else "")
