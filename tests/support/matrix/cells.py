"""The matrix of reads: every resource, asked for by every actor, by every way there is; made from declarations.

A cell asks both faces one question, and says how their answers differ from each other or from the oracle's. Its entry
path is one of PATHS: `cases` says what there is to ask of a resource, `differs` asks it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any, TypeAlias
from zlib import crc32

from support.matrix import gathering, reading
from support.matrix.worlds import Who, World
from twofold.rules import EVERYONE
from twofold.spec import ResourceSpec

__all__ = ["PATHS", "Cell", "cells", "interleaved", "sampled"]

Cases: TypeAlias = Callable[[World, ResourceSpec], Iterable[Any]]
Differs: TypeAlias = Callable[[World, Who, ResourceSpec, Any], Awaitable[str | None]]

PATHS: Mapping[str, tuple[Cases, Differs]] = {
    "item": (reading.keys, reading.item),
    "whole item": (reading.keys, reading.whole_item),
    "node": (reading.keys, reading.node),
    "nodes": (reading.all_keys, reading.nodes),
    "list": (reading.once, reading.whole_list),
    "cursor": (reading.once, reading.cursors),
    "total": (reading.once, reading.total),
    "field by field": (reading.once, reading.resolved),
    "field": (reading.fields, reading.one_field),
    "nested": (reading.relations, reading.nested),
    "include": (reading.relations, reading.included),
    "sub-resource": (reading.parents, reading.behind),
    "filter": (reading.comparisons, reading.filtered),
    "filter through": (reading.comparisons_behind, reading.filtered),
    "sort": (reading.sorts, reading.ordered),
    "sort through": (reading.sorts_behind, reading.ordered),
    "search": (reading.searches, reading.searched),
    "aggregate": (gathering.measured, gathering.aggregated),
    "group": (gathering.keys, gathering.grouped),
    "group through": (gathering.keys_behind, gathering.grouped),
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One question of one actor about one resource, by one entry path; `given` says which of those that there are."""

    resource: str
    actor: str
    path: str
    number: int = 0
    given: Any = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.resource} x {self.actor} x {self.path}" + (f" {self.given}" if self.given is not None else "")

    async def run(self, ask: World) -> str | None:
        """Returns how the faces differ from each other or from the oracle; None where all three agree."""
        differs = PATHS[self.path][1]
        return await differs(ask, ask.actors[self.actor], ask.specs[self.resource], self.given)


def cells(world: World, *paths: str) -> Iterator[Cell]:
    """Gives every cell of a world, or those of some entry paths."""
    for path in paths or PATHS:
        number = 0
        for resource, spec in world.specs.items():
            for given in PATHS[path][0](world, spec):
                number += 1
                for actor in world.actors:
                    yield Cell(resource, actor, path, number, given)


def sampled(world: World, every: Iterable[Cell], share: int) -> list[Cell]:
    """Returns one of `share` cells: each case for some of the actors, and each actor with some cases of each path.

    Of a path with fewer cases than `share`, it is more of them.
    """
    places = {actor: place for place, actor in enumerate(world.actors)}
    known = list(every)
    shares = {each.path: min(share, each.number) for each in known}  # the last one of a path has its highest number
    return [each for each in known if (each.number + places[each.actor]) % shares[each.path] == 0]


def interleaved(world: World, every: Iterable[Cell]) -> list[Cell]:
    """Returns cells in turns of their entry paths, and mixed within each: a few of them are many sorts of question.

    Those in which the rules show something and hide something come twice as often, as long as there are any.
    """
    by_path: dict[str, tuple[list[Cell], list[Cell]]] = {}
    divided = {
        (resource, actor): _is_divided(world, resource, actor) for resource in world.specs for actor in world.actors
    }
    for each in sorted(every, key=_mixed):
        by_path.setdefault(each.path, ([], []))[divided[each.resource, each.actor]].append(each)
    turns = [_in_turns(*lists) for lists in by_path.values()]
    return [each for each in chain.from_iterable(zip_longest(*turns)) if each is not None]


def _is_divided(world: World, resource: str, actor: str) -> bool:
    """Whether an actor sees some rows of a resource and not others, or some of its fields on some rows only."""
    spec, who = world.specs[resource], world.actors[actor].actor
    if who is None:
        return False
    seen = len(world.oracle.seen(spec, who))
    is_guarded = any(each.declared.read is not EVERYONE for each in spec.fields.values())
    return bool(seen) and (is_guarded or seen < len(world.oracle.rows.of(spec.table.model)))


def _in_turns(others: list[Cell], divided: list[Cell]) -> list[Cell]:
    places = [(2 * number, each) for number, each in enumerate(others)]
    places += [(number, each) for number, each in enumerate(divided)]
    return [each for _, each in sorted(places, key=lambda pair: pair[0])]


def _mixed(cell: Cell) -> int:
    """A place that has nothing to do with what is asked, and is the same on every run."""
    return crc32(f"{cell.resource} {cell.actor} {cell.path} {cell.number}".encode())
