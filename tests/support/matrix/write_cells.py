"""The matrix of writes: every resource, changed by every actor, in every way there is; made from declarations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from support.matrix.cells import Cell
from support.matrix.worlds import World
from support.matrix.write_worlds import WritingWorld
from support.matrix.writing import WAYS

__all__ = ["WriteCell", "write_cells"]


@dataclass(frozen=True)
class WriteCell(Cell):
    """One change by one actor, in one of WAYS, by both faces."""

    async def run(self, ask: World) -> str | None:
        """Returns how the faces differ from each other or from the oracle; None where all three agree."""
        assert isinstance(ask, WritingWorld)
        differs = WAYS[self.path][1]
        return await differs(ask, ask.actors[self.actor], ask.specs[self.resource], self.given)


def write_cells(world: WritingWorld, *ways: str) -> Iterator[WriteCell]:
    """Gives every cell of a world, or those of some ways."""
    for way in ways or WAYS:
        number = 0
        for resource, spec in world.specs.items():
            for given in WAYS[way][0](world, spec):
                number += 1
                for actor in world.actors:
                    yield WriteCell(resource, actor, way, number, given)
