"""What SQLite and PostgreSQL say differently of aggregates. Whatever is summed, both come to the same exact result.

SQLite's integers have 64 bits, and its sum() fails where they do not suffice. So wide numbers are summed in two
halves, of which neither can overflow; PostgreSQL's sums of them have as many digits as they need.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal

from twofold.aggregate import Part
from twofold.database import Dialect
from twofold.kinds import Kind
from twofold.sql.dialects import FITTING, Encode

__all__ = ["EVERY", "SUMS", "Sums"]

EVERY = '" every"'
"""A name for the groups before any are left out, that no table has."""
HALF = 32
LOW = (1 << HALF) - 1


class Sums(ABC):
    """How one database adds up, cuts moments down, and lists what it found.

    `is_wide` columns hold 64 bits: their sums have more.
    """

    @abstractmethod
    def total(self, column: str, *, is_wide: bool) -> str:
        """Returns the exact sum of whole numbers as JSON: a number, a text, or a list of its high and low half."""

    @abstractmethod
    def fitting(self, column: str, *, is_wide: bool) -> str:
        """Returns the sum of whole numbers as one that has 64 bits; null where it has more."""

    @abstractmethod
    def comparable(self, column: str, *, is_wide: bool) -> list[str]:
        """Returns the expressions that sums are sorted and compared by: the first counts most."""

    @abstractmethod
    def comparands(self, *, is_wide: bool) -> list[tuple[Encode | None, str]]:
        """Returns how a value is encoded to be compared with each of `comparable`, and its type."""

    @abstractmethod
    def mean(self, column: str, *, is_wide: bool) -> str:
        """Returns the average of whole numbers as the nearest double: the same one on every database."""

    @abstractmethod
    def equal(self, left: Sequence[str], right: Sequence[str], *, negated: bool) -> str:
        """Returns the test that expressions are the same; negated, that they differ, null included."""

    @abstractmethod
    def cut(self, kind: Kind, column: str, part: Part) -> str:
        """Returns the first moment, or day, of the year, month or day that `column` is in, in UTC."""

    @abstractmethod
    def listed(self, values: Sequence[str]) -> str:
        """Returns the expressions as a JSON array."""

    @abstractmethod
    def gathered(self, source: str) -> str:
        """Returns a subquery for the column `j` of `source`, each a JSON array, as an array of them."""

    @abstractmethod
    def gathered_of(self, every: str, page: str) -> str:
        """Returns a subquery for `[what page gathers, how many rows every has]`; `page` selects from EVERY."""


class PostgresSums(Sums):
    """PostgreSQL sums in `numeric` whatever has 64 bits."""

    def total(self, column: str, *, is_wide: bool) -> str:
        return f"sum({column})::text" if is_wide else f"sum({column})"

    def fitting(self, column: str, *, is_wide: bool) -> str:
        total = f"sum({column})"
        return f"CASE WHEN {total} {FITTING} THEN {total}::bigint END" if is_wide else total

    def comparable(self, column: str, *, is_wide: bool) -> list[str]:  # noqa: ARG002
        return [f"sum({column})"]

    def comparands(self, *, is_wide: bool) -> list[tuple[Encode | None, str]]:
        return [(Decimal, "numeric")] if is_wide else [(None, "bigint")]

    def mean(self, column: str, *, is_wide: bool) -> str:  # noqa: ARG002
        return f"sum({column})::float8 / count({column})"

    def equal(self, left: Sequence[str], right: Sequence[str], *, negated: bool) -> str:
        return f"{left[0]} {'IS DISTINCT FROM' if negated else '='} {right[0]}"

    def cut(self, kind: Kind, column: str, part: Part) -> str:
        if kind.name == "date":
            return f"date_trunc('{part}', {column}::timestamp)::date"
        return f"date_trunc('{part}', {column}, 'UTC')"

    def listed(self, values: Sequence[str]) -> str:
        return f"json_build_array({', '.join(values)})"

    def gathered(self, source: str) -> str:
        return f"(SELECT coalesce(json_agg(j), '[]'::json) FROM ({source}) AS g)"

    def gathered_of(self, every: str, page: str) -> str:
        answer = f"json_build_array({self.gathered(page)}, (SELECT count(*) FROM {EVERY}))"
        return f"(WITH {EVERY} AS ({every}) SELECT {answer})"


class SqliteSums(Sums):
    """SQLite sums 64-bit numbers in two halves, the lower one without a sign."""

    def total(self, column: str, *, is_wide: bool) -> str:
        return self.listed([self._high(column), self._low(column)]) if is_wide else f"sum({column})"

    def fitting(self, column: str, *, is_wide: bool) -> str:
        high, *low = self.comparable(column, is_wide=is_wide)
        bound = 1 << (HALF - 1)
        return (
            f"CASE WHEN {high} BETWEEN {-bound} AND {bound - 1} THEN {high} << {HALF} | {low[0]} END" if low else high
        )

    def comparable(self, column: str, *, is_wide: bool) -> list[str]:
        if not is_wide:
            return [f"sum({column})"]
        low = self._low(column)
        return [f"({self._high(column)} + ({low} >> {HALF}))", f"({low} & {LOW})"]

    def comparands(self, *, is_wide: bool) -> list[tuple[Encode | None, str]]:
        return [(lambda value: value >> HALF, ""), (lambda value: value & LOW, "")] if is_wide else [(None, "")]

    def mean(self, column: str, *, is_wide: bool) -> str:
        # Both halves are exact as doubles, so that their sum is rounded once, as PostgreSQL's cast rounds.
        high, *low = self.comparable(column, is_wide=is_wide)
        whole = f"(CAST({high} AS REAL) * {1 << HALF}.0 + {low[0]})" if low else f"CAST({high} AS REAL)"
        return f"{whole} / count({column})"

    def equal(self, left: Sequence[str], right: Sequence[str], *, negated: bool) -> str:
        return f"({', '.join(left)}) {'IS NOT' if negated else '='} ({', '.join(right)})"

    def cut(self, kind: Kind, column: str, part: Part) -> str:
        length, rest = {"year": (4, "-01-01"), "month": (7, "-01"), "day": (10, "")}[part]
        midnight = "" if kind.name == "date" else "T00:00:00.000000Z"
        return f"(substr({column}, 1, {length}) || '{rest}{midnight}')"

    def listed(self, values: Sequence[str]) -> str:
        return f"json_array({', '.join(values)})"

    def gathered(self, source: str) -> str:
        return f"(SELECT json_group_array(json(j)) FROM ({source}) AS g)"

    def gathered_of(self, every: str, page: str) -> str:
        answer = f"json_array(json({self.gathered(page)}), (SELECT count(*) FROM {EVERY}))"
        return f"(WITH {EVERY} AS ({every}) SELECT {answer})"

    def _high(self, column: str) -> str:
        return f"sum({column} >> {HALF})"

    def _low(self, column: str) -> str:
        return f"sum({column} & {LOW})"


SUMS: dict[Dialect, Sums] = {"sqlite": SqliteSums(), "postgres": PostgresSums()}
