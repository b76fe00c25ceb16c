"""Inputs made from the engine's input models and from the rows that are there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, get_args, get_origin
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import PydanticUndefined

from support.matrix.oracle import wire
from support.matrix.reading import samples
from support.matrix.rows import Record
from support.matrix.sending import Flaw
from support.matrix.worlds import World
from support.matrix.write_oracle import removed
from twofold.errors import Invalid, Malformed
from twofold.inputs import InputForm
from twofold.resource import Action
from twofold.spec import FieldSpec, RelationSpec, ResourceSpec

__all__ = ["action_inputs", "copied", "covering", "fresh", "misfits", "new_values", "settable", "unique_sets"]

Given = dict[str, Any]
WORDS: Mapping[str, Sequence[Any]] = {
    "method": ("sandbox_ok", "sandbox_declined"), "email": ("new.one@example.com", "customer@example.com", "no address")
}  # fmt: skip
"""What actions take that no type tells."""


# -- rows --------------------------------------------------------------------------------------------------------


def covering(world: World, rows: Iterable[Record], tells: Callable[[Record, Any], object], most: int = 4
             ) -> list[Record]:  # fmt: skip
    """Returns few rows among which is one of each sort for each actor: `tells` says of which sort a row is."""
    actors = [(name, who.actor) for name, who in world.actors.items() if who.actor is not None]
    first: dict[frozenset[object], Record] = {}
    for row in rows:
        sorts = frozenset((name, tells(row, actor)) for name, actor in actors)
        first.setdefault(sorts, row)
    uncovered = {each for sorts in first for each in sorts}
    chosen: list[Record] = []
    while uncovered and len(chosen) < most:
        best = max(first, key=lambda sorts: len(sorts & uncovered))
        chosen.append(first[best])
        uncovered -= best
    return chosen


# -- values ------------------------------------------------------------------------------------------------------


def settable(spec: ResourceSpec, form: InputForm) -> Iterator[FieldSpec | RelationSpec]:
    """Gives what an input of a form may have, but for what is nested."""
    for each in spec.writable:
        if form == "create" or each.declared.write:
            yield each


def name_of(each: FieldSpec | RelationSpec) -> str:
    """Returns under which name an input has it."""
    return each.key if isinstance(each, RelationSpec) else each.name


def value_of(world: World, spec: ResourceSpec, each: FieldSpec | RelationSpec, row: Record) -> Any:
    """Returns what a row has of it, in JSON."""
    if isinstance(each, FieldSpec):
        return wire(row[each.column.name])
    behind = world.oracle.rows.behind(spec.table.model, each.name, row)
    return [str(one[each.target.pk.name]) for one in behind]


def copied(world: World, spec: ResourceSpec, row: Record, form: InputForm) -> Given:
    """Returns an input that says of a row what it is; of what has rules of its own only what must be said."""
    found = {}
    known = world.engine.inputs.model(spec, form).model_fields
    for each in settable(spec, form):
        who = (each.declared.create or each.declared.write) if form == "create" else each.declared.write
        if who is True or known[name_of(each)].is_required():
            found[name_of(each)] = value_of(world, spec, each, row)
    return found


def unique_sets(spec: ResourceSpec) -> list[list[str]]:
    """Returns the columns that are unique, together or alone."""
    table = spec.table
    alone = [[name] for name, column in table.columns.items() if column.unique and column is not table.pk]
    return alone + [
        [table.joins[each].near.name if each in table.joins else each for each in together]
        for together in table.model._meta.unique_together
    ]


def fresh(world: World, spec: ResourceSpec, given: Given, form: InputForm = "create", number: int = 1) -> Given:
    """Returns the input with other values where they must be unique."""
    found = dict(given)
    for names in unique_sets(spec):
        for name in (each for each in names if each in given):
            value = _fresh(world, spec, spec.fields[name], found, form, number)
            if value is not None:
                found[name] = value
                break
    return found


def _fresh(world: World, spec: ResourceSpec, each: FieldSpec, given: Given, form: InputForm, number: int) -> Any:
    """A value that no row has; None where there is none to be made up."""
    taken = {row[each.column.name] for row in world.oracle.rows.of(spec.table.model)}
    match each.column.kind.name:
        case "text":
            old = str(given[each.name] or "")[:10]
            options: Iterable[Any] = (f"{old}-new-{number}", f"new-{number}", f"n{number}")
        case "integer":
            options = [max((value for value in taken if value is not None), default=0) + number]
        case "id" if each.relation is None:
            options = [str(UUID(int=0xABC000 + number))]
        case _:
            return None
    return next((value for value in options if _is_fine(world, spec, each.name, value, form)), None)


def _is_fine(world: World, spec: ResourceSpec, name: str, value: Any, form: InputForm) -> bool:
    return name not in wrong_names(world, spec, form, {name: value})


def wrong_names(world: World, spec: ResourceSpec, form: InputForm, given: Given) -> set[str]:
    """Returns the names under which an input does not fit; those that are missing too."""
    try:
        world.engine.inputs.model(spec, form).model_validate_json(_json(given))
    except ValidationError as error:
        return {str(each["loc"][0]) for each in error.errors()}
    return set()


def _json(given: Given) -> bytes:
    return json.dumps(given).encode()


def new_values(world: World, spec: ResourceSpec, each: FieldSpec | RelationSpec, row: Record, form: InputForm
               ) -> list[Any]:  # fmt: skip
    """Returns other values than a row has, in JSON: of other rows, of rows that few see, and null."""
    relation = each if isinstance(each, RelationSpec) else each.relation
    if relation is not None:
        rows = [row for row in samples(world, relation.target, 3) if not removed(relation.target, row)]
        keys = [str(one[relation.target.pk.name]) for one in rows]
        if isinstance(each, RelationSpec):
            return [keys[-1:], keys[:1], []]
        return [*dict.fromkeys((*keys[-1:], *keys[:1])), *([None] if each.column.nullable else [])]
    assert isinstance(each, FieldSpec)
    column = each.column
    if any(each.name in names for names in unique_sets(spec)):
        value = _fresh(world, spec, each, {each.name: value_of(world, spec, each, row)}, form, 7)
        return [] if value is None else [value]
    rows = world.oracle.rows.of(spec.table.model)
    options = [wire(one[column.name]) for one in rows[:80]]
    if column.kind.enum is not None:
        options += [member.value for member in column.kind.enum]
    now, found = wire(row[column.name]), list[Any]()
    for value in options:
        if value not in (now, None) and value not in found and _is_fine(world, spec, each.name, value, form):
            found.append(value)
    if not found and column.kind.name == "text":
        found = [value for value in ("other", "DE") if _is_fine(world, spec, each.name, value, form)][:1]
    return [*found[:1], *([None] if column.nullable and now is not None else [])]


# -- values that do not fit --------------------------------------------------------------------------------------

ODD: Mapping[str, Sequence[Any]] = {
    "text": ("x" * 3000, ""), "integer": (-99999, 2**40), "money": ("-1.00", "1.234", "x"),
    "decimal": ("x",), "number": ("x",), "boolean": ("yes",), "enum": ("no such word",), "id": ("no-id",),
    "date": ("yesterday",), "datetime": ("2024-02-30T00:00:00Z",), "json": (),
}  # fmt: skip
SHAPES: Mapping[str, Any] = {"text": 5, "integer": "five", "boolean": 3, "enum": "no such word", "id": [], "date": 5,
                             "datetime": 5, "money": [], "number": "x"}  # fmt: skip


def misfits(world: World, spec: ResourceSpec, each: FieldSpec | RelationSpec, form: InputForm
            ) -> list[tuple[Any, Flaw]]:  # fmt: skip
    """Returns values that a field may not have: of its own type, and of another one."""
    if isinstance(each, RelationSpec):
        return [(["no-id"], "value")]
    kind = each.column.kind.name
    odd = [value for value in ODD.get(kind, ()) if not _is_fine(world, spec, each.name, value, form)]
    found: list[tuple[Any, Flaw]] = [(value, "value" if kind == "text" else "shape") for value in odd[:2]]
    if kind in ("integer", "money"):
        found = [(value, "value" if _is_of_type(value, kind) else "shape") for value in odd[:2]]
    if kind in SHAPES:
        found.append((SHAPES[kind], "shape"))
    return found


def _is_of_type(value: Any, kind: str) -> bool:
    """Whether GraphQL's type of a field takes the value, which the field refuses."""
    return value != "x" and value != 2**40 if kind == "money" else abs(value) < 2**31


