"""A worker's memory stays flat, however many different questions it is asked."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest

from support.figures import count
from support.shop import Shop, opened

pytestmark = pytest.mark.contract

SHORT, LONG = (1_200, 800), (12_000, 100_000)
"""How many questions warm up, and how many are measured.

The most that any of the caches keeps is 2,048 entries, and each question makes two: they are soon full. The allocator
takes longer until it has the memory that it goes on with.
"""
MAX_GROWTH_BYTES = 8 * 2**20
LONG_VALUE = 200_000
SEARCH = "query($it: String) { products(search: $it) { totalCount } }"
BY_ID = "query($it: ID!) { nodes(ids: [$it]) { ... on Product { name } } }"


def resident_bytes() -> int:
    """The process's memory in use, from Linux's /proc."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


async def ask(shop: Shop, number: int) -> None:
    """A document, a statement and a URL that there have not been before."""
    query = f"{{ products(first: 1) {{ nodes {{ a{number}: name category {{ b{number}: name }} }} }} }}"
    assert "errors" not in await shop.graphql(query)
    fields = ("name", "price", "stock", "currency", "slug", "status", "created_at", "updated_at", "excerpt",
              "description", "category.name", "category.slug", "vendor.name", "vendor.slug")  # fmt: skip
    chosen = [name for bit, name in enumerate(fields) if number >> bit & 1]
    answer = await shop.rest("GET", f"/products?page_size=1&filter[stock][gte]={number}&fields={','.join(chosen)}")
    assert answer.status_code == 200


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells a process's memory this way")
@pytest.mark.parametrize("shop_url", ["sqlite"], indirect=True)  # the caches are the same on the other
async def test_memory_is_flat(shop_url: str, pytestconfig: pytest.Config) -> None:
    warm_up, measured = LONG if pytestconfig.getoption("--long", False) else SHORT
    async with opened(shop_url, cache_mb=1) as shop:
        for number in range(warm_up):
            await ask(shop, number)
        before = resident_bytes()
        for number in range(warm_up, warm_up + measured):
            await ask(shop, number)
        grown = resident_bytes() - before
    count("contract", "different documents in flat memory", measured)
    assert grown < MAX_GROWTH_BYTES, f"{grown / 2**20:.1f} MiB more after {measured} documents"


@pytest.mark.parametrize("query", [SEARCH, BY_ID])
@pytest.mark.parametrize("shop_url", ["sqlite"], indirect=True)
async def test_what_a_long_variable_asks_is_not_kept(shop_url: str, query: str) -> None:
    async with opened(shop_url, cache_mb=1) as shop:
        await shop.graphql(query, it="short")
        tracemalloc.start()
        try:
            for number in range(20):
                assert "errors" not in await shop.graphql(query, it=f"{number:0{LONG_VALUE}}")
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert held < 5 * LONG_VALUE, "no more than the last of them"
