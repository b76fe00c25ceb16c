"""Finished answers: who asks again is answered by no statement, and never with what others may see, or was before."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tortoise.expressions import F

from storefront.categories import Category
from storefront.tags import Tags
from support.shop import EMAILS, Shop, opened
from support.signed_in import browser_of
from support.statements import recorded
from twofold.cache import answers, memory, rows, store
from twofold.identity.keys import create_key
from twofold.identity.models import User
from twofold.resource import Caching
from twofold.sql import Statement
from twofold.sql.sources import Source


@pytest.fixture(scope="module")
async def shop(shop_url: str) -> AsyncIterator[Shop]:
    """The demo shop, which remembers whom a credential stands for on both databases."""
    async with opened(shop_url, credential_memory_s=60) as shop:
        yield shop


@pytest.fixture(autouse=True)
async def nothing_kept(shop: Shop) -> None:
    """Each test begins with connections that are open, everybody known, and nothing kept."""
    for who in (None, "customer", "vendor", "moderator", "admin"):
        await shop.rest("GET", "/tags?page_size=1", who=who)
    await shop.engine.memory.clear()


@dataclass(frozen=True)
class Asked:
    """A question by one of the faces."""

    path: str
    document: str = ""
    variables: Any = None

    async def of(self, shop: Shop, who: str | None = None, **headers: str) -> httpx.Response:
        headers = {**await shop.headers(who), **headers}
        if not self.document:
            return await shop.client.get(f"/api/v1{self.path}", headers=headers)
        body = {"query": self.document, "variables": self.variables or {}}
        return await shop.client.post("/graphql", json=body, headers=headers)


async def statements_of(ask: Callable[[], Awaitable[httpx.Response]]) -> tuple[httpx.Response, list[str]]:
    with recorded() as statements:
        answer = await ask()
    return answer, [*statements]


async def warm(shop: Shop, asked: Asked, who: str | None = None, **headers: str) -> httpx.Response:
    """Asks three times: first the rows are kept, then the answer, which is given from then on, the same one."""
    first = await asked.of(shop, who, **headers)
    assert first.status_code == 200, first.text
    for is_kept in (False, True):
        hits = shop.engine.stats.answers
        again, statements = await statements_of(lambda: asked.of(shop, who, **headers))
        assert statements == []
        assert (again.content, headers_of(again)) == (first.content, headers_of(first))
        assert not is_kept or shop.engine.stats.answers == hits + 1
    return first


def headers_of(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}


async def one_of(shop: Shop, plural: str, **where: str) -> str:
    """The id of the first row, as an admin sees it."""
    wanted = "&".join(f"filter[{name}]={value}" for name, value in where.items())
    rows = (await shop.rest("GET", f"/{plural}?limit=1&{wanted}", who="admin")).json()["data"]
    return str(rows[0]["id"])


# -- one store for both faces ------------------------------------------------------------------------------------

SIDE_BY_SIDE = {  # the columns are the same, and in the same order: REST ends with the version, for its tag
    "an object": (
        "/products/{id}?fields=id,name,created_at",
        "{ product(id: \"{id}\") { id name createdAt version } }",
    ),
    "an object with names that differ": (
        "/products/{id}?fields=category_id,updated_at",
        "{ product(id: \"{id}\") { key: id categoryId changed: updatedAt version } }",
    ),
    "a list": (
        "/products?limit=5&sort=name&fields=name,price",
        "{ products(first: 5, orderBy: {name: ASC}) { nodes { id name price } pageInfo { endCursor } } }",
    ),
    "a list with a total": (
        "/products?page_size=5&sort=name&fields=name,price",
        "{ products(first: 5, orderBy: {name: ASC}) { nodes { id name price } totalCount } }",
    ),
    "a filtered list": (
        "/reviews?limit=5&filter[rating]=5&fields=title,created_at",
        "{ reviews(first: 5, filter: {rating: {eq: 5}}) { nodes { id title createdAt } pageInfo { endCursor } } }",
    ),
    "what is nested": (
        "/products/{id}?fields=name,category.name",
        "{ product(id: \"{id}\") { id name category { id name } version } }",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SIDE_BY_SIDE)
@pytest.mark.parametrize("who", [None, "customer", "admin"])
@pytest.mark.parametrize("first", ["rest", "graphql"])
async def test_one_face_warms_the_other(shop: Shop, name: str, who: str | None, first: str) -> None:
    id_ = await one_of(shop, "products", status="published")
    path, document = [each.replace("{id}", id_) for each in SIDE_BY_SIDE[name]]
    faces = [Asked(path), Asked("", document)]
    warms, asks = faces if first == "rest" else reversed(faces)
    await warms.of(shop, who)
    answer, statements = await statements_of(lambda: asks.of(shop, who))
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json()
    assert statements == []


async def test_a_whole_query_is_one_answer(shop: Shop) -> None:
    id_ = await one_of(shop, "products", status="published")
    document = """query All($id: ID!, $ids: [ID!]!) {
      a: product(id: $id) { name }  b: tags(first: 2) { totalCount nodes { name } }
      c: node(id: $id) { ... on Category { name } ... on Product { name } }
      d: nodes(ids: $ids) { ... on Product { name } }
      __typename
    }"""
    asked = Asked("", document, {"id": id_, "ids": [id_, "no key"]})
    await warm(shop, asked)
    await shop.rest("POST", "/tags", {"name": f"one more of {id_}"}, who="admin")
    answer, statements = await statements_of(lambda: asked.of(shop))
    assert len(statements) == 1  # the others' rows are good still
    assert answer.status_code == 200


# -- who shares --------------------------------------------------------------------------------------------------


async def test_who_has_other_rules_has_other_answers(shop: Shop) -> None:
    asked = Asked("/products?page_size=1&filter[status]=draft&fields=id")
    seen = [(await warm(shop, asked, who)).json()["total"] for who in (None, "vendor", "admin")]
    assert seen[0] == 0
    assert seen[0] < seen[1] < seen[2]


async def test_customers_share_what_does_not_depend_on_them(shop: Shop) -> None:
    other = await another_customer(shop)
    for asked in (Asked("/categories?limit=3"), Asked("", "{ tags(first: 2) { totalCount nodes { name } } }")):
        await warm(shop, asked, "customer")
        hits = shop.engine.stats.answers
        answer, statements = await statements_of(lambda: asked.of(shop, other))  # noqa: B023  # asked at once
        assert (answer.status_code, statements) == (200, [])
        assert shop.engine.stats.answers == hits + 1


@pytest.mark.parametrize(
    "asked", [Asked("/orders?page_size=5"), Asked("", "{ orders(first: 5) { totalCount nodes { id } } }")]
)
async def test_what_depends_on_who_asks_is_not_shared(shop: Shop, asked: Asked) -> None:
    other = await another_customer(shop)
    mine = await warm(shop, asked, "customer")
    theirs = await warm(shop, asked, other)
    assert mine.content != theirs.content
    assert (await asked.of(shop, "customer")).content == mine.content


async def test_which_values_count_may_depend_on_what_is_found(shop: Shop) -> None:
    """`node` asks type after type: an order needs the values of both rules, a product of the first only."""
    document = "query One($id: ID!) { node(id: $id) { __typename ... on Product { name } ... on Order { total } } }"
    other = await another_customer(shop)
    (order,) = (await shop.rest("GET", "/orders?limit=1&fields=id", who="customer")).json()["data"]
    found = await warm(shop, asked := Asked("", document, {"id": order["id"]}), "customer")
    assert found.json()["data"]["node"]["__typename"] == "Order"
    assert (await warm(shop, asked, other)).json() == {"data": {"node": None}}
    assert (await asked.of(shop, "customer")).content == found.content


@pytest.mark.parametrize("asked", [Asked("/orders?limit=1"), Asked("", "{ orders(first: 1) { nodes { id } } }")])
async def test_who_may_not_ask_is_refused_the_same(shop: Shop, asked: Asked) -> None:
    """Whatever is kept for others."""
    credentials: list[dict[str, str]] = [
        {},
        {"X-API-Key": await key_of(shop, "customer", ["products:read"])},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic eDp5"},
        {"Cookie": "twofold=wrong"},
    ]
    before = [await asked.of(shop, **each) for each in credentials]
    for who in ("customer", "admin"):
        await warm(shop, asked, who)
    for each, refused in zip(credentials, before, strict=True):
        again = await asked.of(shop, **each)
        assert again.status_code == refused.status_code
        assert without_id(again) == without_id(refused)
        assert "errors" in again.json() or again.is_error


async def test_a_cookie_needs_its_token_whatever_is_kept(shop: Shop) -> None:
    asked = Asked("", "{ tags(first: 1) { nodes { name } } }")
    visitor = await browser_of(shop, "customer")
    cookie = {"Cookie": f"twofold={visitor.client.cookies['twofold']}"}
    refused = await asked.of(shop, **cookie)
    assert refused.status_code == 403
    for who in (None, "customer"):
        await warm(shop, asked, who)
    assert without_id(await asked.of(shop, **cookie)) == without_id(refused)


async def test_a_scope_that_a_key_lacks_counts(shop: Shop) -> None:
    asked = Asked("/products?limit=1&fields=name&include=reviews")
    whole, narrow = [await key_of(shop, "customer", scopes) for scopes in
                     (["products:read", "reviews:read"], ["products:read"])]  # fmt: skip
    await warm(shop, asked, **{"X-API-Key": whole})
    assert (await asked.of(shop, **{"X-API-Key": narrow})).status_code == 403


# -- what makes answers old --------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["rest", "graphql"])
async def test_a_write_makes_new_bytes_and_a_new_tag(shop: Shop, by: str) -> None:
    id_ = await one_of(shop, "products", status="published")
    questions = [
        Asked(f"/products/{id_}?fields=name,updated_at"),
        Asked("/products?limit=3&sort=-updated_at&fields=name"),
        Asked("", f'{{ product(id: "{id_}") {{ name updatedAt }} }}'),
    ]
    before = [await warm(shop, asked, "customer") for asked in questions]
    name = f"renamed by {by}"
    if by == "rest":
        done = await shop.rest("PATCH", f"/products/{id_}", {"name": name}, who="admin")
        assert done.status_code == 200, done.text
    else:
        mutation = "mutation($i: UpdateProductInput!) { updateProduct(input: $i) { errors { code } } }"
        made = await shop.graphql(mutation, who="admin", i={"id": id_, "name": name})
        assert made["data"]["updateProduct"]["errors"] == []
    for asked, old in zip(questions, before, strict=True):
        new = await asked.of(shop, "customer")
        assert name in new.text
        assert new.headers.get("etag") != old.headers.get("etag") or "etag" not in old.headers


async def test_a_write_elsewhere_leaves_an_object_alone(shop: Shop) -> None:
    rows = (await shop.rest("GET", "/products?limit=2&fields=id", who="admin")).json()["data"]
    asked = Asked(f"/products/{rows[0]['id']}?fields=name")
    first = await warm(shop, asked, "admin")
    await shop.rest("PATCH", f"/products/{rows[1]['id']}", {"stock": 7}, who="admin")
    again, statements = await statements_of(lambda: asked.of(shop, "admin"))
    assert (again.content, statements) == (first.content, [])


async def test_a_new_role_counts_at_once(shop: Shop) -> None:
    other = await another_customer(shop)
    asked = Asked("/products?page_size=1&filter[status]=draft&fields=id")
    assert (await warm(shop, asked, other)).json()["total"] == 0
    id_ = await id_of(shop, other)
    for role, sees in (("admin", True), ("customer", False)):
        assert (await shop.rest("PATCH", f"/users/{id_}", {"role": role}, who="admin")).status_code == 200
        assert ((await asked.of(shop, other)).json()["total"] > 0) is sees


async def test_a_new_membership_counts_at_once(shop: Shop) -> None:
    other = await another_customer(shop)
    asked = Asked("", "{ products(first: 1, filter: {status: {eq: draft}}) { totalCount } }")
    assert (await warm(shop, asked, other)).json()["data"]["products"]["totalCount"] == 0
    drafts = (await shop.rest("GET", "/products?limit=1&filter[status]=draft", who="admin")).json()["data"]
    member = {"vendor_id": drafts[0]["vendor_id"], "user_id": await id_of(shop, other)}
    made = await shop.rest("POST", "/memberships", member, who="admin")
    assert made.status_code == 201, made.text
    assert (await warm(shop, asked, other)).json()["data"]["products"]["totalCount"] > 0
    gone = await shop.rest("DELETE", f"/memberships/{made.json()['data']['id']}", who="admin")
    assert gone.status_code == 204
    assert (await asked.of(shop, other)).json()["data"]["products"]["totalCount"] == 0


async def test_who_has_signed_out_is_nobody(shop: Shop) -> None:
    asked = Asked("/orders?limit=1")
    token = {"Authorization": f"Bearer {await shop.sign_in('customer')}"}
    await warm(shop, asked, **token)
    await shop.engine.sign_out(token["Authorization"].removeprefix("Bearer "))
    assert (await asked.of(shop, **token)).status_code == 401


async def test_an_answer_lives_no_longer_than_its_rows(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows were kept for the other face before: what is made of them is not kept for all of the time again."""
    passed_s, now = 0.0, time.monotonic
    for module in (answers, memory, rows, store):
        monkeypatch.setattr(module, "monotonic", lambda: now() + passed_s)
    path, document = (
        "/tags?limit=4&sort=name",
        "{ tags(first: 4, orderBy: {name: ASC}) { nodes { id name } pageInfo { endCursor } } }",
    )
    ttl_s = shop.engine.settings.cache_ttl_s
    await Asked("", document).of(shop)
    passed_s = ttl_s - 2
    await warm(shop, Asked(path))
    passed_s = ttl_s + 2
    _, statements = await statements_of(lambda: Asked(path).of(shop))
    assert len(statements) == 1


