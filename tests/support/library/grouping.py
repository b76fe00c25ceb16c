"""Aggregates of the library: asked of the engine, and worked out over its rows in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import fsum
from typing import Any, TypeAlias

from hypothesis import strategies as st

from support.library.asking import ACTORS, spec_of
from support.library.oracle import TO_ONE, Oracle, wire
from support.library.questions import SPECS, filters, values_of
from support.library.rows import Record
from twofold.aggregate import (
    GroupKey,
    GroupOrder,
    Groups,
    Measure,
    Shape,
    Summary,
    functions_of,
    is_groupable,
    parts_of,
)
from twofold.condition import Slot
from twofold.engine import Engine
from twofold.filters import parse_filter
from twofold.groupings import HAVING, parse_having, parse_key, parse_measure
from twofold.request import Ask, Read
from twofold.spec import ResourceSpec

Said: TypeAlias = tuple[str, str | None]
"""A measure: its function and its field."""
SaidKey: TypeAlias = tuple[tuple[str, ...], str | None]
"""A key: its path, and its part."""


@dataclass(frozen=True)
class Question:
    """Which groups are asked for, of which rows; without keys, what is asked of all rows."""

    resource: str
    filter: Mapping[str, Any] = field(default_factory=dict)
    by: Sequence[SaidKey] = ()
    measures: Sequence[Said] = (("count", None),)
    having: Mapping[str, Any] = field(default_factory=dict)
    order: Sequence[tuple[Said | SaidKey, bool]] = ()
    limit: int = 200
    offset: int = 0


def flat(length: int) -> Shape:
    return tuple((str(number), number) for number in range(length))


def asked(engine: Engine, question: Question) -> Ask:
    """Returns the question as a face asks it: the values come as a list, numbered."""
    spec = spec_of(engine, question.resource)
    values: list[Any] = [question.offset]
    condition = parse_filter(spec, question.filter, values)
    measures = tuple(parse_measure(spec, *each) for each in question.measures)
    by = tuple(parse_key(spec, *each) for each in question.by)
    part: Summary | Groups = Summary("found", measures, flat(len(measures)))
    if by:
        part = Groups(
            "found", by, measures, flat(len(by) + len(measures)),
            having=parse_having(spec, question.having, values),
            order=tuple(GroupOrder(_by(spec, said), descending) for said, descending in question.order),
            limit=question.limit, offset=Slot("read", 0), total="total",
        )  # fmt: skip
    read = Read(resource=spec, fields=(), filter=condition, envelope=(part,))
    return Ask(read=read, values=tuple(values))


def _by(spec: ResourceSpec, said: Said | SaidKey) -> Measure | GroupKey:
    match said:
        case str(function), field:
            return parse_measure(spec, function, field)
        case path, part:
            return parse_key(spec, path, part)


# -- the oracle -------------------------------------------------------------------------------------------------


def key_of(oracle: Oracle, resource: str, said: SaidKey, row: Record) -> Any:
    """Returns the value of a row's key as the actor sees it."""
    (*path, name), part = said
    for step in path:
        found = oracle.behind(resource, step, row)
        if not found:
            return None
        resource, row = TO_ONE[resource, step], found[0]
    value = oracle.value(resource, name, row)
    if value is None or part is None:
        return value
    start = {"year": {"month": 1, "day": 1}, "month": {"day": 1}, "day": {}}[part]
    value = value.replace(**start)
    return value.replace(hour=0, minute=0, second=0, microsecond=0) if isinstance(value, datetime) else value


def measured(oracle: Oracle, resource: str, said: Said, rows: Sequence[Record]) -> Any:
    """Returns a measure's exact value: a float where the column has floats, else of any size."""
    function, name = said
    if name is None:
        return len(rows)
    values = [value for row in rows if (value := oracle.value(resource, name, row)) is not None]
    match function:
        case "count_distinct":
            return len(set(values))
        case _ if not values:
            return None
        case "sum":
            return fsum(values) if isinstance(values[0], float) else sum(values)
        case "avg" if isinstance(values[0], float):
            return fsum(value / len(values) for value in values)
        case "avg" if isinstance(values[0], int):
            return sum(values) / len(values)
        case "avg":
            return sum(values) / Decimal(len(values))
        case "min":
            return min(values)
        case _:
            return max(values)


def written(resource: str, said: Said, value: Any) -> Any:
    """Returns a measure's value as it is in JSON."""
    function, name = said
    if isinstance(value, Decimal):
        return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP) + 0:f}"
    is_wide = name is not None and SPECS[resource].fields[name].column.kind.element_type == "bigint"
    return str(value) if value is not None and is_wide and function == "sum" else wire(value)


def holds(value: Any, operator: str, other: Any) -> bool:
    if operator == "is_null":
        return (value is None) == other
    if operator == "ne":
        return value != other
    if value is None:
        return False
    return {"eq": value == other, "lt": value < other, "lte": value <= other, "gt": value > other,
            "gte": value >= other}[operator]  # fmt: skip


