"""How much of a shop's traffic the cache answers, and how much of what it asks again was asked in vain.

The recording is made from a seed, the same at every run: visitors, customers and vendors' staff, 95% reads. Rows are
named by their place in order of popularity (zipf), so that it fits any size of the shop.

    .venv/bin/python tests/bench/cache_mix.py [--requests 20000] [--scale 2]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx

from storefront.application import STOREFRONT
from storefront.config import MODELS
from storefront.models import Address, Category, Membership, Product
from storefront.products import ProductStatus
from storefront.seed import seed
from support.statements import recorded
from twofold.cache import rows as kept_rows
from twofold.cache.depends import tags_of_sources
from twofold.cache.stats import Stats
from twofold.database import Database, tortoise_config
from twofold.engine import Engine
from twofold.identity.models import AccessToken, User
from twofold.identity.tokens import hash_of, new_secret
from twofold.migrate import upgrade
from twofold.settings import Settings
from twofold.sql.sources import Source
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

__all__ = ["Measured", "Step", "compared", "recording", "table"]

MIGRATIONS = Path(__file__).parents[2] / "migrations"
SEED = 20260115
CUSTOMERS, VENDORS = 25, 6
"""How many of them are signed in."""
READS = {
    "product": 20, "product page": 20, "category": 14, "category page": 8, "vendor page": 7, "reviews": 8,
    "newest": 8, "search": 4, "my orders": 5, "my order": 2, "vendor's products": 3, "vendor's orders": 1,
}  # fmt: skip
WRITES = {"order": 30, "review": 25, "price": 15, "draft": 15, "publish": 5, "sign-up": 10}
WRITE_SHARE = 0.05
WORDS = ("tea", "green", "made", "wood", "small", "blue")
OF_CUSTOMERS = ("my orders", "my order", "order", "review")
OF_STAFF = ("vendor's products", "vendor's orders", "price", "draft", "publish")

PRODUCT_PAGE = """query P($id: ID!) { product(id: $id) { id name price stock averageRating reviewCount
  vendor { name slug } category { name } images { nodes { url alt } }
  reviews(first: 5, orderBy: [{createdAt: DESC}]) { nodes { rating title author { name } } } } }"""
CATEGORY_PAGE = """query C($id: ID!) { category(id: $id) { name
  products(first: 12, orderBy: [{createdAt: DESC}]) { nodes { id name price averageRating vendor { name } } } } }"""
VENDOR_PAGE = """query V($id: ID!) { vendor(id: $id) { name about
  products(first: 12, orderBy: [{price: ASC}]) { nodes { id name price category { name } } } } }"""


@dataclass(frozen=True, slots=True)
class Step:
    """A request of the recording: what kind, by whom (-1: a visitor), about which row, and a number of its own."""

    kind: str
    who: int
    chance: float
    number: int

    def one_of(self, rows: Sequence[str]) -> str:
        """Returns the row that it is about, of rows of which the most popular come first."""
        return rows[zipf(self.chance, len(rows))]


def recording(requests: int, seed_: int = SEED) -> list[Step]:
    """Returns so many requests, the same at every run."""
    source = random.Random(seed_)  # noqa: S311  # the same at every run
    steps = []
    for number in range(requests):
        mix = WRITES if source.random() < WRITE_SHARE else READS
        [kind] = source.choices(list(mix), list(mix.values()))
        steps.append(Step(kind, _who(source, kind), source.random(), number))
    return steps


def _who(source: random.Random, kind: str) -> int:
    if kind in OF_CUSTOMERS:
        return zipf(source.random(), CUSTOMERS)
    if kind in OF_STAFF:
        return CUSTOMERS + zipf(source.random(), VENDORS)
    return -1 if kind == "sign-up" or source.random() < 0.65 else source.randrange(CUSTOMERS + VENDORS)


def zipf(chance: float, many: int) -> int:
    """Returns a place below `many`, by a chance from 0 to 1: the n-th is asked for about 1/n as often as the first."""
    return min(int((many + 1) ** chance), many) - 1


# -- the shop ----------------------------------------------------------------------------------------------------


@dataclass
class Shop:
    """The shop over a database of its own, and what its rows are, the most popular first."""

    engine: Engine
    client: httpx.AsyncClient
    tokens: Sequence[str]
    vendors: Sequence[str]
    """Of the staff."""
    addresses: Sequence[str]
    """Of the customers."""
    products: Sequence[str]
    sold_by: Mapping[str, Sequence[str]]
    drafts: Mapping[str, list[str]]
    categories: Sequence[str]
    orders: dict[int, list[str]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    async def ask(self, step: Step, method: str, path: str, body: Any = None) -> httpx.Response:
        """Returns the answer to a request of whoever it is."""
        headers = {} if step.who < 0 else {"Authorization": f"Bearer {self.tokens[step.who]}"}
        answer = await self.client.request(method, path, json=body, headers=headers)
        self.statuses[answer.status_code] += 1
        return answer

    async def query(self, step: Step, text: str, id_: str) -> None:
        """Asks by GraphQL."""
        answer = await self.ask(step, "POST", "/graphql", {"query": text, "variables": {"id": id_}})
        assert "errors" not in answer.json(), answer.text

    def product(self, step: Step) -> str:
        """The product that a request is about."""
        return step.one_of(self.products)

    def category(self, step: Step) -> str:
        """The category that a request is about."""
        return step.one_of(self.categories)

    def vendor(self, step: Step) -> str:
        """The vendor for whom a request's sender works, or that it is about."""
        return self.vendors[step.who - CUSTOMERS] if step.who >= CUSTOMERS else step.one_of(self.vendors)


