"""The matrix of reads over adopted databases: both faces answer the same, and as plain Python says over plain rows."""

from __future__ import annotations

import pytest

from support.figures import count
from support.long import examples
from support.matrix.cells import PATHS, cells, sampled
from support.matrix.worlds import World

pytestmark = pytest.mark.adopt
pytest_plugins = ("support.adopted.fixtures",)

SHARE = examples(11, 1)
"""One of so many cells is run."""
SHOWN = 8
ASKED = [path for path in PATHS if path not in ("node", "nodes", "search")]
"""Keys that count up are no nodes, and nothing is searched until somebody says so."""


async def test_both_faces_answer_as_the_oracle(adopted_world: World) -> None:
    differences = []
    for cell in sampled(adopted_world, cells(adopted_world, *ASKED), SHARE):
        count("adopt", "cells run")
        difference = await cell.run(adopted_world)
        if difference is None:
            count("adopt", "cells equal")
        else:
            differences.append(f"{cell}: {difference}")
    assert not differences, "\n".join([f"{len(differences)} cells differ", *differences[:SHOWN]])
