"""Whatever is sent, the answer is of the documented form: a code, a sentence, a request id, and nothing from inside."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from support.figures import count
from support.shop import Shop
from twofold.identity.models import AccessToken, ApiKey
from twofold.identity.tokens import hash_of, new_secret
from twofold_rest.errors import ERROR_CODES

pytestmark = pytest.mark.contract

JSON = {"Content-Type": "application/json"}
INSIDE = re.compile(
    r"Traceback|asyncpg|sqlite|tortoise|pydantic|orjson|graphql-core|SELECT |INSERT |UPDATE |\.py\b|site-packages"
    r"|File \"|Error\(|0x[0-9a-f]{6}",
    re.IGNORECASE,
)
"""What no answer may say: names of what it is built with, SQL, paths, reprs."""


@dataclass(frozen=True, kw_only=True)
class Rest:
    """A request under /api/v1, and how it must be refused. `{…}` in a path are ids from the fixture `known`."""

    said: str
    method: str = "GET"
    path: str = "/products"
    body: Any = None
    """Bytes as they are, or else a value as JSON."""
    who: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 422
    code: str = "invalid"
    at: str | None = None
    """The field that the first field error names."""


@dataclass(frozen=True, kw_only=True)
class GraphQL:
    """A GraphQL request, and how it must be refused."""

    said: str
    query: str = "{ tags { totalCount } }"
    variables: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    who: str | None = None
    status: int = 200
    code: str = "invalid"
    at: str | None = None
    says: str = ""
    """What the message says."""


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A request to /graphql in its own words."""

    said: str
    method: str = "POST"
    url: str = "/graphql"
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    status: int = 400
    code: str = "malformed"


def nested(depth: int, inner: str, outer: str) -> str:
    return outer * depth + inner + outer.translate(str.maketrans("[{", "]}")) * depth


def filtered(data: Any) -> str:
    return f"/products?filter={quote(json.dumps(data))}"


def nots(depth: int) -> dict[str, Any]:
    data: dict[str, Any] = {"name": {"eq": "x"}}
    for _ in range(depth):
        data = {"not": data}
    return data


DEEP_FILTER = b'{"not": ' * 900 + b"{}" + b"}" * 900
REVIEW = {"product_id": "{product}", "rating": 5, "title": "Good"}


def review(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (REVIEW | changes).items() if value is not ...}


def posted(said: str, body: Any, at: str | None = None, **expected: Any) -> Rest:
    return Rest(said=said, method="POST", path="/reviews", body=body, who="customer", at=at, **expected)


MALFORMED: dict[str, Any] = {"status": 400, "code": "malformed"}
MISSING: dict[str, Any] = {"status": 404, "code": "not_found"}
COSTLY: dict[str, Any] = {"code": "too_costly"}
NOT_SIGNED_IN: dict[str, Any] = {"status": 401, "code": "unauthenticated"}

