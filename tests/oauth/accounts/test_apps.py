"""Connected applications: what a user allowed, in words, and taken back with all tokens that came from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from support.shop import EMAILS, Shop, opened
from support.signed_in import browser_of
from support.visitor import csrf_of
from support.visitors import SECRET
from twofold.errors import NotFound, Unauthenticated
from twofold.fields import new_id
from twofold.identity.identity import From
from twofold.identity.models import AccessToken, User
from twofold.identity.oauth.clients import register
from twofold.identity.oauth.consents import connected_apps, consent, consented, revoke_app
from twofold.identity.oauth.models import Client, Consent, Grant
from twofold.identity.tokens import hash_of, new_secret

pytestmark = pytest.mark.oauth

INSIDE = From()


@pytest.fixture(scope="module")
async def accounts(shop_url: str) -> AsyncIterator[Shop]:
    """The demo shop, one for all tests here, since none of them sends mail."""
    async with opened(shop_url, secret=SECRET, public_url="http://shop") as shop:
        yield shop


async def user_id_of(accounts: Shop, who: str = "customer") -> UUID:
    with accounts.engine.database.use():
        return (await User.get(email=EMAILS[who])).id


@pytest.fixture
async def client(accounts: Shop) -> Client:
    """An application, which nobody has allowed anything."""
    with accounts.engine.database.use():
        await Client.all().delete()
    told = {"client_name": "Notes", "client_uri": "https://n.example", "redirect_uris": ["https://n.example/cb"]}
    return (await register(accounts.engine.identity, told, None, INSIDE)).client


async def allow(accounts: Shop, client: Client, user_id: UUID, *scopes: str) -> str:
    """Returns an access token that a user allowed a client."""
    now, token = datetime.now(UTC), new_secret("token")
    await consent(accounts.engine.identity, user_id, client.id, scopes)
    with accounts.engine.database.use():
        grant = await Grant.create(user_id=user_id, client=client, scopes=list(scopes), authenticated_at=now)
        await AccessToken.create(
            user_id=user_id,
            client=client,
            grant=grant,
            token_hash=hash_of(token),
            scopes=list(scopes),
            expires_at=now + timedelta(hours=1),
        )
    return token


async def test_consent_adds_up(accounts: Shop, client: Client) -> None:
    identity, user_id = accounts.engine.identity, await user_id_of(accounts)
    assert await consented(identity, user_id, client.id) is None
    scopes = ["openid", "email", "products:read", "orders:read", "tags:read"]
    await asyncio.gather(*(consent(identity, user_id, client.id, [scope]) for scope in scopes))
    assert await consented(identity, user_id, client.id) == set(scopes)
    with accounts.engine.database.use():
        assert await Consent.filter(client_id=client.id).count() == 1
    assert await consented(identity, await user_id_of(accounts, "vendor"), client.id) is None


async def test_what_was_allowed_is_shown_in_words(accounts: Shop, client: Client) -> None:
    visitor = await browser_of(accounts, "customer")
    assert "No application acts for you." in (await visitor.see("/account/apps")).text
    await allow(accounts, client, await user_id_of(accounts), "email", "products:read")
    text = (await visitor.see("/account/apps")).text
    for said in ("Notes", "https://n.example", "See your e-mail address", "Read products", f"{datetime.now(UTC):%Y-}"):
        assert said in text
    assert "Read orders" not in text


async def test_taking_it_back_ends_its_tokens_and_asks_again(accounts: Shop, client: Client) -> None:
    identity = accounts.engine.identity
    mine, others = await user_id_of(accounts), await user_id_of(accounts, "vendor")
    token, kept = [await allow(accounts, client, each, "products:read") for each in (mine, others)]
    assert (await identity.actors.of(token)).user_id == mine
    visitor = await browser_of(accounts, "customer")
    answer = await visitor.send("/account/apps", {"client_id": str(client.id)})
    assert answer.headers["location"] == "/account/apps?said=revoked"
    with pytest.raises(Unauthenticated):
        await identity.actors.of(token)
    assert (await identity.actors.of(kept)).user_id == others, "another's permission stays"
    assert await consented(identity, mine, client.id) is None
    assert await connected_apps(identity, mine) == []
    rows = await accounts.engine.database.fetch("SELECT row_id FROM audit_entries WHERE action = 'client_revoked'")
    assert str(mine) in [row[0] for row in rows]


async def test_what_was_not_allowed_cannot_be_taken_back(accounts: Shop, client: Client) -> None:
    user_id = await user_id_of(accounts)
    for client_id in (client.id, new_id()):
        with pytest.raises(NotFound):
            await revoke_app(accounts.engine.identity, user_id, client_id, INSIDE)
    visitor = await browser_of(accounts, "customer")
    for told in (str(client.id), "", "7", "\x00"):
        assert (await visitor.send("/account/apps", {"client_id": told})).status_code == 404
    assert (await visitor.client.post("/account/apps", data={"client_id": str(client.id)})).status_code == 403


async def test_a_grant_without_a_remembered_consent_is_shown_too(accounts: Shop, client: Client) -> None:
    user_id = await user_id_of(accounts)
    await allow(accounts, client, user_id, "products:read")
    with accounts.engine.database.use():
        await Consent.filter(client_id=client.id).delete()
    [app] = await connected_apps(accounts.engine.identity, user_id)
    assert [scope.name for scope in app.scopes] == ["products:read"]
    await revoke_app(accounts.engine.identity, user_id, client.id, INSIDE)
    assert await connected_apps(accounts.engine.identity, user_id) == []


async def test_the_button_is_the_users_own(accounts: Shop, client: Client) -> None:
    await allow(accounts, client, await user_id_of(accounts), "email")
    visitor, other = [await browser_of(accounts, who) for who in ("customer", "vendor")]
    stolen = csrf_of(await visitor.see("/account/apps"))
    form = {"client_id": str(client.id), "csrf_token": stolen}
    assert (await other.client.post("/account/apps", data=form)).status_code == 403
    assert "Notes" in (await visitor.see("/account/apps")).text
