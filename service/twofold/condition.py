"""Conditions on rows: what a filter or a rule says, before it is SQL.

A condition holds no values of a request or an actor, only slots: so it has one shape, and its SQL text is made once,
whatever is compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError
from tortoise.expressions import Q

from twofold.errors import WrongDeclaration
from twofold.tables import Column, Join, Table

__all__ = [
    "ALWAYS",
    "NEVER",
    "And",
    "Compare",
    "Condition",
    "Inside",
    "Matches",
    "Not",
    "Or",
    "Related",
    "Slot",
    "Step",
    "Word",
    "all_of",
    "any_of",
    "apart_from",
    "from_q",
    "is_related",
    "negation",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value comes from when the statement runs: the request's values or those of the actor's policy."""

    of: Literal["read", "policy"]
    index: int


@dataclass(frozen=True, slots=True)
class Word:
    """A member of an enum that a rule names. It stands in the text of a statement, not among its parameters.

    There are few, and only so does the database know how many rows to expect, and use indexes on just these rows.
    """

    value: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A column compared with a value. Where a `guard` does not hold, the column compares as if it were null."""

    column: Column
    operator: str
    slot: Slot | Word | None = None
    guard: Condition | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step into a JSON value: to the member of an object under a key, or to the item of a list at an index."""

    by: Literal["key", "index"]
    slot: Slot


