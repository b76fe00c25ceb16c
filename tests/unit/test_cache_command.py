"""What an operator sees of the cache, and what he does to it: `twofold cache`, `/metrics`."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from support import server
from support.databases import new_copy
from support.outside import run_outside
from support.redis_server import RedisServer, redis_server
from support.shop import Shop, opened
from twofold.cache import board as boards
from twofold.cache.board import Board, Numbers
from twofold.cache.counting import board_of
from twofold.cache.stats import Stats
from twofold.cli.caching import COLUMNS
from twofold.shared.layout import SIZE, STATS, STATS_PLACES, STATS_WORDS
from twofold_rest.metrics import COUNTERS

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).parent / "twofold")
SOON_S = 10
T = TypeVar("T")
PRODUCTS = "/products?page_size=3&fields=name"


def cache(*arguments: str, url: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TWOFOLD_DATABASE_URL": url, **settings}
    return subprocess.run(
        [COMMAND, "cache", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def stats(url: str, **settings: str) -> dict[str, Any]:
    shown = cache("stats", "--json", url=url, **settings)
    assert shown.returncode == 0, shown.stderr
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


async def beside(run: Callable[..., T], *arguments: str, **options: str) -> T:
    """What a command gives while the service of this process goes on serving."""
    return await asyncio.to_thread(run, *arguments, **options)


class Clock:
    """The machine's clock, in ns, which a test may set forward."""

    def __init__(self) -> None:
        self.ns = 10**15

    def monotonic_ns(self) -> int:
        return self.ns


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(boards, "monotonic_ns", clock.monotonic_ns)
    return clock


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A function that lets another process say what it has done, on its own board of one file."""
    (tmp_path / "some.db").touch()
    made: list[Board] = []

    def say(pid: int, hits: int = 0, *, by: Board | None = None) -> Board:
        board = by or Board("tortoise.backends.sqlite", {"file_path": str(tmp_path / "some.db")})
        monkeypatch.setattr(os, "getpid", lambda: pid)
        made.append(board)
        board.say(Numbers(Stats(hits=hits), 1, 2, 3, 4))
        return board

    yield say
    for board in made:
        board.leave()


# -- the places ---------------------------------------------------------------------------------------------------


def test_all_numbers_have_a_place() -> None:
    assert boards.FIRST + boards.COUNTERS + boards.GAUGES <= STATS_WORDS
    assert len(fields(Numbers)) - 1 == boards.GAUGES  # all but the counters


def test_processes_see_each_other(processes: Any, clock: Clock) -> None:
    first = processes(11, 5)
    second = processes(12, 7)
    assert [(each.pid, each.numbers.stats.hits) for each in first.processes()] == [(11, 5), (12, 7)]
    processes(12, 8, by=second)
    seen = first.processes()[1].numbers
    assert (seen.stats.hits, seen.entries, seen.bytes, seen.evicted, seen.connections) == (8, 1, 2, 3, 4)
    second.leave()
    assert [each.pid for each in first.processes()] == [11]


def test_the_place_of_a_process_that_is_gone_is_taken_again(processes: Any, clock: Clock) -> None:
    first = processes(11, 5)
    for pid in range(100, 100 + STATS_PLACES - 1):
        processes(pid)
    assert len(first.processes()) == STATS_PLACES
    late = processes(500, 9)
    assert {each.pid for each in late.processes()} >= {11, 500}  # it knows of itself, and the others not of it
    assert 500 not in {each.pid for each in first.processes()}
    clock.ns += (boards.GONE_MS - 1) * 1_000_000
    processes(11, 6, by=first)
    clock.ns += 2_000_000
    processes(500, 9, by=late)
    assert [(each.pid, each.numbers.stats.hits) for each in first.processes()] == [(11, 6), (500, 9)]


def test_what_was_said_before_the_machine_was_started_again_is_not_believed(processes: Any, clock: Clock) -> None:
    first = processes(11, 5)
    clock.ns = 10**9  # the clock begins again
    assert processes(12).processes()[0].pid == 12
    assert [each.pid for each in first.processes() if each.numbers.stats.hits == 0] == [12]


def test_a_process_that_was_taken_for_gone_takes_another_place(processes: Any, clock: Clock) -> None:
    first = processes(11, 5)
    clock.ns += boards.GONE_MS * 1_000_000
    second = processes(12, 7)  # in the same place
    processes(11, 6, by=first)
    assert [(each.pid, each.numbers.stats.hits) for each in second.processes()] == [(11, 6), (12, 7)]


def test_who_counts_other_things_keeps_a_place_and_is_not_read(
    processes: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a process of another release."""
    other = processes(11, 5)
    monkeypatch.setattr(boards, "OURS", 1)
    mine = processes(12, 7)
    assert [each.pid for each in mine.processes()] == [12]
    monkeypatch.undo()
    assert [each.pid for each in other.processes() if each.numbers.stats.hits == 5] == [11]


