"""One process at a time migrates a database."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from twofold.database import Database

if sys.platform != "win32":
    import fcntl

__all__ = ["exclusive"]

LOCK_KEY = 0x74776F666F6C64_01
POLL_S = 0.05


@asynccontextmanager
async def exclusive(database: Database) -> AsyncIterator[None]:
    """Holds the block until no other process is in it for the same database, however long that takes.

    The lock ends with its process, however the process ends.
    """
    async with _postgres_lock(database) if database.dialect == "postgres" else _file_lock(database):
        yield


@asynccontextmanager
async def _file_lock(database: Database) -> AsyncIterator[None]:
    path = str(database.config["connections"]["default"]["credentials"]["file_path"])
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
async def _postgres_lock(database: Database) -> AsyncIterator[None]:
    """A lock of a transaction, which poolers between us and the server respect; they would lose one of a session.

    It has a connection of its own, because the pool may have but one. It is asked for again and again rather than
    waited for: timeouts stop a statement that waits, and CREATE INDEX CONCURRENTLY waits for its snapshot.
    """
    credentials = database.config["connections"]["default"]["credentials"] | {"minsize": 1, "maxsize": 1}
    client = type(database.connection)(**credentials, connection_name="migration lock")
    try:
        async with client.acquire_connection() as connection:
            while True:
                transaction = connection.transaction()
                await transaction.start()
                await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                if await connection.fetchval(f"SELECT pg_try_advisory_xact_lock({LOCK_KEY})"):
                    break
                await transaction.rollback()
                await asyncio.sleep(POLL_S)
            try:
                yield
            finally:
                await transaction.rollback()
    finally:
        await client.close()
