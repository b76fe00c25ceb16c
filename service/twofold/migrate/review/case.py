"""What a check is given: a migration in one direction on one dialect, and what is known around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from twofold.migrate.review.codes import Code
from twofold.migrate.review.courses import Act, Course
from twofold.migrate.review.cursor import Cursor
from twofold.migrate.review.facts import CreateTable, Insert, RebuildTable, Update
from twofold.migrate.review.finding import Finding, Severity
from twofold.migrate.review.rows import names_in
from twofold.migrate.review.sizes import Sizes
from twofold.migrate.review.tables import Tables

__all__ = ["Case", "Check"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A course with the tables before and after it, and the way back."""

    course: Course
    opposite: Course
    """The other direction on the same dialect."""
    before: Tables
    sizes: Sizes
    after: Tables
    """The tables when all is done."""

    def before_act(self, act: Act) -> Tables:
        """Returns the tables as they are when a step's statement begins."""
        return self._states[self.course.acts.index(act)]

    @cached_property
    def _states(self) -> list[Tables]:
        """The tables before each act."""
        return list(accumulate(self.course.acts, lambda tables, act: tables.after([act.fact]), initial=self.before))

    @cached_property
    def created(self) -> frozenset[str]:
        """Tables that this course makes itself, so that nobody else uses them yet."""
        return frozenset(act.fact.table for act in self.course.acts if isinstance(act.fact, CreateTable))

    @property
    def is_up(self) -> bool:
        """Whether it is the way forward."""
        return self.course.direction == "up"

    def waiting(self, table: str) -> Severity:
        """Returns how bad it is that others wait for `table`: by its size, and one less for a way back."""
        severity = self.sizes.severity(table, self.course.dialect)
        return severity if self.is_up else severity.lower

    def size_of(self, table: str) -> str:
        """Returns the table's name for a sentence, with its size where that is known."""
        rows = self.sizes.of(table, self.course.dialect)
        return table if rows is None else f"{table} (about {rows:,} rows)"

    def copied(self, act: Act, table: str, column: str | None = None) -> bool:
        """Returns whether an earlier statement reads the column of the table, or else rows of the table, to write them
        elsewhere."""
        for each in self.course.acts[: self.course.acts.index(act)]:
            match each.fact:
                case Insert() if each.fact.table != table:
                    reads = each.fact.reads
                case Update() if each.fact.sets - ({column} if each.fact.table == table else set()):
                    reads = each.fact.reads
                case RebuildTable():
                    cursor = Cursor((), self.course.dialect)
                    used = [names_in(value, cursor) for name, value in each.fact.values.items() if name != column]
                    reads = frozenset({each.fact.table}).union(*used)
                case _:
                    continue
            if table in reads and (column is None or column in reads):
                return True
        return False

    def finding(self, act: Act | None, code: Code, severity: Severity, reason: str, fix: str) -> Finding:
        """Returns a finding at a step, or of the course as a whole."""
        return Finding(
            severity=severity, code=code, file=self.course.file.name, direction=self.course.direction,
            dialect=self.course.dialect, statement=None if act is None else act.number,
            sql=None if act is None else act.sql, reason=reason, fix=fix,
        )  # fmt: skip


Check: TypeAlias = Callable[[Case], Iterator[Finding]]
