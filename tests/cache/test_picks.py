"""Where the tags of a change and those of a read do not meet, the rows that are read stay the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest

from support.changing import WAYS, change_something
from support.databases import new_copy
from support.figures import count
from support.keeping import Reading, opened_by, questions
from support.library.resources import LIBRARY
from support.long import examples
from twofold import insert, recorder, watching
from twofold.cache import depends
from twofold.cache.ties import Ties
from twofold.condition import Condition, Not, Or, all_of
from twofold.engine import Engine
from twofold.settings import Settings
from twofold.sql import sources
from twofold.sql.select import _Writer
from twofold.sql.sources import Pick, Picks
from twofold.tables import Join, Table

pytestmark = pytest.mark.cache
pytest_plugins = ("support.library.fixtures",)

selecting = import_module("twofold.sql.select")  # which the package has a function of
SUITE = "picks"
READS = examples(150, 400)
CHANGES = examples(8, 60)
"""In each way."""


@dataclass
class Found:
    """What came of changes."""

    stale: list[tuple[str, str]] = field(default_factory=list)
    """Statements whose rows are others though nobody said so, and the way of the change."""
    happened: int = 0
    different: int = 0
    needless: int = 0
    apart: int = 0
    ways: set[str] = field(default_factory=set)


async def tried(engine: Engine, seed: int, reads: int, changes: int, ways: Iterable[str] = WAYS,
                text: str = "") -> Found:  # fmt: skip
    """Changes rows again and again, and looks after each time what of many reads is another, and who was told."""
    random, found = Random(seed), Found()  # noqa: S311
    readings = questions(engine, random, reads, text)
    rows = [await each.rows(engine) for each in readings]
    for _ in range(changes):
        for way in ways:
            async with opened_by(engine) as opened:
                if await change_something(engine, random, way):
                    found.happened += 1
                    found.ways.add(way)
            await _look(engine, readings, rows, opened.tags, way, found)
    return found


async def _look(engine: Engine, readings: list[Reading], rows: list[bytes], tags: set[int] | None, way: str,
                found: Found) -> None:  # fmt: skip
    for place, reading in enumerate(readings):
        told = tags is None or bool(tags & reading.tags)
        now = await reading.rows(engine)
        is_same, rows[place] = now == rows[place], now
        found.different += not is_same
        found.needless += told and is_same
        found.apart += not told
        if not told and not is_same:
            found.stale.append((reading.statement.text, way))


async def test_what_nobody_is_told_of_stays_the_same(own_library: Engine) -> None:
    found = await tried(own_library, 11, READS, CHANGES)
    count(SUITE, "reads after a change", found.apart + found.needless + found.different)
    count(SUITE, "others by it", found.different)
    count(SUITE, "told of without need", found.needless)
    assert found.stale == []
    assert found.ways == WAYS.keys()
    assert found.different > found.happened
    assert found.apart > found.needless, "tags are no finer than tables"


# -- planted faults ----------------------------------------------------------------------------------------------

Plant = Callable[[pytest.MonkeyPatch], None]


def _only_the_row_after(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recorder, "tags_of_row", lambda table, *images: depends.tags_of_row(table, images[-1]))


def _only_the_row_before(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recorder, "tags_of_row", lambda table, *images: depends.tags_of_row(table, images[0]))


def _changed_rows_are_new(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recorder, "tags_of_row", lambda table, *images: depends.tags_of_row(table, *images, new=True))


def _all_that_is_joined_is_referred_to(patch: pytest.MonkeyPatch) -> None:
    def source_of(table: Table, picks: Picks | None, join: Join | None) -> sources.Source:
        return sources.Source(table.name, picks if join is None else None, referred=join is not None)

    patch.setattr(selecting, "source_of", source_of)


def _new_rows_untold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(insert, "tags_of_row", lambda table, *_, **__: frozenset({depends.any_row(table.name)}))


def _pick_by(patch: pytest.MonkeyPatch, pick: Callable[[Table, Condition], Picks | None]) -> None:
    patch.setattr(sources, "picks_of", pick)
    patch.setattr(selecting, "picks_of", pick)


def _or_by_its_first(patch: pytest.MonkeyPatch) -> None:
    original = sources.picks_of

    def pick(table: Table, condition: Condition) -> Picks | None:
        if isinstance(condition, Or) and condition.items:
            return pick(table, condition.items[0])
        return original(table, condition)

    _pick_by(patch, pick)


def _not_as_it_is(patch: pytest.MonkeyPatch) -> None:
    original = sources.picks_of

    def pick(table: Table, condition: Condition) -> Picks | None:
        return pick(table, condition.item) if isinstance(condition, Not) else original(table, condition)

    _pick_by(patch, pick)


def _every_as_some(patch: pytest.MonkeyPatch) -> None:
    related_of, rows_of = _Writer._related, _Writer._rows_of
    met: list[Condition] = []

    def related(self: _Writer, related: Any, above: str) -> str:
        met.append(all_of([related.scope, related.condition]))
        return related_of(self, related, above)

    def rows(self: _Writer, table: Table, condition: Condition, join: Any = None) -> str:
        return rows_of(self, table, met.pop() if met else condition, join)

    patch.setattr(_Writer, "_related", related)
    patch.setattr(_Writer, "_rows_of", rows)


def _over_a_join_by_any_column(patch: pytest.MonkeyPatch) -> None:
    def picks_over(join: Join, above: Picks | None) -> Picks | None:
        if join.link is not None or above is None or sources.keyed(join.target).get(join.far.db_name) is not join.far:
            return None
        return tuple(Pick(join.far.db_name, join.far.kind.name, pick.slot, pick.many) for pick in above)

    patch.setattr(selecting, "picks_over", picks_over)


def _first_of_a_list(patch: pytest.MonkeyPatch) -> None:
    original = depends._given
    patch.setattr(depends, "_given", lambda *given: original(*given)[:1])


def _without_what_hangs_on_rows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watching, "ties_of", lambda _: Ties())


FAULTS: Mapping[str, tuple[Plant, tuple[str, ...]]] = {
    "the row before is left out": (_only_the_row_after, ("hook update", "write patch")),
    "the row after is left out": (_only_the_row_before, ("hook update", "write patch")),
    "rows that change are taken for new ones": (_changed_rows_are_new, ("hook update", "write patch")),
    "whatever is joined counts as referred to": (_all_that_is_joined_is_referred_to, ("hook create", "create")),
    "new rows are told of to whole tables only": (_new_rows_untold, ("hook create", "write create")),
    "an Or is its first branch": (_or_by_its_first, ("hook update", "hook create")),
    "a Not is what it denies": (_not_as_it_is, ("hook update", "hook create")),
    "every is taken as some": (_every_as_some, ("hook create", "hook delete")),
    "a join goes by any column": (_over_a_join_by_any_column, ("hook update", "hook create")),
    "a list is its first value": (_first_of_a_list, ("hook update", "hook create")),
    "what hangs on deleted rows is forgotten": (_without_what_hangs_on_rows, ("hook delete", "delete")),
}


TEXTS = {"every is taken as some": " IS NOT TRUE)"}
"""What is in the statements that a fault is about, where few others show it."""


@pytest.mark.usefixtures("filled_sqlite")  # which cannot be made once the loop runs
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_caught(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    plant, ways = FAULTS[fault]
    plant(monkeypatch)
    engine = Engine(LIBRARY, Settings(database_url=new_copy(request, "filled", "sqlite", tmp_path), max_cost=10**6))
    await engine.database.open()
    try:
        stale: list[tuple[str, str]] = []
        for seed in range(6):
            stale = stale or (await tried(engine, seed, 200, 12, ways, TEXTS.get(fault, ""))).stale
    finally:
        await engine.database.close()
    assert {way for _, way in stale} <= {*ways}
    assert stale