async def test_an_answer_about_several_resources_lives_as_short_as_each(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where one of them says nothing, and the others longer than the settings."""
    monkeypatch.setattr(Tags, "cache", Caching(ttl_s=86400))
    kept_s = [
        shop.engine.caching_of(Statement(text="", parameters=(), keys=(), sources=tuple(map(Source, tables))))
        for tables in (("tags",), ("categories",), ("tags", "categories"))
    ]
    default_s = shop.engine.settings.cache_ttl_s
    assert [each and each.ttl_s for each in kept_s] == [86400, default_s, default_s]


async def test_what_is_asked_once_takes_no_room(shop: Shop) -> None:
    """The rows are kept, for the other face too; the answer when it is asked for again, or in an old one's place."""
    asked = Asked("/tags?limit=3&sort=-name")
    for entries in (1, 2, 2):
        await asked.of(shop)
        assert len(shop.engine.memory) == entries
    await shop.rest("POST", "/tags", {"name": "zz, another one"}, who="admin")
    hits, entries = shop.engine.stats.answers, len(shop.engine.memory)
    for _ in range(2):
        assert "zz, another one" in (await asked.of(shop)).text
    assert (shop.engine.stats.answers, len(shop.engine.memory)) == (hits + 1, entries)


async def test_links_that_repeat_the_request_count(shop: Shop) -> None:
    """By four they can be longer than all else."""
    before = shop.engine.memory.bytes
    asked = Asked("/tags?page_size=1&page=2&filter[name][ne]=" + "x" * 20_000)
    answer = await warm(shop, asked)
    assert len(answer.headers["link"]) > 80_000
    assert shop.engine.memory.bytes - before > len(answer.headers["link"]) + 20_000


# -- what is not kept --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "asked", "headers"),
    [
        ("a cost by REST", Asked("/tags?limit=2"), {"X-Cost": "yes"}),
        ("a cost by GraphQL", Asked("", "{ tags(first: 2) { nodes { name } } }"), {"X-Cost": "yes"}),
        ("introspection beside data", Asked("", "{ __schema { queryType { name } } tags { totalCount } }"), {}),
        ("no data at all", Asked("", "{ __typename }"), {}),
        ("an error beside data", Asked("", "{ tags { totalCount } orders { totalCount } }"), {}),
        ("a mutation", Asked("", "mutation { deleteTag(input: {id: \"x\"}) { errors { code } } }"), {}),
        ("a long request", Asked("", "{ tags { totalCount } } #" + "x" * 16_384), {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
async def test_what_is_not_kept(shop: Shop, said: str, asked: Asked, headers: dict[str, str]) -> None:
    before = shop.engine.stats.answers
    first, _, again = [await asked.of(shop, None, **headers) for _ in range(3)]
    assert first.status_code == 200, said
    assert without_id(first) == without_id(again)
    assert shop.engine.stats.answers == before


@pytest.mark.parametrize("keep", [True, False])
async def test_a_computed_field_is_kept_unless_it_says_otherwise(shop: Shop, keep: bool) -> None:
    products = next(each for each in shop.engine.resources if each.plural == "products")
    declared = products.computed["excerpt"].declared
    shop.engine.prepared.clear()
    object.__setattr__(declared, "keep", keep)
    try:
        before = shop.engine.stats.answers
        for _ in range(3):
            answer = await shop.rest("GET", f"/products?limit={5 + keep}&fields=excerpt")
            assert answer.status_code == 200
        assert shop.engine.stats.answers == before + keep
    finally:
        object.__setattr__(declared, "keep", True)
        shop.engine.prepared.clear()


async def test_a_cost_is_told_beside_what_is_kept(shop: Shop) -> None:
    asked = Asked("/tags?limit=2&sort=name")
    await warm(shop, asked)
    told = await asked.of(shop, **{"X-Cost": "yes"})
    assert told.headers["x-cost"] == "2"
    assert "x-cost" not in (await asked.of(shop)).headers


async def test_what_is_not_there_is_kept_as_rows(shop: Shop) -> None:
    """404 by no statement; and it is there at once when it is."""
    id_ = await one_of(shop, "products", status="draft")
    path = f"/products/{id_}?fields=name"
    missing = Asked(path), Asked("", f'{{ product(id: "{id_}") {{ id name version }} }}')
    assert (await missing[0].of(shop)).status_code == 404
    for asked in missing:
        answer, statements = await statements_of(lambda: asked.of(shop))  # noqa: B023  # asked at once
        assert statements == []
        assert answer.status_code == (200 if asked.document else 404)
    published = await shop.rest("POST", f"/products/{id_}/publish", who="admin")
    assert published.status_code == 200, published.text
    assert (await missing[0].of(shop)).status_code == 200
    assert (await missing[1].of(shop)).json()["data"]["product"] is not None


async def test_a_resource_that_opts_out_is_asked_each_time(shop_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tags, "cache", None)
    async with opened(shop_url, credential_memory_s=60) as shop:
        questions = ["/tags?limit=1", "/products?limit=1&include=tags", "/products?limit=1&filter[tags][some][name]=x"]
        for path in questions[:2]:
            for _ in range(2):
                answer, statements = await statements_of(lambda: Asked(path).of(shop))  # noqa: B023
                assert (answer.status_code, len(statements)) == (200, 1)
                assert answer.headers["cache-control"] == "private, no-cache"
        await warm(shop, Asked("/categories?limit=1"))


async def test_a_document_that_comes_with_its_hash_is_not_answered_by_what_is_kept(shop: Shop) -> None:
    """Who sends both was told that the hash is not known; so it must be learned."""
    text = "{ tags(first: 3) { totalCount } }"
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    named = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256}}}
    before = shop.engine.stats.answers
    for _ in range(3):
        assert (await shop.client.post("/graphql", json={"query": text, **named})).status_code == 200
    assert shop.engine.stats.answers == before
    for _ in range(2):
        assert "data" in (await shop.client.post("/graphql", json=named)).json()
    assert shop.engine.stats.answers == before + 1


async def test_a_transaction_sees_its_own_writes(shop: Shop) -> None:
    asked = Asked("/categories?limit=2&fields=name")
    await warm(shop, asked)
    async with shop.engine.database.transaction():
        await Category.all().update(position=F("position") + 1)
        hits = shop.engine.stats.answers
        _, statements = await statements_of(lambda: asked.of(shop))
    assert len(statements) == 1
    assert shop.engine.stats.answers == hits


# -- helpers -----------------------------------------------------------------------------------------------------


def without_id(answer: httpx.Response) -> str:
    return answer.text.replace(answer.headers["x-request-id"], "")


async def another_customer(shop: Shop) -> str:
    """The e-mail address of one more customer, who has ordered something; known from now on."""
    rows = (await shop.rest("GET", "/orders?limit=200&include=buyer&fields=id,buyer", who="admin")).json()["data"]
    emails = sorted({row["buyer"]["email"] for row in rows if row["buyer"]["role"] == "customer"} - {*EMAILS.values()})
    await shop.rest("GET", "/tags?page_size=1", who=emails[0])
    return str(emails[0])


async def id_of(shop: Shop, email: str) -> str:
    (row,) = (await shop.rest("GET", f"/users?limit=1&filter[email]={quote(email)}", who="admin")).json()["data"]
    return str(row["id"])


async def key_of(shop: Shop, who: str, scopes: list[str]) -> str:
    """An API key with these scopes, known from now on."""
    with shop.engine.database.use():
        user = await User.get(email=EMAILS[who])
    key = (await create_key(shop.engine.database, user.id, "till", scopes, None)).key
    await shop.client.get("/api/v1/tags?page_size=1", headers={"X-API-Key": key})
    return key