def _path(shop: Shop, step: Step) -> str:
    """What a question by REST asks for."""
    mine = shop.orders.get(step.who)
    paths: Mapping[str, tuple[str, Mapping[str, Any]]] = {
        "product": (f"/products/{shop.product(step)}", {}),
        "category": ("/products", {"filter[category_id]": shop.category(step), "sort": "-created_at", "limit": 20}),
        "reviews": ("/reviews", {"filter[product_id]": shop.product(step), "limit": 20}),
        "newest": ("/products", {"limit": 20}),
        "search": ("/products", {"q": step.one_of(WORDS), "limit": 20}),
        "my orders": ("/orders", {"limit": 20}),
        "my order": (f"/orders/{step.one_of(mine)}" if mine else "/orders", {}),
        "vendor's products": ("/products", {"filter[vendor_id]": shop.vendor(step), "limit": 50}),
        "vendor's orders": ("/orders", {"limit": 20}),
    }
    path, query = paths[step.kind]
    return f"/api/v1{path}?{urlencode(query)}" if query else f"/api/v1{path}"


async def run(shop: Shop, step: Step) -> None:
    """Sends a request of the recording."""
    match step.kind:
        case "product page":
            await shop.query(step, PRODUCT_PAGE, shop.product(step))
        case "category page":
            await shop.query(step, CATEGORY_PAGE, shop.category(step))
        case "vendor page":
            await shop.query(step, VENDOR_PAGE, shop.vendor(step))
        case kind if kind in READS:
            await shop.ask(step, "GET", _path(shop, step))
        case _:
            await write(shop, step)


def key_of(made: httpx.Response) -> str:
    """Returns the key of a new row."""
    assert made.status_code == 201, made.text
    return made.headers["location"].rpartition("/")[2]


async def write(shop: Shop, step: Step) -> None:
    """Sends a request that writes."""
    vendor, product = shop.vendor(step), shop.product(step)
    theirs = shop.sold_by[vendor]
    match step.kind:
        case "order":
            cart = {
                "ship_to_id": shop.addresses[step.who],
                "lines": {"create": [{"product_id": product, "quantity": 1}]},
            }
            made = await shop.ask(step, "POST", "/api/v1/orders", cart)
            if made.status_code == 201:
                key = key_of(made)
                await shop.ask(step, "POST", f"/api/v1/orders/{key}/place", {})
                shop.orders.setdefault(step.who, []).append(key)
        case "review":
            said = {"product_id": product, "rating": 1 + step.number % 5, "title": f"Opinion {step.number}"}
            await shop.ask(step, "POST", "/api/v1/reviews", said)
        case "price":
            change = {"price": f"{5 + step.number % 90}.{step.number % 100:02}"}
            await shop.ask(step, "PATCH", f"/api/v1/products/{step.one_of(theirs)}", change)
        case "draft" | "publish":
            await _draft(shop, step, vendor)
        case _:
            with shop.engine.database.use():  # as a sign-up writes it, without the hash of a password
                await User.create(email=f"new{step.number}@example.com", name="New", password_hash="")


async def _draft(shop: Shop, step: Step, vendor: str) -> None:
    drafts = shop.drafts[vendor]
    if step.kind == "publish" and drafts:
        await shop.ask(step, "POST", f"/api/v1/products/{drafts.pop()}/publish", {})
    elif drafts and step.number % 3:
        change = {"description": f"Better words, number {step.number}."}
        await shop.ask(step, "PATCH", f"/api/v1/products/{step.one_of(drafts)}", change)
    else:
        name, slug = f"Thing {step.number}", f"thing-{step.number}"
        new = {"vendor_id": vendor, "category_id": shop.category(step), "name": name, "slug": slug, "price": "10.00"}
        made = await shop.ask(step, "POST", "/api/v1/products", new)
        drafts.append(key_of(made))


