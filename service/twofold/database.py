"""The database behind the service: one Tortoise context, whose connections run statements and transactions."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any, ClassVar, Literal, TypeAlias

from tortoise import Model
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext, _current_context  # pyright: ignore[reportPrivateUsage]

from twofold.cache.doubts import doubts_of
from twofold.connecting import Limits, tortoise_config
from twofold.interrupting import fetch_within
from twofold.outages import ours, outages, stopped
from twofold.postgres import PostgresClient
from twofold.replicas import Replicas
from twofold.shared import shared_by
from twofold.watching import Watch

__all__ = ["ENGINE_APP", "Database", "Dialect", "Row", "name_tables", "tortoise_config"]

Dialect: TypeAlias = Literal["sqlite", "postgres"]
Row: TypeAlias = Any
"""A row as the driver gives it (sqlite3.Row or asyncpg.Record): indexed by position or by column name."""

ENGINE_APP = "twofold"
NO_LIMITS = Limits()
UNLIMITED_S = 60.0
MARGIN_S = 5.0
"""How much longer than a statement may take what it changes is open to no cache."""


def name_tables(models: Iterable[type[Model]], engine_prefix: str) -> None:
    """Makes the engine's models, among `models`, those of tables whose names begin with `engine_prefix`."""
    for model in models:
        if model._meta.app == ENGINE_APP and model.__module__ != "aerich.models":
            model._meta.db_table = f"{engine_prefix}{model.Meta.table}"  # type: ignore[attr-defined]
    Database.forget_speech()


_running: ContextVar[tuple[object, BaseDBAsyncClient] | None] = ContextVar("running", default=None)
"""The transaction of this task, and the database that it is of."""