REST: list[Rest] = [
    # bodies
    posted("not JSON", b"{title:", **MALFORMED),
    posted("an array of something else", b"[5]", status=422, code="items_failed"),
    posted("an array that does not end", b"[{}", **MALFORMED),
    posted("a string", "hello", **MALFORMED),
    posted("null", b"null", **MALFORMED),
    posted("no body", b"", **MALFORMED),
    posted("a deep array", nested(5000, "", "[").encode(), **MALFORMED),
    posted("a deep value", b'{"title": ' + nested(5000, "", "[").encode() + b"}", **MALFORMED),
    posted("NaN", b'{"title": "a", "product_id": "{tag}", "rating": NaN}', "product_id"),
    posted("not UTF-8", b'{"title": "\xff"}', **MALFORMED),
    posted("half a surrogate pair", b'{"title": "\\ud800"}', **MALFORMED),
    posted("a NUL byte", review(title="a\0b"), "title"),
    posted("a number for a text", review(title=5), "title"),
    posted("a text for a number", review(rating="5"), "rating"),
    posted("a boolean for a number", review(rating=True), "rating"),
    posted("a fraction for a whole number", review(rating=4.5), "rating"),
    posted("an unknown field", review(stars=5), "stars"),
    posted("a field that nobody sets", review(created_at="2026-01-01T00:00:00Z"), "created_at"),
    posted("a missing field", review(title=...), "title"),
    posted("null for a text", review(title=None), "title"),
    posted("too long a text", review(title="x" * 151), "title"),
    posted("too short a text", review(title=""), "title"),
    posted("out of range", review(rating=6), "rating"),
    posted("a huge number", review(rating=10**40), "rating"),
    posted("an id that is none", review(product_id="tea"), "product_id"),
    posted("the id of a hidden row", review(product_id="{draft}"), "product_id"),
    posted("the id of another type's row", review(product_id="{tag}"), "product_id"),
    Rest(said="another media type", method="POST", path="/reviews", body=b"title=a", who="customer",
         headers={"Content-Type": "text/plain"}, status=415, code="unsupported_media_type"),
    Rest(said="more than 1 MiB", method="POST", path="/reviews", body=b'{"title": "' + b"x" * 2**20 + b'"}',
         who="customer", status=413, code="too_large"),
    # rights
    Rest(said="not signed in, a write", method="POST", path="/reviews", body=review(), **NOT_SIGNED_IN),
    Rest(said="not signed in, a list", path="/orders", **NOT_SIGNED_IN),
    Rest(said="not signed in, an item", path="/orders/{order}", **NOT_SIGNED_IN),
    Rest(said="no right", method="POST", path="/tags", body={"name": "new"}, who="customer", status=403,
         code="forbidden"),
    Rest(said="no right to a row", method="PATCH", path="/products/{product}", body={"stock": 1}, who="customer",
         status=403, code="forbidden"),
    Rest(said="no right to a field", path="/users?fields=email", status=403, code="forbidden"),
    Rest(said="no right to a filter", path="/products?filter[cost_price][gt]=1", status=403, code="forbidden"),
    Rest(said="no right to an order", path="/products?sort=cost_price", status=403, code="forbidden"),
    Rest(said="an unknown token", path="/tags", headers={"Authorization": f"Bearer tft_{'a' * 43}"}, **NOT_SIGNED_IN),
    Rest(said="an expired token", path="/tags", headers={"Authorization": "Bearer {expired}"}, **NOT_SIGNED_IN),
    Rest(said="a malformed token", path="/tags", headers={"Authorization": "Bearer x y"}, **NOT_SIGNED_IN),
    Rest(said="an empty token", path="/tags", headers={"Authorization": "Bearer"}, **NOT_SIGNED_IN),
    Rest(said="another scheme", path="/tags", headers={"Authorization": "Basic YTpi"}, **NOT_SIGNED_IN),
    Rest(said="two credentials", path="/tags", headers={"X-API-Key": "{key}"}, who="customer", **NOT_SIGNED_IN),
    Rest(said="an unknown key", path="/tags", headers={"X-API-Key": f"tfk_{'a' * 43}"}, **NOT_SIGNED_IN),
    Rest(said="a scope that is missing", path="/reviews", headers={"X-API-Key": "{key}"}, status=403,
         code="forbidden"),
    # paths
    Rest(said="an unknown path", path="/nowhere", **MISSING),
    Rest(said="an unknown item", path="/products/00000000-0000-7000-8000-000000000000", **MISSING),
    Rest(said="a wrong id", path="/products/tea", **MISSING),
    Rest(said="a NUL in an id", path="/products/%00", **MISSING),
    Rest(said="bad percent-encoding in an id", path="/products/%ff", **MISSING),
    Rest(said="a hidden row", path="/products/{draft}", **MISSING),
    Rest(said="another type's row", path="/products/{tag}", **MISSING),
    Rest(said="a write to a hidden row", method="PATCH", path="/products/{draft}", body={"stock": 1}, who="customer",
         **MISSING),
    Rest(said="a delete of a hidden row", method="DELETE", path="/reviews/{pending}", who="customer", **MISSING),
    Rest(said="a wrong method", method="DELETE", path="/payments", status=405, code="method_not_allowed"),
    Rest(said="an unheard-of method", method="BREW", status=405, code="method_not_allowed"),
    # query strings
    Rest(said="an unknown parameter", path="/products?pages=2", at="pages"),
    Rest(said="an unknown parameter of an item", path="/products/{product}?page=1", at="page"),
    Rest(said="an unknown parameter of a write", method="POST", path="/reviews?dry=1", body=review(), who="customer",
         at="dry"),
    Rest(said="an unknown parameter of a delete", method="DELETE", path="/reviews/{pending}?dry=1", who="admin",
         at="dry"),
    Rest(said="a repeated parameter", path="/products?page=1&page=2", at="page"),
    Rest(said="bad percent-encoding", path="/products?sort=%ff", **MALFORMED),
    Rest(said="101 parameters", path="/products?" + "&".join(f"a{n}=1" for n in range(101)), **MALFORMED),
    Rest(said="page 0", path="/products?page=0", at="page"),
    Rest(said="page -1", path="/products?page=-1", at="page"),
    Rest(said="a page in words", path="/products?page=two", at="page"),
    Rest(said="a page in other digits", path="/products?page=%D9%A2", at="page"),
    Rest(said="a huge page", path=f"/products?page={10**40}", at="page"),
    Rest(said="page_size 0", path="/products?page_size=0", at="page_size"),
    Rest(said="page_size 201", path="/products?page_size=201", at="page_size"),
    Rest(said="an unknown sort", path="/products?sort=colour", at="sort"),
    Rest(said="a sort that is not offered", path="/products?sort=description", at="sort"),
    Rest(said="an unknown field", path="/products?fields=colour", at="fields"),
    Rest(said="a field below a field", path="/products?fields=name.length", at="fields"),
    Rest(said="an unknown relation", path="/products?include=colours", at="include"),
    Rest(said="11 levels", path="/categories?fields=" + "parent." * 10 + "name", **COSTLY),
    Rest(said="thousands of levels", path="/categories?fields=" + "parent." * 2000 + "name", **COSTLY),
    # filters
    Rest(said="an unknown field in a filter", path="/products?filter[colour]=red", at="filter.colour"),
    Rest(said="an unknown operator", path="/products?filter[price][near]=1", at="filter.price.near"),
    Rest(said="a NUL in a filter", path="/products?filter[name]=a%00", at="filter.name.eq"),
    Rest(said="a wrong value", path="/products?filter[stock][gt]=many", at="filter.stock.gt"),
    Rest(said="a huge number in a filter", path=f"/products?filter[stock][gt]={10**40}", at="filter.stock.gt"),
    Rest(said="a day for an instant", path="/products?filter[created_at][gt]=5", at="filter.created_at.gt"),
    Rest(said="NaN for money", path="/products?filter[price][gt]=NaN", at="filter.price.gt"),
    Rest(said="a wrong enum", path="/products?filter[status]=sold", at="filter.status.eq"),
    Rest(said="a wrong id in a filter", path="/products?filter[vendor_id]=tea", at="filter.vendor_id.eq"),
    Rest(said="brackets that do not fit", path="/products?filter[price][gte][x]=1", at="filter[price][gte][x]"),
    Rest(said="a comparison twice", path="/products?filter[price]=1&filter[price][eq]=1", at="filter.price.eq"),
    Rest(said="a filter across and into", path="/products?filter[category]=1&filter[category.name]=1",
         at="filter.category.eq"),
    Rest(said="a filter that is not JSON", path="/products?filter={", **MALFORMED),
    Rest(said="a filter with a lone surrogate", path="/products?filter=%7B%22name%22:%22%5Cud800%22%7D", **MALFORMED),
    Rest(said="a filter that is a list", path=filtered([]), at="filter"),
    Rest(said="a filter that is a text", path=filtered("a"), at="filter"),
    Rest(said="a filter that is null", path=filtered(None), at="filter"),
    Rest(said="'or' with an object", path=filtered({"or": {}}), at="filter.or"),
    Rest(said="'not' with a list", path=filtered({"not": []}), at="filter.not"),
    Rest(said="no quantifier", path=filtered({"reviews": {"rating": 5}}), at="filter.reviews"),
    Rest(said="'in' without a list", path=filtered({"stock": {"in": 5}}), at="filter.stock.in"),
    Rest(said="null compared", path=filtered({"stock": {"gt": None}}), at="filter.stock.gt"),
    Rest(said="is_null of no boolean", path=filtered({"stock": {"is_null": 3}}), at="filter.stock.is_null"),
    Rest(said="a deep filter", path=filtered(nots(13)), **COSTLY),
    Rest(said="a very deep filter", path="/products?filter=" + quote('{"not":' * 1500 + "{}" + "}" * 1500),
         **MALFORMED),
    Rest(said="201 comparisons", path=filtered({"or": [{"stock": {"gt": 1}}] * 201}), **COSTLY),
    Rest(said="10,001 values", path=f"/products?filter[stock][in]={','.join(['1'] * 10_001)}", **COSTLY),
]  # fmt: skip

