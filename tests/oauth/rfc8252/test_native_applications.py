"""Applications on the person's own machine (RFC 8252): ports of the loopback address, and who can be mistaken."""

from __future__ import annotations

import pytest

from support.oauth import WEB_CALLBACK, Browser, Provider, query_of

pytestmark = pytest.mark.oauth


@pytest.mark.parametrize("registered", ["http://127.0.0.1/cb", "http://127.0.0.1:8400/cb", "http://[::1]/cb"])
async def test_other_ports(server: Provider, browser: Browser, registered: str) -> None:
    """Check 2: at the loopback address any port is taken (§7.3); elsewhere only the one that is registered."""
    client = await server.register(public=True, redirect_uris=[registered])
    host = registered.rpartition("/")[0].removesuffix(":8400")
    for port in ("", ":1", ":51004", ":65535"):
        uri = f"{host}{port}/cb"
        answer = await browser.decide(client, redirect_uri=uri)
        assert answer.headers["Location"].startswith(f"{uri}?code="), answer.text
        code = query_of(answer.headers["Location"])["code"]
        other = await server.redeem(client, code, redirect_uri=f"{host}:7/cb")
        assert other.status_code == 400  # the port is then that of the request
        assert (await server.redeem(client, code, redirect_uri=uri)).status_code == 200
    for wrong in (f"{host}:1/other", f"{host}:1/cb/", f"{host}:/cb", f"{host}:x/cb", f"{host}:1:2/cb",
                  f"{host}:123456/cb",
                  f"{host}:1@evil.example/cb", f"{host}.evil.example:1/cb", f"https{host[4:]}:1/cb",
                  f"{host}:1/cb?x=1", f"{host}:1/cb#x", "http://localhost:1/cb", "http://127.0.0.2:1/cb",
                  "http://2130706433:1/cb", "http://127.1:1/cb", "http://0.0.0.0:1/cb"):  # fmt: skip
        answer = await browser.authorize(client, redirect_uri=wrong)
        assert (answer.status_code, answer.headers.get("Location")) == (400, None), wrong


async def test_localhost(server: Provider, browser: Browser) -> None:
    """Check 2 (refused): `localhost` is a name like others, of which no other port is taken (§8.3)."""
    client = await server.register(public=True, redirect_uris=["http://localhost:8400/cb"])
    assert (await browser.authorize(client, redirect_uri="http://localhost:8400/cb")).status_code == 200
    for wrong in (
        "http://localhost/cb",
        "http://localhost:8401/cb",
        "http://127.0.0.1:8400/cb",
        "http://[::1]:8400/cb",
    ):
        answer = await browser.authorize(client, redirect_uri=wrong)
        assert (answer.status_code, answer.headers.get("Location")) == (400, None), wrong


async def test_a_scheme_of_its_own(server: Provider, browser: Browser) -> None:
    """A reversed domain name as a scheme leads back into an application (§7.1)."""
    uri = "com.example.app:/oauth2redirect"
    client = await server.register(public=True, redirect_uris=[uri])
    page = await browser.authorize(client)
    assert "form-action 'self' com.example.app:;" in page.headers["Content-Security-Policy"]
    answer = await browser.decide(client)
    assert answer.headers["Location"].startswith(f"{uri}?code=")
    wrong = await browser.authorize(client, redirect_uri="com.example.app:/other")
    assert (wrong.status_code, wrong.headers.get("Location")) == (400, None)


async def test_what_looks_like_a_host_after_a_scheme_of_its_own(server: Provider, browser: Browser) -> None:
    """It is none: the page does not name it as where one goes on to, and it adds nothing to the page's policy."""
    client = await server.register(public=True, redirect_uris=["com.example.app://bank.example;sandbox/cb"])
    page = await browser.authorize(client)
    assert "form-action 'self' com.example.app:;" in page.headers["Content-Security-Policy"]
    assert "sandbox" not in page.headers["Content-Security-Policy"]
    assert "you go on to com.example.app:." in page.text


async def test_asked_every_time(server: Provider, browser: Browser) -> None:
    """Who can be mistaken for another program is asked for each time, also silently (§8.6); others once."""
    native = await server.register(public=True, redirect_uris=["http://127.0.0.1/cb"])
    app = await server.register(public=True, redirect_uris=["com.example.app:/cb"])
    web = await server.web_client(public=True)
    for client, again in ((native, 200), (app, 200), (web, 303)):
        assert (await browser.decide(client)).status_code == 303
        assert (await browser.authorize(client)).status_code == again
        silent = query_of((await browser.authorize(client, prompt="none")).headers["Location"])
        assert ("code" in silent) == (again == 303)
    assert web.redirect_uri == WEB_CALLBACK
