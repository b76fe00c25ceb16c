"""What clients find out by program (RFC 8414, OpenID Connect Discovery 1.0), and that all of it is so."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from support.authority import Registered
from support.oauth import AUTHORIZE, ISSUER, Browser, Provider, query_of

pytestmark = pytest.mark.oauth

DOCUMENTS = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
REQUIRED = {
    "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported", "scopes_supported",
    "subject_types_supported", "id_token_signing_alg_values_supported", "code_challenge_methods_supported",
    "grant_types_supported", "token_endpoint_auth_methods_supported", "userinfo_endpoint", "revocation_endpoint",
    "introspection_endpoint", "device_authorization_endpoint", "pushed_authorization_request_endpoint",
    "registration_endpoint", "end_session_endpoint", "authorization_response_iss_parameter_supported",
    "claims_supported", "request_uri_parameter_supported", "request_parameter_supported",
}  # fmt: skip
POSTED = ("token_endpoint", "revocation_endpoint", "introspection_endpoint", "device_authorization_endpoint",
          "pushed_authorization_request_endpoint", "registration_endpoint")  # fmt: skip


@pytest.fixture
async def document(server: Provider) -> dict[str, Any]:
    found: dict[str, Any] = (await server.client.get(DOCUMENTS[0])).json()
    return found


async def test_both_are_one(server: Provider) -> None:
    """Both documents are the same, may be kept for a while, and name the issuer as it is asked for."""
    one, other = [await server.client.get(path) for path in DOCUMENTS]
    assert one.json() == other.json()
    assert one.json()["issuer"] == ISSUER
    assert set(one.json()) >= REQUIRED
    for each in (one, other):
        assert (each.status_code, each.headers["Content-Type"]) == (200, "application/json")
        assert "max-age" in each.headers["Cache-Control"]


async def test_every_endpoint_answers(server: Provider, document: dict[str, Any]) -> None:
    """Everything it names is there, below the issuer."""
    for name, url in document.items():
        if name.endswith(("_endpoint", "_uri", "_documentation")):
            assert url.startswith(f"{ISSUER}/"), name
            answer = await (server.client.post(url) if name in POSTED else server.client.get(url))
            assert answer.status_code in (200, 303, 400, 401), (name, answer.status_code)
            if name in POSTED:
                assert answer.json()["error"], name


async def test_no_endpoint_is_left_out(server: Provider, document: dict[str, Any]) -> None:
    """Every path below /oauth is named."""
    named = {url.removeprefix(ISSUER) for url in document.values() if isinstance(url, str)}
    assert isinstance(server.app, FastAPI)
    paths = {getattr(route, "path", "") for route in server.app.router.routes}
    assert {path for path in paths if path.startswith("/oauth/")} <= named


async def test_grant_types(server: Provider, confidential: Registered, document: dict[str, Any]) -> None:
    """Each grant type that is named is known, and none that is not."""
    for grant_type in (*document["grant_types_supported"], "implicit", "password"):
        answer = await server.token(confidential, grant_type=grant_type)
        is_known = "unsupported_grant_type" not in answer.text
        assert is_known == (grant_type in document["grant_types_supported"])


async def test_scopes_and_prompts(server: Provider, browser: Browser, document: dict[str, Any]) -> None:
    """Each scope, prompt, response type and response mode that is named is taken."""
    client = await server.register(scopes=document["scopes_supported"])
    for scope in document["scopes_supported"]:
        assert (await browser.authorize(client, scope=scope)).status_code == 200, scope
    for prompt in document["prompt_values_supported"]:
        assert "invalid_request" not in (await browser.authorize(client, prompt=prompt)).headers.get("Location", "")
    for changed in ({"response_type": each} for each in document["response_types_supported"]):
        assert (await browser.authorize(client, **changed)).status_code == 200
    for mode in document["response_modes_supported"]:
        assert (await browser.authorize(client, response_mode=mode)).status_code == 200


async def test_what_is_said_not_to_be(server: Provider, browser: Browser, document: dict[str, Any]) -> None:
    """Request objects are refused, as the document says."""
    assert not document["request_parameter_supported"]
    assert not document["request_uri_parameter_supported"]
    client = await server.register()
    by_value = await browser.authorize(client, request="e30.e30.")
    assert query_of(by_value.headers["Location"])["error"] == "request_not_supported"
    by_name = await browser.client.get(
        AUTHORIZE, params={"client_id": client.client_id, "request_uri": "https://client.example/request.jwt"}
    )
    assert (by_name.status_code, by_name.headers.get("Location")) == (400, None)


async def test_registration_is_named_where_it_is(server: Provider) -> None:
    """Where nobody may register, the document does not say that they can."""
    settings = server.identity.settings
    assert settings.registration == "open"
    assert (await server.client.post("/oauth/register", json={})).status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_only_read(server: Provider, method: str) -> None:
    """Nobody writes there."""
    for path in (*DOCUMENTS, "/oauth/jwks"):
        assert (await server.client.request(method, path)).status_code == 405


async def test_public_keys(server: Provider) -> None:
    """The set of keys holds public parts only, each with its id, use and algorithm."""
    keys = (await server.client.get("/oauth/jwks")).json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256"}
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)
        assert key["use"] == "sig"
        assert key["kid"]
    assert len({key["kid"] for key in keys}) == len(keys)
