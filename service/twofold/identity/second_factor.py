"""The second factor: one-time passwords by time (RFC 6238), and recovery codes for when their device is lost."""

from __future__ import annotations

import base64
import hmac
import logging
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from pyotp import random_base32
from pyotp.totp import TOTP
from tortoise.exceptions import IntegrityError

from twofold.errors import Conflict, FieldError, Invalid, NotFound, Unauthenticated, Unavailable
from twofold.identity import letters
from twofold.identity.identity import From, Identity
from twofold.identity.mail import deliver
from twofold.identity.models import RecoveryCode, TotpDevice, User
from twofold.identity.password_check import is_password
from twofold.identity.sealed import NotOurs
from twofold.identity.tokens import hash_of

__all__ = ["SetUp", "cancel_set_up", "confirm", "has_second_factor", "new_recovery_codes", "recovery_codes_left",
           "setting_up", "spend", "start_set_up", "turn_off"]  # fmt: skip

log = logging.getLogger("twofold.identity")

STEP_S: Final = 30
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 10
PURPOSE: Final = "totp"

_DIGITS = re.compile(r"[0-9]{6}")
_RECOVERY = re.compile(r"[A-Z2-7]{16}")
_WRONG: Final = "This code is not right, or was used already."


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """A secret on its way into somebody's app."""

    uri: str = field(repr=False)
    """`otpauth:`, as apps read it from a QR code."""
    secret: str = field(repr=False)


async def has_second_factor(identity: Identity, user_id: UUID) -> bool:
    """Returns whether a user has to show a second factor after the password."""
    with identity.database.use():
        return await TotpDevice.filter(user_id=user_id, confirmed_at__isnull=False).exists()


async def start_set_up(identity: Identity, user_id: UUID) -> None:
    """Gives a user a new secret, which is not asked for until a first code of it was right.

    Raises:
        Conflict: they have a second factor already.
    """
    sealed = identity.sealer.seal(PURPOSE, random_base32())
    try:
        async with identity.database.transaction():
            await TotpDevice.filter(user_id=user_id, confirmed_at__isnull=True).delete()
            await TotpDevice.create(user_id=user_id, sealed_secret=sealed)
    except IntegrityError as error:
        raise Conflict("You have a second factor already.") from error


async def setting_up(identity: Identity, user: User) -> SetUp | None:
    """Returns the secret that a user is setting up, for their app; None when there is none."""
    with identity.database.use():
        device = await TotpDevice.get_or_none(user_id=user.id, confirmed_at__isnull=True)
    if device is None:
        return None
    name = identity.issuer.partition("://")[2]
    totp = _totp(identity, device)
    return SetUp(uri=totp.provisioning_uri(name=user.email, issuer_name=name), secret=totp.secret)


async def confirm(identity: Identity, user: User, code: str, origin: From) -> list[str]:
    """Turns the second factor on by its first code, and returns the recovery codes, which are shown here only.

    Raises:
        Invalid: the code is not right; its field error is at `code`.
        NotFound: nothing is being set up.
        TooManyRequests: there were too many wrong codes.
    """
    attempt = await identity.attempts.begin("second_factor", str(user.id), origin.address or None)
    async with identity.database.transaction():
        device = await TotpDevice.get_or_none(user_id=user.id, confirmed_at__isnull=True)
        if device is None:
            raise NotFound("There is nothing to confirm; begin again.")
        step = _step_of(identity, device, code)
        if step is None:
            raise _wrong("code", _WRONG)
        unconfirmed = TotpDevice.filter(id=device.id, confirmed_at__isnull=True)
        if not await unconfirmed.update(confirmed_at=datetime.now(UTC), last_step=step):
            raise NotFound("There is nothing to confirm; begin again.")
        codes = await _new_codes(user.id)
        await identity.tell("second_factor_on", user.id, origin)
    await attempt.succeeded()
    await deliver(identity.mailer, letters.second_factor_changed(identity.settings, user.email, is_on=True))
    return codes


