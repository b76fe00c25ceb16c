"""Opaque bearer secrets: made from 256 random bits, given out once, and stored as their SHA-256."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from twofold.database import Database
from twofold.identity.models import AccessToken

__all__ = ["IssuedToken", "Kind", "hash_of", "issue_token", "kind_of", "new_secret", "revoke_token"]

Kind: TypeAlias = Literal["token", "key", "session", "refresh", "code", "device", "client", "email", "pushed"]

_PREFIXES: Final[dict[Kind, str]] = {
    "token": "tft_", "key": "tfk_", "session": "tfs_", "refresh": "tfr_", "code": "tfc_", "device": "tfd_",
    "client": "tfx_", "email": "tfe_", "pushed": "tfp_",
}  # fmt: skip
_KINDS: Final[dict[str, Kind]] = {prefix: kind for kind, prefix in _PREFIXES.items()}
_SHAPE = re.compile(r"(tf[tksrcdxep]_)[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A new access token. `access_token` is shown here and nowhere else."""

    access_token: str = field(repr=False)
    expires_in_s: int
    user_id: UUID


def new_secret(kind: Kind) -> str:
    """Returns a new secret of 47 characters (RFC 6750 §2.1, `b64token`); its prefix says what kind it is."""
    return _PREFIXES[kind] + secrets.token_urlsafe(32)


def kind_of(credential: str) -> Kind | None:
    """Returns which kind of secret `credential` has the form of; None if it cannot be one of ours."""
    match = _SHAPE.fullmatch(credential)
    return _KINDS[match[1]] if match else None


def hash_of(secret: str) -> str:
    """Returns the SHA-256 under which `secret` is stored, as 64 hexadecimal digits.

    A plain hash suffices for 256 random bits. Looking it up by an index needs no comparison in constant time either:
    whoever measures it learns about a hash that cannot be turned back into the secret.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


async def issue_token(database: Database, user_id: UUID, *, ttl_s: int) -> IssuedToken:
    """Returns a new access token for a user, good for `ttl_s` seconds, in this task's transaction if there is one."""
    token = new_secret("token")
    with database.use():
        await AccessToken.create(
            user_id=user_id, token_hash=hash_of(token), expires_at=datetime.now(UTC) + timedelta(seconds=ttl_s)
        )
    return IssuedToken(access_token=token, expires_in_s=ttl_s, user_id=user_id)


async def revoke_token(database: Database, token: str) -> None:
    """Makes an access token useless; one that is unknown, malformed or revoked already is no error (RFC 7009 §2.2)."""
    if kind_of(token) != "token":
        return
    with database.use():
        unrevoked = AccessToken.filter(token_hash=hash_of(token), revoked_at__isnull=True)
        if await unrevoked.exists():  # a stranger's must make nobody be asked for again
            await unrevoked.update(revoked_at=datetime.now(UTC))
