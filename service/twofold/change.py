"""A change under way, as a resource's hooks and actions see it, and what they may do beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

from tortoise import Model

from twofold.actor import Actor
from twofold.errors import Conflict, FieldError, Invalid

__all__ = ["Beside", "Change", "Key"]

M = TypeVar("M", bound=Model)

Key: TypeAlias = UUID | int
"""A primary key."""


class Beside(Protocol):
    """Writes other rows within the transaction of a change, in the name of its actor."""

    async def create(self, model: type[Model], values: Mapping[str, Any]) -> Key:
        """Writes a new row and returns its key."""
        ...

    async def update(self, row: Model, values: Mapping[str, Any]) -> None:
        """Changes a row that was locked, which then has the new values."""
        ...

    async def delete(self, row: Model) -> None:
        """Deletes a row that was locked."""
        ...


@dataclass(kw_only=True)
class Change:
    """A change under way. Hooks and actions may alter `values`, and write other rows in the same transaction.

    What they write beside it is theirs to decide: the actor's rules are not asked, but versions, audit and events are
    as of any other change.
    """

    actor: Actor
    action: str
    """create, replace, patch, delete, restore, or the name of a declared action."""
    id: Key | None
    """None on a new row until it is written, where the database makes the key."""
    values: dict[str, Any]
    before: Any = None
    """The row as it was, as an instance of the model; None for a new one."""
    beside: Beside = field(repr=False)

    def value(self, name: str) -> Any:
        """Returns a column's value as it will be, or, where the change leaves it alone, as it is."""
        return self.values[name] if name in self.values else getattr(self.before, name, None)

    def refuse(self, name: str, code: str, message: str) -> Invalid:
        """Returns the error that refuses the value of one field; raise it."""
        return Invalid(field_errors=[FieldError(path=(name,), code=code, message=message)])

    def conflict(self, name: str, code: str, message: str) -> Conflict:
        """Returns the error that says what stored thing the change contradicts; raise it."""
        return Conflict(message, field_errors=[FieldError(path=(name,), code=code, message=message)])

    async def lock(self, model: type[M], *keys: Any) -> dict[Any, M]:
        """Returns the rows with these keys, as they are now; nobody else changes them until the change is done.

        They are locked in the order of their keys, so that two changes do not wait for each other. Keys never change,
        so new rows that refer to them need not wait.
        """
        found = await model.filter(pk__in=keys).order_by(model._meta.pk_attr).select_for_update(no_key=True)
        return {row.pk: row for row in found}

    async def create(self, model: type[Model], **values: Any) -> Key:
        """Writes a new row beside the change and returns its key."""
        return await self.beside.create(model, values)

    async def update(self, row: Model, **values: Any) -> None:
        """Changes a row that was locked before, which then has the new values."""
        await self.beside.update(row, values)

    async def delete(self, row: Model) -> None:
        """Deletes a row that was locked before."""
        await self.beside.delete(row)
