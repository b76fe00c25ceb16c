"""What a process keeps has bounds, in seconds and in bytes, whatever is asked."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from support.figures import count
from twofold.cache.finished import Finished
from twofold.cache.memory import BoundedMemory
from twofold.cache.rows import RowCache
from twofold.cache.stats import Stats
from twofold.cache.store import Kept, MemoryStore
from twofold.cache.tags import row_with
from twofold.cache.ties import Ties
from twofold.cache.written import tags_written
from twofold.page import to_json
from twofold.resource import Caching
from twofold.shared.layout import SIZE
from twofold.shared.mapped_versions import MappedVersions
from twofold.shared.memory import SharedMemory
from twofold.shared.redis_versions import _keys
from twofold.sql import Statement

pytestmark = pytest.mark.cache


@pytest.mark.parametrize("ttl", [0, 0.0, -1])
async def test_what_is_to_be_kept_for_no_time_is_not_kept(ttl: float) -> None:
    memory = BoundedMemory(1 << 20)
    await memory.set(b"key", b"rows", ttl=ttl)
    assert memory.look(b"key") is None


def held_after(calls: int, call: Callable[[int], object]) -> int:
    """How many bytes stay in use after a function was called with 0, 1, …"""
    call(-1)
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(calls):
            call(number)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def tags_from(number: int, many: int) -> tuple[int, ...]:
    return tuple(number * many + each for each in range(many))


REMEMBERED: Mapping[str, Callable[[int], object]] = {
    "a long value that rows are found by": lambda number: row_with("products", "slug", f"{number:100000}"),
    "a long statement": lambda number: tags_written(f"UPDATE a SET i = '{number:100000}'", Ties(), None),
    "versions of many tags": lambda number: VERSIONS.seen_now(tags_from(number, 1000)),
    "names of many tags in Redis": lambda number: _keys("twofold:life:", tags_from(number, 1000)),
}
VERSIONS = MappedVersions(SharedMemory("sqlite", {"file_path": ":memory:"}, SIZE))


@pytest.mark.parametrize("what", REMEMBERED)
def test_what_is_remembered_of_what_was_asked_is_small(what: str) -> None:
    held = held_after(200, REMEMBERED[what])
    count("memory", what, held)
    assert held < 3_000_000


class Told:
    """A database whose every statement has one short row."""

    in_transaction = False

    async def read(self, *_: object) -> list[tuple[int]]:
        return [(1,)]


async def test_what_is_kept_takes_no_more_than_is_counted() -> None:
    """orjson leaves what it writes in four kilobytes at least."""
    memory = BoundedMemory(1 << 24)
    rows = RowCache(cast("Any", Told()), MemoryStore(memory, VERSIONS), Stats())
    finished: list[Finished] = []
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(1000):
            await rows.read(Statement(text=f"{number}", parameters=(), keys=()), Caching(ttl_s=60), (), ())
            finished.append(Finished(to_json([number]), b"application/json", ()))
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(memory) == len(finished) == 1000
    count("memory", "held for what counts", held)
    assert held < 2 * memory.bytes


@pytest.mark.skipif(sys.platform != "linux", reason="only there can a place be made sure of")
def test_the_shared_file_has_its_place_on_the_disk(tmp_path: Path) -> None:
    """Who writes into a mapped page for which a full disk has no place is killed, in the middle of a COMMIT."""
    shared = SharedMemory("sqlite", {"file_path": str(tmp_path / "shop.db")}, SIZE)
    shared.find(make=True)
    assert (tmp_path / "shop.db-actors").stat().st_blocks * 512 >= SIZE * 8
    shared.close()


async def test_the_versions_of_rows_count() -> None:
    memory, seen = BoundedMemory(1 << 24), tuple(range(10_000))
    await memory.set(b"one", Kept(seen[:1], b"[]", 0.0))
    few = memory.bytes
    await memory.set(b"other", Kept(seen, b"[]", 0.0))
    assert memory.bytes - few > 8 * len(seen)
