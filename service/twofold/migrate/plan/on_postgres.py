"""The steps on PostgreSQL, so that nobody waits long for a table.

What takes a strong lock is short and comes first, in one transaction. What reads or writes whole tables follows in
parts of its own that let others work: rows are filled in batches, constraints are added NOT VALID and validated later,
indexes are built CONCURRENTLY. What cannot be undone, dropping columns and tables, comes last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from twofold.migrate.plan.differences import Differences, TableDifference
from twofold.migrate.plan.fillers import Fillers, family, is_constant
from twofold.migrate.plan.on_sqlite import search_of
from twofold.migrate.plan.renames import Renames, one_by_one
from twofold.migrate.steps import Alone, Batches, Concurrently, Step
from twofold.schema import Check, Column, ForeignKey, Index, Schema, Table, named
from twofold.schema.ddl import column_clause, constraint_clause, create_index, create_table, listed
from twofold.schema.names import identifier

__all__ = ["steps_on_postgres"]


@dataclass
class _Phases:
    """The steps of all tables, by when they come."""

    begin: list[Step] = field(default_factory=list)
    """Short statements with strong locks."""
    fill: list[Step] = field(default_factory=list)
    guard: list[Step] = field(default_factory=list)
    """Short again: from then on no row comes without a value."""
    refill: list[Step] = field(default_factory=list)
    """Rows that came meanwhile."""
    validate: list[Step] = field(default_factory=list)
    build: list[Step] = field(default_factory=list)
    """Indexes of tables that are there."""
    end: list[Step] = field(default_factory=list)
    """Short again: what needs the above."""
    tie: list[Step] = field(default_factory=list)
    """Foreign keys, some of which lead to what is unique only now."""
    hold: list[Step] = field(default_factory=list)
    """Their validation."""
    drop: list[Step] = field(default_factory=list)

    def all(self) -> list[Step]:
        filled = [*self.fill, *self.guard, *self.refill]
        return [*self.begin, *filled, *self.validate, *self.build, *self.end, *self.tie, *self.hold, *self.drop]


def steps_on_postgres(old: Schema, renames: Renames, between: Differences, fillers: Fillers) -> list[Step]:
    """Returns the steps from `old` to another schema; see `plan`."""
    phases = _Phases(begin=[*_renames(old, renames)])
    changes = [_Change(each, phases, fillers) for each in between.changed]
    for change in changes:
        change.untie()
    for change in changes:
        change.remove()
    phases.begin += [*_names_let_go(between), *_indexes_renamed(between)]
    _make(between.come, phases)
    for change in changes:
        change.make()
    if between.gone:
        phases.drop.append(f"DROP TABLE {', '.join(identifier(each.name) for each in between.gone)}")
    return phases.all()


def _renames(old: Schema, renames: Renames) -> Iterator[Step]:
    """The search's index is named after its table."""
    for before, after in one_by_one(renames.tables):
        yield f"ALTER TABLE {identifier(before)} RENAME TO {identifier(after)}"
    for before, after in renames.tables.items():
        if old.tables[before].searched:
            yield f"ALTER INDEX {identifier(f'{before}_search')} RENAME TO {identifier(f'{after}_search')}"
        if len(old.tables[before].primary_key) > 1:
            yield (f"ALTER TABLE {identifier(after)} RENAME CONSTRAINT"
                   f" {identifier(f'pk_{before}')} TO {identifier(f'pk_{after}')}")  # fmt: skip
    for table, before, after in renames.steps():
        yield f"ALTER TABLE {identifier(table)} RENAME COLUMN {identifier(before)} TO {identifier(after)}"


def _names_let_go(between: Differences) -> Iterator[Step]:
    """Of tables that go, the indexes whose names others take; the tables themselves go in the end."""
    staying = [*between.come, *(each.new for each in between.changed)]
    taken = {each.name for table in staying for each in table.indexes}
    taken |= {each.name for table in staying for each in table.uniques}
    for table in between.gone:
        gone = [each.name for each in table.indexes if each.name in taken]
        yield from (f"DROP INDEX {identifier(each)}" for each in gone)
        unique = [each.name for each in table.uniques if each.name in taken]
        yield from (f"ALTER TABLE {identifier(table.name)} DROP CONSTRAINT {identifier(each)}" for each in unique)


def _indexes_renamed(between: Differences) -> Iterator[Step]:
    """A unique constraint is renamed with its index; all of a schema have their names together."""
    names = dict(pair for each in between.changed for pair in (*each.uniques.renamed, *each.indexes.renamed))
    for before, after in one_by_one(names):
        yield f"ALTER INDEX {identifier(before)} RENAME TO {identifier(after)}"


def _make(tables: Sequence[Table], phases: _Phases) -> None:
    """Makes the new tables; keys that lead to one that is not there yet are added afterwards."""
    later: list[tuple[str, ForeignKey]] = []
    waiting = {each.name for each in tables}
    for table in tables:
        waiting.remove(table.name)
        missing = [key for key in table.foreign_keys if key.target in waiting]
        later += [(table.name, key) for key in missing]
        phases.begin.append(create_table(table, "postgres", without={key.name for key in missing}))
        phases.begin += [create_index(each, table.name) for each in table.indexes]
        search = search_of(table)
        phases.begin += search.up("postgres") if search else []
        phases.begin += _comments(Table(name=table.name, columns=(), primary_key=()), table)
    phases.begin += [f"ALTER TABLE {identifier(table)} ADD {constraint_clause(key)}" for table, key in later]


