"""Versions of tags in Redis, as two processes see them."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Iterator
from time import monotonic

import pytest
from redis.asyncio import Redis

from support.redis_server import RedisServer, redis_server
from support.sharing import shared_in
from twofold.errors import WrongSetting
from twofold.shared import Seen
from twofold.shared.link import Link
from twofold.shared.on_redis import OnRedis
from twofold.shared.redis_versions import MAX_TAGS

LEASE_S = 15.0
SHORT_S = 0.15
TAGS = (1, 2, 1 << 63)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def two(server: RedisServer) -> AsyncIterator[tuple[OnRedis, OnRedis]]:
    """What two processes share, of which nothing is known yet."""
    one, another = shared_in(server.url), shared_in(server.url)
    await flush(server)
    yield one, another
    await one.close()
    await another.close()


async def flush(server: RedisServer, *keys: str) -> None:
    """Takes all keys away, or those that end so."""
    client = Redis.from_url(server.url)
    if keys:
        found = [key for end in keys for key in await client.keys(f"*{end}")]
        assert found
        await client.delete(*found)
    else:
        await client.flushall()
    await client.aclose()


async def sure(seen: Awaitable[Seen | None]) -> Seen:
    found = await seen
    assert found is not None
    return found


async def test_versions_of_what_is_asked_for_once_do_not_fill_redis(two: tuple[OnRedis, OnRedis], server: RedisServer
                                                                    ) -> None:  # fmt: skip
    """Whoever asks for keys that there are not makes one for each."""
    one, _ = two
    await one.versions.seen(TAGS)
    await one.versions.close(await one.versions.open(TAGS[:1], LEASE_S))
    client = Redis.from_url(server.url)
    left_s = {name.rpartition(b":")[2]: await client.ttl(name) async for name in client.scan_iter()}
    await client.aclose()
    whole_s = left_s.pop(b"whole")
    assert len(left_s) == len(TAGS)
    assert max(left_s.values()) <= 3600 < whole_s


@pytest.mark.parametrize(
    "url",
    ["redis://:hunter/2@host:6379/0", "redis://:hunter#2@host:6379/0", "hunter", "redis://:hunter2@host/0?nothing=1"],
)
def test_a_wrong_url_is_said_without_its_password(url: str) -> None:
    with pytest.raises(WrongSetting, match="TWOFOLD_REDIS_URL") as wrong:
        Link(url)
    assert "hunter" not in "".join(traceback.format_exception(wrong.value))


async def test_both_see_the_same_until_one_writes(two: tuple[OnRedis, OnRedis]) -> None:
    one, another = (each.versions for each in two)
    before = await sure(one.seen(TAGS))
    assert len(set(before)) == 1 + len(TAGS), "a version each"
    assert await another.seen(TAGS) == before == await one.seen(TAGS)
    mark = await one.open({2}, LEASE_S)
    assert [await each.seen(TAGS) for each in (one, another)] == [None, None], "a write of one of them is under way"
    assert await another.seen((1,)) == before[:2], "it is none of this one"
    assert await one.close(mark)
    after = await sure(another.seen(TAGS))
    assert after[:2] == before[:2]
    assert after[2] != before[2]
    assert after[3] == before[3]


async def test_versions_change_when_a_write_begins_and_again_when_it_ends(two: tuple[OnRedis, OnRedis]) -> None:
    one, another = (each.versions for each in two)
    before = await sure(one.seen((2,)))
    mark = await one.open({2}, SHORT_S)
    await asyncio.sleep(2 * SHORT_S)
    opened = await sure(another.seen((2,)))
    assert opened != before, "who wrote it may be dead"
    await one.close(mark)
    assert await sure(another.seen((2,))) != opened, "what was read meanwhile may be from before the commit"


async def test_all_at_once(two: tuple[OnRedis, OnRedis]) -> None:
    one, another = (each.versions for each in two)
    before = await sure(another.seen((1,)))
    mark = await one.open(None, LEASE_S)
    assert await another.seen((7,)) is None
    await one.close(mark)
    assert await sure(another.seen((1,))) != before
    again = await sure(another.seen((1,)))
    assert await one.renew_all() == await another.life()
    assert await sure(another.seen((1,))) != again


async def test_the_last_of_several_writes_ends_it(two: tuple[OnRedis, OnRedis]) -> None:
    one, another = (each.versions for each in two)
    await one.seen(TAGS)
    marks = [await each.open({1}, LEASE_S) for each in (one, another, one)]
    for mark in marks:
        assert await one.seen((1,)) is None
        await one.close(mark)
    assert await one.seen((1,)) is not None


async def test_a_write_that_never_ends_is_in_the_way_for_its_lease(two: tuple[OnRedis, OnRedis]) -> None:
    one, another = (each.versions for each in two)
    await one.seen(TAGS)
    await one.open({1}, SHORT_S)
    await asyncio.sleep(SHORT_S / 2)
    mark = await another.open({1}, LEASE_S)  # keeps the list there for longer than the first is on it
    assert await another.seen((1,)) is None
    await asyncio.sleep(SHORT_S)
    await another.close(mark)
    assert await another.seen((1,)) is not None


async def test_a_write_of_very_much_opens_everything(two: tuple[OnRedis, OnRedis]) -> None:
    one, another = (each.versions for each in two)
    before = await sure(one.seen((3, 5_000)))
    mark = await one.open(range(MAX_TAGS + 1), LEASE_S)
    assert await another.seen((5_000,)) is None
    await one.close(mark)
    after = await sure(another.seen((3, 5_000)))
    assert after[1] != before[1]
    assert after[2] == before[2], "only while it is under way"


async def test_nothing_is_written_for_what_nobody_reads(two: tuple[OnRedis, OnRedis], server: RedisServer) -> None:
    one, _ = (each.versions for each in two)
    await one.close(await one.open(range(1000, 2000), LEASE_S))
    client = Redis.from_url(server.url)
    assert await client.dbsize() == 0
    await client.aclose()


@pytest.mark.parametrize("lost", [(), ("whole",), ("tag:0000000000000001",)], ids=["all", "whole", "tag"])
async def test_what_is_gone_is_another_version(two: tuple[OnRedis, OnRedis], server: RedisServer, lost: tuple[str, ...]
                                               ) -> None:  # fmt: skip
    one, another = (each.versions for each in two)
    before = await sure(one.seen(TAGS))
    await flush(server, *lost)
    after = await sure(another.seen(TAGS))
    assert after != before
    assert await one.seen(TAGS) == after


@pytest.mark.parametrize("lost", [(), ("open",)], ids=["all", "open"])
async def test_what_is_read_after_a_write_was_forgotten_is_not_good(
    two: tuple[OnRedis, OnRedis], server: RedisServer, lost: tuple[str, ...]
) -> None:
    """A reader that sees no write under way, because Redis has forgotten it, reads from before the commit."""
    one, another = (each.versions for each in two)
    await one.seen(TAGS)
    mark = await one.open({1}, LEASE_S)
    await flush(server, *lost)
    too_early = await sure(another.seen(TAGS))
    assert await one.close(mark)
    assert await sure(another.seen(TAGS)) != too_early


async def test_another_life_of_the_server(two: tuple[OnRedis, OnRedis], server: RedisServer) -> None:
    one, another = (each.versions for each in two)
    before = await sure(one.seen(TAGS))
    mark = await one.open({1}, LEASE_S)
    client = Redis.from_url(server.url)
    await client.save()
    await client.aclose()
    server.kill()
    server.start()
    too_early = await sure(another.seen(TAGS))
    assert too_early != before
    assert await one.close(mark)
    assert await sure(another.seen(TAGS)) != too_early


async def test_without_redis_nobody_knows_and_writers_are_told_so(server: RedisServer) -> None:
    shared = shared_in(server.url)
    try:
        assert await shared.versions.seen(TAGS) is not None
        told = await shared.versions.open({1}, LEASE_S)
        assert told.is_told
        server.hang()
        start_s = monotonic()
        assert not await shared.versions.close(told)
        assert await shared.versions.seen(TAGS) is None
        assert not (await shared.versions.open({1}, LEASE_S)).is_told
        assert not await shared.versions.renew_all()
        assert monotonic() - start_s < 1
        assert shared.versions.is_lost
    finally:
        server.go_on()
        await shared.close()


async def test_while_nobody_knows_whose_they_are_nothing_is_known(server: RedisServer) -> None:
    shared = OnRedis(server.url)
    try:
        assert await shared.versions.seen(TAGS) is None
        assert not (await shared.versions.open({1}, LEASE_S)).is_told
        assert await shared.versions.renew_all() is None
        assert not await shared.wrote(1)
        assert not await shared.answers()
        assert not shared.versions.is_lost
        await shared.put("a document", b"the same for all", 1)
        assert await shared.get("a document") == b"the same for all"
    finally:
        await shared.close()


async def test_versions_are_not_believed_without_belief(two: tuple[OnRedis, OnRedis]) -> None:
    class Belief:
        believed: str | None = None

        async def life(self) -> str | None:
            return self.believed

        async def counts(self, life: str) -> bool:
            return life == self.believed

    one, _ = (each.versions for each in two)
    one.belief = belief = Belief()
    for belief.believed, is_believed in ((None, False), ("another", False), (await one.life(), True)):
        assert (await one.seen(TAGS) is not None) is is_believed
        mark = await one.open({1}, LEASE_S)
        assert mark.is_told, "others may believe"
        assert await one.close(mark) is is_believed
