"""What the cache of a process has done."""

from __future__ import annotations

from dataclasses import astuple, dataclass

__all__ = ["Stats"]


@dataclass(slots=True)
class Stats:
    """Counters since the start of the process."""

    answers: int = 0
    """Requests that were answered with a finished answer."""
    hits: int = 0
    """Reads whose rows were kept."""
    misses: int = 0
    """Reads for which the database was asked, and that could be kept."""
    joined: int = 0
    """Reads that waited for another one of the same rows."""
    bypassed: int = 0
    """Reads that were not to be kept then: a write was under way, or nobody knew of none."""
    moved: int = 0
    """Rows that were not kept, because something was written while they were read, or because they are too large."""
    renewed: int = 0
    """Reads whose rows were kept, but before a write that they depend on."""
    needless: int = 0
    """Those of `renewed` whose rows turned out to be the same."""

    def __add__(self, other: Stats) -> Stats:
        return Stats(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))

    @property
    def hit_rate(self) -> float | None:
        """How much was answered from what was kept, from 0 to 1; None where nothing was asked."""
        kept = self.answers + self.hits
        asked = kept + self.misses + self.joined + self.bypassed
        return kept / asked if asked else None

    @property
    def over_invalidation(self) -> float | None:
        """How much of what was asked again after a write was the same, from 0 to 1; None where nothing was."""
        return self.needless / self.renewed if self.renewed else None
