"""Counting statements where they cannot hide: at the drivers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiosqlite
import asyncpg
import pytest

SETTING_UP = ("SET ", "PRAGMA ")
"""What a new connection is told, whenever the pool needs one."""
BESIDE = "cache_doubts"
"""What a process asks from time to time, whatever else it does."""
DRIVERS = (
    (asyncpg.Connection, ("fetch", "fetchrow", "fetchval", "execute", "executemany")),
    (aiosqlite.Connection, ("execute_fetchall", "execute_insert", "execute", "executemany", "executescript")),
)


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Gives the list of the statements that either driver is asked to run within the block."""
    statements: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for connection, methods in DRIVERS:
            for name in methods:
                patch.setattr(connection, name, _recording(getattr(connection, name), statements))
        yield statements


def _recording(method: Any, statements: list[str]) -> Any:
    def run(self: Any, sql: str, *arguments: Any, **options: Any) -> Any:
        if not sql.startswith(SETTING_UP) and BESIDE not in sql:
            statements.append(sql)
        return method(self, sql, *arguments, **options)

    return run
