"""Faults planted in one face or one way to read: the matrix catches each of them, and nothing where there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.figures import count
from support.matrix.cells import Cell, cells, interleaved, sampled
from support.matrix.faults import Fault, first_difference
from support.matrix.fixtures import copied
from support.matrix.read_faults import READ_FAULTS
from support.matrix.worlds import LIBRARY_ACTORS, World, library

pytestmark = pytest.mark.parity
pytest_plugins = ("support.library.fixtures",)

SHARE = 6
"""One of so many cells may catch a fault."""
WIDEST = LIBRARY_ACTORS["tenant owner"]


@pytest.fixture(scope="module")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a library; the databases do not matter where faces and rules are wrong."""
    return copied(request, tmp_path_factory, "library", "sqlite")


def looking(world: World) -> list[Cell]:
    return interleaved(sampled(world, cells(world), SHARE))


@pytest.mark.parametrize("fault", READ_FAULTS, ids=str)
async def test_a_fault_is_caught(
    url: str, fault: Fault, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    assert WIDEST is not None
    fault.plant(monkeypatch, WIDEST)
    async with library(url) as world:
        caught = await first_difference(world, looking(world))
    count("read faults", "planted")
    assert caught is not None, fault.name
    cell, difference = caught
    record_property("caught by", f"{cell}: {difference}")
    count("read faults", "caught")
    count("read faults", f"first by {cell.path}")


async def test_nothing_is_caught_without_a_fault(url: str) -> None:
    async with library(url) as world:
        assert await first_difference(world, looking(world)) is None


def test_faults_have_names_of_their_own() -> None:
    assert len({fault.name for fault in READ_FAULTS}) == len(READ_FAULTS) >= 25
