"""The token endpoint: who may ask, in which form, and what is answered (RFC 6749 §3.2 and §5)."""

from __future__ import annotations

from typing import Any

import pytest

from support.authority import Registered
from support.figures import count
from support.oauth import VERIFIER, Browser, Provider, basic, error_of, raw_basic

pytestmark = pytest.mark.oauth

POSTS = ("/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/device_authorization", "/oauth/par")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer",
                                        "urn:ietf:params:oauth:grant-type:token-exchange", "CLIENT_CREDENTIALS",
                                        "x"])  # fmt: skip
async def test_grant_types_that_there_are_not(server: Provider, confidential: Registered, grant_type: str) -> None:
    """Check 17 (token endpoint): the password of a person gets an application nothing, nor does any other way."""
    form = {"grant_type": grant_type, "username": "customer@example.com", "password": "demo-password"}
    answer = await server.token(confidential, **form)
    assert (answer.status_code, error_of(answer)) == (400, "unsupported_grant_type")


async def test_no_grant_type(server: Provider, confidential: Registered) -> None:
    """Without a grant type nothing is granted."""
    answer = await server.token(confidential)
    assert answer.status_code == 400
    assert error_of(answer) in ("unsupported_grant_type", "invalid_request")


@pytest.mark.parametrize("path", POSTS)
async def test_parameters_in_the_query(server: Provider, confidential: Registered, path: str) -> None:
    """Check 18: credentials in the query are refused, since URLs end up in logs (OAuth 2.1 §3.2)."""
    credentials = {"client_id": confidential.client_id, "client_secret": confidential.secret}
    whole = {**credentials, "grant_type": "client_credentials", "token": "x"}
    for query, form in ((whole, {}), (credentials, {"grant_type": "client_credentials"}), ({"a": "b"}, whole)):
        answer = await server.client.post(path, params=query, data=form)
        if not form:
            answer = await server.client.post(path, params=query, headers=FORM)
        assert (answer.status_code, error_of(answer)) == (400, "invalid_request")
        assert (confidential.secret or "") not in answer.text


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "code", "token", "scope"])
async def test_repeated_parameters_of_programs(
    server: Provider, confidential: Registered, path: str, name: str
) -> None:
    """Check 20 (endpoints for programs): a parameter that is there twice is refused, also with the same value."""
    form: dict[str, Any] = {
        "grant_type": "client_credentials", "client_id": confidential.client_id, "client_secret": confidential.secret,
        "code": "c", "token": "t", "scope": "orders:read",
    }  # fmt: skip
    for second in (form[name], "other"):
        answer = await server.client.post(path, data={**form, name: [form[name], second]})
        assert (answer.status_code, error_of(answer)) == (400, "invalid_request")


