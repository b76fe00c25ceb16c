"""Both faces give the same rows in the same order, the same totals and values, and refuse with the same codes."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from support.figures import count
from support.shop import Shop
from twofold.kinds import Kind
from twofold.spec import ResourceSpec
from twofold_graphql.names import camel

pytestmark = pytest.mark.parity

ACTORS = (None, "customer", "vendor", "moderator", "admin")
RESOURCES = ("products", "categories", "tags", "product_images", "reviews", "vendors", "memberships", "users",
             "addresses", "orders", "order_lines", "payments", "audit_entries")  # fmt: skip
PAGE_SIZE, WINDOW = 200, 180
"""Different on purpose: where one face turns the page, the other does not."""


@pytest.fixture(scope="module", autouse=True)
async def changes(shop: Shop) -> None:
    """Something for the audit to show: of a vendor's product, and of nobody's tag."""
    products = await shop.rest("GET", "/products?filter[cost_price][gte]=0&page_size=3&fields=id,name", who="vendor")
    for product in products.json()["data"]:
        changed = {"name": f"{product['name']} II"}
        assert (await shop.rest("PATCH", f"/products/{product['id']}", changed, who="vendor")).status_code == 200
    assert (await shop.rest("POST", "/tags", {"name": "new"}, who="admin")).status_code == 201


def spec_of(shop: Shop, plural: str) -> ResourceSpec:
    return next(spec for spec in shop.engine.resources if spec.plural == plural)


def path_of(spec: ResourceSpec) -> str:
    return "/" + spec.plural.replace("_", "-")


def codes(answer: dict[str, Any]) -> set[str]:
    """The codes of a GraphQL answer's errors."""
    return {error["extensions"]["code"] for error in answer.get("errors", [])}


async def readable(shop: Shop, spec: ResourceSpec, who: str | None) -> list[str]:
    """The fields that the actor may ask for by name: each is asked of both faces, which must refuse alike."""
    found: list[str] = []
    for name in (*spec.fields, *spec.computed):
        rest = await shop.rest("GET", f"{path_of(spec)}?page_size=1&fields={name}", who=who)
        graphql = await shop.graphql(f"{{ {camel(spec.plural)}(first: 1) {{ nodes {{ {camel(name)} }} }} }}", who=who)
        expected = set() if rest.status_code == 200 else {rest.json()["error_code"]}
        assert codes(graphql) == expected, (name, rest.text, graphql)
        found += [] if expected else [name]
    return found


def selected(names: list[str]) -> str:
    """A selection whose keys are REST's names."""
    return " ".join(name if camel(name) == name else f"{name}: {camel(name)}" for name in names)


async def pages(shop: Shop, spec: ResourceSpec, names: list[str], who: str | None, query: str = ""
                ) -> tuple[list[Any], int]:  # fmt: skip
    """All rows by REST, page after page, and the total that each page tells."""
    rows: list[Any] = []
    totals = set()
    for page in range(1, 100):
        path = f"{path_of(spec)}?page={page}&page_size={PAGE_SIZE}&fields={','.join(names)}{query}"
        answer = await shop.rest("GET", path, who=who)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        rows += body["data"]
        totals.add(body["total"])
        if 'rel="next"' not in answer.headers["link"]:
            break
    assert len(totals) == 1
    return rows, totals.pop()


async def windows(shop: Shop, spec: ResourceSpec, names: list[str], who: str | None, **variables: Any
                  ) -> tuple[list[Any], int]:  # fmt: skip
    """All rows by GraphQL, cursor after cursor, and the total that each window tells."""
    rows: list[Any] = []
    totals, cursor = set(), None
    query = f"""query Walk($after: String, $filter: {spec.type_name}Filter, $orderBy: [{spec.type_name}Order!]) {{
      found: {camel(spec.plural)}(first: {WINDOW}, after: $after, filter: $filter, orderBy: $orderBy) {{
        totalCount edges {{ cursor node {{ {selected(names)} }} }} pageInfo {{ hasNextPage endCursor }}
      }}
    }}"""
    while True:
        answer = await shop.graphql(query, who=who, after=cursor, **variables)
        assert "errors" not in answer, answer
        found = answer["data"]["found"]
        rows += [edge["node"] for edge in found["edges"]]
        totals.add(found["totalCount"])
        cursor = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert len(totals) == 1
    return rows, totals.pop()


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("resource", RESOURCES)
async def test_all_rows_and_all_fields(shop: Shop, resource: str, who: str | None) -> None:
    spec = spec_of(shop, resource)
    names = await readable(shop, spec, who)
    if not names:
        return  # refused on both faces, with the same code
    rows, total = await pages(shop, spec, names, who)
    nodes, total_count = await windows(shop, spec, names, who)
    assert [row["id"] for row in rows] == [node["id"] for node in nodes]
    assert rows == nodes
    assert total == total_count == len(rows) == len({row["id"] for row in rows})
    count("parity", "objects equal", len(rows))
    count("parity", "lists walked")


async def test_the_resources_are_all_of_them(shop: Shop) -> None:
    assert {spec.plural for spec in shop.engine.resources} == set(RESOURCES)