# -- actions -----------------------------------------------------------------------------------------------------


def action_inputs(world: World, declared: Action) -> list[tuple[Given | None, Flaw | None]]:
    """Returns what an action may take: each value of each of its fields that there is, and one that does not fit."""
    taken = declared.input
    if taken is None:
        return [(None, None)]
    names = taken.model_fields
    by_name = {name: _options(world, name, known.annotation) for name, known in names.items()}
    by_name = {name: options for name, options in by_name.items() if options}
    first = {name: options[0] for name, options in by_name.items()}
    found: list[tuple[Given | None, Flaw | None]] = [(first, None)]
    for name, options in by_name.items():
        found.extend(({**first, name: value}, None) for value in options[1:])
    required = [name for name, known in names.items() if known.default is PydanticUndefined]
    found.extend(({each: value for each, value in first.items() if each != name}, "shape") for name in required[:1])
    return [(given, flaw or _flaw(world, declared, given)) for given, flaw in found]


def _flaw(world: World, declared: Action, given: Given | None) -> Flaw | None:
    try:
        world.engine.inputs.parse_action(declared, given or {})
    except (Invalid, Malformed):
        return "value"
    return None


def _options(world: World, name: str, annotation: Any) -> list[Any]:
    """Values that a field of an action may have."""
    if name in WORDS:
        return list(WORDS[name])
    if get_origin(annotation) is list:
        return [_options(world, name, get_args(annotation)[0])]
    kinds = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
    if UUID in kinds:
        target = world.specs[_plural(world, name.removesuffix("_id"))]
        return [str(row[target.pk.name]) for row in samples(world, target, 6)[::-1]]
    for kind in kinds:
        if issubclass(kind, Enum):
            return [each.value for each in kind]
    if int in kinds:
        return [1, 2, 99]
    return ["a text that is long enough"] if str in kinds else []


def _plural(world: World, singular: str) -> str:
    return next(name for name, spec in world.specs.items() if spec.singular == singular)
