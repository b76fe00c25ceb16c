"""`node` and `nodes`: the ordinary reads of the types that fragments name, planned and by the reference executor."""

from __future__ import annotations

from typing import Any

import pytest

from support.shop import Shop
from twofold.actor import ANONYMOUS
from twofold.page import to_json
from twofold_graphql.execute import Request

pytestmark = pytest.mark.parity

ONE = "query ($id: ID!) { node(id: $id) { id __typename ... on Review { rating } ... on Product { name price } } }"
MANY = """query ($ids: [ID!]!, $stars: Int) { nodes(ids: $ids) { __typename ...Named
  ... on Product { reviews(first: 2, filter: {rating: {gte: $stars}}) { nodes { id rating } } } } }
fragment Named on Node { ... on Tag { name } ... on Product { name } }"""


async def same(shop: Shop, query: str, **variables: Any) -> dict[str, Any]:
    """Returns the planned response, which is that of the reference executor."""
    request = Request(query=query, variables=variables, operation_name=None, actor=ANONYMOUS, request_id="r",
                      show_cost=True)  # fmt: skip
    planned = await shop.executing.execute(request)
    expected = await shop.executing.execute(request, planned=False)
    pair = [to_json({**each, "extensions": None}).decode() for each in (planned, expected)]
    assert pair[0] == pair[1]
    return planned


@pytest.fixture
async def ids(shop: Shop) -> dict[str, str]:
    """Ids of rows; those of the draft and the order are hidden from visitors."""
    paths = {"product": "/products?filter[status]=published", "draft": "/products?filter[status]=draft",
             "tag": "/tags?limit=1", "review": "/reviews?filter[status]=approved", "order": "/orders"}  # fmt: skip
    return {name: (await shop.rest("GET", path, who="admin")).json()["data"][0]["id"] for name, path in paths.items()}


async def test_a_node_is_what_rest_gives(shop: Shop, ids: dict[str, str]) -> None:
    found = (await same(shop, ONE, id=ids["product"]))["data"]["node"]
    there = (await shop.rest("GET", f"/products/{ids['product']}?fields=name,price")).json()["data"]
    assert found == {"id": there["id"], "__typename": "Product", "name": there["name"], "price": there["price"]}
    review = (await same(shop, ONE, id=ids["review"]))["data"]["node"]
    assert review.keys() == {"id", "__typename", "rating"}
    for hidden in ("draft", "tag", "order"):
        assert (await same(shop, ONE, id=ids[hidden]))["data"] == {"node": None}
    assert (await same(shop, ONE, id="no id"))["data"] == {"node": None}


async def test_nodes_keep_their_places(shop: Shop, ids: dict[str, str]) -> None:
    asked = [ids["tag"], "no id", ids["product"], ids["draft"], ids["product"].upper(), ids["review"]]
    answer = await same(shop, MANY, ids=asked, stars=1)
    found = answer["data"]["nodes"]
    assert [each and each["__typename"] for each in found] == ["Tag", None, "Product", None, "Product", None]
    assert found[2] == found[4]
    assert answer["extensions"]["cost"] == 4 + 4 * (1 + 2)
    assert (await same(shop, MANY, ids=[]))["data"] == {"nodes": []}


@pytest.mark.parametrize(("query", "code"), [
    ("{ node(id: $id) { id } }", "invalid"),
    ("{ node(id: $id) { ... { __typename } ... on Node { id } } }", "invalid"),
    ("{ node(id: $id) { ... on Product @skip(if: true) { id } } }", "invalid"),
    ("{ nodes(ids: [$id]) { id } }", "invalid"),
    ("{ node(id: $id) { ... on Product { id } ... on Order { id } } }", "unauthenticated"),
    ("{ nodes(ids: [$id]) { ... on Product { costPrice } } }", "forbidden"),
    ("{ nodes(ids: [" + "$id " * 201 + "]) { ... on Product { id } } }", "too_costly"),
])  # fmt: skip
async def test_what_is_refused(shop: Shop, ids: dict[str, str], query: str, code: str) -> None:
    (error,) = (await same(shop, "query ($id: ID!) " + query, id=ids["product"]))["errors"]
    assert error["extensions"]["code"] == code
    if code == "invalid":
        assert "{ ... on " in error["message"]


async def test_one_statement_a_type(shop: Shop, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked, fetch = [], shop.engine.database.read

    async def spy(*given: Any) -> Any:
        asked.append(given)
        return await fetch(*given)

    monkeypatch.setattr(shop.engine.database, "read", spy)
    await shop.graphql(MANY, ids=[ids["tag"], ids["product"], ids["draft"]] * 60, stars=1)
    assert len(asked) == 2
