"""Making a table of SQLite anew, by SQLite's own procedure (https://www.sqlite.org/lang_altertable.html#otheralter).

The new table has another name until the old one is gone. It is then renamed as SQLite did before 3.26, without a look
at triggers, views and foreign keys: these name the table by its own name all the time, and go on to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import dropwhile, pairwise

from twofold.migrate.files import MigrationFailed
from twofold.migrate.ledger import Fetch
from twofold.migrate.steps import Rebuild
from twofold.schema.reading import name_in_create
from twofold.schema.tokens import tokens
from twofold.sql.dialects import quoted
from twofold.sql.migrating import copy_rows, count_rows

__all__ = ["rebuild"]

ROW_NUMBERS = ("rowid", "_rowid_", "oid")
"""SQLite's names of a row's number, each of which a column may have taken."""

FOUND = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE"
TAKEN = "SELECT 1 FROM sqlite_master WHERE name = ? COLLATE NOCASE"
KEPT = """
SELECT type, name, sql FROM sqlite_master
WHERE tbl_name = ? COLLATE NOCASE AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid"""
COLUMNS = "SELECT name, hidden FROM pragma_table_xinfo(?)"
NUMBERED_BY_KEY = """
SELECT 1 FROM pragma_table_info(?) WHERE pk GROUP BY 1
HAVING NOT EXISTS (SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk')"""
"""Whether the primary key is the row's number itself: it is when no index keeps the key unique."""
WITHOUT_NUMBER = "SELECT 1 FROM pragma_index_info(?)"
"""As a table WITHOUT ROWID is an index itself."""
SEQUENCE = "SELECT seq FROM sqlite_sequence WHERE name = ? COLLATE NOCASE"


@dataclass(frozen=True)
class _Shape:
    """What decides how rows are copied. Names are in lower case, as SQLite compares them."""

    columns: Mapping[str, bool]
    """Whether each is computed."""
    number: str | None
    """A name for the row's number, or None where there is none apart from the key."""
    by_key: bool
    """Whether the primary key is the number."""


async def rebuild(fetch: Fetch, step: Rebuild) -> None:
    """Makes the table anew with all its rows, indexes and triggers, in the transaction that is open.

    Foreign keys must be off.

    Raises:
        MigrationFailed: rows, an index or a trigger would be lost, or the step says what is not so.
    """
    if not await fetch(FOUND, step.table):
        raise MigrationFailed(f"there is no table {step.table}")
    new = await _free_name(fetch, step.table)
    without = {_lower(name) for name in step.without}
    kept = [row for row in await fetch(KEPT, step.table) if _lower(row["name"]) not in without]
    last = await _last_number(fetch, step.table)
    old = await _shape(fetch, step.table)
    await fetch(_renamed(step, new))
    shape = await _shape(fetch, new)
    await _copy(fetch, step, old, new, shape)
    await fetch(f"DROP TABLE {quoted(step.table)}")
    await _rename(fetch, new, step.table)
    if last is not None and _counts_up(step.create):
        await _set_last_number(fetch, step.table, last)
    gone = old.columns.keys() - shape.columns.keys()
    for row in kept:
        await _make_again(fetch, step.table, row["type"], row["name"], row["sql"], gone)


async def _free_name(fetch: Fetch, table: str) -> str:
    name = f"new_{table}"
    while await fetch(TAKEN, name):
        name = f"new_{name}"
    return name


async def _shape(fetch: Fetch, table: str) -> _Shape:
    columns = {_lower(row["name"]): row["hidden"] in (2, 3) for row in await fetch(COLUMNS, table)}
    free = None if await fetch(WITHOUT_NUMBER, table) else next((n for n in ROW_NUMBERS if n not in columns), None)
    return _Shape(columns, free, bool(await fetch(NUMBERED_BY_KEY, table, table)))


def _lower(name: str) -> str:
    """SQLite folds ASCII only."""
    return "".join(each.lower() if each.isascii() else each for each in name)


def _renamed(step: Rebuild, new: str) -> str:
    """Returns the step's text for a table named `new`.

    Columns said with their table (`CHECK (products.price > 0)`) are said without it, which is the same.
    """
    name = name_in_create(step.create)
    if name is None or _lower(name.name or "") != _lower(step.table):
        raise MigrationFailed(f"the text that makes {step.table} anew does not begin with CREATE TABLE {step.table}")
    rest = step.create[name.end :]
    pieces, end = [], 0
    found = tokens(rest, "sqlite")
    for token, dot in pairwise(found):
        if dot.text == "." and token.name is not None and _lower(token.name) == _lower(step.table):
            pieces.append(rest[end : token.start])
            end = dot.end
    return f"CREATE TABLE {quoted(new)}{''.join(pieces)}{rest[end:]}"


async def _copy(fetch: Fetch, step: Rebuild, old: _Shape, new: str, shape: _Shape) -> None:
    said = {_lower(column): value for column, value in step.values.items()}
    unknown = said.keys() - {column for column, computed in shape.columns.items() if not computed}
    if unknown:
        raise MigrationFailed(f"values are said for {', '.join(sorted(unknown))}, which {step.table} will not store")
    values = {
        column: said.get(column, quoted(column))
        for column, computed in shape.columns.items()
        if not computed and (column in said or column in old.columns)
    }
    if shape.number and old.number and not shape.by_key:
        values = {shape.number: old.number} | values
    try:
        if values:
            await fetch(copy_rows(step.table, new, values))
    except sqlite3.Error as error:
        raise MigrationFailed(str(error).replace(f"{new}.", f"{step.table}.")) from error
    before, after = [(await fetch(count_rows(table)))[0][0] for table in (step.table, new)]
    if before != after:
        raise MigrationFailed(f"{step.table} has {before} rows, and {after} of them would be left")


async def _rename(fetch: Fetch, name: str, other: str) -> None:
    legacy = (await fetch("PRAGMA legacy_alter_table"))[0][0]
    await fetch("PRAGMA legacy_alter_table = ON")
    try:
        await fetch(f"ALTER TABLE {quoted(name)} RENAME TO {quoted(other)}")
    finally:
        await fetch(f"PRAGMA legacy_alter_table = {legacy}")


def _counts_up(create: str) -> bool:
    return any(token.says("AUTOINCREMENT") for token in tokens(create, "sqlite"))


async def _last_number(fetch: Fetch, table: str) -> int | None:
    """Returns the highest number that AUTOINCREMENT ever gave to a row of the table, also to one that is deleted."""
    if not await fetch(FOUND, "sqlite_sequence"):
        return None
    rows = await fetch(SEQUENCE, table)
    return int(rows[0][0]) if rows else None


async def _set_last_number(fetch: Fetch, table: str, last: int) -> None:
    copied = await _last_number(fetch, table) or 0
    await fetch("DELETE FROM sqlite_sequence WHERE name = ? COLLATE NOCASE", table)
    await fetch("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, max(last, copied))


async def _make_again(fetch: Fetch, table: str, kind: str, name: str, sql: str, gone: set[str]) -> None:
    what = f"the {kind} {name} of {table} cannot be made again"
    hint = "drop it before, or name it in `without`"
    if kind == "index":
        # In quotes, SQLite takes the name of a column that is not there for a text, and makes an index of that.
        keys = dropwhile(lambda token: token.text != "(", tokens(sql, "sqlite"))
        lost = [token.name for token in keys if token.kind == "name" and _lower(token.name or "") in gone]
        if lost:
            raise MigrationFailed(f"{what}: there is no column {lost[0]} any more; {hint}")
    try:
        await fetch(sql)
    except sqlite3.Error as error:
        raise MigrationFailed(f"{what}: {error}; {hint}") from error
