"""The API keys of a person who is signed in: made and revoked by themselves, and told to the audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from tortoise.expressions import Q

from twofold.errors import FieldError, Invalid
from twofold.identity.identity import From, Identity
from twofold.identity.keys import IssuedKey, create_key, revoke_key
from twofold.identity.models import ApiKey
from twofold.identity.scopes import OPENID_SCOPES

__all__ = ["create_own_key", "live_keys", "revoke_own_key"]


async def live_keys(identity: Identity, user_id: UUID) -> list[ApiKey]:
    """Returns the keys of a user that are good still, the newest first."""
    with identity.database.use():
        live = ApiKey.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=datetime.now(UTC)), user_id=user_id)
        return await live.filter(revoked_at__isnull=True).order_by("-created_at", "-id")


async def create_own_key(identity: Identity, user_id: UUID, name: str, scopes: Sequence[str],
                         expires_at: datetime | None, origin: From) -> IssuedKey:  # fmt: skip
    """Returns a new key of a user; without `scopes` it may do all that they may.

    Raises:
        Invalid: as `create_key` does, or there is no such scope, at `scopes`.
    """
    if not all(scope in identity.scopes and scope not in OPENID_SCOPES for scope in scopes):
        message = "There is no such permission."
        raise Invalid(message, field_errors=[FieldError(path=("scopes",), code="unknown", message=message)])
    async with identity.database.transaction():
        issued = await create_key(identity.database, user_id, name, scopes, expires_at)
        await identity.tell("key_created", user_id, origin, key=issued.prefix, scopes=sorted(scopes))
    return issued


async def revoke_own_key(identity: Identity, user_id: UUID, key_id: UUID, origin: From) -> None:
    """Makes a key of this user useless.

    Raises:
        NotFound: there is no such key, or it is another user's.
    """
    async with identity.database.transaction():
        await revoke_key(identity.database, user_id, key_id)
        await identity.tell("key_revoked", user_id, origin, key=str(key_id))
