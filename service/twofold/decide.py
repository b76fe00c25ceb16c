"""What a rule says of a row that is all known, without asking the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from twofold.condition import And, Compare, Condition, Not, Or, Related, Slot, Word

__all__ = ["EXACT", "decide", "is_exact"]

EXACT = ("id", "integer", "boolean", "enum")
"""Kinds whose values are equal here if, and only if, they are equal in the database."""


def decide(condition: Condition, row: Mapping[str, Any], values: Sequence[Any]) -> bool | None:
    """Returns whether a rule's condition holds for a row; None where only the database can tell.

    `row` has the row's columns by name, `values` what the rule compares with. The database must tell of related rows,
    and wherever null is compared.
    """
    match condition:
        case And(items):
            return _all(decide(item, row, values) for item in items)
        case Or(items):
            none = _all(_opposite(decide(item, row, values)) for item in items)
            return _opposite(none)
        case Not(item):
            return _opposite(decide(item, row, values))
        case Compare(column, "eq" | "ne" | "in" as operator, Slot() | Word() as slot, None) if (
            column.kind.name in EXACT and row.get(column.name) is not None
        ):
            value = slot.value if isinstance(slot, Word) else values[slot.index]
            found = _plain(row[column.name])
            if operator == "in":
                return found in [_plain(each) for each in value]
            return (found == _plain(value)) is (operator == "eq")
        case _:
            return None


def is_exact(condition: Condition) -> bool:
    """Returns whether a rule compares the columns of its own rows only as EXACT says, whatever it asks of others."""
    match condition:
        case And(items) | Or(items):
            return all(is_exact(item) for item in items)
        case Not(item):
            return is_exact(item)
        case Compare(column, "eq" | "ne" | "in" | "is_null", _, None):
            return column.kind.name in EXACT
        case Related(join):
            return join.near.kind.name in EXACT
        case _:
            return False


def _all(found: Iterable[bool | None]) -> bool | None:
    results = list(found)
    if False in results:
        return False
    return None if None in results else True


def _opposite(found: bool | None) -> bool | None:
    return None if found is None else not found


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
