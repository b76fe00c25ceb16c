"""What differs between two schemas, table by table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

from twofold.schema import Check, Column, ForeignKey, Index, Schema, Table, Unique

__all__ = ["Differences", "Pair", "TableDifference", "differences", "in_order"]

Constraint = TypeVar("Constraint", Unique, Check, ForeignKey, Index)


@dataclass(frozen=True)
class Pair(Generic[Constraint]):
    """What goes and what comes of one sort of constraint, and which only get another name (old and new)."""

    gone: Sequence[Constraint]
    come: Sequence[Constraint]
    renamed: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, old: Iterable[Constraint], new: Iterable[Constraint]) -> Pair[Constraint]:
        """Compares by name and content."""
        before, after = list(old), list(new)
        gone = [each for each in before if each not in after]
        come = [each for each in after if each not in before]
        renamed = []
        for each in list(come):
            same = next((other for other in gone if replace(other, name=each.name) == each), None)
            if same is not None:
                gone.remove(same)
                come.remove(each)
                renamed.append((same.name, each.name))
        return cls(gone, come, renamed)

    def __bool__(self) -> bool:
        return bool(self.gone or self.come or self.renamed)


@dataclass(frozen=True)
class TableDifference:
    """A table before, with the new names of what is renamed, and after."""

    old: Table
    new: Table

    @cached_property
    def added(self) -> list[Column]:
        """Columns that come."""
        names = {each.name for each in self.old.columns}
        return [each for each in self.new.columns if each.name not in names]

    @cached_property
    def dropped(self) -> list[Column]:
        """Columns that go."""
        names = {each.name for each in self.new.columns}
        return [each for each in self.old.columns if each.name not in names]

    @cached_property
    def changed(self) -> list[tuple[Column, Column]]:
        """Columns that are another way than before, with how they were first."""
        before = {each.name: each for each in self.old.columns}
        pairs = [(before[each.name], each) for each in self.new.columns if each.name in before]
        return [(old, new) for old, new in pairs if old != new]

    @cached_property
    def uniques(self) -> Pair[Unique]:
        """Unique constraints."""
        return Pair.of(self.old.uniques, self.new.uniques)

    @cached_property
    def checks(self) -> Pair[Check]:
        """Checks."""
        return Pair.of(self.old.checks, self.new.checks)

    @cached_property
    def foreign_keys(self) -> Pair[ForeignKey]:
        """Foreign keys."""
        return Pair.of(self.old.foreign_keys, self.new.foreign_keys)

    @cached_property
    def indexes(self) -> Pair[Index]:
        """Indexes."""
        return Pair.of(self.old.indexes, self.new.indexes)

    @cached_property
    def has_other_key(self) -> bool:
        """Whether the primary key is of other columns."""
        return self.old.primary_key != self.new.primary_key

    @cached_property
    def has_other_search(self) -> bool:
        """Whether full-text search looks in other columns, or in a column that is made anew."""
        changed = {new.name for old, new in self.changed if old.type != new.type}
        return self.old.searched != self.new.searched or bool(changed & set(self.new.searched))

    def __bool__(self) -> bool:
        return bool(
            self.added or self.dropped or self.changed or self.uniques or self.checks or self.foreign_keys
            or self.indexes or self.has_other_key or self.has_other_search or self.old.comment != self.new.comment
        )  # fmt: skip


@dataclass(frozen=True)
class Differences:
    """Tables that come, in the order in which they can be made; that go; and that change."""

    come: Sequence[Table]
    gone: Sequence[Table]
    changed: Sequence[TableDifference]

    def __bool__(self) -> bool:
        return bool(self.come or self.gone or self.changed)


def differences(old: Schema, new: Schema) -> Differences:
    """Returns what differs between a schema, in which renames are done, and another one."""
    come = [table for name, table in new.tables.items() if name not in old.tables]
    gone = [table for name, table in old.tables.items() if name not in new.tables]
    pairs = [TableDifference(old.tables[name], new.tables[name]) for name in new.tables if name in old.tables]
    return Differences(in_order(come), list(reversed(in_order(gone))), [each for each in pairs if each])


def in_order(tables: Iterable[Table]) -> list[Table]:
    """Returns the tables so that each comes after those that it refers to, as far as they do not go in a circle."""
    waiting = {table.name: table for table in tables}
    placed: list[Table] = []
    while waiting:
        free = [each for each in waiting.values() if not (_targets(each) & waiting.keys())]
        placed += [waiting.pop(table.name) for table in free or [next(iter(waiting.values()))]]
    return placed


def _targets(table: Table) -> set[str]:
    return {key.target for key in table.foreign_keys} - {table.name}
