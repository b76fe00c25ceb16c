"""Links that are sent by e-mail: each is good once, for a while, and while the address is still the user's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from tortoise.queryset import QuerySet

from twofold.errors import NotFound
from twofold.identity.identity import Identity
from twofold.identity.models import EmailToken, User
from twofold.identity.tokens import hash_of, kind_of, new_secret

__all__ = ["Purpose", "address_of_link", "consume_link", "new_link"]

Purpose: TypeAlias = Literal["verify", "reset"]

_NOT_GOOD: Final = "This link is too old, or was used already. Ask for a new one."


async def new_link(identity: Identity, user: User, purpose: Purpose, ttl: timedelta) -> str:
    """Returns the token of a new link to a user, which is in the letter and nowhere else; older ones are void."""
    token, now = new_secret("email"), datetime.now(UTC)
    async with identity.database.transaction():
        older = EmailToken.filter(user_id=user.id, purpose=purpose, consumed_at__isnull=True)
        await older.update(consumed_at=now)
        await EmailToken.create(
            user=user, purpose=purpose, email=user.email, token_hash=hash_of(token), expires_at=now + ttl
        )
    return token


async def address_of_link(identity: Identity, purpose: Purpose, token: str) -> str:
    """Returns where a link was sent, without using it up: programs that look for malware open links too.

    Raises:
        NotFound: it is not good (any more).
    """
    with identity.database.use():
        found = await _good(purpose, token).first()
    if found is None or not _is_still_theirs(found):
        raise NotFound(_NOT_GOOD)
    return found.email


async def consume_link(purpose: Purpose, token: str) -> User:
    """Uses a link up, in the running transaction, and returns whom it was sent to, who is kept from changing.

    Raises:
        NotFound: it is not good (any more).
    """
    found = await _good(purpose, token).first()
    if found is None or not _is_still_theirs(found):
        raise NotFound(_NOT_GOOD)
    user = await User.filter(id=found.user.id, email=found.email, is_active=True).select_for_update().get_or_none()
    unused = EmailToken.filter(id=found.id, consumed_at__isnull=True)
    if user is None or not await unused.update(consumed_at=datetime.now(UTC)):
        raise NotFound(_NOT_GOOD)
    return user


def _good(purpose: Purpose, token: str) -> QuerySet[EmailToken]:
    """The link with this token; a token of another form finds none."""
    known = hash_of(token) if kind_of(token) == "email" else ""
    good = EmailToken.filter(token_hash=known, purpose=purpose, consumed_at__isnull=True)
    return good.filter(expires_at__gt=datetime.now(UTC)).select_related("user")


def _is_still_theirs(link: EmailToken) -> bool:
    return link.user.is_active and link.user.email == link.email
