"""The story of adopting a database: look, design, write. The database is not changed."""

from __future__ import annotations

import importlib.util
import keyword
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tortoise.exceptions import DBConnectionError, OperationalError

from twofold.adopt.design import design
from twofold.adopt.found import Found, find
from twofold.adopt.names import snake
from twofold.adopt.project import PREFIX, write_project
from twofold.database import Database, tortoise_config
from twofold.errors import ServiceError

__all__ = ["AdoptFailed", "Adopted", "adopt"]

APPS = {"twofold": ["aerich.models"]}
"""Tortoise does not open a database without a model."""


class AdoptFailed(Exception):
    """The database cannot be adopted; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """What was made of a database."""

    folder: Path
    resources: int
    read_only: int
    left_out: int
    """Columns and things that are not served; README.md and models.py say why."""


async def adopt(url: str, folder: Path | None = None) -> Adopted:
    """Makes a project from the database at `url`, in `folder` or in one of the database's name, and says what is in it.

    Raises:
        AdoptFailed: the URL is wrong, the database cannot be read or has nothing to adopt, or the folder is there.
    """
    parts = _parts(url)
    database_name = Path(parts.path).stem if parts.scheme == "sqlite" else parts.path.lstrip("/")
    folder = folder or Path(snake(database_name, "database"))
    if folder.exists():
        raise AdoptFailed(f"{folder} is there already; name another folder, or remove it")
    found = await _found(url, parts)
    _check(found)
    made = design(found)
    app = _package(folder.resolve().name)
    write_project(folder, app, database_name, _shown(parts), found.dialect, made)
    return Adopted(
        folder=folder,
        resources=len(made.models),
        read_only=sum(each.is_read_only for each in made.models),
        left_out=len(made.left_out) + sum(len(each.left_out) for each in made.models),
    )


def _parts(url: str) -> SplitResult:
    """The URL's parts; an error does not repeat the URL, which may hold a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise AdoptFailed(
            "the database URL cannot be read; write what is not a letter or digit in its password as %XX"
        ) from None
    if parts.scheme not in ("sqlite", "postgres", "postgresql"):
        raise AdoptFailed("the database URL begins neither with sqlite:// nor with postgres://")
    if parts.scheme == "sqlite":
        path = Path(parts.netloc + parts.path)
        if not path.is_file():
            raise AdoptFailed(f"there is no file {path}")
        return parts._replace(netloc="", path=str(path.resolve()))
    return parts


def _shown(parts: SplitResult) -> str | None:
    """The URL as it may stand in files; None where something in it is secret."""
    if parts.password or "pass" in parts.query.lower():
        return None
    return f"sqlite://{parts.path}" if parts.scheme == "sqlite" else parts.geturl()


async def _found(url: str, parts: SplitResult) -> Found:
    try:
        async with _opened(url, parts) as database:
            if database.dialect == "sqlite":
                return await find(database)
            async with database.transaction():
                await database.fetch("SET TRANSACTION READ ONLY")
                return await find(database)
    except (DBConnectionError, OperationalError, ServiceError, OSError, sqlite3.Error) as error:
        where = parts.path if parts.scheme == "sqlite" else f"{parts.hostname}:{parts.port or 5432}{parts.path}"
        cause = error.__cause__ or error
        raise AdoptFailed(f"the database {where} cannot be read: {type(cause).__name__}") from error


@asynccontextmanager
async def _opened(url: str, parts: SplitResult) -> AsyncIterator[Database]:
    config = tortoise_config(f"sqlite://{parts.path}" if parts.scheme == "sqlite" else url, APPS, 1)
    if parts.scheme == "sqlite":
        config["connections"]["default"]["credentials"] |= _as_it_is(parts.path)
    database = Database(config)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def _as_it_is(path: str) -> dict[str, Any]:
    """The pragmas that leave the file's journal as it is: the usual ones make it a write-ahead log, for good."""
    connection = sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True)
    try:
        return {"journal_mode": connection.execute("PRAGMA journal_mode").fetchone()[0], "query_only": "ON"}
    finally:
        connection.close()


def _check(found: Found) -> None:
    if not found.tables and not found.views:
        raise AdoptFailed("the database has no tables and no views")
    ours = [name for name in (*found.tables, *found.views) if name.lower().startswith(PREFIX)]
    if ours:
        raise AdoptFailed(
            f"the database has {', '.join(sorted(ours))} already: names that begin with {PREFIX} are for the engine"
        )


def _package(name: str) -> str:
    """The name of the package: the folder's, unless Python has such a module."""
    package = snake(name, "app")
    is_taken = package in sys.stdlib_module_names or keyword.iskeyword(package) or package == "migrations"
    return f"{package}_app" if is_taken or importlib.util.find_spec(package) else package