def test_without_a_file_a_process_knows_of_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    board = Board("tortoise.backends.sqlite", {"file_path": str(tmp_path / "no folder" / "some.db")})
    for _ in range(2):
        board.say(Numbers(Stats(hits=3)))
        assert [each.numbers.stats.hits for each in board.processes()] == [3]
    board.leave()


def test_the_places_touch_nothing_else(processes: Any, clock: Clock, tmp_path: Path) -> None:
    for pid in range(1, STATS_PLACES + 2):
        processes(pid, 2**40)
    words = memoryview((tmp_path / "some.db-actors").read_bytes()).cast("Q")
    assert len(words) == SIZE
    assert not any(words[:STATS])
    assert not any(words[STATS + STATS_PLACES * STATS_WORDS :])


def test_to_count_costs_next_to_nothing() -> None:
    counted = Stats()

    def count_s() -> float:
        begin = time.perf_counter()
        for _ in range(10_000):
            counted.hits += 1
        return (time.perf_counter() - begin) / 10_000

    assert min(count_s() for _ in range(20)) < 0.2e-6


def test_rates_are_of_all_that_was_asked() -> None:
    assert Stats().hit_rate is Stats().over_invalidation is None
    both = Stats(answers=1, hits=2) + Stats(misses=3, joined=1, bypassed=1, renewed=4, needless=1)
    assert astuple(both) == astuple(Stats(1, 2, 3, 1, 1, 0, 4, 1))
    assert both.hit_rate == 3 / 8
    assert both.over_invalidation == 1 / 4


# -- the commands, beside processes that serve ----------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_copy(request, "seeded", request.param, tmp_path)


@pytest.fixture
def file_url(seeded_sqlite: Path, tmp_path: Path) -> str:
    """For what is the same on both databases."""
    return f"sqlite://{shutil.copyfile(seeded_sqlite, tmp_path / 'shop.db')}"


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """One of a test's own: it belongs to one database."""
    with redis_server() as server:
        yield server


async def first_name(shop: Shop) -> str:
    answer = await shop.rest("GET", PRODUCTS)
    name: str = answer.json()["data"][0]["name"]
    return name


async def changed_outside(shop: Shop, name: str) -> str:
    """Changes that product past the watch, as psql would; returns the new name."""
    connection = shop.engine.database.connection
    parameter = "?" if shop.engine.database.dialect == "sqlite" else "$1"
    new = f"{name} of another kind"
    sql = f"UPDATE products SET name = '{new}' WHERE name = {parameter}"
    async with connection.acquire_connection() as raw:
        if shop.engine.database.dialect == "sqlite":
            await raw.execute(sql, [name])
            await raw.commit()
        else:
            await raw.execute(sql, name)
    return new


async def test_the_counters_of_a_process_are_seen_from_another_one(url: str) -> None:
    async with opened(url) as shop:
        for _ in range(3):
            await first_name(shop)
        shop.engine.counting.processes()  # now, rather than within a second
        found = await beside(stats, url, TWOFOLD_CACHE="memory")
        mine = shop.engine.stats
        assert mine.hits + mine.answers >= 2
        assert mine.misses >= 1
        assert found["place"] == "memory"
        assert [each["pid"] for each in found["processes"]] == [os.getpid()]
        for each in (found["all"], found["processes"][0]):
            assert {name: each[name] for name in COUNTERS} == {name: getattr(mine, name) for name in COUNTERS}
            assert each["hit_rate"] == mine.hit_rate
            assert each["entries"] == len(shop.engine.memory) > 0
            assert each["bytes"] == shop.engine.memory.bytes > 0
        table = (await beside(cache, "stats", url=url, TWOFOLD_CACHE="memory")).stdout.splitlines()
        assert table[0] == "Answers are kept in the memory of each process, at most 64 MiB in each process, for 300 s."
        assert re.split(r"  +", table[1].strip()) == ["process", "since", *COLUMNS]
        assert table[2].split()[:1] == [str(os.getpid())]
        assert table[3].split()[:2] == ["in", "all"]
    assert (await beside(stats, url))["processes"] == []
    assert "No process" in (await beside(cache, "stats", url=url)).stdout


