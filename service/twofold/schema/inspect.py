"""The schema that a database has, read from its own catalogue."""

from __future__ import annotations

from twofold.database import Database
from twofold.schema import inspect_postgres, inspect_sqlite
from twofold.schema.schema import Schema

__all__ = ["BOOKKEEPING", "inspect"]

BOOKKEEPING = frozenset({"aerich", "twofold_migrations"})
"""Tables that remember migrations; they are in no schema."""


async def inspect(database: Database, *, schema: str | None = None) -> Schema:
    """Returns the tables of `database`: all but those that remember migrations.

    Left out too are SQLite's own tables, virtual tables with what they keep, and on PostgreSQL partitions and what
    extensions made. `schema` names a schema of PostgreSQL that is not the current one; the names of its tables, types
    and functions are as unqualified as those of the current one, so two databases made alike are equal. A generated
    column is `computed` whether it is stored or not.

    Raises:
        LookupError: there is no such schema.
    """
    if database.dialect == "sqlite":
        tables = await inspect_sqlite.tables(database)
    else:
        tables = await inspect_postgres.tables(database, schema)
    return Schema(tables={each.name: each for each in tables if each.name not in BOOKKEEPING})