@pytest.mark.parametrize("who", ACTORS)
async def test_counts_are_those_of_the_rows_that_one_sees(shop: Shop, who: str | None) -> None:
    products = await shop.rest("GET", "/products?sort=-review_count&page_size=8&fields=review_count,average_rating",
                               who=who)  # fmt: skip
    for product in products.json()["data"]:
        listed = await shop.rest("GET", f"/products/{product['id']}/reviews?page_size=200&fields=rating", who=who)
        ratings = [review["rating"] for review in listed.json()["data"]]
        assert product["review_count"] == listed.json()["total"] == len(ratings)
        assert product["average_rating"] == sum(ratings) / len(ratings)


async def test_what_is_made_of_a_hidden_field_is_hidden(shop: Shop) -> None:
    for asked, query in (
        ("fields=margin", "{ products(first: 1) { nodes { margin } } }"),
        ("sort=margin", "{ products(orderBy: [{ margin: ASC }]) { totalCount } }"),
        ("filter[margin][gt]=1", '{ products(filter: { margin: { gt: "1" } }) { totalCount } }'),
    ):
        assert (await shop.rest("GET", f"/products?{asked}")).json()["error_code"] == "forbidden"
        assert codes(await shop.graphql(query)) == {"forbidden"}
    rows = (await shop.rest("GET", "/products?fields=cost_price,margin,price&page_size=200", who="vendor")).json()
    assert {row["margin"] is None for row in rows["data"]} == {True, False}
    for row in rows["data"]:
        assert (row["margin"] is None) == (row["cost_price"] is None)
        assert row["margin"] is None or float(row["margin"]) == pytest.approx(
            float(row["price"]) - float(row["cost_price"])
        )


# -- filters and orders -----------------------------------------------------------------------------------------


def words(value: Any) -> Any:
    """A filter in GraphQL's spelling."""
    if isinstance(value, dict):
        return {camel(name): words(each) for name, each in value.items()}
    return [words(each) for each in value] if isinstance(value, list) else value


def comparisons(kind: Kind, values: list[Any]) -> list[dict[str, Any]]:
    """Each operator, with a value that rows have."""
    value = values[len(values) // 2]
    text = value[1:4] if isinstance(value, str) else value
    start, end = str(value)[:2], str(value)[-2:]
    special: dict[str, Any] = {
        "in": values[:3], "not_in": values[:3], "is_null": True, "contains": text, "starts_with": start,
        "ends_with": end, "ieq": str(value).swapcase(), "icontains": str(text).swapcase(),
        "istarts_with": start.swapcase(), "iends_with": end.swapcase(),
    }  # fmt: skip
    return [{operator: special.get(operator, value)} for operator in kind.operators]


@pytest.mark.parametrize("resource", RESOURCES)
async def test_filters_and_orders(shop: Shop, resource: str) -> None:
    spec = spec_of(shop, resource)
    rows, _ = await pages(shop, spec, list(spec.fields), "admin")
    for name, field in spec.fields.items():
        values = [row[name] for row in rows[:50] if row[name] is not None]
        found = comparisons(field.column.kind, values) if field.declared.filter and values else []
        for way in ("ASC", "DESC") if field.declared.sort else ():
            order = f"&sort={'-' if way == 'DESC' else ''}{name}"
            await same_ids(shop, spec, {name: found[0]} if found else {}, order, [{camel(name): way}])
        for comparison in found:
            await same_ids(shop, spec, {"not": {"and": [{name: comparison}]}}, "", None)


@pytest.mark.parametrize("resource", RESOURCES)
async def test_orders_through_relations(shop: Shop, resource: str) -> None:
    spec = spec_of(shop, resource)
    for name, relation in spec.relations.items():
        for field in relation.target.fields.values() if relation.sortable else ():
            if field.declared.sort:
                order = [{camel(name): {camel(field.name): "DESC"}}, {"id": "ASC"}]
                await same_ids(shop, spec, {}, f"&sort=-{name}.{field.name},id", order)


async def test_an_order_is_refused_alike_when_the_field_behind_the_relation_is_hidden(shop: Shop) -> None:
    for who, status in ((None, 403), ("vendor", 200)):
        rest = await shop.rest("GET", "/product-images?sort=product.cost_price", who=who)
        query = "{ productImages(orderBy: [{ product: { costPrice: ASC } }]) { totalCount } }"
        assert rest.status_code == status
        assert codes(await shop.graphql(query, who=who)) == ({"forbidden"} if status == 403 else set())


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("reviews.rating", "{ reviews: { rating: ASC } }"),
        ("category.parent.parent.parent.parent.parent.name",
         "{ category: { parent: { parent: { parent: { parent: { parent: { name: ASC } } } } } } }"),
        ("category", "{ category: {} }"),
        ("category.name,vendor", "{ category: { name: ASC, slug: ASC } }"),
    ],
)  # fmt: skip
async def test_orders_that_both_faces_refuse(shop: Shop, sort: str, order: str) -> None:
    rest = await shop.rest("GET", f"/products?sort={sort}")
    answer = await shop.graphql(f"{{ products(orderBy: [{order}]) {{ totalCount }} }}")
    assert rest.status_code == 422
    assert codes(answer) <= {"invalid", "malformed", "too_costly"}
    assert answer["errors"]


