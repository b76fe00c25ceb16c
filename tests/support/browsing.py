"""Chromium that can reach nothing but the servers under test, and notes what a page tried or said."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, ConsoleMessage, Page, Route, async_playwright, expect

from support.needs import cannot

__all__ = ["Visit", "chromium", "visiting"]

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
"""How long a page may take to show what it should; machines are slow when much is tested at once."""
RECORD_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.effectiveDirective} blocked ${event.blockedURI}`));
"""


@dataclass(kw_only=True)
class Visit:
    """One open page, and what it tried or said that it should not have."""

    page: Page
    origin: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        """Go to the path; the answer must be a page that carries the content policy."""
        response = await self.page.goto(self.origin + path)
        assert response is not None
        assert response.status == 200
        assert "default-src 'none'" in (await response.header_value("content-security-policy") or "")

    async def violations(self) -> list[str]:
        """Return the page's breaches of its content policy, one sentence each."""
        found: list[str] = await self.page.evaluate("window.violations")
        return found

    async def assert_clean(self) -> None:
        """Nothing was asked of another server, nothing broke the content policy, nothing failed on the console."""
        assert self.foreign == []
        assert await self.violations() == []
        assert self.complaints == []


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Gives the browser that is installed."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        cannot("there is no chromium on PATH (Debian: apt-get install chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(browser: Browser, *servers: str) -> AsyncIterator[Visit]:
    """Gives a page that may reach these servers; `Visit.open` opens what is at the first one."""
    origins = [each.rstrip("/") for each in servers]
    context = await browser.new_context(viewport={"width": 1400, "height": 900})
    page = await context.new_page()
    visit = Visit(page=page, origin=origins[0])

    async def only_to_the_servers(route: Route) -> None:
        if route.request.url.startswith(tuple(f"{each}/" for each in origins)):
            await route.continue_()
        else:
            visit.foreign.append(route.request.url)
            await route.abort()

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            visit.complaints.append(message.text)

    await context.route("**/*", only_to_the_servers)
    page.on("console", note_console)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("websocket", lambda socket: note_socket(visit, socket.url))
    await page.add_init_script(RECORD_VIOLATIONS)
    yield visit
    await context.close()


def note_socket(visit: Visit, url: str) -> None:
    if not url.startswith(visit.origin.replace("http", "ws", 1) + "/"):
        visit.foreign.append(url)
