"""Tokens as RFC 6750 has them sent, and what is told to who sends a bad one: the same by both faces."""

from __future__ import annotations

import httpx
import pytest

from support.shop import EMAILS, Shop
from twofold.identity.keys import create_key
from twofold.identity.models import User
from twofold.identity.tokens import new_secret

pytestmark = pytest.mark.oauth

QUERY = {"query": "{ orders { totalCount } }"}


async def asked(shop: Shop, headers: dict[str, str], query: str = "") -> list[httpx.Response]:
    return [
        await shop.client.get(f"/api/v1/orders?page_size=1{query}", headers=headers),
        await shop.client.post("/api/v1/tags?x=1" + query, headers=headers, json={}),
        await shop.client.get("/graphql?query={orders{totalCount}}" + query, headers=headers),
        await shop.client.post("/graphql?x=1" + query, json=QUERY, headers=headers),
    ]


def challenges(answers: list[httpx.Response]) -> set[tuple[int, str | None]]:
    return {(each.status_code, each.headers.get("www-authenticate")) for each in answers}


@pytest.mark.parametrize("name", ["access_token", "access%5Ftoken"])
async def test_a_token_in_the_url_is_refused(shop: Shop, name: str) -> None:
    """Check 19; §2.3."""
    token = await shop.sign_in("customer")
    for headers in ({}, await shop.headers("customer")):
        answers = await asked(shop, headers, f"&{name}={token}")
        assert challenges(answers) == {(401, "Bearer")}
        assert token not in "".join(each.text for each in answers)


async def test_a_bad_token(shop: Shop) -> None:
    """§3.1, invalid_token."""
    for bad in (new_secret("token"), new_secret("key"), new_secret("refresh"), new_secret("client"), "x", ""):
        for headers in ({"Authorization": f"Bearer {bad}"}, {"X-API-Key": bad}):
            assert challenges(await asked(shop, headers)) == {(401, 'Bearer error="invalid_token"')}


async def test_who_sends_none_is_told_no_error(shop: Shop) -> None:
    """§3.1: such an answer should have no error code."""
    answer = await shop.client.get("/api/v1/orders")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert challenges(await asked(shop, {"Authorization": "Basic YTpi"})) == {(401, "Bearer")}


async def test_a_scope_that_is_missing_is_named(shop: Shop) -> None:
    """§3.1, insufficient_scope."""
    with shop.engine.database.use():
        user = await User.get(email=EMAILS["admin"])
    key = (await create_key(shop.engine.database, user.id, "till", ["products:read"], None)).key
    headers = {"Authorization": f"Bearer {key}"}
    read = await shop.client.get("/api/v1/orders", headers=headers)
    written = await shop.client.post("/api/v1/tags", json={"name": "x"}, headers=headers)
    asked = await shop.client.post("/graphql", json=QUERY, headers=headers)
    assert (read.status_code, written.status_code) == (403, 403)
    assert asked.json()["errors"][0]["extensions"]["scope"] == "orders:read"
    for answer, scope in ((read, "orders:read"), (written, "tags:create"), (asked, "orders:read")):
        assert answer.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{scope}"'
    denied = await shop.client.get("/api/v1/users?page_size=1", headers=await shop.headers("admin"))
    assert "www-authenticate" not in denied.headers
