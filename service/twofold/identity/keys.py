"""API keys: long-lived credentials for programs, limited to scopes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from tortoise.exceptions import IntegrityError

from twofold.database import Database
from twofold.errors import FieldError, Invalid, NotFound
from twofold.identity.models import ApiKey
from twofold.identity.tokens import hash_of, new_secret

__all__ = ["IssuedKey", "create_key", "revoke_key"]

MAX_NAME_CHARACTERS: Final = 100
MAX_SCOPES: Final = 100

_SHOWN_CHARACTERS: Final = 12
_SCOPE = re.compile(r"[a-z][a-z0-9_]{0,62}:[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True, kw_only=True)
class IssuedKey:
    """A new API key. `key` is shown here and nowhere else; its `prefix` is what lists show from then on."""

    id: UUID
    key: str = field(repr=False)
    prefix: str
    expires_at: datetime | None


async def create_key(
    database: Database, user_id: UUID, name: str, scopes: Sequence[str], expires_at: datetime | None
) -> IssuedKey:
    """Returns a new key for a user. With `scopes` it may do only what they name; without, all that the user may.

    Whether the caller may make such a key for that user is for the caller to decide: see that a scoped credential
    cannot make a wider key than itself. `expires_at` of None means never.

    Raises:
        Invalid: the name is empty or too long, a scope is not a `resource:action` word, or `expires_at` is not in the
            future; one field error for each.
        NotFound: there is no such user.
    """
    name = name.strip()
    if errors := _errors_of(name, scopes, expires_at):
        raise Invalid(field_errors=errors)
    key = new_secret("key")
    try:
        async with database.transaction():
            stored = await ApiKey.create(
                user_id=user_id,
                name=name,
                prefix=key[:_SHOWN_CHARACTERS],
                key_hash=hash_of(key),
                scopes=sorted(set(scopes)),
                expires_at=expires_at,
            )
    except IntegrityError as error:
        raise NotFound("There is no such user.") from error
    return IssuedKey(id=stored.id, key=key, prefix=stored.prefix, expires_at=expires_at)


async def revoke_key(database: Database, user_id: UUID, key_id: UUID) -> None:
    """Makes a key of this user useless; one that is revoked already stays so.

    Raises:
        NotFound: there is no such key, or it is another user's.
    """
    with database.use():
        key = ApiKey.filter(id=key_id, user_id=user_id)
        revoked = await key.filter(revoked_at__isnull=True).update(revoked_at=datetime.now(UTC))
        if not revoked and not await key.exists():
            raise NotFound("There is no such key.")


def _errors_of(name: str, scopes: Sequence[str], expires_at: datetime | None) -> list[FieldError]:
    errors = []
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isprintable():
        message = f"Give the key a name of 1 to {MAX_NAME_CHARACTERS} printable characters."
        errors.append(FieldError(path=("name",), code="invalid", message=message))
    if len(scopes) > MAX_SCOPES:
        errors.append(FieldError(path=("scopes",), code="too_many", message=f"Name at most {MAX_SCOPES} scopes."))
    for index, scope in enumerate(scopes[:MAX_SCOPES]):
        if not _SCOPE.fullmatch(scope):
            message = "A scope is a word like `products:read`."
            errors.append(FieldError(path=("scopes", index), code="invalid", message=message))
    if expires_at is not None and expires_at.tzinfo is None:
        errors.append(FieldError(path=("expires_at",), code="invalid", message="The time needs a time zone."))
    elif expires_at is not None and expires_at <= datetime.now(UTC):
        errors.append(FieldError(path=("expires_at",), code="not_future", message="The time must be in the future."))
    return errors
