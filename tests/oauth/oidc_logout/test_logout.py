"""Signing out because a client asks for it (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from support.authority import Registered
from support.oauth import Browser, Provider, forms
from twofold.identity.oauth.signing import SigningKeys

pytestmark = pytest.mark.oauth

LOGOUT = "/oauth/logout"
GOODBYE = "https://client.example/goodbye"


@pytest.fixture(scope="module")
async def client(server: Provider) -> Registered:
    return await server.register("A shop", post_logout_redirect_uris=[GOODBYE, "https://client.example/bye?a=1"])


async def hint(server: Provider, client: Registered, browser: Browser) -> str:
    token: str = (await server.tokens(client, browser))["id_token"]
    return token


async def is_signed_in(browser: Browser) -> bool:
    """Whether the session goes on, whatever cookies the browser was told to forget."""
    answer = await browser.client.get("/account/sign-in", headers={"Cookie": f"twofold={browser.cookie}"})
    return answer.status_code == 303


async def test_with_a_hint(server: Provider, browser: Browser, client: Registered) -> None:
    """A client that knows who is signed in signs them out, and goes on to where it registered, with its state."""
    token = await hint(server, client, browser)
    more = {"post_logout_redirect_uri": GOODBYE, "state": "a b&c=é"}
    answer = await browser.client.get(LOGOUT, params={"id_token_hint": token, **more})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{GOODBYE}?{urlencode({'state': more['state']})}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "twofold=" in answer.headers["Set-Cookie"]
    assert not await is_signed_in(browser)


async def test_tokens_end_with_it(server: Provider, client: Registered) -> None:
    """What was allowed in this browser ends, unless it is for offline access."""
    browser = await server.browser()
    online = await server.tokens(client, browser, scope="openid orders:read")
    offline = await server.tokens(client, browser, scope="openid orders:read offline_access")
    await browser.client.get(LOGOUT, params={"id_token_hint": online["id_token"]})
    assert await server.statuses(online["access_token"]) == (401, 401)
    assert (await server.refresh(client, online["refresh_token"])).status_code == 400
    assert await server.statuses(offline["access_token"]) == (200, 200)


@pytest.mark.parametrize("named", [True, False])
async def test_without_a_hint(browser: Browser, client: Registered, named: bool) -> None:
    """Without a hint anybody could ask: so the person is asked, and nothing happens before they say yes (§2)."""
    params = {"client_id": client.client_id, "post_logout_redirect_uri": GOODBYE} if named else {}
    page = await browser.client.get(LOGOUT, params=params)
    assert page.status_code == 200
    assert ("A shop" in page.text) == named
    assert await is_signed_in(browser)
    (form,) = [each for each in forms(page) if each["action"].startswith(LOGOUT)]
    answer = await browser.client.post(form["action"], data={"csrf_token": form["csrf_token"]})
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"] == (GOODBYE if named else "/account/sign-in?said=out")
    assert not await is_signed_in(browser)


async def test_saying_yes_needs_the_token(server: Provider, browser: Browser, client: Registered) -> None:
    """Check 26 (logout): no other site can say yes for them."""
    other = await server.browser("moderator")
    for wrong in (other.csrf, "x"):
        answer = await browser.client.post(LOGOUT, data={"csrf_token": wrong})
        assert answer.status_code == 403
        assert await is_signed_in(browser)


async def test_a_hint_about_somebody_else(server: Provider, browser: Browser, client: Registered) -> None:
    """Somebody else's ID token is no proof: the person is asked."""
    other = await server.browser("moderator")
    token = await hint(server, client, other)
    answer = await browser.client.get(LOGOUT, params={"id_token_hint": token})
    assert answer.status_code == 200
    assert await is_signed_in(browser)


@pytest.mark.parametrize("uri", [
    "https://evil.example/", "https://client.example/goodbye/", "https://client.example/goodbye?x=1",
    "javascript:alert(1)",
    "https://client.example/callback", "//evil.example", "/account", "http://127.0.0.1:1/callback",
    GOODBYE + "#x", GOODBYE + "\r\nSet-Cookie: a=b",
])  # fmt: skip
async def test_unregistered_addresses(server: Provider, client: Registered, uri: str) -> None:
    """An address that the client did not register for this leads nowhere, with a hint or without, in or out (§3)."""
    browser, visitor = await server.browser(), await server.browser(None)
    token = await hint(server, client, browser)
    for each in (browser, visitor):
        for named in ({"id_token_hint": token}, {"client_id": client.client_id}, {}):
            answer = await each.client.get(LOGOUT, params={**named, "post_logout_redirect_uri": uri})
            assert answer.status_code in (400, 422), named
            assert "Location" not in answer.headers
    assert await is_signed_in(browser)


