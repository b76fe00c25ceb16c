"""Processes that upgrade a database at once when the standard input says so; or one that is killed on the way.

python upgrading.py DATABASE_URL MIGRATIONS NUMBER|killed
"""

import asyncio
import json
import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aerich.models import Aerich

from storefront.config import MODELS
from twofold.database import Database, tortoise_config
from twofold.migrate import MigrationFailed, upgrade


async def main(url: str, migrations: str, ready: Any) -> list[str] | str:
    """Returns what was applied, or why not all was."""
    database = Database(tortoise_config(url, MODELS))
    await database.open()
    ready.wait()
    try:
        return await upgrade(database, Path(migrations), MODELS)
    except MigrationFailed as failed:
        return str(failed)
    finally:
        await database.close()


async def be_killed(*_: object, **__: object) -> None:
    """Stands in for the write of aerich's row, which comes after the migration's commit."""
    os.kill(os.getpid(), signal.SIGKILL)


def several(url: str, migrations: str, number: int) -> list[list[str] | str]:
    """Returns what each of so many processes did, all of which begin when the last one is ready."""
    fork = multiprocessing.get_context("fork")
    ready, answers = fork.Barrier(number), fork.SimpleQueue()

    def upgrade_in_process() -> None:
        answers.put(asyncio.run(main(url, migrations, ready)))

    processes = [fork.Process(target=upgrade_in_process) for _ in range(number)]
    for process in processes:
        process.start()
    said = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    return said


if __name__ == "__main__":
    _, at, folder, how = sys.argv
    if how == "killed":
        with patch.object(Aerich, "get_or_create", be_killed):
            asyncio.run(main(at, folder, multiprocessing.Barrier(1)))
    else:
        sys.stdout.write(json.dumps(several(at, folder, int(how))))
