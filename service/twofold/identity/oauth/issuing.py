"""Making tokens: what a client gets, and the rows that remember it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from authlib.oidc.core.util import create_half_hash

from twofold.identity.identity import Identity
from twofold.identity.models import AccessToken, User
from twofold.identity.oauth.models import Client, Grant, RefreshToken
from twofold.identity.oauth.signing import SigningKeys
from twofold.identity.tokens import hash_of, new_secret

__all__ = ["Issued", "Issuing", "claims_of"]

ID_TOKEN_TTL_S: Final = 3600


class Issued(dict[str, Any]):
    """A token response (RFC 6749 §5.1), which Authlib logs: its repr tells nothing."""

    def __repr__(self) -> str:
        return "<tokens>"


class Issuing:
    """Makes tokens for clients."""

    def __init__(self, identity: Identity, keys: SigningKeys) -> None:
        self._identity = identity
        self._keys = keys

    async def tokens(self, client: Client, user_id: UUID, scopes: list[str], *, grant: Grant | None,
                     renewable: bool) -> Issued:  # fmt: skip
        """Returns a new access token, and with `renewable` a refresh token, written in the running transaction."""
        settings, now = self._identity.settings, datetime.now(UTC)
        access = new_secret("token")
        await AccessToken.create(
            user_id=user_id, client=client, grant=grant, token_hash=hash_of(access), scopes=scopes,
            expires_at=now + timedelta(seconds=settings.oauth_token_ttl_s),
        )  # fmt: skip
        issued = Issued(
            access_token=access,
            token_type="Bearer",  # noqa: S106  # a type, not a token
            expires_in=settings.oauth_token_ttl_s,
            scope=" ".join(scopes),
        )
        if renewable and grant is not None:
            issued["refresh_token"] = refresh = new_secret("refresh")
            ends = now + timedelta(seconds=settings.refresh_token_ttl_s)
            await RefreshToken.create(grant=grant, token_hash=hash_of(refresh), expires_at=ends)
        return issued

    async def id_token(self, client: Client, user: User, grant: Grant, scopes: list[str], *, access_token: str,
                       nonce: str | None) -> str:  # fmt: skip
        """Returns who signed in, signed (OpenID Connect Core 1.0 §2 and §3.1.3.6)."""
        now = int(time.time())
        half = create_half_hash(access_token, client.id_token_alg)
        claims = {
            "iss": self._identity.issuer,
            "aud": str(client.id),
            "iat": now,
            "exp": now + ID_TOKEN_TTL_S,
            "auth_time": int(grant.authenticated_at.timestamp()),
            "at_hash": half.decode() if half else None,
            "nonce": nonce,
            **claims_of(user, scopes),
        }
        said = {name: value for name, value in claims.items() if value is not None}
        return await self._keys.sign(client.id_token_alg, said)


def claims_of(user: User, scopes: list[str]) -> dict[str, Any]:
    """Returns what a client may know of a user (OpenID Connect Core 1.0 §5.4)."""
    claims: dict[str, Any] = {"sub": str(user.id)}
    if "profile" in scopes:
        claims["name"] = user.name
    if "email" in scopes:
        claims |= {"email": user.email, "email_verified": user.email_verified_at is not None}
    return claims
