"""Tokens of applications on both faces: within their scopes and their person's rights (RFC 6750 §3.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from support.authority import Registered
from support.oauth import Browser, Provider
from twofold.identity.models import AccessToken
from twofold.identity.tokens import hash_of

pytestmark = pytest.mark.oauth

CREATE = "mutation { createReview(input: {}) { review { id } } }"


async def test_both_faces(server: Provider, browser: Browser, confidential: Registered) -> None:
    """A token with the scope reads by both faces what its person reads; without it, nothing that needs it."""
    enough = (await server.tokens(confidential, browser, scope="orders:read"))["access_token"]
    too_few = (await server.tokens(confidential, browser, scope="openid profile products:read"))["access_token"]
    nothing = (await server.tokens(confidential, browser, scope="openid"))["access_token"]
    assert await server.statuses(enough) == (200, 200)
    for token in (too_few, nothing):
        assert await server.statuses(token) == (403, 403)


async def test_reading_is_not_changing(server: Provider, browser: Browser, confidential: Registered) -> None:
    """A token that may read changes nothing."""
    token = (await server.tokens(confidential, browser, scope="orders:read products:read"))["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    for method, path in (("POST", "/api/v1/orders"), ("POST", "/api/v1/reviews"), ("POST", "/api/v1/products")):
        answer = await server.client.request(method, path, json={}, headers=headers)
        assert answer.status_code in (403, 422), path
        assert answer.status_code == 403 or "scope" in answer.text or "field_errors" in answer.text


async def test_a_person_without_the_right(server: Provider) -> None:
    """A scope gives nobody more than they may: a customer's token with all scopes is a customer's."""
    client = await server.register(scopes=list(server.identity.scopes))
    token = (await server.tokens(client, await server.browser(), scope=None))["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    through = (await server.client.get("/api/v1/orders?page_size=1", headers=headers)).json()["total"]
    own = (await server.shop.rest("GET", "/orders?page_size=1", who="customer")).json()["total"]
    assert through == own


async def test_expired(server: Provider, browser: Browser, confidential: Registered) -> None:
    """After its time a token is none, also where it is remembered."""
    token = (await server.tokens(confidential, browser, scope="orders:read"))["access_token"]
    with server.identity.database.use():
        row = AccessToken.filter(token_hash=hash_of(token))
        await row.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert await server.statuses(token) == (401, 401)


@pytest.mark.parametrize("name", ["access_token", "token", "api_key", "Authorization", "bearer_token"])
async def test_in_the_query(server: Provider, browser: Browser, confidential: Registered, name: str) -> None:
    """Check 19 (here): a token in the query is not read (OAuth 2.1 §5.1.2)."""
    token = (await server.tokens(confidential, browser, scope="orders:read"))["access_token"]
    answer = await server.client.get("/api/v1/orders", params={name: token})
    assert answer.status_code in (400, 401, 403, 422)
    assert token not in answer.text
