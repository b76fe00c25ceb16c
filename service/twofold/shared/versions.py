"""Versions of tags: by which a process knows that what it keeps is still what the database says.

A tag stands for some rows (see `twofold.cache.tags`). Its version is a random number, and another one after every write
of such rows:

1. A writer opens the tags before it commits, which changes their versions, and closes them after, which changes them
   again. In between nobody keeps or takes anything that depends on them.
2. A reader asks for the versions before it asks the database. What it keeps is good as long as they are the same.

So what was read before a commit and is kept after it is never taken: its versions are old. A writer that dies in
between leaves the tags open until its time is up, and their versions are others already.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol, TypeAlias

__all__ = ["Mark", "Seen", "Versions"]

Seen: TypeAlias = tuple[object, ...]
"""The version of the whole at one moment, and then those of some tags, in their order."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Tags that are open: what `close` needs to know."""

    tags: Collection[int] | None
    """None: all."""
    place: int = -1
    until: int = 0

    @property
    def is_told(self) -> bool:
        """Whether anybody was told; where not, no process that shares these versions can know of the write."""
        return self.place >= 0


class Versions(Protocol):
    """The versions that the processes which serve one database know together."""

    async def seen(self, tags: tuple[int, ...]) -> Seen | None:
        """Returns the versions of some tags; None while one is open, or where nobody knows."""
        ...

    async def open(self, tags: Collection[int] | None, lease_s: float) -> Mark:
        """Opens tags, or with None all there are, for at most that long; a write takes effect before that is over."""
        ...

    async def close(self, mark: Mark) -> bool:
        """Closes tags: the write has taken effect, or will not. Returns whether all who may ask were told."""
        ...
