"""A change of many rows: the next batch, in the order of a key."""

from __future__ import annotations

import logging

from twofold.migrate.session import Session
from twofold.migrate.steps import Batches
from twofold.sql.migrating import keys_after

__all__ = ["change_batch"]

log = logging.getLogger("twofold.migrate")


async def change_batch(session: Session, step: Batches, after: str | None) -> str | None:
    """Changes the rows next to the key `after`, from the first on when that is None.

    Returns the last key of the batch, or None when no more rows follow.
    """
    sql = keys_after(session.dialect, step.table, step.key, after, step.where, step.size)
    keys = [row[0] for row in await session.fetch(sql)]
    if keys:
        await session.execute(step.sql.replace("{keys}", ", ".join(keys)))
        log.info("changed %s rows of %s, up to %s %s", len(keys), step.table, step.key, keys[-1])
    return keys[-1] if len(keys) == step.size else None
