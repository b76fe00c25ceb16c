"""Which views and triggers of SQLite can be used: it looks at what they name only when they are."""

from __future__ import annotations

import sqlite3

from twofold.migrate.ledger import Fetch
from twofold.sql.migrating import probe_delete, probe_insert, probe_select, probe_update

__all__ = ["unusable"]

VIEWS = "SELECT name FROM sqlite_master WHERE type = 'view'"
WITH_TRIGGERS = "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
STORED = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0"


async def unusable(fetch: Fetch) -> dict[str, str]:
    """Returns what does not work, by a description of it, with SQLite's reason."""
    probes = {f"the view {row[0]}": probe_select(row[0]) for row in await fetch(VIEWS)}
    for (table,) in await fetch(WITH_TRIGGERS):
        columns = [row[0] for row in await fetch(STORED, table)]
        probes[f"a trigger of inserts into {table}"] = probe_insert(table)
        probes[f"a trigger of updates of {table}"] = probe_update(table, columns)
        probes[f"a trigger of deletes from {table}"] = probe_delete(table)
    broken = {}
    for what, probe in probes.items():
        try:
            await fetch(probe)
        except sqlite3.Error as error:
            broken[what] = str(error)
    return broken
