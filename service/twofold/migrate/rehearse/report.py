"""What a rehearsal saw: of each migration its runs, and what was lost or changed, by table and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal, TypeAlias

from twofold.migrate.files import Direction

__all__ = ["Blame", "Change", "Loss", "Rehearsal", "Report", "Run"]

Blame: TypeAlias = Literal["up", "down", "both"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """Values of a column that a run made others; `values` is how many there were, those that were null left out."""

    table: str
    column: str
    changed: int
    values: int


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What was there before a run and did not come back by the run the other way: values of a column, or whole rows."""

    direction: Blame
    table: str
    column: str | None
    """None: rows of the table."""
    lost: int
    of: int
    announced: bool
    """Whether the file says so: it drops the column or table, deletes from the table, or names it in LOSES."""

    def __str__(self) -> str:
        what, noun = (self.table, "rows") if self.column is None else (f"{self.table}.{self.column}", "values")
        said = ", as the file says" if self.announced else ""
        who = "up and down together lose" if self.direction == "both" else f"{self.direction} loses"
        return f"{who} {what} ({self.lost:,} of {self.of:,} {noun}){said}"


@dataclass(frozen=True, kw_only=True)
class Run:
    """A migration in one direction."""

    direction: Direction
    seconds: float
    rows_before: Mapping[str, int]
    rows_after: Mapping[str, int]
    changes: tuple[Change, ...] = ()

    def __str__(self) -> str:
        said = chain(self._tables(), (f"changes {each.table}.{each.column} ({each.changed:,} of {each.values:,} values)"
                                      for each in self.changes))  # fmt: skip
        return f"{self.direction:<4}  {self.seconds:8.3f} s  {'; '.join(said)}".rstrip()

    def _tables(self) -> Iterator[str]:
        before, after = self.rows_before, self.rows_after
        for verb, there, others in (("makes", after, before), ("drops", before, after)):
            names = [f"{each} ({there[each]:,} rows)" if there[each] else each for each in there if each not in others]
            if names:
                yield f"{verb} {', '.join(names)}"
        for each in before:
            if each in after and before[each] != after[each]:
                yield f"{each} has {after[each]:,} rows instead of {before[each]:,}"


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A migration that was run up and down, or down and up, and once more the first way."""

    migration: str
    runs: tuple[Run, ...]
    losses: tuple[Loss, ...] = ()
    not_restored: tuple[str, ...] = ()
    """Tables whose schema is another one after both directions than it was before."""
    failure: str | None = None

    @property
    def is_fine(self) -> bool:
        """Whether nothing was lost that the file does not announce, and both directions worked."""
        return self.failure is None and not self.not_restored and all(each.announced for each in self.losses)

    def lines(self) -> Iterator[str]:
        """Returns the report as people read it."""
        yield self.migration
        yield from (f"  {each}" for each in self.runs)
        yield from (f"  {each}" for each in self.losses)
        if self.not_restored:
            yield f"  both directions leave another schema than before: {', '.join(self.not_restored)}"
        if self.failure is not None:
            yield f"  failed: {self.failure}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that were rehearsed, in the order in which they were."""

    on: str
    rehearsals: tuple[Rehearsal, ...]
    notes: tuple[str, ...] = field(default=())
    failure: str | None = None
    """What went wrong after the single rehearsals."""

    @property
    def is_fine(self) -> bool:
        """Whether the migrations can be trusted with the rows that they were run on."""
        return self.failure is None and all(each.is_fine for each in self.rehearsals)

    def lines(self) -> Iterator[str]:
        """Returns the report as people read it."""
        if not self.rehearsals:
            yield "No migration is pending; --last N rehearses the last ones."
            return
        yield f"Rehearsed on {self.on}."
        yield from (f"Note: {each}." for each in self.notes)
        for each in self.rehearsals:
            yield from each.lines()
        if self.failure is not None:
            yield f"Failed: {self.failure}"
        yield (
            "Nothing was lost that the files do not announce."
            if self.is_fine
            else ("Something was lost that the files do not announce, or did not work.")
        )
