"""Doubts: a process that wrote without Redis says so in the database, and nobody believes Redis until that is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from storefront.config import MODELS
from storefront.tags import Tag
from support.proxy import Proxy, proxy
from support.redis_server import RedisServer, redis_server
from twofold.cache.doubts import BELIEVED_S, LASTS_S, MAX_LEFT, WAIT_S, Doubts
from twofold.database import Database, tortoise_config
from twofold.shared import Versions

pytestmark = pytest.mark.faults

SOON_S = 6.0
TAGS = (1,)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@dataclass
class Process:
    """A process of the service, as far as it reads, writes and shares."""

    database: Database
    way: Proxy

    @property
    def versions(self) -> Versions:
        return self.database.shared.versions

    @property
    def doubts(self) -> Doubts:
        assert self.database.doubts is not None
        return self.database.doubts

    async def write(self, name: str) -> float:
        """Writes a row in a transaction; returns how long it took, in seconds."""
        begun_s = monotonic()
        async with self.database.transaction():
            await Tag.create(name=name)
        return monotonic() - begun_s

    async def believes(self, expected: bool) -> None:
        """Returns once it believes what is in Redis, or does not."""
        end_s = monotonic() + SOON_S
        while (await self.versions.seen(TAGS) is not None) != expected:
            assert monotonic() < end_s, self.doubts.state
            await asyncio.sleep(0.02)

    async def said(self) -> int:
        """How many doubts are in the table."""
        return len(await self.database.read("SELECT id FROM cache_doubts WHERE life IS NULL"))


@asynccontextmanager
async def process(url: str, server: RedisServer) -> AsyncIterator[Process]:
    async with proxy(server.port) as way:
        database = Database(tortoise_config(url, MODELS, pool_size=4), redis=way.url)
        await database.open()
        try:
            yield Process(database, way)
        finally:
            await database.close()


@pytest.fixture
async def two(database_url: str, server: RedisServer) -> AsyncIterator[tuple[Process, Process]]:
    async with process(database_url, server) as one, process(database_url, server) as another:
        await one.database.fetch("DELETE FROM tags")
        for each in (one, another):
            await each.believes(True)
        yield one, another


async def test_the_first_write_of_an_outage_waits_and_the_others_do_not(two: tuple[Process, Process]) -> None:
    one, another = two
    before = await another.versions.seen(TAGS)
    one.way.cut()
    assert await one.write("a") >= WAIT_S
    assert await another.versions.seen(TAGS) is None, "before it is acknowledged, nobody believes any more"
    assert max([await one.write(name) for name in "bcd"]) < WAIT_S / 2
    assert await one.said() == 1
    assert another.doubts.state == "bypassed: a process has doubts"
    one.way.heal()
    for each in two:
        await each.believes(True)
    assert await another.versions.seen(TAGS) != before, "what is kept is from before"
    assert await one.said() == 0
    assert one.doubts.state == another.doubts.state == "kept"
    assert await one.write("e") < WAIT_S / 2


async def test_an_outage_leaves_no_more_behind_the_longer_it_lasts(two: tuple[Process, Process]) -> None:
    one, another = two
    one.way.cut()
    for number in range(2 * MAX_LEFT):
        await one.write(f"number {number}")
    assert len(one.doubts._left) <= MAX_LEFT
    one.way.heal()
    await another.believes(True)


async def test_writes_at_once_wait_together(two: tuple[Process, Process]) -> None:
    one, another = two
    one.way.cut()
    begun_s = monotonic()
    with one.database.use():
        took_s = await asyncio.gather(*(one.write(f"at once {number}") for number in range(3)))
    assert max(took_s) < 3 * WAIT_S
    assert monotonic() - begun_s < 3 * WAIT_S
    assert await another.versions.seen(TAGS) is None
    one.way.heal()
    await another.believes(True)


async def test_a_write_outside_of_transactions_waits_as_well(two: tuple[Process, Process]) -> None:
    one, another = two
    one.way.cut()
    begun_s = monotonic()
    await one.database.fetch("DELETE FROM tags")
    assert monotonic() - begun_s >= WAIT_S
    assert await another.versions.seen(TAGS) is None
    one.way.heal()
    await another.believes(True)


async def test_a_reader_that_has_lost_redis_harms_nobody(two: tuple[Process, Process]) -> None:
    one, another = two
    before = await another.versions.seen(TAGS)
    one.way.cut()
    assert await one.versions.seen(TAGS) is None
    assert one.doubts.state == "bypassed: Redis does not answer"
    await asyncio.sleep(BELIEVED_S)
    assert await another.versions.seen(TAGS) == before
    one.way.heal()
    await one.believes(True)
    assert await another.versions.seen(TAGS) == before


async def test_a_write_that_is_refused_leaves_no_doubt(two: tuple[Process, Process]) -> None:
    one, _ = two
    await one.write("only once")
    one.way.cut()
    with pytest.raises(IntegrityError):
        await one.write("only once")
    assert await one.said() == 0
    one.way.heal()


async def test_the_doubt_takes_effect_with_the_write(two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
                                                     ) -> None:  # fmt: skip
    """A process that is killed after its commit has said it; others end it when its time is over."""
    one, another = two
    before = await another.versions.seen(TAGS)

    class Killed(BaseException):
        pass

    async def killed(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(Doubts, "_cover", killed)
    monkeypatch.setattr(Doubts, "_recover", killed)
    one.way.cut()
    with pytest.raises(Killed):
        await one.write("committed")
    assert one.doubts._task is not None
    one.doubts._task.cancel()
    monkeypatch.undo()
    assert await one.said() == 1
    await another.believes(False)
    await asyncio.sleep(BELIEVED_S)
    assert await another.said() == 1, "its time is not over"
    await one.database.fetch(f"UPDATE cache_doubts SET until_ms = until_ms - {(LASTS_S + 1) * 1000} WHERE life IS NULL")
    await another.believes(True)
    assert await another.versions.seen(TAGS) != before
    assert await another.said() == 0
    one.doubts._ids.clear()


async def test_redis_goes_between_the_beginning_and_the_end_of_a_write(two: tuple[Process, Process]) -> None:
    """Others may have read from before the commit in another life of Redis, which has not heard of the write."""
    one, another = two

    async def take_effect() -> None:
        one.way.cut()

    begun_s = monotonic()
    await one.database.watch.during(TAGS, take_effect)
    assert monotonic() - begun_s >= WAIT_S
    assert await another.versions.seen(TAGS) is None
    one.way.heal()
    await another.believes(True)


async def test_a_write_whose_outcome_is_unknown_is_in_doubt_for_as_long_as_it_may_take(two: tuple[Process, Process]
                                                                                     ) -> None:  # fmt: skip
    one, another = two

    async def lost() -> None:
        raise OSError("the connection is lost")

    one.way.cut()
    with pytest.raises(OSError, match="lost"):
        await one.database.watch.during(TAGS, lost)
    one.way.heal()
    await one.versions.seen(TAGS)
    assert await another.said() == 1
    await asyncio.sleep(2 * BELIEVED_S)
    assert await another.said() == 1
    one.doubts._not_before_s = 0
    await another.believes(True)


async def test_a_command_that_writes_once(two: tuple[Process, Process], database_url: str, server: RedisServer) -> None:
    """It has never looked, and is gone before Redis is back."""
    _, another = two
    async with process(database_url, server) as command:
        command.way.cut()
        assert await command.write("by hand") >= WAIT_S
    assert await another.versions.seen(TAGS) is None
    assert await another.said() == 1
    await another.database.fetch("UPDATE cache_doubts SET until_ms = 1 WHERE life IS NULL")
    await another.believes(True)


async def test_without_the_table_nobody_believes_and_nobody_waits(two: tuple[Process, Process]) -> None:
    one, another = two
    await one.database.fetch("ALTER TABLE cache_doubts RENAME TO elsewhere")
    try:
        await another.believes(False)
        assert another.doubts.state == "bypassed: the doubts cannot be read"
        await one.believes(False)
        one.way.cut()
        assert await one.write("before the migration") < WAIT_S / 2
    finally:
        await one.database.fetch("ALTER TABLE elsewhere RENAME TO cache_doubts")
        one.way.heal()
    await another.believes(True)


async def test_who_was_held_up_itself_believes_nothing_old(two: tuple[Process, Process],
                                                           monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """A process that was stopped for long after it looked looks again first."""
    one, another = two
    assert another.doubts._task is not None
    another.doubts._task.cancel()  # it does not come to look
    await asyncio.sleep(0)
    one.way.cut()
    monkeypatch.setattr(another.doubts, "_begin", lambda: None)
    assert await another.versions.seen(TAGS) is not None
    await one.write("meanwhile")
    assert await another.versions.seen(TAGS) is None
    monkeypatch.undo()
    one.way.heal()
    await another.believes(True)


# -- which Redis counts ----------------------------------------------------------------------------------------------


async def test_after_a_failover_no_two_servers_are_believed(two: tuple[Process, Process]) -> None:
    """One process is led to another server; the other still has the old one, which answers it as before."""
    one, another = two
    before = await another.versions.seen(TAGS)
    with redis_server() as promoted:
        another.way.lead_to(promoted.port)
        assert await another.versions.seen(TAGS) is None, "it is another life"
        begun_s = monotonic()
        assert await one.write("told to the old one") < WAIT_S / 2, "that is the one that counts yet"
        while monotonic() - begun_s < 2 * BELIEVED_S:
            believed = [await each.versions.seen(TAGS) is not None for each in two]
            assert not all(believed)
            await asyncio.sleep(0.02)
        assert await one.write("neither counts") >= WAIT_S
        assert {each.doubts.state for each in two} <= {
            "bypassed: a process has doubts",
            "bypassed: it is being agreed which Redis counts",
        }
        one.way.lead_to(promoted.port)
        for each in two:
            await each.believes(True)
        after = await another.versions.seen(TAGS)
        assert after == await one.versions.seen(TAGS) != before
        assert await one.said() == 0
        for each in two:
            each.way.cut()  # before the server ends


async def test_what_was_kept_before_a_server_counted_again_is_not_good(two: tuple[Process, Process]) -> None:
    """Led to another server and back: what was written in between, the first has not heard of."""
    one, another = two
    with redis_server() as promoted:
        first = await one.versions.seen(TAGS)
        back = [each.way._to_port for each in two]
        for each in two:
            each.way.lead_to(promoted.port)
        for each in two:
            await each.believes(True)
        await one.write("told to the other one")
        for each, port in zip(two, back, strict=True):
            each.way.lead_to(port)
        for each in two:
            await each.believes(True)
    assert first != await another.versions.seen(TAGS) == await one.versions.seen(TAGS)
