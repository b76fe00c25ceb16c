"""Signing keys: the set that is published (RFC 7517), rotation, and what is not believed."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from pydantic import SecretStr

from storefront.application import STOREFRONT
from twofold.engine import Engine
from twofold.errors import Invalid, Unavailable
from twofold.identity.identity import Identity
from twofold.identity.oauth.models import SigningKey
from twofold.identity.oauth.signing import ALGORITHMS, SigningKeys
from twofold.settings import Settings

pytestmark = pytest.mark.oauth

SECRET = "a secret of these tests, and of no one else"


def settings_of(url: str, secret: str = SECRET) -> Settings:
    return Settings(database_url=url, database_pool=10, secret=SecretStr(secret))


@pytest.fixture
async def identity(database_url: str) -> AsyncIterator[Identity]:
    """Identity over an empty table of keys."""
    engine = Engine(STOREFRONT, settings_of(database_url))
    await engine.database.open()
    with engine.database.use():
        await SigningKey.all().delete()
    yield engine.identity
    await engine.database.close()


def claims_of(identity: Identity, **more: Any) -> dict[str, Any]:
    return {"iss": identity.issuer, "aud": "shop", "sub": "ada", "exp": 1} | more


def header_of(token: str) -> dict[str, Any]:
    part = token.split(".", maxsplit=1)[0]
    header: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header


def signed_by_public_key(public: dict[str, Any], claims: dict[str, Any]) -> str:
    """Returns a token whose HMAC is by the public key as it is published (RFC 8725 §2.1)."""
    parts = [{"alg": "HS256", "kid": public["kid"]}, claims]
    signed = ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    secret = RSAKey.import_key(public).as_pem(private=False)
    mac = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_anybody_verifies_by_the_published_set_what_is_signed(identity: Identity, algorithm: str) -> None:
    keys = SigningKeys(identity)
    token = await keys.sign(algorithm, claims_of(identity))
    published: Any = await keys.jwks()
    assert jwt.decode(token, KeySet.import_key_set(published), algorithms=[algorithm]).claims["sub"] == "ada"
    assert (await keys.verify(token, audience="shop"))["sub"] == "ada", "an expired hint is one still"


async def test_the_set_is_public_and_says_what_each_key_is_for(identity: Identity) -> None:
    published = (await SigningKeys(identity).jwks())["keys"]
    assert sorted(key["alg"] for key in published) == ["ES256", "ES256", "RS256", "RS256"]
    assert len({key["kid"] for key in published}) == 4
    for key in published:
        assert key["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)


async def test_after_rotation_old_verifies_new_signs_and_both_are_published(identity: Identity) -> None:
    """Check 32: after a rotation what was signed verifies, the new key signs, and both are published."""
    keys = SigningKeys(identity)
    ahead = {key["kid"] for key in (await keys.jwks())["keys"]}
    old = {algorithm: await keys.sign(algorithm, claims_of(identity)) for algorithm in ALGORITHMS}
    await keys.rotate()
    published = {key["kid"] for key in (await keys.jwks())["keys"]}
    for algorithm in ALGORITHMS:
        new = await keys.sign(algorithm, claims_of(identity))
        assert header_of(new)["kid"] != header_of(old[algorithm])["kid"]
        assert header_of(new)["kid"] in ahead, "the key that signs was published before it signed"
        assert {header_of(new)["kid"], header_of(old[algorithm])["kid"]} < published
        assert (await keys.verify(old[algorithm]))["sub"] == "ada"
    assert len(published) == 6


async def test_one_algorithm_may_be_rotated_alone_and_another_process_believes_the_new_key(identity: Identity) -> None:
    keys, other = SigningKeys(identity), SigningKeys(identity)
    await other.ensure()
    before = await keys.sign("ES256", claims_of(identity))
    for _ in range(2):
        await keys.rotate("RS256")
    assert header_of(await keys.sign("ES256", claims_of(identity)))["kid"] == header_of(before)["kid"]
    token = await keys.sign("RS256", claims_of(identity))
    assert (await other.verify(token))["sub"] == "ada", "the other one remembers a set without this key"


async def test_retired_keys_go_at_last(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = SigningKeys(identity)
    token = await keys.sign("ES256", claims_of(identity))
    monkeypatch.setattr("twofold.identity.oauth.signing.RETIRED_DAYS", -1)
    await keys.rotate("ES256")
    await keys.rotate("ES256")
    with pytest.raises(Invalid):
        await keys.verify(token)


async def test_processes_that_start_at_once_make_one_set(identity: Identity, database_url: str) -> None:
    engines = [Engine(STOREFRONT, settings_of(database_url)) for _ in range(8)]
    try:
        for engine in engines:
            await engine.database.open()
        await asyncio.gather(*(SigningKeys(engine.identity).ensure() for engine in engines))
        sets = [await SigningKeys(engine.identity).jwks() for engine in engines]
    finally:
        for engine in engines:
            await engine.database.close()
    assert all(each == sets[0] for each in sets)
    assert len(sets[0]["keys"]) == 4


async def test_under_another_secret_nothing_is_signed_and_the_log_says_why(
    identity: Identity, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = await SigningKeys(identity).sign("RS256", claims_of(identity))
    engine = Engine(STOREFRONT, settings_of(database_url, "another secret, which somebody set by mistake"))
    await engine.database.open()
    try:
        keys = SigningKeys(engine.identity)
        with caplog.at_level(logging.ERROR, "twofold.identity"), pytest.raises(Unavailable):
            await keys.sign("RS256", claims_of(identity))
        assert "TWOFOLD_SECRET" in caplog.text
        assert (await keys.verify(token))["sub"] == "ada", "public keys need no secret"
        await keys.rotate()
        assert await keys.sign("RS256", claims_of(identity)), "rotation gets out of it"
        assert len((await keys.jwks())["keys"]) == 6
    finally:
        await engine.database.close()


async def test_private_keys_are_sealed(identity: Identity) -> None:
    await SigningKeys(identity).ensure()
    with identity.database.use():
        for key in await SigningKey.all():
            assert '"d"' not in key.sealed_jwk + json.dumps(key.public_jwk)


async def test_only_our_keys_and_algorithms_are_believed(identity: Identity) -> None:
    keys = SigningKeys(identity)
    good = await keys.sign("RS256", claims_of(identity))
    kid = header_of(good)["kid"]
    public = next(key for key in (await keys.jwks())["keys"] if key["kid"] == kid)
    confused = signed_by_public_key(public, claims_of(identity))
    theirs = jwt.encode({"alg": "RS256", "kid": kid}, claims_of(identity), RSAKey.generate_key(2048))
    header, payload, signature = good.split(".")
    unsigned = "eyJhbGciOiJub25lIn0." + payload + "."
    foreign = await keys.sign("RS256", claims_of(identity, iss="https://elsewhere.example"))
    junk = ["", ".", "..", "a.b.c", "é.é.é", header, f"{header}.{payload}.", f"{header}.{payload}.{signature[:-4]}AAAA"]
    for token in (confused, theirs, unsigned, foreign, "x" * 100_000, *junk):
        with pytest.raises(Invalid):
            await keys.verify(token)
    for audience in ([], None, 7, {"a": 1}, ["x"]):
        with pytest.raises(Invalid):
            await keys.verify(await keys.sign("RS256", claims_of(identity, aud=audience)), audience="shop")


async def test_nothing_is_made_within_a_transaction(identity: Identity) -> None:
    keys = SigningKeys(identity)
    with pytest.raises(Unavailable):
        async with identity.database.transaction():
            await keys.sign("RS256", claims_of(identity))
    await keys.ensure()
    async with identity.database.transaction():
        assert await keys.sign("RS256", claims_of(identity))
