"""What somebody holds may end while their request is under way: it gives nothing lasting then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from support.oauth import Browser, Provider
from twofold.identity.ending import end_all_of
from twofold.identity.models import ApiKey

pytestmark = pytest.mark.oauth

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def send_slowly(server: Provider, browser: Browser, path: str, **fields: str) -> tuple[int, str]:
    """Returns the answer to a form of which the second half is sent after all that its sender held has ended."""
    assert browser.user is not None
    user_id, form = browser.user.id, urlencode({"csrf_token": browser.csrf, **fields}).encode()

    async def halves() -> AsyncIterator[bytes]:
        yield form[:20]
        await end_all_of(server.identity, user_id)
        yield form[20:]

    answer = await browser.client.post(path, content=halves(), headers=FORM)
    return answer.status_code, answer.headers.get("Location", "")


async def test_a_form_that_is_sent_slowly(server: Provider) -> None:
    """A form counts for who is signed in when all of it is there: a key made by it would stay after a new password."""
    user = await server.person("slow@example.com")
    browser = await server.browser(user)
    answered = await send_slowly(server, browser, "/account/keys", name="Mine", access="all", days="")
    assert answered == (303, "/account/sign-in?return_to=%2Faccount%2Fkeys")
    with server.identity.database.use():
        assert await ApiKey.filter(user_id=user.id).count() == 0