@asynccontextmanager
async def opened(path: Path, scale: int) -> AsyncIterator[Shop]:
    """Gives a new shop, on SQLite."""
    url = f"sqlite://{path}"
    database = Database(tortoise_config(url, MODELS))
    await database.open()
    await upgrade(database, MIGRATIONS, tuple(MODELS))
    await seed(database, scale=scale, password_hash="")  # nobody signs in by a password
    await database.close()
    engine = Engine(STOREFRONT, Settings(database_url=url, cache="memory"))
    app = create_app(engine, [GraphQLFace()])
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client,
    ):
        with engine.database.use():
            yield await _shop(engine, client)


async def _shop(engine: Engine, client: httpx.AsyncClient) -> Shop:
    at_home = await Address.all().order_by("id")
    customers = {str(each.user_id): str(each.id) for each in at_home}
    staff = {str(each.vendor_id): str(each.user_id) for each in await Membership.all().order_by("-id")}
    published = await Product.filter(status=ProductStatus.published, deleted_at=None).order_by("slug")
    await Product.all().update(stock=1_000_000)  # never sold out
    sold_by = {vendor: [str(each.id) for each in published if str(each.vendor_id) == vendor] for vendor in staff}
    vendors = [vendor for vendor in sorted(staff) if sold_by[vendor]][:VENDORS]
    buyers = [user for user in sorted(customers) if user not in staff.values()][:CUSTOMERS]
    tokens = [await _token(user) for user in (*buyers, *(staff[vendor] for vendor in vendors))]
    return Shop(
        engine=engine, client=client, tokens=tokens, vendors=vendors, addresses=[customers[each] for each in buyers],
        products=[str(each.id) for each in published], sold_by=sold_by, drafts={vendor: [] for vendor in vendors},
        categories=[str(each.id) for each in await Category.all().order_by("slug")],
    )  # fmt: skip


async def _token(user: str) -> str:
    secret = new_secret("token")
    await AccessToken.create(user_id=user, token_hash=hash_of(secret), expires_at=datetime.now(UTC) + timedelta(days=1))
    return secret


# -- measuring ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What came of a recording."""

    name: str
    reads: int
    stats: Stats
    statements: int
    """Of reads; the look-ups of credentials are among them."""
    statuses: Mapping[int, int]

    @property
    def hit_rate(self) -> float:
        """The share of reads for which no rows were read."""
        return (self.stats.hits + self.stats.answers) / self.reads

    @property
    def needless(self) -> float:
        """The share of what was read anew, because of a write, that was the same as before."""
        return self.stats.needless / max(1, self.stats.renewed)


def _of_tables(sources: Sequence[Source], *values: Any) -> tuple[int, ...]:
    return tags_of_sources([Source(each.table) for each in sources], *values)


@contextmanager
def whole_tables() -> Iterator[None]:
    """Makes every read depend on whole tables."""
    kept_rows.tags_of_sources = _of_tables
    try:
        yield
    finally:
        kept_rows.tags_of_sources = tags_of_sources


@contextmanager
def as_it_is() -> Iterator[None]:
    """Changes nothing."""
    yield


WAYS: Mapping[str, Callable[[], Any]] = {"rows": as_it_is, "whole tables": whole_tables}
"""What reads depend on, by name."""


async def measured(name: str, steps: Sequence[Step], scale: int) -> Measured:
    """Replays a recording on a new shop."""
    with tempfile.TemporaryDirectory() as folder, WAYS[name]():
        async with opened(Path(folder) / "shop.sqlite3", scale) as shop:
            statements = 0
            with recorded() as seen:
                for step in steps:
                    before = len(seen)
                    await run(shop, step)
                    statements += len(seen) - before if step.kind in READS else 0
            reads = sum(step.kind in READS for step in steps)
            return Measured(name=name, reads=reads, stats=shop.engine.stats, statements=statements,
                            statuses=shop.statuses)  # fmt: skip


async def compared(requests: int, scale: int) -> list[Measured]:
    """Returns what came of the same recording with reads that depend on rows, and on whole tables."""
    steps = recording(requests)
    return [await measured(name, steps, scale) for name in WAYS]


def table(figures: Sequence[Measured]) -> str:
    """Returns the figures as a table."""
    heads = ("reads depend on", "reads", "hit rate", "finished", "read anew after a write", "in vain", "statements")
    lines = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * (len(heads) - 1)}"]
    lines += [
        f"| {each.name} | {each.reads} | {each.hit_rate:.3f} | {each.stats.answers / each.reads:.3f} |"
        f" {each.stats.renewed} | {each.needless:.2f} | {each.statements / each.reads:.3f} |"
        for each in figures
    ]
    return "\n".join(lines)


async def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--scale", type=int, default=2)
    given = parser.parse_args()
    figures = await compared(given.requests, given.scale)
    print(table(figures))  # noqa: T201
    for each in figures:
        print(each.name, each.stats, dict(each.statuses))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
