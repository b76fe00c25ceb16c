"""The authorization endpoint: what is asked, and what is sent back (RFC 6749 §4.1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from support.authority import Registered
from support.figures import count
from support.oauth import AUTHORIZE, ISSUER, STATE, Browser, Provider, params_of, query_of
from twofold.identity.oauth.models import AuthorizationCode, Grant

pytestmark = pytest.mark.oauth

ERRORS = (
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "id_token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unsupported_response_type"),
    ({"response_type": "code id_token token"}, "unsupported_response_type"),
    ({"response_type": "none"}, "unsupported_response_type"),
    ({"response_type": "CODE"}, "unsupported_response_type"),
    ({"response_type": None}, "unsupported_response_type"),
    ({"code_challenge": None}, "invalid_request"),
    ({"scope": "openid nonsense:read"}, "invalid_scope"),
    ({"scope": "openid products:delete"}, "invalid_scope"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"response_mode": "form_post"}, "invalid_request"),
    ({"response_mode": "query.jwt"}, "invalid_request"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ({"registration": "{}"}, "registration_not_supported"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "create"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"max_age": "1e3"}, "invalid_request"),
    ({"max_age": "9" * 30}, "invalid_request"),
    ({"max_age": "\u0663"}, None),
    ({"nonce": "n" * 513}, "invalid_request"),
    ({"resource": "https://elsewhere.example/"}, "invalid_target"),
)


@pytest.mark.parametrize(("changed", "error"), ERRORS)
async def test_errors_that_the_client_is_told(
    server: Provider, browser: Browser, confidential: Registered, changed: dict[str, Any], error: str | None
) -> None:
    """Check 17: what this server does not do, such as a response type `token`, is an error for the client."""
    for each in (browser, await server.browser(None)):
        answer = await each.authorize(confidential, **changed)
        if error is None:
            assert (answer.status_code, answer.headers.get("Location")) == (400, None)
            continue
        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"].startswith(f"{confidential.redirect_uri}?error=")
        said = query_of(answer.headers["Location"])
        assert (said["error"], said["state"], said["iss"]) == (error, STATE, ISSUER)
        assert set(said) <= {"error", "error_description", "state", "iss"}
        count("oauth", "errors at the authorization endpoint")


async def test_success(server: Provider, browser: Browser) -> None:
    """Allowing it sends a code back, and nothing that is not a client's."""
    confidential = await server.register()
    asked = await browser.authorize(confidential)
    assert asked.status_code == 200, asked.headers
    answer = await browser.decide(confidential)
    assert answer.status_code == 303
    said = query_of(answer.headers["Location"])
    assert set(said) == {"code", "state", "iss"}
    assert said["state"] == STATE
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.content == b""


