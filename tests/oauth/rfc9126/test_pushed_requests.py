"""Authorization requests that a client sends ahead (RFC 9126)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from support.authority import Registered
from support.oauth import AUTHORIZE, STATE, Browser, Provider, error_of, forms, params_of, query_of
from twofold.identity.attempts import LIMITS
from twofold.identity.oauth.models import PushedRequest
from twofold.identity.tokens import hash_of

pytestmark = pytest.mark.oauth

PAR = "/oauth/par"
URN = "urn:ietf:params:oauth:request_uri:"


async def pushed(server: Provider, client: Registered, **changed: Any) -> str:
    answer = await server.post(PAR, client, **params_of(client, **{"client_id": None, **changed}))
    assert answer.status_code == 201, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert set(body) == {"request_uri", "expires_in"}
    assert body["request_uri"].startswith(URN)
    assert body["expires_in"] > 0
    name: str = body["request_uri"]
    return name


def short(client: Registered, name: str, **more: str) -> dict[str, str]:
    return {"client_id": client.client_id, "request_uri": name, **more}


async def decided(browser: Browser, params: dict[str, str], decision: str = "allow", **fields: str) -> httpx.Response:
    return await browser.send(f"{AUTHORIZE}?{httpx.QueryParams(params)}", decision=decision, **fields)


def is_lost(answer: httpx.Response) -> bool:
    """Whether the person is told, and the browser led nowhere."""
    return (answer.status_code, answer.headers.get("Location")) == (400, None)


@pytest.mark.parametrize("is_public", [True, False])
async def test_the_flow(server: Provider, browser: Browser, is_public: bool) -> None:
    """The browser carries the name only, and the client gets what it asked for."""
    client = await server.register(public=is_public)
    name = await pushed(server, client, scope="openid orders:read", nonce="n")
    page = await browser.client.get(AUTHORIZE, params=short(client, name))
    assert page.status_code == 200
    assert "Read orders" in page.text
    said = query_of((await decided(browser, short(client, name))).headers["Location"])
    assert said["state"] == STATE
    tokens = (await server.redeem(client, said["code"])).json()
    assert tokens["scope"] == "openid orders:read"


async def test_good_for_one_code(server: Provider, browser: Browser, confidential: Registered) -> None:
    """A name is good for one code (§4, §7.3), also when it is used twice at once."""
    name = await pushed(server, confidential)
    assert "code" in query_of((await decided(browser, short(confidential, name))).headers["Location"])
    assert is_lost(await decided(browser, short(confidential, name)))
    assert is_lost(await browser.client.get(AUTHORIZE, params=short(confidential, name)))
    for _ in range(3):
        name = await pushed(server, confidential)
        answers = await asyncio.gather(*(decided(browser, short(confidential, name)) for _ in range(4)))
        assert sorted(each.status_code for each in answers) == [303, 400, 400, 400]


async def test_of_another_client(server: Provider, browser: Browser, confidential: Registered) -> None:
    """A name is its client's (§7.1)."""
    other = await server.register("Another", redirect_uris=[confidential.redirect_uri])
    name = await pushed(server, confidential)
    for wrong in (other.client_id, "nobody", ""):
        assert is_lost(await browser.client.get(AUTHORIZE, params={"client_id": wrong, "request_uri": name}))
    assert is_lost(await browser.client.get(AUTHORIZE, params={"request_uri": name}))
    assert is_lost(await browser.client.get(AUTHORIZE, params=params_of(other, request_uri=name)))
    assert "code" in query_of((await decided(browser, short(confidential, name))).headers["Location"])


async def test_expired(server: Provider, browser: Browser, confidential: Registered) -> None:
    """After its time a name is unknown."""
    name = await pushed(server, confidential)
    with server.identity.database.use():
        row = PushedRequest.filter(uri_hash=hash_of(name.removeprefix(URN)))
        assert await row.update(expires_at=datetime.now(UTC) - timedelta(seconds=1)) == 1
    assert is_lost(await browser.client.get(AUTHORIZE, params=short(confidential, name)))
    assert is_lost(await decided(browser, short(confidential, name)))


@pytest.mark.parametrize("name", [URN, URN + "x", "x", URN + "tfp_" + 43 * "A", "https://client.example/r", "urn:x"])
async def test_unknown_names(browser: Browser, confidential: Registered, name: str) -> None:
    """Other names are unknown, and nobody fetches anything from them."""
    assert is_lost(await browser.client.get(AUTHORIZE, params=short(confidential, name)))


