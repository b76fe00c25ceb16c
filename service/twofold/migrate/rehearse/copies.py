"""Databases that live as long as a rehearsal: a copy of one, or an empty one beside it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import asyncpg

from twofold.database import Database, tortoise_config
from twofold.migrate.files import MigrationFailed
from twofold.sql.rehearsal import create_database, drop_database

__all__ = ["copied", "empty"]

Models = Mapping[str, Sequence[str]]
DUMP = ("--format=custom", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions")
RESTORE = ("--no-owner", "--no-privileges", "--exit-on-error")


@asynccontextmanager
async def copied(database: Database, url: str, models: Models) -> AsyncIterator[Database]:
    """Gives an open copy of `database`, which is at `url` and stays as it is; nothing is left of the copy afterwards.

    Raises:
        MigrationFailed: it cannot be copied.
    """
    async with _beside(database, url) as other:
        if database.dialect == "sqlite":
            await asyncio.to_thread(_copy_file, _path(url), _path(other))
        else:
            await _copy_postgres(database, urlsplit(other).path[1:])
        async with _opened(other, models) as copy:
            yield copy


@asynccontextmanager
async def empty(database: Database, url: str, models: Models) -> AsyncIterator[Database]:
    """Gives an open database without tables where `database`, which is at `url`, is; nothing is left of it afterwards.

    Raises:
        MigrationFailed: it cannot be made.
    """
    async with _beside(database, url) as other, _opened(other, models) as made:
        yield made


@asynccontextmanager
async def _beside(database: Database, url: str) -> AsyncIterator[str]:
    """Gives the URL of a database without anything in it."""
    if database.dialect == "sqlite":
        with TemporaryDirectory(prefix="twofold-rehearsal-") as folder:
            yield f"sqlite://{folder}/copy.sqlite3"
        return
    name = f"twofold_rehearsal_{uuid4().hex[:12]}"
    try:
        try:
            await database.fetch(create_database(name))
        except asyncpg.InsufficientPrivilegeError as error:
            raise MigrationFailed(
                "a rehearsal needs a database of its own, and this role may not make one: ALTER ROLE … CREATEDB lets"
                " it, or rehearse as a role that may"
            ) from error
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        await database.fetch(drop_database(name))


@asynccontextmanager
async def _opened(url: str, models: Models) -> AsyncIterator[Database]:
    database = Database(tortoise_config(url, models, pool_size=2), alone=True)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def _path(url: str) -> str:
    credentials = tortoise_config(url, {})["connections"]["default"]["credentials"]
    return str(credentials["file_path"])


def _copy_file(source: str, target: str) -> None:
    if not Path(source).is_file():
        raise MigrationFailed("there is no database file to copy; say --generated to rehearse without one")
    with sqlite3.connect(f"file:{quote(source)}?mode=ro", uri=True) as original, sqlite3.connect(target) as copy:
        original.backup(copy)
    original.close()
    copy.close()


async def _copy_postgres(database: Database, name: str) -> None:
    """By PostgreSQL's own programs: they leave out nothing, and do not mind who else is connected."""
    credentials = database.config["connections"]["default"]["credentials"]
    dump = [_program("pg_dump"), *DUMP]
    restore = [_program("pg_restore"), *RESTORE, f"--dbname={name}"]
    reading, writing = os.pipe()
    try:
        first = await _started(dump, credentials, stdout=writing)
    finally:
        os.close(writing)
    try:
        second = await _started(restore, credentials, stdin=reading)
    finally:
        os.close(reading)
    running = {"pg_dump": first, "pg_restore": second}
    try:
        said = await asyncio.gather(*(each.communicate() for each in running.values()))
    finally:
        for process in running.values():
            if process.returncode is None:
                process.kill()
                await process.wait()
    for (program, process), (_, error) in zip(running.items(), said, strict=True):
        if process.returncode:
            raise MigrationFailed(f"the database could not be copied: {program} says: {error.decode().strip()}")


async def _started(command: Sequence[str], credentials: Mapping[str, Any], *, stdin: int | None = None,
                   stdout: int | None = None) -> asyncio.subprocess.Process:  # fmt: skip
    """The password goes by the environment: a program's arguments are seen by everybody on the machine."""
    said = {
        "PGHOST": credentials.get("host"), "PGPORT": credentials.get("port"), "PGUSER": credentials.get("user"),
        "PGPASSWORD": credentials.get("password"), "PGDATABASE": credentials.get("database"),
        "PGSSLMODE": ssl if isinstance(ssl := credentials.get("ssl"), str) else None,
    }  # fmt: skip
    environment = os.environ | {name: str(value) for name, value in said.items() if value is not None}
    return await asyncio.create_subprocess_exec(
        *command, env=environment, stdin=stdin, stdout=stdout, stderr=asyncio.subprocess.PIPE
    )


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise MigrationFailed(
            f"a copy of a PostgreSQL database is made by {name}, which is not installed; install PostgreSQL's client"
            " programs, or say --generated to rehearse with generated rows"
        )
    return found
