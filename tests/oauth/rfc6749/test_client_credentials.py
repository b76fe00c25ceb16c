"""A client that acts for its owner, within its scopes, and no longer than its owner may (RFC 6749 §4.4)."""

from __future__ import annotations

import pytest

from support.authority import Registered
from support.oauth import Provider, error_of
from twofold.identity.models import User
from twofold.identity.oauth.models import Client

pytestmark = pytest.mark.oauth


async def test_for_its_owner(server: Provider) -> None:
    """It sees what its owner sees, on both faces, and no more."""
    for owner, more in (("customer", False), ("admin", True)):
        client = await server.register(owner=owner)
        token = (await server.own_token(client))["access_token"]
        assert await server.statuses(token) == (200, 200)
        headers = {"Authorization": f"Bearer {token}"}
        seen = (await server.client.get("/api/v1/orders?page_size=1", headers=headers)).json()["total"]
        own = (await server.shop.rest("GET", "/orders?page_size=1", who=owner)).json()["total"]
        assert seen == own
        assert (seen > 100) == more or seen > 0


async def test_its_answer(server: Provider, confidential: Registered) -> None:
    """There is no refresh token (§4.4.3), and nothing about a person."""
    tokens = await server.own_token(confidential)
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope"}
    assert tokens["scope"] == "products:read orders:read"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await server.client.get("/oauth/userinfo", headers=headers)).status_code == 403


async def test_scopes(server: Provider, confidential: Registered) -> None:
    """It may ask for less; never for what it is not registered for, or what there is not."""
    assert (await server.own_token(confidential, scope="products:read"))["scope"] == "products:read"
    narrow = (await server.own_token(confidential, scope="products:read"))["access_token"]
    assert await server.statuses(narrow) == (403, 403)
    for wrong in ("products:delete", "nonsense", "products:read products:delete", "orders:*"):
        answer = await server.token(confidential, grant_type="client_credentials", scope=wrong)
        assert (answer.status_code, error_of(answer)) == (400, "invalid_scope"), wrong


async def test_it_ends_with_its_owner(server: Provider) -> None:
    """When its owner is disabled, its tokens are dead and it gets no others."""
    owner = await server.person("owner@example.com")
    client = await server.register(owner=owner.email)
    token = (await server.own_token(client))["access_token"]
    assert (await server.statuses(token))[0] == 200
    with server.identity.database.use():
        await User.filter(id=owner.id).update(is_active=False)
    assert await server.statuses(token) == (401, 401)
    answer = await server.token(client, grant_type="client_credentials")
    assert (answer.status_code, error_of(answer)) == (401, "invalid_client")


async def test_public_clients(server: Provider, public: Registered) -> None:
    """A client without a secret is anybody's: it gets nothing in its own name."""
    with server.identity.database.use():
        await Client.filter(id=public.client_id).update(grant_types=["authorization_code", "client_credentials"])
    answer = await server.token(public, grant_type="client_credentials")
    assert (answer.status_code, error_of(answer)) == (401, "invalid_client")


async def test_without_an_owner(server: Provider) -> None:
    """A client that registered itself has nobody for whom it could act."""
    client = await server.register()
    with server.identity.database.use():
        await Client.filter(id=client.client_id).update(owner_id=None)
    answer = await server.token(client, grant_type="client_credentials")
    assert (answer.status_code, error_of(answer)) == (400, "unauthorized_client")