async def test_who_needs_no_secret_may_not_fill_the_database(server: Provider, public: Registered) -> None:
    """Whoever knows a public client can push in its name, and begin with devices: so often from one address."""
    somebody = (await server.browser(None, address="198.51.100.77")).client
    for _ in range(LIMITS["public_client"].most["address"] - 2):
        await server.identity.attempts.begin("public_client", "198.51.100.77")
    asked = {"/oauth/par": params_of(public), "/oauth/device_authorization": {"client_id": public.client_id}}
    first = [(await somebody.post(path, data=form)).status_code for path, form in asked.items()]
    then = [await somebody.post(path, data=form) for path, form in asked.items()]
    assert (first, [each.status_code for each in then]) == ([201, 200], [429, 429])
    assert all(error_of(each) == "temporarily_unavailable" and int(each.headers["Retry-After"]) for each in then)
    assert (await server.post("/oauth/par", public, **params_of(public))).status_code == 201


TAMPERED = {
    "redirect_uri": "https://evil.example/cb", "scope": "openid orders:read offline_access", "state": "another",
    "response_type": "token", "code_challenge": "A" * 43, "code_challenge_method": "plain", "nonce": "another",
    "prompt": "none", "max_age": "0", "resource": "https://elsewhere.example", "response_mode": "fragment",
    "request": "e30.e30.", "login_hint": "x", "signed_in_after": "0",
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
async def test_what_is_added_on_the_way(server: Provider, browser: Browser, name: str) -> None:
    """Only what was pushed counts (RFC 9101 §6.3): what is added or changed in the browser does nothing."""
    client = await server.register()
    request_uri = await pushed(server, client, scope=None if name == "scope" else "openid", state=None)
    changed = short(client, request_uri, **{name: TAMPERED[name]})
    page = await browser.client.get(AUTHORIZE, params=changed)
    assert page.status_code == 200, (name, page.headers.get("Location"))
    [shown] = [each["scope"] for each in forms(page) if "scope" in each]
    answer = await decided(browser, changed, scope=shown)
    assert answer.headers["Location"].startswith(client.redirect_uri)
    assert set(query_of(answer.headers["Location"])) == {"code", "iss"}
    tokens = (await server.redeem(client, query_of(answer.headers["Location"])["code"])).json()
    assert tokens["scope"] == ("openid profile email offline_access products:read orders:read" if name == "scope"
                               else "openid")  # fmt: skip


async def test_signing_in_on_the_way(server: Provider, confidential: Registered) -> None:
    """Who has to sign in first comes back to what was pushed."""
    name = await pushed(server, confidential, prompt="login")
    old = await server.browser(authenticated_at=datetime.now(UTC) - timedelta(hours=1))
    answer = await old.client.get(AUTHORIZE, params=short(confidential, name))
    way_back = query_of(answer.headers["Location"])["return_to"]
    fresh = await server.browser()
    answer = await fresh.client.get(way_back)
    assert answer.status_code in (200, 303)
    assert "sign-in" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uri": "https://evil.example/cb"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"scope": "products:delete"}, "invalid_scope"),
        ({"request_uri": URN + "x"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, "invalid_request"),
    ],
)
async def test_checked_at_once(server: Provider, confidential: Registered, changed: dict[str, Any], error: str) -> None:
    """What is wrong is told to the client when it pushes (§2.3), and no browser is sent anywhere."""
    answer = await server.post(PAR, confidential, **params_of(confidential, **{"client_id": None, **changed}))
    assert (answer.status_code, error_of(answer), answer.headers.get("Location")) == (400, error, None)


async def test_a_refusal_says_what_to_send_and_not_what_was_sent(server: Provider, confidential: Registered) -> None:
    answer = await server.post(PAR, confidential, **params_of(confidential, client_id=None, response_type="<x>"))
    assert answer.json() == {
        "error": "unsupported_response_type",
        "error_description": "The response_type is code, always.",
    }


async def test_secrets_are_not_kept(server: Provider, confidential: Registered) -> None:
    """A secret that came in the form is not stored with the request, nor is its name in plain."""
    form = params_of(confidential, client_secret=confidential.secret)
    answer = await server.client.post(PAR, data=form)
    assert answer.status_code == 201
    with server.identity.database.use():
        rows = str(await PushedRequest.all().values())
    assert (confidential.secret or "") not in rows
    assert answer.json()["request_uri"].removeprefix(URN) not in rows
