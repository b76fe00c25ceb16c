"""From what a database found to aggregates as they are answered: exact, and the same from both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from math import isfinite
from typing import Any, TypeAlias

from twofold.aggregate import Groups, Measure, Shape, Summary
from twofold.errors import OutOfRange
from twofold.kinds import Kind

__all__ = ["answered"]

Finish: TypeAlias = Callable[[Any], Any]


def answered(asked: Summary | Groups, found: Any) -> dict[str, Any]:
    """Returns the members that an aggregate adds to its envelope; `found` is the JSON of its subquery.

    Raises:
        OutOfRange: a sum of floating-point numbers is beyond what such a number can be.
    """
    finish = [_finish(each) for each in asked.measures]
    if isinstance(asked, Summary):
        return {asked.key: _shaped(asked.shape, _finished(finish, found))}
    finish = [*(_plain(key.field.column.kind) for key in asked.by), *finish]
    rows, total = found if asked.total is not None else (found, None)
    groups = [_shaped(asked.shape, _finished(finish, row)) for row in rows]
    return {asked.key: groups} if asked.total is None else {asked.key: groups, asked.total: total}


def _finished(finish: Sequence[Finish], values: Sequence[Any]) -> list[Any]:
    return [None if value is None else make(value) for make, value in zip(finish, values, strict=True)]


def _shaped(shape: Shape, values: Sequence[Any]) -> dict[str, Any]:
    return {
        key: values[what] if isinstance(what, int) else what if isinstance(what, str) else _shaped(what, values)
        for key, what in shape
    }


def _finish(measure: Measure) -> Finish:
    if measure.field is None or measure.function == "count_distinct":
        return _same
    kind = measure.field.column.kind
    if kind.name in ("integer", "money"):
        if measure.function == "sum":
            return _sum(measure.kind)
        if measure.function == "avg":
            return _average(kind)
    return _plain(measure.kind)


def _plain(kind: Kind) -> Finish:
    """Numbers come as text, because each database would spell them its own way."""
    return _number if kind.name == "number" else _same


def _same(value: Any) -> Any:
    return value


def _number(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise OutOfRange
    return value


def _sum(kind: Kind) -> Finish:
    def make(found: Any) -> Any:
        total = _whole(found)
        return total if total is None or kind.name == "integer" else _amount(Decimal(total), kind.decimal_places)

    return make


def _average(kind: Kind) -> Finish:
    """Of whole numbers the nearest double, as Python divides them; of money an amount, halves away from zero."""

    def make(found: Sequence[Any]) -> Any:
        total, count = _whole(found[0]), found[1]
        if total is None:
            return None
        if kind.name == "integer":
            return total / count
        with localcontext(prec=60):
            return _amount((Decimal(total) / count).quantize(Decimal(1), ROUND_HALF_UP), kind.decimal_places)

    return make


def _whole(found: Any) -> int | None:
    """A sum: a number, its digits, or its two halves of 32 bits, of which the lower one may be larger than that."""
    if isinstance(found, list):
        high, low = found
        return None if high is None else (high << 32) + low
    return None if found is None else int(found)


def _amount(units: Decimal, places: int) -> str:
    with localcontext(prec=60):
        return f"{units.scaleb(-places) + 0:f}"  # adding nothing makes -0 to 0
