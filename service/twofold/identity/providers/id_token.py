"""Who signed in at a provider, as its ID token says (OpenID Connect Core 1.0 §2 and §3.1.3.7)."""

from __future__ import annotations

import hmac
import time
import warnings
from collections.abc import Mapping
from typing import Any, Final

from authlib.oidc.core.util import create_half_hash
from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwt import JWTClaimsRegistry

from twofold.identity.providers.known import Key, KnownProvider, Unacceptable

__all__ = ["ALGORITHMS", "claims_of_id_token"]

ALGORITHMS: Final = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
"""How providers may sign, and the type of key that each takes; Ed25519 is EdDSA's name in RFC 9864."""
LEEWAY_S: Final = 60
"""How far a provider's clock may be off."""
MAX_CHARACTERS: Final = 50_000
MAX_SUBJECT_CHARACTERS: Final = 255
"""OpenID Connect Core 1.0 §2."""


async def claims_of_id_token(
    provider: KnownProvider, token: object, *, nonce: str, access_token: str, since: int | None
) -> Mapping[str, Any]:
    """Returns the claims of an ID token that the provider signed for us, for this sign-in, a moment ago.

    With `since`, in seconds since 1970, the person must have proved to the provider who they are after that time.

    Raises:
        Unacceptable: something of it is not as it has to be; the text says what.
        JoseError: likewise.
        ProviderFailed: the provider's keys cannot be had.
    """
    if not isinstance(token, str) or not 0 < len(token) <= MAX_CHARACTERS:
        raise Unacceptable("there is no ID token")
    algorithm, claims = await _signed(provider, token)
    JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    ).validate(claims)
    _check_parties(provider, claims)
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise Unacceptable("the ID token is of another sign-in: its nonce is not ours")
    _check_access_token(claims, algorithm, access_token)
    if since is not None:
        _check_freshness(claims, since)
    return claims


async def _signed(provider: KnownProvider, token: str) -> tuple[str, dict[str, Any]]:
    """Returns algorithm and claims, if a key of the provider's signed them; for a new one the keys are read again."""
    header = jws.extract_compact(token.encode()).headers()
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Unacceptable("the ID token is signed by an algorithm that is not taken, or not at all")
    for afresh in (False, True):
        for key in await provider.keys(afresh=afresh):
            if _fits(key, algorithm, kid) and (claims := _verified(token, key, algorithm)) is not None:
                return algorithm, claims
    raise Unacceptable("the ID token was signed by a key that is not the provider's")


def _fits(key: Key, algorithm: str, kid: object) -> bool:
    if kid is not None and key.kid != kid:
        return False
    return key.key_type == ALGORITHMS[algorithm] and key.alg in (None, algorithm)


def _verified(token: str, key: Key, algorithm: str) -> dict[str, Any] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # of the name EdDSA, which RFC 9864 replaces
        try:
            return jwt.decode(token, key, algorithms=[algorithm]).claims
        except (JoseError, ValueError):
            return None


def _check_parties(provider: KnownProvider, claims: Mapping[str, Any]) -> None:
    """Sees that the token is for us alone: who else it is for could use it here, or be who asked for it."""
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    asked_by = claims.get("azp", provider.client_id if len(audiences) == 1 else None)
    if asked_by != provider.client_id:
        raise Unacceptable("the ID token is for others")
    subject = claims["sub"]
    if not subject.isascii() or not subject.isprintable() or len(subject) > MAX_SUBJECT_CHARACTERS:
        raise Unacceptable("the ID token is about a subject that cannot be one")


def _check_access_token(claims: Mapping[str, Any], algorithm: str, access_token: str) -> None:
    """Sees that both tokens belong together, where the ID token says so (§3.1.3.8)."""
    half = create_half_hash(access_token, "EdDSA" if algorithm == "Ed25519" else algorithm)
    if "at_hash" in claims and (half is None or claims["at_hash"] != half.decode().rstrip("=")):
        raise Unacceptable("the ID token came with the access token of somebody else")


def _check_freshness(claims: Mapping[str, Any], since: int) -> None:
    at = claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int | float) or not since - LEEWAY_S <= at <= time.time() + LEEWAY_S:
        raise Unacceptable("it did not ask the person again who they are, or does not say when it did")