CREATE = "mutation C($input: CreateReviewInput!) { createReview(input: $input) { errors { code path message } } }"


def written(said: str, input_: dict[str, Any], **expected: Any) -> GraphQL:
    return GraphQL(said=said, query=CREATE, variables={"input": input_}, who="customer", **expected)


def products(arguments: str, below: str = "totalCount") -> str:
    return f"{{ products({arguments}) {{ {below} }} }}"


def parents(depth: int) -> str:
    return "{ categories { nodes { " + "parent { " * (depth - 1) + "name" + " }" * (depth + 2)


FILTERED = "query Q($f: ProductFilter) { products(filter: $f) { totalCount } }"
OF_TYPE = {"productId": "{product}", "rating": 5, "title": "Good"}

LONG = "x" * 64
EACH = "reviews(first: 200) { nodes { "
MILLIONS = "products(first: 200) { nodes { " + EACH + "author { " + EACH + "id" + " }" * 7

GRAPHQL: list[GraphQL] = [
    GraphQL(said="no GraphQL", query="{", code="malformed"),
    GraphQL(said="1,000 levels", query="{ products { nodes { " + "category { " * 1000 + "id" + " }" * 1003,
            code="malformed"),
    GraphQL(said="1,900 lists in a literal", query=products(f"first: {'[' * 1900}{']' * 1900}"), code="malformed"),
    GraphQL(said="a filter of 13 levels", query=FILTERED, variables={"f": nots(13)}, code="too_costly"),
    GraphQL(said="a filter of 300 levels", query=FILTERED, variables={"f": nots(300)}),
    GraphQL(said="an unknown field", query="{ colours { id } }", says="colours"),
    GraphQL(said="an unknown operation", more={"operationName": "Other"}, says="Other"),
    GraphQL(said="which of two operations", query="query A { __typename } query B { __typename }"),
    GraphQL(said="a subscription", query="subscription { tags { totalCount } }"),
    GraphQL(said="a variable of a wrong type", query="query Q($n: Int) { tags(first: $n) { totalCount } }",
            variables={"n": "five"}),
    GraphQL(said="a variable that is too large", query="query Q($n: Int) { tags(first: $n) { totalCount } }",
            variables={"n": 2**40}),
    GraphQL(said="a variable that is missing", query="query Q($id: ID!) { product(id: $id) { name } }"),
    GraphQL(said="a NUL in a filter", query=products('filter: {name: {eq: "a\\u0000"}}'), at="filter.name.eq"),
    GraphQL(said="an unknown sort", query=products("orderBy: {colour: ASC}")),
    GraphQL(said="two fields in one order", query=products("orderBy: {name: ASC, price: ASC}")),
    GraphQL(said="an unknown operator", query=products('filter: {price: {near: "1"}}')),
    GraphQL(said="a wrong value", query=products('filter: {price: {gt: "much"}}'), at="filter.price.gt"),
    GraphQL(said="NaN for money", query=products('filter: {price: {gt: "NaN"}}'), at="filter.price.gt"),
    GraphQL(said="a number for money", query=products("filter: {price: {gt: 1}}")),
    GraphQL(said="a wrong enum", query=products("filter: {status: {eq: sold}}")),
    GraphQL(said="a wrong id in a filter", query=products('filter: {vendorId: {eq: "tea"}}'), at="filter.vendorId.eq"),
    GraphQL(said="null compared", query=products("filter: {stock: {gt: null}}"), at="filter.stock.gt"),
    GraphQL(said="no quantifier", query=products("filter: {reviews: {}}"), at="filter.reviews"),
    GraphQL(said="a deep filter", query=products(f"filter: {'{not: ' * 13}{{}}{'}' * 13}"), code="too_costly"),
    GraphQL(said="10,001 values", query="query Q($in: [Int!]) { products(filter: {stock: {in: $in}}) { totalCount } }",
            variables={"in": [1] * 10_001}, code="too_costly"),
    GraphQL(said="a nonsensical cursor", query=products('after: "nonsense"'), code="malformed"),
    GraphQL(said="a cursor that is JSON", query=products('after: "W10"'), code="malformed"),
    GraphQL(said="a cursor with a surrogate", query=products('after: "\\uD800"'), code="malformed"),
    GraphQL(said="another question's cursor", query=products('after: "{cursor}", orderBy: {name: DESC}'),
            code="malformed"),
    GraphQL(said="first: -1", query=products("first: -1"), at="first"),
    GraphQL(said="first: 201", query=products("first: 201"), at="first"),
    GraphQL(said="last: 201", query=products("last: 201"), at="last"),
    GraphQL(said="first and last", query=products("first: 1, last: 1"), at="first"),
    GraphQL(said="after and before", query=products('after: "{cursor}", before: "{cursor}"'), at="first"),
    GraphQL(said="first and before", query=products('first: 1, before: "{cursor}"'), at="last"),
    GraphQL(said="11 levels", query=parents(11), code="too_costly"),
    GraphQL(said="11 levels beside the schema", query="{ __schema { queryType { name } } " + parents(11)[2:],
            code="too_costly"),
    GraphQL(said="1,000 aliases", query="{ " + " ".join(f"a{n}: tags {{ totalCount }}" for n in range(1000)) + " }",
            code="too_costly"),
    GraphQL(said="31 questions", query="{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }",
            code="too_costly"),
    GraphQL(said="61 fields", code="too_costly",
            query=products("first: 1", "nodes { " + " ".join(f"a{n}: name" for n in range(61)) + " }")),
    GraphQL(said="61 fields below", code="too_costly",
            query=products("first: 1", "nodes { category { " + " ".join(f"a{n}: name" for n in range(61)) + " } }")),
    GraphQL(said="a name of 64 characters below", code="too_costly",
            query=products("first: 1", f"nodes {{ tags {{ {LONG}: nodes {{ id }} nodes {{ {LONG}: id }} }} }}")),
    GraphQL(said="millions of rows", query="{ " + MILLIONS + " }", code="too_costly"),
    GraphQL(said="millions of rows beside the schema", query="{ __schema { queryType { name } } " + MILLIONS + " }",
            code="too_costly"),
    GraphQL(said="not signed in", query="{ orders { totalCount } }", code="unauthenticated"),
    GraphQL(said="no right to a field", query="{ users { nodes { email } } }", code="forbidden"),
    GraphQL(said="no right to a filter", query=products('filter: {costPrice: {gt: "1"}}'), code="forbidden"),
    GraphQL(said="no right to an order", query=products("orderBy: {costPrice: ASC}"), code="forbidden"),
    GraphQL(said="not signed in, a write", query=CREATE, variables={"input": OF_TYPE}, code="unauthenticated"),
    GraphQL(said="no right to write", query='mutation { createTag(input: {name: "new"}) { errors { code } } }',
            who="customer", code="forbidden"),
    GraphQL(said="a write to a hidden row", who="customer", code="not_found",
            query='mutation { updateProduct(input: {id: "{draft}", stock: 1}) { errors { code } } }'),
    GraphQL(said="a delete of a wrong id", who="customer", code="not_found",
            query='mutation { deleteReview(input: {id: "tea"}) { errors { code } } }'),
    written("a number for a text", OF_TYPE | {"title": 5}),
    written("a text for a number", OF_TYPE | {"rating": "5"}),
    written("an unknown field of an input", OF_TYPE | {"stars": 5}),
    written("a missing field of an input", {"rating": 5, "title": "Good"}),
    written("a huge number of an input", OF_TYPE | {"rating": 10**40}),
]  # fmt: skip

