"""What a web process says at its start when the database is behind: it changes nothing, others may be serving."""

import logging
from collections.abc import Iterable
from pathlib import Path

from twofold.database import Database
from twofold.errors import ServiceError
from twofold.migrate.driver import status

__all__ = ["warn_if_behind"]

log = logging.getLogger("twofold.migrate")


async def warn_if_behind(database: Database, migrations: Path, apps: Iterable[str]) -> None:
    """Logs a warning when migrations are pending or half done; nothing where that cannot be told."""
    try:
        waiting = [each for each in await status(database, migrations, apps) if each.state in ("pending", "half done")]
    except (ServiceError, FileNotFoundError):
        return  # the migrations are elsewhere, with who runs them; or the first request says what is wrong
    if waiting:
        names = ", ".join(f"{each.app}/{each.version}" for each in waiting)
        log.warning("the database is behind; run `twofold migrate up`: %s", names)
