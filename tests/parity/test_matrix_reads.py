"""Every resource, read by every actor in every way: both faces answer the same, and as plain Python says."""

from __future__ import annotations

import pytest

from support.figures import count
from support.long import examples
from support.matrix.cells import PATHS, cells, sampled
from support.matrix.worlds import World

pytestmark = pytest.mark.parity
pytest_plugins = ("support.library.fixtures", "support.matrix.fixtures")

SHARE = examples(11, 1)
"""One of so many cells is run."""
SHOWN = 8


@pytest.mark.parametrize("path", PATHS)
async def test_both_faces_answer_as_the_oracle(world: World, path: str) -> None:
    differences = []
    for cell in sampled(world, cells(world, path), SHARE):
        count("parity", "cells run")
        count(f"parity of reads by {path}", "cells")
        difference = await cell.run(world)
        if difference is None:
            count("parity", "cells equal")
            count(f"parity of reads by {path}", "equal")
        else:
            differences.append(f"{cell}: {difference}")
    assert not differences, "\n".join([f"{len(differences)} cells differ", *differences[:SHOWN]])


def test_no_resource_actor_or_path_is_left_out(world: World) -> None:
    """What is sampled has every resource in every way that there is for it, and every actor in each way."""
    every = list(cells(world))
    some = sampled(world, every, SHARE)
    assert {(each.resource, each.path) for each in some} == {(each.resource, each.path) for each in every}
    assert {(each.actor, each.path) for each in some} == {(actor, path) for actor in world.actors for path in PATHS}
