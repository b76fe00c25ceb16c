"""An operation is compiled once; asked again with other variables, it answers what the reference executor does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from support.shop import Shop
from twofold.actor import ANONYMOUS
from twofold.page import to_json
from twofold_graphql.execute import Request

ONE = "query ($id: ID!) { product(id: $id) { id name reviews(first: 2) { nodes { rating } } } }"
SWITCHED = "query ($with: Boolean = false) { products(first: 2) { nodes { id name @include(if: $with) } } }"
AT_THE_TOP = "query ($off: Boolean = false) { products(first: 2) @skip(if: $off) { totalCount } }"
MANY = """
  query ($n: Int, $filter: ProductFilter, $order: [ProductOrder!], $after: String, $stars: Int) {
    products(first: $n, filter: $filter, orderBy: $order, after: $after) {
      totalCount
      edges { cursor node { id reviews(first: 3, filter: {rating: {gte: $stars}}) { nodes { rating } } } }
    }
  }
"""


async def same(shop: Shop, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the planned response, which is that of the reference executor."""
    request = Request(query=query, variables=variables, operation_name=None, actor=ANONYMOUS, request_id="r")
    planned = await shop.executing.execute(request)
    expected = await shop.executing.execute(request, planned=False)
    assert to_json(planned).decode() == to_json(expected).decode()
    return planned


@pytest.fixture
async def products(shop: Shop) -> list[dict[str, Any]]:
    """Some products with their cursors."""
    query = "{ products(first: 6) { edges { cursor node { id stock categoryId } } } }"
    edges: list[dict[str, Any]] = (await shop.graphql(query))["data"]["products"]["edges"]
    return edges


@pytest.fixture
def compiled(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was compiled for planned answers."""
    made: list[str] = []
    for name in ("one", "many"):
        compile_ = getattr(shop.executing.compiler, name)

        def spy(*given: Any, _name: str = name, _compile: Any = compile_) -> Any:
            made.append(_name)
            return _compile(*given)

        monkeypatch.setattr(shop.executing.compiler, name, spy)
    return made


async def test_values_do_not_compile_again(shop: Shop, products: list[dict[str, Any]], compiled: list[str]) -> None:
    found = [await same(shop, ONE, {"id": each["node"]["id"]}) for each in products]
    assert [each["data"]["product"]["id"] for each in found] == [each["node"]["id"] for each in products]
    assert (await same(shop, ONE, {"id": "no id"}))["data"] == {"product": None}
    for each in products:
        filter_ = {"categoryId": {"eq": each["node"]["categoryId"]}, "stock": {"gte": each["node"]["stock"]}}
        await same(shop, MANY, {"n": 5, "filter": filter_, "stars": each["node"]["stock"] % 5})
    assert compiled == ["one", "many"]


@pytest.mark.parametrize("variables", [
    {"n": 1}, {"n": 2}, {"n": None}, {"n": 500}, {"n": "2"}, {"unknown": 1}, {"stars": None}, {"stars": 4},
    {"n": 2, "order": [{"price": "ASC"}]}, {"n": 2, "order": [{"price": "DESC"}]}, {"order": [{"price": "UP"}]},
    {"filter": {"stock": {"gt": 3}}}, {"filter": {"stock": {"isNull": True}}}, {"filter": {"stock": {"isNull": False}}},
    {"filter": {"or": [{"stock": {"gt": 3}}, {"stock": {"lt": 1}}]}}, {"filter": {"or": [{"stock": {"gt": 3}}]}},
    {"filter": {"createdAt": {"gt": "no date"}}}, {"filter": {"createdAt": {"gt": "2025-01-01T00:00:00Z"}}},
    {"filter": {"id": {"eq": "no id"}}}, {"filter": {"stock": {"eq": None}}}, {"filter": None}, {"after": "no cursor"},
], ids=str)  # fmt: skip
async def test_whatever_the_variables(shop: Shop, variables: dict[str, Any]) -> None:
    await same(shop, MANY, {"n": 2, "filter": {"stock": {"gt": 1}}, "stars": 1})
    await same(shop, MANY, variables)


async def test_cursors_of_the_same_question(shop: Shop, products: list[dict[str, Any]]) -> None:
    pages = [await same(shop, MANY, {"n": 2, "after": each["cursor"], "stars": 1}) for each in products]
    firsts = [page["data"]["products"]["edges"][0]["node"]["id"] for page in pages[:-1]]
    assert firsts == [each["node"]["id"] for each in products[1:]]


@pytest.mark.parametrize("query", [SWITCHED, AT_THE_TOP])
@pytest.mark.parametrize("name", ["with", "off"])
async def test_switches(shop: Shop, query: str, name: str) -> None:
    answers = [await same(shop, query, {name: value} if value is not ... else {}) for value in (True, False, ..., None)]
    if f"${name}:" in query:
        assert answers[0] != answers[1] == answers[2]
        assert "errors" in answers[3], "null is no Boolean"
