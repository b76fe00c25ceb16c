"""What an answer is based on: tags, and their versions when it was read."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from twofold.resource import Caching
from twofold.shared import Seen

__all__ = ["Basis"]


class Basis:
    """Gathers what the reads behind an answer depended on, so that the whole answer can be kept.

    It is `whole` as long as each of them could be kept, and no two saw different versions of one tag.
    """

    def __init__(self) -> None:
        self.is_whole = True
        self.is_new = False
        """Whether any of the rows had to be asked of the database."""
        self.caching: Caching | None = None
        """The strictest of what is declared of the resources that were read, kept or not; None before the first."""
        self.slots: set[int] = set()
        """Which of the policy's values the reads compared with."""
        self.until_s = inf
        """When the first of the rows is to be asked again, by the monotonic clock."""
        self._versions: dict[int, object] = {}
        self._everything: object = None

    def about(self, caching: Caching | None, slots: Iterable[int] = ()) -> None:
        """Says what is declared of all that a read is about, None: not to be kept, and what of the policy is in it."""
        declared = caching or Caching()
        self.caching = declared if self.caching is None else self.caching.stricter(declared)
        self.slots.update(slots)

    def add(self, tags: tuple[int, ...], seen: Seen, until_s: float, *, is_new: bool) -> None:
        """Adds a read whose rows may be kept up to a time, in seconds of the monotonic clock, or that are `is_new`."""
        self.is_new |= is_new
        everything, *versions = seen
        known = self._versions
        if (known and everything != self._everything) or any(
            known.get(tag, version) != version for tag, version in zip(tags, versions, strict=True)
        ):
            self.is_whole = False
        self._everything = everything
        known.update(zip(tags, versions, strict=True))
        self.until_s = min(self.until_s, until_s)

    def refuse(self) -> None:
        """Says that the answer is not to be kept."""
        self.is_whole = False

    @property
    def tags(self) -> tuple[int, ...]:
        """All tags, in an order that is always the same."""
        return tuple(sorted(self._versions))

    @property
    def seen(self) -> Seen:
        """Their versions, as `Versions.seen` gives them."""
        return (self._everything, *(self._versions[tag] for tag in sorted(self._versions)))
