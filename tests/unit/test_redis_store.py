"""Rows that are kept in Redis, as two processes find them."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, time

import pytest
from redis.asyncio import Redis

from support.figures import count
from support.redis_server import RedisServer, redis_server
from support.server import ROOT
from support.sharing import shared_in
from twofold.cache import redis_store
from twofold.cache.memory import BoundedMemory
from twofold.cache.redis_store import MAX_BYTES, TURN_S, RedisStore
from twofold.shared import Seen

KEY, TAGS, ROWS = bytes(range(32)), (1, 2), b"[[1]]"
LARGE = b" " * 500_000
TTL_S = 60.0
PROCESSES, CALLERS = 3, 200


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


class Process:
    """What a process has."""

    def __init__(self, url: str) -> None:
        self.shared = shared_in(url)
        self.memory = BoundedMemory(1 << 24)
        self.store = RedisStore(self.shared, self.memory)

    async def seen(self) -> Seen:
        found = (await self.store.look(KEY, TAGS)).seen
        assert found is not None
        return found

    async def write(self) -> None:
        versions = self.shared.versions
        await versions.close(await versions.open({2}, 15))


@pytest.fixture
async def two(server: RedisServer) -> AsyncIterator[tuple[Process, Process]]:
    client = Redis.from_url(server.url)
    await client.flushall()
    await client.aclose()
    one, another = Process(server.url), Process(server.url)
    yield one, another
    await one.shared.close()
    await another.shared.close()


async def test_what_one_keeps_the_other_finds(two: tuple[Process, Process]) -> None:
    one, another = two
    seen = await one.seen()
    assert await one.store.keep(KEY, TAGS, seen, ROWS, TTL_S)
    for each in (one, another, another):
        found = await each.store.look(KEY, TAGS)
        assert (found.seen, found.rows, found.old) == (seen, ROWS, None)
    assert len(another.memory) == 1, "it has it itself now"
    assert (await another.store.look(KEY[::-1], TAGS)).rows is None


async def test_a_clock_that_is_behind_makes_nothing_live_longer(two: tuple[Process, Process],
                                                                monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """One that was set back, or another machine's."""
    one, another = two
    await one.store.keep(KEY, TAGS, await one.seen(), ROWS, TTL_S)
    now = time()
    monkeypatch.setattr(redis_store, "time", lambda: now - 3600)
    found = await another.store.look(KEY, TAGS)
    assert found.rows == ROWS
    assert found.until_s is not None
    assert found.until_s <= monotonic() + TTL_S


async def test_a_crowd_that_asks_for_much_does_not_lose_redis(two: tuple[Process, Process]) -> None:
    one, another = two
    seen, keys = await one.seen(), [bytes([number]) * 32 for number in range(200)]
    for key in keys:
        await one.store.keep(key, TAGS, seen, LARGE, TTL_S)
    found = await asyncio.gather(*(another.store.look(key, TAGS) for key in keys))
    assert not another.shared.link.is_gone
    assert {each.rows for each in found} == {LARGE}


async def test_a_write_ends_it_for_both(two: tuple[Process, Process]) -> None:
    one, another = two
    await one.store.keep(KEY, TAGS, await one.seen(), ROWS, TTL_S)
    await another.store.look(KEY, TAGS)
    await one.write()
    for each in (one, another):
        found = await each.store.look(KEY, TAGS)
        assert found.seen is not None
        assert (found.rows, found.old) == (None, ROWS)


async def test_what_was_read_before_a_write_is_not_kept_after_it(two: tuple[Process, Process]) -> None:
    one, another = two
    seen = await one.seen()
    await another.write()
    assert not await one.store.keep(KEY, TAGS, seen, ROWS, TTL_S)
    assert (await another.store.look(KEY, TAGS)).rows is None


