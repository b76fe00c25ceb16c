"""The steps on SQLite: plain ALTER TABLE where that does it, else a rebuild of the table. All in one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from twofold.migrate.plan.conversions import converted
from twofold.migrate.plan.differences import Differences, TableDifference
from twofold.migrate.plan.fillers import Fillers
from twofold.migrate.plan.renames import Renames, one_by_one, with_renames
from twofold.migrate.steps import Rebuild, Step
from twofold.schema import Column, Schema, Table
from twofold.schema.ddl import column_clause, create_index, create_table, is_constant
from twofold.schema.names import identifier
from twofold.sql.search import SearchIndex

__all__ = ["search_of", "steps_on_sqlite"]


def steps_on_sqlite(old: Schema, renames: Renames, between: Differences, fillers: Fillers) -> list[Step]:
    """Returns the steps from `old` to another schema; see `plan`."""
    there = with_renames(old, renames).tables
    remade = [table for table in old.tables.values() if _search_is_renamed(table, renames)]
    names = {renames.tables.get(table.name, table.name) for table in remade}
    changed = {each.new.name for each in between.changed}
    return [
        *(step for each in remade for step in _search_down(each)),
        *_renames(renames),
        *(step for each in between.changed for step in _without_indexes(each)),
        *(f"DROP INDEX {identifier(each.name)}" for table in between.gone for each in table.indexes),
        *(step for each in between.come for step in _made(each)),
        *(step for each in between.changed for step in _Change(each, each.new.name in names, fillers).steps()),
        *(step for name in sorted(names - changed) for step in _search_up(there[name])),
        *(step for each in between.gone for step in _removed(each)),
    ]


def _search_is_renamed(table: Table, renames: Renames) -> bool:
    """Whether its search has names in it that change: it is removed before, and made again under the new ones."""
    columns = renames.of(renames.tables.get(table.name, table.name))
    used = {*table.searched, *table.primary_key}
    return bool(table.searched) and (table.name in renames.tables or bool(columns.keys() & used))


def search_of(table: Table) -> SearchIndex | None:
    """Returns the full-text index of a table, if it has one."""
    if not table.searched:
        return None
    return SearchIndex(table=table.name, key=table.primary_key[0], columns=table.searched)


def _search_up(table: Table) -> list[str]:
    search = search_of(table)
    return search.up("sqlite") if search else []


def _search_down(table: Table) -> list[str]:
    search = search_of(table)
    return search.down("sqlite") if search else []


def _made(table: Table) -> Iterator[Step]:
    yield create_table(table, "sqlite")
    yield from (create_index(each, table.name) for each in table.indexes)
    yield from _search_up(table)


def _removed(table: Table) -> Iterator[Step]:
    yield from _search_down(table)
    yield f"DROP TABLE {identifier(table.name)}"


def _renames(renames: Renames) -> Iterator[Step]:
    for before, after in one_by_one(renames.tables):
        yield f"ALTER TABLE {identifier(before)} RENAME TO {identifier(after)}"
    for table, before, after in renames.steps():
        yield f"ALTER TABLE {identifier(table)} RENAME COLUMN {identifier(before)} TO {identifier(after)}"


def _without_indexes(difference: TableDifference) -> Iterator[Step]:
    """Before any is made, since all of a database have their names together."""
    indexes = difference.indexes
    gone = [each.name for each in indexes.gone] + [before for before, _ in indexes.renamed]
    yield from (f"DROP INDEX {identifier(each)}" for each in gone)


class _Change:
    """One table's change; `search_is_down`: its search was removed already."""

    def __init__(self, difference: TableDifference, search_is_down: bool, fillers: Fillers) -> None:
        self.difference, self.old, self.new = difference, difference.old, difference.new
        self.search_is_down, self.fillers = search_is_down, fillers

    def steps(self) -> Iterator[Step]:
        indexes = self.difference.indexes
        has_other_search = self.search_is_down or self.difference.has_other_search
        if has_other_search and not self.search_is_down:
            yield from _search_down(self.old)
        yield from self._columns()
        renamed = {after for _, after in indexes.renamed}
        come = [each for each in self.new.indexes if each in indexes.come or each.name in renamed]
        yield from (create_index(each, self.new.name) for each in come)
        if has_other_search:
            yield from _search_up(self.new)

    def _columns(self) -> Iterator[Step]:
        table = identifier(self.new.name)
        if self._needs_rebuild:
            yield Rebuild(table=self.new.name, create=create_table(self.new, "sqlite"), values=dict(self._values()))
            return
        yield from (f"ALTER TABLE {table} DROP COLUMN {identifier(each.name)}" for each in self.difference.dropped)
        added = self.difference.added
        yield from (f"ALTER TABLE {table} ADD COLUMN {column_clause(each, 'sqlite')}" for each in added)

    @property
    def _needs_rebuild(self) -> bool:
        """SQLite can add a column that may be null or has a constant default, and drop one that nothing refers to."""
        it = self.difference
        constrained = {name for each in self.old.uniques for name in each.columns}
        constrained |= {name for each in self.old.foreign_keys for name in each.columns}
        return bool(
            it.changed or it.uniques or it.checks or it.foreign_keys or it.has_other_key
            or any(each.computed is not None or not _can_be_added(each) or self._is_said(each) for each in it.added)
            or any(each.name in constrained or each.name in self.old.primary_key for each in it.dropped)
        )  # fmt: skip

    def _is_said(self, column: Column) -> bool:
        return self.fillers.given.get((self.new.name, column.name)) is not None

    def _values(self) -> Iterator[tuple[str, str]]:
        before = {each.name: each for each in self.old.columns}
        for column in self.new.columns:
            there = before.get(column.name)
            if column.computed is not None:
                continue
            if there is None and column.nullable and column.filler is None and not self._is_said(column):
                continue
            if there is None:
                is_free = column.nullable and not self._is_said(column)
                value = column.default if is_free else self.fillers.of(self.new, column)
                yield column.name, value or "NULL"
            else:
                copied = identifier(column.name)
                value = converted(there, column)
                if there.nullable and not column.nullable:
                    filler = self.fillers.of(self.new, column)
                    value = f"coalesce({value}, {filler})" if filler is not None else value
                if value != copied:
                    yield column.name, value


def _can_be_added(column: Column) -> bool:
    """https://www.sqlite.org/lang_altertable.html#altertabaddcol"""
    if column.default is None:
        return column.nullable and column.filler is None
    return is_constant(column.default)
