"""Rows that a change locks: in one order, and so that others may still refer to them.

Otherwise two changes wait for each other, and the database ends one of them: one changes the prices of two products,
the other puts them into a cart the other way round.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from storefront.models import Product, ProductImage
from support.buyers import accounts, goods
from support.databases import open_database
from support.shop import Shop, opened
from twofold.actor import ANONYMOUS, Actor
from twofold.change import Change
from twofold.database import Database
from twofold.write import Write

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


async def refer_to(product: Product, url: str) -> None:
    """Writes a row that refers to the product, by another connection, while nobody else ends what they do."""
    other = open_database(url)
    await other.open()
    try:
        with other.use():
            await asyncio.wait_for(ProductImage.create(product_id=product.id, url="/lamp.png"), SOON_S)
    finally:
        await other.close()


# On PostgreSQL only: SQLite locks its file, and has one writer at a time.


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_others_may_refer_to_a_locked_row(database: Database, database_url: str) -> None:
    (product,) = await goods(database, 1, stock=0)
    async with database.transaction():
        await change().lock(Product, product.id)
        await refer_to(product, database_url)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_others_may_refer_to_a_changed_row(database: Database, database_url: str) -> None:
    (product,) = await goods(database, 1, stock=0)
    (admin,) = await accounts(database, 1, "admin")
    async with opened(database_url) as shop:
        (products,) = [spec for spec in shop.engine.resources if spec.plural == "products"]
        patch = Write(resource=products, action="patch", id=str(product.id), input={"price": "8.00"})
        async with shop.engine.database.transaction():
            await shop.engine.write(Actor(user_id=admin.id, role="admin"), patch)
            await refer_to(product, database_url)


async def test_an_order_and_its_lines_change_at_once(shop: Shop) -> None:
    """One names the order, and its line within it, the other the line: both lock the order first."""
    sold = "filter[status]=published&filter[currency]=EUR&filter[stock][gt]=20&limit=1&fields=id"
    [product] = (await shop.rest("GET", f"/products?{sold}")).json()["data"]
    lines = {"create": [{"product_id": product["id"], "quantity": 1}]}
    cart = (await shop.rest("POST", "/orders?include=lines", {"lines": lines}, who="customer")).json()["data"]
    line = {"id": cart["lines"][0]["id"]}
    requests = [
        each
        for number in range(2, 5)
        for each in (
            (f"/orders/{cart['id']}", {"note": f"{number}", "lines": {"update": [{**line, "quantity": number}]}}),
            (f"/order-lines/{line['id']}", {"quantity": 10 * number}),
        )
    ]
    answers = await asyncio.gather(*(shop.rest("PATCH", path, body, who="customer") for path, body in requests))
    assert [each.status_code for each in answers] == [200] * 6, [each.text for each in answers]
