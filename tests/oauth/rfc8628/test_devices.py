"""Devices without a browser (RFC 8628)."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.authority import Registered
from support.oauth import DEVICE_CODE, ISSUER, Browser, Provider, error_of
from twofold.identity.attempts import LIMITS
from twofold.identity.oauth.models import DeviceCode
from twofold.identity.tokens import hash_of

pytestmark = pytest.mark.oauth

DEVICE = "/device"


async def begun(server: Provider, client: Registered, scope: str = "openid orders:read") -> dict[str, Any]:
    answer = await server.post("/oauth/device_authorization", client, scope=scope)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def poll(server: Provider, client: Registered, device_code: str) -> tuple[int, str]:
    answer = await server.token(client, grant_type=DEVICE_CODE, device_code=device_code)
    return answer.status_code, "" if answer.status_code == 200 else error_of(answer)


async def waited(server: Provider, device_code: str) -> None:
    """Lets the device's interval pass."""
    with server.identity.database.use():
        row = DeviceCode.filter(device_code_hash=hash_of(device_code))
        await row.update(polled_at=datetime.now(UTC) - timedelta(seconds=60))


async def decide(browser: Browser, user_code: str, decision: str = "allow") -> int:
    answer = await browser.send(DEVICE, user_code=user_code, decision=decision)
    return answer.status_code


@pytest.mark.parametrize("is_public", [True, False])
async def test_the_flow(server: Provider, browser: Browser, is_public: bool) -> None:
    """Check 29: pending, slower when it asks too soon, tokens once it is allowed, and nothing a second time."""
    client = await server.register("A television", public=is_public)
    codes = await begun(server, client)
    assert set(codes) == {"device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in",
                          "interval"}  # fmt: skip
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", codes["user_code"])
    assert codes["verification_uri"] == f"{ISSUER}/device"
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    device_code = codes["device_code"]
    assert await poll(server, client, device_code) == (400, "authorization_pending")
    assert await poll(server, client, device_code) == (400, "slow_down")
    with server.identity.database.use():
        assert (await DeviceCode.get(device_code_hash=hash_of(device_code))).interval_s == 10
    await waited(server, device_code)
    assert await poll(server, client, device_code) == (400, "authorization_pending")
    page = await browser.send(DEVICE, user_code=codes["user_code"])
    assert "A television" in page.text
    assert "Read orders" in page.text
    assert await decide(browser, codes["user_code"]) == 303
    await waited(server, device_code)
    answer = await server.token(client, grant_type=DEVICE_CODE, device_code=device_code)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert await server.statuses(answer.json()["access_token"]) == (200, 200)
    await waited(server, device_code)
    assert await poll(server, client, device_code) == (400, "invalid_grant")


async def test_denied(server: Provider, browser: Browser, public: Registered) -> None:
    """A device is told that it was denied (§3.5)."""
    codes = await begun(server, public)
    assert await decide(browser, codes["user_code"], "deny") == 303
    assert await poll(server, public, codes["device_code"]) == (400, "access_denied")
    assert await decide(browser, codes["user_code"]) == 404


async def test_expired(server: Provider, browser: Browser, public: Registered) -> None:
    """After its time nobody can allow it, and the device is told."""
    codes = await begun(server, public)
    with server.identity.database.use():
        row = DeviceCode.filter(device_code_hash=hash_of(codes["device_code"]))
        await row.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert await decide(browser, codes["user_code"]) == 404
    assert await poll(server, public, codes["device_code"]) == (400, "expired_token")


async def test_decided_once(server: Provider, browser: Browser, public: Registered) -> None:
    """Of two who decide at once, one does."""
    codes = await begun(server, public)
    other = await server.browser("moderator")
    statuses = await asyncio.gather(decide(browser, codes["user_code"]), decide(other, codes["user_code"], "deny"))
    assert sorted(statuses) == [303, 404]


async def test_parallel_polls(server: Provider, browser: Browser, public: Registered) -> None:
    """Check 29 (single use): of 8 polls that come at once, one gets tokens."""
    codes = await begun(server, public)
    await decide(browser, codes["user_code"])
    answers = await asyncio.gather(*(poll(server, public, codes["device_code"]) for _ in range(8)))
    assert sorted(status for status, _ in answers) == [200] + 7 * [400]
    assert {error for status, error in answers if status == 400} <= {"invalid_grant", "slow_down"}


