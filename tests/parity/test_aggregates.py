"""Aggregates and groups: the same on both faces, in one statement, and refused alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

import pytest

from support.databases import DIALECTS
from support.figures import count
from support.shop import Shop
from support.statements import recorded
from twofold.actor import ANONYMOUS
from twofold.aggregate import FUNCTIONS, functions_of, is_groupable, parts_of
from twofold.page import to_json
from twofold.spec import ResourceSpec
from twofold.sql.actor import statements_of_actor
from twofold_graphql.execute import Request
from twofold_graphql.names import camel

pytestmark = pytest.mark.parity

ACTORS = (None, "customer", "vendor", "moderator", "admin")
Key: TypeAlias = tuple[list[str], str | None]
"""The path to a field that groups are made of, and its part."""
CREDENTIALS = {text for dialect in DIALECTS for text in statements_of_actor(dialect).values()}


def spec_of(shop: Shop, plural: str) -> ResourceSpec:
    return next(spec for spec in shop.engine.resources if spec.plural == plural)


def path_of(spec: ResourceSpec) -> str:
    return f"/{spec.plural.replace('_', '-')}/aggregate"


def codes(answer: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", [])}


def named(name: str) -> str:
    """A selection whose key is REST's name."""
    return name if camel(name) == name else f"{name}: {camel(name)}"


def selected(measures: list[str]) -> str:
    """Measures in REST's spelling as a selection: `sum(stock)` is `sum { stock }`."""
    below: dict[str, list[str]] = {}
    for function, _, field in (measure.rstrip(")").partition("(") for measure in measures):
        below.setdefault(function, []).append(field)
    parts = [
        named(function) + (f" {{ {' '.join(map(named, fields))} }}" if fields[0] else "")
        for function, fields in below.items()
    ]
    return " ".join(parts)


def nested(path: list[str], end: str) -> str:
    """`["category", "name"]` as `{category: {name: end}}`."""
    return "{" + camel(path[0]) + ": " + (nested(path[1:], end) if path[1:] else end) + "}"


def key_of(path: list[str]) -> str:
    return named(path[0]) + (f" {{ {key_of(path[1:])} }}" if path[1:] else "")


def measures_of(spec: ResourceSpec) -> list[str]:
    found = [
        f"{function}({field.name})"
        for function in FUNCTIONS
        for field in spec.fields.values()
        if function in functions_of(field)
    ]
    return ["count", *found]


def keys_of(spec: ResourceSpec, depth: int = 1) -> list[Key]:
    found: list[Key] = []
    for field in spec.fields.values():
        if is_groupable(field):
            found += [([field.name], part) for part in (None, *parts_of(field))]
    for relation in spec.relations.values() if depth else ():
        if not relation.join.many and relation.declared.filter:
            found += [([relation.name, *path], part) for path, part in keys_of(relation.target, depth - 1)]
    return found


async def all_of(shop: Shop, spec: ResourceSpec, measures: list[str], who: str | None) -> Any:
    """What both faces say of all rows; or the code with which both refuse."""
    rest = await shop.rest("GET", f"{path_of(spec)}?aggregate={','.join(measures)}", who=who)
    query = f"{{ found: {camel(spec.plural)} {{ aggregates {{ {selected(measures)} }} }} }}"
    graphql = await shop.graphql(query, who=who)
    count("parity", "aggregates equal")
    if rest.status_code != 200:
        assert codes(graphql) == {rest.json()["error_code"]}, (rest.text, graphql)
        return rest.json()["error_code"]
    assert graphql["data"]["found"]["aggregates"] == rest.json()["data"]
    return rest.json()["data"]


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize(
    "resource", ["products", "orders", "order_lines", "reviews", "users", "memberships", "vendors"]
)
async def test_every_aggregate_and_every_key(shop: Shop, resource: str, who: str | None) -> None:
    spec = spec_of(shop, resource)
    everything = [
        measure for measure in measures_of(spec) if isinstance(await all_of(shop, spec, [measure], who), dict)
    ]
    if everything:
        answer = await all_of(shop, spec, everything[:20], who)
        listed = await shop.rest("GET", f"{path_of(spec).removesuffix('/aggregate')}?page_size=1", who=who)
        assert answer["count"] == listed.json()["total"]
    for path, part in keys_of(spec):
        await same_groups(shop, spec, [(path, part)], ["count"], who)


