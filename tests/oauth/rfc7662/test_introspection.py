"""Telling of tokens (RFC 7662): to their own client only, and never more than it knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from support.authority import Registered
from support.oauth import ISSUER, Browser, Provider, error_of
from twofold.identity.models import AccessToken, User
from twofold.identity.tokens import hash_of

pytestmark = pytest.mark.oauth

INACTIVE = {"active": False}


async def told(server: Provider, client: Registered, token: str) -> dict[str, object]:
    answer = await server.post("/oauth/introspect", client, token=token)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_who_may_not(server: Provider, browser: Browser, confidential: Registered, public: Registered) -> None:
    """Check 24: a public client is refused with 401; of a foreign token a client learns only that it is not active."""
    tokens = await server.tokens(confidential, browser)
    own = await server.tokens(public, browser)
    answer = await server.post("/oauth/introspect", public, token=own["access_token"])
    assert (answer.status_code, error_of(answer)) == (401, "invalid_client")
    other = await server.register("Another")
    for token in (tokens["access_token"], tokens["refresh_token"], own["access_token"], "x", "tft_" + 43 * "A",
                  await server.shop.sign_in("customer"), browser.cookie, tokens["id_token"]):  # fmt: skip
        assert await told(server, other, token) == INACTIVE


async def test_an_access_token(server: Provider, browser: Browser, confidential: Registered) -> None:
    """What is told of an access token (§2.2)."""
    tokens = await server.tokens(confidential, browser)
    said = await told(server, confidential, tokens["access_token"])
    assert browser.user is not None
    iat, exp = said.pop("iat"), said.pop("exp")
    assert isinstance(iat, int)
    assert isinstance(exp, int)
    assert abs(exp - iat - tokens["expires_in"]) <= 1
    assert said == {
        "active": True, "scope": "openid products:read", "client_id": confidential.client_id, "token_type": "Bearer",
        "sub": str(browser.user.id), "iss": ISSUER, "aud": ISSUER,
    }  # fmt: skip


async def test_a_refresh_token(server: Provider, browser: Browser, confidential: Registered) -> None:
    """A refresh token is told of too, until it was used."""
    tokens = await server.tokens(confidential, browser)
    assert (await told(server, confidential, tokens["refresh_token"]))["active"] is True
    await server.refresh(confidential, tokens["refresh_token"])
    assert await told(server, confidential, tokens["refresh_token"]) == INACTIVE


async def test_a_clients_own_token(server: Provider, confidential: Registered) -> None:
    """A token without a person's permission, and one without scopes, are told of as well."""
    own = await server.own_token(confidential)
    assert (await told(server, confidential, own["access_token"]))["active"] is True
    bare = await server.register(scopes=["openid"])
    token = (await server.own_token(bare))["access_token"]
    said = await told(server, bare, token)
    assert (said["active"], said["scope"]) == (True, "")


async def test_what_ended(server: Provider, confidential: Registered) -> None:
    """Revoked, expired, of a family that ended, of a browser that signed out, of a person who was disabled."""
    browser = await server.browser()
    revoked = (await server.tokens(confidential, browser))["access_token"]
    await server.post("/oauth/revoke", confidential, token=revoked)
    expired = (await server.tokens(confidential, browser))["access_token"]
    with server.identity.database.use():
        past = datetime.now(UTC) - timedelta(seconds=1)
        await AccessToken.filter(token_hash=hash_of(expired)).update(expires_at=past)
    family = await server.tokens(confidential, browser)
    await server.post("/oauth/revoke", confidential, token=family["refresh_token"])
    signed_out = (await server.tokens(confidential, browser))["access_token"]
    await browser.send("/account/sign-out")
    user = await server.person("disabled-before-introspection@example.com")
    disabled = (await server.tokens(confidential, await server.browser(user)))["access_token"]
    with server.identity.database.use():
        await User.filter(id=user.id).update(is_active=False)
    for token in (revoked, expired, family["access_token"], family["refresh_token"], signed_out, disabled):
        assert await told(server, confidential, token) == INACTIVE


async def test_without_a_token(server: Provider, confidential: Registered) -> None:
    """There must be a token."""
    answer = await server.post("/oauth/introspect", confidential)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_request")
