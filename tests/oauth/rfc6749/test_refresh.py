"""Refresh tokens: good once, and replaced each time (RFC 6749 §6, OAuth 2.1 §4.3)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from support.authority import Registered
from support.figures import count
from support.oauth import Browser, Provider, error_of
from twofold.identity.models import AccessToken, User
from twofold.identity.oauth.models import Client, RefreshToken
from twofold.identity.tokens import hash_of

pytestmark = pytest.mark.oauth

PARALLEL = 12


@pytest.mark.parametrize("is_public", [False, True])
async def test_reuse(server: Provider, browser: Browser, is_public: bool) -> None:
    """Check 14: a refresh token that comes a second time ends its family: one of the two who sent it is a thief."""
    client = await server.register(public=is_public)
    first = await server.tokens(client, browser, scope="orders:read")
    second = (await server.refresh(client, first["refresh_token"])).json()
    third = (await server.refresh(client, second["refresh_token"])).json()
    assert await server.statuses(third["access_token"]) == (200, 200)
    answer = await server.refresh(client, first["refresh_token"])
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")
    for tokens in (first, second, third):
        assert await server.statuses(tokens["access_token"]) == (401, 401)
    assert error_of(await server.refresh(client, third["refresh_token"])) == "invalid_grant"


async def test_reuse_ends_one_family(server: Provider, browser: Browser, confidential: Registered) -> None:
    """What the person allowed the same client another time goes on."""
    stolen = await server.tokens(confidential, browser, scope="orders:read")
    other = await server.tokens(confidential, browser, scope="orders:read")
    for _ in range(2):
        await server.refresh(confidential, stolen["refresh_token"])
    assert await server.statuses(stolen["access_token"]) == (401, 401)
    assert await server.statuses(other["access_token"]) == (200, 200)
    assert (await server.refresh(confidential, other["refresh_token"])).status_code == 200


async def test_parallel_refresh(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Check 15: of 12 requests with one refresh token that come at once, one gets tokens."""
    for _ in range(3):
        tokens = await server.tokens(confidential, browser, scope="orders:read")
        answers = await asyncio.gather(
            *(server.refresh(confidential, tokens["refresh_token"]) for _ in range(PARALLEL))
        )
        assert sorted(each.status_code for each in answers) == [200] + (PARALLEL - 1) * [400]
        assert {error_of(each) for each in answers if each.status_code == 400} == {"invalid_grant"}
        with server.identity.database.use():
            row = await RefreshToken.get(token_hash=hash_of(tokens["refresh_token"])).select_related("grant")
            assert await RefreshToken.filter(grant_id=row.grant.id).count() == 2
            assert await AccessToken.filter(grant_id=row.grant.id).count() == 2
        assert row.grant.revoked_at is not None
        count("oauth", "parallel refreshes", PARALLEL)


@pytest.mark.parametrize("scope", ["orders:read products:read", "openid orders:read", "orders:update", "nonsense"])
async def test_widening(server: Provider, browser: Browser, confidential: Registered, scope: str) -> None:
    """Check 16: no more can be asked for than was allowed, even if the client may ask for it; the token stays good."""
    tokens = await server.tokens(confidential, browser, scope="orders:read")
    answer = await server.refresh(confidential, tokens["refresh_token"], scope=scope)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_scope")
    assert (await server.refresh(confidential, tokens["refresh_token"])).status_code == 200


