"""What may be asked of many rows at once: counts, sums, averages and extremes, of all of them or of groups.

Like a Read, of which these are parts, a question holds no values, so that its statement is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal, TypeAlias

from pydantic import Field as Constraint

from twofold.condition import Slot
from twofold.kinds import Kind, KindName
from twofold.spec import FieldSpec, RelationSpec

__all__ = [
    "FUNCTIONS",
    "PARTS",
    "Function",
    "GroupKey",
    "GroupOrder",
    "Groups",
    "Having",
    "Measure",
    "Part",
    "Shape",
    "Summary",
    "functions_of",
    "is_groupable",
    "parts_of",
]

Function: TypeAlias = Literal["count", "count_distinct", "sum", "avg", "min", "max"]
Part: TypeAlias = Literal["year", "month", "day"]
PARTS: dict[KindName, tuple[Part, ...]] = {"date": ("year", "month"), "datetime": ("year", "month", "day")}
"""What moments can be cut down to: its first moment stands for a month in UTC, its first day for a month of dates."""

KEYS: tuple[KindName, ...] = ("id", "text", "integer", "boolean", "money", "datetime", "date", "enum")
SUMMABLE: tuple[KindName, ...] = ("integer", "number", "money")
ORDERED: tuple[KindName, ...] = (*SUMMABLE, "text", "datetime", "date")
FUNCTIONS: dict[Function, tuple[KindName, ...]] = {
    "count": (), "count_distinct": KEYS, "sum": SUMMABLE, "avg": SUMMABLE, "min": ORDERED, "max": ORDERED,
}  # fmt: skip
"""Which kinds of field each looks at, in the order in which documents name them."""

Shape: TypeAlias = "tuple[tuple[str, int | str | Shape], ...]"
"""An object of an answer: under each key the number of a value, a constant word, or another object."""


@dataclass(frozen=True)
class Measure:
    """A function over the rows of a group, or of all; `count` counts rows, the others look at a field.

    A row without a value (null, or hidden from the actor) counts for `count` only. Over no value at all, `sum`, `avg`,
    `min` and `max` are null.
    """

    function: Function
    field: FieldSpec | None = None

    @property
    def name(self) -> str:
        """The measure as a request names it: `count`, `sum(price)`."""
        return self.function if self.field is None else f"{self.function}({self.field.name})"

    @property
    def kind(self) -> Kind:
        """The kind of its value."""
        return _count() if self.field is None else measured(self.function, self.field.column.kind)


@dataclass(frozen=True)
class GroupKey:
    """What the rows of a group have in common: a field of theirs, or of the row behind to-one relations.

    Null is a key as any other; so is a hidden value, and that of a row behind a relation that is hidden.
    """

    field: FieldSpec
    path: tuple[RelationSpec, ...] = ()
    part: Part | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """Where the key's value is in the answer: `("category", "name")`."""
        return (*(each.name for each in self.path), self.field.name)

    @property
    def name(self) -> str:
        """The key as a request names it: `category.name`, `created_at.month`."""
        return ".".join((*self.place, self.part) if self.part else self.place)


@dataclass(frozen=True)
class Having:
    """A comparison that a group must meet to be answered; without a slot, whether the measure is null."""

    measure: Measure
    operator: str
    slot: Slot | None


@dataclass(frozen=True)
class GroupOrder:
    """What groups are sorted by; their keys always come last, so that an order is total."""

    by: Measure | GroupKey
    descending: bool = False


@dataclass(frozen=True)
class Summary:
    """Measures over all rows of a Read, whatever its window, as one object under `key`."""

    key: str
    measures: tuple[Measure, ...]
    shape: Shape


@dataclass(frozen=True)
class Groups:
    """Measures over each group of a Read's rows, as a list of objects under `key`.

    The numbers in `shape` count the keys first, then the measures. `total` names under which key it is answered how
    many groups there are in all.
    """

    key: str
    by: tuple[GroupKey, ...]
    measures: tuple[Measure, ...]
    shape: Shape
    having: tuple[Having, ...] = ()
    order: tuple[GroupOrder, ...] = ()
    limit: int = 50
    offset: Slot | None = None
    total: str | None = None


def is_groupable(field: FieldSpec) -> bool:
    """Returns whether groups may be made of a field's values."""
    return field.declared.filter and field.column.kind.name in KEYS


def parts_of(field: FieldSpec) -> tuple[Part, ...]:
    """Returns what a field's values can be cut down to when groups are made of them."""
    return PARTS.get(field.column.kind.name, ())


def functions_of(field: FieldSpec) -> tuple[Function, ...]:
    """Returns which functions look at a field."""
    declared = field.declared
    return tuple(
        function
        for function, kinds in FUNCTIONS.items()
        if field.column.kind.name in kinds and (declared.filter if function == "count_distinct" else declared.sort)
    )


@cache
def _count() -> Kind:
    whole = Annotated[int, Constraint(ge=-(2**63), le=2**63 - 1)]
    return Kind(name="integer", annotation=whole, comparable=whole, element_type="bigint")


@cache
def measured(function: Function, kind: Kind) -> Kind:
    """Returns the kind of a function's value over a column of `kind`.

    A sum of 64-bit numbers is an exact decimal, because it may have more bits.
    """
    match function, kind.name:
        case "count" | "count_distinct", _:
            return _count()
        case "sum", "integer" if kind.element_type != "bigint":
            return _count()
        case "sum", "integer" | "money":
            return _decimal(kind.decimal_places)
        case "avg", "integer" | "number":
            number = Annotated[float, Constraint(allow_inf_nan=False)]
            return Kind(name="number", annotation=number, comparable=number, element_type="float8")
        case _:
            return kind


def _decimal(places: int) -> Kind:
    """A kind with more digits than a column has: 25 of them still have a high half of 64 bits in any unit."""
    exact = Annotated[Decimal, Constraint(max_digits=25, decimal_places=places)]
    return Kind(name="money", annotation=exact, comparable=exact, decimal_places=places, element_type="bigint")
