"""Codes: good once, shortly, and for the client and the address that they were made for (RFC 6749 §4.1)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from support.authority import Registered
from support.figures import count
from support.oauth import Browser, Provider, error_of
from twofold.identity.models import AccessToken, User
from twofold.identity.oauth.grants import CODE_TTL
from twofold.identity.oauth.models import AuthorizationCode, Client, RefreshToken
from twofold.identity.tokens import hash_of

pytestmark = pytest.mark.oauth

PARALLEL = 12


@pytest.mark.parametrize("is_public", [False, True])
async def test_replay(server: Provider, browser: Browser, is_public: bool) -> None:
    """Check 9: a code that comes a second time is refused, and all tokens that came of it are dead."""
    client = await server.register(public=is_public)
    code = await browser.code(client, scope="orders:read")
    first = (await server.redeem(client, code)).json()
    second = (await server.refresh(client, first["refresh_token"])).json()
    assert await server.statuses(second["access_token"]) == (200, 200)
    answer = await server.redeem(client, code)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")
    for tokens in (first, second):
        assert await server.statuses(tokens["access_token"]) == (401, 401)
        assert error_of(await server.refresh(client, tokens["refresh_token"])) == "invalid_grant"


async def test_replay_by_another_client(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Somebody else's client that has seen a code can end nothing with it."""
    other = await server.register("Another")
    code = await browser.code(confidential, scope="orders:read")
    tokens = (await server.redeem(confidential, code)).json()
    assert error_of(await server.redeem(other, code)) == "invalid_grant"
    assert await server.statuses(tokens["access_token"]) == (200, 200)


async def test_parallel_redeems(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Check 10: of 12 requests with one code that come at once, one gets tokens."""
    for _ in range(3):
        code = await browser.code(confidential, scope="orders:read")
        answers = await asyncio.gather(*(server.redeem(confidential, code) for _ in range(PARALLEL)))
        assert sorted(each.status_code for each in answers) == [200] + (PARALLEL - 1) * [400]
        assert {error_of(each) for each in answers if each.status_code == 400} == {"invalid_grant"}
        (won,) = (each.json() for each in answers if each.status_code == 200)
        with server.identity.database.use():
            family = (await AuthorizationCode.get(code_hash=hash_of(code)).select_related("grant")).grant
            assert await AccessToken.filter(grant_id=family.id).count() == 1
            assert await RefreshToken.filter(grant_id=family.id).count() == 1
        assert family.revoked_at is not None
        assert await server.statuses(won["access_token"]) == (401, 401)
        count("oauth", "parallel redeems", PARALLEL)


async def test_another_client(server: Provider, browser: Browser, confidential: Registered, public: Registered) -> None:
    """Check 11: a code is for the client that it was made for; it stays good for that one."""
    other = await server.register("Another", redirect_uris=[confidential.redirect_uri])
    code = await browser.code(confidential)
    for wrong in (other, public):
        answer = await server.redeem(wrong, code)
        assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")
    assert (await server.redeem(confidential, code)).status_code == 200


async def test_after_a_minute(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Check 11 (time): a code is good for 60 seconds."""
    assert timedelta(seconds=60) == CODE_TTL
    for late_s, status in ((-5, 200), (1, 400)):
        code = await browser.code(confidential)
        with server.identity.database.use():
            row = await AuthorizationCode.get(code_hash=hash_of(code))
            assert row.expires_at - row.created_at <= CODE_TTL
            moved = row.expires_at - (row.expires_at - datetime.now(UTC)) - timedelta(seconds=late_s)
            await AuthorizationCode.filter(id=row.id).update(expires_at=moved)
        answer = await server.redeem(confidential, code)
        assert answer.status_code == status
        if status == 400:
            assert error_of(answer) == "invalid_grant"


@pytest.mark.parametrize("changed", ["http://127.0.0.1:2/callback", "http://127.0.0.1:1/callback/", None, "",
                                     "https://client.example/other"])  # fmt: skip
async def test_redirect_uri_mismatch(server: Provider, browser: Browser, changed: str | None) -> None:
    """Check 12: a code is redeemed with the address that it was sent to, also where another one is registered."""
    uris = ["http://127.0.0.1:1/callback", "https://client.example/other"]
    client = await server.register(redirect_uris=uris)
    code = await browser.code(client)
    answer = await server.redeem(client, code, redirect_uri=changed)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")
    assert (await server.redeem(client, code)).status_code == 200


@pytest.mark.parametrize("code", ["", "x", "tfc_" + 43 * "A", "tft_" + 43 * "A", "c" * 4000])
async def test_no_codes(server: Provider, confidential: Registered, code: str) -> None:
    """What is no code of ours is none; without one the request is malformed."""
    answer = await server.redeem(confidential, code)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant" if code else "invalid_request")


async def test_a_code_is_no_other_secret(server: Provider, browser: Browser, confidential: Registered) -> None:
    """A code is good for nothing else, and other secrets are no codes."""
    code = await browser.code(confidential, scope="orders:read")
    assert await server.statuses(code) == (401, 401)
    assert error_of(await server.refresh(confidential, code)) == "invalid_grant"
    tokens = (await server.redeem(confidential, code)).json()
    for other in (tokens["access_token"], tokens["refresh_token"], browser.cookie):
        assert error_of(await server.redeem(confidential, other)) == "invalid_grant"
    assert await server.statuses(tokens["refresh_token"]) == (401, 401)
    assert await server.statuses(confidential.secret or "") == (401, 401)


async def test_the_scope_of_a_code_cannot_be_widened(server: Provider, browser: Browser) -> None:
    """A scope at the token endpoint changes nothing: the person allowed what they saw."""
    client = await server.register()
    code = await browser.code(client, scope="openid")
    answer = await server.redeem(client, code, scope="openid orders:read")
    assert answer.status_code == 400 or answer.json()["scope"] == "openid"


async def test_signing_out_before_it_is_redeemed(server: Provider, browser: Browser, confidential: Registered) -> None:
    """What was allowed in a browser ends with it, unless it is for offline access."""
    for scope, status in (("orders:read", 400), ("orders:read offline_access", 200)):
        person = await server.browser()
        code = await person.code(confidential, scope=scope)
        assert (await person.send("/account/sign-out")).status_code == 303
        assert (await server.redeem(confidential, code)).status_code == status


async def test_a_disabled_person(server: Provider, confidential: Registered) -> None:
    """Of somebody who was disabled meanwhile, a client gets nothing."""
    user = await server.person("disabled-before-redeem@example.com")
    code = await (await server.browser(user)).code(confidential)
    with server.identity.database.use():
        await User.filter(id=user.id).update(is_active=False)
    answer = await server.redeem(confidential, code)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")


async def test_a_deleted_client(server: Provider, browser: Browser) -> None:
    """A client that was deleted is unknown, and what it holds is dead."""
    client = await server.register()
    tokens = await server.tokens(client, browser, scope="orders:read")
    with server.identity.database.use():
        await Client.filter(id=client.client_id).delete()
    assert (await server.refresh(client, tokens["refresh_token"])).status_code == 401
    assert await server.statuses(tokens["access_token"]) == (401, 401)
