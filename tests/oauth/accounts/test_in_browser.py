"""The pages of an account in Chromium: by keyboard alone, and on a phone's width, light and dark."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, expect

from storefront.seed import DEMO_PASSWORD
from support.browsing import chromium
from support.shop import EMAILS

pytestmark = [pytest.mark.oauth, pytest.mark.browser]

PHONE: ViewportSize = {"width": 360, "height": 740}
PAGES = ["/account", "/account/second-factor", "/account/sessions", "/account/keys"]
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SHOTS = os.environ.get("TWOFOLD_SCREENSHOTS")
"""A folder for pictures of the pages, for who wants to look at them."""


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def page(browser: Browser, live_server: str) -> AsyncIterator[Page]:
    """A page of a phone's width, which must complain of nothing."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    context = await browser.new_context(viewport=PHONE, base_url=live_server, color_scheme="light")
    page = await context.new_page()
    page.on("console", listen)
    yield page
    await context.close()
    assert complaints == []


async def focused(page: Page) -> str:
    """Returns the name of what the keyboard is on."""
    name: str = await page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
    return name


async def tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        if await focused(page) == name:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not get to {name}")


async def sign_in(page: Page) -> None:
    await page.goto("/account/sign-in")
    await page.get_by_label("E-mail").fill(EMAILS["customer"])
    await page.get_by_label("Password").fill(DEMO_PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Your account")).to_be_visible()


async def picture(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


async def test_signing_in_and_out_by_keyboard(page: Page) -> None:
    await page.goto("/account/keys")
    await page.keyboard.press("Tab")
    assert await focused(page) == "Skip to the content"
    await tab_to(page, "email")
    await page.keyboard.type(EMAILS["customer"])
    await tab_to(page, "password")
    await page.keyboard.type(DEMO_PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="API keys")).to_be_visible()
    await tab_to(page, "Sign out")
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("You are signed out.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_fit_a_phone(page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ("/account/sign-in", "/account/sign-up", "/account/reset"):
        await page.goto(path)
        assert not await page.evaluate(IS_TOO_WIDE), path
        await picture(page, f"{scheme}{path.replace('/', '-')}")
    await sign_in(page)
    for path in PAGES:
        await page.goto(path)
        assert not await page.evaluate(IS_TOO_WIDE), path
        await picture(page, f"{scheme}{path.replace('/', '-')}")
    await page.goto("/account/second-factor")
    await page.get_by_role("button", name="Set it up").click()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert not await page.evaluate(IS_TOO_WIDE)
    await picture(page, f"{scheme}-qr")
    await page.get_by_role("button", name="Cancel").click()
    await page.goto("/account/keys")
    await page.get_by_label("Name").fill("till")
    await page.get_by_label("Everything that you may do").check()
    await page.get_by_role("button", name="Make the key").click()
    await expect(page.get_by_role("heading", name="Your new key")).to_be_visible()
    assert not await page.evaluate(IS_TOO_WIDE)
    await picture(page, f"{scheme}-key")
