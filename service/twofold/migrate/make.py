"""Making a migration: the generator, run over what the last file left and what the models ask for now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from twofold.database import ENGINE_APP, Dialect
from twofold.migrate.files import MigrationFailed, MigrationFile, migration_files
from twofold.migrate.plan import Renames, plan, possible_renames
from twofold.migrate.plan.differences import differences
from twofold.migrate.plan.renames import with_renames
from twofold.migrate.render import rendered
from twofold.migrate.steps import Step
from twofold.migrate.wanted import DIALECTS, Wanted, recorded
from twofold.schema import Schema
from twofold.sql.search import function_down, function_up

__all__ = ["Draft", "draft", "moved", "write"]

NOTHING: Mapping[Dialect, Schema] = dict.fromkeys(DIALECTS, Schema())


@dataclass(kw_only=True)
class Draft:
    """A migration of one app that is being made: from which schemas, to which, and what is said meanwhile."""

    app: str
    number: int
    old: Mapping[Dialect, Schema]
    new: Mapping[Dialect, Schema]
    renames: Renames
    fillers: dict[tuple[str, str], str | None] = field(default_factory=dict)
    apart: set[tuple[str, str, str]] = field(default_factory=set)
    """What looks like a rename and is said to be none."""

    @property
    def is_needed(self) -> bool:
        """Whether anything differs."""
        pairs = ((with_renames(self.old[each], self.renames), self.new[each]) for each in DIALECTS)
        return bool(self.renames.tables or self.renames.columns) or any(differences(*pair) for pair in pairs)

    @property
    def questions(self) -> list[tuple[str, str, str]]:
        """What may be a rename and is not said to be one; see `possible_renames`."""
        both = (possible_renames(self.old[each], self.new[each], self.renames) for each in DIALECTS)
        return [each for each in dict.fromkeys(chain(*both)) if each not in self.apart]

    def knows(self, table: str) -> bool:
        """Whether the app has, or had, a table of that name."""
        return table in self.old["sqlite"].tables or table in self.new["sqlite"].tables

    def rename(self, table: str, before: str, after: str) -> None:
        """Says that a column, or with `before` empty a table, is the one that was called otherwise.

        Raises:
            MigrationFailed: there was no such name before, or there is none now.
        """
        tables, columns = dict(self.renames.tables), dict(self.renames.columns)
        if before:
            table = tables.get(table, table)
            self._require(before in self._columns(self._renamed_old, table), f"{table} had no column {before}")
            self._require(after in self._columns(self.new["sqlite"], table), f"{table} has no column {after} now")
            columns[table, before] = after
        else:
            self._require(table in self.old["sqlite"].tables, f"there was no table {table}")
            self._require(after in self.new["sqlite"].tables, f"there is no table {after} now")
            tables[table] = after
        self.renames = Renames(tables=tables, columns=columns)

    def fill(self, table: str, column: str, sql: str | None) -> None:
        """Says what the rows that are there get in a column; None: none lacks a value.

        Raises:
            MigrationFailed: there is no such column, neither before nor now.
        """
        names = self._columns(self.old["sqlite"], table) | self._columns(self.new["sqlite"], table)
        self._require(column in names, f"{table} has no column {column}")
        self.fillers[table, column] = sql

    @property
    def _renamed_old(self) -> Schema:
        return with_renames(self.old["sqlite"], Renames(tables=self.renames.tables))

    @staticmethod
    def _columns(schema: Schema, table: str) -> set[str]:
        return {each.name for each in schema.tables[table].columns} if table in schema.tables else set()

    @staticmethod
    def _require(true: bool, otherwise: str) -> None:
        if not true:
            raise MigrationFailed(otherwise)

    def up(self) -> dict[Dialect, list[Step]]:
        """Returns the steps of both dialects.

        Raises:
            MissingFiller: rows that are there would need a value, and nothing says which.
            MigrationFailed: what is said to be renamed would take the name of something else.
        """
        self._require_free_names()
        return {
            dialect: [*self._first(function_up(dialect)),
                      *plan(self.old[dialect], self.new[dialect], dialect, renames=self.renames, fillers=self.fillers)]
            for dialect in DIALECTS
        }  # fmt: skip

    def _require_free_names(self) -> None:
        told = "is there already; drop or rename that first, in a migration of its own"
        tables = self.renames.tables
        for name in tables.values():
            self._require(name not in self.old["sqlite"].tables or name in tables, f"the table {name} {told}")
        for (table, _), name in self.renames.columns.items():
            stays = (table, name) not in self.renames.columns
            self._require(not (stays and name in self._columns(self._renamed_old, table)), f"{table}.{name} {told}")
        for names in (tables, *(self.renames.of(table) for table, _ in self.renames.columns)):
            self._require(len({*names.values()}) == len(names), "two are said to be renamed to the same name")

    def down(self) -> dict[Dialect, list[Step]]:
        """Returns the steps back. What is said of fillers counts for columns that come back, too."""
        back = self.renames.inverted()
        return {
            dialect: [*plan(self.new[dialect], self.old[dialect], dialect, renames=back, fillers=self.fillers,
                    backwards=True),
                      *self._first(function_down(dialect))]
            for dialect in DIALECTS
        }  # fmt: skip

    def _first(self, steps: list[str]) -> list[str]:
        """The engine's first migration makes the functions of full-text search, too."""
        return steps if self.app == ENGINE_APP and self.number == 0 else []


