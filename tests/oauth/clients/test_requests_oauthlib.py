"""requests-oauthlib runs every flow that it knows, against started processes over both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from oauthlib.oauth2 import AccessDeniedError, BackendApplicationClient, DeviceClient, InvalidGrantError, OAuth2Error
from requests import Response
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from support.authority import CALLBACK, SCOPES, Authority, Registered, authority, new_client
from support.figures import count
from support.people import Person

pytestmark = pytest.mark.oauth

WAIT_S = 30
FLOWS = "flows of requests-oauthlib"


@pytest.fixture(autouse=True)
def without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is on loopback; oauthlib wants to be told that this is meant."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture(scope="module")
async def server(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Authority]:
    async with authority(shop_url, tmp_path_factory.mktemp("authority")) as server:
        yield server


@pytest.fixture(scope="module")
async def person(server: Authority) -> AsyncIterator[Person]:
    async with server.person("customer") as person:
        yield person


@pytest.fixture(scope="module")
async def own(server: Authority) -> Registered:
    return await new_client(server.database, "requests-oauthlib")


@pytest.fixture(scope="module")
async def public(server: Authority) -> Registered:
    return await new_client(server.database, "requests-oauthlib, public", public=True)


def opened(known: Registered) -> OAuth2Session:
    return OAuth2Session(known.client_id, scope=list(SCOPES), redirect_uri=CALLBACK, pkce="S256")


async def signed_in(session: OAuth2Session, known: Registered, server: Authority, person: Person,
                    **how: Any) -> dict[str, Any]:  # fmt: skip
    """Returns the tokens of the person; a public client shows its id, another one its secret."""
    url, _ = session.authorization_url(f"{server.issuer}/oauth/authorize", nonce="a-nonce")
    back = await person.allow(url)
    how = how or {"include_client_id": True, "client_secret": known.secret}
    token: dict[str, Any] = await asyncio.to_thread(
        session.fetch_token, f"{server.issuer}/oauth/token", authorization_response=back, timeout=WAIT_S, **how
    )
    count("oauth", FLOWS)
    return token


async def status_of(session: OAuth2Session, url: str) -> int:
    answer: Response = await asyncio.to_thread(session.get, url, timeout=WAIT_S)
    return answer.status_code


async def test_code_with_pkce_in_every_way_to_show_the_client(
    server: Authority, person: Person, own: Registered, public: Registered
) -> None:
    basic = {"auth": HTTPBasicAuth(own.client_id, own.secret or "")}
    ways: list[tuple[Registered, dict[str, Any]]] = [(own, {}), (own, basic), (public, {"include_client_id": True})]
    for known, how in ways:
        with opened(known) as session:
            token = await signed_in(session, known, server, person, **how)
            assert set(token["scope"]) == set(SCOPES)
            assert token["id_token"].count(".") == 2
            assert await status_of(session, f"{server.issuer}/oauth/userinfo") == 200
            assert await status_of(session, f"{server.issuer}/api/v1/orders") == 200


async def test_refresh_rotates(server: Authority, person: Person, public: Registered) -> None:
    url = f"{server.issuer}/oauth/token"
    with opened(public) as session:
        first = await signed_in(session, public, server, person)

        async def refreshed(token: str) -> dict[str, Any]:
            found: dict[str, Any] = await asyncio.to_thread(
                session.refresh_token, url, refresh_token=token, client_id=public.client_id, timeout=WAIT_S
            )
            return found

        second = await refreshed(first["refresh_token"])
        assert second["refresh_token"] != first["refresh_token"]
        assert await status_of(session, f"{server.issuer}/api/v1/orders") == 200
        with pytest.raises(InvalidGrantError):
            await refreshed(first["refresh_token"])
        with pytest.raises(InvalidGrantError):
            await refreshed(second["refresh_token"])
    count("oauth", FLOWS, 2)


async def test_introspection_and_revocation(server: Authority, person: Person, own: Registered) -> None:
    auth = HTTPBasicAuth(own.client_id, own.secret or "")
    with opened(own) as session:
        token = (await signed_in(session, own, server, person))["access_token"]
        other = OAuth2Session()

        async def post(path: str) -> Response:
            answer: Response = await asyncio.to_thread(
                other.request, "POST", f"{server.issuer}{path}", data={"token": token}, auth=auth, withhold_token=True,
                timeout=WAIT_S,
            )  # fmt: skip
            return answer

        assert (await post("/oauth/introspect")).json()["active"] is True
        assert (await post("/oauth/revoke")).status_code == 200
        assert (await post("/oauth/introspect")).json() == {"active": False}
        assert await status_of(session, f"{server.issuer}/api/v1/orders") == 401
        other.close()
    count("oauth", FLOWS, 2)


async def test_client_credentials(server: Authority, own: Registered) -> None:
    with OAuth2Session(client=BackendApplicationClient(own.client_id, scope=["products:read"])) as session:
        token = await asyncio.to_thread(
            session.fetch_token, f"{server.issuer}/oauth/token", client_secret=own.secret, timeout=WAIT_S
        )
        assert token["scope"] == ["products:read"]
        assert await status_of(session, f"{server.issuer}/api/v1/products") == 200
    count("oauth", FLOWS)


async def test_device(server: Authority, person: Person, public: Registered) -> None:
    with OAuth2Session(client=DeviceClient(public.client_id, scope=list(SCOPES))) as session:
        asked = {"client_id": public.client_id, "scope": " ".join(SCOPES)}
        answer: Response = await asyncio.to_thread(
            session.request, "POST", f"{server.issuer}/oauth/device_authorization", data=asked, withhold_token=True,
            timeout=WAIT_S,
        )  # fmt: skip
        device = answer.json()

        async def poll() -> dict[str, Any]:
            found: dict[str, Any] = await asyncio.to_thread(
                session.fetch_token, f"{server.issuer}/oauth/token", device_code=device["device_code"],
                include_client_id=True, timeout=WAIT_S,
            )  # fmt: skip
            return found

        with pytest.raises(OAuth2Error, match="authorization_pending"):
            await poll()
        await person.allow_device(device["user_code"])
        await asyncio.sleep(device["interval"])
        assert set((await poll())["scope"]) == set(SCOPES)
    count("oauth", FLOWS)


async def test_a_denial_is_told(server: Authority, person: Person, public: Registered) -> None:
    with opened(public) as session:
        url, _ = session.authorization_url(f"{server.issuer}/oauth/authorize", prompt="consent")
        back = await person.deny(url)
        with pytest.raises(AccessDeniedError):
            session.fetch_token(f"{server.issuer}/oauth/token", authorization_response=back, timeout=WAIT_S)
    count("oauth", FLOWS)
