"""The database behind the service: one Tortoise context, whose connections run statements and transactions."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any, ClassVar, Literal, TypeAlias
from urllib.parse import urlsplit

import asyncpg
from tortoise import Model
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext, _current_context  # pyright: ignore[reportPrivateUsage]
from tortoise.exceptions import DBConnectionError

from twofold.errors import Deadlocked, OutOfRange, ServiceError, TooDeep, TooSlow, Unavailable

__all__ = ["Database", "Dialect", "Row", "name_tables", "tortoise_config"]

log = logging.getLogger("twofold.database")

Dialect: TypeAlias = Literal["sqlite", "postgres"]
Row: TypeAlias = Any
"""A row as the driver gives it (sqlite3.Row or asyncpg.Record): indexed by position or by column name."""


ENGINE_APP = "twofold"


def tortoise_config(
    database_url: str, apps: Mapping[str, Sequence[str]], pool_size: int = 10, engine_prefix: str = ""
) -> dict[str, Any]:
    """Returns Tortoise's configuration for `database_url`.

    `apps` maps an app's label to the modules its models are in. aerich's tracking table is in the app `twofold`.
    The names of the engine's tables begin with `engine_prefix`.

    Raises:
        ValueError: the URL is neither SQLite nor PostgreSQL.
    """
    scheme = urlsplit(database_url).scheme
    connection: dict[str, Any]
    if scheme == "sqlite":
        connection = expand_db_url(database_url) | {"engine": "twofold.sqlite"}
    elif scheme in ("postgres", "postgresql"):
        connection = expand_db_url("postgres" + database_url.removeprefix(scheme)) | {"engine": "twofold.postgres"}
        connection["credentials"] |= {"maxsize": pool_size, "init": _without_jit}
    else:
        raise ValueError(f"the database URL begins with {scheme!r}; use sqlite:// or postgres://")
    return {
        "connections": {"default": connection},
        "apps": {label: {"models": list(modules), "default_connection": "default"} for label, modules in apps.items()},
        "engine_prefix": engine_prefix,
    }


def name_tables(models: Iterable[type[Model]], engine_prefix: str) -> None:
    """Makes the engine's models, among `models`, those of tables whose names begin with `engine_prefix`."""
    for model in models:
        if model._meta.app == ENGINE_APP and model.__module__ != "aerich.models":
            model._meta.db_table = f"{engine_prefix}{model.Meta.table}"  # type: ignore[attr-defined]
    Database.forget_speech()


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
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InternalClientError,  # used in the moment in which the server ends the connection
    DBConnectionError,
)
SQLITE_OUTAGES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
                  sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}  # fmt: skip
"""Primary result codes: the low byte of an error's code (https://www.sqlite.org/rescode.html)."""
INTERRUPT_AGAIN_S = 0.005
TOO_DEEP = ("parser stack overflow", "Expression tree is too large (maximum depth 1000)")
"""What SQLite says of statements that nest too deeply; the parser's stack has 100 places before SQLite 3.46."""


@contextmanager
def outages() -> Iterator[None]:
    """Turns the drivers' errors within the block into ours, as `_ours` says."""
    try:
        yield
    except Exception as error:
        known = _ours(error)
        if known is None:
            raise
        raise known from error


def _ours(error: Exception) -> ServiceError | None:
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
    return Deadlocked() if isinstance(error, asyncpg.DeadlockDetectedError) else Unavailable()


def _is_closed(error: Exception) -> bool:
    """Whether asyncpg says that the connection is gone; it has no class for that."""
    return isinstance(error, asyncpg.InterfaceError) and str(error).endswith("connection is closed")


def _is_sqlite_outage(error: Exception) -> bool:
    cause = error if isinstance(error, sqlite3.OperationalError) else error.args[0] if error.args else None
    return isinstance(cause, sqlite3.OperationalError) and cause.sqlite_errorcode & 0xFF in SQLITE_OUTAGES


async def _without_jit(connection: Any) -> None:
    """Turns off compiling for a new connection: it takes seconds where the planner fears the tests of row rules.

    As a statement, since poolers refuse connections that ask for it at the start.
    """
    await connection.execute("SET jit = off")


