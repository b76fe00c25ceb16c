"""What the cache keeps in the database itself, which every writer must have."""

from __future__ import annotations

from tortoise import Model, fields

__all__ = ["CacheDoubt"]


class CacheDoubt(Model):
    """A process has written while it had lost Redis: nobody may believe what is kept there; see `twofold.cache.doubts`.

    One row is about which Redis counts.
    """

    id = fields.CharField(max_length=40, primary_key=True)
    until_ms = fields.BigIntField(
        description="By the database's clock, since 1970: after this, others may end the doubt, its process being gone."
    )
    life = fields.CharField(
        max_length=64,
        null=True,
        description="Of the one row with the id redis: this database, and the run_id of the Redis that counts for it.",
    )

    class Meta:
        app = "twofold"
        table = "cache_doubts"
