"""From a credential to who asks: accounts, signing out, and what a token or a key stands for."""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from tortoise.exceptions import IntegrityError

from twofold.actor import Actor
from twofold.database import Database
from twofold.errors import Conflict, FieldError, Invalid, InvalidToken
from twofold.identity.models import User
from twofold.identity.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS, hash_password
from twofold.identity.tokens import hash_of, kind_of, revoke_token
from twofold.sql.actor import statements_of_actor

__all__ = [
    "Known",
    "account_errors",
    "actor_of",
    "create_user",
    "email_of",
    "is_name",
    "known_by",
    "password_errors",
    "sign_out",
]

MAX_EMAIL_CHARACTERS: Final = 254
MAX_NAME_CHARACTERS: Final = 100
DIRECTIONS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the letters after it around (UAX #9)."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
_ROLE = re.compile(r"[a-z][a-z_]{0,19}")


@dataclass(frozen=True, kw_only=True)
class Known:
    """Whom a credential stands for, and until when; None: until it is revoked."""

    actor: Actor
    expires_at: datetime | None


async def actor_of(database: Database, credential: str) -> Actor:
    """Returns whom an access token, an API key or a session's cookie stands for, from one statement, never from memory.

    A key with scopes gives the actor those scopes.

    Raises:
        InvalidToken: it is malformed, unknown, expired or revoked, or its user is not active; the message is the
            same for all of them (RFC 6750 §3.1, `invalid_token`).
    """
    return (await known_by(database, credential)).actor


async def known_by(database: Database, credential: str) -> Known:
    """Returns what `actor_of` does, and when the credential ends.

    Raises:
        InvalidToken: as `actor_of` does.
    """
    kind = kind_of(credential)
    statement = None if kind is None else statements_of_actor(*database.speech).get(kind)
    if statement is None:
        raise InvalidToken
    rows = await database.read(statement, [hash_of(credential), datetime.now(UTC)], primary=True)
    if not rows:
        raise InvalidToken
    user_id, role, scopes, expires_at, client_id = rows[0]
    held = frozenset(json.loads(scopes or "[]"))
    actor = Actor(
        user_id=user_id if isinstance(user_id, UUID) else UUID(user_id),
        role=role,
        # A person's own key without scopes may do all that they may; an application only what it was allowed.
        scopes=held if client_id is not None else held or None,
    )
    return Known(actor=actor, expires_at=datetime.fromisoformat(expires_at) if isinstance(expires_at, str)
                 else expires_at)  # fmt: skip


async def sign_out(database: Database, token: str) -> None:
    """Revokes an access token; one that is unknown, malformed or revoked already is no error (RFC 7009 §2.2)."""
    await revoke_token(database, token)


async def create_user(database: Database, email: str, name: str, password: str, role: str = "customer") -> UUID:
    """Returns the id of a new, active user. The e-mail is stored in lower case.

    Whether the caller may give that role is for the caller to decide.

    Raises:
        Invalid: the e-mail, name, password (8 to 128 characters) or role is not valid; one field error for each.
        Conflict: the e-mail is taken; its field error is `taken` at `email`.
    """
    if errors := account_errors(email, name, password, role):
        raise Invalid(field_errors=errors)
    return await add_user(database, email, name, await hash_password(password), role)


async def add_user(database: Database, email: str, name: str, password_hash: str, role: str = "customer") -> UUID:
    """Does what `create_user` does with what `account_errors` found right, and with a password that was hashed before.

    So that it may be part of a transaction, which should not last as long as hashing takes.

    Raises:
        Conflict: as `create_user` does.
    """
    try:
        async with database.transaction():  # a savepoint within the caller's, which a taken e-mail must not spoil
            user = await User.create(email=email_of(email), name=name.strip(), password_hash=password_hash, role=role)
    except IntegrityError as error:
        taken = FieldError(path=("email",), code="taken", message="There is an account with this e-mail already.")
        raise Conflict("There is an account with this e-mail already.", field_errors=[taken]) from error
    return user.id


def email_of(text: str) -> str | None:
    """Returns an e-mail address as it is stored, without spaces around it and in lower case; None if it is not one.

    The rule is that of HTML's `<input type=email>` with a dot in the domain, and the lengths of RFC 5321 §4.5.3.1.
    ASCII only: letters of other scripts have look-alikes, and some become ASCII in lower case.
    """
    text = text.strip()
    if not text.isascii() or len(text) > MAX_EMAIL_CHARACTERS:
        return None
    email = text.lower()
    return email if _EMAIL.fullmatch(email) else None


def is_name(text: str) -> bool:
    """Returns whether a text can be a person's name: something that is seen, on one line, in its own direction.

    Control characters upset terminals and logs, and no database takes a NUL or half of a surrogate pair.
    """
    is_plain = not _has_any(text, "Cc", "Cs", "Zl", "Zp") and DIRECTIONS.isdisjoint(text)
    is_seen = any(unicodedata.category(character) not in ("Cf", "Zs") for character in text)
    return is_plain and is_seen and len(text.strip()) <= MAX_NAME_CHARACTERS


def account_errors(email: str, name: str, password: str, role: str = "customer") -> list[FieldError]:
    """Returns what keeps these from being an account; one error for each field that is not valid."""
    errors = []
    if email_of(email) is None:
        errors.append(FieldError(path=("email",), code="invalid", message="This is not an e-mail address."))
    if not is_name(name):
        message = f"Give a name of 1 to {MAX_NAME_CHARACTERS} characters on one line."
        errors.append(FieldError(path=("name",), code="invalid", message=message))
    errors += password_errors(password, "password")
    if not _ROLE.fullmatch(role):
        message = "A role is a word of lower-case letters and underscores, at most 20."
        errors.append(FieldError(path=("role",), code="invalid", message=message))
    return errors


def password_errors(password: str, field: str) -> list[FieldError]:
    """Returns what is wrong with a password that somebody chose, at that field of the input."""
    if MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS and not _has_any(password, "Cs"):
        return []
    message = f"Choose a password of {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters."
    return [FieldError(path=(field,), code="invalid", message=message)]


def _has_any(text: str, *categories: str) -> bool:
    return any(unicodedata.category(character) in categories for character in text)
