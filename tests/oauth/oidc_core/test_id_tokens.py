"""ID tokens and userinfo (OpenID Connect Core 1.0 §2, §3.1.3 and §5)."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet, OctKey

from support.authority import Registered
from support.oauth import ISSUER, Browser, Provider
from twofold.identity.models import User

pytestmark = pytest.mark.oauth

USERINFO = "/oauth/userinfo"


async def opened(server: Provider, id_token: str, algorithm: str) -> dict[str, Any]:
    """Returns the claims of an ID token, which one of the published keys has signed."""
    keys = KeySet.import_key_set((await server.client.get("/oauth/jwks")).json())
    found: dict[str, Any] = jwt.decode(id_token, keys, algorithms=[algorithm]).claims
    return found


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_claims(server: Provider, browser: Browser, algorithm: str) -> None:
    """All claims that §2 asks for, and those of the scopes, signed as the client wants it."""
    client = await server.register(id_token_alg=algorithm)
    tokens = await server.tokens(client, browser, scope="openid profile email", nonce="n-0S6")
    header = jws.extract_compact(tokens["id_token"].encode()).headers()
    assert header["alg"] == algorithm
    assert header["kid"] in {key["kid"] for key in (await server.client.get("/oauth/jwks")).json()["keys"]}
    said, now = await opened(server, tokens["id_token"], algorithm), time.time()
    assert browser.user is not None
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert said.pop("at_hash") == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert abs(said.pop("iat") - now) < 60
    assert now < said.pop("exp") <= now + 3601
    assert abs(said.pop("auth_time") - now) < 60
    assert said == {
        "iss": ISSUER, "aud": client.client_id, "sub": str(browser.user.id), "nonce": "n-0S6",
        "name": browser.user.name, "email": browser.user.email,
        "email_verified": browser.user.email_verified_at is not None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "more"), [("openid", set()), ("openid profile", {"name"}), ("openid email", {"email", "email_verified"})]
)
async def test_no_more_than_allowed(server: Provider, browser: Browser, scope: str, more: set[str]) -> None:
    """A client learns what its scopes say, from the ID token as from userinfo, by GET as by POST."""
    client = await server.register()
    tokens = await server.tokens(client, browser, scope=scope)
    said = await opened(server, tokens["id_token"], "RS256")
    assert set(said) == {"iss", "aud", "sub", "iat", "exp", "auth_time", "at_hash"} | more
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    for method in ("GET", "POST"):
        answer = await server.client.request(method, USERINFO, headers=headers)
        assert answer.status_code == 200
        assert set(answer.json()) == {"sub"} | more
        assert answer.json()["sub"] == said["sub"]
        assert answer.headers["Cache-Control"] == "no-store"


async def test_without_openid(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Without `openid` there is no ID token and nothing at userinfo."""
    tokens = await server.tokens(confidential, browser, scope="profile orders:read")
    assert "id_token" not in tokens
    answer = await server.client.get(USERINFO, headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


async def test_an_id_token_is_no_access_token(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Check 31: an ID token opens nothing: neither face, nor userinfo, nor the endpoints for clients."""
    tokens = await server.tokens(confidential, browser, scope="openid orders:read")
    id_token = tokens["id_token"]
    assert await server.statuses(id_token) == (401, 401)
    headers = {"Authorization": f"Bearer {id_token}"}
    assert (await server.client.get(USERINFO, headers=headers)).status_code == 401
    assert (await server.client.get("/api/v1/orders", headers={"X-API-Key": id_token})).status_code == 401
    assert (await server.refresh(confidential, id_token)).status_code == 400
    assert (await server.redeem(confidential, id_token)).status_code == 400


async def test_confused_algorithms(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Check 30 (confusion): a token without a signature, or signed by a public key as a secret, is no hint."""
    tokens = await server.tokens(confidential, browser)
    key = (await server.client.get("/oauth/jwks")).json()["keys"][0]
    header, payload, signature = tokens["id_token"].split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": key["kid"]}).encode()).rstrip(b"=").decode()
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    secret = OctKey.import_key(json.dumps(key).encode() + b"padding of enough bytes for a key")
    hs256 = jwt.encode({"alg": "HS256", "kid": key["kid"]}, claims, secret, algorithms=["HS256"])
    other = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "x"}).encode()).rstrip(b"=").decode()
    forged = [f"{none}.{payload}.", f"{none}.{payload}.{signature}", hs256, f"{header}.{other}.{signature}",
              f"{header}.{payload}.", f"{header}.{payload}", f"{header}.{payload}.{signature[:-4]}AAAA", "..",
              "a.b.c"]  # fmt: skip
    for each in forged:
        answer = await browser.client.get("/oauth/logout", params={"id_token_hint": each})
        assert answer.status_code in (400, 422), each
        assert (await browser.client.get("/account/sign-in")).status_code == 303, "still signed in"
    assert (await browser.client.get("/oauth/logout", params={"id_token_hint": tokens["id_token"]})).status_code == 303


@pytest.mark.parametrize("headers", [
    {}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x"},
    {"Authorization": "Basic eDp5"},
    {"Authorization": "Bearer \xff"}, {"Authorization": "Bearer tft_" + 43 * "A"}, {"X-API-Key": "x"},
])  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_userinfo_is_for_tokens(server: Provider, method: str, headers: dict[str, str]) -> None:
    """Whoever has no token is told to bring one (RFC 6750 §3)."""
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = await server.client.request(method, USERINFO, headers=sent)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["error"] == "invalid_token"


async def test_userinfo_knows_no_cookies(browser: Browser) -> None:
    """A browser's cookie is no token."""
    assert (await browser.client.get(USERINFO)).status_code == 401


async def test_two_tokens(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Two Authorization headers are none (RFC 6750 §2), and a token in the URL or the body is not read."""
    token = (await server.tokens(confidential, browser))["access_token"]
    header = ("Authorization", f"Bearer {token}")
    assert (await server.client.get(USERINFO, headers=[header, header])).status_code == 401
    assert (await server.client.get(USERINFO, params={"access_token": token})).status_code == 401
    assert (await server.client.post(USERINFO, data={"access_token": token})).status_code == 401


async def test_disabled_people(server: Provider, confidential: Registered) -> None:
    """Of somebody who was disabled nothing is told."""
    user = await server.person("disabled-before-userinfo@example.com")
    token = (await server.tokens(confidential, await server.browser(user)))["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await server.client.get(USERINFO, headers=headers)).status_code == 200
    with server.identity.database.use():
        await User.filter(id=user.id).update(is_active=False)
    assert (await server.client.get(USERINFO, headers=headers)).status_code == 401
