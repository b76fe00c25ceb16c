"""Changes of the library's rows, by every way in which code may make them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any
from uuid import UUID

from tortoise import Model
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction

from support.library.asking import HEAD, spec_of
from support.library.models import Book, Subject
from support.library.questions import SPECS
from support.library.rows import MODELS, ROWS
from twofold.audit import INSIDE
from twofold.engine import Engine
from twofold.errors import ServiceError
from twofold.fields import new_id
from twofold.outages import VIOLATIONS
from twofold.recorder import Recorder
from twofold.spec import ResourceSpec
from twofold.sql.dialects import quoted
from twofold.write import Write

__all__ = ["WAYS", "change_something"]

TRIES = 5
"""How often another row is looked for where a change is refused."""
PLACES = [*SPECS, "books", "copies", "loans", "staff_members"]


class NothingThere(Exception):
    """There is no row to be changed."""


REFUSED = (NothingThere, ServiceError, BaseORMException, *VIOLATIONS)


@dataclass(frozen=True)
class Place:
    """Where something is changed, and what chance says of it."""

    engine: Engine
    plural: str
    random: Random

    @property
    def model(self) -> type[Model]:
        """The model."""
        return MODELS[self.plural]

    async def row(self) -> Any:
        """Returns any row.

        Raises:
            NothingThere: there is none.
        """
        rows = await self.model.all().order_by("id")
        if not rows:
            raise NothingThere
        return self.random.choice(rows)

    def value(self, name: str) -> Any:
        """Returns what some row has in a column, or nearly that."""
        known = [row[name] for row in ROWS[self.plural] if name in row]
        value = self.random.choice(known)
        column = self.engine.tables[self.model].columns[name]
        if column.kind.name == "text" and value and column.unique and self.random.random() < 0.5:
            return self.random.choice([value.upper(), value.lower(), f"{value[:6]}{self.random.randrange(100)}"])
        if isinstance(value, Enum) and self.random.random() < 0.3:
            return value.value
        if isinstance(value, UUID) and self.random.random() < 0.2:
            return str(value)
        return value

    def values(self, count: int) -> dict[str, Any]:
        """Returns new values of some columns."""
        columns = self.engine.tables[self.model].columns
        names = [name for name in ROWS[self.plural][0] if name != "id" and not columns[name].counts_changes]
        keyed = [name for name in names if columns[name].kind.name in ("id", "enum") or columns[name].unique]
        picked = self.random.sample(names, min(count, len(names)))
        return {name: self.value(name) for name in dict.fromkeys([*picked, self.random.choice(keyed or names)])}

    def complete(self) -> dict[str, Any]:
        """Returns the values of a whole row, without its key."""
        row = self.random.choice(ROWS[self.plural])
        values = {name: value for name, value in row.items() if name not in ("id", "edition", "version")}
        if "number" in values:  # of which a branch has but one copy
            values["number"] = self.random.randrange(10**6)
        return values | self.values(2)


def _json(values: Mapping[str, Any], spec: ResourceSpec, *, new: bool = False) -> dict[str, Any]:
    fields = {
        field.column.name: field
        for field in spec.fields.values()
        if field.declared.write or (new and field.declared.create)
    }
    return {
        fields[name].name: value if value is None else fields[name].column.kind.wire(value)
        for name, value in values.items()
        if name in fields
    }


# -- by the engine -----------------------------------------------------------------------------------------------


async def _write_create(place: Place) -> None:
    spec = spec_of(place.engine, place.plural)
    await place.engine.write(HEAD, Write(resource=spec, action="create", input=_json(place.complete(), spec, new=True)))


async def _write_patch(place: Place) -> None:
    spec, row = spec_of(place.engine, place.plural), await place.row()
    values = _json(place.values(1), spec)
    await place.engine.write(HEAD, Write(resource=spec, action="patch", id=str(row.pk), input=values))


async def _write_delete(place: Place) -> None:
    spec, row = spec_of(place.engine, place.plural), await place.row()
    await place.engine.write(HEAD, Write(resource=spec, action="delete", id=str(row.pk)))


async def _write_links(place: Place) -> None:
    spec, rows = spec_of(place.engine, "books"), await Book.filter(rare=False).order_by("id")
    subjects = [str(each.pk) for each in place.random.sample(await Subject.all().order_by("id"), 2)]
    row = place.random.choice(rows)
    await place.engine.write(
        HEAD, Write(resource=spec, action="patch", id=str(row.pk), input={"subject_ids": subjects})
    )


# -- as hooks do -------------------------------------------------------------------------------------------------


async def _recorded(place: Place, run: Callable[[Recorder], Awaitable[object]]) -> None:
    async with place.engine.database.transaction():
        await run(Recorder(place.engine, HEAD, INSIDE, "patch"))


async def _hook_create(place: Place) -> None:
    await _recorded(place, lambda recorder: recorder.create(place.model, place.complete()))


async def _hook_update(place: Place) -> None:
    row = await place.row()
    await _recorded(place, lambda recorder: recorder.update(row, place.values(2)))


async def _hook_update_twice(place: Place) -> None:
    row = await place.row()

    async def both(recorder: Recorder) -> None:
        await recorder.update(row, place.values(1))
        await recorder.update(row, place.values(1))

    await _recorded(place, both)


async def _hook_delete(place: Place) -> None:
    row = await place.row()
    await _recorded(place, lambda recorder: recorder.delete(row))


# -- past the engine, by Tortoise and by SQL ---------------------------------------------------------------------


async def _create(place: Place) -> None:
    await place.model.create(id=new_id(), **place.complete())


async def _bulk_create(place: Place) -> None:
    await place.model.bulk_create([place.model(id=new_id(), **place.complete()) for _ in range(2)])


async def _save(place: Place) -> None:
    row = await place.row()
    row.update_from_dict(place.values(2))
    await row.save()


async def _bulk_update(place: Place) -> None:
    row, values = await place.row(), place.values(1)
    row.update_from_dict(values)
    await place.model.bulk_update([row], list(values))


async def _update(place: Place) -> None:
    row = await place.row()
    await place.model.filter(id=row.pk).update(**place.values(1))


async def _delete(place: Place) -> None:
    row = await place.row()
    await place.model.filter(id=row.pk).delete()


async def _in_transaction(place: Place) -> None:
    row = await place.row()
    async with in_transaction() as connection:
        await place.model.filter(id=row.pk).using_db(connection).update(**place.values(1))


async def _links(place: Place) -> None:
    book = place.random.choice(await Book.all().order_by("id"))
    subject = place.random.choice(await Subject.all().order_by("id"))
    match place.random.choice(["add", "remove", "clear"]):
        case "add":
            await book.subjects.add(subject)
        case "remove":
            await book.subjects.remove(subject)
        case _:
            await subject.books.clear()


async def _sql(place: Place) -> None:
    row, table = await place.row(), place.engine.tables[place.model]
    near = [join.near for join in table.joins.values() if not join.many]
    column = place.random.choice(near) if near else table.pk
    key = f"'{row.pk}'"
    said = f"UPDATE {table.name.upper()} SET {quoted(column.db_name)} = {quoted(column.db_name)}"
    texts = [f"DELETE FROM {quoted(table.name)} WHERE id = {key}", f"{said} WHERE id = {key}"]
    if near and column.nullable:
        texts.append(f"UPDATE {table.name.upper()} SET {quoted(column.db_name)} = NULL WHERE id = {key}")
    await place.engine.database.fetch(place.random.choice(texts))


async def _script(place: Place) -> None:
    row, table = await place.row(), place.engine.tables[place.model]
    await place.engine.database.connection.execute_script(f"SELECT 1; DELETE FROM {table.name} WHERE id = '{row.pk}'")


WAYS: Mapping[str, Callable[[Place], Awaitable[None]]] = {
    way.__name__.strip("_").replace("_", " "): way
    for way in (
        _write_create, _write_patch, _write_delete, _write_links, _hook_create, _hook_update, _hook_update_twice,
        _hook_delete, _create, _bulk_create, _save, _bulk_update, _update, _delete, _in_transaction, _links, _sql,
        _script,
    )
}  # fmt: skip
"""By name, each way to change rows."""


async def change_something(engine: Engine, random: Random, way: str) -> bool:
    """Changes a row of any table in a way; returns whether that was let happen."""
    with engine.database.use():
        for _ in range(TRIES):
            try:
                await WAYS[way](Place(engine, random.choice(PLACES), random))
            except REFUSED:
                continue
            return True
    return False
