"""Planning of aggregates: which columns are looked at, under which rules. Pure; part of a Read's plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from twofold.aggregate import GroupKey, Groups, Having, Measure, Part, Summary
from twofold.condition import Condition
from twofold.errors import TooCostly
from twofold.tables import Column

if TYPE_CHECKING:
    from twofold.plan import Hop

__all__ = ["AggregatePlan", "KeyPlan", "aggregate_plans"]

MAX_AGGREGATES = 10
"""How often one level may be asked for aggregates: each is a walk over all of its rows."""

MAX_KEYS = 5
"""Keys of a group; with their paths they stay below the 64 tables that SQLite joins."""
MAX_MEASURES = 20
"""What is answered of a group, sorts or compares it: an array takes 127 values on SQLite and 100 on PostgreSQL."""

Looked: TypeAlias = tuple[Column, Condition | None]
"""A column as an actor sees it, and under which condition they do."""
SeenBy: TypeAlias = Callable[[Column], Looked]
"""What the actor sees of a column; raises Forbidden when they never see it."""
PathOf: TypeAlias = "Callable[[GroupKey], tuple[Hop, ...]]"
"""The steps to a key's row, as far as the actor sees it; raises Forbidden when a scope is missing."""


@dataclass(frozen=True, kw_only=True)
class KeyPlan:
    """A column that groups are made of: the row's own, or that of the row at the end of a path."""

    column: Column
    guard: Condition | None
    path: tuple[Hop, ...]
    part: Part | None


@dataclass(frozen=True, kw_only=True)
class AggregatePlan:
    """A Summary or Groups, authorised. `fields` are the columns that measures look at, as the actor sees them."""

    asked: Summary | Groups
    by: tuple[KeyPlan, ...]
    fields: dict[Column, Looked]

    @property
    def having(self) -> tuple[Having, ...]:
        """The comparisons that a group must meet."""
        return self.asked.having if isinstance(self.asked, Groups) else ()


def aggregate_plans(envelope: Sequence[object], seen_by: SeenBy, path_of: PathOf) -> tuple[AggregatePlan, ...]:
    """Returns the plans of what an envelope asks of all rows.

    Raises:
        Forbidden: a field that the actor may never read, or a scope that is missing.
        TooCostly: more aggregates, keys or comparisons than a request may ask for.
    """
    asked = [part for part in envelope if isinstance(part, Summary | Groups)]
    if len(asked) > MAX_AGGREGATES:
        raise TooCostly(
            f"The request asks {len(asked)} times for aggregates of one list; the limit is {MAX_AGGREGATES}."
        )
    for each in asked:
        _check_size(each)
    return tuple(_plan(each, seen_by, path_of) for each in asked)


def _check_size(asked: Summary | Groups) -> None:
    sizes = [("aggregates", len(asked.measures), MAX_MEASURES)]
    if isinstance(asked, Groups):
        sizes += [
            ("keys of groups", len(asked.by), MAX_KEYS),
            ("sort keys of groups", len(asked.order), MAX_MEASURES),
            ("comparisons of groups", len(asked.having), MAX_MEASURES),
        ]
    for what, size, limit in sizes:
        if size > limit:
            raise TooCostly(f"The request has {size} {what}; the limit is {limit}.")


def _plan(asked: Summary | Groups, seen_by: SeenBy, path_of: PathOf) -> AggregatePlan:
    keys = asked.by if isinstance(asked, Groups) else ()
    columns = dict.fromkeys(each.field.column for each in _measures(asked) if each.field is not None)
    return AggregatePlan(
        asked=asked,
        by=tuple(_key(each, seen_by, path_of) for each in keys),
        fields={column: seen_by(column) for column in columns},
    )


def _measures(asked: Summary | Groups) -> list[Measure]:
    measures = list(asked.measures)
    if isinstance(asked, Groups):
        measures += [each.measure for each in asked.having]
        measures += [each.by for each in asked.order if isinstance(each.by, Measure)]
    return measures


def _key(key: GroupKey, seen_by: SeenBy, path_of: PathOf) -> KeyPlan:
    column, guard = seen_by(key.field.column)
    return KeyPlan(column=column, guard=guard, path=path_of(key), part=key.part)
