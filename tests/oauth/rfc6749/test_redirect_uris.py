"""A browser is only ever sent to an address that the client registered, character by character (RFC 6749 §3.1.2)."""

from __future__ import annotations

import pytest

from support.figures import count
from support.oauth import Browser, Provider, params_of

pytestmark = pytest.mark.oauth

REGISTERED = "https://client.example/cb/one"
VARIANTS = (
    "https://client.example/cb/one/",
    "https://client.example/cb/one/../one",
    "https://client.example/cb/./one",
    "https://client.example/cb/one/two",
    "https://client.example/cb",
    "https://client.example/CB/one",
    "https://client.example/cb/%6Fne",
    "https://client.example/cb/one?",
    "https://client.example/cb/one?more=1",
    "https://client.example/cb/one#",
    "https://client.example/cb/one#fragment",
    "https://client.example/cb/one%00",
    "https://client.example/cb/one%0d%0aSet-Cookie:a=b",
    "https://client.example:443/cb/one",
    "https://client.example:8443/cb/one",
    "https://CLIENT.example/cb/one",
    "https://client.example./cb/one",
    "https://client.example@evil.example/cb/one",
    "https://evil.example/cb/one",
    "https://client.example.evil.example/cb/one",
    "https://evil.example/https://client.example/cb/one",
    "https:client.example/cb/one",
    "https:/client.example/cb/one",
    "http://client.example/cb/one",
    "HTTPS://client.example/cb/one",
    "//client.example/cb/one",
    "/cb/one",
    "javascript:alert(1)//client.example/cb/one",
    "data:text/html,client.example/cb/one",
    "urn:ietf:wg:oauth:2.0:oob",
    " https://client.example/cb/one",
    "https://client.example/cb/one ",
    "https://client.example\\@evil.example/cb/one",
    "https://cl\u0131ent.example/cb/one",
    "https://client.example/cb/one\n",
    '"https://client.example/cb/one"',
    "*",
)


@pytest.mark.parametrize("signed_in", [True, False])
async def test_variants(server: Provider, signed_in: bool) -> None:
    """Check 1: whatever is not the registered address is answered here, with 400, and leads nowhere."""
    client = await server.register(redirect_uris=[REGISTERED])
    browser = await server.browser("customer" if signed_in else None)
    good = await browser.authorize(client)
    assert good.status_code in (200, 303)
    for variant in VARIANTS:
        for more in ({}, {"response_type": "token"}, {"prompt": "none"}, {"scope": "nonsense"}, {"code_challenge": ""}):
            answer = await browser.authorize(client, redirect_uri=variant, **more)
            assert answer.status_code == 400, (variant, more, answer.headers)
            assert "Location" not in answer.headers
            count("oauth", "addresses that lead nowhere")


async def test_variants_of_the_decision(browser: Browser, server: Provider) -> None:
    """Nor does allowing it lead there, or denying it."""
    client = await server.register(redirect_uris=[REGISTERED])
    for decision in ("allow", "deny"):
        answer = await browser.decide(client, decision, redirect_uri="https://evil.example/cb")
        assert (answer.status_code, answer.headers.get("Location")) == (400, None)


async def test_missing(browser: Browser, server: Provider) -> None:
    """Check 3: an address must be sent, even when only one is registered (OAuth 2.1 §4.1.1)."""
    client = await server.register(redirect_uris=[REGISTERED])
    for nothing in (None, ""):
        for more in ({}, {"response_type": "token"}, {"prompt": "none"}):
            answer = await browser.authorize(client, redirect_uri=nothing, **more)
            assert (answer.status_code, answer.headers.get("Location")) == (400, None), (more, answer.text)


async def test_of_another_client(browser: Browser, server: Provider) -> None:
    """One client's address is no good for another's."""
    await server.register(redirect_uris=["https://other.example/cb"])
    client = await server.register(redirect_uris=[REGISTERED])
    answer = await browser.authorize(client, redirect_uri="https://other.example/cb")
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)


@pytest.mark.parametrize("client_id", [None, "", "nobody", "00000000-0000-0000-0000-000000000000", "a\x00b", "é"])
async def test_unknown_clients(browser: Browser, server: Provider, client_id: str | None) -> None:
    """An unknown client's address is not known either."""
    client = await server.register(redirect_uris=[REGISTERED])
    answer = await browser.authorize(client, client_id=client_id)
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)


async def test_a_client_has_one_name(browser: Browser, server: Provider) -> None:
    """Other ways to write the id of a client are no names of it."""
    client = await server.register(redirect_uris=[REGISTERED])
    plain = client.client_id
    for written in (plain.upper(), plain.replace("-", ""), f"{{{plain}}}", f"urn:uuid:{plain}", f" {plain}"):
        if written != plain:
            answer = await browser.authorize(client, client_id=written)
            assert (answer.status_code, answer.headers.get("Location")) == (400, None), written


async def test_a_registered_query_is_kept(browser: Browser, server: Provider) -> None:
    """What the address has of its own stays, and what is added comes after it (RFC 6749 §3.1.2)."""
    client = await server.register(redirect_uris=["https://client.example/cb?tenant=7"])
    answer = await browser.decide(client)
    assert answer.headers["Location"].startswith("https://client.example/cb?tenant=7&code=tfc_")


async def test_a_deactivated_client(browser: Browser, server: Provider) -> None:
    """The browser is not sent to a client that was deactivated."""
    client = await server.register(redirect_uris=[REGISTERED])
    await server.end(client)
    answer = await browser.client.get("/oauth/authorize", params=params_of(client))
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)
