"""Aggregates and groups by REST: `GET /products/aggregate?aggregate=count,sum(stock)&group_by=status`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from twofold.aggregate import GroupKey, GroupOrder, Groups, Measure, Shape, Summary
from twofold.condition import Slot
from twofold.errors import FieldError, Invalid
from twofold.groupings import check_keys, key_named, parse_having, parse_key, parse_measure
from twofold.request import Ask, Read
from twofold.spec import ResourceSpec
from twofold_rest.query import ListQuery, parse_conditions, parse_parameters, parse_words, refuse_rest
from twofold_rest.selection import listed, parse_sort
from twofold_rest.window import Window, parse_window

__all__ = ["parse_aggregates"]

MEASURE = re.compile(r"(\w+)(?:\((\w+)\))?")
HAVING = re.compile(r"having\[([^\]]*)\](?:\[([^\]]*)\])?")
PAGE = ("page", "page_size")
OF_GROUPS = ("having", "sort", *PAGE)

Members: TypeAlias = "dict[str, int | Members]"


def parse_aggregates(spec: ResourceSpec, query: bytes) -> Ask | ListQuery:
    """Returns what the query string asks of all rows; with `group_by`, which page of which groups it asks for.

    Raises:
        Malformed: it cannot be decoded, or `filter` is not JSON.
        Invalid: a parameter, an aggregate or a key is unknown, or a value does not fit.
        TooCostly: it asks for more than a request may.
    """
    parameters, values = dict(parse_parameters(query)), list[Any]()
    condition = parse_conditions(spec, parameters, values)
    search = parse_words(spec, parameters, values)
    names = listed(parameters.pop("aggregate", "count"))
    measures = tuple(dict.fromkeys(_measure(spec, name, "aggregate") for name in names))
    if not measures:
        raise _invalid("aggregate", "missing", "Name at least one aggregate, for example count.")
    by = parameters.pop("group_by", None)
    window = None if by is None else parse_window({each: parameters.pop(each) for each in PAGE if each in parameters})
    if window is None:
        asked: Summary | Groups = _summary(parameters, measures)
    else:
        asked = _groups(spec, parameters, listed(by), measures, window, values)
    read = Read(resource=spec, fields=(), filter=condition, search=search, envelope=(asked,))
    ask = Ask(read=read, values=tuple(values))
    return ask if window is None else ListQuery(ask=ask, window=window, query=query)


def _summary(parameters: dict[str, str], measures: tuple[Measure, ...]) -> Summary:
    for name in parameters:
        if name.partition("[")[0] in OF_GROUPS:
            message = f"{name!r} speaks of groups; say by 'group_by' what they are made of."
            raise _invalid(name, "without_groups", message)
    refuse_rest(parameters, ("aggregate", "group_by", "filter", "q"))
    return Summary("data", measures, _shape((), measures))


def _groups(spec: ResourceSpec, parameters: dict[str, str], names: Sequence[str], measures: tuple[Measure, ...],
            window: Window, values: list[Any]) -> Groups:  # fmt: skip
    by = tuple(_key(spec, name) for name in names)
    keys = parse_sort(listed(parameters.pop("sort", "")))
    order = tuple(GroupOrder(_sorted_by(spec, name, by), descending) for name, descending in keys)
    having = parse_having(spec, _having(spec, parameters), values)
    refuse_rest(parameters, ("aggregate", "group_by", "having[aggregate]", "filter", "q", "sort", *PAGE))
    check_keys(by)
    values.append(window.offset)
    offset = Slot("read", len(values) - 1) if window.offset else None
    return Groups("data", by, measures, _shape(by, measures), having=having, order=order, limit=window.size,
                  offset=offset, total="total")  # fmt: skip


def _measure(spec: ResourceSpec, text: str, parameter: str) -> Measure:
    found = MEASURE.fullmatch(text)
    if found is None:
        message = f"{text!r} is no aggregate; write count, or the name of a function with a field, such as sum(price)."
        raise _invalid(parameter, "not_aggregable", message)
    return parse_measure(spec, found[1], found[2], (parameter,))


def _key(spec: ResourceSpec, text: str) -> GroupKey:
    """`created_at.month` is a part of a date, `category.name` a field behind a relation."""
    *path, last = text.split(".")
    owner = spec
    for name in path[:-1]:
        relation = owner.relations.get(name)
        owner = relation.target if relation is not None else owner
    has_part = bool(path) and path[-1] in owner.fields
    return parse_key(spec, path if has_part else [*path, last], last if has_part else None)


def _sorted_by(spec: ResourceSpec, text: str, by: Sequence[GroupKey]) -> Measure | GroupKey:
    is_measure = text == "count" or "(" in text
    return _measure(spec, text, "sort") if is_measure else key_named(text, by)


def _having(spec: ResourceSpec, parameters: dict[str, str]) -> dict[str, Any]:
    """`having[sum(stock)][gt]=9` as the service says it: `{"sum": {"stock": {"gt": "9"}}}`."""
    data: dict[str, Any] = {}
    for name in [each for each in parameters if each.startswith("having[")]:
        found, value = HAVING.fullmatch(name), parameters.pop(name)
        if found is None:
            message = "Write having[aggregate]=value or having[aggregate][operator]=value."
            raise _invalid(name, "unknown_parameter", message)
        measure = _measure(spec, found[1], name)
        operators = data.setdefault(measure.function, {})
        if measure.field is not None:
            operators = operators.setdefault(measure.field.name, {})
        operators[found[2] or "eq"] = value
    return data


def _shape(by: Sequence[GroupKey], measures: Sequence[Measure]) -> Shape:
    """The answer's form: under `key` the keys, those behind relations within objects; beside it the measures."""
    members: Members = {"key": {}} if by else {}
    for number, each in enumerate(by):
        _put(members, ("key", *each.place), number)
    for number, measure in enumerate(measures, start=len(by)):
        _put(members, (measure.function, *([measure.field.name] if measure.field else [])), number)
    return _frozen(members)


def _put(members: Members, path: Sequence[str], number: int) -> None:
    for name in path[:-1]:
        below = members.setdefault(name, {})
        assert isinstance(below, dict)  # noqa: S101  # no field is a relation too
        members = below
    members[path[-1]] = number


def _frozen(members: Mapping[str, Any]) -> Shape:
    return tuple((key, each if isinstance(each, int) else _frozen(each)) for key, each in members.items())


def _invalid(name: str, code: str, message: str) -> Invalid:
    return Invalid(field_errors=[FieldError(path=(name,), code=code, message=message)])
