"""GraphiQL and the documents page in a real browser that can reach nothing but the server under test."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from storefront.application import STOREFRONT
from support import server
from support.browsing import Visit, chromium, visiting
from support.needs import cannot
from twofold.engine import Engine
from twofold.identity.identity import From
from twofold.identity.models import User
from twofold.identity.sessions import start_session
from twofold.settings import Settings
from twofold_graphql import graphiql
from twofold_rest import documents

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    if not (graphiql.STATIC / "graphiql.js").is_file() or not (documents.STATIC / "docs.js").is_file():
        cannot("the pages' scripts were not built (npm ci && npm run build in web)")
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def visit(browser: Browser, live_server: str) -> AsyncIterator[Visit]:
    async with visiting(browser, live_server) as visit:
        yield visit


async def code_in(page: Page, selector: str) -> str:
    """Return the text of a CodeMirror editor, its scrolled-out lines too."""
    text: str = await page.locator(f"{selector} .CodeMirror").first.evaluate("editor => editor.CodeMirror.getValue()")
    return text


async def test_graphiql_runs_its_first_example(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    await visit.open("/graphql")
    await expect(page).to_have_title("Twofold GraphiQL")
    config = json.loads(await page.locator("#config").text_content() or "")
    await expect(page.locator(".graphiql-query-editor .CodeMirror")).to_be_visible()
    assert await code_in(page, ".graphiql-query-editor") == config["examples"][0]["query"]
    assert await page.get_by_role("tab").count() >= len(config["examples"])

    await page.locator("button.graphiql-execute-button").click()
    await expect(page.locator(".result-window .CodeMirror-code")).to_contain_text("data")
    await page.screenshot(path=tmp_path / "graphiql.png")
    result = json.loads(await code_in(page, ".result-window"))
    assert result["data"]
    assert "errors" not in result
    await visit.assert_clean()


async def test_graphiql_lists_the_examples_and_the_fields(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    await visit.open("/graphql")
    example = json.loads(await page.locator("#config").text_content() or "")["examples"][0]
    tabs = page.get_by_role("tab")
    await expect(tabs.first).to_be_visible()
    before = await tabs.count()

    await page.get_by_role("button", name="Show Examples").click()
    await page.get_by_label("Examples", exact=True).get_by_role("button", name=example["name"], exact=True).click()
    await expect(tabs).to_have_count(before + 1)
    await page.wait_for_function(
        "query => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue() === query",
        arg=example["query"],
    )
    await page.screenshot(path=tmp_path / "examples.png")
    await page.get_by_role("button", name="Show GraphiQL Explorer").click()
    await expect(page.locator(".graphiql-explorer-root")).to_contain_text("products")
    await page.screenshot(path=tmp_path / "explorer.png")
    await visit.assert_clean()


async def test_graphiql_sends_the_headers_and_forgets_them(visit: Visit) -> None:
    page = visit.page
    await visit.open("/graphql")
    await page.get_by_role("button", name="Headers", exact=True).click()
    await page.locator("[aria-label='Headers'] .graphiql-editor:not(.hidden) .CodeMirror").evaluate(
        "(editor, text) => editor.CodeMirror.setValue(text)", '{"X-Probe": "a-secret"}'
    )
    await page.wait_for_timeout(1000)  # a tab knows of an edit half a second after it, and the history by the tab
    async with page.expect_request(lambda request: request.method == "POST" and "x-probe" in request.headers):
        await page.locator("button.graphiql-execute-button").click()
    await page.wait_for_timeout(1000)
    stored = await page.evaluate("JSON.stringify(localStorage)")
    assert "graphiql:queries" in stored  # the history, where it would be
    assert "a-secret" not in stored


async def test_documents_page_calls_the_api(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    await visit.open("/api/v1/docs")
    products = page.locator(".opblock", has=page.locator("[data-path='/api/v1/products']"))
    await expect(products.first).to_be_visible()
    await page.screenshot(path=tmp_path / "documents.png")

    listing = products.and_(page.locator(".opblock-get"))
    await listing.locator(".opblock-summary-control").click()
    await listing.get_by_role("button", name="Try it out").click()
    await listing.get_by_role("button", name="Execute").click()
    await expect(listing.locator(".live-responses-table .response-col_status").last).to_have_text("200")
    await page.screenshot(path=tmp_path / "documents-answer.png")
    await visit.assert_clean()


@pytest.mark.parametrize("path", ["/graphql", "/api/v1/docs"])
async def test_policy_refuses_another_server(visit: Visit, path: str) -> None:
    """The guard of the tests above: what they say did not happen would have been seen."""
    await visit.open(path)
    await visit.page.evaluate("fetch('https://elsewhere.example/').catch(() => null)")
    assert await visit.violations() == ["connect-src blocked https://elsewhere.example/"]
    assert visit.complaints


def test_pages_escape_what_they_are_given() -> None:
    hostile = "</script><script>alert(1)</script>"
    example = graphiql.Example(name=hostile, query="{ a }", variables={"b": hostile})
    for page in (
        graphiql.graphiql_page(endpoint=hostile, static=f'/"{hostile}', examples=[example]),
        documents.documents_page(openapi_url=hostile, static=f'/"{hostile}', title=hostile),
    ):
        assert b"<script>" not in page


def test_pages_say_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(graphiql, "STATIC", tmp_path)
    monkeypatch.setattr(documents, "STATIC", tmp_path)
    for page in (
        graphiql.graphiql_page(endpoint="/graphql", static="/graphql/static", examples=[]),
        documents.documents_page(openapi_url="/api/v1/openapi.json", static="/api/v1/static", title="API"),
    ):
        assert b"npm ci &amp;&amp; npm run build" in page
        assert b"<script" not in page


CHANGE = r"""
({CodeMirror: editor}) => editor.setValue(editor.getValue().replace(
  /query (\w+)[^]*/, 'mutation $1 { createTag(input: {name: "by cookie"}) { tag { name } } }'))
