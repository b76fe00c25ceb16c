"""Performing a change within a running transaction: the row, and the rows that are written together with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from twofold.change import Change, Key
from twofold.constraints import refusal
from twofold.errors import Conflict, FieldError, Invalid, NotFound, ServiceError
from twofold.links import linked_keys
from twofold.outages import VIOLATIONS
from twofold.recorder import Recorder, new_key
from twofold.references import visible_keys
from twofold.resource import Input
from twofold.spec import ROW_ID, FieldSpec, NestedOperation, RelationSpec, ResourceSpec
from twofold.verbs import Verb, offered
from twofold.version import check_absent
from twofold.writing import Writing

__all__ = ["Task", "Written", "perform", "writing_of"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A change that was understood: its input is valid, and its key is one that a row can have."""

    spec: ResourceSpec
    action: str
    verb: Verb | None = None
    """What the action is for the actor, where that was looked up already."""
    key: Key | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    """By name; those of nested changes are under the name of their relation."""
    input: Input | None = None
    expected: str | None = None
    known: FieldSpec | None = None
    """Of a nested change, the field that leads to the row that it is nested in; its value is among the values."""

    @property
    def nested(self) -> dict[str, Mapping[NestedOperation, Any]]:
        """By relation, what is to be done to the rows behind it."""
        return {name: self.values[name] for name in self.spec.nested if self.values.get(name)}


@dataclass(frozen=True, kw_only=True)
class Written:
    """What came of a change: the key of its row, and whether the row is new."""

    key: Key
    created: bool = False


async def perform(recorder: Recorder, task: Task) -> Written:
    """Makes a change, all of which is within the transaction that is running; if it is refused, that must end.

    Raises:
        ServiceError: it is refused, as `twofold.write` says.
    """
    if task.action == "upsert":
        return await _upsert(recorder, task)
    writing = writing_of(recorder, task)
    try:
        await writing.begin()
        await _write_ahead(recorder, task, writing)
        await writing.write()
        await _write_behind(recorder, task, writing.change)
        await writing.end()
    except VIOLATIONS as error:
        raise refusal(error, task.spec, deleting=task.action == "delete") from None
    assert writing.change.id is not None  # noqa: S101  # it was written
    return Written(key=writing.change.id, created=writing.verb.creates)


def writing_of(recorder: Recorder, task: Task) -> Writing:
    """Returns the writing of the task's own row.

    Raises:
        Unauthenticated, Forbidden: the actor may not do that to any row.
    """
    spec, actor = task.spec, recorder.actor
    verb = task.verb or offered(spec, task.action, actor)
    values = {name: value for name, value in task.values.items() if name not in spec.nested}
    key = new_key(spec.table) if verb.creates else task.key
    sent = {*values, *(spec.nested[name].key for name in task.nested)}
    return Writing(
        engine=recorder.engine, spec=spec, verb=verb, recorder=recorder, sent=frozenset(sent), expected=task.expected,
        change=Change(actor=actor, action=task.action, id=key, values=values, beside=recorder), input=task.input,
        known=task.known,
    )  # fmt: skip


# -- upsert ------------------------------------------------------------------------------------------------------


async def _upsert(recorder: Recorder, task: Task) -> Written:
    """Changes the row with the task's natural key, or makes it; looks again when another came first.

    Raises:
        PreconditionFailed: the change is of some version of a row, and there is none.
    """
    key = await _find(recorder, task)
    if key is None:
        check_absent(task.spec, task.expected)
        try:
            async with recorder.engine.database.transaction():  # a savepoint, which a row of another must not spoil
                return await perform(recorder, replace(task, action="create"))
        except Conflict:
            key = await _find(recorder, task)
            if key is None:
                raise
    patch = replace(task, action="patch", key=key, values={})
    await writing_of(recorder, patch).begin()  # who may not change it is told nothing of it
    row = await task.spec.table.model.get(pk=key)
    return await perform(recorder, replace(patch, values=_changes(task, row)))


async def _find(recorder: Recorder, task: Task) -> Key | None:
    """The key of the row that the task is of, if the actor sees it."""
    sought = {each.column.name: task.values.get(each.name) for each in task.spec.natural_key}
    if None in sought.values():
        return None
    table = task.spec.table
    keys = await table.model.filter(**sought).values_list(table.pk.name, flat=True)
    seen: set[Key] = await visible_keys(recorder.engine, recorder.actor, task.spec, keys)
    key = next(iter(seen), None)
    return UUID(int=key.int) if isinstance(key, UUID) else key  # asyncpg's are of a class that JSON cannot be made of


def _changes(task: Task, row: Any) -> dict[str, Any]:
    """What an upsert changes of a row that is there.

    Raises:
        Invalid: it has another value for what cannot be changed.
    """
    fixed = {each.name: each.column.name for each in task.spec.fields.values() if not each.declared.write}
    changed: list[tuple[str, ...]] = [
        (name,) for name, value in task.values.items() if name in fixed and value != getattr(row, fixed[name])
    ]
    changed += [
        (name, operation)
        for name, said in task.nested.items()
        for operation in said
        if not task.spec.nested[name].offers(operation, new=False)
    ]
    if changed:
        message = "This cannot be changed any more."
        raise Invalid(field_errors=[FieldError(path=path, code="fixed", message=message) for path in changed])
    return {name: value for name, value in task.values.items() if name not in fixed}


