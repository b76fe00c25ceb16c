"""What somebody holds may end while their request is under way: it gives nothing lasting then."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from support.authority import Registered
from support.oauth import Browser, Provider, params_of
from twofold.errors import Unauthenticated
from twofold.identity.ending import end_all_of
from twofold.identity.identity import From
from twofold.identity.models import ApiKey
from twofold.identity.oauth.authorizing import Authorizing
from twofold.identity.oauth.devices import decide_device
from twofold.identity.oauth.models import Grant
from twofold.identity.oauth.server import Server

pytestmark = pytest.mark.oauth

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def slowly(server: Provider, browser: Browser, body: str) -> AsyncIterator[bytes]:
    """Gives a body of which the second half is sent after all that its sender held has ended."""
    assert browser.user is not None
    yield body[:20].encode()
    async with server.identity.database.transaction():
        await end_all_of(browser.user.id)
    yield body[20:].encode()


async def test_a_form_that_is_sent_slowly(server: Provider) -> None:
    """A form counts for who is signed in when all of it is there: a key made by it would stay after a new password."""
    user = await server.person("slow@example.com")
    browser = await server.browser(user)
    form = urlencode({"csrf_token": browser.csrf, "name": "Mine", "access": "all", "days": ""})
    answer = await browser.client.post("/account/keys", content=slowly(server, browser, form), headers=FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/sign-in?return_to=%2Faccount%2Fkeys")
    with server.identity.database.use():
        assert await ApiKey.filter(user_id=user.id).count() == 0


async def test_a_batch_that_is_sent_slowly(server: Provider) -> None:
    """So does a batch."""
    browser = await server.browser(await server.person("slow-batch@example.com", "admin"))
    tag = {"resource": "tags", "action": "create", "input": {"name": "sent-slowly"}}
    headers = {"Content-Type": "application/json", "X-CSRF-Token": browser.csrf}
    body = slowly(server, browser, json.dumps({"operations": [tag]}))
    answer = await browser.client.post("/api/v1/batch", content=body, headers=headers)
    assert answer.status_code == 401, answer.text


async def test_an_application_is_allowed_nothing_by_a_session_that_ends(
    server: Provider, confidential: Registered
) -> None:
    """Where a session ends between the look at it and the decision, what would come of it would not end with it."""
    user = await server.person("ends@example.com")
    browser = await server.browser(user)
    assert browser.session is not None
    asked = (await server.post("/oauth/device_authorization", confidential, scope="products:read")).json()
    async with server.identity.database.transaction():
        await end_all_of(user.id)
    query = urlencode(params_of(confidential)).encode()
    with pytest.raises(Unauthenticated):
        await Authorizing(Server(server.identity)).decide(query, browser.session, From(), allowed=True, shown="")
    with pytest.raises(Unauthenticated):
        await decide_device(server.identity, browser.session, asked["user_code"], From(), allowed=True)
    with server.identity.database.use():
        assert await Grant.filter(user_id=user.id).count() == 0