"""
"""Puts a change in the place of a query, under its name: what GraphiQL executes is found a moment later."""


@pytest.fixture(scope="module")
async def own_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, str]]:
    """The URL of a server, and the cookie of an admin who signed in there."""
    database = tmp_path_factory.mktemp("signed_in") / "twofold.db"
    with server.serving(database) as url:
        engine = Engine(STOREFRONT, Settings(database_url=f"sqlite://{database}"))
        await engine.database.open()
        with engine.database.use():
            user = await User.get(email="admin@example.com")
        cookie = (await start_session(engine.identity, user, ["pwd"], From(face="pages"))).cookie
        await engine.database.close()
        yield url, cookie


async def test_who_is_signed_in_asks_as_such_and_may_sign_out(
    browser: Browser, own_server: tuple[str, str], tmp_path: Path
) -> None:
    url, cookie = own_server
    async with visiting(browser, url) as visit:
        page = visit.page
        await visit.open("/graphql")
        await expect(page.locator("#who a")).to_have_attribute("href", "/account/sign-in?return_to=%2Fgraphql")
        await page.context.add_cookies([{"name": "twofold", "value": cookie, "url": url, "httpOnly": True}])
        await visit.open("/graphql")
        await expect(page.locator("#who")).to_contain_text("Signed in as")
        await page.locator(".graphiql-query-editor .CodeMirror").first.evaluate(CHANGE)
        await page.locator("button.graphiql-execute-button").click()
        await expect(page.locator(".result-window .CodeMirror-code")).to_contain_text("by cookie")
        await page.screenshot(path=tmp_path / "signed_in.png")
        await visit.open("/api/v1/docs")
        await expect(page.locator("#who")).to_contain_text("Signed in as")
        await expect(page.locator(".opblock").first).to_be_visible()
        await page.screenshot(path=tmp_path / "docs_signed_in.png")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.locator("#who a")).to_have_text("Sign in")
        await visit.assert_clean()
