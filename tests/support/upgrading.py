"""A process that upgrades a database when its standard input says so, and perhaps is killed on the way.

python upgrading.py DATABASE_URL MIGRATIONS [killed]
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from aerich.models import Aerich

from storefront.config import MODELS
from twofold.database import Database, tortoise_config
from twofold.migrate import upgrade


async def main(url: str, migrations: str) -> None:
    database = Database(tortoise_config(url, MODELS))
    await database.open()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    try:
        sys.stdout.write(json.dumps(await upgrade(database, Path(migrations), MODELS)))
    finally:
        await database.close()


async def be_killed(*_: object, **__: object) -> None:
    """Stands in for the write of aerich's row, which comes after the migration's commit."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    if "killed" in sys.argv:
        Aerich.get_or_create = be_killed
    asyncio.run(main(*sys.argv[1:3]))
