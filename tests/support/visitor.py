"""A browser without scripts: it keeps cookies, reads pages and sends their forms."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
from starlette.types import ASGIApp

__all__ = ["Visitor"]

CSRF = re.compile(r'name="csrf_token" value="([^"]*)"')


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, app: ASGIApp, address: str = "192.0.2.1") -> None:
        transport = httpx.ASGITransport(app, client=(address, 50000))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://shop")

    async def see(self, path: str, status: int = 200) -> httpx.Response:
        """Returns the page at a path."""
        page = await self.client.get(path)
        assert page.status_code == status, page.text
        return page

    async def send(self, path: str, form: dict[str, Any], *, at: str | None = None) -> httpx.Response:
        """Returns the answer to a form, which was on the page `at`: the same path, unless it is said."""
        page = await self.see(at or path)
        return await self.client.post(path, data={"csrf_token": csrf_of(page), **form})

    async def sign_in(self, email: str, password: str) -> httpx.Response:
        """Returns the answer to an e-mail and a password."""
        return await self.send("/account/sign-in", {"email": email, "password": password})


def csrf_of(page: httpx.Response) -> str:
    """Returns the CSRF token of a page's forms."""
    found = CSRF.search(page.text)
    assert found, page.text
    return html.unescape(found[1])
