"""Products with category and reviews: the same facts on both faces, and one statement whatever is on the shelf."""

from typing import Any

import pytest

from support.shop import Shop
from support.statements import recorded

pytestmark = pytest.mark.parity

NESTED = """
query Shelf($first: Int!) {
  products(first: $first, orderBy: [{ price: ASC }]) {
    totalCount
    nodes {
      id name price
      category { id name parent { id name } }
      reviews(orderBy: [{ createdAt: DESC }]) { nodes { id rating title author { id name } } }
      tags { nodes { id name } }
    }
  }
}
"""
INCLUDED = (
    "/products?sort=price&page_size=100&fields=name,price,category.name,category.parent.name,"
    "reviews.rating,reviews.title,reviews.author.name,tags.name"
)


def _without_nodes(value: Any) -> Any:
    """Returns a GraphQL answer with its connections as plain lists, as REST has them."""
    if isinstance(value, dict):
        nodes = value.get("nodes")
        return (
            _without_nodes(nodes) if nodes is not None else {key: _without_nodes(each) for key, each in value.items()}
        )
    return [_without_nodes(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("who", [None, "customer", "vendor", "admin"])
async def test_both_faces_show_the_same_shelf(shop: Shop, who: str | None) -> None:
    by_graphql = (await shop.graphql(NESTED, who=who, first=100))["data"]["products"]
    by_rest = (await shop.rest("GET", INCLUDED, who=who)).json()
    assert by_rest["total"] == by_graphql["totalCount"] > 500
    assert len(by_rest["data"]) == 100
    assert sum(len(product["reviews"]) for product in by_rest["data"]) > 100
    assert by_rest["data"] == _without_nodes(by_graphql["nodes"])


@pytest.mark.parametrize("first", [1, 10, 100])
async def test_one_statement_whatever_the_depth_and_the_number_of_rows(shop: Shop, first: int) -> None:
    await shop.forget()
    with recorded() as statements:
        answer = await shop.graphql(NESTED, first=first)
    assert len(answer["data"]["products"]["nodes"]) == first
    assert len(statements) == 1, statements


async def test_a_rest_list_with_its_total_and_relations_is_one_statement(shop: Shop) -> None:
    await shop.forget()
    with recorded() as statements:
        answer = await shop.rest("GET", INCLUDED)
    assert answer.json()["total"] > 500
    assert len(statements) == 1, statements
