"""Idempotency keys: a write that is sent again, because its answer was lost, has one effect.

The key is written in the transaction of the change itself. So it is there if the change is, also when the process dies
between the commit and the answer, and of two that come at once the second waits for the first
(draft-ietf-httpapi-idempotency-key-header-07).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
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
    outcomes = fields.JSONField[list[Any] | None](null=True, description="What came of it, of each item.")
    created_at = fields.DatetimeField(auto_now_add=True, db_index=True)

    class Meta:
        app = "twofold"
        table = "idempotency_keys"
        unique_together = (("owner", "key"),)


def fingerprint(said: object) -> str:
    """Returns what tells one write from another: the same from either face."""
    return hashlib.sha256(to_json(_spelled(said))).hexdigest()


def _spelled(said: object) -> object:
    match said:
        case Mapping():
            return {str(name): _spelled(said[name]) for name in sorted(said)}
        case list() | tuple():
            return [_spelled(each) for each in said]
        case BaseModel():
            # What is not told in a repr, such as a password, would be easy to guess from its hash here.
            told = [name for name in said.model_fields_set if type(said).model_fields[name].repr]
            return _spelled({name: getattr(said, name) for name in told})
        case _:
            return repr(said)


async def claim(database: Database, actor: Actor, key: str, print_: str) -> list[Any] | None:
    """Writes the key into the running transaction; returns what came of the same write when it was made before.

    Otherwise `complete` must follow in the same transaction.

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
        return known.outcomes
    return None


async def complete(actor: Actor, key: str, outcomes: list[Any]) -> None:
    """Writes down what came of the write."""
    await IdempotencyKey.filter(owner=str(actor.user_id or ""), key=key).update(outcomes=outcomes)


def _refused(error: type[Conflict | Invalid], code: str, message: str) -> Conflict | Invalid:
    return error(message, field_errors=[FieldError(path=("idempotency_key",), code=code, message=message)])