async def same_groups(shop: Shop, spec: ResourceSpec, by: list[Key], measures: list[str], who: str | None,
                      more: str = "", arguments: str = "", size: int = 60) -> list[Any] | None:  # fmt: skip
    """The groups that both faces give, or None where both refuse with the same code."""
    names = ",".join(".".join([*path, part] if part else path) for path, part in by)
    path = f"{path_of(spec)}?aggregate={','.join(measures)}&group_by={names}&page_size={size}{more}"
    rest = await shop.rest("GET", path, who=who)
    said = ", ".join(nested(path, (part or "value").upper()) for path, part in by)
    key = " ".join(key_of(path) for path, _ in by)
    query = f"""{{ found: {camel(spec.plural)} {{
      groupBy(by: [{said}], first: {size}{arguments}) {{ key {{ {key} }} {selected(measures)} }}
    }} }}"""
    graphql = await shop.graphql(query, who=who)
    count("parity", "groupings equal")
    if rest.status_code != 200:
        assert codes(graphql) == {rest.json()["error_code"]}, (path, rest.text, graphql)
        return None
    assert graphql["data"]["found"]["groupBy"] == rest.json()["data"], path
    groups: list[Any] = rest.json()["data"]
    assert len(groups) == min(size, rest.json()["total"])
    return groups


async def test_groups_with_having_in_an_order_and_a_window(shop: Shop) -> None:
    spec = spec_of(shop, "products")
    by: list[Key] = [(["category", "parent", "name"], None), (["created_at"], "month")]
    measures = ["count", "sum(stock)", "avg(price)", "max(created_at)", "count_distinct(vendor_id)"]
    for who in ACTORS:
        groups = await same_groups(
            shop, spec, by, measures, who,
            "&having[count][gt]=2&having[avg(price)][lt]=90.5&sort=-avg(price),created_at&page=2",
            ', having: {count: {gt: 2}, avg: {price: {lt: "90.5"}}}, offset: 7'
            ", orderBy: [{avg: {price: DESC}}, {key: {createdAt: ASC}}]",
            size=7,
        )  # fmt: skip
        assert groups
        assert len(groups) == 7
        assert all(group["count"] > 2 for group in groups)


async def test_groups_add_up_to_all(shop: Shop) -> None:
    spec = spec_of(shop, "order_lines")
    for who in ("customer", "vendor", "admin"):
        whole = await all_of(shop, spec, ["count", "sum(quantity)"], who)
        groups = await same_groups(shop, spec, [(["order", "placed_at"], "month")], ["count", "sum(quantity)"], who)
        assert groups is not None
        assert sum(group["count"] for group in groups) == whole["count"]
        assert sum(group["sum"]["quantity"] for group in groups) == whole["sum"]["quantity"]


async def test_a_filter_counts_but_not_the_page(shop: Shop) -> None:
    data = {"or": [{"price": {"lt": 9}}, {"category": {"slug": {"eq": "teapots"}}}]}
    rest = await shop.rest("GET", f"/products/aggregate?filter={quote(json.dumps(data))}")
    query = """query Q($filter: ProductFilter, $after: String) {
      products(first: 2, after: $after, filter: $filter) {
        aggregates { count } totalCount pageInfo { endCursor } nodes { id }
      }
    }"""
    data["or"][0]["price"]["lt"] = "9"
    first = (await shop.graphql(query, filter=data))["data"]["products"]
    second = (await shop.graphql(query, filter=data, after=first["pageInfo"]["endCursor"]))["data"]["products"]
    for found in (first, second):
        assert found["aggregates"]["count"] == found["totalCount"] == rest.json()["data"]["count"] > 2
    assert first["nodes"] != second["nodes"]


