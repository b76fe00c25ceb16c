"""Families of tokens: what one authorization gave, used once at each step, and ended all at once."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from twofold.identity.identity import From, Identity
from twofold.identity.oauth.models import AuthorizationCode, DeviceCode, Grant, RefreshToken

__all__ = ["consume", "end_family"]


async def consume(step: AuthorizationCode | RefreshToken | DeviceCode) -> bool:
    """Returns whether this is the one request that uses a code or token, however many come at once.

    A compare-and-set in the running transaction: the others wait for its end, and then find it used.
    """
    unused = type(step).filter(id=step.id, consumed_at__isnull=True)
    return await unused.update(consumed_at=datetime.now(UTC)) == 1


async def end_family(identity: Identity, grant_id: UUID, why: str, origin: From) -> None:
    """Ends a grant, and with it every code and token that came of it; one that ended already stays so."""
    async with identity.database.transaction():
        grant = await Grant.get(id=grant_id)
        if await Grant.filter(id=grant_id, revoked_at__isnull=True).update(revoked_at=datetime.now(UTC)):
            await identity.tell("grant_revoked", grant.user_id, origin, why=why, client=str(grant.client_id))