async def test_what_is_counted_is_told_by_itself(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twofold.cache.counting.EACH_S", 0.01)
    async with opened(url) as shop:
        await first_name(shop)
        other = board_of(shop.engine.database)
        give_up = time.monotonic() + SOON_S
        while [each.numbers.stats.misses for each in other.processes()] != [shop.engine.stats.misses]:
            assert time.monotonic() < give_up
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("tables", [(), ("products",), ("reviews", "products"), ("vendors",)], ids="-".join)
async def test_what_was_changed_outside_is_asked_again_after_a_purge(url: str, tables: tuple[str, ...]) -> None:
    """Products go when their vendor goes, so the purge of vendors is one of products."""
    async with opened(url) as shop:
        name = await first_name(shop)
        new = await changed_outside(shop, name)
        assert await first_name(shop) == name  # nobody could know
        options = [word for table in tables for word in ("--table", table)]
        purged = await beside(cache, "purge", *options, url=url, TWOFOLD_CACHE="memory")
        assert purged.returncode == 0, purged.stderr
        assert purged.stdout == f"Purged {', '.join(tables) or 'everything'}.\n"
        assert await first_name(shop) == new


async def test_the_purge_of_a_table_makes_single_rows_be_asked_again_too(url: str) -> None:
    async with opened(url) as shop:
        listed = (await shop.rest("GET", PRODUCTS)).json()["data"][0]
        path = f"/products/{listed['id']}?fields=name"
        assert (await shop.rest("GET", path)).json()["data"]["name"] == listed["name"]
        new = await changed_outside(shop, listed["name"])
        assert (await shop.rest("GET", path)).json()["data"]["name"] == listed["name"]
        assert (await beside(cache, "purge", "--table", "products", url=url, TWOFOLD_CACHE="memory")).returncode == 0
        assert (await shop.rest("GET", path)).json()["data"]["name"] == new


async def test_the_purge_of_a_table_leaves_the_others(url: str) -> None:
    async with opened(url) as shop:
        name = await first_name(shop)
        await changed_outside(shop, name)
        assert (await beside(cache, "purge", "--table", "addresses", url=url, TWOFOLD_CACHE="memory")).returncode == 0
        assert await first_name(shop) == name


async def test_a_purge_makes_credentials_be_looked_up_again(tmp_path: Path, seeded_sqlite: Path) -> None:
    path = shutil.copyfile(seeded_sqlite, tmp_path / "shop.db")
    async with opened(f"sqlite://{path}") as shop:
        assert (await shop.rest("GET", "/orders", who="customer")).status_code == 200
        run_outside(f"sqlite://{path}", "UPDATE users SET is_active = 0")
        assert (await shop.rest("GET", "/orders", who="customer")).status_code == 200  # nobody could know
        assert (await beside(cache, "purge", "--table", "users", url=f"sqlite://{path}")).returncode == 0
        assert (await shop.rest("GET", "/orders", who="customer")).status_code == 401


def test_a_purge_without_processes_says_so(file_url: str) -> None:
    assert "Purged everything.\nNo process of this user" in cache("purge", url=file_url).stdout


def test_a_table_that_is_not_there_is_said_with_those_that_are(file_url: str) -> None:
    refused = cache("purge", "--table", "product", "--table", "tags", url=file_url, COLUMNS="1000")
    assert refused.returncode == 2
    said = " ".join(refused.stderr.split())
    assert "there is no table product; there are " in said
    assert "products, products_tags, " in said or ", products, " in said
    assert "Traceback" not in said


def test_wrong_settings_are_said(file_url: str) -> None:
    failed = cache("stats", url=file_url, TWOFOLD_CACHE="redis")
    assert failed.returncode == 1
    assert "TWOFOLD_CACHE is redis, but there is no TWOFOLD_REDIS_URL" in failed.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"TWOFOLD_CACHE": "off"}, "Answers are kept nowhere (TWOFOLD_CACHE is off)."),
        ({"TWOFOLD_CACHE_MB": "5", "TWOFOLD_CACHE_TTL_S": "1.5"}, "5 MiB in each process, for 1.5"),
    ],
    ids=["off", "memory"],
)  # fmt: skip
def test_where_answers_are_kept_is_said(file_url: str, settings: dict[str, str], said: str) -> None:
    assert said in cache("stats", url=file_url, **settings).stdout


