"""Deleting what has ended: tokens, codes, sessions and counters of which nothing comes any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tortoise import Model
from tortoise.expressions import Q

from twofold.database import Database
from twofold.idempotency import IdempotencyKey
from twofold.identity.models import AccessToken, Attempt, EmailToken, Session
from twofold.identity.oauth.models import AuthorizationCode, DeviceCode, Grant, PushedRequest, RefreshToken

__all__ = ["purge"]

BATCH: Final = 500
"""Rows of one transaction, so that others need not wait long."""

ENDINGS: Final[Sequence[tuple[type[Model], Sequence[str]]]] = (
    (AccessToken, ("expires_at", "revoked_at")),
    (RefreshToken, ("expires_at",)),  # one that was used stays, so that its reuse is noticed
    (AuthorizationCode, ("expires_at",)),
    (DeviceCode, ("expires_at",)),
    (PushedRequest, ("expires_at",)),
    (EmailToken, ("expires_at",)),
    (Session, ("expires_at", "revoked_at")),
    (Grant, ("revoked_at",)),
    (Attempt, ("began_at",)),
)
"""The moments of which any ends a row; what is of a grant goes with it."""


async def purge(database: Database, *, days: int, idempotency_days: int) -> Mapping[str, int]:
    """Deletes what ended more than `days` days ago, and idempotency keys that are older than `idempotency_days`.

    Returns how many rows of each table were deleted, without those that went with another one.
    """
    now = datetime.now(UTC)
    ended, forgotten = now - timedelta(days=days), now - timedelta(days=idempotency_days)
    deleted = {model._meta.db_table: await _purge(database, model, names, ended) for model, names in ENDINGS}
    keys = await _purge(database, IdempotencyKey, ("created_at",), forgotten)
    return {**deleted, IdempotencyKey._meta.db_table: keys}


async def _purge(database: Database, model: type[Model], moments: Sequence[str], before: datetime) -> int:
    each_moment: list[dict[str, Any]] = [{f"{name}__lt": before} for name in moments]
    over = Q(*(Q(**each) for each in each_moment), join_type="OR")
    key, deleted = model._meta.pk_attr, 0
    while True:
        async with database.transaction():
            keys = await model.filter(over).limit(BATCH).values_list(key, flat=True)
            if keys:
                await model.filter(**{f"{key}__in": list(keys)}).delete()
        deleted += len(keys)
        if len(keys) < BATCH:
            return deleted