@dataclass(frozen=True, slots=True)
class Inside:
    """The value at a path inside a JSON column compared with one of its own type.

    Where nothing is at the path, or null, or where the `guard` does not hold, it compares as null. With `type`, a value
    of another type does so too; without, it equals no value of another type.
    """

    column: Column
    path: tuple[Step, ...]
    operator: str
    type: Literal["text", "number"] | None = None
    slot: Slot | None = None
    guard: Condition | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Some, every or none of the joined rows meet a condition."""

    join: Join
    quantifier: Literal["some", "every", "none"]
    condition: Condition
    scope: Condition
    """Which joined rows count at all: those that the actor may see. ALWAYS in rules."""


@dataclass(frozen=True, slots=True)
class Matches:
    """All words of a search are in the row: in these of its searched columns together, or in any when none is named.

    The last word may be the beginning of one, unless it is asked for as a `whole`.
    """

    table: Table
    slot: Slot
    columns: tuple[Column, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All of them; none at all is true."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them; none at all is false."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    item: Condition


Condition: TypeAlias = Compare | Inside | Related | Matches | And | Or | Not

ALWAYS = And(())
NEVER = Or(())


def all_of(items: Iterable[Condition]) -> Condition:
    """Returns the conjunction, in its shortest form."""
    kept = [item for item in items if item != ALWAYS]
    if NEVER in kept:
        return NEVER
    return kept[0] if len(kept) == 1 else And(tuple(kept))


def any_of(items: Iterable[Condition]) -> Condition:
    """Returns the disjunction, in its shortest form."""
    kept = [item for item in items if item != NEVER]
    if ALWAYS in kept:
        return ALWAYS
    return kept[0] if len(kept) == 1 else Or(tuple(kept))


def negation(item: Condition) -> Condition:
    """Returns the opposite, in its shortest form."""
    if item == ALWAYS:
        return NEVER
    return ALWAYS if item == NEVER else Not(item)


def is_related(condition: Condition) -> bool:
    """Returns whether a condition looks at joined rows."""
    match condition:
        case And(items) | Or(items):
            return any(is_related(item) for item in items)
        case Not(item):
            return is_related(item)
        case _:
            return isinstance(condition, Related)


def apart_from(condition: Condition, pk: Column, key: Slot) -> Condition:
    """Returns the condition as it holds when one row, the one with this key, is not among any joined rows."""
    match condition:
        case And(items):
            return And(tuple(apart_from(item, pk, key) for item in items))
        case Or(items):
            return Or(tuple(apart_from(item, pk, key) for item in items))
        case Not(item):
            return Not(apart_from(item, pk, key))
        case Related(join, quantifier, inner, scope):
            others = [Compare(pk, "ne", key)] if join.target.pk is pk else []
            return Related(join, quantifier, apart_from(inner, pk, key), all_of([scope, *others]))
        case _:
            return condition


LOOKUPS = {"not": "ne", "in": "in", "lt": "lt", "lte": "lte", "gt": "gt", "gte": "gte"}


def from_q(table: Table, q: Q, values: list[Any]) -> Condition:
    """Returns the condition that a rule's Q says about rows of `table`; its values are appended to `values`.

    Comparing with None never holds, nor does its negation, so that neither `Q(author_id=actor.user_id)` nor
    `~Q(author_id=actor.user_id)` gives a visitor anything; a rule that means null says `__isnull`.

    Raises:
        WrongDeclaration: the Q names a field or a lookup that there is not, or compares with what does not fit.
    """
    if q._is_negated and _compares_with_none(q):
        return NEVER
    items = [from_q(table, child, values) for child in q.children]
    paths = [(path.split("__"), value) for path, value in q.filters.items()]
    items += _lookups(table, paths, values, together=q.join_type == Q.AND)
    condition = all_of(items) if q.join_type == Q.AND else any_of(items)
    return negation(condition) if q._is_negated else condition


def _compares_with_none(q: Q) -> bool:
    return any(value is None for value in q.filters.values()) or any(_compares_with_none(each) for each in q.children)


Path: TypeAlias = tuple[list[str], Any]


def _lookups(table: Table, paths: list[Path], values: list[Any], *, together: bool) -> list[Condition]:
    """One condition a column, and one a join: lookups across the same join speak of the same joined row."""
    items: list[Condition] = []
    joined: dict[tuple[str, int], list[Path]] = {}
    for number, (path, value) in enumerate(paths):
        name = table.pk.name if path[0] == "pk" else path[0]
        if name in table.columns:
            items.append(_compare(table.columns[name], path[1:], value, values))
        elif name in table.joins:
            joined.setdefault((name, 0 if together else number), []).append((path[1:], value))
        else:
            known = ", ".join(sorted([*table.columns, *table.joins]))
            raise WrongDeclaration(f"a rule on {table.model.__name__} names {name!r}; it has {known}")
    return items + [_across(table.joins[name], rest, values) for (name, _), rest in joined.items()]


def _across(join: Join, paths: list[Path], values: list[Any]) -> Condition:
    if len(paths) == 1 and paths[0][0] == ["isnull"]:
        some = Related(join, "some", ALWAYS, ALWAYS)
        return negation(some) if paths[0][1] else some
    paths = [(path or [join.target.pk.name], value) for path, value in paths]
    inner = all_of(_lookups(join.target, paths, values, together=True))
    return NEVER if inner == NEVER else _some(join, inner)


def _some(join: Join, inner: Condition) -> Condition:
    """Some joined row meets `inner`. A row that is only passed on the way is not looked at: its key is here too."""
    match inner:
        case Related(beyond, "some", condition, _) if join.enforced and beyond.near is join.far:
            return Related(_past(join, beyond), "some", condition, ALWAYS)
        case _:
            return Related(join, "some", inner, ALWAYS)


@lru_cache(maxsize=1024)  # the same one for the same two: conditions are compared by their joins
def _past(join: Join, beyond: Join) -> Join:
    return replace(beyond, name=f"{join.name}__{beyond.name}", source=join.source, near=join.near)


def _compare(column: Column, rest: list[str], value: Any, values: list[Any]) -> Condition:
    if rest == ["isnull"]:
        null = Compare(column, "is_null")
        return null if value else negation(null)
    operator = LOOKUPS.get(rest[0]) if rest else "eq"
    if operator is None or len(rest) > 1:
        raise WrongDeclaration(
            f"a rule on {column.table}.{column.name} uses the lookup {'__'.join(rest)!r}; rules know "
            + ", ".join([*LOOKUPS, "isnull"])
        )
    if value is None:
        return NEVER
    if operator == "in":
        value = [each for each in value if each is not None]
        if not value:
            return NEVER
    fitting = _fitting(column, value, many=operator == "in")
    if isinstance(fitting, Enum) and isinstance(fitting.value, str):
        return Compare(column, operator, Word(fitting.value))
    values.append(fitting)
    return Compare(column, operator, Slot("policy", len(values) - 1))


def _fitting(column: Column, value: Any, *, many: bool) -> Any:
    """Returns a rule's value as the column's Python type: 5 for an amount, a member's value for an enum."""
    kind = column.kind
    try:
        return (kind.list_adapter if many else kind.adapter).validate_python(value)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_context=False, include_input=False)[0]["msg"]
        raise WrongDeclaration(
            f"a rule on {column.table}.{column.name} compares with {value!r}, which does not fit: {reason}"
        ) from None
