"""Running one migration, part by part, under aerich's commands as under our own."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Mapping, Sequence

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient

from twofold.database import Dialect
from twofold.migrate.batches import change_batch
from twofold.migrate.files import Direction, MigrationFailed, MigrationFile
from twofold.migrate.ledger import Ledger, Progress
from twofold.migrate.on_postgres import PostgresSession
from twofold.migrate.on_sqlite import SqliteSession
from twofold.migrate.parts import NOTHING, Part, parts_of, text_of
from twofold.migrate.session import Session
from twofold.migrate.steps import Batches, Step

__all__ = ["run"]

log = logging.getLogger("twofold.migrate")

NOTHING_MORE = "SELECT 1"
"""What aerich is given to run afterwards; it takes an empty text for an error."""

PAUSES_S = (0.5, 1, 2, 4)
"""How long it waits before it tries a part again that did not get a lock."""

OUTSIDE_A_STEP = (sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""What a database may answer to what is around a migration's steps: a commit, the ledger's own statements."""

SESSIONS: Mapping[Dialect, type[Session]] = {"sqlite": SqliteSession, "postgres": PostgresSession}


async def run(
    db: BaseDBAsyncClient | None, statements: Mapping[str, Sequence[Step]], file: str, direction: Direction
) -> str:
    """Runs the migration's steps for the dialect of `db`, unless they have been run already.

    A migration of one part is run whole or not at all. One of several goes on with the part that it came to before.
    `file` is the migration's own `__file__`. With `db` None, as aerich calls it when it only wants the text, nothing
    is run. Returns a statement without effect, for aerich to run.

    Raises:
        MigrationFailed: a step failed, or rows or tables were left that refer to nothing; or another migration of the
            app is half done.
    """
    if db is None:
        return NOTHING_MORE
    migration = MigrationFile.at(file)
    dialect: Dialect = "sqlite" if db.capabilities.dialect == "sqlite" else "postgres"
    async with db.acquire_connection() as connection:
        session = SESSIONS[dialect](db, connection)
        ledger = Ledger(dialect, session.fetch, migration, direction)
        try:
            await _Run(session, ledger, statements[dialect]).go()
        except MigrationFailed as error:
            raise MigrationFailed(f"{migration.name} {direction}: {error}") from error.__cause__
        except OUTSIDE_A_STEP as error:
            raise MigrationFailed(f"{migration.name} {direction}: {error}") from error
    return NOTHING_MORE


class _Run:
    """A migration in one direction."""

    def __init__(self, session: Session, ledger: Ledger, steps: Sequence[Step]) -> None:
        self.session = session
        self.ledger = ledger
        self.parts = parts_of(steps, session.dialect)
        self.total = len(steps)

    async def go(self) -> None:
        """Takes part after part until the migration is whole."""
        if not await self.ledger.is_ready():
            async with self.session.alone(NOTHING):
                await self.ledger.make_ready()
        progress = await self.ledger.progress()
        while progress is not None:
            progress = await self._further_at_last(progress)

    async def _further_at_last(self, progress: Progress) -> Progress | None:
        """Goes further; begins the part again, a few times, when others held a lock that it needs."""
        for pause_s in PAUSES_S:
            try:
                return await self._further(progress)
            except MigrationFailed as error:
                if not isinstance(error.__cause__, self.session.passing):
                    raise
                log.warning("%s; trying again in %s s", error, pause_s)
            await asyncio.sleep(pause_s)
        return await self._further(progress)

    async def _further(self, progress: Progress) -> Progress | None:
        """Does the next part, or the next batch of it, and remembers that, unless another process was first.

        Returns how far the migration has come then; None: to its end.
        """
        part = self.parts[progress.parts_done] if progress.parts_done < len(self.parts) else NOTHING
        async with self.session.alone(part):
            now = await self.ledger.progress()
            if now != progress:
                return now
            last_key = await self._do(part, progress)
            after = self._after(progress, last_key)
            await self.ledger.record(after)
        return after

    def _after(self, progress: Progress, last_key: str | None) -> Progress | None:
        if last_key is not None:
            return Progress(progress.parts_done, last_key)
        done = progress.parts_done + 1
        return Progress(done, None) if done < len(self.parts) else None

    async def _do(self, part: Part, progress: Progress) -> str | None:
        """Does a part, or the next batch of one; returns the last key of that batch if others may follow."""
        last_key = None
        for number, step in part.steps:
            try:
                if isinstance(step, Batches):
                    last_key = await change_batch(self.session, step, progress.last_key)
                else:
                    await self.session.take(step)
            except Exception as error:
                raise MigrationFailed(f"statement {number} of {self.total} failed: {error}\n{text_of(step)}") from error
        return last_key
