"""aiocache's cache in memory with a bound: what stays, what goes, and what it says of itself."""

from __future__ import annotations

import asyncio

import pytest

from twofold.cache.memory import ENTRY_BYTES, MAX_SPARED, BoundedMemory

pytestmark = pytest.mark.cache

VALUE = b"v" * 400
EACH = len(VALUE) + ENTRY_BYTES


async def filled(count: int) -> BoundedMemory:
    """Returns a memory that is full with values under the numbers up to `count`."""
    memory = BoundedMemory(count * EACH)
    for number in range(count):
        assert await memory.set(number, VALUE)
    return memory


async def test_what_is_used_again_outlives_what_is_not() -> None:
    memory = await filled(20)
    for number in range(20, 60):
        assert await memory.get(3) == VALUE
        await memory.set(number, VALUE)
    assert await memory.get(3) == VALUE
    assert {number for number in range(60) if await memory.exists(number)} == {3, *range(41, 60)}
    assert (len(memory), memory.bytes, memory.evicted) == (20, 20 * EACH, 40)


async def test_what_was_used_once_goes_in_the_end() -> None:
    memory = await filled(20)
    assert await memory.get(3) == VALUE
    for number in range(20, 60):
        await memory.set(number, VALUE)
    assert await memory.get(3) is None


async def test_a_new_value_waits_for_few_others_and_is_never_the_one_that_goes() -> None:
    count = 2 * MAX_SPARED
    memory = await filled(count)
    for number in range(count):
        await memory.get(number)
    await memory.set("new", VALUE)
    assert await memory.exists("new")
    assert memory.evicted == 1
    assert not await memory.exists(MAX_SPARED), "all before it were spared"


async def test_what_is_replaced_counts_once() -> None:
    memory = await filled(20)
    await memory.set(0, VALUE[:100])
    assert (len(memory), memory.bytes, memory.evicted) == (20, 20 * EACH - 300, 0)


async def test_what_is_too_large_is_not_kept_nor_what_was_there() -> None:
    memory = await filled(20)
    assert not await memory.set(0, b"v" * 20 * EACH)
    assert await memory.get(0) is None
    assert len(memory) == 19


async def test_nothing_is_found_after_its_time() -> None:
    memory = await filled(20)
    await memory.set(0, VALUE, ttl=0.05)
    assert await memory.get(0) == VALUE
    await asyncio.sleep(0.06)
    assert await memory.get(0) is None
    assert memory.bytes == 19 * EACH
