"""Statements on the table in which processes say that they have written what they could not tell to others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, NamedTuple, TypeAlias

__all__ = ["AGREED", "DoubtStatements", "Run", "doubt_statements"]

Run: TypeAlias = Callable[[str, list[Any]], Awaitable[Any]]
"""Runs a statement: in a transaction, or after its commit on its connection, or outside of any."""

AGREED = "redis"
"""The id of the row that says which Redis counts: its `life`, and in `until_ms` since when it is to; 0: it does."""
NOW = {
    "postgres": "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
}
"""Milliseconds since 1970 by the database's clock, at the statement and not at the transaction's begin."""
WHOSE = {
    "postgres": "SELECT system_identifier || '.' || oid || '.' || '\"{table}\"'::regclass::oid AS whose"
    " FROM pg_control_system(), pg_database WHERE datname = current_database()",
    "sqlite": "SELECT 'sqlite' AS whose",
}
"""Which database it is; on PostgreSQL also which table, as there may be several, in schemas, and one may be restored.

A SQLite file has nothing that tells, and all who share one must say the same.
"""
WHOSE_UNPRIVILEGED = WHOSE | {
    "postgres": WHOSE["postgres"]
    .replace("system_identifier", "extract(epoch FROM pg_postmaster_start_time())")
    .replace("pg_control_system(), ", "")
}
"""The same by what anybody may ask. The oids alone are the same in most new clusters."""


class DoubtStatements(NamedTuple):
    """Their text."""

    look: str
    """All rows: the id, until when, the life, for how many milliseconds that has been over, and which database it is.

    Where there are none, one without an id.
    """
    look_unprivileged: str
    """The same for roles that may not ask which cluster it is: after each start of the server it is another one."""
    say: str
    """Says a doubt, by its id, or that it goes on."""
    end: str
    """Ends a doubt, by its id."""
    end_if_over: str
    """Ends a doubt, by its id, unless it goes on."""
    begin: str
    """Makes a life count where none ever has."""
    change: str
    """Begins to make a life count in place of another one."""
    settle: str
    """Makes a life count, unless another one is to since then."""


def doubt_statements(dialect: Literal["sqlite", "postgres"], table: str, lasts_s: int) -> DoubtStatements:
    """Returns the statements; a doubt is over after `lasts_s` if nobody says that it goes on."""
    now = NOW[dialect]
    one, two = ("$1", "$2") if dialect == "postgres" else ("?", "?")
    end = f'DELETE FROM "{table}" WHERE id = {one}'  # noqa: S608  # the table's name is the project's own
    insert = f'INSERT INTO "{table}" (id, until_ms, life) VALUES'
    agreed = f"WHERE id = '{AGREED}' AND life"
    rows = f'LEFT JOIN "{table}" ON 1 = 1'
    look = f"SELECT id, until_ms, life, {now} - until_ms, whose FROM"
    return DoubtStatements(
        look=f"{look} ({WHOSE[dialect].format(table=table)}) AS it {rows}",
        look_unprivileged=f"{look} ({WHOSE_UNPRIVILEGED[dialect].format(table=table)}) AS it {rows}",
        say=f"{insert} ({one}, {now} + {lasts_s * 1000}, NULL)"
        " ON CONFLICT (id) DO UPDATE SET until_ms = excluded.until_ms",
        end=end,
        end_if_over=f"{end} AND until_ms <= {now}",
        begin=f"{insert} ('{AGREED}', 0, {one}) ON CONFLICT (id) DO NOTHING",
        change=f'UPDATE "{table}" SET life = {one}, until_ms = {now} {agreed} = {two}',  # noqa: S608
        settle=f'UPDATE "{table}" SET until_ms = 0 {agreed} = {one} AND until_ms = {two}',  # noqa: S608
    )