# -- nested ------------------------------------------------------------------------------------------------------


async def _write_ahead(recorder: Recorder, task: Task, writing: Writing) -> None:
    """Writes what the row will point to, and says which rows it will be linked to."""
    for name, said in task.nested.items():
        relation = task.spec.nested[name]
        if relation.join.link is not None:
            await _links(recorder, relation, said, writing)
        elif not relation.join.many:
            [(operation, value)] = said.items()
            await _point(recorder, relation, operation, value, writing.change)


async def _point(recorder: Recorder, relation: RelationSpec, operation: NestedOperation, value: Any, change: Change
                 ) -> None:  # fmt: skip
    name = relation.join.near.name
    match operation:
        case "connect":
            change.values[name] = value
        case "disconnect":
            change.values[name] = None
        case "create":
            task = Task(spec=relation.target, action="create", values=value)
            change.values[name] = (await _child(recorder, task, relation.name, operation)).key
        case _:
            key = getattr(change.before, name)
            if key is None:
                raise _missing(relation.target, relation.name)
            task = Task(spec=relation.target, action="patch", key=key, values=value)
            await _child(recorder, task, relation.name, operation)


async def _links(recorder: Recorder, relation: RelationSpec, said: Mapping[NestedOperation, Any], writing: Writing
                 ) -> None:  # fmt: skip
    name, target, links = relation.name, relation.target, writing.links
    connected, dropped = said.get("connect") or [], said.get("disconnect") or []
    linked = set[Any]() if writing.verb.creates else await linked_keys(writing.change, relation)
    seen = await visible_keys(recorder.engine, recorder.actor, target, [*connected, *dropped])
    for index, key in enumerate(connected):
        _check_there(relation, key, seen, "connect", index)
    for index, key in enumerate(dropped):
        _check_there(relation, key, seen & linked, "disconnect", index)
    created = [
        (await _child(recorder, Task(spec=target, action="create", values=values), name, "create", index)).key
        for index, values in enumerate(said.get("create") or [])
    ]
    links.added[name] = [*connected, *created]
    links.dropped[name] = [*dropped]
    await _change_children(recorder, relation, said, linked)


async def _write_behind(recorder: Recorder, task: Task, change: Change) -> None:
    """Writes the rows that point to the row, now that it is there."""
    for name, said in task.nested.items():
        relation = task.spec.nested[name]
        pointing = relation.pointing
        if pointing is None:
            continue
        target, field_name = relation.target, pointing.column.name
        behind = target.table.model.filter(**{field_name: change.id})
        there = set(await behind.values_list(target.table.pk.name, flat=True))
        for index, key in enumerate(said.get("disconnect") or []):
            moved = Task(spec=target, action="patch", key=key, values={pointing.name: None})
            _check_there(relation, key, there, "disconnect", index)
            await _child(recorder, moved, name, "disconnect", index)
        await _change_children(recorder, relation, said, there)
        for index, key in enumerate(said.get("connect") or []):
            moved = Task(spec=target, action="patch", key=key, values={pointing.name: change.id})
            await _child(recorder, moved, name, "connect", index)
        for index, values in enumerate(said.get("create") or []):
            made = Task(spec=target, action="create", values={**values, pointing.name: change.id}, known=pointing)
            await _child(recorder, made, name, "create", index)


async def _change_children(recorder: Recorder, relation: RelationSpec, said: Mapping[NestedOperation, Any],
                           there: set[Any]) -> None:  # fmt: skip
    """Deletes and changes rows, all of which must be behind the relation."""
    target = relation.target
    for index, key in enumerate(said.get("delete") or []):
        _check_there(relation, key, there, "delete", index)
        await _child(recorder, Task(spec=target, action="delete", key=key), relation.name, "delete", index)
    for index, values in enumerate(said.get("update") or []):
        rest = dict(values)
        key = rest.pop(ROW_ID)
        _check_there(relation, key, there, "update", index)
        await _child(recorder, Task(spec=target, action="patch", key=key, values=rest), relation.name, "update", index)


def _check_there(relation: RelationSpec, key: Any, there: set[Any], operation: NestedOperation, index: int) -> None:
    if key not in there:
        raise _missing(relation.target, relation.name, operation, index)


async def _child(recorder: Recorder, task: Task, *path: str | int) -> Written:
    try:
        return await perform(recorder, task)
    except NotFound:  # in the words of a row that is not behind the relation: which it is, is nobody's business
        raise _missing(task.spec, *path) from None
    except ServiceError as error:
        raise error.under(*path) from None


def _missing(spec: ResourceSpec, *path: str | int) -> Invalid:
    message = f"There is no {spec.noun} with this id here."
    return Invalid(field_errors=[FieldError(path=path, code="missing", message=message)])