async def test_the_time_is_over_in_redis_and_in_the_process(two: tuple[Process, Process]) -> None:
    one, another = two
    await one.store.keep(KEY, TAGS, await one.seen(), ROWS, 0.15)
    await asyncio.sleep(0.1)
    assert (await another.store.look(KEY, TAGS)).rows == ROWS
    await asyncio.sleep(0.06)
    assert [(await each.store.look(KEY, TAGS)).rows for each in two] == [None, None]


async def test_very_large_rows_are_not_kept(two: tuple[Process, Process]) -> None:
    one, another = two
    for size, is_kept in ((MAX_BYTES, True), (MAX_BYTES + 1, False)):
        seen = await one.seen()
        assert await one.store.keep(KEY, TAGS, seen, b"x" * size, TTL_S) is is_kept
        assert (await another.store.look(KEY, TAGS)).rows == (b"x" * size if is_kept else None)
        await one.write()


async def test_the_second_waits_for_the_first(two: tuple[Process, Process]) -> None:
    one, another = two
    seen = await one.seen()
    assert await one.store.wait(KEY, TAGS, seen) is None, "it is its turn"
    waiting = asyncio.create_task(another.store.wait(KEY, TAGS, seen))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await one.store.keep(KEY, TAGS, seen, ROWS, TTL_S)
    assert await waiting == ROWS


async def test_nobody_waits_for_what_will_not_be_kept(two: tuple[Process, Process]) -> None:
    one, another = two
    seen = await one.seen()
    await one.store.wait(KEY, TAGS, seen)
    waiting = asyncio.create_task(another.store.wait(KEY, TAGS, seen))
    start_s = monotonic()
    await one.store.keep(KEY, TAGS, seen, b"x" * (MAX_BYTES + 1), TTL_S)
    assert await waiting is None
    await one.seen()
    assert monotonic() - start_s < TURN_S / 2


async def test_who_died_holds_nobody_up_for_longer_than_its_turn(two: tuple[Process, Process]) -> None:
    one, another = two
    seen = await one.seen()
    await one.store.wait(KEY, TAGS, seen)
    start_s = monotonic()
    assert await another.store.wait(KEY, TAGS, seen) is None
    assert TURN_S * 0.9 < monotonic() - start_s < 2 * TURN_S


async def test_without_redis_nothing_is_found_and_nobody_waits(server: RedisServer) -> None:
    alone = Process(server.url)
    seen = await alone.seen()
    await alone.store.keep(KEY, TAGS, seen, ROWS, TTL_S)
    server.kill()
    try:
        assert (await alone.store.look(KEY, TAGS)).seen is None, "not what the process has itself either"
        start_s = monotonic()
        assert await alone.store.wait(KEY, TAGS, seen) is None
        assert not await alone.store.keep(KEY, TAGS, seen, ROWS, TTL_S)
        assert monotonic() - start_s < TURN_S / 2
    finally:
        server.start()
        await alone.shared.close()


def test_a_herd_of_several_processes_loads_once(server: RedisServer, seeded_sqlite: Path, tmp_path: Path) -> None:
    """Twice at most: a turn may be over when a process begins late."""
    shop_url = f"sqlite://{shutil.copyfile(seeded_sqlite, tmp_path / 'shop.sqlite3')}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(ROOT / "tests")])}
    command = [sys.executable, "-m", "support.herd", shop_url, server.url, str(CALLERS), "/tags?limit=50&sort=-name"]
    with ExitStack() as stack:
        herd = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            )
            for _ in range(PROCESSES)
        ]
        try:
            for each in herd:
                assert each.stdout is not None
                assert each.stdout.readline() == b"ready\n"
            for each in herd:
                assert each.stdin is not None
                each.stdin.write(b"\n")
                each.stdin.flush()
            told = [json.loads(each.stdout.readline()) for each in herd if each.stdout is not None]
        finally:
            for each in herd:
                each.kill()
    assert [each["right"] for each in told] == [CALLERS] * PROCESSES
    assert [each["answers"] for each in told] == [1] * PROCESSES
    loads = sum(each["loads"] for each in told)
    assert 1 <= loads <= 2
    count("herd on redis", f"loads for {PROCESSES} x {CALLERS} callers", loads)