async def spend(identity: Identity, user_id: UUID, code: str) -> list[str]:
    """Uses a one-time password or a recovery code up, and returns the methods it stands for (RFC 8176).

    To be called in the transaction of what it opens, so that it is used up if and only if that happens.

    Raises:
        Unauthenticated: it is not right, or was used already.
    """
    plain = re.sub(r"[\s-]", "", code).upper()
    if _RECOVERY.fullmatch(plain):
        unused = RecoveryCode.filter(user_id=user_id, code_hash=hash_of(plain), consumed_at__isnull=True)
        if await unused.update(consumed_at=datetime.now(UTC)):
            return ["mfa"]
        raise Unauthenticated(_WRONG)
    device = await TotpDevice.get_or_none(user_id=user_id, confirmed_at__isnull=False)
    step = None if device is None else _step_of(identity, device, plain)
    if device is None or step is None:
        raise Unauthenticated(_WRONG)
    if not await TotpDevice.filter(id=device.id, last_step__lt=step).update(last_step=step):
        raise Unauthenticated(_WRONG)
    return ["otp", "mfa"]


async def turn_off(identity: Identity, user: User, proof: str, origin: From) -> None:
    """Takes the second factor away, with its recovery codes.

    Raises:
        Invalid: `proof` is neither a code of it nor the user's password; its field error is at `proof`.
        TooManyRequests: there were too many wrong ones.
    """
    await _prove(identity, user, proof, origin)
    async with identity.database.transaction():
        await RecoveryCode.filter(user_id=user.id).delete()
        if not await TotpDevice.filter(user_id=user.id).delete():
            return
        await identity.tell("second_factor_off", user.id, origin)
    await deliver(identity.mailer, letters.second_factor_changed(identity.settings, user.email, is_on=False))


async def cancel_set_up(identity: Identity, user_id: UUID) -> None:
    """Forgets a secret that was not confirmed yet."""
    with identity.database.use():
        await TotpDevice.filter(user_id=user_id, confirmed_at__isnull=True).delete()


async def new_recovery_codes(identity: Identity, user: User, proof: str, origin: From) -> list[str]:
    """Returns new recovery codes, which are shown here only; the old ones open nothing any more.

    Raises:
        Invalid, TooManyRequests: as `turn_off` does.
        NotFound: the user has no second factor.
    """
    await _prove(identity, user, proof, origin)
    async with identity.database.transaction():
        device = TotpDevice.filter(user_id=user.id, confirmed_at__isnull=False)
        if await device.select_for_update().get_or_none() is None:
            raise NotFound("There is no second factor to recover.")
        codes = await _new_codes(user.id)
        await identity.tell("recovery_codes_made", user.id, origin)
    return codes


async def recovery_codes_left(identity: Identity, user_id: UUID) -> int:
    """Returns how many recovery codes of a user are good still."""
    with identity.database.use():
        return await RecoveryCode.filter(user_id=user_id, consumed_at__isnull=True).count()


async def _prove(identity: Identity, user: User, proof: str, origin: From) -> None:
    attempt = await identity.attempts.begin("second_factor", str(user.id), origin.address or None)
    try:
        async with identity.database.transaction():
            await spend(identity, user.id, proof)
    except Unauthenticated:
        if not await is_password(identity, user, proof, origin):
            raise _wrong("proof", "This is neither your password nor a code that is good.") from None
    await attempt.succeeded()


def _wrong(field_name: str, message: str) -> Invalid:
    return Invalid(message, field_errors=[FieldError(path=(field_name,), code="wrong", message=message)])


async def _new_codes(user_id: UUID) -> list[str]:
    await RecoveryCode.filter(user_id=user_id).delete()
    plain = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    await RecoveryCode.bulk_create([RecoveryCode(user_id=user_id, code_hash=hash_of(code)) for code in plain])
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in plain]


def _totp(identity: Identity, device: TotpDevice) -> TOTP:
    try:
        secret = identity.sealer.open(PURPOSE, device.sealed_secret)
    except NotOurs as error:
        log.error("the second factor of user %s: %s", device.user_id, error)  # noqa: TRY400  # where is known
        raise Unavailable("Second factors cannot be checked at the moment.") from error
    return TOTP(secret, interval=STEP_S)


def _step_of(identity: Identity, device: TotpDevice, code: str) -> int | None:
    """Returns the time step that a password is of, now or one before or after (RFC 6238 §5.2); None if it is wrong."""
    plain = re.sub(r"\s", "", code)
    if not _DIGITS.fullmatch(plain):
        return None
    totp, now = _totp(identity, device), int(time.time()) // STEP_S
    found = None
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(totp.generate_otp(step), plain):
            found = step
    return found
