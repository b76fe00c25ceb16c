"""Renames: which table or column of the old schema is which of the new one. They are said, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from twofold.schema import ForeignKey, Schema, Table, named
from twofold.schema.names import renamed

__all__ = ["Renames", "one_by_one", "out_of_the_way", "possible_renames", "with_renames"]


@dataclass(frozen=True, kw_only=True)
class Renames:
    """`tables`: old names to new ones. `columns`: the table's *new* name and a column's old name to its new one."""

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def inverted(self) -> Renames:
        """Returns the renames that lead back."""
        back = {new: old for old, new in self.tables.items()}
        return Renames(
            tables=back,
            columns={(back.get(table, table), new): old for (table, old), new in self.columns.items()},
        )

    def steps(self) -> Iterator[tuple[str, str, str]]:
        """Returns the renames of columns, `one_by_one`, as table, old and new name."""
        for table in dict.fromkeys(table for table, _ in self.columns):
            yield from ((table, before, after) for before, after in one_by_one(self.of(table)))

    def of(self, table: str) -> dict[str, str]:
        """Returns the columns that are renamed in a table, by its new name: old to new."""
        return {old: new for (its, old), new in self.columns.items() if its == table}


def one_by_one(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Returns renames, old to new, in an order in which none takes a name that is not free.

    Those that go in a circle do so by a name in between.
    """
    waiting = dict(names)
    while waiting:
        before = next((old for old, new in waiting.items() if new not in waiting), None)
        if before is None:
            before = next(iter(waiting))
            between = named("tmp", before)
            yield before, between
            waiting = {between if old == before else old: new for old, new in waiting.items()}
        else:
            yield before, waiting.pop(before)


def out_of_the_way(schema: Schema, renames: Renames) -> Renames:
    """Returns the renames, and those of what has a name that another one takes, and goes: to a name that nothing has.

    So it is when a downgrade gives a name back which something new has had since.
    """
    taken = schema.tables.keys() - renames.tables.keys()
    tables = {name: named("old", name) for name in renames.tables.values() if name in taken}
    both = Renames(tables={**renames.tables, **tables}, columns=renames.columns)
    columns: dict[tuple[str, str], str] = {}
    for before, table in schema.tables.items():
        name = both.tables.get(before, before)
        said = renames.of(name)
        free = {each.name for each in table.columns} - said.keys()
        columns |= {(name, each): named("old", each) for each in said.values() if each in free}
    return Renames(tables=both.tables, columns={**renames.columns, **columns})


def with_renames(schema: Schema, renames: Renames) -> Schema:
    """Returns the schema as it is once the database has renamed tables and columns; constraints keep their names."""
    tables = [_renamed(table, renames) for table in schema.tables.values()]
    return Schema(tables={table.name: table for table in tables})


def _renamed(table: Table, renames: Renames) -> Table:
    name = renames.tables.get(table.name, table.name)
    columns = renames.of(name)

    def new(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(columns.get(each, each) for each in names)

    return replace(
        table,
        name=name,
        columns=tuple(replace(each, name=columns.get(each.name, each.name),
                              computed=each.computed and renamed(each.computed, columns)) for each in table.columns),
        primary_key=new(table.primary_key),
        foreign_keys=tuple(_key(each, new(each.columns), renames) for each in table.foreign_keys),
        uniques=tuple(replace(each, columns=new(each.columns)) for each in table.uniques),
        checks=tuple(replace(each, condition=renamed(each.condition, columns)) for each in table.checks),
        indexes=tuple(replace(each, keys=tuple(renamed(key, columns) for key in each.keys),
                              where=each.where and renamed(each.where, columns)) for each in table.indexes),
        searched=new(table.searched),
    )  # fmt: skip


def _key(key: ForeignKey, columns: tuple[str, ...], renames: Renames) -> ForeignKey:
    target = renames.tables.get(key.target, key.target)
    theirs = renames.of(target)
    far = tuple(theirs.get(each, each) for each in key.target_columns)
    return replace(key, columns=columns, target=target, target_columns=far)


def possible_renames(old: Schema, new: Schema, renames: Renames) -> list[tuple[str, str, str]]:
    """Returns what may be a rename and is not said to be one, as table, old column and new column.

    In a table that is there before and after, a column that goes and one of the same type that comes; with an empty
    column name, a table that goes and one that comes and has most of its columns.
    """
    there = with_renames(old, renames)
    found = []
    gone = [table for name, table in there.tables.items() if name not in new.tables]
    come = [table for name, table in new.tables.items() if name not in there.tables]
    found += [(each.name, "", other.name) for each in gone for other in come if _alike(each, other)]
    for name in there.tables.keys() & new.tables.keys():
        before = {each.name: each for each in there.tables[name].columns}
        after = {each.name: each for each in new.tables[name].columns}
        found += [
            (name, left, right)
            for left in before.keys() - after.keys()
            for right in after.keys() - before.keys()
            if before[left].type == after[right].type
        ]
    return sorted(found)


def _alike(table: Table, other: Table) -> bool:
    names, others = ({each.name for each in it.columns} for it in (table, other))
    return 2 * len(names & others) >= max(len(names), len(others))