def test_redis_is_measured(file_url: str, redis: RedisServer) -> None:
    import redis as client  # noqa: PLC0415  # the fixture has its name

    with client.Redis(port=redis.port) as ours:
        for number in range(1500):
            ours.set(f"twofold:{number}", b"x" * 200)
        ours.set("another's", b"y" * 100_000)
        found = stats(file_url, TWOFOLD_REDIS_URL=redis.url)["redis"]
        assert found["answers"] is found["is_all"] is True
        assert 1500 <= found["keys"] < 1520
        assert 200 * 1500 < found["bytes"] < 400 * 1500
        shown = cache("stats", url=file_url, TWOFOLD_REDIS_URL=redis.url).stdout
        assert re.search(r"Redis answers; ours are 15\d\d keys, about 0.[34] MiB. What is there is kept.", shown)
        assert cache("purge", url=file_url, TWOFOLD_REDIS_URL=redis.url).returncode == 0


async def test_without_redis_answers_and_credentials_are_purged_all_the_same(file_url: str) -> None:
    """Who alone has lost Redis says in the database that it is not to be believed."""
    gone = f"redis://127.0.0.1:{server.free_port()}/0"
    with redis_server() as redis:
        async with opened(file_url, cache="redis", redis_url=redis.url) as shop:
            name = await first_name(shop)
            new = await changed_outside(shop, name)
            assert await first_name(shop) == name
            assert (await shop.rest("GET", "/orders", who="customer")).status_code == 200
            run_outside(file_url, "UPDATE users SET is_active = 0")
            assert (await shop.rest("GET", "/orders", who="customer")).status_code == 200  # nobody could know
            purged = await beside(cache, "purge", url=file_url, TWOFOLD_REDIS_URL=gone)
            assert await first_name(shop) == new
            assert (await shop.rest("GET", "/orders", who="customer")).status_code == 401
    assert purged.returncode == 0, purged.stderr
    assert "Redis does not answer." in (await beside(cache, "stats", url=file_url, TWOFOLD_REDIS_URL=gone)).stdout
    assert (await beside(stats, file_url, TWOFOLD_REDIS_URL=gone))["redis"] == {
        "answers": False,
        "state": "bypassed: Redis does not answer",
    }


@pytest.mark.parametrize("tables", [(), ("products",)], ids=["everything", "products"])
async def test_a_purge_reaches_processes_by_redis(url: str, redis: RedisServer, tables: tuple[str, ...]) -> None:
    async with opened(url, cache="redis", redis_url=redis.url) as shop:
        name = await first_name(shop)
        new = await changed_outside(shop, name)
        assert await first_name(shop) == name
        options = [word for table in tables for word in ("--table", table)]
        purged = await beside(cache, "purge", *options, url=url, TWOFOLD_REDIS_URL=redis.url)
        assert purged.returncode == 0, purged.stderr
        assert await first_name(shop) == new
        found = await beside(stats, url, TWOFOLD_REDIS_URL=redis.url)
        assert found["place"] == "redis"
        assert found["redis"]["state"] == "kept"
        assert [each["pid"] for each in found["processes"]] == [os.getpid()]


def test_serve_says_where_answers_are_kept(tmp_path: Path) -> None:
    port = server.free_port()
    process = server.start(tmp_path / "twofold.db", port)
    try:
        server.wait_until_it_answers(f"http://127.0.0.1:{port}", process)
        found = stats(f"sqlite://{tmp_path / 'twofold.db'}")
        assert [each["pid"] for each in found["processes"]] == [process.pid]
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=server.STOP_S)
    assert "\nAnswers are kept in the memory of each process, at most 64 MiB in each process, for 300 s.\n" in output


