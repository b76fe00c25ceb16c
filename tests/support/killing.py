"""Processes that migrate a database each, and are killed before a statement: each one so many after the one before.

python killing.py MIGRATIONS up|down EACH DATABASE_URL...

With EACH 0, none is killed. Says, line by line, how many statements each one ran, and whether it was killed.
"""

import asyncio
import itertools
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg

from twofold.database import Database, tortoise_config
from twofold.migrate import downgrade, upgrade

APP = "trial"
MODELS = {"twofold": ["aerich.models"]}
"""The one table that is written to by models; as the app that it is in everywhere else."""
NEVER = -1
METHODS = {
    aiosqlite.Connection: ("execute", "execute_fetchall", "executescript", "commit", "rollback"),
    asyncpg.Connection: ("execute", "fetch", "fetchval", "fetchrow"),
}


class Boundaries:
    """Counts the statements of this process, and kills it when so many have been run."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.run = 0
        for connection, names in METHODS.items():
            for name in names:
                setattr(connection, name, self.counted(getattr(connection, name)))

    def counted(self, method: Any) -> Any:
        async def run(connection: Any, *arguments: Any, **options: Any) -> Any:
            if self.run == self.last:
                os.kill(os.getpid(), signal.SIGKILL)
            self.run += 1
            return await method(connection, *arguments, **options)

        return run


async def migrate(url: str, migrations: Path, direction: str) -> None:
    database = Database(tortoise_config(url, MODELS))
    await database.open()
    try:
        if direction == "up":
            await upgrade(database, migrations, [APP])
        else:
            await downgrade(database, migrations, APP)
    finally:
        await database.close()


def main(migrations: str, direction: str, each: str, *urls: str) -> None:
    for number, url in zip(itertools.count(0, int(each)), urls, strict=False):
        child = os.fork()
        if not child:
            boundaries = Boundaries(number if int(each) else NEVER)
            asyncio.run(migrate(url, Path(migrations), direction))
            sys.stdout.write(f"{boundaries.run} ran\n")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            sys.stdout.write(f"{number} killed\n")
            sys.stdout.flush()
        elif status:
            sys.exit(f"the process to be killed before statement {number} failed by itself")


if __name__ == "__main__":
    main(*sys.argv[1:])
