"""Fields that are worked out: what a Tortoise expression is made of, and what it comes to in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from tortoise.expressions import Aggregate, Case, CombinedExpression, Connector, F, Function, Q
from tortoise.functions import Count, Max, Min, Sum

__all__ = ["CannotSay", "Parts", "made_of", "work_out"]

Over: TypeAlias = Callable[[str, str], list[Any]]
"""Gives the values of a column behind a relation, as far as they are seen."""
Says: TypeAlias = Callable[[Q], bool]

ARITHMETIC: Mapping[Connector, Callable[[Any, Any], Any]] = {
    Connector.add: lambda one, other: one + other,
    Connector.sub: lambda one, other: one - other,
    Connector.mul: lambda one, other: one * other,
}
BITS = 63


class CannotSay(Exception):
    """The value is worked out in a way that is not known here."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The columns of the row, and pairs of relation and column (or nothing, where rows are counted)."""

    own: tuple[str, ...] = ()
    behind: tuple[tuple[str, str], ...] = ()


def made_of(said: Any) -> Parts:
    """Returns what an expression looks at."""
    match said:
        case F():
            return Parts(own=(said.name,))
        case Q():
            own = [path.split("__")[0] for path in said.filters]
            return _together([Parts(own=tuple(own)), *map(made_of, said.children)])
        case CombinedExpression():
            return _together([made_of(said.left), made_of(said.right)])
        case Case():
            said_of = [Parts(own=tuple(path.split("__")[0] for path in each.kwargs)) for each in said.args]
            inner = [made_of(each) for case in said.args for each in (*case.args, case.then)]
            return _together([*said_of, *inner, made_of(said.default)])
        case Aggregate():
            relation, _, column = str(said.field).partition("__")
            return Parts(behind=((relation, column),))
        case Function():
            first = F(said.field) if isinstance(said.field, str) else said.field
            return _together([made_of(first), *map(made_of, said.default_values)])
        case _:
            return Parts()


def _together(parts: Sequence[Parts]) -> Parts:
    own = tuple(name for each in parts for name in each.own)
    return Parts(own=own, behind=tuple(pair for each in parts for pair in each.behind))


def work_out(said: Any, row: Mapping[str, Any], over: Over, says: Says) -> Any:
    """Returns what an expression comes to on a row.

    Raises:
        CannotSay: it is of a kind that is not known here.
    """
    match said:
        case F():
            return row[said.name]
        case Q():
            return says(said)
        case Decimal() | int():
            return said
        case CombinedExpression() if said.connector in ARITHMETIC:
            left, right = (work_out(each, row, over, says) for each in (said.left, said.right))
            return None if left is None or right is None else _fitting(ARITHMETIC[said.connector](left, right))
        case Count() | Sum() | Min() | Max():
            return _gathered(said, over(*str(said.field).partition("__")[::2]))
        case _:
            raise CannotSay(type(said).__name__)


def _gathered(said: Any, values: list[Any]) -> Any:
    match said:
        case Count():
            return len(values)
        case Sum():
            return _fitting(sum(values)) if values else None
        case Min():
            return min(values, default=None)
        case _:
            return max(values, default=None)


def _fitting(value: Any) -> Any:
    """A whole number, or an amount, that has 64 bits in its smallest unit; else None."""
    units = value.scaleb(2) if isinstance(value, Decimal) else value
    return value + 0 if -(2**BITS) <= units < 2**BITS else None  # and never -0.00
