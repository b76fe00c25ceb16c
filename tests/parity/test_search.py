"""Full-text search on both faces: the same rows in the same order, the same totals, the same refusals."""

from typing import Any
from urllib.parse import quote

import pytest

from support.shop import Shop

pytestmark = pytest.mark.parity

PEOPLE = [None, "customer", "vendor", "admin"]
QUERIES = ["tea", "garden saw", "SAW", "w", "fíg léaf", "matt black fre", "unheard-of", "made order workshop"]
NASTY = ['"', "'", "tea*", "tea AND pot", "tea OR saw", "-tea", "name:tea", "(tea", "tea)", "^tea", "\\", "%", "_",
         "...", "\x00", "tea\x00pot", "\U0001f600", "tea \U0001f600", "{}", "NEAR(tea pot)", "$1", "a" * 1000,
         "; DROP TABLE products"]  # fmt: skip

SEARCH = """
query Search($search: String, $first: Int, $after: String, $orderBy: [ProductOrder!], $filter: ProductFilter) {
  products(search: $search, first: $first, after: $after, orderBy: $orderBy, filter: $filter) {
    totalCount nodes { id } pageInfo { hasNextPage endCursor }
  }
}
"""


async def by_rest(shop: Shop, query: str, rest: str = "", who: str | None = None) -> dict[str, Any]:
    answer = await shop.rest("GET", f"/products?q={quote(query)}&fields=id{rest}", who=who)
    found: dict[str, Any] = answer.json()
    return found


async def by_graphql(shop: Shop, query: str, who: str | None = None, **variables: Any) -> Any:
    return (await shop.graphql(SEARCH, who=who, search=query, **variables))["data"]["products"]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("query", QUERIES)
async def test_both_faces_find_the_same_page_by_page(shop: Shop, query: str, who: str | None) -> None:
    found: list[Any] = []
    cursor, number = None, 1
    while True:
        one = await by_rest(shop, query, f"&page={number}&page_size=40", who)
        other = await by_graphql(shop, query, who, first=40, after=cursor)
        assert (one["data"], one["total"]) == (other["nodes"], other["totalCount"])
        found += one["data"]
        cursor, number = other["pageInfo"]["endCursor"], number + 1
        if not other["pageInfo"]["hasNextPage"]:
            break
    assert len({each["id"] for each in found}) == len(found) == one["total"]
    assert (one["total"] == 0) == (query == "unheard-of")


async def test_a_name_counts_more_than_a_description(shop: Shop) -> None:
    answer = await shop.rest("GET", "/products?q=thread&fields=name,description&page_size=200")
    in_name = ["thread" in each["name"].lower() for each in answer.json()["data"]]
    assert in_name == sorted(in_name, reverse=True)
    assert {*in_name} == {True, False}


@pytest.mark.parametrize("query", NASTY)
async def test_no_query_is_an_operator_or_a_fault(shop: Shop, query: str) -> None:
    one, other = await by_rest(shop, query), await by_graphql(shop, query, first=50)
    assert (one["data"], one["total"]) == (other["nodes"], other["totalCount"])


async def test_a_query_without_words_asks_for_nothing_in_particular(shop: Shop) -> None:
    everything = (await shop.rest("GET", "/products?fields=id")).json()
    for query in ("", " ", "!?", "***"):
        assert await by_rest(shop, query) == everything


async def test_search_with_filter_and_sort(shop: Shop) -> None:
    one = await by_rest(shop, "tea", "&filter[price][lt]=30&sort=price,name&page_size=100")
    other = await by_graphql(shop, "tea", first=100, filter={"price": {"lt": "30"}},
                             orderBy=[{"price": "ASC"}, {"name": "ASC"}])  # fmt: skip
    assert (one["data"], one["total"]) == (other["nodes"], other["totalCount"])
    assert 0 < one["total"] < (await by_rest(shop, "tea"))["total"]


async def test_hidden_rows_are_neither_found_nor_counted(shop: Shop) -> None:
    drafts = (await shop.rest("GET", "/products?filter[status]=draft&fields=name", who="admin")).json()["data"]
    for each in drafts[:5]:
        seen = (await by_rest(shop, each["name"], who="admin"))["data"]
        assert each["id"] in [row["id"] for row in seen]
        found = await by_rest(shop, each["name"])
        assert each["id"] not in [row["id"] for row in found["data"]]
        assert found["total"] < len(seen)


async def test_nested_lists_are_searched(shop: Shop) -> None:
    document = '{ vendors(first: 3) { nodes { id products(search: "made", first: 5) { totalCount nodes { id } } } } }'
    vendors = (await shop.graphql(document))["data"]["vendors"]["nodes"]
    for vendor in vendors:
        one = await by_rest(shop, "made", f"&page_size=5&filter[vendor_id]={vendor['id']}")
        assert (vendor["products"]["nodes"], vendor["products"]["totalCount"]) == (one["data"], one["total"])
    assert any(vendor["products"]["totalCount"] for vendor in vendors)


async def test_what_is_written_is_found_at_once(shop: Shop) -> None:
    (product, *_) = (await shop.rest("GET", "/products?filter[status]=published", who="admin")).json()["data"]
    for name in ("Xylographic Zeppelin", product["name"]):
        await shop.rest("PATCH", f"/products/{product['id']}", {"name": name}, who="admin")
        found = await by_rest(shop, "zeppelin xylograph")
        assert [each["id"] for each in found["data"]] == ([product["id"]] if name != product["name"] else [])


async def test_refusals_are_the_same(shop: Shop) -> None:
    many = "tea " * 21
    one, other = await by_rest(shop, many), await shop.graphql(SEARCH, search=many)
    (error,) = other["errors"]
    assert one["error_code"] == error["extensions"]["code"] == "too_costly"
    assert one["detail"] == error["message"] == "The search has 21 words; the limit is 20."
    answer = await shop.rest("GET", "/tags?q=tea")
    assert answer.status_code == 422
    assert answer.json()["field_errors"] == [
        {"field": "q", "code": "not_searchable", "message": "Tags cannot be searched; use a filter."}
    ]
    (error,) = (
        await shop.graphql(
            '{ tags(search: "tea") { totalCount } }',
        )
    )["errors"]
    assert "Unknown argument 'search' on field 'Query.tags'" in error["message"]
    cursor = (await by_graphql(shop, "tea", first=1))["pageInfo"]["endCursor"]
    (error,) = (await shop.graphql(SEARCH, search="saw", after=cursor))["errors"]
    assert error["extensions"]["code"] == "malformed"