FORM: list[tuple[str, dict[str, Any], str]] = [
    ("a NUL byte", {"title": "a\0b"}, "title"),
    ("too long a text", {"title": "x" * 151}, "title"),
    ("too short a text", {"title": ""}, "title"),
    ("out of range", {"rating": 6}, "rating"),
    ("an id that is none", {"productId": "tea"}, "productId"),
    ("the id of a hidden row", {"productId": "{draft}"}, "productId"),
    ("the id of another type's row", {"productId": "{tag}"}, "productId"),
    ("null for a text", {"body": None}, "body"),
]
"""What a form can show: it is in the payload, at the field."""

HTML = {"Accept": "text/html"}
RAW: list[Raw] = [
    Raw(said="not JSON", body=b"{query:"),
    Raw(said="an array", body=b"[]"),
    Raw(said="a string", body=b'"{ tags { totalCount } }"'),
    Raw(said="null", body=b"null"),
    Raw(said="no body"),
    Raw(said="deep JSON", body=nested(5000, "", "[").encode()),
    Raw(said="a filter of 900 levels", status=200, code="invalid",
        body=b'{"query": "%s", "variables": {"f": %s}}' % (FILTERED.encode(), DEEP_FILTER)),
    Raw(said="NaN", body=b'{"query": "{ __typename }", "variables": {"a": NaN}}'),
    Raw(said="not UTF-8", body=b'{"query": "\xff"}'),
    Raw(said="half a surrogate pair", body=b'{"query": "{ __typename } # \\ud800"}'),
    Raw(said="no query", body=b"{}"),
    Raw(said="a query that is no text", body=b'{"query": 5}'),
    Raw(said="variables in a list", body=b'{"query": "{ __typename }", "variables": []}'),
    Raw(said="an operation's name that is no text", body=b'{"query": "{ __typename }", "operationName": 5}'),
    Raw(said="another media type", body=b"{ __typename }", headers={"Content-Type": "application/graphql"}, status=415),
    Raw(said="no media type", body=b"{}", headers={}, status=415),
    Raw(said="more than 1 MiB", body=b'{"query": "#' + b"x" * 2**20 + b'"}', status=413, code="too_large"),
    Raw(said="a mutation by GET", method="GET", status=405,
        url="/graphql?query=mutation%7BdeleteTag(input:%7Bid:%22a%22%7D)%7BdeletedId%7D%7D"),
    Raw(said="no query by GET", method="GET"),
    Raw(said="variables by GET that are no JSON", method="GET", url="/graphql?query=%7B__typename%7D&variables=%7B"),
    Raw(said="bad percent-encoding", method="GET", url="/graphql?query=%ff", status=200),
    Raw(said="a repeated parameter", method="GET", url="/graphql?query=%7B__typename%7D&query=%7B__typename%7D"),
    Raw(said="a wrong method", method="DELETE", status=405, code="method_not_allowed"),
    Raw(said="an unknown path", url="/graphql/none", status=404, code="not_found"),
    Raw(said="an unknown token", headers={"Authorization": "Bearer nothing", **JSON},
        body=b'{"query": "{ __typename }"}', status=401, code="unauthenticated"),
    Raw(said="another scheme", headers={"Authorization": "Basic YTpi", **JSON},
        body=b'{"query": "{ __typename }"}', status=401, code="unauthenticated"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def known(shop: Shop) -> dict[str, str]:
    """Ids of rows of all sorts, a cursor, an expired token and a key with one scope."""

    async def first(path: str) -> str:
        return (await shop.rest("GET", path, who="admin")).json()["data"][0]["id"]

    products = (await shop.graphql("{ products(first: 1) { edges { cursor } } }"))["data"]["products"]
    user = await first("/users?filter[email]=customer@example.com")
    token, key = new_secret("token"), new_secret("key")
    with shop.engine.database.use():
        past = datetime.now(UTC) - timedelta(seconds=1)
        await AccessToken.create(user_id=user, token_hash=hash_of(token), expires_at=past)
        await ApiKey.create(user_id=user, name="tags", prefix=key[:12], key_hash=hash_of(key), scopes=["tags:read"])
    others = {"status": "pending", "not": {"author_id": user}}
    return {
        "product": await first("/products?filter[status]=published"),
        "draft": await first("/products?filter[status]=draft"), "tag": await first("/tags"),
        "order": await first("/orders"), "pending": await first(f"/reviews?filter={quote(json.dumps(others))}"),
        "cursor": products["edges"][0]["cursor"], "expired": token, "key": key,
    }  # fmt: skip


def fill(value: Any, known: dict[str, str]) -> Any:
    """Puts ids in the places of their names."""
    if isinstance(value, dict):
        return {name: fill(each, known) for name, each in value.items()}
    if isinstance(value, str):
        return re.sub(r"\{(product|draft|tag|order|pending|cursor|expired|key)\}", lambda found: known[found[1]], value)
    return value


def check_any(answer: httpx.Response) -> dict[str, Any]:
    """What holds for every refusal of either face; returns its body."""
    assert answer.status_code < 500, answer.text
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers["x-request-id"])
    assert not INSIDE.search(answer.text), answer.text
    count("contract", "bad requests refused")
    body: dict[str, Any] = answer.json()
    return body


def check_rest(answer: httpx.Response) -> dict[str, Any]:
    body = check_any(answer)
    assert set(body) <= {"detail", "error_code", "field_errors", "item_errors", "hint", "request_id"}, body
    assert body["detail"].endswith((".", "!"))
    assert body["error_code"] in ERROR_CODES
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


def check_graphql(answer: httpx.Response) -> dict[str, Any]:
    body = check_any(answer)
    assert set(body) <= {"data", "errors"}, body
    for error in body["errors"]:
        assert error["message"]
        assert error["extensions"]["code"] in ERROR_CODES
        assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
    return body


@pytest.mark.parametrize("case", REST, ids=lambda case: case.said)
async def test_rest(shop: Shop, known: dict[str, str], case: Rest) -> None:
    body = fill(case.body, known)
    content = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
    headers = {**JSON, **await shop.headers(case.who), **fill(case.headers, known)}
    answer = await shop.client.request(
        case.method, "/api/v1" + fill(case.path, known), headers=headers, content=content
    )
    found = check_rest(answer)
    assert (answer.status_code, found["error_code"]) == (case.status, case.code), found
    if case.at is not None:
        assert found["field_errors"][0]["field"] == case.at
    assert ("www-authenticate" in answer.headers) is (case.status == 401 or "needs the scope" in found["detail"])


@pytest.mark.parametrize("case", GRAPHQL, ids=lambda case: case.said)
async def test_graphql(shop: Shop, known: dict[str, str], case: GraphQL) -> None:
    body = {"query": fill(case.query, known), "variables": fill(case.variables, known), **case.more}
    answer = await shop.client.post("/graphql", json=body, headers=await shop.headers(case.who))
    found = check_graphql(answer)
    error = found["errors"][0]
    assert (answer.status_code, error["extensions"]["code"]) == (case.status, case.code), found
    assert case.says in error["message"]
    if case.at is not None:
        assert error["extensions"]["fieldErrors"][0]["field"] == case.at


@pytest.mark.parametrize(("said", "changes", "at"), FORM, ids=[said for said, _, _ in FORM])
async def test_graphql_forms(shop: Shop, known: dict[str, str], said: str, changes: dict[str, Any], at: str) -> None:
    answer = await shop.graphql(CREATE, who="customer", input=fill(OF_TYPE | changes, known))
    (error,) = answer["data"]["createReview"]["errors"]
    assert error["path"] == [at]
    assert error["message"].endswith(".")
    assert not INSIDE.search(json.dumps(answer))


@pytest.mark.parametrize("case", RAW, ids=lambda case: case.said)
async def test_graphql_transport(shop: Shop, case: Raw) -> None:
    answer = await shop.client.request(case.method, case.url, content=case.body, headers=case.headers)
    if case.code in ("method_not_allowed", "not_found", "too_large"):  # refused before it was GraphQL
        code = check_rest(answer)["error_code"]
    else:
        code = check_graphql(answer)["errors"][0]["extensions"]["code"]
    assert (answer.status_code, code) == (case.status, case.code), answer.text


async def test_good_input_at_the_bounds(shop: Shop, known: dict[str, str]) -> None:
    """The other side of each bound is served."""
    many = ",".join(map(str, range(10_000)))
    for path in (
        "/products?page_size=200", "/products?page=1000000", f"/products?filter[stock][in]={many}",
        filtered(nots(12)), filtered({"or": [{"stock": {"gt": 1}}] * 200}), "/categories?fields=parent.parent.name",
    ):  # fmt: skip
        answer = await shop.rest("GET", path)
        assert answer.status_code == 200, answer.text
    sixty = " ".join(f"a{number}: name" for number in range(60))
    for query in (products("first: 200"), products("first: 0"), products(f'after: "{known["cursor"]}"'), parents(10),
                  products("first: 1", f"nodes {{ {sixty} }}"), products("first: 1", f"nodes {{ {'x' * 63}: id }}"),
                  "{ " + " ".join(f"a{number}: __typename" for number in range(30)) + " }"):  # fmt: skip
        assert "errors" not in await shop.graphql(query), query
    query = "query Q($in: [Int!]) { products(filter: {stock: {in: $in}}) { totalCount } }"
    values: dict[str, Any] = {"in": list(range(10_000))}
    assert "errors" not in await shop.graphql(query, **values)


async def test_ten_levels_of_one_statement(shop: Shop) -> None:
    """GraphQL goes level by level where SQLite cannot parse them all; REST, which would not, says so."""
    answer = await shop.rest("GET", "/categories?include=" + ".".join(["parent"] * 9))
    if answer.status_code != 200:
        assert shop.engine.database.dialect == "sqlite"
        assert check_rest(answer)["error_code"] == "too_costly"
    assert "errors" not in await shop.graphql(parents(10))


async def test_introspection_works(shop: Shop) -> None:
    answer = await shop.graphql('{ __schema { queryType { name } types { name } } __type(name: "Product") { kind } }')
    assert answer["data"]["__schema"]["queryType"] == {"name": "Query"}
    assert answer["data"]["__type"] == {"kind": "OBJECT"}


async def test_problem_json_for_who_asks_for_it(shop: Shop) -> None:
    answer = await shop.client.get("/api/v1/products?page=0", headers={"Accept": "application/problem+json"})
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["title"]) == ("about:blank", "Invalid")
    assert (body["status"], body["error_code"]) == (422, "invalid")