class Database:
    """A database that is open between `open()` and `close()`.

    With `limits`, no statement takes longer than one may; on SQLite, none outside of transactions. Migrations do
    without. `replicas` are the URLs of PostgreSQL's, which answer reads; `redis` is that of the Redis by which the
    processes of several machines share what they know, which those of one do by a file. With `alone`, there is no other
    process.

    Raises:
        WrongSetting: there are replicas of what is not PostgreSQL.
    """

    _spoken: ClassVar[tuple[Dialect, str] | None] = None

    def __init__(
        self,
        config: dict[str, Any],
        *,
        limits: Limits = NO_LIMITS,
        replicas: Sequence[str] = (),
        redis: str | None = None,
        alone: bool = False,
    ) -> None:
        self._context = TortoiseContext()
        engine = config["connections"]["default"]["engine"]
        self.dialect: Dialect = "sqlite" if "sqlite" in engine else "postgres"
        self.speech: tuple[Dialect, str] = (self.dialect, config["engine_prefix"])
        """The dialect, and with what the names of the engine's tables begin."""
        self.limits = limits
        self.config = _limited(config, limits) if self.dialect == "postgres" else config
        credentials = self.config["connections"]["default"]["credentials"]
        self.shared = shared_by(engine, credentials, redis, alone=alone)
        self.watch = Watch(self.shared.versions, (limits.statement_s or UNLIMITED_S) + MARGIN_S)
        self.doubts = doubts_of(self, self.shared, config["engine_prefix"])
        self.watch.doubts = self.doubts
        self._beside: PostgresClient | None = None
        if self.doubts is not None and self.dialect == "postgres":
            self._beside = PostgresClient(**{**credentials, "maxsize": 1}, connection_name="looks")
        self._replicas = Replicas(replicas, credentials, limits, self.shared) if replicas else None

    async def open(self) -> None:
        """Loads the models and makes the connections ready; they connect at first use."""
        with self.use():  # Tortoise's own init looks for the current context while it builds the models' filters
            await self._context.init(config=self.config)
            pool: Any = self._context.connections.get("default")
            self._pool = pool
            self._speak()
            apps = self._context.apps
            self.watch.know([each for models in apps.apps.values() for each in models.values()] if apps else ())
            pool.watch = self.watch
        if self._replicas is not None:
            self._replicas.open(pool)

    async def close(self) -> None:
        """Closes all connections."""
        if self.doubts is not None:
            await self.doubts.close()
        if self._beside is not None:
            await self._beside.close()
        if self._replicas is not None:
            await self._replicas.close()
        await self._context.close_connections()
        await self.shared.close()

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
        pool: BaseDBAsyncClient = self._pool
        return pool if running is None or running[0] is not self else running[1]

    @property
    def connections_in_use(self) -> int:
        """How many connections of this process have a statement or a transaction now, replicas' not counted."""
        in_use: int = self._pool.in_use
        return in_use

    @property
    def in_transaction(self) -> bool:
        """Whether this task is within a transaction of this database."""
        running = _running.get()
        return running is not None and running[0] is self

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> Sequence[Row]:
        """Returns the rows of `sql`, run in this task's transaction if there is one.

        Raises:
            OutOfRange: a number that PostgreSQL works out is larger than its type.
            TooDeep: the statement nests deeper than SQLite can parse.
            TooSlow: it took longer than a statement may.
            Unavailable: the database cannot be reached, or is too busy.
        """
        connection: Any = self.connection
        rows: Sequence[Row] = await connection.watched(
            sql, lambda: self._fetch(connection.acquire_connection(), sql, parameters)
        )
        return rows

    async def read(self, sql: str, parameters: Sequence[Any] = (), *, primary: bool = False) -> Sequence[Row]:
        """Returns the rows of a statement that only reads; outside of transactions, SQLite waits for none of them.

        It sees what was acknowledged before by any process, also where a replica of PostgreSQL answers, which with
        `primary` none does.

        Raises:
            OutOfRange, TooDeep, TooSlow, Unavailable: as `fetch` does.
        """
        if self.in_transaction:
            return await self.fetch(sql, parameters)
        if self.dialect == "sqlite":
            return await self._read_beside(sql, parameters)
        if self._replicas is not None and not primary:
            found = await self._replicas.read(sql, parameters)
            if found is not None:
                return found
        return await self._fetch(self._pool.acquire_to_read(), sql, parameters)

    async def look(self, sql: str) -> Sequence[Row]:
        """Returns the rows of a small statement of the service's own, which on PostgreSQL has a connection for itself.

        When all others are in use for long, what is kept must not be given up as well: that would make it longer.
        """
        if self._beside is None:
            return await self.read(sql, primary=True)
        async with self._beside.acquire_to_read() as connection:
            rows: Sequence[Row] = await connection.fetch(sql)
            return rows

    async def _read_beside(self, sql: str, parameters: Sequence[Any]) -> Sequence[Row]:
        with outages():
            readers = await self._pool.readers()
            if readers is not None:
                rows: Sequence[Row] = await readers.fetch(sql, parameters, self.limits.statement_s)
                return rows
        return await self.fetch(sql, parameters)

    async def _fetch(self, held: Any, sql: str, parameters: Sequence[Any]) -> Sequence[Row]:
        limit_s = None if self.in_transaction else self.limits.statement_s  # a transaction waits for others, as a rule
        start_s = monotonic()
        try:
            async with held as connection:
                start_s = monotonic()
                if self.dialect == "postgres":
                    rows: Sequence[Row] = await connection.fetch(sql, *parameters)
                    return rows
                return await fetch_within(connection, sql, parameters, limit_s)
        except Exception as error:
            known = stopped(error, monotonic() - start_s, limit_s) or ours(error)
            if known is None:
                raise
            raise known from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[TransactionalDBClient]:
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


def _limited(config: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Returns the configuration of a PostgreSQL that keeps to limits."""
    default = config["connections"]["default"]
    given = default["credentials"]
    credentials = given | {"settings": given["settings"] | limits.settings()}
    return config | {"connections": {"default": default | {"credentials": credentials}}}
