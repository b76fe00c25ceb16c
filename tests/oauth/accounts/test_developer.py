"""The developer's pages: applications are registered, changed, given a new secret and deleted by their owner alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from support.shop import Shop, opened
from support.signed_in import browser_of
from support.visitor import Visitor
from support.visitors import SECRET
from twofold.fields import new_id
from twofold.identity.oauth.models import Client
from twofold.identity.tokens import hash_of

pytestmark = pytest.mark.oauth

LIST = "/account/developer"
SHOWN = re.compile(r"tfx_[A-Za-z0-9_-]{43}")
FORM: dict[str, Any] = {
    "client_name": "Notes & more",
    "client_uri": "https://notes.example",
    "redirect_uris": "https://notes.example/cb\r\nhttps://notes.example/other\r\n",
    "grant_types": ["authorization_code", "client_credentials"],
    "scope": ["openid", "products:read"],
    "token_endpoint_auth_method": "client_secret_basic",
}


@pytest.fixture(scope="module")
async def accounts(shop_url: str) -> AsyncIterator[Shop]:
    """The demo shop, one for all tests here, since none of them sends mail."""
    async with opened(shop_url, secret=SECRET, public_url="http://shop") as shop:
        yield shop


@pytest.fixture
async def developer(accounts: Shop) -> Visitor:
    """Somebody signed in, who has no applications yet."""
    with accounts.engine.database.use():
        await Client.all().delete()
    return await browser_of(accounts, "customer")


async def registered(developer: Visitor, **form: Any) -> str:
    answer = await developer.send(LIST, FORM | form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def stored(accounts: Shop, path: str) -> Client:
    with accounts.engine.database.use():
        return await Client.get(id=path.rpartition("/")[2])


def secrets_on(page: httpx.Response) -> list[str]:
    return SHOWN.findall(page.text)


async def test_an_application_is_registered_and_its_secret_shown_once(accounts: Shop, developer: Visitor) -> None:
    assert "You have no applications." in (await developer.see(LIST)).text
    path = await registered(developer)
    client = await stored(accounts, path)
    [secret] = secrets_on(await developer.see(path))
    assert client.secret_hash == hash_of(secret)
    again = await developer.see(path)
    assert secrets_on(again) == []
    assert "https://notes.example/cb\nhttps://notes.example/other</textarea>" in again.text
    assert 'value="products:read" checked' in again.text
    assert 'value="products:create" checked' not in again.text
    assert client.redirect_uris == ["https://notes.example/cb", "https://notes.example/other"]
    assert client.scopes == ["openid", "products:read"]
    listed = (await developer.see(LIST)).text
    assert "Notes &amp; more" in listed
    assert path in listed


async def test_what_is_wrong_is_said_beside_the_field_and_keeps_what_was_typed(developer: Visitor) -> None:
    answer = await developer.send(LIST, FORM | {"redirect_uris": "javascript:alert(1)", "client_name": ""})
    assert answer.status_code == 422
    assert 'id="redirect_uris-error"' in answer.text
    assert 'id="client_name-error"' in answer.text
    assert 'role="alert"' in answer.text
    assert "javascript:alert(1)</textarea>" in answer.text
    assert "You have no applications." in answer.text


@pytest.mark.parametrize("field", ["grant_types", "scope", "token_endpoint_auth_method"])
async def test_a_value_that_the_form_did_not_offer_is_refused(developer: Visitor, field: str) -> None:
    answer = await developer.send(LIST, FORM | {field: "<none of them>"})
    assert answer.status_code == 422
    assert "<none of them>" not in answer.text


async def test_an_application_is_changed_but_not_whether_it_has_a_secret(accounts: Shop, developer: Visitor) -> None:
    path = await registered(developer)
    form = FORM | {"client_name": "Other", "scope": [], "token_endpoint_auth_method": "none"}
    answer = await developer.send(path, form)
    assert answer.headers["location"] == f"{path}?said=saved"
    client = await stored(accounts, path)
    assert (client.name, client.scopes, client.auth_method) == ("Other", [], "client_secret_basic")
    wrong = await developer.send(path, FORM | {"redirect_uris": "http://elsewhere.example"})
    assert wrong.status_code == 422
    assert (await stored(accounts, path)).redirect_uris == client.redirect_uris


async def test_a_new_secret_replaces_the_old_one(accounts: Shop, developer: Visitor) -> None:
    path = await registered(developer)
    [old] = secrets_on(await developer.see(path))
    answer = await developer.send(f"{path}/secret", {}, at=path)
    [new] = secrets_on(await developer.see(answer.headers["location"]))
    assert new != old
    assert (await stored(accounts, path)).secret_hash == hash_of(new)
    public = await registered(developer, token_endpoint_auth_method="none", grant_types=["authorization_code"])
    assert (await developer.send(f"{public}/secret", {}, at=public)).status_code == 422


async def test_a_secret_is_shown_on_the_page_of_its_application_only(developer: Visitor) -> None:
    first, second = await registered(developer), await registered(developer)
    assert secrets_on(await developer.see(first)) == [], "the one kept is the second's"
    assert secrets_on(await developer.see(second)) == []


async def test_an_application_is_deleted(accounts: Shop, developer: Visitor) -> None:
    path = await registered(developer)
    assert (await developer.send(f"{path}/delete", {}, at=path)).headers["location"] == LIST
    await developer.see(path, 404)
    rows = await accounts.engine.database.fetch(
        "SELECT action FROM audit_entries WHERE action LIKE 'client_%' ORDER BY at DESC, id DESC LIMIT 2"
    )
    assert [row[0] for row in rows] == ["client_deleted", "client_registered"]


async def test_what_is_anothers_is_not_there(accounts: Shop, developer: Visitor) -> None:
    path = await registered(developer)
    other = await browser_of(accounts, "vendor")
    assert path not in (await other.see(LIST)).text
    missing = await other.see(f"{LIST}/{new_id()}", 404)
    for place in (path, f"{LIST}/7", f"{LIST}/%00"):
        assert (await other.see(place, 404)).text.replace(path, "") == missing.text.replace(path, "")
    for place in (path, f"{path}/secret", f"{path}/delete"):
        assert (await other.send(place, FORM, at=LIST)).status_code == 404
    assert (await stored(accounts, path)).name == "Notes & more"


async def test_a_form_needs_its_token(developer: Visitor) -> None:
    path = await registered(developer)
    for place in (LIST, path, f"{path}/secret", f"{path}/delete"):
        assert (await developer.client.post(place, data=FORM)).status_code == 403
        assert (await developer.client.post(place, data=FORM | {"csrf_token": "x"})).status_code == 403


async def test_a_visitor_is_sent_to_sign_in(accounts: Shop) -> None:
    answer = await Visitor(accounts.app).see(LIST, 303)
    assert answer.headers["location"] == "/account/sign-in?return_to=%2Faccount%2Fdeveloper"
