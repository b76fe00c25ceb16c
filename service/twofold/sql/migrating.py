"""The statements with which migrations copy tables and go through their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twofold.database import Dialect
from twofold.sql.dialects import quoted

__all__ = ["copy_rows", "count_rows", "keys_after", "probe_delete", "probe_insert", "probe_select", "probe_update"]

LOCK = " FOR NO KEY UPDATE"
"""Whoever only refers to the row need not wait."""


def count_rows(table: str) -> str:
    """Returns the statement that counts a table's rows."""
    return f"SELECT count(*) FROM {quoted(table)}"


def copy_rows(source: str, target: str, values: Mapping[str, str]) -> str:
    """Returns the statement that copies all rows: `values` are expressions over the source by column of the target."""
    columns = ", ".join(quoted(column) for column in values)
    return f"INSERT INTO {quoted(target)} ({columns}) SELECT {', '.join(values.values())} FROM {quoted(source)}"


def keys_after(dialect: Dialect, table: str, key: str, after: str | None, where: str | None, size: int) -> str:
    """Returns the statement for the next keys of a table in their order, as literals; `after` is such a literal.

    PostgreSQL's have no type of their own, so that they take that of the column they are compared with. It locks the
    rows, so that nobody changes them between this statement and the next.
    """
    column = quoted(key)
    conditions = [f"({where})"] if where else []
    conditions += [f"{column} > {after}"] if after else []
    literal, lock = (f"quote({column})", "") if dialect == "sqlite" else (f"quote_literal({column}::text)", LOCK)
    tests = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {literal} FROM {quoted(table)}{tests} ORDER BY {column} LIMIT {size}{lock}"


def probe_select(view: str) -> str:
    """Returns a statement that SQLite compiles only when a view names what there is."""
    return f"EXPLAIN SELECT * FROM {quoted(view)}"


def probe_insert(table: str) -> str:
    """Returns a statement that SQLite compiles only when the triggers before and after inserts name what there is."""
    return f"EXPLAIN INSERT INTO {quoted(table)} DEFAULT VALUES"


def probe_update(table: str, columns: Sequence[str]) -> str:
    """Returns a statement that SQLite compiles only when the triggers of updates name what there is."""
    same = ", ".join(f"{quoted(each)} = {quoted(each)}" for each in columns)
    return f"EXPLAIN UPDATE {quoted(table)} SET {same}"


def probe_delete(table: str) -> str:
    """Returns a statement that SQLite compiles only when the triggers of deletes name what there is."""
    return f"EXPLAIN DELETE FROM {quoted(table)}"