def _comments(old: Table, new: Table) -> Iterator[Step]:
    table = identifier(new.name)
    if old.comment != new.comment:
        yield f"COMMENT ON TABLE {table} IS {_text(new.comment)}"
    before = {each.name: each.comment for each in old.columns}
    for each in new.columns:
        if before.get(each.name) != each.comment:
            yield f"COMMENT ON COLUMN {table}.{identifier(each.name)} IS {_text(each.comment)}"


def _text(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


class _Change:
    """One table's change."""

    def __init__(self, difference: TableDifference, phases: _Phases, fillers: Fillers) -> None:
        self.difference, self.old, self.new = difference, difference.old, difference.new
        self.phases, self.fillers = phases, fillers
        self.lacking: list[tuple[Column, str]] = []
        self.table = identifier(self.new.name)

    def untie(self) -> None:
        """Foreign keys that go: the unique constraints that they need cannot go before."""
        gone = self.difference.foreign_keys.gone
        self.phases.begin += [self._alter(f"DROP CONSTRAINT {identifier(each.name)}") for each in gone]

    def remove(self) -> None:
        """What must be gone before other things can be made. What goes with a dropped column is dropped with it."""
        it, begin = self.difference, self.phases.begin
        if it.has_other_search and (search := search_of(self.old)):
            begin += search.down("postgres")
        names = [each.name for each in it.checks.gone] + [each.name for each in it.uniques.gone]
        begin += [self._alter(f"DROP CONSTRAINT {identifier(each)}") for each in names]
        begin += [f"DROP INDEX {identifier(each.name)}" for each in it.indexes.gone]
        for before, after in one_by_one(dict([*it.foreign_keys.renamed, *it.checks.renamed])):
            begin.append(self._alter(f"RENAME CONSTRAINT {identifier(before)} TO {identifier(after)}"))
        if it.has_other_key and self.old.primary_key:
            begin.append(self._alter(f"DROP CONSTRAINT {identifier(_key_name(self.old))}"))

    def make(self) -> None:
        """Everything else."""
        for column in self.difference.added:
            self._add(column)
        for before, after in self.difference.changed:
            self._change(before, after)
        self._fill()
        self._constrain()
        self._index()
        self.phases.begin += _comments(self.old, self.new)
        dropped = self.difference.dropped
        self.phases.drop += [self._alter(f"DROP COLUMN {identifier(each.name)}") for each in dropped]

    def _add(self, column: Column) -> None:
        """A constant default is kept once for all rows that are there: no row is written, whatever the size."""
        begin = self.phases.begin
        said = self.fillers.given.get((self.new.name, column.name))
        if said is not None and column.computed is None and (column.nullable or column.default is not None):
            self._add_filled(column, said)
            return
        if column.nullable or column.default is not None or column.computed is not None or column.counts_up:
            begin.append(self._alter(f"ADD COLUMN {column_clause(column, 'postgres')}"))
            return
        filler = self.fillers.of(self.new, column)
        if filler is not None and is_constant(filler):
            begin.append(self._alter(f"ADD COLUMN {column_clause(column, 'postgres')} DEFAULT {filler}"))
            begin.append(self._alter(f"ALTER COLUMN {identifier(column.name)} DROP DEFAULT"))
            return
        begin.append(self._alter(f"ADD COLUMN {identifier(column.name)} {column.type}"))
        self._forbid_null(column, filler)

    def _add_filled(self, column: Column, filler: str) -> None:
        """Rows that are there get what is said, and not the default, which counts for new ones."""
        name, begin = identifier(column.name), self.phases.begin
        begin.append(self._alter(f"ADD COLUMN {name} {column.type}"))
        if column.default is not None:
            begin.append(self._alter(f"ALTER COLUMN {name} SET DEFAULT {column.default}"))
        if column.nullable:
            self.phases.fill.append(self._filling([(column, filler)]))
        else:
            self._forbid_null(column, filler)

    def _change(self, old: Column, new: Column) -> None:
        begin, name = self.phases.begin, identifier(new.name)
        if old.computed != new.computed:
            begin.append(self._alter(f"DROP COLUMN {name}"))
            begin.append(self._alter(f"ADD COLUMN {column_clause(new, 'postgres')}"))
            return
        if old.counts_up and not new.counts_up:
            begin.append(self._alter(f"ALTER COLUMN {name} DROP IDENTITY"))
        if old.default is not None and (old.default != new.default or old.type != new.type):
            begin.append(self._alter(f"ALTER COLUMN {name} DROP DEFAULT"))
        if old.type != new.type:
            begin.append(self._alter(f"ALTER COLUMN {name} TYPE {new.type}{_using(old, new)}"))
        if new.default is not None and (old.default != new.default or old.type != new.type):
            begin.append(self._alter(f"ALTER COLUMN {name} SET DEFAULT {new.default}"))
        if new.nullable and not old.nullable:
            begin.append(self._alter(f"ALTER COLUMN {name} DROP NOT NULL"))
        if old.nullable and not new.nullable:
            self._forbid_null(new, self.fillers.of(self.new, new))
        if new.counts_up and not old.counts_up:
            self._count_up(new)

    def _forbid_null(self, column: Column, filler: str | None) -> None:
        """A validated CHECK spares SET NOT NULL its own look at every row, under a lock that stops everybody.

        It is added once the rows are filled, since it refuses every change of a row that has no value yet; those that
        came meanwhile are filled then.
        https://www.postgresql.org/docs/current/sql-altertable.html, SET NOT NULL
        """
        name, check = identifier(column.name), named("ck", self.new.name, column.name, "not_null")
        rule = constraint_clause(Check(name=check, condition=f"{name} IS NOT NULL"))
        self.phases.guard.append(self._alter(f"ADD {rule} NOT VALID"))
        if filler is not None:
            self.lacking.append((column, filler))
        self.phases.validate.append(Alone(self._alter(f"VALIDATE CONSTRAINT {identifier(check)}")))
        self.phases.end.append(self._alter(f"ALTER COLUMN {name} SET NOT NULL"))
        self.phases.end.append(self._alter(f"DROP CONSTRAINT {identifier(check)}"))

    def _fill(self) -> None:
        """Fills all columns at once: a row that is written must have passed the checks of all of them."""
        if self.lacking:
            step = self._filling(self.lacking)
            self.phases.fill.append(step)
            self.phases.refill.append(step)

    def _filling(self, columns: Sequence[tuple[Column, str]]) -> Step:
        """Returns the step that fills columns where they are null, in batches where a key allows that."""
        alone = len(columns) == 1
        pairs = [(identifier(column.name), filler) for column, filler in columns]
        values = ", ".join(f"{name} = {sql if alone else f'coalesce({name}, {sql})'}" for name, sql in pairs)
        update, where = f"UPDATE {self.table} SET {values}", " OR ".join(f"{name} IS NULL" for name, _ in pairs)
        if len(self.new.primary_key) != 1:
            return f"{update} WHERE {where}"
        key = self.new.primary_key[0]
        sql = f"{update} WHERE {identifier(key)} IN ({{keys}})"
        return Batches(table=self.new.name, sql=sql, key=key, where=where)

    def _count_up(self, column: Column) -> None:
        name = identifier(column.name)
        self.phases.begin.append(self._alter(f"ALTER COLUMN {name} ADD GENERATED BY DEFAULT AS IDENTITY"))
        sequence = f"pg_get_serial_sequence({_text(self.table)}, {_text(column.name)})"
        highest = f"SELECT max({name}) FROM {self.table}"
        self.phases.begin.append(f"SELECT setval({sequence}, coalesce(({highest}), 0) + 1, false)")

    def _constrain(self) -> None:
        it, phases = self.difference, self.phases
        for check in it.checks.come:
            phases.begin.append(self._alter(f"ADD {constraint_clause(check)} NOT VALID"))
            phases.validate.append(Alone(self._alter(f"VALIDATE CONSTRAINT {identifier(check.name)}")))
        for key in it.foreign_keys.come:
            phases.tie.append(self._alter(f"ADD {constraint_clause(key)} NOT VALID"))
            phases.hold.append(Alone(self._alter(f"VALIDATE CONSTRAINT {identifier(key.name)}")))
        for unique in it.uniques.come:
            index = Index(name=unique.name, keys=tuple(map(identifier, unique.columns)), unique=True)
            phases.build.append(self._built(index))
            name = identifier(unique.name)
            phases.end.append(self._alter(f"ADD CONSTRAINT {name} UNIQUE USING INDEX {name}"))
        if it.has_other_key and self.new.primary_key:
            rule = f"ADD CONSTRAINT {identifier(_key_name(self.new))} PRIMARY KEY ({listed(self.new.primary_key)})"
            phases.end.append(self._alter(rule))

    def _index(self) -> None:
        phases = self.phases
        phases.build += [self._built(each) for each in self.difference.indexes.come]
        if self.difference.has_other_search and (search := search_of(self.new)):
            phases.end += search.up("postgres")

    def _built(self, index: Index) -> Concurrently:
        return Concurrently(create_index(index, self.new.name, concurrently=True), index=index.name)

    def _alter(self, what: str) -> str:
        return f"ALTER TABLE {self.table} {what}"


def _key_name(table: Table) -> str:
    return f"{table.name}_pkey" if len(table.primary_key) == 1 else f"pk_{table.name}"


def _using(old: Column, new: Column) -> str:
    """The cast, where PostgreSQL makes none by itself. Its own refuses what does not fit; `x::varchar(3)` would cut."""
    before, after = family(old.type), family(new.type)
    if after == "text" or before == after or {before, after} == {"whole", "number"}:
        return ""
    name = identifier(new.name)
    through = "::int" if "boolean" in (before, after) and "whole" in (before, after) else ""
    return f" USING {name}{through}::{new.type}"
