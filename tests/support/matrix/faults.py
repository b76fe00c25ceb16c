"""Planting a fault, and looking for the cell that catches it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pytest

from support.matrix.cells import Cell
from support.matrix.worlds import World
from twofold.actor import Actor

__all__ = ["Fault", "Plant", "first_difference", "looked_at"]

Plant: TypeAlias = Callable[[pytest.MonkeyPatch, Actor], None]
"""Breaks something until the patch is undone. The actor is one who sees more than most."""


@dataclass(frozen=True)
class Fault:
    """Something that could be wrong, as a sentence, and how to make it so. Plant it before the world is opened.

    `near` names entry paths that are looked at first, where few cells can see the fault; the others follow.
    """

    name: str
    plant: Plant
    near: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


def looked_at(fault: Fault, cells: Sequence[Cell]) -> list[Cell]:
    """Returns the cells in the order in which they look for a fault."""
    return sorted(cells, key=lambda cell: cell.path not in fault.near)


async def first_difference(world: World, cells: Iterable[Cell]) -> tuple[Cell, str] | None:
    """Runs cells up to the first that differs; returns it and how, or None when all are equal.

    Raises:
        AssertionError: a face failed, as any cell would see: what the fault was planted in has changed since.
    """
    for cell in cells:
        difference = await cell.run(world)
        if difference is not None:
            assert "code='internal'" not in difference, f"a face failed at {cell}: {difference}"
            return cell, difference
    return None
