"""Makes the small world in a shop, by its own API."""

from __future__ import annotations

from typing import Any

from storefront.seed import DEMO_PASSWORD
from support.oracle_world import ADMIN, ANNA, BEN, FLO, MODERATOR, ROLF, TESS, VAL, VIC, World
from support.shop import Shop

__all__ = ["WORD", "make_world"]

WORD = "zanzilantern"
"""In the description of some products, and nowhere else."""
PRODUCTS, REVIEWS, CATEGORIES, TAGS, ORDERS, TOKENS = 10, 8, 3, 3, 4, 40


async def make_world(shop: Shop) -> World:
    """Returns a world that the database of the shop has from now on."""
    world = World()
    await _make_people(shop, world)
    for number in range(2):
        name = f"Oracle {number}"
        made = await _made(shop, "/vendors", {"name": name, "slug": f"oracle-{number}"})
        world.vendors.append(made["id"])
        owner = {"vendor_id": made["id"], "user_id": world.people[(VIC, VAL)[number]], "role": "owner"}
        await _made(shop, "/memberships", owner)
        world.add("membership", id=None, role="staff")
    for number in range(CATEGORIES):
        state = {"name": f"Shelf {number}", "position": number}
        made = await _made(shop, "/categories", {**state, "slug": f"oracle-{number}"})
        world.add("category", id=made["id"], **state)
    for number in range(TAGS):
        made = await _made(shop, "/tags", {"name": f"oracle {number}"})
        world.add("tag", id=made["id"], name=made["name"])
    for number in range(PRODUCTS):
        await _make_product(shop, world, number)
    for number in range(REVIEWS):
        author = (ANNA, BEN)[number // 4 % 2]
        world.add("review", id=None, title="", rating=3, status="pending", author=author, product=number % 4)
    for number in range(ORDERS):
        world.add("order", id=None, status="cart", total="0.00", buyer=(ANNA, BEN)[number % 2], vendor=0)
    return world


async def _make_people(shop: Shop, world: World) -> None:
    for name in (ANNA, BEN, VIC, VAL, FLO, ROLF, TESS):
        email = f"{name}@oracle.example"
        account = {"email": email, "name": name, "password": DEMO_PASSWORD}
        world.people[name] = (await _made(shop, "/users/register", account))["id"]
        world.tokens[name] = await shop.sign_in(email)
    for name in (MODERATOR, ADMIN):
        world.tokens[name] = await shop.sign_in(name)
    for _ in range(TOKENS):
        world.add("token", id=await shop.sign_in(f"{TESS}@oracle.example"), is_good=True)
    world.add("role", id=world.people[ROLF], role="customer")
    for name in (ANNA, BEN):
        address = {"recipient": name, "line1": "1 Quay", "postal_code": "1", "city": "Port", "country": "NL"}
        headers = {"Authorization": f"Bearer {world.tokens[name]}"}
        made = await shop.client.post("/api/v1/addresses", json=address, headers=headers)
        assert made.status_code == 201, made.text
        world.address[name] = made.json()["data"]["id"]


async def _make_product(shop: Shop, world: World, number: int) -> None:
    category, tags, vendor = number % CATEGORIES, frozenset({number % TAGS}), number % 2
    state: dict[str, Any] = {
        "name": f"oracle {number}", "price": f"{100 + number}.00", "cost_price": f"{50 + number}.00", "stock": 10,
        "status": ("published", "published", "draft")[number % 3],
    }  # fmt: skip
    made = await _made(shop, "/products", {
        **state,
        "slug": f"oracle-{number}",
        "description": WORD if number % 2 else "",
        "vendor_id": world.vendors[vendor],
        "category_id": world.cells["category"][category].now["id"],
        "tag_ids": [world.cells["tag"][each].now["id"] for each in tags],
    })  # fmt: skip
    world.add("product", id=made["id"], **state, word=bool(number % 2), vendor=vendor, category=category, tags=tags,
              deleted=False)  # fmt: skip


async def _made(shop: Shop, path: str, body: Any) -> dict[str, Any]:
    answer = await shop.rest("POST", path, body, who="admin")
    assert answer.status_code in (200, 201), answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made
