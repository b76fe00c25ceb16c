"""The page of consent: nobody else presses its buttons, sees its address, or frames it (RFC 9700 §4)."""

from __future__ import annotations

import html
from urllib.parse import urlencode

import pytest

from support.authority import Registered
from support.oauth import AUTHORIZE, Browser, Provider, forms, params_of, query_of
from twofold.identity.oauth.models import Client, Grant

pytestmark = pytest.mark.oauth


async def grants(server: Provider) -> int:
    with server.identity.database.use():
        return await Grant.all().count()


async def test_forged_forms(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Check 26: a decision without the CSRF token, or with that of another session, is refused and gives nothing."""
    other, before = await server.browser("moderator"), await grants(server)
    url = f"{AUTHORIZE}?{urlencode(params_of(confidential))}"
    same_person = await server.browser()
    visit = "a cookie that anybody can set"
    browser.client.cookies.set("twofold_visit", visit)
    for token in (None, "", "x", other.csrf, same_person.csrf, browser.cookie, browser.csrf[:-1], browser.csrf.upper()):
        form = {"decision": "allow"} | ({} if token is None else {"csrf_token": token})
        answer = await browser.client.post(url, data=form)
        assert (answer.status_code, answer.headers.get("Location")) == (403, None), token
    twice = await browser.client.post(url, data={"decision": "allow", "csrf_token": ["x", browser.csrf]})
    assert twice.status_code in (400, 403)
    in_the_url = await browser.client.post(
        f"{url}&csrf_token={browser.csrf}&decision=allow", data={"decision": "allow"}
    )
    assert in_the_url.status_code == 403
    assert await grants(server) == before
    assert (await browser.send(url, decision="allow")).status_code == 303


async def test_its_headers(server: Provider, browser: Browser) -> None:
    """Check 27: the page cannot be framed, tells no other page its address, is never kept, and is answered by 303."""
    client = await server.web_client()
    page = await browser.authorize(client)
    said = page.headers["Content-Security-Policy"].split(";")
    policy = {name: value for name, _, value in (part.strip().partition(" ") for part in said)}
    assert policy["frame-ancestors"] == "'none'"
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self' https://client.example"
    assert "script-src" not in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in page.text
    for decision in ("allow", "deny"):
        answer = await browser.decide(client, decision)
        assert answer.status_code == 303, "with 307 or 308 the browser would send the form on (RFC 9700 §4.12)"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_errors_have_the_same_headers(browser: Browser) -> None:
    """Nor is a page about an error framed or kept."""
    page = await browser.client.get(AUTHORIZE, params={"client_id": "nobody", "response_type": "code"})
    assert page.status_code == 400
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


async def test_what_clients_are_called(server: Provider, browser: Browser) -> None:
    """A client's name is text, whatever it is."""
    for name in ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "A & B"):
        client = await server.register(name)
        page = await browser.authorize(client)
        assert name not in page.text or name == "{{ 7 * 7 }}"
        assert html.escape(name, quote=False) in html.unescape(page.text).replace(name, html.escape(name, quote=False))
        assert "<img" not in page.text
        assert ">49<" not in page.text


async def test_what_is_asked_comes_back_escaped(server: Provider, browser: Browser, confidential: Registered) -> None:
    """What a request says stands on pages as text only, also in the address of the form."""
    evil = '"><script>alert(1)</script>'
    client = await server.register()
    page = await browser.authorize(client, state=evil, nonce=evil, login_hint=evil, unknown="x")
    assert page.status_code == 200
    assert "<script" not in page.text
    (form,) = [each for each in forms(page) if each["action"].startswith(AUTHORIZE)]
    answer = await browser.client.post(form["action"], data={"csrf_token": form["csrf_token"], "decision": "allow"})
    assert query_of(answer.headers["Location"])["state"] == evil


async def test_all_scopes_have_a_sentence(server: Provider, browser: Browser) -> None:
    """Everything that can be asked for is named to the person who is asked."""
    for scope in server.identity.scopes.values():
        client = await server.register(scopes=[scope.name])
        page = await browser.authorize(client, scope=scope.name)
        assert scope.sentence in html.unescape(page.text), scope.name


async def test_consents_are_of_one_person_and_client(server: Provider) -> None:
    """What one allowed is allowed for nobody else, nor to another client; and more is asked for."""
    one, other = await server.web_client(), await server.web_client()
    browser, somebody = await server.browser(), await server.browser("moderator")
    await browser.decide(one)
    assert (await browser.authorize(one)).status_code == 303
    assert (await browser.authorize(one, scope="openid")).status_code == 303
    assert (await browser.authorize(one, scope="openid orders:read")).status_code == 200
    assert (await browser.authorize(other)).status_code == 200
    assert (await somebody.authorize(one)).status_code == 200


async def test_what_was_shown_is_what_is_allowed(server: Provider, browser: Browser) -> None:
    """Who names no scope asks for all of its own; what its owner adds while somebody reads the page is shown first."""
    client = await server.web_client(scopes=[])
    url = f"{AUTHORIZE}?{urlencode(params_of(client, scope=None))}"
    [form] = [each for each in forms(await browser.client.get(url)) if each["action"].startswith(AUTHORIZE)]
    with server.identity.database.use():
        await Client.filter(id=client.client_id).update(scopes=["openid", "orders:read"])
    again = await browser.send(url, decision="allow", scope=form["scope"])
    assert again.status_code == 200
    assert server.identity.scopes["orders:read"].sentence in again.text
    [form] = [each for each in forms(again) if each["action"].startswith(AUTHORIZE)]
    allowed = await browser.send(url, decision="allow", scope=form["scope"])
    assert (allowed.status_code, "code=" in allowed.headers["Location"]) == (303, True)


async def test_who_asks_for_nothing_is_asked_about_too(server: Provider, browser: Browser) -> None:
    """Else any application would learn by a redirect alone who is signed in: introspection tells the subject."""
    client = await server.web_client(scopes=[])
    assert (await browser.authorize(client, scope=None)).status_code == 200
    silent = await browser.authorize(client, scope=None, prompt="none")
    assert query_of(silent.headers["Location"])["error"] == "consent_required"
    await browser.decide(client, scope=None)
    assert (await browser.authorize(client, scope=None)).status_code == 303


async def test_denying_takes_nothing_back(server: Provider, browser: Browser) -> None:
    """A consent stands until it is taken back."""
    client = await server.web_client()
    await browser.decide(client)
    await browser.decide(client, "deny", scope="openid orders:read")
    assert (await browser.authorize(client)).status_code == 303


async def test_disabled_people_decide_nothing(server: Provider, confidential: Registered) -> None:
    """The session of somebody who was disabled is none."""
    user = await server.person("disabled-before-consent@example.com")
    browser = await server.browser(user)
    with server.identity.database.use():
        await type(user).filter(id=user.id).update(is_active=False)
    answer = await browser.authorize(confidential)
    assert answer.headers["Location"].startswith("/account/sign-in?")
    assert (await browser.decide(confidential)).status_code in (303, 403)
    with server.identity.database.use():
        assert await Grant.filter(user_id=user.id).count() == 0
        assert await Client.filter(id=confidential.client_id).count() == 1
