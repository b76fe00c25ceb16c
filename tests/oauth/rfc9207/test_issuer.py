"""The issuer's name on everything that goes back to a client by a browser (RFC 9207)."""

from __future__ import annotations

import pytest

from support.oauth import ISSUER, Browser, Provider, query_of

pytestmark = pytest.mark.oauth


async def test_iss(server: Provider, browser: Browser) -> None:
    """Check 13: `iss` is on success and on errors alike, once."""
    client = await server.web_client()
    answers = {
        "allowed": await browser.decide(client),
        "known": await browser.authorize(client),
        "silent": await browser.authorize(client, prompt="none"),
        "denied": await browser.decide(client, "deny"),
        "asked too much": await browser.authorize(client, scope="nonsense"),
        "no challenge": await browser.authorize(client, code_challenge=None),
        "another response type": await browser.authorize(client, response_type="token"),
        "request object": await browser.authorize(client, request="e30.e30."),
        "other resource": await browser.authorize(client, resource="https://elsewhere.example"),
        "nobody there": await (await server.browser(None)).authorize(client, prompt="none"),
        "not asked yet": await browser.authorize(await server.web_client(), prompt="none"),
    }
    for what, answer in answers.items():
        assert answer.headers["Location"].startswith(client.redirect_uri), what
        said = query_of(answer.headers["Location"])
        assert said["iss"] == ISSUER, what
        assert ("code" in said) == (what in ("allowed", "known", "silent")), what
        assert ("error" in said) != ("code" in said), what


async def test_an_iss_of_the_clients_own(server: Provider, browser: Browser) -> None:
    """A parameter `iss` of the request changes nothing."""
    client = await server.web_client()
    answer = await browser.decide(client, iss="https://evil.example")
    assert query_of(answer.headers["Location"])["iss"] == ISSUER