async def test_token_response_headers(server: Provider, browser: Browser, confidential: Registered) -> None:
    """Check 21: neither tokens nor errors about them are kept by any cache."""
    answers = [
        await server.token(confidential, grant_type="client_credentials"),
        await server.redeem(confidential, await browser.code(confidential, scope="openid offline_access")),
        await server.redeem(confidential, "no code"),
        await server.token(None, grant_type="client_credentials"),
        await server.post("/oauth/introspect", confidential, token="x"),
        await server.post("/oauth/revoke", confidential, token="x"),
        await server.post("/oauth/device_authorization", confidential),
        await server.post("/oauth/par", confidential),
        await server.client.get("/oauth/userinfo"),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store", answer.request.url
        assert answer.headers["Pragma"] == "no-cache"
        assert answer.headers["Content-Type"] == "application/json"
    assert [answer.status_code for answer in answers[:4]] == [200, 200, 400, 401]


async def test_token_response(server: Provider, browser: Browser, confidential: Registered) -> None:
    """The members of RFC 6749 §5.1 and no others."""
    tokens = await server.tokens(confidential, browser)
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["scope"] == "openid products:read"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH"])
@pytest.mark.parametrize("path", POSTS)
async def test_only_post(server: Provider, confidential: Registered, method: str, path: str) -> None:
    """Programs send forms: there is nothing to GET."""
    answer = await server.client.request(method, path, headers=basic(confidential))
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("media", ["application/json", "multipart/form-data; boundary=x", "text/plain", "", "*/*"])
async def test_other_media_types(server: Provider, confidential: Registered, path: str, media: str) -> None:
    """A form is `application/x-www-form-urlencoded`, and nothing else is read as one."""
    body = b"grant_type=client_credentials&token=x"
    answer = await server.client.post(path, content=body, headers={**basic(confidential), "Content-Type": media})
    assert (answer.status_code, error_of(answer)) == (400, "invalid_request")


async def test_media_type_with_parameters(server: Provider, confidential: Registered) -> None:
    """A charset may be named, in any case."""
    headers = {**basic(confidential), "Content-Type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}
    answer = await server.client.post("/oauth/token", content=b"grant_type=client_credentials", headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("body", [b"grant_type=%ff", b"grant_type=%ED%A0%80", b"\xff\xfe", "grant_type=é".encode(),
                                  b"&".join(b"a%d=1" % each for each in range(60)), b"scope=%00", b"grant_type=a%22b",
                                  b"scope=" + b"a" * 5000, b"grant_type=a\\b",
                                  b"client_secret=%00&client_id=a"])  # fmt: skip
async def test_malformed_forms(server: Provider, confidential: Registered, body: bytes) -> None:
    """What cannot be read as parameters of the protocol is refused as a whole."""
    for path in POSTS:
        answer = await server.client.post(path, content=body, headers={**basic(confidential), **FORM})
        assert (answer.status_code, error_of(answer)) == (400, "invalid_request")
        count("oauth", "malformed forms")


@pytest.mark.parametrize("path", POSTS)
async def test_who_asks(server: Provider, path: str) -> None:
    """Who does not show who they are is refused with 401 and a challenge, by whatever way they tried."""
    confidential, public = await server.register(), await server.register(public=True)
    secret, client_id = confidential.secret or "", confidential.client_id
    wrong: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({}, {"client_id": client_id}),
        ({}, {"client_id": client_id, "client_secret": ""}),
        ({}, {"client_id": client_id, "client_secret": "wrong"}),
        ({}, {"client_id": "nobody", "client_secret": secret}),
        ({}, {"client_secret": secret}),
        ({}, {"client_id": public.client_id, "client_secret": secret}),
        (raw_basic(f"{client_id}:"), {}),
        (raw_basic(f"{client_id}:wrong"), {}),
        (raw_basic(f"{client_id}:{secret} "), {}),
        (raw_basic(f"{client_id.upper()}:{secret}x"), {}),
        (raw_basic(client_id), {}),
        (raw_basic(""), {}),
        (raw_basic(b"\xff\xfe:\xff"), {}),
        (raw_basic("%ff:%ff"), {}),
        (raw_basic(f"{client_id}\x00:{secret}"), {}),
        ({"Authorization": "Basic"}, {}),
        ({"Authorization": "Basic ====="}, {}),
        ({"Authorization": "Basic a b c"}, {}),
        ({"Authorization": f"Bearer {secret}"}, {}),
        ({"Authorization": f"{client_id}:{secret}"}, {}),
        ({"Authorization": ""}, {}),
    ]
    for number, (headers, form) in enumerate(wrong):
        app = await server.browser(None, address=f"198.51.{number}.{len(path)}")
        answer = await app.client.post(path, data={"grant_type": "client_credentials", "token": "x", **form},
                                       headers=headers)  # fmt: skip
        assert (answer.status_code, error_of(answer)) == (401, "invalid_client"), (headers, form)
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        count("oauth", "clients that are not who they say")


@pytest.mark.parametrize("path", POSTS)
async def test_in_two_ways(server: Provider, confidential: Registered, public: Registered, path: str) -> None:
    """A client shows who it is in one way (RFC 6749 §2.3)."""
    for form in (
        {"client_secret": confidential.secret},
        {"client_id": confidential.client_id, "client_secret": confidential.secret},
        {"client_id": public.client_id},
        {"client_id": "nobody"},
    ):
        sent = {"grant_type": "client_credentials", "token": "x", **form}
        answer = await server.client.post(path, data=sent, headers=basic(confidential))
        assert (answer.status_code, error_of(answer)) == (400, "invalid_request")


async def test_two_authorization_headers(server: Provider, confidential: Registered, public: Registered) -> None:
    """Nor are two headers one way."""
    (one,) = basic(confidential).items()
    form = {"grant_type": "client_credentials"}
    answer = await server.client.post("/oauth/token", data=form, headers=[one, one])
    assert (answer.status_code, error_of(answer)) == (400, "invalid_request")


async def test_both_ways_of_a_secret(server: Provider, confidential: Registered) -> None:
    """Basic and the form are as good as each other, and the id may be repeated in the form."""
    form = {"grant_type": "client_credentials"}
    secret = {"client_id": confidential.client_id, "client_secret": confidential.secret}
    assert (await server.client.post("/oauth/token", data={**form, **secret})).status_code == 200
    named = {**form, "client_id": confidential.client_id}
    assert (await server.client.post("/oauth/token", data=named, headers=basic(confidential))).status_code == 200
    for scheme in ("basic", "BASIC"):
        headers = {"Authorization": basic(confidential)["Authorization"].replace("Basic", scheme)}
        assert (await server.client.post("/oauth/token", data=form, headers=headers)).status_code == 200


async def test_a_deactivated_client(server: Provider, browser: Browser) -> None:
    """A client that was deactivated gets nothing, and its tokens are useless on both faces."""
    client = await server.register()
    tokens = await server.tokens(client, browser, scope="orders:read")
    own = await server.own_token(client)
    assert await server.statuses(tokens["access_token"]) == (200, 200)
    await server.end(client)
    assert (await server.refresh(client, tokens["refresh_token"])).status_code == 401
    assert (await server.token(client, grant_type="client_credentials")).status_code == 401
    for token in (tokens["access_token"], own["access_token"]):
        assert await server.statuses(token) == (401, 401)


async def test_a_client_without_the_grant_type(server: Provider, browser: Browser) -> None:
    """A client gets tokens only in the ways for which it is registered."""
    for grant_types, wrong in (
        (["authorization_code"], {"grant_type": "client_credentials"}),
        (["authorization_code"], {"grant_type": "refresh_token", "refresh_token": "x"}),
        (["client_credentials"], {"grant_type": "authorization_code", "code": "x", "code_verifier": VERIFIER}),
    ):
        client = await server.register(grant_types=grant_types)
        answer = await server.token(client, **wrong)
        assert (answer.status_code, error_of(answer)) == (400, "unauthorized_client")
    client = await server.register(grant_types=["authorization_code"])
    assert "refresh_token" not in await server.tokens(client, browser)
