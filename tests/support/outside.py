"""SQL that is run past the service, as by `psql` or `sqlite3`: nobody hears of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from support import postgres

__all__ = ["run_outside"]


def run_outside(url: str, statement: str) -> None:
    """Runs a statement, and commits it."""
    if not url.startswith("sqlite:"):
        postgres.execute(url, statement)
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection, connection:
        connection.execute(statement)