def draft(migrations: Path, app: str, wanted: Wanted, *, baseline: bool = False) -> Draft:
    """Returns the migration that `app` needs now; with `baseline`, what is there is taken to be what the models say.

    Raises:
        MigrationFailed: the last migration does not say which schema it leaves.
    """
    new: Mapping[Dialect, Schema] = {dialect: wanted.schema(app, dialect) for dialect in DIALECTS}
    files = migration_files(migrations, app) if (migrations / app).is_dir() else []
    old: Mapping[Dialect, Schema] = new if baseline else _left_by(files[-1]) if files else NOTHING
    return Draft(app=app, number=files[-1].number + 1 if files else 0, old=old, new=new,
                 renames=wanted.renames(app, old["sqlite"]))  # fmt: skip


def moved(draft: Draft, wanted: Wanted) -> list[tuple[str, str]]:
    """Returns the tables that leave the app of `draft` for another one, each with that one: the rows would be lost."""
    gone = with_renames(draft.old["sqlite"], draft.renames).tables.keys() - draft.new["sqlite"].tables.keys()
    others = {app: wanted.schema(app, "sqlite").tables for app in wanted.apps if app != draft.app}
    return [(table, app) for table in sorted(gone) for app, tables in others.items() if table in tables]


def _left_by(file: MigrationFile) -> Mapping[Dialect, Schema]:
    left = recorded(file)
    if left is None:
        raise MigrationFailed(
            f"{file.name} does not say which schema it leaves, as files of aerich's own making do not; run"
            " `twofold migrate make --baseline`, which takes the models for what is there, and then"
            " `twofold migrate check`, which tells what differs in the database"
        )
    return left


def write(draft: Draft, migrations: Path, wanted: Wanted, name: str, *, without_steps: bool = False) -> Path:
    """Writes the migration's file and returns where it is; with `without_steps`, one that is filled by hand, if at all.

    Raises:
        MissingFiller: rows that are there would need a value, and nothing says which.
    """
    nothing: dict[Dialect, list[Step]] = {dialect: [] for dialect in DIALECTS}
    up, down = (nothing, nothing) if without_steps else (draft.up(), draft.down())
    text = rendered(f"{name.replace('_', ' ').capitalize()}.", up, down, wanted.described(draft.app), draft.new)
    path = migrations / draft.app / f"{draft.number}_{datetime.now(UTC):%Y%m%d%H%M%S}_{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
