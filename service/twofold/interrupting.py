"""Statements on SQLite that take no longer than they may."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

from twofold.errors import TooSlow

__all__ = ["INTERRUPT_AGAIN_S", "fetch_within"]

INTERRUPT_AGAIN_S = 0.005


async def fetch_within(connection: Any, sql: str, parameters: Sequence[Any], limit_s: float | None) -> Sequence[Any]:
    """Returns the rows of a statement on an aiosqlite connection; None: it may take as long as it likes.

    SQLite lets another thread interrupt it. Again and again, because it does nothing while the statement is still being
    prepared, or does not run any more.

    Raises:
        TooSlow: it took longer.
    """
    if limit_s is None:
        return list(await connection.execute_fetchall(sql, parameters))
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle

    def interrupt() -> None:
        nonlocal timer
        connection._conn.interrupt()
        timer = loop.call_later(INTERRUPT_AGAIN_S, interrupt)

    timer = loop.call_later(limit_s, interrupt)
    try:
        return list(await connection.execute_fetchall(sql, parameters))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        raise TooSlow(limit_s) from error
    finally:
        timer.cancel()
