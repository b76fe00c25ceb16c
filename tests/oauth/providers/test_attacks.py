"""What others may try on the way to a provider and back, and what a provider may get wrong: nobody is signed in."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from pydantic import ValidationError
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from support.figures import count
from support.providers import ACME, OTHER, START, Federation
from twofold.identity.models import ExternalIdentity, Session, User
from twofold.settings import Provider, Settings

pytestmark = pytest.mark.oauth

CODES = ("a-code", "an-access-token")


@pytest.fixture(autouse=True)
async def nobody_signed_in(federation: Federation) -> Any:
    yield
    with federation.shop.engine.database.use():
        assert not await Session.all().exists(), "somebody is signed in"
        assert not await ExternalIdentity.all().exists()
    count("oauth", "attacks on the sign-in with a provider")


async def failed(federation: Federation, status: int = 503, name: str = "acme") -> str:
    """Returns the page that a sign-in ends at."""
    answer = await federation.come_back(federation.visitor(), name=name)
    assert answer.status_code == status, answer.text
    assert f'href="{START}/{name}"' in answer.text
    assert 'href="/account/sign-in"' in answer.text
    return answer.text


@pytest.mark.parametrize("change", ["wrong", "", None, "é", "twice"])
async def test_wrong_state(federation: Federation, change: str | None) -> None:
    visitor = federation.visitor()
    path, _, query = (await federation.way_back(visitor)).partition("?")
    said = dict(part.split("=", 1) for part in query.split("&"))
    if change == "twice":
        query += f"&state={said['state']}"
    else:
        del said["state"]
        query = "&".join(f"{name}={value}" for name, value in said.items())
        query += "" if change is None else f"&state={change}"
    answer = await visitor.client.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert "Begin again" in answer.text
    assert not [path for path, _ in federation.acme.seen if path == "/token"]


async def test_another_browser(federation: Federation) -> None:
    back = await federation.way_back(federation.visitor())
    other = federation.visitor()
    assert (await other.client.get(back)).status_code == 400
    await federation.way_back(other)
    assert (await other.client.get(back)).status_code == 400
    other.client.cookies.set("twofold_provider", "made up")
    assert (await other.client.get(back)).status_code == 400


async def test_replayed_callback(federation: Federation) -> None:
    visitor = federation.visitor()
    federation.acme.claims = {"email_verified": False}
    back = await federation.way_back(visitor)
    held = visitor.client.cookies["twofold_provider"]
    assert (await visitor.client.get(back)).status_code == 403
    federation.acme.claims = {}
    visitor.client.cookies.set("twofold_provider", held)
    answers = await asyncio.gather(*(visitor.client.get(back) for _ in range(3)))
    assert [each.status_code for each in answers] == [400] * 3
    assert [path for path, _ in federation.acme.seen].count("/token") == 1


async def test_callback_of_another_provider(federation: Federation) -> None:
    visitor = federation.visitor()
    back = await federation.way_back(visitor)
    assert (await visitor.client.get(back.replace("/acme/", "/other/"))).status_code == 400
    assert not [path for path, _ in federation.other.seen if path == "/token"]


@pytest.mark.parametrize("iss", [OTHER, "", None])
async def test_answer_of_another_issuer(federation: Federation, iss: str | None) -> None:
    """RFC 9207 §2.4."""
    federation.acme.issuer, own = iss or "", federation.acme.issuer
    visitor = federation.visitor()
    federation.acme.document = {"issuer": own, "authorization_endpoint": f"{own}/authorize",
                                "token_endpoint": f"{own}/token", "jwks_uri": f"{own}/keys",
                                "userinfo_endpoint": None}  # fmt: skip
    back = await federation.way_back(visitor)
    answer = await visitor.client.get(back.partition("&iss=")[0] if iss is None else back)
    assert answer.status_code == 503
    assert not [path for path, _ in federation.acme.seen if path == "/token"]


@pytest.mark.parametrize(
    "return_to", ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\nb", "javascript:x"]
)
async def test_open_redirect(federation: Federation, return_to: str) -> None:
    visitor = federation.visitor()
    answer = await federation.come_back(visitor, return_to)
    assert answer.headers["location"] == "/account"
    await forget(federation)


async def forget(federation: Federation) -> None:
    with federation.shop.engine.database.use():
        await User.filter(password_hash="").delete()


async def test_a_very_long_way_goes_home(federation: Federation) -> None:
    visitor = federation.visitor()
    answer = await federation.come_back(visitor, f"/{'a' * 5000}")
    assert answer.headers["location"] == "/account"
    await forget(federation)


async def test_key_of_another(federation: Federation) -> None:
    federation.acme.published = [ECKey.generate_key("P-256", {"kid": "first"}).as_dict(private=False)]
    await failed(federation)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_algorithm(federation: Federation, algorithm: str) -> None:
    federation.acme.published = [federation.acme.key.as_dict(private=False)]
    federation.acme.algorithm = algorithm
    if algorithm == "HS256":
        federation.acme.key = OctKey.import_key("secret" * 8, {"kid": "first"})
    await failed(federation)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another"}, {"nonce": None}, {"nonce": 5}, {"nonce": ["é"]},
        {"iss": OTHER}, {"iss": None}, {"iss": f"{ACME}/"}, {"iss": [ACME]},
        {"aud": "another"}, {"aud": None}, {"aud": ["us", "another"]}, {"aud": {"us": 1}}, {"azp": "another"},
        {"aud": ["us", "another"], "azp": "another"},
        {"exp": 1_000_000}, {"exp": None}, {"exp": "never"}, {"exp": True}, {"iat": None}, {"iat": 9_000_000_000},
        {"nbf": 9_000_000_000}, {"sub": None}, {"sub": ""}, {"sub": 5}, {"sub": "s" * 256}, {"sub": "\x00"},
        {"sub": "sö"},
        {"at_hash": "of-another-token"}, {"at_hash": 5},
    ],
    ids=str,
)  # fmt: skip
async def test_claims(federation: Federation, claims: dict[str, Any]) -> None:
    federation.acme.claims = claims
    assert "cannot sign you in at the moment" in await failed(federation)


class Endless(StreamingResponse):
    def __init__(self) -> None:
        super().__init__((b"[" * 1000 for _ in range(100_000)), media_type="application/json")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/userinfo"])
@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("<html>"), PlainTextResponse(b"\xff\xfe"), JSONResponse([]), JSONResponse("text"),
        JSONResponse({}),
        JSONResponse({"keys": 5, "id_token": 5, "access_token": 5, "issuer": 5}), PlainTextResponse("[" * 100_000),
        JSONResponse({"keys": [5, {}, {"kty": []}, {"kty": "RSA", "n": "*"}]}), Response(status_code=500),
        JSONResponse({"error": "invalid_grant", "error_description": "a-code"}, 400), RedirectResponse(OTHER),
        Endless(), Response(b"x", headers={"Content-Encoding": "gzip"}),
        JSONResponse({"id_token": "a.b.c", "access_token": "é"}), JSONResponse({"error": {"a": 1}}),
    ],
    ids=lambda each: repr(each.body[:20]) if hasattr(each, "body") else "endless",
)  # fmt: skip
async def test_garbage(federation: Federation, path: str, answer: Response, caplog: pytest.LogCaptureFixture) -> None:
    federation.acme.claims = {"email": None}
    federation.acme.userinfo = {"sub": "someone"}
    federation.acme.answers[path] = answer
    visitor = federation.visitor()
    with caplog.at_level(logging.DEBUG):
        start = await visitor.client.get(f"{START}/acme")
        if path.startswith("/.well-known"):
            assert start.status_code == 503
        else:
            ended = await visitor.client.get(federation.acme.sign_in(start.headers["location"]))
            assert ended.status_code == 503
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("twofold")]
    assert any("provider acme failed" in each for each in ours)
    assert not any(code in each for each in ours for code in CODES)


async def test_nobody_answers(federation: Federation) -> None:
    del federation.network.applications[ACME]
    answer = await federation.visitor().client.get(f"{START}/acme")
    assert answer.status_code == 503
    assert "Acme cannot sign you in at the moment." in answer.text


async def test_nobody_answers_in_time(federation: Federation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twofold.identity.providers.known.TOTAL_S", 0.05)

    async def slow(*_: Any) -> None:
        await asyncio.sleep(5)

    federation.network.applications[ACME] = slow
    assert (await federation.visitor().client.get(f"{START}/acme")).status_code == 503


@pytest.mark.parametrize(
    "document",
    [{"issuer": OTHER}, {"issuer": f"{ACME}/"}, {"token_endpoint": None}, {"token_endpoint": "http://example.com/token"},
     {"jwks_uri": "file:///etc/passwd"}, {"authorization_endpoint": "javascript:x"},
     {"authorization_endpoint": "https://a;script-src *"}, {"authorization_endpoint": "https://a/\r\nX: y"},
     {"userinfo_endpoint": "http://example.com/"}],
    ids=str,
)  # fmt: skip
async def test_document(federation: Federation, document: dict[str, Any]) -> None:
    federation.acme.document = document
    assert (await federation.visitor().client.get(f"{START}/acme")).status_code == 503


@pytest.mark.parametrize(("error", "status"), [("access_denied", 403), ("server_error", 503), ("<b>", 503)])
async def test_the_provider_says_no(federation: Federation, error: str, status: int) -> None:
    visitor = federation.visitor()
    back = (await federation.way_back(visitor)).replace("code=a-code", f"error={error}")
    answer = await visitor.client.get(back)
    assert answer.status_code == status
    assert "<b>" not in answer.text
    assert f'href="{START}/acme"' in answer.text


async def test_unknown_provider(federation: Federation) -> None:
    for path in ("none", "none/callback", "ACME", "%00"):
        assert (await federation.visitor().client.get(f"{START}/{path}")).status_code == 404


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", RSAKey.generate_key(2048, {"kid": "second"})),
        ("PS256", RSAKey.generate_key(2048, {"kid": "second"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "second"})),
    ],
)
async def test_a_new_key_is_found_at_once(federation: Federation, algorithm: str, key: Any) -> None:
    assert (await federation.come_back(federation.visitor())).status_code == 303
    federation.acme.key, federation.acme.algorithm = key, algorithm
    if algorithm == "EdDSA":
        with pytest.warns(match="EdDSA"):  # by the test's own signing
            assert (await federation.come_back(federation.visitor())).status_code == 303
    else:
        assert (await federation.come_back(federation.visitor())).status_code == 303
    await forget(federation)


@pytest.mark.parametrize(
    "wrong",
    [{"name": "../x"}, {"name": "Acme"}, {"issuer": "http://example.com"}, {"issuer": "https://a?b"}, {"issuer": "a"},
     {"issuer": "http://localhost.example.com"}, {"title": ""}, {"issuer": "http://127.0.0.1@example.com"}],
    ids=str,
)  # fmt: skip
def test_wrong_settings(wrong: dict[str, str]) -> None:
    right: dict[str, Any] = {
        "name": "acme", "title": "Acme", "issuer": "https://example.com", "client_id": "a", "client_secret": "b",
    }  # fmt: skip
    good = Provider(**right)
    with pytest.raises(ValidationError):
        Provider(**{**right, **wrong})
    with pytest.raises(ValidationError):
        Settings(providers=[good, good])