NESTED = """{ vendors(first: 3) { aggregates { count } nodes { id products(first: 2) {
  totalCount aggregates { count sum { stock } avg { price } max { createdAt } }
  groupBy(by: [{status: VALUE}]) { key { status } count } nodes { id }
} } } }"""


@pytest.mark.parametrize("who", ACTORS)
async def test_aggregates_of_nested_lists_are_those_of_each_parent(shop: Shop, who: str | None) -> None:
    await shop.headers(who)
    with recorded() as statements:
        found = (await shop.graphql(NESTED, who=who))["data"]["vendors"]
    assert len([each for each in statements if each not in CREDENTIALS]) == 1
    for vendor in found["nodes"]:
        products, only = vendor["products"], f"filter[vendor_id]={vendor['id']}"
        measures = "aggregate=count,sum(stock),avg(price),max(created_at)"
        alone = (await shop.rest("GET", f"/products/aggregate?{measures}&{only}", who=who)).json()["data"]
        assert products["aggregates"]["count"] == products["totalCount"] == alone["count"]
        assert products["aggregates"]["sum"] == alone["sum"]
        assert products["aggregates"]["avg"] == alone["avg"]
        assert products["aggregates"]["max"] == {"createdAt": alone["max"]["created_at"]}
        groups = (await shop.rest("GET", f"/products/aggregate?group_by=status&{only}", who=who)).json()
        assert products["groupBy"] == groups["data"]


@pytest.mark.parametrize(
    "path", ["/products/aggregate", "/products/aggregate?group_by=category.name&having[count][gt]=1"]
)
async def test_rest_takes_one_statement(shop: Shop, path: str) -> None:
    await shop.rest("GET", "/tags?page_size=1")
    await shop.forget()
    with recorded() as statements:
        assert (await shop.rest("GET", path)).status_code == 200
    assert len(statements) == 1


VARIABLES = """query Q($by: [ProductGroupBy!]!, $having: ProductHaving, $first: Int, $least: Int, $offset: Int,
                       $orderBy: [ProductGroupOrder!]) {
  products {
    a: groupBy(by: $by, having: $having, first: $first, orderBy: $orderBy, offset: $offset) { count }
    b: groupBy(by: [{status: VALUE}, {currency: VALUE}], having: {count: {gt: $least}}) { count }
  }
}"""


async def test_variables_mean_what_they_are_in_each_request(shop: Shop) -> None:
    """One operation, asked again and again: what was compiled for one request is not answered to another."""
    base: dict[str, Any] = {"by": [{"currency": "VALUE"}], "having": {"count": {"gt": 1}}, "first": 5, "least": 1,
                            "orderBy": [{"count": "DESC"}], "offset": 0}  # fmt: skip
    changes: list[dict[str, Any]] = [
        {}, {"by": [{"category": {"name": "VALUE"}}]}, {"having": {"count": {"gt": 120}}}, {"first": 1}, {"least": 150},
        {"having": {"avg": {"price": {"gt": "40"}}}}, {"orderBy": [{"count": "ASC"}]}, {"offset": 1}, {"offset": 2},
        {"first": None}, {"having": None}, {"offset": -1}, {"offset": None}, {"first": 201}, {},
    ]  # fmt: skip
    answers = []
    for change in changes:
        request = Request(
            query=VARIABLES, variables=base | change, operation_name=None, actor=ANONYMOUS, request_id="r"
        )
        answer = await shop.executing.execute(request)
        assert to_json(answer) == to_json(await shop.executing.execute(request, planned=False)), change
        answers.append(to_json(answer))
    assert answers[0] == answers[-1]
    assert len(set(answers)) > 8


# -- rules ------------------------------------------------------------------------------------------------------


