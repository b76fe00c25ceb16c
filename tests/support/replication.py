"""A PostgreSQL with a streaming replica, for tests that make it lag, hang and die."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from support import postgres

__all__ = ["Replicated", "replicated"]

PRIMARY = {"fsync": "off", "listen_addresses": "127.0.0.1", "max_connections": "60"}


@dataclass(frozen=True, kw_only=True)
class Replicated:
    """The URLs of a database on both servers."""

    primary: str
    replica: str
    folder: Path
    """Of the replica."""

    async def pause(self) -> None:
        """Makes the replica keep what it gets to itself."""
        await self._tell("SELECT pg_wal_replay_pause()")
        while await self._tell("SELECT pg_get_wal_replay_pause_state()") != "paused":  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def resume(self) -> None:
        """Makes the replica go on."""
        await self._tell("SELECT pg_wal_replay_resume()")

    async def promote(self) -> None:
        """Makes the replica a primary."""
        await self._tell("SELECT pg_promote()")

    async def _tell(self, statement: str) -> object:
        connection = await asyncpg.connect(self.replica)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    def kill(self) -> None:
        """Ends the replica at once."""
        postgres.stop(self.folder)

    def start(self) -> None:
        """Starts the replica that was ended."""
        postgres.restart(self.folder)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """The replica takes connections within the block, and none of its processes does anything."""
        main = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        stopped = [main, *map(int, children)]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)


@contextmanager
def replicated(source: str) -> Iterator[Replicated]:
    """Gives a copy of the database at `source` on a server with a replica; nothing of either is left.

    Raises:
        MissingPrograms: PostgreSQL is not installed.
    """
    folders = [Path(tempfile.mkdtemp(prefix=f"twofold-{name}-")) for name in ("primary", "replica")]
    try:
        with postgres.running_server(folders[0], PRIMARY, stop="immediate") as url:
            postgres.execute(url, "CREATE DATABASE shop")
            primary = postgres.with_database(url, "shop")
            postgres.copy(source, primary)
            postgres.base_backup(url, folders[1])
            with postgres.running_server(folders[1], PRIMARY, stop="immediate") as replica:
                there = postgres.with_database(replica, "shop")
                yield Replicated(primary=primary, replica=there, folder=folders[1])
    finally:
        for folder in folders:
            shutil.rmtree(folder)
