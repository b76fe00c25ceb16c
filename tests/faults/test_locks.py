"""Rows that a change locks: in one order, and so that others may still refer to them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from storefront.models import Product, ProductImage
from support.buyers import goods
from support.databases import open_database
from twofold.actor import ANONYMOUS
from twofold.change import Change
from twofold.database import Database

pytestmark = pytest.mark.faults

SOON_S = 5


def change() -> Change:
    beside: Any = None  # it writes nothing
    return Change(actor=ANONYMOUS, action="patch", id=None, values={}, beside=beside)


async def test_all_are_locked_in_one_order(database: Database, database_url: str) -> None:
    """Two who want the same rows the other way round do not wait for each other."""
    keys = [product.id for product in await goods(database, 20, stock=0)]
    other = open_database(database_url)
    await other.open()

    async def lock(database: Database, *keys: Any) -> None:
        for _ in range(20):
            async with database.transaction():
                assert set(await change().lock(Product, *keys)) == set(keys)

    try:
        await asyncio.gather(lock(database, *keys), lock(other, *reversed(keys)))
    finally:
        await other.close()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_others_may_refer_to_a_locked_row(database: Database, database_url: str) -> None:
    """On PostgreSQL, where rows are locked, and not the file."""
    (product,) = await goods(database, 1, stock=0)
    other = open_database(database_url)
    await other.open()
    try:
        async with database.transaction():
            await change().lock(Product, product.id)
            with other.use():
                await asyncio.wait_for(ProductImage.create(product_id=product.id, url="/lamp.png"), SOON_S)
    finally:
        await other.close()
