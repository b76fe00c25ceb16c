"""Events: what happened to which row, written in the transaction of the change itself (the transactional outbox)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from tortoise import Model, fields

from twofold.fields import id_field

__all__ = ["Event", "event"]


class Event(Model):
    """Something that happened.

    It names the row and holds none of its values: who is told of it reads them under their own rules.
    """

    id = id_field()
    at = fields.DatetimeField(auto_now_add=True)
    name = fields.CharField(max_length=100, description="Resource and what happened: products.updated.")
    resource = fields.CharField(max_length=60)
    row_id = fields.CharField(max_length=64)
    actor_id = fields.UUIDField(null=True)
    changed = fields.JSONField[list[str]](default=list, description="The names of the fields that changed.")

    class Meta:
        app = "twofold"
        table = "events"


def event(resource: str, what: str, row_id: object, actor_id: UUID | None, changed: Iterable[str]) -> dict[str, Any]:
    """Returns the columns of a new event."""
    return {
        "name": f"{resource}.{what}",
        "resource": resource,
        "row_id": row_id,
        "actor_id": actor_id,
        "changed": sorted(changed),
    }
