"""The one column by which the rows of a table or view are told apart, or the view that gives them one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from twofold.adopt.columns import Fit, fit
from twofold.adopt.found import Found
from twofold.schema import Column, Table
from twofold.sql import adopted

__all__ = ["Key", "key_of"]

MAX_NAME = 63
TEXT_KEY = Fit(factory="fields.CharField", kind="text", arguments=["max_length=255"], writable=False)
NUMBER_KEY = Fit(factory="fields.BigIntField", kind="integer", writable=False)


@dataclass(frozen=True, kw_only=True)
class Key:
    """The key of a model."""

    column: Column
    fit: Fit
    is_made: bool = False
    """Whether the table or view has no such column."""
    view: str | None = None
    """The helper view that has it."""
    statement: str | None = None
    """What makes the helper view."""
    is_of_view: bool = False
    """Whether the rows are a view's."""
    is_counted: bool = False
    """Whether the database makes it for a new row."""
    note: str | None = None


def key_of(table: Table, found: Found, *, is_view: bool, taken: Collection[str]) -> Key:
    """Returns the key of a table or view; `taken` are the names, in lower case, that a helper view must not have."""
    for name in _alone(table, is_view=is_view):
        column = table.column(name)
        made = fit(column, table, found, is_key=True)
        if isinstance(made, Fit) and made.can_be_key and _tells_apart(table, column, found):
            note = "No two rows have the same, as far as there are rows." if is_view else None
            return Key(column=column, fit=made, is_of_view=is_view, is_counted=_is_counted(table, column, found),
                       note=note)  # fmt: skip
    columns = [each.name for each in table.columns]
    name = next(each for each in ("id", "row_key", "twofold_key") if each not in {one.lower() for one in columns})
    parts = [(each, made.kind) for each in table.primary_key
             if isinstance(made := fit(table.column(each), table, found), Fit)]  # fmt: skip
    if table.primary_key and len(parts) == len(table.primary_key):
        said = adopted.joined_key(parts, found.dialect)
        return _viewed(table, name, said, TEXT_KEY, taken, note=f"Made of {', '.join(table.primary_key)}.")
    if found.dialect == "sqlite" and not is_view:
        rowid = next(each for each in ("rowid", "_rowid_", "oid") if each not in {one.lower() for one in columns})
        return Key(column=Column(name=rowid, type="INTEGER"), fit=NUMBER_KEY, is_made=True, is_counted=True,
                   note="SQLite's own number of the row, which VACUUM may change.")  # fmt: skip
    said = adopted.row_number(table.name, columns, found.dialect)
    return _viewed(table, name, said, NUMBER_KEY, taken, note="The place of the row in order; it changes as rows do.")


def _alone(table: Table, *, is_view: bool) -> Iterator[str]:
    """The columns that may be the key by themselves, the best first."""
    if len(table.primary_key) == 1:
        yield table.primary_key[0]
    for unique in table.uniques:
        if len(unique.columns) == 1 and not table.column(unique.columns[0]).nullable:
            yield unique.columns[0]
    if is_view:
        yield from (each.name for each in table.columns if each.name.lower().endswith("id"))


def _tells_apart(table: Table, column: Column, found: Found) -> bool:
    facts = found.facts.get((table.name, column.name))
    return facts.is_unique if facts else True


def _is_counted(table: Table, column: Column, found: Found) -> bool:
    if column.counts_up:
        return True
    is_rowid = found.dialect == "sqlite" and column.type.upper() == "INTEGER"
    return is_rowid and table.primary_key == (column.name,)


def _viewed(table: Table, name: str, said: str, fit: Fit, taken: Collection[str], *, note: str) -> Key:
    view = f"twofold_keyed_{table.name}".encode()[:MAX_NAME].decode(errors="ignore")
    while view.lower() in taken:
        view = f"twofold_{view}".encode()[:MAX_NAME].decode(errors="ignore")
    statement = adopted.keyed_view(view, table.name, (name, said), [each.name for each in table.columns])
    return Key(column=Column(name=name, type="TEXT"), fit=fit, is_made=True, view=view, statement=statement, note=note)
