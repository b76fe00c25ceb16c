"""Signing in: by password for a token, or step by step in a browser."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from twofold.errors import Unauthenticated
from twofold.identity.identity import From, Identity
from twofold.identity.models import Session, User
from twofold.identity.password_check import check_password
from twofold.identity.sealed import NotOurs
from twofold.identity.second_factor import has_second_factor, spend
from twofold.identity.sessions import IssuedSession, end_session, renew_session, start_session
from twofold.identity.tokens import IssuedToken, hash_of, issue_token

__all__ = ["Challenge", "NoChallenge", "challenge_of", "pass_challenge", "seal_challenge", "sign_in",
           "sign_in_browser"]  # fmt: skip

CHALLENGE_S: Final = 300
PURPOSE: Final = "second_factor"


class NoChallenge(Exception):
    """Nobody has proved who they are lately, in this browser."""


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """Who has passed the first step of signing in, and has a second factor to show."""

    user_id: UUID
    fingerprint: str = field(repr=False)
    """Of the hash of their password, so that a new password voids this."""
    methods: list[str]


async def sign_in(identity: Identity, email: str, password: str, *, totp: str | None = None, origin: From
                  ) -> IssuedToken:  # fmt: skip
    """Returns a new access token for the user with this e-mail and password.

    Raises:
        Unauthenticated: as `check_password` does; or the user has a second factor, and `totp` is missing or wrong.
        TooManyRequests: there were too many failures.
    """
    checked = await check_password(identity, email, password, origin)
    user, methods = checked.user, ["pwd"]
    second = None
    if await has_second_factor(identity, user.id):
        if totp is None:
            hint = "Send a code of the second factor too, as `totp`."
            raise Unauthenticated("This account has a second factor.", hint=hint)
        second = await identity.attempts.begin("second_factor", str(user.id), origin.address or None)
    try:
        async with identity.database.transaction():
            await checked.hold()
            if second is not None:
                methods += await spend(identity, user.id, totp or "")
            issued = await issue_token(identity.database, user.id, ttl_s=identity.settings.token_ttl_s)
            await identity.tell("signed_in", user.id, origin, methods=methods)
    except Unauthenticated:
        await identity.tell("sign_in_failed" if second is None else "second_factor_refused", user.id, origin)
        raise
    if second is not None:
        await second.succeeded()
    return issued


async def sign_in_browser(identity: Identity, user: User, methods: Sequence[str], origin: From, *,
                          before: Session | None) -> IssuedSession:  # fmt: skip
    """Returns the session of a browser in which a user has just proved who they are, with a cookie that is new.

    `before` is the session that the browser had. The same user's goes on, so that what applications were allowed in
    it stays; another's ends. To be called within a transaction.
    """
    if before is not None and before.user.id == user.id:
        renewed = await renew_session(identity, before, methods, origin)
        if renewed is not None:
            return renewed
    elif before is not None:
        await end_session(identity, before.id, before.user.id, origin)
    return await start_session(identity, user, methods, origin)


def seal_challenge(identity: Identity, user: User, methods: Sequence[str]) -> str:
    """Returns what the browser of a user holds between the first step and the second factor, for CHALLENGE_S."""
    held = [str(user.id), hash_of(user.password_hash), list(methods)]
    return identity.sealer.seal(PURPOSE, json.dumps(held))


def challenge_of(identity: Identity, sealed: str) -> Challenge:
    """Returns what a browser holds.

    Raises:
        NoChallenge: it is not ours, or too old.
    """
    try:
        user_id, fingerprint, methods = json.loads(identity.sealer.open(PURPOSE, sealed, max_age_s=CHALLENGE_S))
    except NotOurs as error:
        raise NoChallenge from error
    return Challenge(user_id=UUID(user_id), fingerprint=fingerprint, methods=methods)


async def pass_challenge(identity: Identity, challenge: Challenge, code: str, origin: From, *,
                         before: Session | None) -> IssuedSession:  # fmt: skip
    """Returns the session of a browser whose user has shown the second factor too.

    Raises:
        NoChallenge: the password or the account was changed meanwhile.
        Unauthenticated: the code is not right, or was used already.
        TooManyRequests: there were too many wrong codes.
    """
    attempt = await identity.attempts.begin("second_factor", str(challenge.user_id), origin.address or None)
    try:
        async with identity.database.transaction():
            user = await User.filter(id=challenge.user_id, is_active=True).select_for_update().get_or_none()
            if user is None or hash_of(user.password_hash) != challenge.fingerprint:
                raise NoChallenge
            methods = [*challenge.methods, *await spend(identity, user.id, code)]
            issued = await sign_in_browser(identity, user, methods, origin, before=before)
    except Unauthenticated:
        await identity.tell("second_factor_refused", challenge.user_id, origin)
        raise
    await attempt.succeeded()
    return issued
