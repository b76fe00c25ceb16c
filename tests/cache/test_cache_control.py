"""What HTTP is told of answers: who may keep them, what they depend on; the same with the cache on and off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest

from support.shop import Shop, opened

SHORT = "public, max-age=0, s-maxage=30, stale-while-revalidate=30"
LONG = "public, max-age=0, s-maxage=300, stale-while-revalidate=300"
PRIVATE = "private, no-cache"
BY_WHO = "Authorization, Cookie, X-API-Key"

GRAPHQL_TYPE = "application/graphql-response+json"
QUERY = "{ tags(first: 2) { totalCount nodes { name } } }"
PATHS = {
    "/api/v1/tags?limit=2": LONG,
    "/api/v1/categories?page_size=2&include=children": LONG,
    "/api/v1/tags/aggregate": LONG,
    "/api/v1/products?limit=2&fields=name": SHORT,
    "/api/v1/products?limit=2": SHORT,  # with a computed field
    "/api/v1/categories?limit=2&include=products": SHORT,
    "/api/v1/categories?limit=2&filter=" + quote('{"products":{"some":{"name":{"contains":"a"}}}}'): SHORT,
    "/api/v1/reviews?limit=2&include=author": PRIVATE,  # people are not declared so
    "/api/v1/users?limit=2": PRIVATE,
    f"/graphql?query={quote(QUERY)}": LONG,
    f"/graphql?query={quote('{ products { nodes { name reviews { totalCount } } } tags { totalCount } }')}": SHORT,
    f"/graphql?query={quote('{ tags { totalCount } users { totalCount } }')}": PRIVATE,
    f"/graphql?query={quote('{ __typename }')}": PRIVATE,
    f"/graphql?query={quote('{ tags { totalCount } orders { totalCount } }')}": PRIVATE,  # an error
    f"/graphql?query={quote('{ __schema { queryType { name } } tags { totalCount } }')}": PRIVATE,
}  # fmt: skip


@pytest.fixture(scope="module", params=["memory", "off"])
async def shop(shop_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """The demo shop, with the cache and without."""
    async with opened(shop_url, cache=request.param, cors_origins=["https://page.example"]) as shop:
        yield shop


async def got(shop: Shop, path: str, *, method: str = "GET", who: str | None = None, **headers: str) -> httpx.Response:
    return await shop.client.request(method, path, headers={**await shop.headers(who), **headers})


@pytest.mark.parametrize("path", PATHS)
async def test_who_may_keep_it_follows_from_what_is_declared(shop: Shop, path: str) -> None:
    varies = f"Accept, {BY_WHO}" if path.startswith("/graphql") else BY_WHO
    for _ in range(3):  # the last one may have been kept
        answer = await got(shop, path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == PATHS[path]
        assert answer.headers["vary"] == (f"{varies}, Origin, X-Cost" if PATHS[path] != PRIVATE else varies)
        whose = await got(shop, path, who="customer")
        assert (whose.headers["cache-control"], whose.headers["vary"]) == (PRIVATE, varies)
    told = await got(shop, path, **{"X-Cost": "yes"})
    assert told.headers["cache-control"] == PRIVATE


@pytest.mark.parametrize("path", [path for path in PATHS if "orders" not in path])
@pytest.mark.parametrize("who", [None, "customer"])
async def test_who_has_it_is_told_the_same(shop: Shop, path: str, who: str | None) -> None:
    """304 with all that a 200 would have said of it (RFC 9110 §15.4.5), also by HEAD."""
    whole = await got(shop, path, who=who)
    for method in ("GET", "HEAD"):
        unchanged = await got(shop, path, who=who, method=method, **{"If-None-Match": whole.headers["etag"]})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        for name in ("etag", "cache-control", "vary", "link"):
            assert unchanged.headers.get(name) == whole.headers.get(name)
        assert "content-type" not in unchanged.headers
    head = await got(shop, path, who=who, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    different = {name for name in whole.headers if head.headers.get(name) != whole.headers[name]}
    assert different == {"x-request-id"}


@pytest.mark.parametrize("path", [
    "/api/v1/orders?limit=1", "/api/v1/tags?colour=red", "/api/v1/tags/x", "/api/v1/colours",
    "/graphql?query=%7B", "/graphql?query=mutation%7BdeleteTag(input:%7Bid:%22x%22%7D)%7Berrors%7Bcode%7D%7D%7D",
])  # fmt: skip
async def test_a_refusal_is_for_nobody_else(shop: Shop, path: str) -> None:
    answer = await got(shop, path)
    assert "error" in answer.text
    assert answer.headers["cache-control"] == PRIVATE


async def test_what_is_posted_is_for_nobody_else(shop: Shop) -> None:
    for _ in range(3):
        answer = await shop.client.post("/graphql", json={"query": QUERY})
        assert answer.headers["cache-control"] == PRIVATE
        assert "etag" not in answer.headers


async def test_origins_are_not_mixed_up(shop: Shop) -> None:
    """What is kept has no permission of another origin in it; `Vary` names the origin once."""
    for origin, allowed in (("https://page.example", "https://page.example"), ("https://other.example", None)) * 2:
        answer = await got(shop, "/api/v1/tags?limit=2", Origin=origin)
        assert answer.headers.get("access-control-allow-origin") == allowed
        assert answer.headers["vary"] == f"{BY_WHO}, Origin, X-Cost"
    assert "access-control-allow-origin" not in (await got(shop, "/api/v1/tags?limit=2")).headers


async def test_media_types_are_not_mixed_up(shop: Shop) -> None:
    for wanted in (GRAPHQL_TYPE, "application/json", GRAPHQL_TYPE, "*/*"):
        by_get = await got(shop, f"/graphql?query={quote(QUERY)}", Accept=wanted)
        by_post = await shop.client.post("/graphql", json={"query": QUERY}, headers={"Accept": wanted})
        expected = "application/json" if wanted == "*/*" else wanted
        for answer in (by_get, by_post):
            assert answer.headers["content-type"] == f"{expected}; charset=utf-8"


@pytest.mark.parametrize("path", ["/api/v1/products?limit=3&sort=name&fields=name", f"/graphql?query={quote(QUERY)}"])
async def test_tags_of_bytes_are_the_same_everywhere(shop_url: str, path: str) -> None:
    """Another process, with the cache or without, gives one and the same tag."""
    tags = set()
    for place in ("memory", "off", "memory"):
        async with opened(shop_url, cache=place) as shop:
            tags |= {(await got(shop, path)).headers["etag"] for _ in range(3)}
    assert len(tags) == 1


async def test_nothing_is_kept_where_that_is_off(shop: Shop) -> None:
    for _ in range(3):
        await got(shop, "/api/v1/tags?limit=2")
    assert (shop.engine.stats.answers > 0) is (shop.engine.settings.cache == "memory")