async def same_ids(shop: Shop, spec: ResourceSpec, data: dict[str, Any], sort: str, order: Any) -> None:
    for who in (None, "vendor"):
        given = quote(json.dumps(data))
        rest = await shop.rest("GET", f"{path_of(spec)}?fields=id&page_size=40&filter={given}{sort}", who=who)
        graphql = await shop.graphql(
            f"query Q($filter: {spec.type_name}Filter, $orderBy: [{spec.type_name}Order!]) {{"
            f" found: {camel(spec.plural)}(first: 40, filter: $filter, orderBy: $orderBy)"
            " { totalCount nodes { id } } }",
            who=who, filter=words(data), orderBy=order,
        )  # fmt: skip
        count("parity", "filters and orders equal")
        if rest.status_code != 200:
            assert codes(graphql) == {rest.json()["error_code"]}, (rest.text, graphql)
            continue
        assert graphql["data"]["found"] == {"totalCount": rest.json()["total"], "nodes": rest.json()["data"]}, data


# -- one object -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", RESOURCES)
async def test_one_object_by_its_id(shop: Shop, resource: str) -> None:
    """Objects that some actor sees, asked for by all: hidden ones are missing on both faces."""
    spec = spec_of(shop, resource)
    names = {who: await readable(shop, spec, who) for who in ACTORS}
    seen = {who: {row["id"] for row in (await pages(shop, spec, ["id"], who))[0]} for who in ACTORS if names[who]}
    everything = set().union(*seen.values())
    some = {key for ids in seen.values() for group in (ids, everything - ids) for key in sorted(group)[:3]}
    for who in ACTORS:
        for key in [*sorted(some), "no-id", "00000000-0000-7000-8000-000000000000"]:
            found = await same_object(shop, spec, names[who] or ["id"], key, who)
            assert found is (key in seen.get(who, ()))


async def same_object(shop: Shop, spec: ResourceSpec, names: list[str], key: str, who: str | None) -> bool:
    rest = await shop.rest("GET", f"{path_of(spec)}/{key}?fields={','.join(names)}", who=who)
    query = f"query One($id: ID!) {{ found: {camel(spec.singular)}(id: $id) {{ {selected(names)} }} }}"
    graphql = await shop.graphql(query, who=who, id=key)
    count("parity", "single objects asked for")
    assert graphql["data"]["found"] == rest.json().get("data")
    if rest.status_code == 404:
        assert "errors" not in graphql
    elif rest.status_code != 200:
        assert codes(graphql) == {rest.json()["error_code"]}
    return rest.status_code == 200


# -- relations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("resource", RESOURCES)
async def test_relations(shop: Shop, resource: str, who: str | None) -> None:
    spec = spec_of(shop, resource)
    for name, relation in spec.relations.items():
        below = await readable(shop, relation.target, who)
        fields = ",".join(f"{name}.{each}" for each in below or ["id"])
        rest = await shop.rest("GET", f"{path_of(spec)}?page_size=30&fields=id,{fields}", who=who)
        inner = selected(below or ["id"])
        inner = f"{{ nodes {{ {inner} }} }}" if relation.join.many else f"{{ {inner} }}"
        query = f"{{ found: {camel(spec.plural)}(first: 30) {{ nodes {{ id {name}: {camel(name)} {inner} }} }} }}"
        graphql = await shop.graphql(query, who=who)
        if rest.status_code != 200:
            assert codes(graphql) == {rest.json()["error_code"]}, (rest.text, graphql)
            continue
        nodes = graphql["data"]["found"]["nodes"]
        bare = [{**node, name: node[name]["nodes"]} if relation.join.many else node for node in nodes]
        assert bare == rest.json()["data"]
        count("parity", "relations equal")


@pytest.mark.parametrize("who", ACTORS)
async def test_products_with_category_and_reviews(shop: Shop, who: str | None) -> None:
    names = {each: await readable(shop, spec_of(shop, each), who) for each in ("products", "categories", "reviews")}
    rest = await shop.rest("GET", "/products?page_size=100&include=category,reviews", who=who)
    query = f"""{{ products(first: 100) {{ totalCount edges {{ node {{
      {selected(names["products"])} category {{ {selected(names["categories"])} }}
      reviews {{ edges {{ node {{ {selected(names["reviews"])} }} }} }}
    }} }} }} }}"""
    found = (await shop.graphql(query, who=who))["data"]["products"]
    nodes = [edge["node"] for edge in found["edges"]]
    bare = [{**node, "reviews": [edge["node"] for edge in node["reviews"]["edges"]]} for node in nodes]
    hidden = set(spec_of(shop, "products").fields) - set(names["products"])
    rows = rest.json()["data"]
    for row in rows:
        assert all(row.pop(name) is None for name in hidden)  # not asked for by name, so that it is null, not refused
    assert bare == rows
    assert found["totalCount"] == rest.json()["total"]
    assert sum(len(row["reviews"]) for row in bare) > 100
