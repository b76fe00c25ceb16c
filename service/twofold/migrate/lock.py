"""One process at a time migrates a database."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from twofold.database import Database

if sys.platform != "win32":
    import fcntl

__all__ = ["exclusive", "lock_beside", "locked"]

LOCK_KEY = 0x74776F666F6C64_01
POLL_S = 0.05


@asynccontextmanager
async def exclusive(database: Database) -> AsyncIterator[None]:
    """Holds the block until no other process is in it for the same database, however long that takes.

    The lock ends with its process, however the process ends.
    """
    credentials = database.config["connections"]["default"]["credentials"]
    if database.dialect == "sqlite":
        lock = _file_lock(str(credentials["file_path"]))
    else:
        lock = lock_beside(database.connection, credentials, LOCK_KEY)
    async with lock:
        yield


@asynccontextmanager
async def _file_lock(path: str) -> AsyncIterator[None]:
    if path == ":memory:" or sys.platform == "win32":
        yield  # the migration's own BEGIN IMMEDIATE still lets it be applied once only
        return
    descriptor = os.open(f"{path}-migrate", os.O_RDWR | os.O_CREAT)  # never removed: others may be waiting for it
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(POLL_S)
        yield
    finally:
        os.close(descriptor)


@asynccontextmanager
async def lock_beside(client: BaseDBAsyncClient, credentials: Mapping[str, Any], key: int) -> AsyncIterator[None]:
    """Holds the block until nobody else has the lock `key` of PostgreSQL.

    It is the lock of a transaction, which poolers between us and the server respect; they would lose one of a session.
    It has a connection of its own, because the pool may have but one.
    """
    own = type(client)(**{**credentials, "minsize": 1, "maxsize": 1}, connection_name="migration lock")
    try:
        async with own.acquire_connection() as connection:
            transaction = await locked(connection, key)
            try:
                yield
            finally:
                await transaction.rollback()
    finally:
        await own.close()


async def locked(connection: Any, key: int) -> Any:
    """Returns a transaction of the connection, a savepoint within another one, that has the lock `key`.

    The lock is asked for again and again rather than waited for: timeouts stop a statement that waits, and CREATE INDEX
    CONCURRENTLY waits for its snapshot. So it would for one that a stricter isolation keeps.
    """
    isolation = None if connection.is_in_transaction() else "read_committed"
    while True:
        transaction = connection.transaction(isolation=isolation)
        await transaction.start()
        try:
            got = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", key)
            # This one is sent in the simple protocol, which ends the portal of the one before, and so its snapshot.
            await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        except BaseException:
            await transaction.rollback()
            raise
        if got:
            return transaction
        await transaction.rollback()
        await asyncio.sleep(POLL_S)
