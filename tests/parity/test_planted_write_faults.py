"""Faults planted in one face or one way to write: the matrix catches each of them, and nothing where there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from support.databases import new_copy
from support.figures import count, counted
from support.long import examples
from support.matrix import write_worlds
from support.matrix.cells import Cell, interleaved
from support.matrix.faults import first_difference, looked_at
from support.matrix.fixtures import ORIGINALS
from support.matrix.write_cells import write_cells
from support.matrix.write_faults import WRITE_FAULTS, WriteFault
from support.matrix.write_worlds import WritingWorld
from twofold.actor import Actor

pytestmark = pytest.mark.parity
pytest_plugins = ("support.library.fixtures",)

WIDEST = {"storefront": "admin", "library": "tenant owner"}
CONTROLLED = examples(700, 100_000)
"""Of so many cells, in the order in which they look for faults, it is shown that they are quiet without one."""


@dataclass(frozen=True)
class Lookout:
    """A world, somebody who may do more than most there, and all cells that may catch a fault."""

    world: WritingWorld
    widest: Actor
    cells: list[Cell]


@pytest.fixture(scope="module")
def urls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The URL of each world; the databases do not matter where faces and rules are wrong."""
    folder = tmp_path_factory.mktemp("faults")
    return {domain: new_copy(request, original, "sqlite", folder) for domain, original in ORIGINALS.items()}


@pytest.fixture(scope="module")
async def lookouts(urls: dict[str, str]) -> AsyncIterator[dict[str, Lookout]]:
    found = {}
    async with AsyncExitStack() as stack:
        for domain, url in urls.items():
            world = await stack.enter_async_context(getattr(write_worlds, domain)(url))
            widest = world.actors[WIDEST[domain]].actor
            found[domain] = Lookout(world, widest, interleaved(world, write_cells(world)))
        yield found


@pytest.mark.parametrize("fault", WRITE_FAULTS, ids=str)
async def test_a_fault_is_caught(
    lookouts: dict[str, Lookout],
    fault: WriteFault,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    lookout = lookouts[fault.domain]
    fault.plant(monkeypatch, lookout.widest)
    caught = await first_difference(lookout.world, looked_at(fault, lookout.cells))
    count("write faults", "planted")
    assert caught is not None, fault.name
    cell, difference = caught
    record_property("caught by", f"{cell}: {difference}")
    count("write faults", "caught")
    count("write faults", f"first by {cell.path}")


async def test_nothing_is_caught_without_a_fault(lookouts: dict[str, Lookout]) -> None:
    for lookout in lookouts.values():
        assert await first_difference(lookout.world, lookout.cells[:CONTROLLED]) is None


def test_faults_have_names_of_their_own() -> None:
    assert len({fault.name for fault in WRITE_FAULTS}) == len(WRITE_FAULTS) >= 40


def test_how_many_were_caught_in_all() -> None:
    """Faults of reading too, where those are planted in the same run; the last lines of the run say so."""
    planted, caught = (counted("read faults", what) + counted("write faults", what) for what in ("planted", "caught"))
    count("faults of either sort", "planted", planted)
    count("faults of either sort", "caught", caught)
    assert planted == caught
