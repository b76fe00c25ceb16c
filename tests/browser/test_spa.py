"""A page on another origin signs somebody in with PKCE in a real browser, and asks both faces with its token."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from storefront.seed import DEMO_PASSWORD
from support.authority import Authority, Registered, authority, new_client
from support.browsing import Visit, chromium, visiting
from support.figures import count
from support.shop import EMAILS

pytestmark = [pytest.mark.browser, pytest.mark.oauth]

SPA = Path(__file__).with_name("spa")
SCOPES = ("openid", "profile", "email", "orders:read", "products:read")


class Files(SimpleHTTPRequestHandler):
    """The application's files, and where it finds its server."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, config: dict[str, str], **options: Any) -> None:
        self._config = config
        super().__init__(*args, directory=str(SPA), **options)

    def do_GET(self) -> None:
        if self.path != "/config.json":
            super().do_GET()
            return
        body = json.dumps(self._config).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """Nothing may run or be asked but what is the application's, and its server."""
        issuer = self._config["issuer"]
        self.send_header("Content-Security-Policy", f"default-src 'none'; script-src 'self'; img-src data:; "
                         f"connect-src 'self' {issuer}")  # fmt: skip
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name there
        """Says nothing."""


@contextmanager
def application(config: dict[str, str]) -> Iterator[str]:
    """Gives the URL of the application, on a host and port that are not the server's; `config` may still be filled."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, config=config))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
async def server(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Authority]:
    async with authority(shop_url, tmp_path_factory.mktemp("authority")) as server:
        yield server


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def visit(browser: Browser, server: Authority) -> AsyncIterator[Visit]:
    config = {"issuer": server.issuer, "scope": " ".join(SCOPES)}
    with application(config) as url:
        client = await registered(server, url)
        config["client_id"] = client.client_id
        async with visiting(browser, url, server.issuer) as visit:
            await visit.page.goto(url)
            await said(visit.page, {"ready": True})
            yield visit


async def registered(server: Authority, url: str) -> Registered:
    return await new_client(
        server.database, "A page of another origin", public=True, scopes=SCOPES, redirect_uris=[url],
        post_logout_redirect_uris=[url],
    )  # fmt: skip


async def said(page: Page, what: dict[str, Any]) -> None:
    """Waits until the application says this."""
    await expect(page.locator("output")).to_have_text(json.dumps(what, separators=(",", ":")))


async def says(page: Page, button: str) -> Any:
    """Returns what the application says after a button was pressed."""
    await page.evaluate("document.querySelector('output').textContent = ''")
    await page.get_by_role("button", name=button, exact=True).click()
    await expect(page.locator("output")).not_to_be_empty()
    return json.loads(await page.locator("output").text_content() or "")


async def sign_in(page: Page) -> None:
    """Does what a person does: types e-mail and password, and allows what the application asks for."""
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_label("E-mail").fill(EMAILS["customer"])
    await page.get_by_label("Password").fill(DEMO_PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Allow A page of another origin?")
    await page.get_by_role("button", name="Allow", exact=True).click()
    await said(page, {"signed_in": True, "email": EMAILS["customer"]})


async def assert_quiet(visit: Visit, unauthorized: int) -> None:
    """Nothing foreign was asked, no policy was broken, and the console has only as many answers of 401."""
    assert visit.foreign == []
    assert await visit.violations() == []
    assert len(visit.complaints) == unauthorized, visit.complaints
    assert all("401" in each for each in visit.complaints)


async def test_a_page_of_another_origin_signs_in_asks_refreshes_and_logs_out(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    await sign_in(page)
    assert "code=" not in page.url
    graphql, rest = await says(page, "Ask GraphQL"), await says(page, "Ask REST")
    assert graphql["body"]["data"]["orders"]["totalCount"] == rest["total"] > 0
    assert await says(page, "Refresh") == {"status": 200, "changed": True}
    assert (await says(page, "Ask REST")) == rest
    await page.screenshot(path=tmp_path / "signed-in.png")

    await page.get_by_role("button", name="Log out", exact=True).click()
    await said(page, {"ready": True})
    await assert_quiet(visit, unauthorized=0)
    assert (await says(page, "Ask REST"))["status"] == 401
    assert (await says(page, "Ask GraphQL"))["status"] == 401
    await assert_quiet(visit, unauthorized=2)
    await page.get_by_role("button", name="Sign in", exact=True).click()  # the browser is signed out as well
    await expect(page.get_by_label("Password")).to_be_visible()
    count("oauth", "sign-ins from another origin in Chromium")


async def test_a_page_of_another_origin_revokes_what_it_holds(visit: Visit) -> None:
    await sign_in(visit.page)
    assert (await says(visit.page, "Ask REST"))["status"] == 200
    assert (await says(visit.page, "Revoke"))["status"] == 200
    assert (await says(visit.page, "Ask REST"))["status"] == 401
    await assert_quiet(visit, unauthorized=1)
    count("oauth", "sign-ins from another origin in Chromium")


async def test_a_refusal_comes_back_as_an_error(visit: Visit) -> None:
    page = visit.page
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_label("E-mail").fill(EMAILS["vendor"])
    await page.get_by_label("Password").fill(DEMO_PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Deny", exact=True).click()
    await said(page, {"error": "access_denied"})
    await assert_quiet(visit, unauthorized=0)


async def test_cookies_do_not_cross_origins(visit: Visit, server: Authority) -> None:
    """Check 36: a signed-in browser lends its session to no script of another origin."""
    await sign_in(visit.page)
    status = await visit.page.evaluate(
        "url => fetch(url, {credentials: 'include'}).then(answer => answer.status, () => 'refused')",
        f"{server.issuer}/api/v1/orders",
    )
    assert status == "refused"
    assert visit.foreign == []
