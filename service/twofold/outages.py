"""What the drivers' errors come to: the database cannot serve at the moment, or cannot answer that."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from tortoise.exceptions import DBConnectionError, IntegrityError

from twofold.errors import Deadlocked, OutOfRange, ServiceError, TooDeep, TooSlow, Unavailable
from twofold.pool import NoneFree

__all__ = ["VIOLATIONS", "ours", "outages", "stopped", "was_refused"]

log = logging.getLogger("twofold.database")

OUTAGES: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InternalClientError,  # used in the moment in which the server ends the connection
    DBConnectionError,
)
VIOLATIONS = (IntegrityError, asyncpg.IntegrityConstraintViolationError, sqlite3.IntegrityError)
"""A violated constraint, as Tortoise says it or the drivers themselves."""
LOST = (asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)
SQLITE_OUTAGES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
                  sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}  # fmt: skip
"""Primary result codes: the low byte of an error's code (https://www.sqlite.org/rescode.html)."""
TOO_DEEP = ("parser stack overflow", "Expression tree is too large (maximum depth 1000)")
"""What SQLite says of statements that nest too deeply; the parser's stack has 100 places before SQLite 3.46."""


@contextmanager
def outages() -> Iterator[None]:
    """Turns the drivers' errors within the block into ours, as `ours` says."""
    try:
        yield
    except Exception as error:
        known = ours(error)
        if known is None:
            raise
        raise known from error


def stopped(error: Exception, took_s: float, limit_s: float | None) -> TooSlow | None:
    """Returns TooSlow if PostgreSQL stopped a statement because it took longer than it may; None if not so.

    Sooner, an operator cancelled it; the message, which says so, is in the server's language.
    """
    is_stopped = isinstance(error, asyncpg.QueryCanceledError) and limit_s is not None and took_s >= limit_s
    return TooSlow(limit_s) if is_stopped and limit_s is not None else None


def ours(error: Exception) -> ServiceError | None:
    """Returns what a driver's error comes to: the database cannot serve at the moment, or cannot answer that.

    TooDeep where a statement nests too deeply for SQLite, OutOfRange where a number is too large for PostgreSQL,
    Deadlocked where two transactions waited for each other, Unavailable for an outage, which Tortoise translates in
    part only. None when it is none of them.
    """
    if isinstance(error, sqlite3.OperationalError) and str(error) in TOO_DEEP:
        return TooDeep()
    if isinstance(error, asyncpg.NumericValueOutOfRangeError):
        return OutOfRange()
    if not isinstance(error, OUTAGES) and not _is_closed(error) and not _is_sqlite_outage(error):
        return None
    log.warning("the database cannot serve: %s: %s", type(error).__name__, error)
    if isinstance(error, NoneFree):
        return Unavailable("All connections to the database are in use; try again shortly.")
    return Deadlocked() if isinstance(error, asyncpg.DeadlockDetectedError) else Unavailable()


def _is_closed(error: Exception) -> bool:
    """Whether asyncpg says that the connection is gone; it has no class for that."""
    return isinstance(error, asyncpg.InterfaceError) and str(error).endswith("connection is closed")


def _is_sqlite_outage(error: Exception) -> bool:
    cause = error if isinstance(error, sqlite3.OperationalError) else error.args[0] if error.args else None
    return isinstance(cause, sqlite3.OperationalError) and cause.sqlite_errorcode & 0xFF in SQLITE_OUTAGES


def was_refused(error: BaseException) -> bool:
    """Returns whether a write had no effect and will have none: the database itself says so, or was never asked."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            waiting += [each.__cause__, *each.args]
    return any(map(_says_no, seen))


def _says_no(error: BaseException) -> bool:
    match error:
        case NoneFree():
            return True
        case sqlite3.Error():  # where a disk fails in a COMMIT, that may be found there afterwards
            return getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_IOERR
        case _:
            return isinstance(error, asyncpg.PostgresError) and not isinstance(error, LOST)