def _with_timeout(config: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Returns the configuration of a PostgreSQL whose every statement is stopped by the server after so long."""

    async def prepare(connection: Any) -> None:
        await _without_jit(connection)
        await connection.execute(f"SET statement_timeout = {max(1, round(seconds * 1000))}")

    default = config["connections"]["default"]
    limited = default | {"credentials": default["credentials"] | {"init": prepare}}
    return config | {"connections": {"default": limited}}


_running: ContextVar[tuple[object, BaseDBAsyncClient] | None] = ContextVar("running", default=None)
"""The transaction of this task, and the database that it is of."""


class Database:
    """A database that is open between `open()` and `close()`.

    With `statement_timeout_s`, no statement takes longer; on SQLite, none outside of transactions. Migrations do
    without.
    """

    _spoken: ClassVar[tuple[Dialect, str] | None] = None

    def __init__(self, config: dict[str, Any], *, statement_timeout_s: float | None = None) -> None:
        self._context = TortoiseContext()
        engine = config["connections"]["default"]["engine"]
        self.dialect: Dialect = "sqlite" if "sqlite" in engine else "postgres"
        self.speech: tuple[Dialect, str] = (self.dialect, config["engine_prefix"])
        """The dialect, and with what the names of the engine's tables begin."""
        self.statement_timeout_s = statement_timeout_s
        if statement_timeout_s is not None and self.dialect == "postgres":
            config = _with_timeout(config, statement_timeout_s)
        self.config = config

    async def open(self) -> None:
        """Loads the models and makes the connections ready; they connect at first use."""
        with self.use():  # Tortoise's own init looks for the current context while it builds the models' filters
            await self._context.init(config=self.config)
            self._pool = self._context.connections.get("default")
            self._speak()

    async def close(self) -> None:
        """Closes all connections."""
        await self._context.close_connections()

    @contextmanager
    def use(self) -> Iterator[None]:
        """Makes this the database of Tortoise models within the block, in this task.

        The context variable is set here rather than by entering the TortoiseContext, which keeps its reset token on
        itself and breaks when several tasks enter it (https://github.com/tortoise/tortoise-orm/issues/2186).
        """
        token = _current_context.set(self._context)
        try:
            if Database._spoken != self.speech:
                self._speak()
            yield
        finally:
            _current_context.reset(token)

    def _speak(self) -> None:
        """Makes the models write SQL for this database: Tortoise keeps its text on them, in the dialect opened last.

        So a process may have databases of both dialects, and with tables of other names, open, as the tests do, if it
        does not use them at once.
        """
        apps = self._context.apps
        if apps is not None:
            name_tables([each for models in apps.values() for each in models.values()], self.speech[1])
            EXECUTOR_CACHE.clear()
            apps._build_initial_querysets()  # pyright: ignore[reportPrivateUsage]
            Database._spoken = self.speech

    @classmethod
    def forget_speech(cls) -> None:
        """Makes whichever database is used next speak again, since what the models say has changed."""
        cls._spoken = None

    @property
    def connection(self) -> BaseDBAsyncClient:
        """The connection of this task: its running transaction, or else the pool."""
        running = _running.get()
        return self._pool if running is None or running[0] is not self else running[1]

    @property
    def in_transaction(self) -> bool:
        """Whether this task is within a transaction of this database."""
        return self.connection is not self._pool

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> Sequence[Row]:
        """Returns the rows of `sql`, run in this task's transaction if there is one.

        Raises:
            OutOfRange: a number that PostgreSQL works out is larger than its type.
            TooDeep: the statement nests deeper than SQLite can parse.
            TooSlow: it took longer than a statement may.
            Unavailable: the database cannot be reached, or is too busy.
        """
        client = self.connection
        limit_s = (
            self.statement_timeout_s if client is self._pool else None
        )  # a transaction waits for others, as a rule
        start_s = monotonic()
        try:
            async with client.acquire_connection() as connection:
                start_s = monotonic()
                if self.dialect == "postgres":
                    rows: Sequence[Row] = await connection.fetch(sql, *parameters)
                    return rows
                if limit_s is None:
                    return list(await connection.execute_fetchall(sql, parameters))
                return await _fetch_unless_interrupted(connection, sql, parameters, limit_s)
        except Exception as error:
            known = _ours(error)
            if isinstance(error, asyncpg.QueryCanceledError) and limit_s is not None:
                # Sooner, an operator cancelled it; the message, which says so, is in the server's language.
                known = TooSlow(limit_s) if monotonic() - start_s >= limit_s else known
            if known is None:
                raise
            raise known from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[BaseDBAsyncClient]:
        """Runs the block in one transaction (a savepoint within another one); an exception rolls it back.

        Raises:
            Unavailable: the database cannot be reached, or is too busy.
        """
        with outages(), self.use():
            async with self.connection._in_transaction() as connection:  # pyright: ignore[reportPrivateUsage]
                token = _running.set((self, connection))
                try:
                    yield connection
                finally:
                    _running.reset(token)


async def _fetch_unless_interrupted(connection: Any, sql: str, parameters: Sequence[Any], limit_s: float
                                    ) -> Sequence[Row]:  # fmt: skip
    """Interrupts SQLite from this thread, which it allows.

    Again and again, because it does nothing while the statement is still being prepared, or does not run any more.
    """
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