async def test_hidden_values_count_for_nothing(shop: Shop) -> None:
    """A vendor sees the cost prices of their own products; the others' are null, and not in any sum."""
    measured = "aggregate=count,max(cost_price)"
    everyone = (await shop.rest("GET", f"/products/aggregate?{measured}", who="vendor")).json()["data"]
    rows = []
    for page in range(1, 9):
        answer = await shop.rest("GET", f"/products?page={page}&page_size=200&fields=cost_price", who="vendor")
        rows += answer.json()["data"]
    seen = [float(row["cost_price"]) for row in rows if row["cost_price"] is not None]
    assert 0 < len(seen) < len(rows) == everyone["count"]
    assert float(everyone["max"]["cost_price"]) == max(seen)
    groups = (await shop.rest("GET", "/products/aggregate?group_by=cost_price&sort=-count", who="vendor")).json()
    assert groups["data"][0] == {"key": {"cost_price": None}, "count": len(rows) - len(seen)}


@dataclass(frozen=True)
class Refused:
    """The same question to both faces, and how both refuse it."""

    rest: str
    graphql: str
    code: str = "invalid"
    at: str | None = None


REFUSED = [
    Refused("aggregate=sum(cost_price)", "aggregates { sum { costPrice } }", "forbidden"),
    Refused("group_by=cost_price", "groupBy(by: [{costPrice: VALUE}]) { count }", "forbidden"),
    Refused("group_by=status&having[max(cost_price)][gt]=1",
            'groupBy(by: [{status: VALUE}], having: {max: {costPrice: {gt: "1"}}}) { count }', "forbidden"),
    Refused("group_by=status&sort=-sum(cost_price)",
            "groupBy(by: [{status: VALUE}], orderBy: [{sum: {costPrice: DESC}}]) { count }", "forbidden"),
    Refused("group_by=status&having[sum(price)][gt]=1.234",
            'groupBy(by: [{status: VALUE}], having: {sum: {price: {gt: "1.234"}}}) { count }',
            at="having.sum.price.gt"),
    Refused("group_by=status&having[sum(price)][gt]=NaN",
            'groupBy(by: [{status: VALUE}], having: {sum: {price: {gt: "NaN"}}}) { count }', at="having.sum.price.gt"),
    Refused("group_by=status&having[sum(price)][gt]=1e99",
            'groupBy(by: [{status: VALUE}], having: {sum: {price: {gt: "1e99"}}}) { count }', at="having.sum.price.gt"),
    Refused("group_by=status&having[sum(stock)][gt]=9223372036854775808",
            "groupBy(by: [{status: VALUE}], having: {sum: {stock: {gt: 9223372036854775808}}}) { count }",
            at="having.sum.stock.gt"),
    Refused("group_by=status&having[max(created_at)][gt]=2026-01-01",
            'groupBy(by: [{status: VALUE}], having: {max: {createdAt: {gt: "2026-01-01"}}}) { count }',
            at="having.max.created_at.gt"),
    Refused("group_by=status&having[max(name)][gt]=%00",
            'groupBy(by: [{status: VALUE}], having: {max: {name: {gt: "\\u0000"}}}) { count }',
            at="having.max.name.gt"),
    Refused("group_by=", "groupBy(by: []) { count }", at="group_by"),
    Refused("group_by=name,name", "groupBy(by: [{name: VALUE}, {name: VALUE}]) { count }", at="group_by"),
    Refused("group_by=created_at,created_at.month",
            "groupBy(by: [{createdAt: VALUE}, {createdAt: MONTH}]) { count }", at="group_by"),
    Refused("group_by=status&sort=name",
            "groupBy(by: [{status: VALUE}], orderBy: [{key: {name: ASC}}]) { count }", at="sort"),
    Refused("group_by=id,name,slug,price,stock,status",
            "groupBy(by: [{id: VALUE}, {name: VALUE}, {slug: VALUE}, {price: VALUE}, {stock: VALUE}, {status: VALUE}])"
            " { count }", "too_costly"),
    Refused("group_by=category.parent.parent.parent.parent.parent.name",
            "groupBy(by: [{category: {parent: {parent: {parent: {parent: {parent: {name: VALUE}}}}}}}]) { count }",
            "too_costly"),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.rest)
