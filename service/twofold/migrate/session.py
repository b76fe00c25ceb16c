"""The connection on which a migration is run: what each database does in its own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connections

from twofold.database import Dialect, Row
from twofold.migrate.parts import Part
from twofold.migrate.steps import Alone, Python, Step
from twofold.watching import Watch, Watched

__all__ = ["Session"]


class Session(ABC):
    """A client's connection, held for the time of a migration; `client` is what the migration was given."""

    dialect: ClassVar[Dialect]
    passing: ClassVar[tuple[type[Exception], ...]] = ()
    """What may succeed when it is tried again."""

    def __init__(self, client: BaseDBAsyncClient, connection: Any) -> None:
        self.client = client
        self.connection = connection

    @abstractmethod
    async def fetch(self, sql: str, *values: Any) -> Sequence[Row]:
        """Returns the rows of one statement."""

    @abstractmethod
    async def execute(self, sql: str) -> None:
        """Runs a migration's own text."""

    @abstractmethod
    def alone(self, part: Part) -> AbstractAsyncContextManager[None]:
        """Keeps other processes out of migrations within the block, which is a transaction if `part` may be in one.

        Raises:
            MigrationFailed: others use the database for too long, or the block leaves something wrong.
        """

    async def committed(self, part: Part, commit: Callable[[], Awaitable[None]]) -> None:
        """Runs what makes a part take effect: nobody keeps or takes answers meanwhile that it changes.

        These are all, but for a change in batches of a table, which may be one of thousands. aerich's own clients are
        not watched.
        """
        watch = self.watch
        if watch is None:
            await commit()
        else:
            tags = watch.effects_of(part.batches.sql) if part.batches else None
            await watch.during(tags, commit, self.run_beside)

    async def run_beside(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """Runs a statement of the cache's own right before or after a COMMIT, on the connection that has it."""
        return await self.fetch(sql, *values)

    @property
    def watch(self) -> Watch | None:
        """What the client's writes are told to."""
        return self.client.watch if isinstance(self.client, Watched) else None

    def tell_at_commit(self) -> None:
        """Says, where the migration is within a transaction of others, that its COMMIT changes anything."""
        if isinstance(self.client, Watched) and self.client.effects is not None:
            self.client.effects.add(None)

    @abstractmethod
    async def take(self, step: Step) -> None:
        """Does a step that is not in batches."""

    @abstractmethod
    def transaction_client(self) -> BaseDBAsyncClient:
        """Returns a client whose statements run on this connection."""

    async def take_plain(self, step: Alone | Python | str) -> None:
        """Does a step that is the same on every database."""
        if isinstance(step, Python):
            client = self.transaction_client()
            token = get_connections().set(client.connection_name, client)
            try:
                await step.function(client)
            finally:
                get_connections().reset(token)
        else:
            await self.execute(step if isinstance(step, str) else step.sql)
