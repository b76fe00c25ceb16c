"""Idempotency keys: a write that is sent again, because its answer was lost, has one effect.

The key is written in the transaction of the change itself. So it is there if the change is, also when the process dies
between the commit and the answer, and of two that come at once the second waits for the first
(draft-ietf-httpapi-idempotency-key-header-07).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from tortoise import Model, fields
from tortoise.exceptions import IntegrityError

from twofold.actor import Actor
from twofold.database import Database
from twofold.errors import Conflict, FieldError, Invalid
from twofold.fields import id_field
from twofold.page import to_json

__all__ = ["IdempotencyKey", "claim", "complete", "fingerprint"]

MAX_CHARACTERS = 255


class IdempotencyKey(Model):
    """A key that somebody sent with a write, and what the write was."""

    id = id_field()
    owner = fields.CharField(max_length=36, description="The user who sent it; empty for visitors.")
    key = fields.CharField(max_length=MAX_CHARACTERS)
    fingerprint = fields.CharField(max_length=64, description="Of the write: another one may not have the same key.")
    row_id = fields.CharField(max_length=64, null=True, description="The key of the row that was written.")
    created_at = fields.DatetimeField(auto_now_add=True, db_index=True)

    class Meta:
        app = "twofold"
        table = "idempotency_keys"
        unique_together = (("owner", "key"),)


def fingerprint(resource: str, action: str, row_id: object, values: Mapping[str, Any]) -> str:
    """Returns what tells one write from another: the same from either face."""
    said = [
        resource,
        action,
        None if row_id is None else str(row_id),
        {name: repr(values[name]) for name in sorted(values)},
    ]
    return hashlib.sha256(to_json(said)).hexdigest()


async def claim(database: Database, actor: Actor, key: str, print_: str) -> str | None:
    """Writes the key into the running transaction; returns the row's key when the same write was made before.

    Then `complete` must follow in the same transaction, when the row's key is known.

    Raises:
        Invalid: the key is empty, too long, or not printable ASCII.
        Conflict: the key came with another write.
    """
    if not (1 <= len(key) <= MAX_CHARACTERS and key.isascii() and key.isprintable()):
        raise _refused(
            Invalid, "invalid", f"An idempotency key has 1 to {MAX_CHARACTERS} printable characters of ASCII."
        )
    owner = str(actor.user_id or "")
    try:
        async with database.transaction():  # a savepoint, which a known key must not spoil
            await IdempotencyKey.create(owner=owner, key=key, fingerprint=print_)
    except IntegrityError:
        known = await IdempotencyKey.get(owner=owner, key=key)
        if known.fingerprint != print_:
            raise _refused(
                Conflict, "reused", "This idempotency key came with another write; make a new key."
            ) from None
        return known.row_id
    return None


async def complete(actor: Actor, key: str, row_id: object) -> None:
    """Writes down which row the write was of."""
    await IdempotencyKey.filter(owner=str(actor.user_id or ""), key=key).update(row_id=str(row_id))


def _refused(error: type[Conflict | Invalid], code: str, message: str) -> Conflict | Invalid:
    return error(message, field_errors=[FieldError(path=("idempotency_key",), code=code, message=message)])
