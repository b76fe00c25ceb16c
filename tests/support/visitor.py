"""A browser without scripts: it keeps cookies, reads pages and sends their forms."""

from __future__ import annotations

import email
import html
import re
from collections.abc import Iterator
from email.message import Message
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

__all__ = ["Visitor", "address", "csrf_of", "letters_to", "token_of"]

CSRF = re.compile(r'name="csrf_token" value="([^"]*)"')
TOKEN = re.compile(r"token=(\S+)")
NUMBERS = count(1)


def address() -> str:
    """Returns the address of another machine, whose attempts count for themselves."""
    number = next(NUMBERS)
    return f"198.18.{number // 250}.{number % 250 + 1}"


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, app: ASGIApp) -> None:
        transport = httpx.ASGITransport(app, client=(address(), 50000))
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

    async def is_signed_in(self) -> bool:
        """Returns whether the account's page is open to them."""
        return (await self.client.get("/account")).status_code == 200


def csrf_of(page: httpx.Response) -> str:
    """Returns the CSRF token of a page's forms."""
    found = CSRF.search(page.text)
    assert found, page.text
    return html.unescape(found[1])


def letters_to(folder: Path, address: str) -> list[Message]:
    """Returns the e-mails in a folder to an address, in their order."""
    return [each for each in _letters(folder) if each["To"] == address]


def token_of(letter: Message) -> str:
    """Returns what is secret in the link of a letter."""
    found = TOKEN.search(str(letter.get_payload()))
    assert found, letter
    return found[1]


def _letters(folder: Path) -> Iterator[Message]:
    for path in sorted(folder.glob("*.eml")):
        yield email.message_from_bytes(path.read_bytes())
