"""Nothing that is kept is ever old or somebody else's: random reads and changes by many actors over two processes.

And the proof can fail: faults that are planted in the processes are all found by it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from support.databases import DIALECTS, new_copy
from support.figures import count
from support.long import examples
from support.oracle import Figures, Oracle, Run, oracle
from support.oracle_faults import FAULTS
from support.oracle_making import make_world
from support.oracle_process import Process
from support.oracle_world import World
from support.redis_server import RedisServer, redis_server
from support.shop import opened

pytestmark = pytest.mark.cache_oracle

SEED = os.environ.get("ORACLE_SEED", "7")
PLACES = ("memory", "redis")
STEPS = examples(short=1_500, long=100_000)
BARRIERS = examples(short=1, long=20)
DEATHS = examples(short=1, long=4) * ("commit", "close") + examples(short=0, long=2) * ("open",)
HUNT_STEPS = 80_000
"""It is over as soon as the fault is found."""
LEAST_KEPT = examples(short=10, long=30) / 100
"""Of the reads of rows; the short form begins with nothing and is over soon."""
SHORT = {("sqlite", "memory"): list(FAULTS), ("postgres", "redis"): ["delete on write", "never closed", "never opened"]}
"""Where which faults are planted in the short form; in the long one, all everywhere."""


CELLS = [(dialect, place) for dialect in DIALECTS for place in PLACES]
PLANTED = [
    (cell, fault)
    for cell in CELLS
    for fault in examples(0, 1) * list(FAULTS) or SHORT.get(cell, [])
    if (fault, cell[1]) != ("told in one process only", "redis")  # it puts another store in the place of Redis
]


@pytest.fixture(scope="module")
async def processes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Process]]:
    """The two processes of all tests."""
    folder = tmp_path_factory.mktemp("processes")
    made = [Process(name, folder) for name in ("oracle-0", "oracle-1")]
    yield made
    for process in made:
        await process.stop()
        assert "Traceback" not in process.said, process.said[-3000:]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """A server for all tests."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def urls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """By dialect, the database of all tests: the next one goes on where the one before has ended."""
    return {each: new_copy(request, "seeded", each, tmp_path_factory.mktemp("world")) for each in DIALECTS}


class Watching:
    """Has an oracle over one database and place of the cache at a time: what the processes serve."""

    def __init__(self, urls: dict[str, str], redis: RedisServer, processes: list[Process]) -> None:
        self._urls = urls
        self._redis = redis
        self._processes = processes
        self._worlds: dict[str, World] = {}
        self._cell: tuple[str, str] | None = None
        self._oracle: Oracle
        self._opened = AsyncExitStack()

    async def of(self, cell: tuple[str, str]) -> Oracle:
        """Returns the oracle of a dialect and a place."""
        if cell != self._cell:
            await self.close()
            url = self._urls[cell[0]]
            if url not in self._worlds:
                async with opened(url, cache="off") as shop:
                    self._worlds[url] = await make_world(shop)
            settings = {"cache": cell[1]} | ({"redis_url": self._redis.url} if cell[1] == "redis" else {})
            watched = oracle(self._processes, self._worlds[url], url, SEED, **settings)
            self._cell, self._oracle = cell, await self._opened.enter_async_context(watched)
        return self._oracle

    async def close(self) -> None:
        """Has none any more."""
        self._cell = None
        await self._opened.aclose()


@pytest.fixture(scope="module")
async def watching(urls: dict[str, str], redis: RedisServer, processes: list[Process]) -> AsyncIterator[Watching]:
    """What gives the oracle of a dialect and a place."""
    found = Watching(urls, redis, processes)
    yield found
    await found.close()


def _said(figures: Figures) -> str:
    found = "\n".join(figures.findings)
    return f"with ORACLE_SEED={SEED}: {figures.wrong} wrong answers in {figures.steps} steps\n{found}"


@pytest.mark.parametrize("cell", CELLS, ids="-".join)
async def test_no_answer_is_old_or_somebody_elses(watching: Watching, cell: tuple[str, str]) -> None:
    figures = await (await watching.of(cell)).run(Run(seed=SEED, steps=STEPS, barriers=BARRIERS, deaths=DEATHS))
    for what in ("steps", "reads", "writes", "compared", "killed", "stale", "foreign", "different"):
        count("cache_oracle", what, getattr(figures, what))
    count("cache_oracle", "answered from what was kept", figures.did["answers"] + figures.did["hits"])
    assert figures.wrong == 0, _said(figures)
    assert figures.steps >= STEPS
    assert figures.killed == len(DEATHS)
    assert figures.kept > LEAST_KEPT, figures.did


@pytest.mark.parametrize(("cell", "fault"), PLANTED, ids=[f"{'-'.join(cell)}-{fault}" for cell, fault in PLANTED])
async def test_a_planted_fault_is_found(watching: Watching, cell: tuple[str, str], fault: str) -> None:
    figures = await (await watching.of(cell)).run(Run(seed=SEED, steps=HUNT_STEPS, barriers=4, fault=fault))
    count("cache_oracle", "faults planted")
    assert figures.wrong > 0, f"{fault} was not found in {figures.steps} steps, with ORACLE_SEED={SEED}"
    count("cache_oracle", "faults found")
