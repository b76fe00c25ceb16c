"""The tables as they are when a migration begins, and when it has run: followed through the statements of all files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from twofold.migrate.review.facts import (
    AddColumn,
    AddConstraint,
    AlterType,
    Column,
    Constraint,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Fact,
    RebuildTable,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    SetDefault,
    SetNotNull,
    Validate,
)

__all__ = ["KnownTable", "Tables", "is_search"]

T = TypeVar("T", Constraint, CreateIndex)


@dataclass
class KnownTable:
    """What is known of a table."""

    columns: dict[str, Column] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    indexes: list[CreateIndex] = field(default_factory=list)

    @classmethod
    def of(cls, create: CreateTable) -> KnownTable:
        """Returns the table that a CREATE TABLE makes."""
        known = cls()
        for column in create.columns:
            known.add(column)
        known.constraints += create.constraints
        return known

    def copy(self) -> KnownTable:
        """Returns one like this, to be changed."""
        return KnownTable(dict(self.columns), list(self.constraints), list(self.indexes))

    def add(self, column: Column) -> None:
        """Adds a column with the constraints that stand with it."""
        self.columns[column.name] = column
        self.constraints += column.constraints

    def of_kind(self, *kinds: str) -> list[Constraint]:
        """Returns the constraints of these kinds."""
        return [each for each in self.constraints if each.kind in kinds]

    def leads(self, columns: tuple[str, ...]) -> bool:
        """Returns whether some index or key begins with these columns, in whichever order they are."""
        keys = [each.columns for each in self.of_kind("primary key", "unique")]
        keys += [each.columns for each in self.indexes if _covers(each, columns)]
        return any(set(key[: len(columns)]) == set(columns) for key in keys)

    def forget(self, column: str) -> None:
        """Drops a column, with the keys and indexes that it is part of."""
        self.columns.pop(column, None)
        self.constraints = [each for each in self.constraints if column not in each.columns]
        self.indexes = [each for each in self.indexes if column not in each.columns]

    def rename(self, old: str, new: str) -> None:
        """Gives a column another name."""
        renamed = {new if name == old else name: column for name, column in self.columns.items()}
        self.columns = {name: replace(column, name=name) for name, column in renamed.items()}
        self.constraints = [replace(each, columns=_renamed(each.columns, old, new)) for each in self.constraints]
        self.indexes = [replace(each, columns=_renamed(each.columns, old, new)) for each in self.indexes]


def _named(thing: T, name: str, new: str) -> T:
    return replace(thing, name=new) if thing.name == name else thing


def is_search(table: str, tables: Iterable[str]) -> bool:
    """Returns whether a table holds the words of another one's rows: SQLite's full-text search, made from the rows."""
    return table in {f"{each}_{end}" for each in tables for end in ("search", "search_keys")}


def _covers(index: CreateIndex, columns: tuple[str, ...]) -> bool:
    """An index of some rows finds the others' references only if those rows have none."""
    words = [token.value for token in index.where]
    return not words or words in [[column, "is", "not", "null"] for column in columns]


def _renamed(columns: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if name == old else name for name in columns)


class Tables(dict[str, KnownTable]):
    """Tables by name. What no file has made is not here."""

    def after(self, facts: Iterable[Fact]) -> Tables:
        """Returns the tables as these statements leave them."""
        tables = Tables({name: known.copy() for name, known in self.items()})
        for fact in facts:
            tables._apply(fact)
        return tables

    def _apply(self, fact: Fact) -> None:
        match fact:
            case CreateTable(table):
                self.setdefault(table, KnownTable.of(fact))
            case DropTable(table):
                self.pop(table, None)
            case RenameTable(table, new) if table in self:
                self[new] = self.pop(table)
            case RebuildTable():
                self._rebuild(fact)
            case CreateIndex() if fact.table in self:
                self[fact.table].indexes.append(fact)
            case DropIndex(name):
                self._drop_index(name)
            case RenameConstraint(_, name, new):
                self._rename(name, new)
            case (
                AddColumn(table) | DropColumn(table) | RenameColumn(table) | AlterType(table) | SetNotNull(table)
                | SetDefault(table) | AddConstraint(table) | Validate(table) | DropConstraint(table)
            ) if table in self:  # fmt: skip
                _alter(self[table], fact)
            case _:
                pass

    def _rename(self, name: str, new: str) -> None:
        for known in self.values():
            known.constraints = [_named(each, name, new) for each in known.constraints]
            known.indexes = [_named(each, name, new) for each in known.indexes]

    def _drop_index(self, name: str) -> None:
        for known in self.values():
            known.indexes = [each for each in known.indexes if each.name != name]

    def _rebuild(self, fact: RebuildTable) -> None:
        old = self.get(fact.table, KnownTable())
        new = KnownTable.of(fact.create)
        new.indexes = [each for each in old.indexes if each.name not in fact.without]
        self[fact.table] = new


def _alter(known: KnownTable, fact: Fact) -> None:
    match fact:
        case AddColumn(_, column):
            known.columns.setdefault(column.name, column)
            known.constraints += column.constraints
        case DropColumn(_, column):
            known.forget(column)
        case RenameColumn(_, column, new):
            known.rename(column, new)
        case AddConstraint(_, constraint):
            known.constraints.append(_with_columns(known, constraint))
            known.indexes = [each for each in known.indexes if each.name != (constraint.using_index or "")]
        case DropConstraint(_, name):
            known.constraints = [each for each in known.constraints if each.name != name]
        case Validate(_, name):
            known.constraints = [replace(each, not_valid=each.not_valid and each.name != name)
                                 for each in known.constraints]  # fmt: skip
        case AlterType(_, name) | SetNotNull(_, name) | SetDefault(_, name) if name in known.columns:
            known.columns[name] = _changed(known.columns[name], fact)
        case _:
            pass


def _with_columns(known: KnownTable, constraint: Constraint) -> Constraint:
    """A constraint that takes an index over has the index's columns."""
    made = next((each for each in known.indexes if each.name == constraint.using_index), None)
    return constraint if made is None else replace(constraint, columns=made.columns)


def _changed(column: Column, fact: AlterType | SetNotNull | SetDefault) -> Column:
    match fact:
        case AlterType():
            return replace(column, type=fact.type)
        case SetNotNull():
            return replace(column, not_null=fact.not_null)
        case SetDefault():
            return replace(column, default=fact.default)
