"""How many statements an answer takes, counted at the drivers: one, however deep and however many rows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.figures import count
from support.shop import Shop, opened
from support.statements import recorded
from twofold.actor import ANONYMOUS, Actor
from twofold.identity.credentials import actor_of
from twofold_graphql.execute import Request

pytestmark = pytest.mark.parity

ACTORS = (None, "customer", "vendor", "moderator", "admin")
SIZES = (1, 100)

SHELF = """query Shelf($first: Int!) {
  products(first: $first) {
    nodes {
      name category { name } reviews(first: 3) { nodes { rating author { name } } } tags(first: 3) { nodes { name } }
    }
  }
}"""
TREE = """query Tree($first: Int!) {
  categories(first: $first, filter: {parentId: {isNull: true}}) {
    totalCount
    edges { cursor node { name children(first: 5) { nodes { products(first: 2) { nodes { vendor { name } } } } } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
WORDS = """query Words($first: Int!) {
  reviews(first: $first, orderBy: {rating: DESC}) {
    nodes { author { reviews(first: 2) { nodes { product { excerpt } } } } }
  }
}"""
DOCUMENTS = {"shelf": (SHELF, 4), "tree": (TREE, 3), "words": (WORDS, 3)}
"""Documents of up to 4 levels, and how many relation fields they have."""


@pytest.fixture(scope="module")
async def shop(shop_url: str) -> AsyncIterator[Shop]:
    """The demo shop, which remembers whom a credential stands for on both databases."""
    async with opened(shop_url, credential_memory_s=60) as shop:
        yield shop


@pytest.fixture(autouse=True)
async def connected(shop: Shop) -> None:
    """A connection says a few things to SQLite when it is opened; they do not belong to a request."""
    await shop.rest("GET", "/tags?page_size=1")


async def actor(shop: Shop, who: str | None) -> Actor:
    headers = await shop.headers(who)
    return await actor_of(shop.engine.database, headers["Authorization"][7:]) if headers else ANONYMOUS


async def statements_of(shop: Shop, document: str, who: str | None, *, first: int, planned: bool = True) -> int:
    request = Request(query=document, variables={"first": first}, operation_name=None, actor=await actor(shop, who),
                      request_id="r")  # fmt: skip
    await shop.forget()
    with recorded() as statements:
        answer = await shop.executing.execute(request, planned=planned)
    assert "errors" not in answer
    rows = next(iter(answer["data"].values()))
    found = rows.get("nodes") or rows["edges"]
    assert len(found) == first or (first == 100 and len(found) > 5)
    count("statements", "operations counted")
    return len(statements)


@pytest.mark.parametrize("first", SIZES)
@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("who", [None, "vendor", "admin"])
async def test_a_root_field_takes_one(shop: Shop, who: str | None, document: str, first: int) -> None:
    assert await statements_of(shop, DOCUMENTS[document][0], who, first=first) == 1


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_the_reference_takes_one_a_relation_however_many_rows(shop: Shop, document: str) -> None:
    text, relations = DOCUMENTS[document]
    for first in SIZES:
        assert 1 < await statements_of(shop, text, "admin", first=first, planned=False) <= 1 + relations


async def test_each_root_field_takes_its_own(shop: Shop) -> None:
    text = "query Three($first: Int!) { a: tags(first: $first) { nodes { id } } b: tags { totalCount } __typename }"
    assert await statements_of(shop, text, None, first=1) == 2


@pytest.mark.parametrize("who", ACTORS)
async def test_a_list_and_an_item_of_rest_take_one(shop: Shop, who: str | None) -> None:
    """And one more says whose token it is, where it was not just asked."""
    signed_in = 0 if who is None else 1
    await shop.headers(who)
    key = (await shop.rest("GET", "/products?page_size=1")).json()["data"][0]["id"]
    paths = [f"/products{item}?{page}include=category,tags,reviews.author"
             for item, page in [("", "page_size=1&"), ("", "page_size=100&"), (f"/{key}", "")]]  # fmt: skip
    for path in [*paths, "/tags", "/reviews?page=3&sort=-rating&filter[rating][gte]=3"]:
        await shop.forget()
        with recorded() as statements:
            answer = await shop.rest("GET", path, who=who)
        assert answer.status_code == 200, answer.text
        assert len(statements) == 1 + signed_in, statements
        count("statements", "operations counted")


async def test_a_query_by_http_takes_one(shop: Shop) -> None:
    for who in (None, "vendor"):
        await shop.headers(who)
        await shop.forget()
        with recorded() as statements:
            answer = await shop.graphql(SHELF, who=who, first=50)
        assert len(answer["data"]["products"]["nodes"]) == 50
        assert len(statements) == (1 if who is None else 2), statements


@pytest.mark.parametrize(
    "refused",
    [
        "{ products(first: 201) { totalCount } }",
        "{ users { nodes { email } } }",
        "{ products(after: \"x\") { totalCount } }",
        "{ orders { totalCount } }",
        "{ product(id: \"x\") { name } }",
    ],
)  # fmt: skip
async def test_what_is_refused_takes_none(shop: Shop, refused: str) -> None:
    with recorded() as statements:
        answer = await shop.graphql(refused)
    assert "errors" in answer or answer == {"data": {"product": None}}
    assert statements == []


async def test_a_new_row_is_one_statement_where_a_database_writes_many_tables_at_once(shop: Shop) -> None:
    assert (await shop.rest("GET", "/tags", who="admin")).status_code == 200  # now it is known who that is
    with recorded() as statements:
        answer = await shop.rest("POST", "/tags", {"name": "counted"}, who="admin")
    assert answer.status_code == 201
    kinds = [each.split()[0] for each in statements]
    written = {"postgres": ["WITH"], "sqlite": ["BEGIN", "INSERT", "INSERT", "INSERT"]}
    assert kinds == [*written[shop.engine.database.dialect], "SELECT"]
    count("statements", "operations counted")
