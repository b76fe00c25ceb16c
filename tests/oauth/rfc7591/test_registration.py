"""Dynamic client registration (RFC 7591): who may, what is taken, and what is not."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.shop import Shop, opened
from twofold.identity.attempts import LIMITS, Attempts, Limit
from twofold.identity.oauth.metadata import DEVICE_CODE
from twofold.identity.oauth.models import Client
from twofold.identity.oauth.redirects import is_registered
from twofold.identity.tokens import hash_of, kind_of

pytestmark = pytest.mark.oauth

GOOD = {"client_name": "Notes", "redirect_uris": ["https://notes.example/cb"]}
TOKEN = "an initial access token of these tests"


@pytest.fixture(scope="module")
async def shop(shop_url: str) -> AsyncIterator[Shop]:
    """The demo shop, at which anybody may register."""
    async with opened(shop_url, registration="open") as shop:
        many = {**LIMITS, "registration": Limit(window_s=3600, most={"address": 100_000})}
        shop.engine.identity.attempts = Attempts(shop.engine.database, limits=many)
        yield shop


async def register(shop: Shop, **metadata: Any) -> httpx.Response:
    return await shop.client.post("/oauth/register", json=GOOD | metadata)


async def test_a_client_gets_its_id_and_secret_once(shop: Shop) -> None:
    answer = await register(shop, client_uri="https://notes.example", scope="openid products:read openid", extra=[1])
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    secret = told.pop("client_secret")
    client_id, issued_at = told.pop("client_id"), told.pop("client_id_issued_at")
    assert told == {
        "client_secret_expires_at": 0,
        "client_name": "Notes",
        "client_uri": "https://notes.example",
        "redirect_uris": ["https://notes.example/cb"],
        "post_logout_redirect_uris": [],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": "openid products:read",
        "id_token_signed_response_alg": "RS256",
    }
    with shop.engine.database.use():
        client = await Client.get(id=UUID(client_id))
    assert kind_of(secret) == "client"
    assert client.secret_hash == hash_of(secret)
    assert int(client.created_at.timestamp()) == issued_at
    entries = await shop.engine.database.fetch("SELECT changes FROM audit_entries WHERE action = 'client_registered'")
    assert client_id in str([row[0] for row in entries])
    assert secret not in str([row[0] for row in entries])


async def test_a_public_client_has_no_secret(shop: Shop) -> None:
    told = (await register(shop, token_endpoint_auth_method="none")).json()
    assert not {"client_secret", "client_secret_expires_at"} & set(told)


async def test_who_names_no_scopes_may_ask_to_read(shop: Shop) -> None:
    scopes = (await register(shop)).json()["scope"].split()
    assert scopes[:4] == ["openid", "profile", "email", "offline_access"]
    assert "products:read" in scopes
    assert all(scope.endswith(":read") for scope in scopes[4:])
    assert (await register(shop, scope="")).json()["scope"] == ""


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",  # check 4
        "http://notes.example/cb",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.2/cb",
        "http://localhost.evil.example/",
        "https://notes.example/cb#",  # check 5
        "https://notes.example/cb#here",
        "https://ada@notes.example/cb",
        "https://ada:secret@notes.example/cb",
        "https://notes.example\\@evil.example/",
        "https://*.notes.example/cb",
        "https://notes.example/*",
        "https:///cb",
        "https:cb",
        "//notes.example/cb",
        "/cb",
        "",
        " https://notes.example/cb",
        "https://notes.example/c b",
        "https://notes.example/\x00",
        "https://notes.example/\ncb",
        "https://nötes.example/cb",
        "https://notes.example/%zz",
        'https://notes.example/"',
        "https://notes.example:port/cb",
        "https://notes.example:99999/cb",
        "https://[::1/cb",
        "https://[v1.x]/cb",
        "app:/cb",
        "com.example.notes:/cb",  # it has a secret
        "https://notes.example/" + "x" * 2000,
    ],
)
async def test_an_address_that_is_not_safe_is_refused(shop: Shop, uri: str) -> None:
    """Check 4: nobody registers another scheme, or http to elsewhere; check 5: nor a fragment, or a user."""
    answer = await register(shop, redirect_uris=["https://notes.example/cb", uri])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri"), answer.text
    refused = await register(shop, post_logout_redirect_uris=[uri])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")


@pytest.mark.parametrize(
    "uri",
    ["https://notes.example", "https://notes.example:8443/a%20b?c=d&e=f", "https://192.0.2.1/", "https://[2001:db8::1]/",
     "http://127.0.0.1/cb", "http://127.0.0.1:8080/cb", "http://[::1]/cb", "http://localhost:3000/cb"],
)  # fmt: skip
async def test_an_address_that_is_safe_is_taken(shop: Shop, uri: str) -> None:
    assert (await register(shop, redirect_uris=[uri])).json()["redirect_uris"] == [uri]


async def test_a_public_client_may_have_a_scheme_of_its_own(shop: Shop) -> None:
    uris = ["com.example.notes:/cb", "com.example.notes://cb"]
    answer = await register(shop, redirect_uris=uris, token_endpoint_auth_method="none")
    assert answer.json()["redirect_uris"] == uris


@pytest.mark.parametrize(
    ("registered", "used", "matches"),
    [
        ("https://notes.example/cb", "https://notes.example/cb", True),
        ("https://notes.example/cb", "https://notes.example/cb/", False),
        ("https://notes.example/cb", "https://notes.example/cb?x", False),
        ("https://notes.example/cb", "https://notes.example:443/cb", False),
        ("https://notes.example/cb", "https://Notes.example/cb", False),
        ("https://notes.example/cb", "https://notes.example/a/../cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1:8080/cb?a", "http://127.0.0.1/cb?a", True),
        ("http://[::1]/cb", "http://[::1]:49152/cb", True),
        ("http://127.0.0.1/cb", "http://[::1]/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb#x", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb\n", False),
        ("http://localhost:3000/cb", "http://localhost:3000/cb", True),
        ("http://localhost:3000/cb", "http://localhost:3001/cb", False),
        ("http://localhost/cb", "http://127.0.0.1/cb", False),
        ("https://127.0.0.1/cb", "https://127.0.0.1:1/cb", False),
    ],
)
def test_an_address_matches_itself_and_loopback_any_port(registered: str, used: str, matches: bool) -> None:
    assert is_registered([registered], used) is matches


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"redirect_uris": "https://notes.example/cb"}, "invalid_redirect_uri"),
        ({"redirect_uris": [1]}, "invalid_redirect_uri"),
        ({"redirect_uris": {"a": "b"}}, "invalid_redirect_uri"),
        ({"redirect_uris": [f"https://notes.example/{place}" for place in range(21)]}, "invalid_redirect_uri"),
        ({"client_name": 7}, "invalid_client_metadata"),
        ({"client_name": ""}, "invalid_client_metadata"),
        ({"client_name": "x" * 101}, "invalid_client_metadata"),
        ({"client_name": "a\nb"}, "invalid_client_metadata"),
        ({"client_name": "\ud800"}, "invalid_client_metadata"),
        ({"client_uri": "javascript:alert(1)"}, "invalid_client_metadata"),
        ({"client_uri": "http://notes.example"}, "invalid_client_metadata"),
        ({"client_uri": "https://notes.example/" + "x" * 255}, "invalid_client_metadata"),
        ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"grant_types": "authorization_code"}, "invalid_client_metadata"),
        ({"grant_types": []}, "invalid_client_metadata"),
        ({"grant_types": ["refresh_token"]}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"response_types": []}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": ["none"]}, "invalid_client_metadata"),
        ({"scope": ["openid"]}, "invalid_client_metadata"),
        ({"scope": "openid no-such:scope"}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),  # check 30
        ({"id_token_signed_response_alg": "HS256"}, "invalid_client_metadata"),
        ({"application_type": "toaster"}, "invalid_client_metadata"),
    ],
)
async def test_what_is_wrong_is_refused_and_named(shop: Shop, metadata: dict[str, Any], error: str) -> None:
    """Check 30: no client gets ID tokens without a signature, or signed by its secret."""
    body = json.dumps(GOOD | metadata).encode()
    answer = await shop.client.post("/oauth/register", content=body)
    told = answer.json()
    assert (answer.status_code, told["error"]) == (400, error)
    assert set(told["error_description"]) <= {chr(code) for code in range(0x20, 0x7F)} - {'"', "\\"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff", b"[" * 5000, b'{"scope":1e999}'])
async def test_a_body_that_is_no_object_is_refused(shop: Shop, body: bytes) -> None:
    answer = await shop.client.post("/oauth/register", content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


async def test_a_large_body_is_refused(shop: Shop) -> None:
    answer = await shop.client.post("/oauth/register", content=b'{"x":"' + b"x" * 70_000 + b'"}')
    assert answer.status_code == 413


async def test_a_device_needs_no_redirect_uri(shop: Shop) -> None:
    answer = await register(shop, redirect_uris=[], grant_types=[DEVICE_CODE, "refresh_token"], response_types=[])
    assert answer.status_code == 201, answer.text
    assert answer.json()["response_types"] == []


NAMES = ["client_name", "client_uri", "redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types",
         "token_endpoint_auth_method", "scope", "id_token_signed_response_alg", "application_type",
         "contacts"]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["none", "openid", "authorization_code", "https://a.example/", "http://[", "com.a:/", "code"])
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=VALUES | st.dictionaries(st.sampled_from(NAMES), VALUES), keep=st.booleans())
@example(told={"redirect_uris": ["http://["]}, keep=True)
@example(told={"client_name": "\u0000"}, keep=True)
async def test_no_json_is_too_much(shop: Shop, told: Any, keep: bool) -> None:
    """Check 35, for this endpoint."""
    body = GOOD | told if keep and isinstance(told, dict) else told
    answer = await shop.client.post("/oauth/register", content=json.dumps(body).encode())
    assert answer.status_code in (201, 400), answer.text
    assert answer.json().keys() >= ({"client_id"} if answer.status_code == 201 else {"error", "error_description"})


async def test_by_default_nobody_registers(shop_url: str) -> None:
    async with opened(shop_url) as shop:
        answer = await register(shop)
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")


async def test_with_an_initial_access_token_who_has_it_registers(
    shop_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(shop_url, registration="token", registration_token=TOKEN) as shop:
        for wrong in (None, "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é", f"Bearer {TOKEN[:-1]}"):
            headers = {} if wrong is None else {b"Authorization": wrong.encode()}
            answer = await shop.client.post("/oauth/register", json=GOOD, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == ("Bearer" if wrong is None else 'Bearer error="invalid_token"')
        with caplog.at_level(logging.DEBUG):
            good = await shop.client.post("/oauth/register", json=GOOD, headers={"Authorization": f"Bearer {TOKEN}"})
        assert good.status_code == 201
        assert good.json()["client_secret"] not in caplog.text


async def test_an_address_registers_so_many_an_hour(shop_url: str) -> None:
    async with opened(shop_url, registration="open") as shop:
        shop.engine.identity.attempts = Attempts(shop.engine.database, clock=lambda: time.time() + 7200)
        statuses = [(await register(shop)).status_code for _ in range(21)]
        assert statuses == [201] * 20 + [429]
