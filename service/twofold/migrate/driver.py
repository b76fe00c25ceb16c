"""Upgrade, downgrade and status: what aerich's commands do, on the same files and table, but safe to start many times.

aerich's `Command` is not used: it keeps state on its class, takes no lock, and wants a process to itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeAlias

from aerich.models import Aerich
from aerich.utils import decompress_dict
from tortoise.backends.base.client import BaseDBAsyncClient

from twofold.database import Database, Row
from twofold.migrate.files import Direction, MigrationFailed, MigrationFile, migration_files
from twofold.migrate.ledger import AERICH_EXISTS, APPLIED, half_done
from twofold.migrate.lock import exclusive

__all__ = ["MigrationStatus", "downgrade", "status", "upgrade"]

LAST = -1

State: TypeAlias = Literal["applied", "pending", "half done", "without file"]


@dataclass(frozen=True, kw_only=True)
class MigrationStatus:
    """Where a migration stands; one without a file was applied by another release."""

    app: str
    version: str
    state: State


async def status(database: Database, migrations: Path, apps: Iterable[str]) -> list[MigrationStatus]:
    """Returns all migrations of `apps` in the order in which they are applied, those without a file last.

    It writes nothing and takes no lock: production processes can ask at their start.
    """
    applied = await _applied(database)
    states: dict[tuple[str, str], State] = dict.fromkeys(applied, "applied")
    states |= dict.fromkeys(await _half_done(database), "half done")
    result = []
    for app in apps:
        known = [file.version for file in migration_files(migrations, app)]
        result += [
            MigrationStatus(app=app, version=version, state=states.get((app, version), "pending")) for version in known
        ]
        result += [
            MigrationStatus(app=app, version=version, state="without file")
            for its_app, version in applied
            if its_app == app and version not in known
        ]
    return result


async def upgrade(database: Database, migrations: Path, apps: Iterable[str]) -> list[str]:
    """Applies what is pending of `apps`, app by app and number by number, and returns the names of what it applied.

    `database` is open and in no transaction.

    Raises:
        MigrationFailed: one did not succeed; those before it stay applied.
    """
    apps = list(apps)
    files = [file for app in apps for file in migration_files(migrations, app)]
    if not await _pending(database, files) and not await _half_done(database):
        return []
    async with exclusive(database):
        await _refuse_half_done(database, apps, "down")
        pending = await _pending(database, files)  # others may have applied some while this one waited
        for file in pending:
            await _take(database, file, "up")
    return [file.name for file in pending]


async def downgrade(database: Database, migrations: Path, app: str, version: int = LAST) -> list[str]:
    """Undoes migration number `version` of `app` and all later ones, or the last one only.

    `database` is open and in no transaction. Returns the names of what was undone, in that order.

    Raises:
        MigrationFailed: that version is not applied, its file is missing, or a migration did not succeed.
    """
    async with exclusive(database):
        await _refuse_half_done(database, [app], "up")
        applied = {name for its_app, name in await _applied(database) if its_app == app}
        files = {file.version: file for file in migration_files(migrations, app)}
        missing = sorted(applied - files.keys())
        if missing:
            raise MigrationFailed(f"{app} cannot be downgraded: the file of {', '.join(missing)} is missing")
        newest_first = [file for file in reversed(files.values()) if file.version in applied]
        undone = newest_first[:1] if version == LAST else [file for file in newest_first if file.number >= version]
        if not undone or version not in (LAST, undone[-1].number):
            raise MigrationFailed(f"{app} has no applied migration" + ("" if version == LAST else f" number {version}"))
        for file in undone:
            await _take(database, file, "down")
    return [file.name for file in undone]


async def _applied(database: Database) -> list[tuple[str, str]]:
    """Returns app and version of each row in aerich's table, oldest first."""
    if not await database.fetch(AERICH_EXISTS[database.dialect]):
        return []
    return [(row[0], row[1]) for row in await database.fetch(APPLIED)]


async def _half_done(database: Database) -> dict[tuple[str, str], Direction]:
    async def fetch(sql: str, *values: Any) -> Sequence[Row]:
        return await database.fetch(sql, values)

    return await half_done(fetch, database.dialect)


async def _refuse_half_done(database: Database, apps: Sequence[str], direction: Direction) -> None:
    """Raises MigrationFailed if a migration of `apps` was begun in `direction` and not ended."""
    for (app, version), its in (await _half_done(database)).items():
        if app in apps and its == direction:
            raise MigrationFailed(f"{app}/{version} is half done; run `migrate {its}` first")


async def _pending(database: Database, files: Iterable[MigrationFile]) -> list[MigrationFile]:
    applied = set(await _applied(database))
    return [file for file in files if (file.app, file.version) not in applied]


async def _take(database: Database, file: MigrationFile, direction: Direction) -> None:
    module = file.load()
    if getattr(module, "RUN_IN_TRANSACTION", True):  # a file of aerich's own making
        async with database.transaction() as connection:
            await _take_on(connection, file, module, direction)
    else:
        with database.use():
            await _take_on(database.connection, file, module, direction)


async def _take_on(
    connection: BaseDBAsyncClient, file: MigrationFile, module: ModuleType, direction: Direction
) -> None:
    step = module.upgrade if direction == "up" else module.downgrade
    await connection.execute_script(await step(connection))
    if direction == "up":
        content = decompress_dict(module.MODELS_STATE)
        await Aerich.get_or_create(app=file.app, version=file.version, defaults={"content": content})
    else:
        await Aerich.filter(app=file.app, version=file.version).delete()
