"""Reading a SQLite file beside the connection that writes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from storefront.config import MODELS
from twofold.connecting import Connecting, Limits
from twofold.database import NO_LIMITS, Database, tortoise_config
from twofold.errors import TooSlow, Unavailable

SOON_S = 0.5
LONG_S = 30
COUNT = "SELECT count(*) FROM notes"
SLOW = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000000)
SELECT count(twofold_folded('x' || n) || twofold_words('a')) FROM numbers"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.sqlite3"


@asynccontextmanager
async def opened(path: Path | str, *, limits: Limits = NO_LIMITS, **given: Any) -> AsyncIterator[Database]:
    """A database with a table of notes, of which there are none."""
    database = Database(tortoise_config(f"sqlite://{path}", MODELS, connecting=Connecting(**given)), limits=limits)
    await database.open()
    try:
        await database.fetch("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY)")
        yield database
    finally:
        await database.close()


async def written(database: Database) -> None:
    async with database.transaction():
        await database.fetch("INSERT INTO notes DEFAULT VALUES RETURNING id")


async def number(database: Database) -> int:
    [[found]] = await database.read(COUNT)
    assert isinstance(found, int)
    return found


async def test_a_reader_does_not_wait_for_an_open_transaction(path: Path) -> None:
    async with opened(path) as database:
        await written(database)
        seen = asyncio.Event()

        async def write() -> None:
            async with database.transaction():
                await database.fetch("INSERT INTO notes DEFAULT VALUES RETURNING id")
                assert await number(database) == 2, "a transaction sees what it wrote"
                await asyncio.wait_for(seen.wait(), LONG_S)

        writing = asyncio.create_task(write())
        await asyncio.sleep(0.05)
        assert await asyncio.wait_for(number(database), SOON_S) == 1
        seen.set()
        await writing
        assert await number(database) == 2


async def test_without_readers_it_would(path: Path) -> None:
    """What the test above says is due to them."""
    async with opened(path, readers=0) as database:
        async with database.transaction():
            waiting = asyncio.create_task(number(database), context=Context())  # not in the transaction
            await asyncio.sleep(SOON_S)
            assert not waiting.done()
        assert await waiting == 0


async def test_what_is_committed_is_read_at_once_by_all(path: Path) -> None:
    async with opened(path) as one, opened(path) as another:
        for expected in range(1, 200):
            await written(one if expected % 3 else another)
            assert await asyncio.gather(*(number(each) for each in (one, another) * 4)) == [expected] * 8


async def test_readers_read_only(path: Path) -> None:
    async with opened(path) as database:
        for statement in ("INSERT INTO notes DEFAULT VALUES RETURNING id", "DROP TABLE notes"):
            with pytest.raises(Unavailable) as refused:
                await database.read(statement)
            assert isinstance(refused.value.__cause__, sqlite3.OperationalError)
            assert refused.value.__cause__.sqlite_errorcode == sqlite3.SQLITE_READONLY
        assert await number(database) == 0


async def test_all_have_the_functions_and_the_limit_and_work_at_once(path: Path) -> None:
    async with opened(path, readers=3, limits=Limits(statement_s=0.3)) as database:
        await number(database)
        began_s = monotonic()
        outcomes = await asyncio.gather(*(database.read(SLOW) for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in outcomes] == [TooSlow] * 3
        assert monotonic() - began_s < 3 * 0.3 + SOON_S
        assert await asyncio.gather(*(number(database) for _ in range(30))) == [0] * 30


async def test_who_waits_too_long_for_a_reader_is_told_so(path: Path) -> None:
    async with opened(path, readers=1, wait_s=0.1, limits=Limits(statement_s=1)) as database:
        slow = asyncio.create_task(database.read(SLOW))
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable, match="in use"):
            await database.read(COUNT)
        with pytest.raises(TooSlow):
            await slow
        assert await number(database) == 0


async def test_who_gives_up_leaves_no_statement_behind(path: Path) -> None:
    async with opened(path, readers=1, limits=Limits(statement_s=LONG_S)) as database:
        for _ in range(3):
            slow = asyncio.create_task(database.read(SLOW))
            await asyncio.sleep(0.05)
            slow.cancel()
            with suppress(asyncio.CancelledError):
                await slow
            assert await asyncio.wait_for(number(database), SOON_S) == 0


async def test_a_database_in_memory_has_one_connection() -> None:
    async with opened(":memory:") as database:
        await written(database)
        assert await number(database) == 1


@pytest.mark.parametrize(("said", "level"), [("full", 2), ("normal", 1)])
async def test_commits_reach_the_disk_as_set(path: Path, said: str, level: int) -> None:
    async with opened(path, synchronous=said) as database:
        [[found]] = await database.fetch("PRAGMA synchronous")
        [[journal]] = await database.fetch("PRAGMA journal_mode")
        [[keys]] = await database.fetch("PRAGMA foreign_keys")
        assert (found, journal, keys) == (level, "wal", 1)


async def test_they_reach_it_by_default(path: Path) -> None:
    async with opened(path) as database:
        [[found]] = await database.fetch("PRAGMA synchronous")
        assert found == 2