# -- /metrics -------------------------------------------------------------------------------------------------------

SAMPLE = re.compile(r'(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{process="(?P<process>[0-9]+)"\})? (?P<value>[0-9.e+]+)')


def parsed(text: str) -> dict[str, dict[str | None, float]]:
    """The samples of an exposition by name and process; each metric has its HELP and TYPE before, and but once."""
    assert text.endswith("\n")
    samples: dict[str, dict[str | None, float]] = {}
    helped: set[str] = set()
    name = ""
    for line in text.splitlines():
        match line.split(" ", 3):
            case ["#", "HELP", name, said]:
                assert name not in helped
                assert said
                helped.add(name)
            case ["#", "TYPE", typed, kind]:
                assert typed == name
                assert (kind == "counter") == name.endswith("_total")
                samples[name] = {}
            case _:
                found = SAMPLE.fullmatch(line)
                assert found is not None, line
                assert found["name"] == name
                assert found["process"] not in samples[name]
                samples[name][found["process"]] = float(found["value"])
    return samples


async def metrics_of(shop: Shop) -> dict[str, dict[str | None, float]]:
    answer = await shop.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return parsed(answer.text)


def test_every_counter_is_a_metric_with_its_sentence() -> None:
    assert list(COUNTERS) == [each.name for each in fields(Stats)]


async def test_metrics_are_off_by_default_and_in_no_document(file_url: str) -> None:
    async with opened(file_url) as shop:
        assert (await shop.client.get("/metrics")).status_code == 404
        off = (await shop.client.get("/api/v1/openapi.json")).json()
    async with opened(file_url, metrics=True) as shop:
        assert (await shop.client.get("/api/v1/openapi.json")).json() == off
        assert (await shop.client.post("/metrics")).status_code == 405


async def test_metrics_tell_what_the_cache_does(url: str) -> None:
    async with opened(url, metrics=True, cache_mb=7) as shop:
        for _ in range(3):
            await first_name(shop)
        found, me = await metrics_of(shop), str(os.getpid())
        for name in COUNTERS:
            assert found[f"twofold_cache_{name}_total"] == {me: getattr(shop.engine.stats, name)}
        assert found["twofold_cache_misses_total"][me] > 0
        assert found["twofold_cache_entries"] == {me: len(shop.engine.memory)}
        assert found["twofold_cache_bytes"] == {me: shop.engine.memory.bytes}
        assert found["twofold_cache_max_bytes"] == {None: 7 * 1024 * 1024}
        assert found["twofold_cache_usable"] == {None: 1}
        assert found["twofold_database_connections_in_use"] == {me: 0}
        assert abs(found["twofold_start_time_seconds"][me] - time.time()) < 3600
        assert "twofold_redis_up" not in found
        async with shop.engine.database.transaction():
            assert (await metrics_of(shop))["twofold_database_connections_in_use"] == {me: 1}


async def test_metrics_tell_that_reads_go_round_the_cache(file_url: str) -> None:
    async with opened(file_url, metrics=True, cache="off") as shop:
        assert (await metrics_of(shop))["twofold_cache_usable"] == {None: 0}


async def test_metrics_tell_whether_redis_answers(file_url: str) -> None:
    with redis_server() as redis:
        async with opened(file_url, metrics=True, cache="auto", redis_url=redis.url) as shop:
            assert (await metrics_of(shop))["twofold_redis_up"] == {None: 1}
            redis.kill()
            gone = await metrics_of(shop)
            assert gone["twofold_redis_up"] == gone["twofold_cache_usable"] == {None: 0}


def test_metrics_of_two_processes_are_told_by_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWOFOLD_METRICS", "true")
    database = tmp_path / "twofold.db"
    with server.serving(database) as first, server.serving(database) as second:
        give_up = time.monotonic() + SOON_S
        seen: list[set[str | None]] = []
        while not seen or seen[0] != seen[1] or len(seen[0]) < 2:
            assert time.monotonic() < give_up, seen
            texts = [httpx.get(f"{each}/metrics").text for each in (first, second)]
            seen = [{*parsed(text)["twofold_cache_hits_total"]} for text in texts]
