"""Planning: a Read and a policy become the levels of one statement, or a refusal. Pure; no database is touched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from twofold.aggregate import GroupKey
from twofold.aggregate_plan import AggregatePlan, aggregate_plans
from twofold.condition import ALWAYS, NEVER, And, Compare, Condition, Inside, Matches, Not, Or, Related, Slot, all_of
from twofold.errors import Forbidden, TooCostly
from twofold.expression import Derived, overs
from twofold.policy import Policy
from twofold.request import Constant, Edges, Keyset, Leaf, Made, Nested, Order, PageInfo, Read, Rows
from twofold.search import RANK, matching, ranks
from twofold.spec import FieldSpec
from twofold.tables import Column, Join, Table

__all__ = [
    "Hop",
    "Level",
    "NestedPlan",
    "Shown",
    "bare_keys",
    "need_key",
    "needs_cursors",
    "plan",
    "sort_key",
    "total_order",
]

MAX_DEPTH = 10
MAX_FIELDS = 60
MAX_COLUMNS = 63
"""Fields of one object, and what else it is made from: SQLite's json_object takes 127 arguments."""
MAX_KEY_BYTES = 63
"""The length of a response key: PostgreSQL cuts off the rest of a name."""


def sort_key(index: int) -> str:
    """Returns under which key a row holds a sort key. No response key begins with a space."""
    return f" {index}"


def need_key(field: FieldSpec) -> str:
    """Returns under which key a row holds what a computed field needs."""
    return f" {field.name}"


@dataclass(frozen=True, kw_only=True)
class Hop:
    """A step from a row to the one behind a to-one relation, if the actor sees it."""

    join: Join
    scope: Condition


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A column of the row at the end of `path`; with a guard, null on the rows where it does not hold."""

    key: str
    column: Column
    guard: Condition | None
    path: tuple[Hop, ...] = ()
    ranks: tuple[Condition, ...] = ()
    """When there are any, the value is how many of these conditions the row fails before it meets one."""


@dataclass(frozen=True, kw_only=True)
class NestedPlan:
    """The level behind a join, answered under `key`."""

    key: str
    join: Join
    level: Level


@dataclass(frozen=True, kw_only=True)
class SortKey:
    """A column that rows are ordered by: their own, or one at the end of a path."""

    column: Column
    guard: Condition | None
    descending: bool
    path: tuple[Hop, ...]
    ranks: tuple[Condition, ...] = ()
    """As in Shown."""

    @property
    def nullable(self) -> bool:
        """Whether a row may have null here."""
        return self.column.nullable or self.guard is not None or bool(self.path)


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of the answer: rows of a table, authorised, with the levels below it."""

    read: Read
    table: Table
    shown: tuple[Shown | NestedPlan | Constant, ...]
    hidden: tuple[Shown, ...]
    """Columns that the answer does not show but is made from: sort keys for cursors, needs of computed fields."""
    condition: Condition
    order: tuple[SortKey, ...]
    keyset: Keyset | None
    limit: int
    """Rows to fetch: one more than the window when the answer says whether there is a next page."""
    offset: Slot | None
    total: bool
    aggregates: tuple[AggregatePlan, ...] = ()
    """What is asked of all rows, whatever the window."""

    @cached_property
    def in_python(self) -> bool:
        """Whether rows of this level are finished in Python: computed, reversed, or in more than a bare envelope."""
        read = self.read
        plain = read.envelope is None or bare_keys(read) is not None
        made = any(isinstance(field, Made) for field in read.fields)
        nested = any(isinstance(each, NestedPlan) and each.level.in_python for each in self.shown)
        return made or nested or bool(self.in_words) or read.backwards or not plain

    @cached_property
    def in_words(self) -> tuple[Shown, ...]:
        """Columns that come as text where a database writes the JSON."""
        columns = [each for each in (*self.shown, *self.hidden) if isinstance(each, Shown)]
        return tuple(each for each in columns if each.column.kind.in_words)


def bare_keys(read: Read) -> tuple[str, ...] | None:
    """Returns the keys of an envelope that is only `nodes` or `edges { node }`, which the database can write itself."""
    match read.envelope:
        case (Rows(rows),):
            return (rows,)
        case (Edges(edges, ((node, "node"),)),):
            return edges, node
        case _:
            return None


def plan(read: Read, policy: Policy) -> Level:
    """Returns the levels of the statement that answers `read` for the policy's actor.

    Raises:
        Forbidden: a field that the actor may never read, or a scope that is missing.
        TooCostly: more levels or fields than a request may ask for.
        Unauthenticated: the resource shows nothing to visitors.
    """
    policy.require_some(read.resource)
    return _level(read, policy, depth=1)