def expected(oracle: Oracle, question: Question) -> tuple[list[list[Any]], int]:
    """Returns the keys and measures of the groups in the window, and how many groups there are in all."""
    resource = question.resource
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for row in oracle.rows(resource, question.filter):
        key = tuple(key_of(oracle, resource, said, row) for said in question.by)
        groups.setdefault(key, []).append(row)
    if not question.by:
        groups.setdefault((), [])
    kept = [(key, rows) for key, rows in groups.items() if _is_kept(oracle, question, rows)]
    for said, descending in reversed([*question.order, *[(key, False) for key in question.by]]):
        kept = _sorted(oracle, question, kept, said, descending)
    found = [
        [
            *map(wire, key),
            *(written(resource, said, measured(oracle, resource, said, rows)) for said in question.measures),
        ]
        for key, rows in kept
    ]
    return found[question.offset :][: question.limit], len(found)


def _is_kept(oracle: Oracle, question: Question, rows: Sequence[Record]) -> bool:
    for function, below in question.having.items():
        for name, operators in {None: below}.items() if function == "count" else below.items():
            value = measured(oracle, question.resource, (function, name), rows)
            if not all(holds(_comparable(value, function), operator, _comparable(other, function))
                       for operator, other in operators.items()):  # fmt: skip
                return False
    return True


def _comparable(value: Any, function: str) -> Any:
    """Averages are compared as doubles, of amounts in their smallest unit."""
    return float(value * 100) if function == "avg" and isinstance(value, Decimal) else value


def _sorted(oracle: Oracle, question: Question, groups: list[Any], said: Said | SaidKey, descending: bool) -> list[Any]:
    def value(group: tuple[tuple[Any, ...], list[Record]]) -> Any:
        match said:
            case str(function), name:
                return _comparable(measured(oracle, question.resource, (function, name), group[1]), function)
            case key:
                return group[0][list(question.by).index(key)]

    known = sorted((each for each in groups if value(each) is not None), key=value, reverse=descending)
    nulls = [each for each in groups if value(each) is None]
    return nulls + known if descending else known + nulls


# -- any question -----------------------------------------------------------------------------------------------

FLOATS = ("weight", "rating", "mean_wear", "shown_rating", "best_rating")
"""Columns of floats, whose sums depend on the order in which they are added."""


@cache
def keys_of(resource: str, depth: int = 2) -> list[SaidKey]:
    spec = SPECS[resource]
    found: list[SaidKey] = []
    for field_ in spec.fields.values():
        if is_groupable(field_):
            found += [((field_.name,), part) for part in (None, *parts_of(field_))]
    for relation in spec.relations.values() if depth else ():
        if not relation.join.many:
            below = keys_of(relation.target.plural, depth - 1)
            found += [((relation.name, *path), part) for path, part in below]
    return found


@cache
def measures_of(resource: str) -> list[Said]:
    found: list[Said] = [("count", None)]
    for name, field_ in SPECS[resource].fields.items():
        found += [
            (function, name)
            for function in functions_of(field_)
            if name not in FLOATS or function not in ("sum", "avg")
        ]
    return found


@st.composite
def havings(draw: Any, resource: str) -> dict[str, Any]:
    having: dict[str, Any] = {}
    for function, name in draw(st.lists(st.sampled_from(measures_of(resource)), max_size=2, unique=True)):
        operators = draw(
            st.dictionaries(st.sampled_from(HAVING), _values(resource, function, name), min_size=1, max_size=2)
        )
        operators = {each: value if each != "is_null" else bool(value) for each, value in operators.items()}
        if name is None:
            having[function] = operators
        else:
            having.setdefault(function, {})[name] = operators
    return having


def _values(resource: str, function: str, name: str | None) -> st.SearchStrategy[Any]:
    if name is None or function == "count_distinct":
        return st.integers(0, 12)
    rows = values_of(SPECS[resource], name)
    if function in ("min", "max"):
        return st.sampled_from(rows)
    sums = [sum(rows[:count], start=rows[0] * 0) for count in range(1, 9)]
    if function == "avg" and isinstance(rows[0], int):
        return st.sampled_from([float(total) / count for count, total in enumerate(sums, start=1)])
    return st.sampled_from([*sums, *rows[:5]])


@st.composite
def questions(draw: Any) -> tuple[Question, str]:
    """Any question about any groups, and who asks it."""
    resource = draw(st.sampled_from(["books", "loans", "copies", "patrons", "authors", "subjects"]))
    measures = st.sampled_from(measures_of(resource))
    by = draw(st.lists(st.sampled_from(keys_of(resource)), max_size=3, unique_by=lambda key: key[0]))
    sortable = st.one_of(measures, st.sampled_from(by)) if by else measures
    question = Question(
        resource=resource,
        filter=draw(st.one_of(st.just({}), filters(resource, 2))),
        by=tuple(by),
        measures=tuple(draw(st.lists(measures, min_size=1, max_size=4, unique=True))),
        having=draw(havings(resource)) if by else {},
        order=tuple((said, draw(st.booleans())) for said in draw(st.lists(sortable, max_size=2, unique=True)))
        if by
        else (),
        limit=draw(st.sampled_from([0, 1, 3, 200])),
        offset=draw(st.sampled_from([0, 0, 1, 5])),
    )
    return question, draw(st.sampled_from(sorted(ACTORS)))
