"""When a write takes effect, or will not: its tags are others from then on, and nothing stays open for long."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress

import pytest

from storefront.tags import Tag
from twofold.cache.tags import any_row
from twofold.database import Database
from twofold.errors import Unavailable
from twofold.pool import NoneFree
from twofold.shared.layout import SIZE
from twofold.shared.mapped_versions import MappedVersions
from twofold.shared.memory import SharedMemory
from twofold.watching import Watch

pytestmark = pytest.mark.cache

TAGS = (any_row("tags"),)


def sqlite_error(code: int) -> sqlite3.OperationalError:
    """An error as SQLite raises it."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


async def test_what_is_written_after_a_script(database: Database) -> None:
    """On SQLite, a script ends the transaction that it is in, and what comes after it stays where that is undone."""
    versions, seen = database.shared.versions, None
    with suppress(ZeroDivisionError):
        async with database.transaction() as connection:
            await connection.execute_script("SELECT 1")
            seen = await versions.seen(TAGS)
            await connection.execute_query("UPDATE tags SET name = name")
            raise ZeroDivisionError
    stays = database.dialect == "sqlite"
    assert (await versions.seen(TAGS) != seen) is stays


async def test_a_write_that_is_given_up_before_its_commit_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its client has gone while others were told; those who come after it must not be in its transaction."""
    is_told = asyncio.Event()

    async def tell(*_: object) -> None:
        is_told.set()
        await asyncio.Event().wait()

    async def write() -> None:
        async with database.transaction():
            await Tag.create(name="given up")

    monkeypatch.setattr(database.shared.versions, "open", tell)
    writing = asyncio.create_task(write())
    await is_told.wait()
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    monkeypatch.undo()
    with database.use():
        await Tag.create(name="after it")
    async with database.transaction():
        await Tag.create(name="in a transaction")
    names = [name for [name] in await database.read("SELECT name FROM tags ORDER BY name")]
    assert names == ["after it", "in a transaction"]


@pytest.mark.parametrize(
    ("why", "stays_open"),
    [
        (NoneFree("no connection was free"), False),
        (ConnectionResetError("while it was sent"), True),
        (sqlite_error(sqlite3.SQLITE_FULL), False),
        (sqlite_error(sqlite3.SQLITE_IOERR_FSYNC), True),
    ],
)
async def test_a_write_that_fails(why: Exception, *, stays_open: bool) -> None:
    """For want of a connection it was never sent; where that is lost, or a disk fails, it may take effect yet."""
    versions = MappedVersions(SharedMemory("sqlite", {"file_path": ":memory:"}, SIZE))

    async def fail() -> None:
        raise Unavailable from why

    with pytest.raises(Unavailable):
        await Watch(versions, lease_s=10).during(TAGS, fail)
    assert (versions.seen_now(TAGS) is None) is stays_open
