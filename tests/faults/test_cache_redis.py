"""The cache on Redis, which is killed, hangs, is flushed, or is lost to one process only: nobody reads anything stale.

A read is stale if it shows less than a write that was acknowledged, by either process, before the read began.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from time import monotonic
from typing import Any

import pytest
from redis.asyncio import Redis

from support.figures import count
from support.proxy import Proxy, proxy
from support.redis_server import RedisServer, redis_server
from support.shop import Shop, opened
from twofold.cache.doubts import BELIEVED_S, Doubts
from twofold.shared.redis_versions import RedisVersions
from twofold.shared.versions import Mark
from twofold.watching import Watch

pytestmark = pytest.mark.faults

ROWS = 4
READERS = 3
"""Of each process."""
BACK_S = 8.0
FLAT_S = 0.25
"""What 95 of 100 reads take at most while Redis is gone: far less than Redis is given to answer."""
LISTED = "/tags?limit=100&sort=name&fields=id,name"


@dataclass
class Figures:
    """What was read and written."""

    stale: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    reads_s: list[float] = field(default_factory=list)
    writes_s: list[float] = field(default_factory=list)

    @property
    def p95_ms(self) -> int:
        """What 95 of 100 reads took at most."""
        return round(quantiles(self.reads_s, n=20)[-1] * 1000)


class Traffic:
    """Readers and writers of a few rows at two processes. Each row has one writer, which counts."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self._shops = scene.shops
        self._ids = scene.ids
        self._acknowledged = scene.acknowledged
        self._random = random.Random(seed)  # noqa: S311  # the same each time
        self._is_over = False
        self.figures = Figures()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Traffic]:
        """Reads and writes until the block ends."""
        tasks = [asyncio.create_task(self._write(place, each)) for place, each in enumerate(self._ids)]
        tasks += [asyncio.create_task(self._read(shop)) for shop in self._shops for _ in range(READERS)]
        try:
            yield self
        finally:
            self._is_over = True  # a write that is cancelled in the middle would be in the way for its lease
            await asyncio.gather(*tasks)

    def begin_to_count(self) -> Figures:
        """Returns figures of what is done from now on."""
        self.figures = Figures()
        return self.figures

    async def _write(self, place: int, row: str) -> None:
        number = self._acknowledged[row]
        while not self._is_over:
            number += 1
            shop = self._shops[(place + number // 3) % 2]
            begun_s = monotonic()
            name = f"tag {place} {number:06d}"
            answer = await shop.rest("PATCH", f"/tags/{row}", {"name": name}, who="admin")
            if answer.status_code == 200:
                self._acknowledged[row] = number
                self.figures.writes_s.append(monotonic() - begun_s)
            else:
                self.figures.refused.append(f"{answer.status_code} {answer.text}")
            await asyncio.sleep(self._random.uniform(0, 0.08))

    async def _read(self, shop: Shop) -> None:
        while not self._is_over:
            row = self._random.choice(self._ids)
            known = dict(self._acknowledged)
            path = LISTED if self._random.random() < 0.3 else f"/tags/{row}?fields=id,name"
            begun_s = monotonic()
            answer = await shop.rest("GET", path)
            self.figures.reads_s.append(monotonic() - begun_s)
            if answer.status_code == 200:
                data = answer.json()["data"]
                for each in data if path == LISTED else [data]:
                    self._check(each, known)
            else:
                self.figures.refused.append(f"{answer.status_code} {answer.text}")
            await asyncio.sleep(self._random.uniform(0, 0.01))

    def _check(self, row: dict[str, Any], known: dict[str, int]) -> None:
        expected = known.get(row["id"])
        if expected is not None and int(row["name"].rpartition(" ")[2]) < expected:
            self.figures.stale.append(f"{row['name']}: {expected} was acknowledged")


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def _hits(shop: Shop) -> int:
    return shop.engine.stats.hits + shop.engine.stats.answers


@dataclass
class Scene:
    """Two processes, each with its own way to the one Redis."""

    server: RedisServer
    shops: tuple[Shop, Shop]
    ways: tuple[Proxy, Proxy]
    acknowledged: dict[str, int]
    """By row, what its writer has counted to."""

    @property
    def ids(self) -> list[str]:
        return [*self.acknowledged]

    async def kept(self) -> None:
        """Returns once both keep answers."""
        await self._soon_kept(monotonic() + BACK_S)

    async def _soon_kept(self, end_s: float) -> None:
        while (states := [shop.engine.cache_state() for shop in self.shops]) != ["kept", "kept"]:
            assert monotonic() < end_s, states
            await asyncio.sleep(0.05)
        hits = [_hits(shop) for shop in self.shops]
        while not all(_hits(shop) > before for shop, before in zip(self.shops, hits, strict=True)):
            assert monotonic() < end_s, "nothing is hit"
            for shop in self.shops:
                await shop.rest("GET", LISTED)


@pytest.fixture(scope="module")
async def scene(shop_url: str, server: RedisServer) -> AsyncIterator[Scene]:
    async with proxy(server.port) as one_way, proxy(server.port) as another_way:
        options = {"cache": "redis"}
        async with (
            opened(shop_url, redis_url=one_way.url, **options) as one,
            opened(shop_url, redis_url=another_way.url, **options) as another,
        ):
            ids = []
            for number in range(ROWS):
                made = await one.rest("POST", "/tags", {"name": f"tag {number} {0:06d}"}, who="admin")
                assert made.status_code == 201, made.text
                ids.append(made.json()["data"]["id"])
            yield Scene(server, (one, another), (one_way, another_way), dict.fromkeys(ids, 0))


@pytest.fixture(autouse=True)
def slow_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widens the gaps in which things can go wrong: before a COMMIT and after it."""
    real, chance = Watch.during, random.Random(7)  # noqa: S311  # the same each time

    async def during(self: Watch, tags: Any, take_effect: Callable[[], Awaitable[Any]], run: Any = None) -> Any:
        async def slowly() -> Any:
            await asyncio.sleep(chance.uniform(0, 0.03))
            done = await take_effect()
            await asyncio.sleep(chance.uniform(0, 0.02))
            return done

        return await real(self, tags, slowly if tags is None or tags else take_effect, run)

    monkeypatch.setattr(Watch, "during", during)


async def command(server: RedisServer, *words: str) -> None:
    client = Redis.from_url(server.url)
    await client.execute_command(*words)
    await client.aclose()


async def killed(scene: Scene) -> None:
    scene.server.kill()
    await asyncio.sleep(1.5)
    scene.server.start()


async def restarted(scene: Scene) -> None:
    for _ in range(5):
        scene.server.kill()
        scene.server.start()
        await asyncio.sleep(0.1)


async def hung_shortly(scene: Scene) -> None:
    for _ in range(2):
        scene.server.hang()
        await asyncio.sleep(0.4)
        scene.server.go_on()
        await asyncio.sleep(1.2)


async def hung(scene: Scene) -> None:
    scene.server.hang()
    await asyncio.sleep(2)
    scene.server.go_on()


async def flushed(scene: Scene) -> None:
    for _ in range(40):
        await command(scene.server, "FLUSHALL")
        await asyncio.sleep(0.04)


async def paused(scene: Scene) -> None:
    """What is kept can be read, and nobody can say that it is old."""
    await command(scene.server, "CLIENT", "PAUSE", "400", "WRITE")
    await asyncio.sleep(1)


async def cut_off_from_one(scene: Scene) -> None:
    scene.ways[0].cut()
    await asyncio.sleep(1.5)
    scene.ways[0].heal()


async def held_up_for_one(scene: Scene) -> None:
    for way, held_s in zip(scene.ways, (0.4, 1.5), strict=True):
        way.hold()
        await asyncio.sleep(held_s)
        way.heal()
        await asyncio.sleep(0.3)


FAULTS = (killed, restarted, hung_shortly, hung, flushed, paused, cut_off_from_one, held_up_for_one)
LONG = (killed, hung, cut_off_from_one, held_up_for_one)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_nothing_stale_and_every_request_answered(
    scene: Scene, fault: Callable[[Scene], Awaitable[None]], request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    await scene.kept()
    caplog.clear()
    times = 10 if request.config.getoption("--long") else 1
    async with Traffic(scene, seed=5).running() as traffic:
        await asyncio.sleep(0.3)
        for _ in range(times):
            figures = traffic.begin_to_count()
            await fault(scene)
            await asyncio.sleep(0.3)
            await scene.kept()
            await asyncio.sleep(0.2)
            assert not figures.stale, figures.stale[:5]
            assert not figures.refused, figures.refused[:5]
            assert figures.p95_ms < FLAT_S * 1000
            count("cache on redis under faults", "reads", len(figures.reads_s))
            count("cache on redis under faults", "writes", len(figures.writes_s))
            _say(fault.__name__, figures)
    if fault in LONG:
        said = [each.message for each in caplog.records if each.name == "twofold.cache"]
        assert any("bypassed" in each for each in said), said
        assert any(each.endswith("kept") for each in said), said
        assert len(said) < 20 * times, "changes, and not requests"


def _say(what: str, figures: Figures) -> None:
    """With `-s`, what each fault costs."""
    slowest = [f"slowest {max(each) * 1000:.0f} ms" for each in (figures.reads_s, figures.writes_s)]
    reads = f"{len(figures.reads_s)} reads, p95 {figures.p95_ms} ms, {slowest[0]}"
    print(f"{what}: {reads}; {len(figures.writes_s)} writes, {slowest[1]}")  # noqa: T201


# -- planted faults: the same traffic notices them -------------------------------------------------------------------


@asynccontextmanager
async def noticed(scene: Scene) -> AsyncIterator[Traffic]:
    """What is done within the block makes something stale, which does not stay so."""
    await scene.kept()
    async with Traffic(scene, seed=5).running() as traffic:
        yield traffic
        end_s = monotonic() + BACK_S
        while not traffic.figures.stale and monotonic() < end_s:  # noqa: ASYNC110  # others do it
            await asyncio.sleep(0.05)
    await command(scene.server, "FLUSHALL")
    assert traffic.figures.stale


async def test_without_doubts_a_short_hang_would_be_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def untold(self: Doubts, mark: Mark, take_effect: Callable[[], Awaitable[Any]], *_: Any) -> Any:
        return await take_effect()

    async def unsettled(self: Doubts, mark: Mark, run: Any) -> None:
        return None

    monkeypatch.setattr(Doubts, "untold", untold)
    monkeypatch.setattr(Doubts, "unsettled", unsettled)
    async with noticed(scene):
        await hung_shortly(scene)


async def test_a_doubt_that_nobody_waits_for_would_be_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twofold.cache.doubts.WAIT_S", 0.0)
    monkeypatch.setattr("twofold.cache.doubts.LOOK_S", 0.9 * BELIEVED_S)  # seldom enough for a busy machine
    async with noticed(scene) as traffic:
        for _ in range(4):
            await cut_off_from_one(scene)
            if traffic.figures.stale:
                break
            await scene.kept()


async def test_without_a_second_renewal_a_flush_would_be_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read between a flush and the COMMIT is kept at versions of after the flush."""
    really_open, really_close = RedisVersions.open, RedisVersions.close

    async def open_(self: RedisVersions, tags: Collection[int] | None, lease_s: float) -> Mark:
        mark = await really_open(self, tags, lease_s)
        await command(scene.server, "FLUSHALL")
        await asyncio.sleep(0.02)
        return mark

    async def close(self: RedisVersions, mark: Mark) -> bool:
        return await really_close(self, Mark((), mark.place))

    monkeypatch.setattr(RedisVersions, "open", open_)
    async with Traffic(scene, seed=5).running() as traffic:
        await asyncio.sleep(1)
    assert not traffic.figures.stale
    monkeypatch.setattr(RedisVersions, "close", close)
    async with noticed(scene):
        await asyncio.sleep(1)
