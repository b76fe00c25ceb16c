"""What an actor may read: every read rule of every resource, worked out once for the actor."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count
from typing import Any

from twofold.actor import Actor
from twofold.condition import ALWAYS, NEVER, Compare, Condition, all_of, from_q, negation
from twofold.errors import OutOfScope, Unauthenticated
from twofold.expression import Derived, columns, overs
from twofold.kept import Kept
from twofold.rules import EVERYONE, Rule
from twofold.spec import ResourceSpec
from twofold.tables import Column, Table

__all__ = ["Policies", "Policy", "condition_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Policy:
    """The read rules as they stand for one actor.

    Actors whose rules differ in values only (each customer sees their own orders) share a `shape`, and with it
    the statements made for it.
    """

    actor: Actor
    shape: int
    rows: Mapping[Table, Condition]
    removed: Mapping[Table, Condition]
    """Deleted rows that would be visible if they were not."""
    guards: Mapping[Column, Condition]
    """Columns that not every row shows; a column that is not here is always shown."""
    unscoped: Mapping[Table, str]
    """Resources that the actor's credential does not cover, and the scope that is missing."""
    values: tuple[Any, ...]

    @cached_property
    def spelled(self) -> tuple[str, ...]:
        """The values as Python writes them, so that no two of different types are one, and all can be a key."""
        return tuple(repr(value) for value in self.values)

    def visible(self, table: Table) -> Condition:
        """Returns which rows of `table` the actor may see.

        Raises:
            OutOfScope: the actor's token or key lacks the scope.
        """
        scope = self.unscoped.get(table)
        if scope is not None:
            raise OutOfScope(scope)
        return self.rows.get(table, NEVER)

    def require_some(self, spec: ResourceSpec) -> None:
        """Asks a visitor to sign in where a visitor can see nothing at all.

        Raises:
            Unauthenticated: the actor is anonymous and the resource shows nothing to visitors.
        """
        if self.actor.is_anonymous and self.visible(spec.table) == NEVER:
            raise Unauthenticated(f"Sign in to see {spec.plural.replace('_', ' ')}.")


def condition_of(rule: Rule, table: Table, actor: Actor, values: list[Any]) -> Condition:
    """Returns which rows of `table` the rule admits for the actor; the values it compares with join `values`."""
    rows = rule.rows(actor)
    if isinstance(rows, bool):
        return ALWAYS if rows else NEVER
    return from_q(table, rows, values)


def _guard_of_derived(column: Derived, guards: Mapping[Column, Condition], unscoped: Mapping[Table, str]) -> Condition:
    """Where a derived column may be seen: where all that it is made of may be."""
    for over in overs(column.value):
        if over.join.target in unscoped or (over.column is not None and guards.get(over.column) == NEVER):
            return NEVER
    return all_of(guards[each] for each in (column, *columns(column.value)) if each in guards)


def _is_there(spec: ResourceSpec) -> Condition:
    """Which rows were not deleted."""
    return ALWAYS if spec.removed_at is None else Compare(spec.removed_at, "is_null")


class Policies:
    """Makes the policy of an actor, and keeps the latest ones."""

    def __init__(self, specs: Sequence[ResourceSpec], constants: Sequence[Any], *, max_kept: int = 1024) -> None:
        self._specs = specs
        self._constants = constants
        self._kept = lru_cache(max_kept)(self._make)
        self._shapes: Kept[Hashable, int] = Kept(max_kept)
        self._numbers = count()

    def of(self, actor: Actor) -> Policy:
        """Returns the policy of `actor`. Rules are pure, so that an equal actor has an equal policy."""
        return self._kept(actor)

    def own(self, slots: Iterable[int]) -> set[int]:
        """Returns the slots of those values of a policy that are not in every policy."""
        return {slot for slot in slots if slot >= len(self._constants)}

    def _make(self, actor: Actor) -> Policy:
        values: list[Any] = [*self._constants]
        guards: dict[Column, Condition] = {}
        unscoped: dict[Table, str] = {}
        seen: dict[Table, Condition] = {}
        for spec in self._specs:
            scope = f"{spec.plural}:read"
            if not actor.allows(scope):
                unscoped[spec.table] = scope
            seen[spec.table] = condition_of(spec.resource.read, spec.table, actor, values)
            for field in spec.fields.values():
                if field.declared.read is not EVERYONE:
                    guard = condition_of(field.declared.read, spec.table, actor, values)
                    if guard != ALWAYS:
                        guards[field.column] = guard
        rows = {spec.table: all_of([seen[spec.table], _is_there(spec)]) for spec in self._specs}
        removed = {spec.table: all_of([seen[spec.table], negation(_is_there(spec))]) for spec in self._specs}
        derived = [each.column for spec in self._specs for each in spec.fields.values()]
        for column in derived:
            if isinstance(column, Derived):
                guard = _guard_of_derived(column, guards, unscoped)
                if guard != ALWAYS:
                    guards[column] = guard
        key = (actor.is_anonymous, tuple(rows.values()), tuple(guards.items()), tuple(unscoped))
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = next(self._numbers)
        return Policy(actor=actor, shape=shape, rows=rows, removed=removed, guards=guards, unscoped=unscoped,
                      values=tuple(values))  # fmt: skip
