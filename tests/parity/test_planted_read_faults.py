"""Faults planted in one face or one way to read: the matrix catches each of them, and nothing where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from support.databases import new_copy
from support.figures import count
from support.long import examples
from support.matrix.cells import Cell, cells, interleaved
from support.matrix.faults import Fault, first_difference, looked_at
from support.matrix.oracle import Oracle
from support.matrix.read_faults import READ_FAULTS
from support.matrix.worlds import LIBRARY_ACTORS, library

pytestmark = pytest.mark.parity
pytest_plugins = ("support.library.fixtures",)

WIDEST = LIBRARY_ACTORS["tenant owner"]
CONTROLLED = examples(800, 100_000)
"""Of so many cells, in the order in which they look for faults, it is shown that they are quiet without one."""


@dataclass(frozen=True)
class Lookout:
    """The library, and all cells that may catch a fault in it: the same for each fault."""

    url: str
    oracle: Oracle
    cells: list[Cell]


@pytest.fixture(scope="module")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a library; the databases do not matter where faces and rules are wrong."""
    return new_copy(request, "filled", "sqlite", tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
async def lookout(url: str) -> Lookout:
    async with library(url) as world:
        return Lookout(url, world.oracle, interleaved(world, cells(world)))


@pytest.mark.parametrize("fault", READ_FAULTS, ids=str)
async def test_a_fault_is_caught(
    lookout: Lookout, fault: Fault, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    assert WIDEST is not None
    fault.plant(monkeypatch, WIDEST)
    async with library(lookout.url, lookout.oracle) as world:
        caught = await first_difference(world, looked_at(fault, lookout.cells))
    count("read faults", "planted")
    assert caught is not None, fault.name
    cell, difference = caught
    record_property("caught by", f"{cell}: {difference}")
    count("read faults", "caught")
    count("read faults", f"first by {cell.path}")


async def test_nothing_is_caught_without_a_fault(lookout: Lookout) -> None:
    async with library(lookout.url, lookout.oracle) as world:
        assert await first_difference(world, lookout.cells[:CONTROLLED]) is None


def test_faults_have_names_of_their_own() -> None:
    assert len({fault.name for fault in READ_FAULTS}) == len(READ_FAULTS) >= 25