async def test_narrowing(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Less may be asked for, of one access token; the next may have all again."""
    tokens = await server.tokens(confidential, browser, scope="orders:read products:read")
    narrow = (await server.refresh(confidential, tokens["refresh_token"], scope="products:read")).json()
    assert narrow["scope"] == "products:read"
    assert await server.statuses(narrow["access_token"]) == (403, 403)
    again = (await server.refresh(confidential, narrow["refresh_token"])).json()
    assert again["scope"] == "orders:read products:read"


async def test_another_client(server: Provider, browser: Browser, confidential: Registered, public: Registered) -> None:
    """A refresh token is its client's; another one neither gets tokens by it nor ends anything."""
    tokens = await server.tokens(confidential, browser, scope="orders:read")
    other = await server.register("Another")
    for wrong in (other, public):
        answer = await server.refresh(wrong, tokens["refresh_token"])
        assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")
    second = (await server.refresh(confidential, tokens["refresh_token"])).json()
    assert error_of(await server.refresh(other, tokens["refresh_token"])) == "invalid_grant"
    assert await server.statuses(second["access_token"]) == (200, 200)


async def test_expired(server: Provider, browser: Browser, confidential: Registered) -> None:
    """After its time it is good for nothing."""
    tokens = await server.tokens(confidential, browser)
    with server.identity.database.use():
        row = RefreshToken.filter(token_hash=hash_of(tokens["refresh_token"]))
        await row.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert error_of(await server.refresh(confidential, tokens["refresh_token"])) == "invalid_grant"


async def test_a_disabled_person(server: Provider, confidential: Registered) -> None:
    """Check 34 (by the token endpoint): of somebody who was disabled no client gets any more."""
    user = await server.person("disabled-before-refresh@example.com")
    tokens = await server.tokens(confidential, await server.browser(user), scope="orders:read offline_access")
    with server.identity.database.use():
        await User.filter(id=user.id).update(is_active=False)
    assert error_of(await server.refresh(confidential, tokens["refresh_token"])) == "invalid_grant"
    assert await server.statuses(tokens["access_token"]) == (401, 401)


@pytest.mark.parametrize("token", [None, "", "x", "tfr_" + 43 * "A"])
async def test_no_tokens(server: Provider, confidential: Registered, token: str | None) -> None:
    """What is no refresh token of ours is none."""
    answer = await server.refresh(confidential, token)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant" if token else "invalid_request")


async def test_a_new_id_token(server: Provider, browser: Browser, confidential: Registered) -> None:
    """With `openid` comes a new ID token, about the same sign-in (OpenID Connect Core 1.0 §12.2)."""
    tokens = await server.tokens(confidential, browser, nonce="n")
    assert "id_token" in (await server.refresh(confidential, tokens["refresh_token"])).json()


async def test_what_a_client_may_not_have_any_more(server: Provider, browser: Browser) -> None:
    """Of what was allowed, a client gets no more than what it may ask for now."""
    client = await server.register(scopes=["orders:read", "products:read"])
    tokens = await server.tokens(client, browser, scope="orders:read products:read")
    with server.identity.database.use():
        await Client.filter(id=client.client_id).update(scopes=["products:read"])
    renewed = (await server.refresh(client, tokens["refresh_token"])).json()
    assert renewed["scope"] == "products:read"
    assert await server.statuses(renewed["access_token"]) == (403, 403)


async def test_a_client_whose_owner_is_disabled(server: Provider, browser: Browser) -> None:
    """Its tokens for other people are dead too."""
    owner = await server.person("maker@example.com")
    client = await server.register(owner=owner.email)
    tokens = await server.tokens(client, browser, scope="orders:read")
    assert await server.statuses(tokens["access_token"]) == (200, 200)
    with server.identity.database.use():
        await User.filter(id=owner.id).update(is_active=False)
    assert await server.statuses(tokens["access_token"]) == (401, 401)
    assert error_of(await server.refresh(client, tokens["refresh_token"])) == "invalid_client"


async def test_a_scope_that_is_there_no_more(server: Provider, browser: Browser) -> None:
    """A client that was registered for it, and asks for all that it may, gets the rest."""
    client = await server.register(scopes=["orders:read", "unicorns:read"])
    assert "unicorns" not in (await browser.authorize(client, scope=None)).text
    tokens = await server.tokens(client, browser, scope=None)
    assert tokens["scope"] == "orders:read"
