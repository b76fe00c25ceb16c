"""Fields that the database evaluates: what an Expression says, before it is SQL.

As in conditions, constants are slots: they join the values of every policy, so that no text holds a value. Amounts are
whole numbers of their smallest unit, whatever type their column has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from twofold.condition import And, Compare, Condition, Inside, Not, Or, Slot
from twofold.kinds import Kind
from twofold.tables import Column, Join

__all__ = [
    "Chosen",
    "Computation",
    "Derived",
    "FirstKnown",
    "Given",
    "Over",
    "Own",
    "Sign",
    "Value",
    "columns",
    "overs",
]

Computation: TypeAlias = Literal["count", "sum", "avg", "min", "max"]
Sign: TypeAlias = Literal["+", "-", "*"]


@dataclass(frozen=True, slots=True)
class Own:
    """A column of the row itself."""

    column: Column


@dataclass(frozen=True, slots=True)
class Given:
    """A constant."""

    slot: Slot
    kind: Kind


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two whole numbers added, subtracted or multiplied; null where the result has more than 64 bits."""

    sign: Sign
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Chosen:
    """The value beside the first condition that holds; else `otherwise`, or null."""

    cases: tuple[tuple[Condition, Value], ...]
    otherwise: Value | None


@dataclass(frozen=True, slots=True)
class FirstKnown:
    """The first value that is not null."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """What a function finds over the joined rows that `scope` admits; null counts for nothing.

    Without a column, rows are counted. Where the `guard` does not hold on a row, its column is null.
    A sum that has more than 64 bits is null, and so is an average of amounts made from one.
    """

    function: Computation
    join: Join
    column: Column | None
    scope: Condition
    guard: Condition | None = None


Value: TypeAlias = Own | Given | Arithmetic | Chosen | FirstKnown | Over


@dataclass(frozen=True, kw_only=True, eq=False)
class Derived(Column):
    """A column that no table has: its value is worked out for each row that is looked at."""

    value: Value

    def seen(self, under: dict[Over, Over]) -> Derived:
        """Returns the column with what it looks at over relations replaced."""
        return replace(self, value=_replaced(self.value, under)) if under else self


def parts(value: Value) -> Iterator[Value]:
    """Gives a value and all that it is made of."""
    yield value
    match value:
        case Arithmetic(_, left, right):
            below = [left, right]
        case Chosen(cases, otherwise):
            below = [each for _, each in cases] + ([] if otherwise is None else [otherwise])
        case FirstKnown(values):
            below = [*values]
        case _:
            below = []
    for each in below:
        yield from parts(each)


def overs(value: Value) -> list[Over]:
    """Returns what is looked at over relations."""
    return [each for each in parts(value) if isinstance(each, Over)]


def columns(value: Value) -> list[Column]:
    """Returns the row's own columns that decide about a value."""
    found: list[Column] = []
    for each in parts(value):
        match each:
            case Own(column):
                found.append(column)
            case Chosen(cases):
                found += [column for condition, _ in cases for column in compared(condition)]
            case _:
                pass
    return list(dict.fromkeys(found))


def compared(condition: Condition) -> Iterator[Column]:
    """Gives the columns that a condition on the row itself compares."""
    match condition:
        case Compare(column) | Inside(column):
            yield column
        case And(items) | Or(items):
            for item in items:
                yield from compared(item)
        case Not(item):
            yield from compared(item)
        case _:
            pass


def _replaced(value: Value, under: dict[Over, Over]) -> Value:
    match value:
        case Over():
            return under[value]
        case Arithmetic(sign, left, right):
            return Arithmetic(sign, _replaced(left, under), _replaced(right, under))
        case Chosen(cases, otherwise):
            kept = None if otherwise is None else _replaced(otherwise, under)
            return Chosen(tuple((condition, _replaced(each, under)) for condition, each in cases), kept)
        case FirstKnown(values):
            return FirstKnown(tuple(_replaced(each, under) for each in values))
        case _:
            return value