async def test_the_hint_of_another_client(server: Provider, browser: Browser, client: Registered) -> None:
    """A hint and a `client_id` must be of one client; one's hint opens no address of another's."""
    other = await server.register("Another", post_logout_redirect_uris=["https://other.example/bye"])
    token = await hint(server, client, browser)
    wrong: list[dict[str, str]] = [
        {"id_token_hint": token, "client_id": other.client_id},
        {"id_token_hint": token, "post_logout_redirect_uri": "https://other.example/bye"},
        {"id_token_hint": token, "client_id": "nobody"},
    ]
    for params in wrong:
        answer = await browser.client.get(LOGOUT, params=params)
        assert answer.status_code in (400, 422)
        assert "Location" not in answer.headers
    assert await is_signed_in(browser)


async def test_nobody_is_signed_in(server: Provider, client: Registered) -> None:
    """Who is signed out already goes on; to an address of its own a query is added."""
    visitor = await server.browser(None)
    params = {"client_id": client.client_id, "post_logout_redirect_uri": "https://client.example/bye?a=1", "state": "s"}
    answer = await visitor.client.get(LOGOUT, params=params)
    assert answer.headers["Location"] == "https://client.example/bye?a=1&state=s"
    answer = await visitor.client.get(LOGOUT)
    assert answer.headers["Location"] == "/account/sign-in?said=out"


async def posted(browser: httpx.AsyncClient, form: dict[str, Any]) -> httpx.Response:
    """Returns the answer after a client's page has posted its request: without cookies, since these are `Lax`."""
    async with httpx.AsyncClient(transport=browser._transport, base_url="http://shop") as from_another_site:
        answer = await from_another_site.post(LOGOUT, data=form, headers={"Origin": "https://client.example"})
    if "Set-Cookie" in answer.headers:
        browser.cookies.extract_cookies(answer)
    if answer.headers.get("Location", "").startswith("/"):
        return await browser.get(answer.headers["Location"])  # which is a navigation, with cookies
    return answer


async def test_by_post(server: Provider, browser: Browser, client: Registered) -> None:
    """A client may post its request (§2): no cookie comes along, and the person is signed out all the same."""
    token = await hint(server, client, browser)
    form = {"id_token_hint": token, "post_logout_redirect_uri": GOODBYE, "state": "s"}
    answer = await posted(browser.client, form)
    assert answer.headers["Location"] == f"{GOODBYE}?state=s"
    assert not await is_signed_in(browser)


async def test_by_post_without_a_hint(browser: Browser, client: Registered) -> None:
    """Nor can any site make the browser forget who is signed in: the person is asked."""
    answer = await posted(browser.client, {"client_id": client.client_id})
    assert answer.status_code == 200
    assert forms(answer)[-1]["action"].startswith(LOGOUT)
    assert browser.client.cookies.get("twofold") == browser.cookie
    assert await is_signed_in(browser)


async def test_repeated_and_malformed(browser: Browser, client: Registered) -> None:
    """What cannot be read leads nowhere."""
    for query in ("client_id=a&client_id=b", "state=%ff", "id_token_hint=%00", "x=" + "a" * 5000, "client_id=%22"):
        answer = await browser.client.get(f"{LOGOUT}?{query}")
        assert (answer.status_code, answer.headers.get("Location")) == (400, None)
    assert await is_signed_in(browser)


async def test_an_expired_hint(server: Provider, browser: Browser, client: Registered) -> None:
    """A hint is good after its time too: people sign out later than in an hour (§2)."""
    claims = {"iss": "http://shop", "aud": client.client_id, "sub": str(browser.user.id if browser.user else ""),
              "iat": 1, "exp": 2}  # fmt: skip
    token = await SigningKeys(server.identity).sign("RS256", claims)
    answer = await browser.client.get(LOGOUT, params={"id_token_hint": token})
    assert answer.status_code == 303
    assert not await is_signed_in(browser)
