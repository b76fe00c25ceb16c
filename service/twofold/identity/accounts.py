"""Accounts from outside: signing up, confirming the e-mail address, the name and the password."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from tortoise.expressions import F

from twofold.errors import Conflict, FieldError, Invalid, NotFound
from twofold.identity import letters
from twofold.identity.credentials import account_errors, add_user, is_name, password_errors
from twofold.identity.ending import end_all_of
from twofold.identity.identity import From, Identity
from twofold.identity.links import address_of_link, consume_link, new_link
from twofold.identity.mail import deliver
from twofold.identity.models import ApiKey, Session, User
from twofold.identity.oauth.models import Client
from twofold.identity.password_check import is_password
from twofold.identity.passwords import hash_password

__all__ = ["change_name", "change_password", "request_verification", "reset_password", "send_reset", "sign_up",
           "verify_email"]  # fmt: skip

VERIFY_TTL: Final = timedelta(days=1)
RESET_TTL: Final = timedelta(minutes=30)


async def sign_up(identity: Identity, email: str, name: str, password: str, origin: From) -> None:
    """Makes an account and sends a link to its address; where there is one already, sends a letter that says so.

    Both to be answered alike, and before this is done, so that nobody learns by the answer or by its time which
    accounts there are. The limit of attempts is for the caller.

    Raises:
        Invalid: the e-mail, name or password is not valid.
    """
    if errors := account_errors(email, name, password):
        raise Invalid(field_errors=errors)
    password_hash = await hash_password(password)
    try:
        async with identity.database.transaction():
            user_id = await add_user(identity.database, email, name, password_hash)
            await identity.tell("signed_up", user_id, origin)
    except Conflict:
        await deliver(identity.mailer, letters.already_known(identity.settings, email))
        return
    with identity.database.use():
        user = await User.get(id=user_id)
    await _send_verification(identity, user)


async def request_verification(identity: Identity, user: User, origin: From) -> None:
    """Sends a user who is signed in another link to confirm the address with.

    Raises:
        TooManyRequests: there were too many requests.
    """
    await identity.attempts.begin("reset", user.email, origin.address or None)
    if user.email_verified_at is None:
        await _send_verification(identity, user)


async def verify_email(identity: Identity, token: str, origin: From) -> None:
    """Confirms the address that a link was sent to.

    Raises:
        NotFound: the link is not good (any more).
    """
    async with identity.database.transaction():
        user = await consume_link("verify", token)
        await User.filter(id=user.id, email_verified_at__isnull=True).update(email_verified_at=datetime.now(UTC))
        await identity.tell("email_verified", user.id, origin)


async def send_reset(identity: Identity, email: str, origin: From) -> None:
    """Sends the user with this address a link to choose a new password with; to nobody else.

    To be answered before this is done, as `sign_up` is. The limit of attempts is for the caller.
    """
    with identity.database.use():
        user = await User.get_or_none(email=email, is_active=True)
    await identity.tell("reset_requested", user.id if user else None, origin)
    if user is not None:
        token = await new_link(identity, user, "reset", RESET_TTL)
        await deliver(identity.mailer, letters.reset(identity.settings, user.email, token))


async def reset_password(identity: Identity, token: str, password: str, origin: From) -> None:
    """Gives the user to whom a link was sent a new password, and ends all that was held of the account.

    The link shows whose the address is, too. Where nobody had shown that before, the account may have been made by a
    stranger, whose API keys and applications end with it.

    Raises:
        Invalid: it cannot be a password.
        NotFound: the link is not good (any more).
    """
    _check_password_rules(password)
    await address_of_link(identity, "reset", token)  # a stranger's must not cost a hash
    password_hash, now = await hash_password(password), datetime.now(UTC)
    async with identity.database.transaction():
        user = await consume_link("reset", token)
        await User.filter(id=user.id).update(password_hash=password_hash)
        if user.email_verified_at is None:
            await User.filter(id=user.id).update(email_verified_at=now)
            await ApiKey.filter(user_id=user.id, revoked_at__isnull=True).update(revoked_at=now)
            await Client.filter(owner_id=user.id).delete()  # which act for the account by their own secret
        await end_all_of(user.id)
        await identity.tell("password_reset", user.id, origin)
    await deliver(identity.mailer, letters.password_changed(identity.settings, user.email))


async def change_password(identity: Identity, session: Session, current: str, password: str, origin: From) -> None:
    """Gives a user another password, and ends all that was held of the account but this session.

    Raises:
        Invalid: the current password is wrong, or the new one cannot be one; field errors at `current_password` and
            `new_password`.
        Conflict: it was changed meanwhile.
        TooManyRequests: the current password was wrong too often.
    """
    user = session.user
    _check_password_rules(password)
    if not await is_password(identity, user, current, origin):
        message = "This is not your password."
        raise Invalid(message, field_errors=[FieldError(path=("current_password",), code="wrong", message=message)])
    password_hash = await hash_password(password)
    async with identity.database.transaction():
        unchanged = User.filter(id=user.id, password_hash=user.password_hash, is_active=True)
        if not await unchanged.update(password_hash=password_hash):
            raise Conflict("Your password was changed meanwhile.")
        await end_all_of(user.id, keep=session.id)
        await identity.tell("password_changed", user.id, origin)
    await deliver(identity.mailer, letters.password_changed(identity.settings, user.email))


async def change_name(identity: Identity, user_id: UUID, name: str, origin: From) -> None:
    """Gives a user another name.

    Raises:
        Invalid: it cannot be one; its field error is at `name`.
    """
    if not is_name(name):
        message = "Give a name of 1 to 100 characters on one line."
        raise Invalid(message, field_errors=[FieldError(path=("name",), code="invalid", message=message)])
    async with identity.database.transaction():
        if not await User.filter(id=user_id).update(name=name.strip(), version=F("version") + 1):
            raise NotFound("There is no such account.")
        await identity.tell("name_changed", user_id, origin)


async def _send_verification(identity: Identity, user: User) -> None:
    token = await new_link(identity, user, "verify", VERIFY_TTL)
    await deliver(identity.mailer, letters.verify(identity.settings, user.email, token))


def _check_password_rules(password: str) -> None:
    if errors := password_errors(password, "new_password"):
        raise Invalid(errors[0].message, field_errors=errors)