def _level(read: Read, policy: Policy, depth: int) -> Level:
    if depth > MAX_DEPTH:
        raise TooCostly(f"The request nests deeper than {MAX_DEPTH} levels.")
    if len(read.fields) > MAX_FIELDS:
        raise TooCostly(f"The request asks for {len(read.fields)} fields of one object; the limit is {MAX_FIELDS}.")
    if depth > 1:
        _check_keys(read)
    table = read.resource.table
    order = total_order(read)
    hidden = _hidden(read, order, policy)
    if len(read.fields) + len(hidden) > MAX_COLUMNS:
        raise TooCostly(
            f"The request asks for {len(read.fields)} fields of one object, and {len(hidden)} more are needed for its "
            f"cursors and computed fields; the limit is {MAX_COLUMNS} together."
        )
    shown: list[Shown | NestedPlan | Constant] = []
    for selected in read.fields:
        match selected:
            case Leaf():
                shown.append(_leaf(selected, policy))
            case Nested():
                nested = _level(selected.read, policy, depth + 1)
                shown.append(NestedPlan(key=selected.key, join=selected.relation.join, level=nested))
            case Constant():
                shown.append(selected)
            case Made():
                pass
    peek = not read.one and any(isinstance(part, PageInfo) for part in read.envelope or ())
    aggregates = aggregate_plans(
        read.envelope or (),
        lambda column: (seen(column, policy), guard_of(column, policy)),
        lambda key: _path(key, policy),
    )
    no_rows = aggregates and not any(isinstance(part, Rows | Edges | PageInfo) for part in read.envelope or ())
    return Level(
        read=read,
        table=table,
        shown=tuple(shown),
        hidden=tuple(hidden),
        condition=all_of([policy.visible(table), authorised(read.filter, policy), _found(read)]),
        order=tuple(
            SortKey(
                column=seen(key.field.column, policy),
                guard=guard_of(key.field.column, policy),
                descending=key.descending != read.backwards,
                path=_path(key, policy),
                ranks=_ranks(key, read),
            )
            for key in order
        ),
        keyset=read.keyset,
        limit=1 if read.one else 0 if no_rows else read.limit + peek,
        offset=read.offset,
        total=read.total,
        aggregates=aggregates,
    )


def _check_keys(read: Read) -> None:
    """Refuses names that the database cannot give to what it writes as JSON."""
    for key in (*[each.key for each in read.fields], *(bare_keys(read) or ())):
        if len(key.encode()) > MAX_KEY_BYTES:
            raise TooCostly(f"The name {key!r} is longer than {MAX_KEY_BYTES} bytes.")


def total_order(read: Read) -> tuple[Order, ...]:
    """Returns the order with the primary key last, so that no two rows are equal in it."""
    if read.one:
        return ()
    pk = read.resource.pk
    if any(key.field is pk and not key.path for key in read.order):
        return read.order
    descending = bool(read.order) and read.order[-1].descending
    return (*read.order, Order(pk, descending))


def _hidden(read: Read, order: tuple[Order, ...], policy: Policy) -> list[Shown]:
    hidden: dict[str, Shown] = {}
    if needs_cursors(read):
        for index, key in enumerate(order):
            shown = _shown(sort_key(index), key.field, policy, _path(key, policy))
            hidden[sort_key(index)] = replace(shown, ranks=_ranks(key, read))
    for selected in read.fields:
        if isinstance(selected, Made):
            for need in selected.field.needs:
                hidden[need_key(need)] = _shown(need_key(need), need, policy)
    return list(hidden.values())


def needs_cursors(read: Read) -> bool:
    """Returns whether the answer holds cursors, so that each row's sort keys must be known."""
    for part in read.envelope or ():
        if isinstance(part, Edges) and any(what == "cursor" for _, what in part.parts):
            return True
        if isinstance(part, PageInfo) and any(what in ("start_cursor", "end_cursor") for _, what in part.parts):
            return True
    return False


def _leaf(leaf: Leaf, policy: Policy) -> Shown:
    column = leaf.field.column
    guard = guard_of(column, policy) if leaf.named else policy.guards.get(column)
    return Shown(key=leaf.key, column=column if guard == NEVER else seen(column, policy), guard=guard)


def _shown(key: str, field: FieldSpec, policy: Policy, path: tuple[Hop, ...] = ()) -> Shown:
    guard = guard_of(field.column, policy)
    return Shown(key=key, column=seen(field.column, policy), guard=guard, path=path)


def _found(read: Read) -> Condition:
    return ALWAYS if read.search is None else matching(read.resource, read.search)


def _ranks(key: Order, read: Read) -> tuple[Condition, ...]:
    return ranks(read.resource, read.search) if key.field is RANK and read.search is not None else ()


def _path(key: Order | GroupKey, policy: Policy) -> tuple[Hop, ...]:
    return tuple(Hop(join=each.join, scope=policy.visible(each.join.target)) for each in key.path)


def guard_of(column: Column, policy: Policy) -> Condition | None:
    """Returns the condition under which the actor sees the column's value, or None when they always do.

    Raises:
        Forbidden: they never do.
    """
    guard = policy.guards.get(column)
    if guard == NEVER:
        seen(column, policy)
        raise Forbidden(f"You may not read {column.name} of {column.table.replace('_', ' ')}.")
    return guard


def seen(column: Column, policy: Policy) -> Column:
    """Returns a column as the actor sees it: what it finds over a relation, it finds among the rows that they see.

    Raises:
        Forbidden: the actor's token or key lacks the scope for such rows.
    """
    if not isinstance(column, Derived):
        return column
    return column.seen({
        over: replace(over, scope=policy.visible(over.join.target),
                      guard=None if over.column is None else policy.guards.get(over.column))
        for over in overs(column.value)
    })  # fmt: skip


def authorised(condition: Condition, policy: Policy) -> Condition:
    """Returns a filter under the actor's rules: hidden fields compare as null, hidden rows do not count.

    Raises:
        Forbidden: it compares a field that the actor may never read.
    """
    match condition:
        case Compare(column, operator, slot):
            return Compare(seen(column, policy), operator, slot, guard_of(column, policy))
        case Inside(column):
            return replace(condition, guard=guard_of(column, policy))
        case Related(join, quantifier, inner):
            return Related(join, quantifier, authorised(inner, policy), policy.visible(join.target))
        case And(items):
            return all_of(authorised(item, policy) for item in items)
        case Or(items):
            return Or(tuple(authorised(item, policy) for item in items))
        case Not(item):
            return Not(authorised(item, policy))
        case Matches():
            return condition