async def test_of_another_client(server: Provider, browser: Browser, public: Registered) -> None:
    """A device code is its client's."""
    codes = await begun(server, public)
    await decide(browser, codes["user_code"])
    for wrong in (await server.register("Another", public=True), await server.register("A third")):
        assert await poll(server, wrong, codes["device_code"]) == (400, "invalid_grant")
    assert (await poll(server, public, codes["device_code"]))[0] == 200


async def test_codes_that_there_are_not(server: Provider, browser: Browser, public: Registered) -> None:
    """Unknown codes are none; nor is one code the other."""
    codes = await begun(server, public)
    for device_code in ("x", "tfd_" + 43 * "A", codes["user_code"]):
        assert await poll(server, public, device_code) == (400, "invalid_grant")
    answer = await server.token(public, grant_type=DEVICE_CODE)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_request")
    for user_code in (codes["device_code"], "", "BBBB-BBB", "ÄÖÜß", "\x00", "%"):
        assert await decide(browser, user_code) in (400, 404)


@pytest.mark.parametrize(
    "written", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code[:2]} {code[2:]}"]
)
async def test_however_it_is_typed(server: Provider, browser: Browser, public: Registered, written: Any) -> None:
    """Case, spaces and the hyphen do not matter (§6.1)."""
    codes = await begun(server, public)
    assert await decide(browser, written(codes["user_code"])) == 303


async def test_guessing(server: Provider, public: Registered) -> None:
    """Check 28 (user_code): who guesses codes has to wait, with a right one too, and nobody else has."""
    codes = await begun(server, public)
    guesser = await server.browser(await server.person("guesser@example.com"), address="203.0.113.1")
    answers = [await guesser.send(DEVICE, user_code="BBBB-BBBB") for _ in range(LIMITS["user_code"].most["user"])]
    assert {each.status_code for each in answers} == {404}
    for user_code in ("CCCC-CCCC", codes["user_code"]):
        answer = await guesser.send(DEVICE, user_code=user_code)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
    other = await server.browser(await server.person("no-guesser@example.com"), address="203.0.113.2")
    assert await decide(other, codes["user_code"]) == 303


async def test_guessing_from_one_address(server: Provider) -> None:
    """Check 28 (user_code, many accounts): nor does it help to use many accounts."""
    statuses = []
    for number in range(4):
        user = await server.person(f"guesser-{number}@example.com")
        guesser = await server.browser(user, address="203.0.113.9")
        statuses += [(await guesser.send(DEVICE, user_code="BBBB-BBBB")).status_code for _ in range(9)]
    most = LIMITS["user_code"].most["address"]
    assert statuses == most * [404] + (36 - most) * [429]


async def test_the_page_needs_its_token(server: Provider, browser: Browser, public: Registered) -> None:
    """Check 26 (devices): no other site can allow a device in somebody's browser, and a link does not either."""
    codes = await begun(server, public)
    form = {"user_code": codes["user_code"], "decision": "allow"}
    assert (await browser.client.post(DEVICE, data=form)).status_code == 403
    other = await server.browser("moderator")
    assert (await browser.client.post(DEVICE, data={**form, "csrf_token": other.csrf})).status_code == 403
    page = await browser.client.get(codes["verification_uri_complete"].removeprefix(ISSUER))
    assert page.status_code == 200
    assert codes["user_code"] in page.text
    assert await poll(server, public, codes["device_code"]) == (400, "authorization_pending")


async def test_scopes(server: Provider, public: Registered) -> None:
    """A device asks for what its client may ask for."""
    for scope in ("nonsense", "products:delete"):
        answer = await server.post("/oauth/device_authorization", public, scope=scope)
        assert (answer.status_code, error_of(answer)) == (400, "invalid_scope")
    client = await server.register(grant_types=["authorization_code"])
    answer = await server.post("/oauth/device_authorization", client, scope="openid")
    assert (answer.status_code, error_of(answer)) == (400, "unauthorized_client")


async def test_it_outlives_the_browser(server: Provider, public: Registered) -> None:
    """A device goes on when the person signs out of the browser in which they allowed it."""
    browser = await server.browser()
    codes = await begun(server, public)
    await decide(browser, codes["user_code"])
    await browser.send("/account/sign-out")
    assert (await poll(server, public, codes["device_code"]))[0] == 200
