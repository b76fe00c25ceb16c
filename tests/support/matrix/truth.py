"""True, false and, where something is compared with null, None: unknown, as in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, TypeAlias

__all__ = ["Truth", "bare", "caseless", "compared", "conjunction", "disjunction", "negation"]

Truth: TypeAlias = bool | None

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: one == other, "in": lambda one, other: one in other,
    "lt": lambda one, other: one < other, "lte": lambda one, other: one <= other,
    "gt": lambda one, other: one > other, "gte": lambda one, other: one >= other,
    "contains": lambda one, other: other in one, "starts_with": lambda one, other: one.startswith(other),
    "ends_with": lambda one, other: one.endswith(other),
}  # fmt: skip
CASELESS = {"ieq": "eq", "icontains": "contains", "istarts_with": "starts_with", "iends_with": "ends_with"}


def conjunction(items: Iterable[Truth]) -> Truth:
    """Returns whether all of them hold."""
    known = list(items)
    return False if False in known else None if None in known else True


def disjunction(items: Iterable[Truth]) -> Truth:
    """Returns whether one of them holds."""
    known = list(items)
    return True if True in known else None if None in known else False


def negation(item: Truth) -> Truth:
    """Returns the opposite; of what is unknown, that is unknown too."""
    return None if item is None else not item


def bare(value: Any) -> Any:
    """Returns the value of an enum's member, and any other as it is; lists item by item."""
    if isinstance(value, list | tuple | set | frozenset):
        return [bare(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def caseless(text: str) -> str:
    """Returns a text as it compares when case is ignored: by Unicode's case folding, with an i for a dotless one."""
    return text.casefold().replace("\u0131", "i")


def compared(value: Any, operator: str, other: Any) -> Truth:
    """Returns what a comparison of a filter says; is_null, ne and not_in know of null, as eq and ne with null do."""
    value, other = bare(value), bare(other)
    if operator == "is_null":
        return (value is None) == other
    if other is None:
        return (value is None) == (operator == "eq")
    if operator == "ne":
        return bool(value != other)
    if operator == "not_in":
        return value not in other
    if other == []:
        return False
    if value is None:
        return None
    if operator in CASELESS:
        return COMPARE[CASELESS[operator]](caseless(value), caseless(other))
    return COMPARE[operator](value, other)