async def test_denied(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Denying it is an error for the client, and gives nothing."""
    with server.identity.database.use():
        before = await Grant.all().count()
    answer = await browser.decide(confidential, "deny")
    assert query_of(answer.headers["Location"])["error"] == "access_denied"
    with server.identity.database.use():
        assert await Grant.all().count() == before


@pytest.mark.parametrize("decision", ["", "ALLOW", "yes", "allow deny"])
async def test_other_decisions(browser: Browser, confidential: Registered, decision: str) -> None:
    """There are two buttons."""
    answer = await browser.decide(confidential, decision)
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)


async def test_two_decisions(browser: Browser, confidential: Registered) -> None:
    """Both buttons at once are none."""
    answer = await browser.send(f"{AUTHORIZE}?{urlencode(params_of(confidential))}", decision=["deny", "allow"])
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "scope", "state", "response_type", "code_challenge",
                                  "code_challenge_method", "nonce", "prompt", "max_age"])  # fmt: skip
async def test_repeated_parameters(server: Provider, browser: Browser, confidential: Registered, name: str) -> None:
    """Check 20 (authorization endpoint): a parameter that is there twice is refused, and leads nowhere."""
    said = params_of(confidential, nonce="n", prompt="consent", max_age="9000")
    for second in (said[name], "something else"):
        answer = await browser.client.get(f"{AUTHORIZE}?{urlencode([*said.items(), (name, second)])}")
        assert (answer.status_code, answer.headers.get("Location")) == (400, None), name


@pytest.mark.parametrize(
    "state", ["a b", "%", "&x=1", "é€😀", "a+b", '"<script>', "\r\nLocation: x", "s" * 3000, "\u2028"]
)
async def test_state_comes_back_as_it_was(browser: Browser, confidential: Registered, state: str) -> None:
    """The state is whatever a client wants, on success as on errors."""
    for answer in (
        await browser.decide(confidential, state=state),
        await browser.decide(confidential, "deny", state=state),
        await browser.authorize(confidential, state=state, response_type="token"),
    ):
        assert answer.status_code == 303, answer.text
        assert query_of(answer.headers["Location"])["state"] == state
        assert answer.headers["Location"].isascii()


async def test_without_a_state(browser: Browser, confidential: Registered) -> None:
    """Nothing is sent back that was not sent."""
    answer = await browser.decide(confidential, state=None)
    assert set(query_of(answer.headers["Location"])) == {"code", "iss"}


async def test_scope_of_nothing(server: Provider, browser: Browser) -> None:
    """Without a scope all that the client may ask for is asked for (RFC 6749 §3.3), and is on the page."""
    client = await server.register(scopes=["openid", "orders:read"])
    page = await browser.authorize(client, scope=None)
    assert "Know that it is you" in page.text
    assert "Read orders" in page.text
    tokens = await server.tokens(client, browser, scope=None)
    assert tokens["scope"] == "openid orders:read"


async def test_scope_twice(server: Provider, browser: Browser, confidential: Registered) -> None:
    """A scope that is named twice is given once."""
    tokens = await server.tokens(confidential, browser, scope="orders:read  openid orders:read")
    assert tokens["scope"] == "orders:read openid"


async def test_a_client_without_the_grant(browser: Browser, server: Provider) -> None:
    """A client that does not use codes gets none, though its address is known."""
    client = await server.register(grant_types=["client_credentials"])
    answer = await browser.authorize(client)
    assert query_of(answer.headers["Location"])["error"] == "unauthorized_client"


async def test_visitors_sign_in_and_come_back(server: Provider) -> None:
    """Who is not signed in is sent to do it, with the way back, and decides then."""
    visitor = await server.browser(None)
    answer = await visitor.authorize(await server.register())
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/account/sign-in?")
    way_back = query_of(answer.headers["Location"])["return_to"]
    assert way_back.startswith(f"{AUTHORIZE}?")
    browser = await server.browser()
    assert (await browser.client.get(way_back)).status_code == 200


async def test_a_decision_needs_somebody(server: Provider, confidential: Registered) -> None:
    """Nobody who is not signed in can allow anything."""
    visitor = await server.browser(None)
    visitor.client.cookies.set("twofold_visit", "a visit")
    visitor.cookie = "a visit"
    answer = await visitor.decide(confidential)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/account/sign-in?")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods(browser: Browser, confidential: Registered, method: str) -> None:
    """There are GET and POST, and HEAD as GET."""
    answer = await browser.client.request(method, AUTHORIZE, params=params_of(confidential))
    assert (answer.status_code, answer.headers.get("Location")) == (405, None)


async def test_head_shows_nothing(server: Provider, browser: Browser) -> None:
    """HEAD is GET without the page."""
    answer = await browser.client.head(AUTHORIZE, params=params_of(await server.register()))
    assert (answer.status_code, answer.content) == (200, b"")


async def test_codes_are_stored_as_hashes(server: Provider, browser: Browser, confidential: Registered) -> None:
    """No row holds the code that was sent."""
    code = await browser.code(confidential)
    with server.identity.database.use():
        rows = await AuthorizationCode.all().values()
    assert rows
    assert code not in str(rows)
