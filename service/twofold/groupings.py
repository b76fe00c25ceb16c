"""The grammar of aggregates, which both faces share; each face only spells it its own way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from twofold.aggregate import (
    FUNCTIONS,
    GroupKey,
    Having,
    Measure,
    Part,
    functions_of,
    is_groupable,
    parts_of,
)
from twofold.condition import Slot
from twofold.errors import FieldError, Invalid, TooCostly
from twofold.invalid import invalid
from twofold.spec import RelationSpec, ResourceSpec

__all__ = ["HAVING", "check_keys", "key_named", "parse_having", "parse_key", "parse_measure"]

HAVING = ("eq", "ne", "lt", "lte", "gt", "gte", "is_null")
"""The operators that compare a measure."""

MAX_PATH = 5
"""Relations that lead to a key."""

Place = tuple[str, ...]


def parse_measure(spec: ResourceSpec, function: str, name: str | None, place: Place = ("aggregate",)) -> Measure:
    """Returns the measure that a function and the name of a field mean; `count` has no field.

    Raises:
        Invalid: there is no such function, or it does not look at such a field.
    """
    known = next((each for each in FUNCTIONS if each == function), None)
    if known == "count" and name is None:
        return Measure("count")
    field = spec.fields.get(name or "")
    if known is not None and field is not None and known in functions_of(field):
        return Measure(known, field)
    said = function if name is None else f"{function}({name})"
    names = [each.name for each in spec.fields.values() if known in functions_of(each)]
    if known is None or known == "count":
        hint = f"use count, or {', '.join(list(FUNCTIONS)[1:])} of a field"
    else:
        hint = f"{known} takes {', '.join(names)}" if names else f"they have no field that {known} takes"
    raise _invalid(place, "not_aggregable", f"{spec.plural} have no aggregate {said!r}; {hint}.")


def parse_key(spec: ResourceSpec, names: Sequence[str], part: str | None, place: Place = ("group_by",)) -> GroupKey:
    """Returns the key that a path of names means: to-one relations, and a field at the end; dates may have a part.

    Raises:
        Invalid: groups cannot be made of it.
        TooCostly: the path is longer than a request may have.
    """
    if len(names) > MAX_PATH + 1:
        raise TooCostly(f"The path {'.'.join(names)!r} leads through more than {MAX_PATH} relations.")
    said, start, path = ".".join([*names, part] if part else names), spec, list[RelationSpec]()
    for name in names[:-1]:
        relation = spec.relations.get(name)
        if relation is None or not relation.sortable:
            raise _not_groupable(start, said, place)
        path.append(relation)
        spec = relation.target
    field = spec.fields.get(names[-1])
    if field is None or not is_groupable(field):
        raise _not_groupable(start, said, place)
    known: Part | None = next((each for each in parts_of(field) if each == part), None)
    if part is not None and known is None:
        parts = f"it has {', '.join(parts_of(field))}" if parts_of(field) else "only dates and datetimes have parts"
        raise _invalid(place, "no_such_part", f"{'.'.join(names)} has no part {part!r}; {parts}.")
    return GroupKey(field, tuple(path), known)


def parse_having(spec: ResourceSpec, data: object, values: list[Any]) -> tuple[Having, ...]:
    """Returns the comparisons that a mapping means: `{"count": {"gt": 3}, "sum": {"price": {"gte": "10.00"}}}`.

    The values that measures are compared with join `values`; all comparisons must hold.

    Raises:
        Invalid: a measure or an operator is unknown, or a value does not fit.
    """
    having: list[Having] = []
    for function, below in _members(data, ("having",)):
        place = ("having", function)
        if function == "count":
            having += _comparisons(parse_measure(spec, "count", None, place), below, place, values)
            continue
        for name, operators in _members(below, place):
            measure = parse_measure(spec, function, name, (*place, name))
            having += _comparisons(measure, operators, (*place, name), values)
    return tuple(having)


def key_named(name: str, keys: Sequence[GroupKey]) -> GroupKey:
    """Returns the key that groups are sorted by, named with or without its part.

    Raises:
        Invalid: the groups are not made of it.
    """
    found = next((key for key in keys if name in (key.name, ".".join(key.place))), None)
    if found is None:
        names = ", ".join(["an aggregate", *(key.name for key in keys)])
        raise _invalid(("sort",), "not_sortable", f"These groups cannot be sorted by {name!r}; use {names}.")
    return found


def check_keys(by: Sequence[GroupKey]) -> None:
    """Refuses groups that are made of nothing, and keys that would meet in the answer.

    Raises:
        Invalid: there is no key, or two of them are the same field.
    """
    places = [key.place for key in by]
    if not places:
        raise _invalid(("group_by",), "missing", "Name at least one field that the groups are made of.")
    for place in places:
        if places.count(place) > 1:
            raise _invalid(("group_by",), "repeated", f"{'.'.join(place)!r} is there more than once.")


def _members(data: object, place: Place) -> Iterable[tuple[str, object]]:
    if not isinstance(data, Mapping):
        raise _invalid(place, "not_an_object", "An object is expected here, for example count with gt.")
    return [(str(name), value) for name, value in data.items()]


def _comparisons(measure: Measure, operators: object, place: Place, values: list[Any]) -> list[Having]:
    found: list[Having] = []
    for operator, value in _members(operators, place):
        if operator not in HAVING:
            message = f"{measure.name} has no operator {operator!r}; use {', '.join(HAVING)}."
            raise _invalid((*place, operator), "unknown_operator", message)
        if operator == "is_null" or value is None:
            found.append(_null(measure, operator, value, (*place, operator)))
            continue
        try:
            values.append(measure.kind.adapter.validate_python(value))
        except ValidationError as error:
            raise invalid(error, (*place, operator)) from None
        found.append(Having(measure, operator, Slot("read", len(values) - 1)))
    return found


def _null(measure: Measure, operator: str, value: object, place: Place) -> Having:
    if operator == "is_null" and value not in (True, False, "true", "false"):
        raise _invalid(place, "not_a_boolean", "'is_null' takes true or false.")
    if operator not in ("is_null", "eq", "ne"):
        raise _invalid(place, "null", f"null cannot be compared by {operator!r}; use is_null.")
    is_null = value in (True, "true") if operator == "is_null" else operator == "eq"
    return Having(measure, "is_null" if is_null else "is_not_null", None)


def _not_groupable(spec: ResourceSpec, said: str, place: Place) -> Invalid:
    names = [each.name for each in spec.fields.values() if is_groupable(each)]
    names += [f"{each.name}.…" for each in spec.relations.values() if each.sortable]
    return _invalid(place, "not_groupable", f"{spec.plural} cannot be grouped by {said!r}; use {', '.join(names)}.")


def _invalid(place: Place, code: str, message: str) -> Invalid:
    return Invalid(field_errors=[FieldError(path=place, code=code, message=message)])
