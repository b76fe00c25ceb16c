"""The audit: who changed what, when and from where, written in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise import Model, fields

from twofold.actor import Actor
from twofold.fields import id_field
from twofold.identity.models import User
from twofold.spec import ResourceSpec

__all__ = ["INSIDE", "AuditRecord", "Difference", "Origin", "difference", "entry"]

MASKED = "•••"
"""What stands for the values of columns that the resource does not serve, such as a password's hash."""


class AuditRecord(Model):
    """Who changed what. An application's own model extends it, with columns such as the tenant that the row is of.

    Keys of what it speaks of have no constraint in the database: the record outlives them.
    """

    id = id_field()
    at = fields.DatetimeField(auto_now_add=True)
    actor: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name=False, null=True, db_constraint=False, on_delete=fields.NO_ACTION
    )
    actor_id: UUID | None
    face = fields.CharField(max_length=10, description="Where it came in: rest, graphql, or inside.")
    request_id = fields.CharField(max_length=64, null=True)
    resource = fields.CharField(max_length=60)
    action = fields.CharField(max_length=30)
    row_id = fields.CharField(max_length=64)
    changes = fields.JSONField[dict[str, Any]](description="For each field that changed: before and after.")

    class Meta:
        abstract = True


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a change came in."""

    face: str = "inside"
    request_id: str | None = None
    address: str = ""
    """The client's; empty where nobody knows."""


INSIDE = Origin()

Difference = Mapping[str, Mapping[str, Any]]
"""What a change did to a row: `before` (unless the row is new) and `after` (unless it is gone) of each field."""


def difference(spec: ResourceSpec, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, links: Difference
               ) -> Difference:  # fmt: skip
    """Returns what changed between two states of a row's columns; `links` are its relations that changed.

    Values are as on the wire; those of columns that the resource does not serve are masked.
    """
    changes: dict[str, Mapping[str, Any]] = {}
    states = {name: row for name, row in (("before", before), ("after", after)) if row is not None}
    for name, column in spec.table.columns.items():
        if column is spec.table.pk or column is spec.table.version:
            continue  # the key never changes, the version always does
        if any(name not in row for row in states.values()):
            continue  # the database fills it in, when the row is written
        if before is not None and after is not None and before[name] == after[name]:
            continue
        said = column.kind.wire if name in spec.fields else _masked
        changes[name] = {state: None if row[name] is None else said(row[name]) for state, row in states.items()}
    return {**changes, **links}


def _masked(_: Any) -> str:
    return MASKED


def entry(spec: ResourceSpec, action: str, row_id: object, actor: Actor, origin: Origin, changes: Difference
          ) -> dict[str, Any]:  # fmt: skip
    """Returns the columns of a new entry, but for the application's own."""
    return {
        "actor_id": actor.user_id,
        "face": origin.face,
        "request_id": origin.request_id,
        "resource": spec.plural,
        "action": action,
        "row_id": row_id,
        "changes": changes,
    }
