"""Lists by REST: pages, cursors and offsets, windows on what is nested, and the lists behind an object."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest

from support.figures import count
from support.shop import Shop
from support.statements import recorded
from twofold.actor import ANONYMOUS
from twofold_graphql.execute import Request

pytestmark = pytest.mark.contract

ACTORS = (None, "customer", "vendor", "admin")


async def got(shop: Shop, path: str, who: str | None = None) -> Any:
    answer = await shop.rest("GET", path, who=who)
    assert answer.status_code == 200, answer.text
    count("contract", "lists read")
    return answer.json()


async def refused(shop: Shop, path: str, status: int = 422) -> Any:
    answer = await shop.rest("GET", path)
    assert answer.status_code == status, answer.text
    count("contract", "lists refused")
    return answer.json()


def ids(body: Any) -> list[str]:
    return [row["id"] for row in body["data"]]


def linked(answer: httpx.Response) -> dict[str, str]:
    """The paths of the Link header under /api/v1, by their relation."""
    links = [part.split(">; rel=") for part in answer.headers.get("link", "").split(", ") if part]
    return {rel.strip('"'): url.removeprefix("</api/v1") for url, rel in links}


# -- pages -------------------------------------------------------------------------------------------------------


async def test_numbered_pages_link_to_their_neighbours(shop: Shop) -> None:
    total = (await got(shop, "/categories?page_size=1"))["total"]
    last = -(-total // 7)
    assert last > 3
    for page, others in (
        (1, {"first": 1, "last": last, "next": 2}),
        (2, {"first": 1, "last": last, "prev": 1, "next": 3}),
        (last, {"first": 1, "last": last, "prev": last - 1}),
        (last + 5, {"first": 1, "last": last, "prev": last}),
    ):
        answer = await shop.rest("GET", f"/categories?page={page}&page_size=7&sort=name")
        expected = {rel: f"/categories?page_size=7&sort=name&page={number}" for rel, number in others.items()}
        assert linked(answer) == expected
        assert (answer.json()["page"], answer.json()["page_size"]) == (page, 7)
    empty = await shop.rest("GET", "/categories?filter[name]=-&page_size=7")
    assert list(linked(empty)) == ["first", "last"]


async def test_questions_of_one_shape_are_kept_apart_by_their_sizes_and_ways(shop: Shop) -> None:
    whole = ids(await got(shop, "/products?fields=id&page_size=200"))
    for size in (3, 5, 3):
        for way in ("page_size={}", "limit={}", "limit={}&offset=0", "limit={}&offset=4", "page_size={}&page=2"):
            start = 4 if way.endswith("4") else size if way.endswith("2") else 0
            body = await got(shop, f"/products?fields=id&{way.format(size)}")
            assert ids(body) == whole[start : start + size], way


# -- cursors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["", "price,-name", "-created_at", "category_id,-stock"])
async def test_cursors_walk_the_whole_list_both_ways(shop: Shop, sort: str) -> None:
    query = f"sort={sort}&fields=id&filter[price][gt]=20"
    if "category_id" in sort:
        await refused(shop, f"/products?{query}&limit=10")  # a key is no field to sort by
        return
    expected = [key for page in range(1, 9) for key in ids(await got(shop, f"/products?{query}&page={page}"))]
    forwards: list[list[str]] = []
    body = await got(shop, f"/products?{query}&limit=37")
    assert body["prev"] is None
    while True:
        forwards.append(ids(body))
        assert set(body) == {"data", "next", "prev"}
        if body["next"] is None:
            break
        body = await got(shop, f"/products?{query}&limit=37&after={body['next']}")
        assert body["prev"] is not None
    assert [key for page in forwards for key in page] == expected
    backwards = [ids(body)]
    while body["prev"] is not None:
        body = await got(shop, f"/products?{query}&limit=37&before={body['prev']}")
        backwards.insert(0, ids(body))
        assert body["next"] is not None
    assert [key for page in backwards for key in page] == expected
    assert len(expected) > 100


async def test_the_links_lead_through_the_list(shop: Shop) -> None:
    first = await shop.rest("GET", "/products?limit=3&fields=name&filter[name][contains]=a%26b%20%3C%3E")
    assert linked(first) == {}
    first = await shop.rest("GET", "/products?sort=price&fields=name&limit=3&filter[name][contains]=%65")
    assert list(linked(first)) == ["next"]
    second = await shop.rest("GET", linked(first)["next"])
    assert second.json() == await got(
        shop, f"/products?sort=price&fields=name&limit=3&filter[name][contains]=e&after={first.json()['next']}"
    )
    assert list(linked(second)) == ["prev", "next"]
    assert (await shop.rest("GET", linked(second)["prev"])).json()["data"] == first.json()["data"]


async def test_rows_that_come_meanwhile_move_nothing(shop: Shop) -> None:
    """One is put before the cursor, one behind it: the next page holds the second, and nothing twice."""
    before = await got(shop, "/tags?sort=name&limit=5")
    last = before["data"][-1]["name"]
    for name in (f"{before['data'][0]['name'][0]}", f"{last}x"):
        made = await shop.rest("POST", "/tags", {"name": name}, who="admin")
        assert made.status_code == 201, made.text
    after = await got(shop, f"/tags?sort=name&limit=5&after={before['next']}")
    assert after["data"][0]["name"] == f"{last}x"
    assert not set(ids(before)) & set(ids(after))
    back = await got(shop, f"/tags?sort=name&limit=5&before={after['prev']}")
    assert back["data"] == before["data"]


@pytest.mark.parametrize("who", ACTORS)
async def test_a_cursor_of_one_face_goes_on_in_the_other(shop: Shop, who: str | None) -> None:
    query = """query Q($after: String, $before: String, $first: Int, $last: Int) {
      products(first: $first, last: $last, after: $after, before: $before, orderBy: [{price: DESC}],
               filter: {price: {gte: "12.50"}, category: {slug: {ne: "x"}}}) {
        nodes { id } pageInfo { startCursor endCursor hasNextPage } } }"""
    path = "/products?fields=id&sort=-price&filter[price][gte]=12.5&filter[category.slug][ne]=x&limit=7"
    first = (await shop.graphql(query, who=who, first=7))["data"]["products"]
    second = await got(shop, f"{path}&after={first['pageInfo']['endCursor']}", who)
    third = (await shop.graphql(query, who=who, first=7, after=second["next"]))["data"]["products"]
    whole = await got(shop, path.replace("limit=7", "page_size=21"), who)
    assert [row["id"] for row in first["nodes"]] + ids(second) + [row["id"] for row in third["nodes"]] == ids(whole)
    back = (await shop.graphql(query, who=who, last=7, before=second["prev"]))["data"]["products"]
    assert back["nodes"] == first["nodes"]
    assert await got(shop, f"{path}&before={third['pageInfo']['startCursor']}", who) == second


@pytest.mark.parametrize(
    "other", ["sort=name", "sort=-price", "sort=price&filter[stock][gt]=0", "sort=price&filter[price][gt]=10"]
)
async def test_a_cursor_of_another_question_is_refused(shop: Shop, other: str) -> None:
    cursor = (await got(shop, "/products?sort=price&limit=2&filter[price][gt]=9"))["next"]
    body = await refused(shop, f"/products?{other}&limit=2&after={cursor}", 400)
    assert body["error_code"] == "malformed"
    assert "another question" in body["detail"]


@pytest.mark.parametrize("cursor", ["", "x", "%00", "é", "bnVsbA", "W10", "AAAA" * 500])
async def test_what_is_no_cursor_is_refused(shop: Shop, cursor: str) -> None:
    assert (await refused(shop, f"/products?limit=2&before={quote(cursor)}", 400))["error_code"] == "malformed"


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("page=2&limit=3", "page", "mixed"),
        ("page_size=2&after=x", "page_size", "mixed"),
        ("page_size=2&offset=3", "page_size", "mixed"),
        ("offset=2&after=x", "offset", "mixed"),
        ("offset=2&before=x&limit=3", "offset", "mixed"),
        ("after=x&before=x", "after", "mixed"),
        ("limit=0", "limit", "out_of_range"),
        ("limit=201", "limit", "out_of_range"),
        ("limit=-1", "limit", "out_of_range"),
        ("limit=²", "limit", "out_of_range"),
        ("offset=-1", "offset", "out_of_range"),
        ("offset=1e3", "offset", "out_of_range"),
        ("offset=100000001", "offset", "out_of_range"),
        ("limit=1&limit=2", "limit", "repeated"),
    ],
)
async def test_windows_that_make_no_sense_are_refused(shop: Shop, query: str, field: str, code: str) -> None:
    [error] = (await refused(shop, f"/products?{quote(query, safe='=&')}"))["field_errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert field in error["message"]


# -- offsets -----------------------------------------------------------------------------------------------------


async def test_an_offset_has_neither_total_nor_cursors(shop: Shop) -> None:
    whole = ids(await got(shop, "/products?fields=id&page_size=50"))
    with recorded() as statements:
        answer = await shop.rest("GET", "/products?fields=id&offset=20&limit=10")
    assert "count(*)" not in statements[0]
    assert set(answer.json()) == {"data"}
    assert ids(answer.json()) == whole[20:30]
    assert linked(answer) == {
        "prev": "/products?fields=id&limit=10&offset=10",
        "next": "/products?fields=id&limit=10&offset=30",
    }
    start = await shop.rest("GET", "/products?fields=id&offset=0&limit=10")
    assert (ids(start.json()), list(linked(start))) == (whole[:10], ["next"])
    end = await shop.rest("GET", "/products?fields=id&offset=100000")
    assert (end.json(), list(linked(end))) == ({"data": []}, ["prev"])


async def test_an_offset_by_graphql_gives_the_same_rows(shop: Shop) -> None:
    query = """query Q($offset: Int) { products(first: 10, offset: $offset, orderBy: [{price: ASC}]) {
      nodes { id reviews(first: 1, offset: 1) { nodes { id } } } pageInfo { hasPreviousPage hasNextPage } } }"""
    for offset in (None, 0, 20, 10_000):
        found = (await shop.graphql(query, offset=offset))["data"]["products"]
        rows = await got(shop, f"/products?sort=price&limit=10&offset={offset or 0}&fields=id,reviews(limit:2).id")
        second = [{**row, "reviews": row["reviews"][1:]} for row in rows["data"]]
        assert [{**node, "reviews": node["reviews"]["nodes"]} for node in found["nodes"]] == second
        assert found["pageInfo"]["hasPreviousPage"] is bool(offset)
    planned = await shop.executing.execute(_request(query, 20))
    reference = await shop.executing.execute(_request(query, 20), planned=False)
    assert orjson.loads(orjson.dumps(planned)) == orjson.loads(orjson.dumps(reference))


def _request(query: str, offset: int) -> Any:
    return Request(
        query=query, variables={"offset": offset}, operation_name=None, actor=ANONYMOUS, request_id=None
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments", ['offset: 1, after: "x"', "offset: 1, last: 2", 'offset: 1, before: "x"', "offset: -1"]
)
async def test_an_offset_by_graphql_goes_with_first_only(shop: Shop, arguments: str) -> None:
    [error] = (await shop.graphql(f"{{ products({arguments}) {{ nodes {{ id }} }} }}"))["errors"]
    assert error["extensions"]["code"] == "invalid"
    assert "offset" in error["message"]


# -- windows on what is nested ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ACTORS)
async def test_a_nested_window_equals_that_of_graphql(shop: Shop, who: str | None) -> None:
    query = """{ products(first: 60) { nodes { id
      reviews(first: 2, orderBy: [{rating: DESC}, {createdAt: ASC}], filter: {rating: {gte: 3}}) {
        nodes { id rating author { id reviews(first: 1) { nodes { id } } } } } } } }"""
    options = 'limit:2,sort:-rating,created_at,filter:{"rating":{"gte":3}}'
    fields = f"reviews({options}).rating,reviews.author.reviews(limit:1).id"
    with recorded() as statements:
        rest = await got(shop, f"/products?limit=60&fields={quote(fields)}", who)
    assert sum("products" in each for each in statements) == 1
    nodes = (await shop.graphql(query, who=who))["data"]["products"]["nodes"]
    for node in nodes:
        node["reviews"] = node["reviews"]["nodes"]
        for review in node["reviews"]:
            review["author"]["reviews"] = review["author"]["reviews"]["nodes"]
    assert rest["data"] == nodes
    assert max(len(row["reviews"]) for row in nodes) == 2


async def test_include_takes_the_same_options(shop: Shop) -> None:
    key = (await got(shop, "/products?limit=1&sort=name"))["data"][0]["id"]
    whole = (await got(shop, f"/products/{key}?include=reviews(sort:rating),tags,category"))["data"]
    some = (await got(shop, f"/products/{key}?include=reviews( limit : 1 , sort : rating ) , tags(limit:1),category"))[
        "data"
    ]
    assert some == {**whole, "reviews": whole["reviews"][:1], "tags": whole["tags"][:1]}
    again = (
        await got(shop, f"/products/{key}?include=reviews(limit:1,sort:rating).author,reviews(sort:rating,limit:1)")
    )["data"]
    assert [list(review) for review in again["reviews"]] == [[*review, "author"] for review in some["reviews"]]


async def test_values_in_nested_filters_are_kept_apart_from_others(shop: Shop) -> None:
    """The same shape with other values, with values before and behind them."""
    for low, price in ((2, 30), (4, 10), (5, 60)):
        options = quote(json.dumps({"rating": {"gte": low}}))
        body = await got(
            shop, f"/products?include=reviews(filter:{options})&filter[price][lte]={price}&page=2&page_size=9"
        )
        assert all(float(row["price"]) <= price for row in body["data"])
        ratings = [review["rating"] for row in body["data"] for review in row["reviews"]]
        assert min(ratings, default=low) >= low
        key = body["data"][0]["id"]
        one = (await got(shop, f"/products/{key}?include=reviews(filter:{options})"))["data"]
        assert one["reviews"] == body["data"][0]["reviews"]


OPTIONS = "limit:, sort: or filter:"


@pytest.mark.parametrize(
    ("parameter", "text", "expected", "character", "found"),
    [
        ("include", "reviews(", OPTIONS, 9, "the end"),
        ("include", "reviews()", OPTIONS, 9, "')'"),
        ("include", "reviews(page:5)", OPTIONS, 9, "'p'"),
        ("include", "reviews(limit:5,limit:5)", "limit: only once", 17, "'l'"),
        ("include", "reviews(limit:5", "',' or ')'", 16, "the end"),
        ("include", "reviews(limit:5 6)", "',' or ')'", 17, "'6'"),
        ("include", "reviews(limit:0)", "a whole number from 1 to 200", 15, "'0'"),
        ("include", "reviews(limit:201)", "a whole number from 1 to 200", 15, "'2'"),
        ("include", "reviews(limit:²)", "a whole number from 1 to 200", 15, "'²'"),
        ("include", "reviews(limit:٣)", "a whole number from 1 to 200", 15, "'٣'"),
        ("include", "reviews(sort:)", "a field to sort by", 14, "')'"),
        ("include", "reviews(limit:5))", "',' or '.'", 17, "')'"),
        ("include", "reviews(limit:5)x", "',' or '.'", 17, "'x'"),
        ("include", "tags,reviews.(limit:5)", "a name", 14, "'('"),
        ("fields", "name,reviews..id", "a name", 14, "'.'"),
        ("fields", "a:b", "',' or '.'", 2, "':'"),
        ("include", 'reviews(filter:{"rating")', "a filter as JSON", 25, "')'"),
        ("include", "reviews(filter:)", "a filter as JSON", 16, "')'"),
        ("include", "reviews(filter:NaN)", "a filter as JSON", 16, "'N'"),
        ("include", 'reviews(filter:{"\\ud800":1})', "a filter as JSON", 16, "'{'"),
        ("include", f"reviews(filter:{'[' * 5000})", "a filter as JSON", 16, "'['"),
        ("include", f"reviews(filter:{'9' * 5000})", "a filter as JSON", 16, "'9'"),
    ],
)
async def test_what_is_not_of_the_grammar_is_refused(
    shop: Shop, parameter: str, text: str, expected: str, character: int, found: str
) -> None:
    [error] = (await refused(shop, f"/products?{parameter}={quote(text)}"))["field_errors"]
    message = f"Expected {expected} at character {character} of {parameter!r}, found {found}."
    assert error == {"field": parameter, "code": "syntax", "message": message}


@pytest.mark.parametrize(
    ("parameter", "text", "field", "code"),
    [
        ("include", "category(limit:5)", "include.category", "not_a_list"),
        ("include", "reviews(limit:5).author(limit:5)", "include.reviews.author", "not_a_list"),
        ("fields", "name(limit:5)", "fields", "not_a_relation"),
        ("fields", "name.id", "fields", "not_a_relation"),
        ("include", "nothing", "include", "unknown_field"),
        ("fields", "reviews.nothing", "fields", "unknown_field"),
        ("include", "reviews(limit:5),reviews(limit:6)", "include", "repeated"),
        ("include", "reviews(sort:body)", "include.reviews.sort", "not_sortable"),
        ("include", 'reviews(filter:{"rating":{"gte":"x"}})', "include.reviews.filter.rating.gte", "int_parsing"),
        ("fields", 'reviews(filter:{"nothing":1}).id', "fields.reviews.filter.nothing", "not_filterable"),
        ("include", "reviews(filter:[])", "include.reviews.filter", "not_an_object"),
    ],
)
async def test_what_the_grammar_cannot_say_is_refused(
    shop: Shop, parameter: str, text: str, field: str, code: str
) -> None:
    [error] = (await refused(shop, f"/products?{parameter}={quote(text)}"))["field_errors"]
    assert (error["field"], error["code"]) == (field, code)


async def test_nested_windows_have_the_bounds_of_a_request(shop: Shop) -> None:
    body = await refused(shop, "/products?page_size=200&include=reviews(limit:200).author.reviews(limit:200)")
    assert body["error_code"] == "too_costly"
    deep = ".".join(["parent"] * 30)
    assert (await refused(shop, f"/categories?include={deep}"))["error_code"] == "too_costly"


async def test_a_field_that_nobody_may_read_is_no_way_to_filter_or_sort_what_is_nested(shop: Shop) -> None:
    secret = quote('{"email":{"starts_with":"a"}}')
    body = await refused(shop, f"/vendors?include=memberships(filter:%7B%22user%22:{secret}%7D)", 403)
    assert body["error_code"] == "forbidden"


# -- behind an object ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ACTORS)
async def test_the_list_behind_an_object_is_the_list_filtered_by_it(shop: Shop, who: str | None) -> None:
    for product in (await got(shop, "/products?limit=5&sort=-name&fields=id", who))["data"]:
        for rest in ("page_size=3&page=1", "limit=2&sort=-rating", "page_size=2&page=2&fields=rating",
                     "offset=1&limit=2", "filter[rating][gte]=4&include=author&sort=rating"):  # fmt: skip
            with recorded() as statements:
                behind = await got(shop, f"/products/{product['id']}/reviews?{rest}", who)
            assert sum("reviews" in each for each in statements) == 1
            whole = await got(shop, f"/reviews?{rest}&filter[product_id]={product['id']}", who)
            assert behind["data"] == whole["data"]
            assert behind.get("total") == whole.get("total")


async def test_every_relation_to_many_has_its_list(shop: Shop) -> None:
    for spec in shop.engine.resources:
        path = f"/{spec.plural.replace('_', '-')}"
        keys = ids(await got(shop, f"{path}?page_size=1&fields=id", "admin"))
        for relation in spec.relations.values():
            if not relation.join.many:
                await refused(shop, f"{path}/{keys[0] if keys else 'x'}/{relation.name}", 404)
                continue
            nested = (await got(shop, f"{path}/{keys[0]}?include={relation.name}(limit:3)", "admin"))["data"]
            body = await got(shop, f"{path}/{keys[0]}/{relation.name.replace('_', '-')}?page_size=3", "admin")
            assert body["data"] == nested[relation.name]
            assert body["total"] >= len(body["data"])


async def test_cursors_turn_the_pages_behind_an_object(shop: Shop) -> None:
    key = (await got(shop, "/products?limit=200&include=reviews(limit:200)"))["data"]
    product = max(key, key=lambda row: len(row["reviews"]))
    path = f"/products/{product['id']}/reviews?sort=rating&limit=2"
    answer = await shop.rest("GET", path)
    found = ids(answer.json())
    while "next" in linked(answer):
        answer = await shop.rest("GET", linked(answer)["next"])
        found += ids(answer.json())
    assert sorted(found) == sorted(row["id"] for row in product["reviews"])
    assert len(found) > 4


async def test_a_hidden_or_missing_parent_is_not_found(shop: Shop) -> None:
    draft = (await got(shop, "/products?limit=1&filter[status]=draft", "admin"))["data"][0]["id"]
    await got(shop, f"/products/{draft}/reviews", "admin")
    for key in (draft, "0198bfb6-bf5d-7482-8000-000000000000", "nothing", "%7B%7D"):
        assert (await refused(shop, f"/products/{key}/reviews", 404))["error_code"] == "not_found"
    assert (await refused(shop, f"/products/{draft}/nothing", 404))["error_code"] == "not_found"
