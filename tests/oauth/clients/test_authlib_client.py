"""Authlib's client for httpx runs every flow that it knows, against started processes over both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from support.authority import CALLBACK, SCOPES, Authority, Registered, authority, new_client
from support.figures import count
from support.people import Person
from twofold.identity.models import User

pytestmark = pytest.mark.oauth

SCOPE = " ".join(SCOPES)
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
VERIFIER = "a-verifier-of-the-test-that-has-forty-three-characters-and-more"
NONCE = "a-nonce-of-the-test"
METHODS = ("client_secret_basic", "client_secret_post", "none")


@pytest.fixture(scope="module")
async def server(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Authority]:
    async with authority(shop_url, tmp_path_factory.mktemp("authority")) as server:
        yield server


@pytest.fixture(scope="module")
async def person(server: Authority) -> AsyncIterator[Person]:
    async with server.person("customer") as person:
        yield person


@pytest.fixture(scope="module")
async def metadata(server: Authority) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=server.issuer) as client:
        found = (await client.get("/.well-known/openid-configuration")).json()
        rfc8414 = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == rfc8414["issuer"] == server.issuer
    count("oauth", "flows of Authlib's client")
    return dict(found)


@pytest.fixture(scope="module")
async def clients(server: Authority) -> dict[str, Registered]:
    return {
        method: await new_client(server.database, f"Authlib, {method}", public=method == "none") for method in METHODS
    }


def opened(known: Registered, method: str, **more: Any) -> Any:  # Authlib has no types
    return AsyncOAuth2Client(
        known.client_id, known.secret, token_endpoint_auth_method=method, scope=SCOPE, redirect_uri=CALLBACK,
        code_challenge_method="S256", **more,
    )  # fmt: skip


async def signed_in(client: AsyncOAuth2Client, metadata: dict[str, Any], person: Person) -> dict[str, Any]:
    """Returns the tokens of the person."""
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=VERIFIER, nonce=NONCE
    )  # fmt: skip
    back = await person.allow(url)
    assert httpx.URL(back).params["iss"] == metadata["issuer"]
    token: dict[str, Any] = await client.fetch_token(
        metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=VERIFIER
    )
    count("oauth", "flows of Authlib's client")
    return token


@pytest.mark.parametrize("method", METHODS)
async def test_code_with_pkce(
    server: Authority, metadata: dict[str, Any], clients: dict[str, Registered], person: Person, method: str
) -> None:
    async with opened(clients[method], method) as client:
        token = await signed_in(client, metadata, person)
        userinfo = (await client.get(metadata["userinfo_endpoint"])).json()
        keys = KeySet.import_key_set((await client.get(metadata["jwks_uri"])).json())
        assert (await client.get(f"{server.issuer}/api/v1/orders")).status_code == 200

        said = jwt.decode(token["id_token"], keys, algorithms=metadata["id_token_signing_alg_values_supported"])
        wanted = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": clients[method].client_id},
        }
        claims = CodeIDToken(
            said.claims, said.header, wanted, {"nonce": NONCE, "access_token": token["access_token"]}
        )  # fmt: skip
        claims.validate()
        with server.database.use():
            user = await User.get(email=person.email)
        assert claims["sub"] == userinfo["sub"] == str(user.id)
        assert userinfo["email"] == person.email
        assert set(token["scope"].split()) == set(SCOPES)
        count("oauth", "flows of Authlib's client", 3)  # the ID token by the JWKS, userinfo, the API


@pytest.mark.parametrize("method", METHODS)
async def test_refresh_rotates(
    metadata: dict[str, Any], clients: dict[str, Registered], person: Person, method: str
) -> None:
    async with opened(clients[method], method) as client:
        first = await signed_in(client, metadata, person)
        second = await client.refresh_token(metadata["token_endpoint"], refresh_token=first["refresh_token"])
        assert second["refresh_token"] != first["refresh_token"]
        assert second["access_token"] != first["access_token"]
        with pytest.raises(OAuthError, match="invalid_grant"):
            await client.refresh_token(metadata["token_endpoint"], refresh_token=first["refresh_token"])
        with pytest.raises(OAuthError, match="invalid_grant"):
            await client.refresh_token(metadata["token_endpoint"], refresh_token=second["refresh_token"])
        count("oauth", "flows of Authlib's client", 2)


async def test_introspection_and_revocation(
    server: Authority, metadata: dict[str, Any], clients: dict[str, Registered], person: Person
) -> None:
    known = clients["client_secret_basic"]
    async with opened(known, "client_secret_basic") as client:
        token = (await signed_in(client, metadata, person))["access_token"]
        before = (await client.introspect_token(metadata["introspection_endpoint"], token=token)).json()
        assert before["active"]
        assert before["client_id"] == known.client_id
        assert (await client.revoke_token(metadata["revocation_endpoint"], token=token)).status_code == 200
        after = (await client.introspect_token(metadata["introspection_endpoint"], token=token)).json()
        assert after == {"active": False}
        count("oauth", "flows of Authlib's client", 2)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as plain:
        assert (await plain.get(f"{server.issuer}/api/v1/orders")).status_code == 401


async def test_client_credentials(
    server: Authority, metadata: dict[str, Any], clients: dict[str, Registered]
) -> None:  # fmt: skip
    for method in METHODS[:2]:
        async with opened(clients[method], method) as client:
            token = await client.fetch_token(
                metadata["token_endpoint"], grant_type="client_credentials", scope="products:read"
            )  # fmt: skip
            assert token["scope"] == "products:read"
            assert "refresh_token" not in token
            assert (await client.get(f"{server.issuer}/api/v1/products")).status_code == 200
            assert (await client.get(f"{server.issuer}/api/v1/orders")).status_code == 403
        count("oauth", "flows of Authlib's client")


async def test_device(metadata: dict[str, Any], clients: dict[str, Registered], person: Person) -> None:
    known = clients["none"]
    async with opened(known, "none") as client:
        asked = {"client_id": known.client_id, "scope": SCOPE}
        async with httpx.AsyncClient() as plain:
            device = (await plain.post(metadata["device_authorization_endpoint"], data=asked)).json()

        async def poll() -> Any:
            return await client.fetch_token(
                metadata["token_endpoint"], grant_type=DEVICE, device_code=device["device_code"]
            )

        with pytest.raises(OAuthError, match="authorization_pending"):
            await poll()
        await person.allow_device(device["user_code"])
        await asyncio.sleep(device["interval"])
        assert set((await poll())["scope"].split()) == set(SCOPES)
        with pytest.raises(OAuthError, match="invalid_grant"):
            await poll()
        count("oauth", "flows of Authlib's client")


async def test_a_registered_client_signs_in(server: Authority, metadata: dict[str, Any], person: Person) -> None:
    asked = {"client_name": "Registered by the test", "redirect_uris": [CALLBACK], "scope": SCOPE,
             "grant_types": ["authorization_code", "refresh_token"]}  # fmt: skip
    async with httpx.AsyncClient() as plain:
        answer = await plain.post(metadata["registration_endpoint"], json=asked)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    known = Registered(client_id=said["client_id"], secret=said["client_secret"])
    async with opened(known, said["token_endpoint_auth_method"]) as client:
        assert await signed_in(client, metadata, person)
    count("oauth", "flows of Authlib's client")


async def test_pushed_request(metadata: dict[str, Any], clients: dict[str, Registered], person: Person) -> None:
    known = clients["client_secret_basic"]
    async with opened(known, "client_secret_basic") as client:
        url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=VERIFIER)
        async with httpx.AsyncClient(auth=(known.client_id, known.secret or "")) as plain:
            pushed = await plain.post(
                metadata["pushed_authorization_request_endpoint"], data=dict(httpx.URL(url).params)
            )  # fmt: skip
        assert pushed.status_code == 201, pushed.text
        short = httpx.URL(
            metadata["authorization_endpoint"],
            params={"client_id": known.client_id, "request_uri": pushed.json()["request_uri"]},
        )
        back = await person.allow(str(short))
        assert await client.fetch_token(
            metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=VERIFIER
        )
    count("oauth", "flows of Authlib's client")
