"""Drift: where models, migration files and the database do not say the same. It changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twofold.database import Database
from twofold.migrate.driver import status
from twofold.migrate.files import MigrationFailed
from twofold.migrate.make import draft
from twofold.migrate.plan.differences import Differences, Pair, TableDifference, differences
from twofold.migrate.scratch import as_held
from twofold.migrate.wanted import Wanted
from twofold.schema import Schema
from twofold.schema.inspect import inspect

__all__ = ["check_database", "check_files"]


def check_files(migrations: Path, wanted: Wanted) -> list[str]:
    """Returns, in sentences, where models ask for something that no migration makes; asks no database."""
    found = []
    for app in wanted.apps:
        try:
            if draft(migrations, app, wanted).is_needed:
                found.append(f"{app}: the models ask for what no migration makes; run `twofold migrate make`")
        except MigrationFailed as error:
            found.append(str(error))
    return found


async def check_database(database: Database, migrations: Path, wanted: Wanted) -> list[str]:
    """Returns, in sentences, where the database is not as the models say: what is pending, or else what differs.

    Indexes, tables and columns that no model knows are told, too: somebody made them by hand, or forgot to drop them.
    """
    steps = await status(database, migrations, wanted.apps)
    pending = [f"{each.app}/{each.version} is {each.state}" for each in steps if each.state != "applied"]
    if pending:
        return pending
    held = await as_held([wanted.schema(app, database.dialect) for app in wanted.apps], database)
    there = await inspect(database)
    looked_after = {name: each for name, each in there.tables.items() if name not in wanted.unmanaged}
    return [*_sentences(differences(Schema(tables=looked_after), held))]


def _sentences(between: Differences) -> Iterator[str]:
    yield from (f"{each.name}: there is no such table in the database" for each in between.come)
    yield from (f"{each.name}: no model has this table" for each in between.gone)
    for table in between.changed:
        yield from _of_table(table)


def _of_table(it: TableDifference) -> Iterator[str]:
    name = it.new.name
    yield from (f"{name}.{each.name}: there is no such column in the database" for each in it.added)
    yield from (f"{name}.{each.name}: no model has this column" for each in it.dropped)
    for there, asked in it.changed:
        for part in ("type", "nullable", "default", "counts_up", "computed", "comment"):
            left, right = getattr(there, part), getattr(asked, part)
            if left != right:
                yield f"{name}.{asked.name}: {part.replace('_', ' ')} is {left!r}, the model asks for {right!r}"
    yield from _of_constraints(name, it.uniques)
    yield from _of_constraints(name, it.checks)
    yield from _of_constraints(name, it.foreign_keys)
    yield from _of_constraints(name, it.indexes)
    if it.has_other_key:
        yield f"{name}: its primary key is {it.old.primary_key}, the model asks for {it.new.primary_key}"
    if it.has_other_search:
        yield f"{name}: search looks in {it.old.searched}, the resource asks for {it.new.searched}"
    if it.old.comment != it.new.comment:
        yield f"{name}: its comment is {it.old.comment!r}, the model says {it.new.comment!r}"


def _of_constraints(table: str, pair: Pair[Any]) -> Iterator[str]:
    yield from (f"{table}: the database has {each}, which no model asks for" for each in pair.gone)
    yield from (f"{table}: the database lacks {each}" for each in pair.come)
    yield from (f"{table}: {before} is called {after} by the models" for before, after in pair.renamed)
