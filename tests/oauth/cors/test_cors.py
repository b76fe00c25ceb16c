"""Which pages of other origins may call what: the API with a token, the pages for people not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from support.shop import Shop, opened

pytestmark = pytest.mark.oauth

ORIGIN = {"Origin": "https://spa.example"}
SHARED = [
    "/api/v1/products", "/api/v1/orders", "/api/v1/none", "/graphql", "/oauth/token", "/oauth/revoke",
    "/oauth/userinfo", "/oauth/register", "/oauth/device_authorization", "/oauth/jwks",
    "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
]  # fmt: skip
NOT_SHARED = [
    "/oauth/authorize", "/oauth/logout", "/oauth/introspect", "/oauth/par", "/account", "/account/sign-in",
    "/account/keys", "/device", "/auth/session", "/auth/login", "/auth/logout", "/healthz", "/graphql/static/x.js",
]  # fmt: skip


@pytest.fixture(scope="module")
async def strict(shop_url: str) -> AsyncIterator[Shop]:
    """The shop that two origins only may call."""
    async with opened(shop_url, cors_origins=["https://spa.example", "https://other.example"]) as shop:
        yield shop


def permission(answer: httpx.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control-")}


async def preflight(shop: Shop, path: str, origin: str = "https://spa.example", method: str = "PATCH"
                    ) -> httpx.Response:  # fmt: skip
    headers = {"Origin": origin, "Access-Control-Request-Method": method,
               "Access-Control-Request-Headers": "authorization, content-type"}  # fmt: skip
    return await shop.client.options(path, headers=headers)


@pytest.mark.parametrize("path", SHARED)
async def test_scripts_of_applications_may(shop: Shop, path: str) -> None:
    answer = await shop.client.get(path, headers=ORIGIN)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    before = await preflight(shop, path)
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in before.headers
    assert {"PATCH", "DELETE", "PUT"} <= set(before.headers["access-control-allow-methods"].split(", "))
    allowed = before.headers["access-control-allow-headers"].lower().split(", ")
    assert {"accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-api-key",
            "x-cost", "x-request-id"} == set(allowed)  # fmt: skip


@pytest.mark.parametrize("path", NOT_SHARED)
async def test_pages_for_people_and_cookies_may_not(shop: Shop, path: str) -> None:
    """Check 36: no script of another origin reads pages for people, the authorization endpoint among them."""
    for answer in (
        await shop.client.get(path, headers=ORIGIN),
        await shop.client.post(path, headers=ORIGIN),
        await preflight(shop, path, method="POST"),
    ):
        assert permission(answer) == set()


async def test_without_an_origin_nothing_is_added(shop: Shop) -> None:
    answer = await shop.client.get("/api/v1/products")
    assert permission(answer) == set()
    assert (await shop.client.options("/api/v1/products")).status_code == 405


async def test_what_scripts_may_read(shop: Shop) -> None:
    answer = await shop.client.get("/api/v1/products?page_size=1", headers={**ORIGIN, "X-Cost": "1"})
    shown = {each.lower() for each in answer.headers["access-control-expose-headers"].split(", ")}
    assert {"etag", "link", "location", "retry-after", "x-request-id", "x-cost", "www-authenticate"} == shown
    assert {"etag", "link", "x-request-id", "x-cost"} <= set(answer.headers)


async def test_refusals_may_be_read_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = [await shop.client.get("/api/v1/orders", headers=ORIGIN)]
    refused.append(await shop.client.post("/api/v1/tags", headers=ORIGIN, content=b"x" * 2**21))
    refused.append(await shop.client.post("/graphql", headers=ORIGIN, content=b"{"))
    refused.append(await shop.client.get("/api/v1/none", headers=ORIGIN))

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(shop.engine, "read", broken)
    refused.append(await shop.client.get("/api/v1/products?limit=17", headers=ORIGIN))
    assert [each.status_code for each in refused] == [401, 413, 415, 404, 500]
    for answer in refused:
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_named_origins_only(strict: Shop) -> None:
    for origin, allowed in (("https://spa.example", True), ("https://evil.example", False), ("null", False)):
        answer = await strict.client.get("/api/v1/products", headers={"Origin": origin})
        assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert answer.headers["vary"] == "Authorization, Cookie, X-API-Key, Origin, X-Cost"
        before = await preflight(strict, "/api/v1/products", origin)
        assert before.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert before.headers["vary"] == "Origin"
