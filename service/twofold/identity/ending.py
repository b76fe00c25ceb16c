"""Ending all that somebody holds of an account, but for its API keys."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from twofold.identity.identity import Identity
from twofold.identity.models import AccessToken, EmailToken, Session
from twofold.identity.oauth.models import Grant

__all__ = ["end_all_of", "end_within"]


async def end_all_of(identity: Identity, user_id: UUID, *, keep: UUID | None = None) -> None:
    """Ends all sessions of a user but `keep`, all that they allowed applications, and all tokens and e-mailed links.

    For a new password and for an account that is closed; API keys, which programs depend on, end by themselves.
    """
    try:
        async with identity.database.transaction():
            await end_within(user_id, keep=keep)
    finally:
        await identity.actors.forget()


async def end_within(user_id: UUID, *, keep: UUID | None = None) -> None:
    """Does what `end_all_of` does within a running transaction, after which the caller makes the Actors forget."""
    now = datetime.now(UTC)
    sessions = Session.filter(user_id=user_id, revoked_at__isnull=True)
    await (sessions if keep is None else sessions.filter(id__not=keep)).update(revoked_at=now)
    await Grant.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=now)
    await AccessToken.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=now)
    await EmailToken.filter(user_id=user_id, consumed_at__isnull=True).update(consumed_at=now)
