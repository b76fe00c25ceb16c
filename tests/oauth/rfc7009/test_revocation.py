"""Ending tokens (RFC 7009)."""

from __future__ import annotations

import pytest

from support.authority import Registered
from support.oauth import Browser, Provider, error_of

pytestmark = pytest.mark.oauth

SCOPE = "openid orders:read offline_access"


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
async def test_the_next_call(server: Provider, browser: Browser, confidential: Registered, hint: str | None) -> None:
    """Check 22: the next call with a revoked token is refused, by both faces, whatever the hint was."""
    tokens = await server.tokens(confidential, browser, scope=SCOPE)
    for _ in range(2):  # also when it is remembered
        assert await server.statuses(tokens["access_token"]) == (200, 200)
    answer = await server.post("/oauth/revoke", confidential, token=tokens["access_token"], token_type_hint=hint)
    assert (answer.status_code, answer.json()) == (200, {})
    assert await server.statuses(tokens["access_token"]) == (401, 401)
    userinfo = await server.client.get("/oauth/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert userinfo.status_code == 401
    assert (await server.refresh(confidential, tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("is_public", [True, False])
async def test_a_refresh_token(server: Provider, browser: Browser, is_public: bool) -> None:
    """With a refresh token all ends that came with it (§2.1), also the tokens before and after it."""
    client = await server.register(public=is_public)
    first = await server.tokens(client, browser, scope=SCOPE)
    second = (await server.refresh(client, first["refresh_token"])).json()
    assert (await server.post("/oauth/revoke", client, token=second["refresh_token"])).status_code == 200
    for tokens in (first, second):
        assert await server.statuses(tokens["access_token"]) == (401, 401)
        assert error_of(await server.refresh(client, tokens["refresh_token"])) == "invalid_grant"


async def test_of_another_client(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Check 23: revoking another client's token is refused, and ends nothing."""
    tokens = await server.tokens(confidential, browser, scope=SCOPE)
    for thief in (await server.register("Thief"), await server.register("Thief", public=True)):
        for token in (tokens["access_token"], tokens["refresh_token"]):
            answer = await server.post("/oauth/revoke", thief, token=token)
            assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")
    assert await server.statuses(tokens["access_token"]) == (200, 200)
    assert (await server.refresh(confidential, tokens["refresh_token"])).status_code == 200


async def test_a_persons_own_token(server: Provider, confidential: Registered) -> None:
    """No client can end what a person got by signing in."""
    token = await server.shop.sign_in("customer")
    answer = await server.post("/oauth/revoke", confidential, token=token)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")
    assert await server.statuses(token) == (200, 200)


@pytest.mark.parametrize("token", ["x", "tft_" + 43 * "A", "tfr_" + 43 * "A", "eyJhbGciOiJub25lIn0.e30.", "t" * 4000])
async def test_unknown_tokens(server: Provider, confidential: Registered, token: str) -> None:
    """What is unknown is ended already (§2.2)."""
    answer = await server.post("/oauth/revoke", confidential, token=token)
    assert (answer.status_code, answer.json()) == (200, {})


async def test_again(server: Provider, browser: Browser, confidential: Registered) -> None:
    """A token that ended may be ended again."""
    tokens = await server.tokens(confidential, browser)
    for _ in range(2):
        assert (await server.post("/oauth/revoke", confidential, token=tokens["access_token"])).status_code == 200


async def test_without_a_token(server: Provider, confidential: Registered) -> None:
    """There must be a token."""
    for nothing in (None, ""):
        answer = await server.post("/oauth/revoke", confidential, token=nothing)
        assert (answer.status_code, error_of(answer)) == (400, "invalid_request")


async def test_unknown_clients(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Nobody who is no client ends anything."""
    tokens = await server.tokens(confidential, browser, scope=SCOPE)
    answer = await server.post("/oauth/revoke", None, token=tokens["access_token"])
    assert (answer.status_code, error_of(answer)) == (401, "invalid_client")
    answer = await server.post("/oauth/revoke", None, token=tokens["access_token"], client_id=confidential.client_id)
    assert (answer.status_code, error_of(answer)) == (401, "invalid_client")
    assert await server.statuses(tokens["access_token"]) == (200, 200)
