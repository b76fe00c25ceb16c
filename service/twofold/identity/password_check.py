"""Whether somebody knows the password of an account: the one way to find out, for pages and for the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from twofold.errors import Unauthenticated
from twofold.identity.credentials import email_of
from twofold.identity.identity import From, Identity
from twofold.identity.models import User
from twofold.identity.passwords import hash_password, verify_password

__all__ = ["Checked", "check_password", "is_password"]

_WRONG: Final = "E-mail or password is wrong."


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A user whose password was right a moment ago."""

    user: User
    _new_hash: str | None = field(repr=False)

    async def hold(self) -> None:
        """Keeps the account from changing until the end of the running transaction, in which the caller signs it in.

        Verifying took a while: a password or account that was changed meanwhile must not give anything. A hash that
        was made with older parameters is replaced here.

        Raises:
            Unauthenticated: it was changed.
        """
        unchanged = User.filter(id=self.user.id, password_hash=self.user.password_hash, is_active=True)
        if await unchanged.select_for_update().get_or_none() is None:
            raise Unauthenticated(_WRONG)
        if self._new_hash is not None:
            await unchanged.update(password_hash=self._new_hash)
            self.user.password_hash = self._new_hash


async def check_password(identity: Identity, email: str, password: str, origin: From) -> Checked:
    """Returns the user with this e-mail and password; what signs them in has to `hold` them first.

    Raises:
        Unauthenticated: the e-mail is unknown, the password wrong, or the user not active: the same message, after
            the same work.
        TooManyRequests: there were too many failures, with this e-mail or from this address.
    """
    known_email = email_of(email)
    attempt = await identity.attempts.begin("login", known_email or email, origin.address or None)
    with identity.database.use():
        user = await User.get_or_none(email=known_email) if known_email else None
    verified = await verify_password(user.password_hash if user else None, password)
    if user is None or not verified.matched or not user.is_active:
        await identity.tell("sign_in_failed", user.id if user else None, origin)
        raise Unauthenticated(_WRONG)
    new_hash = await hash_password(password) if verified.needs_rehash else None
    await attempt.succeeded()
    return Checked(user=user, _new_hash=new_hash)


async def is_password(identity: Identity, user: User, password: str, origin: From) -> bool:
    """Returns whether this is the password of a user who is signed in, before something that needs it again.

    Raises:
        TooManyRequests: there were too many failures.
    """
    attempt = await identity.attempts.begin("login", user.email, origin.address or None)
    matched = (await verify_password(user.password_hash, password)).matched
    if matched:
        await attempt.succeeded()
    else:
        await identity.tell("password_refused", user.id, origin)
    return matched