async def test_both_faces_refuse_alike(shop: Shop, case: Refused) -> None:
    rest = await shop.rest("GET", f"/products/aggregate?{case.rest}")
    assert rest.json()["error_code"] == case.code, rest.text
    answer = await shop.graphql(f"{{ products {{ {case.graphql} }} }}")
    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == case.code, error
    if case.at is not None:
        assert [each["field"] for each in rest.json()["field_errors"]] == [case.at]
        assert [each["field"] for each in error["extensions"]["fieldErrors"]] == [
            ".".join(camel(name) for name in case.at.split("."))
        ]  # fmt: skip
    count("parity", "aggregates refused alike")


REST_REFUSED = [
    ("aggregate=", "aggregate"), ("aggregate=foo", "aggregate"), ("aggregate=count(id)", "aggregate"),
    ("aggregate=sum", "aggregate"), ("aggregate=sum(", "aggregate"), ("aggregate=sum(name)", "aggregate"),
    ("aggregate=sum(category.name)", "aggregate"), ("aggregate=max(status)", "aggregate"),
    ("group_by=tags.name", "group_by"), ("group_by=excerpt", "group_by"), ("group_by=category", "group_by"),
    ("group_by=.", "group_by"), ("group_by=name.month", "group_by"), ("group_by=created_at.hour", "group_by"),
    ("group_by=created_at.month.day", "group_by"), ("group_by=status&sort=foo(", "sort"),
    ("group_by=status&having[foo]=1", "having[foo]"), ("group_by=status&having[count][like]=1", "having.count.like"),
    ("group_by=status&having[count][gt]=x", "having.count.gt"), ("group_by=status&having[count", "having[count"),
    ("group_by=status&having[count][is_null]=2", "having.count.is_null"), ("group_by=status&having=1", "having"),
    ("group_by=status&page=0", "page"), ("group_by=status&page_size=201", "page_size"),
    ("group_by=status&fields=id", "fields"), ("sort=count", "sort"), ("page=1", "page"),
    ("having[count]=1", "having[count]"),
    ("include=tags", "include"), ("filter[colour]=red", "filter.colour"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "at"), REST_REFUSED)
async def test_rest_says_what_is_wrong(shop: Shop, query: str, at: str) -> None:
    answer = await shop.rest("GET", f"/products/aggregate?{query}")
    assert (answer.status_code, answer.json()["error_code"]) == (422, "invalid"), answer.text
    assert [each["field"] for each in answer.json()["field_errors"]] == [at]


GRAPHQL_REFUSED = [
    ("groupBy(by: [{status: VALUE}]) { key { name } count }", "not made of name"),
    ("groupBy(by: [{category: {name: VALUE}}]) { key { category { slug } } }", "not made of category.slug"),
    ("groupBy(by: [{status: VALUE}], first: -1) { count }", "'first' is a whole number"),
    ("groupBy(by: [{status: VALUE}], first: 201) { count }", "'first' is a whole number"),
    ("groupBy(by: [{status: VALUE}], offset: -1) { count }", "'offset' is a whole number"),
    (" ".join(f"a{number}: aggregates {{ count }}" for number in range(11)), "the limit is 10"),
    (
        " ".join(f"a{number}: groupBy(by: [{{id: VALUE}}], first: 200) {{ count }}" for number in range(11)),
        "the limit is 10",
    ),
]


@pytest.mark.parametrize(("selection", "says"), GRAPHQL_REFUSED)
async def test_graphql_says_what_is_wrong(shop: Shop, selection: str, says: str) -> None:
    for root in ("products", "vendors { nodes { products"):
        answer = await shop.graphql("{ " + root + " { " + selection + " }" * (2 + root.count("{")))
        (error,) = answer["errors"]
        assert says in error["message"], error


async def test_a_visitor_is_asked_to_sign_in(shop: Shop) -> None:
    rest = await shop.rest("GET", "/orders/aggregate")
    assert (rest.status_code, rest.json()["error_code"]) == (401, "unauthenticated")
    assert codes(await shop.graphql("{ orders { aggregates { count } } }")) == {"unauthenticated"}
