"""Every resource, changed by every actor in every way: both faces answer and do the same, and what rules allow."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.databases import DIALECTS, new_copy
from support.figures import count
from support.long import examples
from support.matrix import write_worlds
from support.matrix.cells import sampled
from support.matrix.fixtures import ORIGINALS
from support.matrix.write_cells import write_cells
from support.matrix.write_worlds import WritingWorld
from support.matrix.writing import WAYS
from twofold.rules import NOBODY

pytestmark = pytest.mark.parity
pytest_plugins = ("support.library.fixtures",)

SHARE = examples(13, 1)
"""One of so many cells is run."""
SHOWN = 8


@pytest.fixture(scope="module", params=[f"{domain} on {dialect}" for domain in ORIGINALS for dialect in DIALECTS])
def writing_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A domain and the URL of its database."""
    domain, _, dialect = request.param.split()
    return domain, new_copy(request, ORIGINALS[domain], dialect, tmp_path_factory.mktemp("writing"))


@pytest.fixture(scope="module")
async def writing_world(writing_url: tuple[str, str]) -> AsyncIterator[WritingWorld]:
    """A world of the matrix whose changes are undone; every test runs in each of them."""
    domain, url = writing_url
    async with getattr(write_worlds, domain)(url) as world:
        yield world


@pytest.mark.parametrize("way", WAYS)
async def test_both_faces_do_the_same(writing_world: WritingWorld, way: str) -> None:
    differences = []
    for cell in sampled(writing_world, write_cells(writing_world, way), SHARE):
        count("parity", "write cells")
        count(f"parity of writes by {way}", "cells")
        difference = await cell.run(writing_world)
        if difference is None:
            count("parity", "write cells equal")
            count(f"parity of writes by {way}", "equal")
        else:
            differences.append(f"{cell}: {difference}")
    count("parity", "writes made and undone", writing_world.writes)
    writing_world.writes = 0
    assert not differences, "\n".join([f"{len(differences)} cells differ", *differences[:SHOWN]])


def test_no_resource_or_actor_is_left_out(writing_world: WritingWorld) -> None:
    """What is sampled has every resource in every way that there is for it, and every actor in each way."""
    every = list(write_cells(writing_world))
    some = sampled(writing_world, every, SHARE)
    assert {(each.resource, each.path) for each in some} == {(each.resource, each.path) for each in every}
    every_actor = {(actor, way) for actor in writing_world.actors for way in {each.path for each in every}}
    assert {(each.actor, each.path) for each in some} == every_actor


def test_whatever_is_offered_somebody_can_do(writing_world: WritingWorld) -> None:
    """So that cells do not only compare refusals: there is a change of each sort that is made."""
    for spec in writing_world.specs.values():
        offered = [name for name in ("create", "delete") if spec.rule(name) not in (None, NOBODY)]
        offered += ["restore"] if spec.removed_at is not None else []
        for action in (*offered, *spec.actions):
            assert writing_world.known_good(spec, action), (spec.plural, action)
