"""How a client says whom it wants to have signed in, and how lately (OpenID Connect Core 1.0 §3.1.2.1)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from support.authority import Registered
from support.oauth import AUTHORIZE, Browser, Provider, params_of, query_of
from twofold.identity.models import Session

pytestmark = pytest.mark.oauth

AN_HOUR = timedelta(hours=1)


def way_back(answer: httpx.Response) -> str:
    """Returns where a person comes back to after signing in."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith("/account/sign-in?"), answer.headers["Location"]
    return query_of(answer.headers["Location"])["return_to"]


def is_asked(answer: httpx.Response) -> bool:
    """Whether the person has to sign in."""
    return answer.headers.get("Location", "").startswith("/account/sign-in?")


async def signs_in(server: Provider, browser: Browser) -> None:
    """The person proves once more who they are."""
    assert browser.session is not None
    with server.identity.database.use():
        await Session.filter(id=browser.session.id).update(authenticated_at=datetime.now(UTC))


async def test_prompt_none(server: Provider) -> None:
    """Check 33 (none): nothing is shown, whatever is missing: the client is told what."""
    client = await server.web_client()
    visitor, browser = await server.browser(None), await server.browser()
    old = await server.browser(authenticated_at=datetime.now(UTC) - AN_HOUR)
    errors = []
    for each, changed in ((visitor, {}), (browser, {}), (old, {"max_age": "60"})):
        for prompt in ("none", " none", "none "):
            answer = await each.authorize(client, prompt=prompt, **changed)
            assert answer.headers["Location"].startswith(f"{client.redirect_uri}?"), answer.headers["Location"]
            errors.append(query_of(answer.headers["Location"])["error"])
    assert errors == 3 * ["login_required"] + 3 * ["consent_required"] + 3 * ["login_required"]
    await browser.decide(client)
    assert "code" in query_of((await browser.authorize(client, prompt="none")).headers["Location"])
    more = await browser.authorize(client, prompt="none", scope="openid products:read orders:read")
    assert query_of(more.headers["Location"])["error"] == "consent_required"


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent", "consent login"])
async def test_prompt_login(server: Provider, prompt: str) -> None:
    """Check 33 (login): who is signed in has to do it again, once, and the time of it is the new one."""
    client = await server.register()
    browser = await server.browser(authenticated_at=datetime.now(UTC) - AN_HOUR)
    answer = await browser.authorize(client, prompt=prompt)
    assert query_of(answer.headers["Location"])["again"] == "1"
    back = way_back(answer)
    assert is_asked(await browser.client.get(back)), "the way back is no way around"
    await signs_in(server, browser)
    assert (await browser.client.get(back)).status_code == 200
    decided = await browser.send(back, decision="allow")
    tokens = (await server.redeem(client, query_of(decided.headers["Location"])["code"])).json()
    assert abs((await claims(server, tokens))["auth_time"] - datetime.now(UTC).timestamp()) < 60


@pytest.mark.parametrize("max_age", [0, 1, 2])
async def test_max_age_does_not_loop(server: Provider, max_age: int) -> None:
    """Check 33 (max_age): who signs in because of it is not asked again, however slow they are to decide."""
    client = await server.register()
    browser = await server.browser(authenticated_at=datetime.now(UTC) - AN_HOUR)
    back = way_back(await browser.authorize(client, max_age=str(max_age)))
    await signs_in(server, browser)
    await asyncio.sleep(max_age + 1.1)
    assert (await browser.client.get(back)).status_code == 200
    decided = await browser.send(back, decision="allow")
    assert "code" in query_of(decided.headers["Location"])


async def test_max_age(server: Provider) -> None:
    """Check 33 (auth_time): a sign-in that is recent enough counts; the ID token says when it was."""
    client = await server.register()
    then = datetime.now(UTC) - AN_HOUR
    browser = await server.browser(authenticated_at=then)
    assert is_asked(await browser.authorize(client, max_age="3599"))
    assert not is_asked(await browser.authorize(client, max_age="3700"))
    tokens = await server.tokens(client, browser, max_age="3700")
    assert (await claims(server, tokens))["auth_time"] == int(then.timestamp())
    refreshed = (await server.refresh(client, tokens["refresh_token"])).json()
    assert (await claims(server, refreshed))["auth_time"] == int(then.timestamp())


async def test_the_decision_is_checked_too(server: Provider) -> None:
    """Who skips the page and sends its form has to sign in all the same."""
    client = await server.register()
    browser = await server.browser(authenticated_at=datetime.now(UTC) - AN_HOUR)
    for changed in ({"prompt": "login"}, {"max_age": "60"}, {"prompt": "select_account"}):
        assert is_asked(await browser.decide(client, **changed))


@pytest.mark.parametrize("after", ["0", "1", "-1", "99999999999999999999", "x", "1700000000", "gAAAAA=="])
async def test_nobody_says_that_they_signed_in(server: Provider, after: str) -> None:
    """The mark on the way back is the server's own: with one that was made up, people have to sign in."""
    client = await server.register()
    browser = await server.browser(authenticated_at=datetime.now(UTC) - AN_HOUR)
    for changed in ({"prompt": "login"}, {"max_age": "60"}):
        for name in ("signed_in_after", "signed%5Fin_after"):
            query = httpx.QueryParams(params_of(client, **changed))
            answer = await browser.client.get(f"{AUTHORIZE}?{query}&{name}={after}")
            assert answer.status_code == 400 or is_asked(answer), (name, answer.headers)
            sent = await browser.send(f"{AUTHORIZE}?{query}&{name}={after}", decision="allow")
            assert sent.status_code == 400 or is_asked(sent)


async def test_the_way_back_is_of_no_other_request(server: Provider) -> None:
    """A mark from long ago is no good any more."""
    client = await server.register()
    browser = await server.browser(authenticated_at=datetime.now(UTC) - AN_HOUR)
    back = way_back(await browser.authorize(client, prompt="login"))
    again = way_back(await browser.client.get(back))
    names = [part.partition("=")[0] for part in again.partition("?")[2].split("&")]
    assert len(names) == len(set(names)), "there is one mark, the latest"


async def test_prompt_consent(server: Provider, browser: Browser) -> None:
    """Who is asked for consent is shown the page, although they allowed it before."""
    client = await server.web_client()
    await browser.decide(client)
    assert (await browser.authorize(client)).status_code == 303
    assert (await browser.authorize(client, prompt="consent")).status_code == 200


async def test_what_is_ignored(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Hints and wishes of which nothing follows are taken (§3.1.2.1)."""
    answer = await browser.decide(
        confidential, login_hint="customer@example.com", ui_locales="de en", display="popup", acr_values="1",
        claims='{"id_token":{"email":null}}', id_token_hint="x", claims_locales="de", unknown="x",
    )  # fmt: skip
    assert "code" in query_of(answer.headers["Location"])


async def claims(server: Provider, tokens: dict[str, Any]) -> dict[str, Any]:
    keys = KeySet.import_key_set((await server.client.get("/oauth/jwks")).json())
    found: dict[str, Any] = jwt.decode(tokens["id_token"], keys, algorithms=["RS256", "ES256"]).claims
    return found
