"""Ending all that somebody holds of an account, but for its API keys."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from twofold.identity.models import AccessToken, EmailToken, Session
from twofold.identity.oauth.models import Grant

__all__ = ["end_all_of"]


async def end_all_of(user_id: UUID, *, keep: UUID | None = None) -> None:
    """Ends all sessions of a user but `keep`, all that they allowed applications, and all tokens and e-mailed links.

    For a new password and for an account that is closed; API keys, which programs depend on, end by themselves. To be
    called within a transaction.
    """
    now = datetime.now(UTC)
    sessions = Session.filter(user_id=user_id, revoked_at__isnull=True)
    await (sessions if keep is None else sessions.filter(id__not=keep)).update(revoked_at=now)
    await Grant.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=now)
    await AccessToken.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=now)
    await EmailToken.filter(user_id=user_id, consumed_at__isnull=True).update(consumed_at=now)
