"""Writing rows so that it is known: each with its version, its event and its entry in the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import Model

from twofold.actor import Actor
from twofold.audit import Difference, Origin, difference, entry
from twofold.cache.depends import tags_of_row
from twofold.cache.written import known_rows
from twofold.change import Change, Key
from twofold.errors import Conflict, TooCostly
from twofold.events import Event, event
from twofold.fields import new_id
from twofold.insert import NEW_KEY, complete_row, insert
from twofold.tables import Table

if TYPE_CHECKING:
    from twofold.engine import Engine

__all__ = ["Budget", "Recorder", "columns_of", "new_key"]

MAX_WRITES = 1000
"""Rows that one request may write, those of its hooks counted."""

BITS = {"smallint": 16, "int": 32, "bigint": 64}
"""Of columns with whole numbers, amounts in their smallest unit among them; SQLite would take any."""


@dataclass
class Budget:
    """How many rows a request may still write."""

    left: int = MAX_WRITES

    def take_one(self) -> None:
        """Counts a row.

        Raises:
            TooCostly: it is one too many.
        """
        self.left -= 1
        if self.left < 0:
            raise TooCostly(f"It would write more than {MAX_WRITES} rows; send it in parts.")


@dataclass
class Recorder:
    """Writes the rows of one change in the name of its actor, within the transaction that is running."""

    engine: Engine
    actor: Actor
    origin: Origin
    action: str
    """What is done to the row that the request names: rows that are written beside it say so in the audit."""
    budget: Budget = field(default_factory=Budget)
    """Of the request, which may bring several changes."""

    # -- beside a change ----------------------------------------------------------------------------------------

    async def create(self, model: type[Model], values: Mapping[str, Any]) -> Key:
        """Writes a new row and returns its key.

        Raises:
            Conflict: a number does not fit into its column.
        """
        table = self.engine.tables[model]
        _check_numbers(table, values)
        change = self._beside(new_key(table), dict(values))
        return await self.insert(table, change, "created", complete_row(table, new_row(table, change)))

    async def update(self, row: Model, values: Mapping[str, Any]) -> None:
        """Changes a row that was locked, and is as it was read: what differs from it is written.

        Raises:
            Conflict: a number does not fit into its column.
        """
        _check_numbers(self.engine.tables[type(row)], values)
        change = self._beside(row.pk, dict(values), row)
        written = await self.change(self.engine.tables[type(row)], change, "updated")
        row.update_from_dict(dict(written))  # its version too, for the next time

    async def delete(self, row: Model) -> None:
        """Deletes a row that was locked."""
        await self.remove(self.engine.tables[type(row)], self._beside(row.pk, {}, row))

    def _beside(self, key: Key | None, values: dict[str, Any], before: Model | None = None) -> Change:
        return Change(actor=self.actor, action=self.action, id=key, values=values, before=before, beside=self)

    # -- the change itself --------------------------------------------------------------------------------------

    async def insert(self, table: Table, change: Change, happened: str, row: dict[str, Any]) -> Key:
        """Writes a complete new row together with what is told of it, and returns its key."""
        self.budget.take_one()
        return await self._insert(change, [(table, row), *await self._told(table, change, happened, None, row)])

    async def insert_untold(self, table: Table, change: Change, row: dict[str, Any]) -> Key:
        """Writes a complete new row of which `tell_of_new` tells as soon as it is linked, and returns its key."""
        self.budget.take_one()
        return await self._insert(change, [(table, row)])

    async def tell_of_new(self, table: Table, change: Change, happened: str, row: Mapping[str, Any],
                          links: Difference) -> None:  # fmt: skip
        """Tells of a new row that was written before its links were."""
        await self._tell(await self._told(table, change, happened, None, row, links))

    async def change(self, table: Table, change: Change, happened: str, links: Difference | None = None
                     ) -> Mapping[str, Any]:  # fmt: skip
        """Writes what differs of a row, and what is told of it, and returns that; nothing when it is so already."""
        before = _columns(table, change.before)
        values = {name: value for name, value in columns_of(table, change.values).items() if before[name] != value}
        if not values and not links:
            return {}
        self.budget.take_one()
        values |= {column.name: datetime.now(UTC) for column in table.columns.values() if column.touched}
        if table.version is not None:
            values[table.version.name] = before[table.version.name] + 1
        if values:
            with known_rows({table.name: tags_of_row(table, before, before | values)}):
                await table.model.filter(pk=change.id).update(**values)
        await self._tell(await self._told(table, change, happened, before, before | values, links))
        return values

    async def remove(self, table: Table, change: Change) -> None:
        """Deletes a row, and tells of it."""
        self.budget.take_one()
        before = _columns(table, change.before)
        told = await self._told(table, change, "deleted", before, None)
        with known_rows({table.name: tags_of_row(table, before)}):
            await table.model.filter(pk=change.id).delete()
        await self._tell(told)

    async def _insert(self, change: Change, rows: Sequence[tuple[Table, dict[str, Any]]]) -> Key:
        key = await insert(self.engine.database, rows)
        if change.id is None:
            change.id = key
        assert change.id is not None  # noqa: S101  # it was there, or the database made it
        return change.id

    # -- what is told -------------------------------------------------------------------------------------------

    async def _tell(self, told: Sequence[tuple[Table, dict[str, Any]]]) -> None:
        if told:
            await insert(self.engine.database, told)

    async def _told(self, table: Table, change: Change, happened: str, before: Mapping[str, Any] | None,
                    after: Mapping[str, Any] | None, links: Difference | None = None
                    ) -> list[tuple[Table, dict[str, Any]]]:  # fmt: skip
        """The event, and the audit's entry where the application keeps one, as rows; none for what is not served."""
        spec = self.engine.served.get(table)
        if spec is None:
            return []
        changes = difference(spec, before, after, links or {})
        row_id = NEW_KEY if change.id is None else str(change.id)
        rows = [self._complete(Event, event(spec.plural, happened, row_id, self.actor.user_id, changes))]
        audit = self.engine.application.audit
        if audit is not None:
            said = entry(spec, change.action, row_id, self.actor, self.origin, changes)
            rows.append(self._complete(audit, {**said, **await spec.resource.audit_columns(change)}))
        return rows

    def _complete(self, model: type[Model], values: dict[str, Any]) -> tuple[Table, dict[str, Any]]:
        table = self.engine.tables[model]
        return table, complete_row(table, values)


def new_key(table: Table) -> UUID | None:
    """Returns the key of a new row; None where the database makes it."""
    return None if table.pk.made_by_database else new_id()


def new_row(table: Table, change: Change) -> dict[str, Any]:
    """Returns the columns that are given of a new row; where the database makes its key, without it."""
    key = {} if change.id is None else {table.pk.name: change.id}
    return columns_of(table, change.values) | key


def columns_of(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns those of the values that are columns of the table."""
    return {name: value for name, value in values.items() if name in table.columns}


def _check_numbers(table: Table, values: Mapping[str, Any]) -> None:
    """Checks what hooks and actions work out: inputs were checked, but a sum of them can be larger than its column.

    Raises:
        Conflict: it is.
    """
    for name, value in columns_of(table, values).items():
        kind = table.columns[name].kind
        bits = BITS.get(kind.element_type)
        if bits is None or not isinstance(value, int | Decimal):
            continue
        if not -(2 ** (bits - 1)) <= Decimal(value).scaleb(kind.decimal_places) < 2 ** (bits - 1):
            raise Conflict(f"The {name.replace('_', ' ')} would be larger than can be stored.")


def _columns(table: Table, row: Model) -> dict[str, Any]:
    return {name: getattr(row, name) for name in table.columns}
