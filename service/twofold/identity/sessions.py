"""Browsers in which somebody signed in: each holds a random cookie, of which the database has the SHA-256."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from twofold.errors import Unauthenticated
from twofold.identity.identity import From, Identity
from twofold.identity.models import Session, User
from twofold.identity.oauth.models import Grant
from twofold.identity.tokens import hash_of, kind_of, new_secret

__all__ = ["IssuedSession", "csrf_token", "end_session", "end_sessions", "hold_session", "is_csrf_token",
           "live_sessions", "renew_session", "session_of", "start_session"]  # fmt: skip

MAX_AGENT_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True)
class IssuedSession:
    """A new session. `cookie` is shown here and nowhere else."""

    cookie: str = field(repr=False)
    session: Session


async def start_session(identity: Identity, user: User, methods: Sequence[str], origin: From) -> IssuedSession:
    """Returns a new session of a user who has just proved who they are, by `methods` (RFC 8176)."""
    cookie, now = new_secret("session"), datetime.now(UTC)
    async with identity.database.transaction():
        session = await Session.create(
            user=user,
            token_hash=hash_of(cookie),
            methods=list(methods),
            user_agent=origin.user_agent[:MAX_AGENT_CHARACTERS],
            address=origin.address,
            authenticated_at=now,
            expires_at=now + timedelta(seconds=identity.settings.session_ttl_s),
        )
        await identity.tell("signed_in", user.id, origin, methods=list(methods))
    return IssuedSession(cookie=cookie, session=session)


async def renew_session(identity: Identity, session: Session, methods: Sequence[str], origin: From
                        ) -> IssuedSession | None:  # fmt: skip
    """Returns the session of a user who has proved who they are once more, under a new cookie; the old one is void.

    None if the session has ended meanwhile.
    """
    cookie, now = new_secret("session"), datetime.now(UTC)
    session.token_hash, session.methods, session.authenticated_at = hash_of(cookie), list(methods), now
    session.expires_at = now + timedelta(seconds=identity.settings.session_ttl_s)
    async with identity.database.transaction():
        renewed = await Session.filter(id=session.id, revoked_at__isnull=True).update(
            token_hash=session.token_hash,
            methods=session.methods,
            authenticated_at=session.authenticated_at,
            expires_at=session.expires_at,
        )
        if not renewed:
            return None
        await identity.tell("signed_in", session.user.id, origin, methods=list(methods))
    return IssuedSession(cookie=cookie, session=session)


async def session_of(identity: Identity, cookie: str) -> Session | None:
    """Returns the session that a cookie stands for, with its user; None if it ended, or the user is not active."""
    if kind_of(cookie) != "session":
        return None
    with identity.database.use():
        good = Session.filter(token_hash=hash_of(cookie), revoked_at__isnull=True, expires_at__gt=datetime.now(UTC))
        return await good.filter(user__is_active=True).select_related("user").first()


async def hold_session(session: Session) -> None:
    """Keeps a session from ending until the end of the running transaction, in which something comes of it.

    Whoever ends it then ends what came of it too. The account is held first, as where a password is changed.

    Raises:
        Unauthenticated: it has ended meanwhile, or the user is not active any more.
    """
    user = await User.filter(id=session.user.id, is_active=True).select_for_update().get_or_none()
    live = Session.filter(id=session.id, revoked_at__isnull=True)
    if user is None or await live.select_for_update().get_or_none() is None:
        raise Unauthenticated("Your session has ended.")


async def live_sessions(identity: Identity, user_id: UUID) -> list[Session]:
    """Returns the browsers in which a user is signed in, the one with the latest sign-in first."""
    with identity.database.use():
        live = Session.filter(user_id=user_id, revoked_at__isnull=True, expires_at__gt=datetime.now(UTC))
        return await live.order_by("-authenticated_at", "-id")


async def end_session(identity: Identity, session_id: UUID, user_id: UUID, origin: From) -> None:
    """Signs a browser out; what applications were allowed in it ends too, unless it is for offline access.

    A session that ended already, or is another user's, stays as it is.
    """
    await _end(identity, origin, user_id, id=session_id)


async def end_sessions(identity: Identity, user_id: UUID, origin: From, *, except_: UUID | None = None) -> None:
    """Signs a user out of every browser, but for one if it is named."""
    others = {} if except_ is None else {"id__not": except_}
    await _end(identity, origin, user_id, **others)


async def _end(identity: Identity, origin: From, user_id: UUID, **which: UUID) -> None:
    now = datetime.now(UTC)
    async with identity.database.transaction():
        live = await Session.filter(user_id=user_id, revoked_at__isnull=True, **which).values_list("id", flat=True)
        if not live:
            return
        await Session.filter(id__in=live).update(revoked_at=now)
        for grant in await Grant.filter(session_id__in=live, revoked_at__isnull=True):
            if "offline_access" not in grant.scopes:
                await Grant.filter(id=grant.id).update(revoked_at=now)
        await identity.tell("signed_out", user_id, origin, sessions=len(live))


def csrf_token(cookie: str) -> str:
    """Returns what a form or script must send along, to show that it can read what belongs to this cookie.

    It follows from the cookie, which no other site can read, and does not tell it.
    """
    return hashlib.sha256(b"csrf:" + cookie.encode()).hexdigest()[:43]


def is_csrf_token(cookie: str, token: str) -> bool:
    """Returns whether `token` is the one that belongs to the cookie, in constant time."""
    return hmac.compare_digest(csrf_token(cookie).encode(), token.encode())
