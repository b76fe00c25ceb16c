"""How many rows tables have: a lock on a small one hurts nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twofold.database import Database, Dialect
from twofold.migrate.review.finding import Severity

__all__ = ["LARGE", "SMALL", "Sizes", "sizes_of"]

SMALL = 10_000
"""Below, a table is read or written anew within about a tenth of a second: minor."""
LARGE = 1_000_000
"""From here on it takes seconds to minutes, for which all others wait: critical. Between the two: major."""

_POSTGRES_SIZES = """
SELECT c.relname, CASE WHEN c.reltuples < 0 THEN (pg_relation_size(c.oid) / 100)::bigint ELSE c.reltuples::bigint END
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY (current_schemas(false))"""
"""The planner's own estimate; of a table that was never analysed, as many rows of 100 bytes as it has room for."""
_SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Rows of each table of the database that was looked at; they say nothing of databases of the other dialect."""

    dialect: Dialect | None = None
    rows: Mapping[str, int] = field(default_factory=dict)

    def of(self, table: str, dialect: Dialect) -> int | None:
        """Returns how many rows a table has, or None where that is not known."""
        return self.rows.get(table) if dialect == self.dialect else None

    def severity(self, table: str, dialect: Dialect) -> Severity:
        """Returns how bad it is that everybody waits while the table is read or written anew; major if not known."""
        rows = self.of(table, dialect)
        if rows is None:
            return Severity.major
        return Severity.minor if rows < SMALL else Severity.major if rows < LARGE else Severity.critical


async def sizes_of(database: Database) -> Sizes:
    """Returns the sizes of the tables of `database`, which is open.

    Raises:
        Unavailable: the database cannot be reached.
    """
    if database.dialect == "postgres":
        found = {str(row[0]): int(row[1]) for row in await database.fetch(_POSTGRES_SIZES)}
        return Sizes(dialect="postgres", rows=found)
    rows = {}
    for (name,) in await database.fetch(_SQLITE_TABLES):
        limited = f'SELECT count(*) FROM (SELECT 1 FROM "{_doubled(name)}" LIMIT {LARGE})'  # a known table
        rows[name.lower()] = (await database.fetch(limited))[0][0]
    return Sizes(dialect="sqlite", rows=rows)


def _doubled(name: str) -> str:
    return name.replace('"', '""')
