"""The types of aggregates and groups, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from twofold.aggregate import FUNCTIONS, Function, Measure, functions_of, is_groupable, parts_of
from twofold.groupings import HAVING
from twofold.kinds import Kind
from twofold.spec import FieldSpec, RelationSpec, ResourceSpec
from twofold_graphql.scalars import scalar_of

__all__ = ["ENUMS", "GROUP_ARGUMENTS", "TypeForm", "aggregate_types"]

NOUNS: Mapping[Function, str] = {
    "count_distinct": "DistinctCounts", "sum": "Sums", "avg": "Averages", "min": "Extremes", "max": "Extremes",
}  # fmt: skip
"""What the types of a function's values are called; minima and maxima share theirs."""
SAID: Mapping[Function, str] = {
    "count": "How many there are that you may see.",
    "count_distinct": "How many different values there are.",
    "sum": "Exact, but for floating-point numbers.",
    "avg": "Of amounts an amount, halves rounded away from zero; else the nearest floating-point number.",
    "min": "The smallest; text goes by code points.",
    "max": "The largest; text goes by code points.",
}
GROUP_ARGUMENTS = (
    ("by", "list[{name}GroupBy]", "What the rows of a group have in common."),
    ("having", "{name}Having | None", "Only groups that meet this."),
    ("order_by", "list[{name}GroupOrder] | None", "The order; the first counts most, the groups' keys come last."),
    ("first", "int | None", "At most this many; 50 by default."),
    ("offset", "int | None", "Without so many at the beginning."),
)


class Grouping(Enum):
    """What of a field groups are made of."""

    VALUE = "VALUE"


class DateGrouping(Enum):
    """What of a date groups are made of: its first day or moment stands for a year, a month or a day, in UTC."""

    VALUE = "VALUE"
    YEAR = "YEAR"
    MONTH = "MONTH"
    DAY = "DAY"


ENUMS: tuple[type[Enum], ...] = (Grouping, DateGrouping)


@dataclass(frozen=True, kw_only=True)
class TypeForm:
    """A type to be made: its fields are pairs of annotation and description."""

    name: str
    kind: Literal["type", "input", "one_of"]
    description: str
    fields: Mapping[str, tuple[str, str]]


def aggregate_types(spec: ResourceSpec) -> Iterator[TypeForm]:
    """Yields the types of a resource's aggregates; types that several resources share come more than once."""
    name, nouns = spec.type_name, spec.plural.replace("_", " ")
    functions = _functions(spec)
    measures: dict[str, tuple[str, str]] = {
        function: (f"{name}{NOUNS[function]}" if fields else "int", SAID[function])
        for function, fields in functions.items()
    }
    yield from _values(spec, functions)
    yield TypeForm(name=f"{name}Aggregates", kind="type", description=f"What there is to say of many {nouns}.",
                   fields=measures)  # fmt: skip
    key = (f"{name}GroupKey", "What its rows have in common; a field is there when groups are made of it.")
    yield TypeForm(name=f"{name}Group", kind="type", description=f"A group of {nouns}.",
                   fields={"key": key} | measures)  # fmt: skip
    yield from _keys(spec)
    yield from _comparisons(spec, functions)
    orders = {
        function: (f"{name}{NOUNS[function]}Order" if fields else "SortDirection", "")
        for function, fields in functions.items()
    }
    yield TypeForm(name=f"{name}GroupOrder", kind="one_of", description="A key or an aggregate to sort groups by.",
                   fields={"key": (f"{name}GroupKeyOrder", "")} | orders)  # fmt: skip


def _functions(spec: ResourceSpec) -> dict[Function, list[FieldSpec]]:
    """The functions that a resource has, and the fields that each looks at; `count` looks at none."""
    found: dict[Function, list[FieldSpec]] = {
        function: [field for field in spec.fields.values() if function in functions_of(field)] for function in FUNCTIONS
    }
    return {function: fields for function, fields in found.items() if fields or function == "count"}


def _values(spec: ResourceSpec, functions: Mapping[Function, Sequence[FieldSpec]]) -> Iterator[TypeForm]:
    for function, fields in functions.items():
        if not fields:
            continue
        values = {field.name: scalar_of(Measure(function, field).kind) for field in fields}
        null = "" if function == "count_distinct" else " | None"
        name = f"{spec.type_name}{NOUNS[function]}"
        said = "" if function == "count_distinct" else "Null where there are no values."
        yield TypeForm(name=name, kind="type", description=said,
                       fields={each: (f"{type_}{null}", "") for each, type_ in values.items()})  # fmt: skip
        yield TypeForm(name=f"{name}Order", kind="one_of", description="",
                       fields=dict.fromkeys(values, ("SortDirection", "")))  # fmt: skip


def _keys(spec: ResourceSpec) -> Iterator[TypeForm]:
    fields = [field for field in spec.fields.values() if is_groupable(field)]
    relations = [each for each in spec.relations.values() if each.sortable]
    values = {field.name: (f"{scalar_of(field.column.kind)} | None", field.description or "") for field in fields}
    values |= {each.name: (f"{each.target.type_name}GroupKey", "") for each in relations}
    said = "Null is a key too: no value, a hidden one, or a hidden row behind a relation."
    yield TypeForm(name=f"{spec.type_name}GroupKey", kind="type", description=said, fields=values)
    by = {field.name: ("DateGrouping" if parts_of(field) else "Grouping", "") for field in fields}
    yield TypeForm(name=f"{spec.type_name}GroupBy", kind="one_of", fields=by | _through(relations, "GroupBy"),
                   description="A field that groups are made of.")  # fmt: skip
    order = dict.fromkeys(by, ("SortDirection", ""))
    yield TypeForm(name=f"{spec.type_name}GroupKeyOrder", kind="one_of", description="",
                   fields=order | _through(relations, "GroupKeyOrder"))  # fmt: skip


def _through(relations: Sequence[RelationSpec], suffix: str) -> dict[str, tuple[str, str]]:
    return {each.name: (f"{each.target.type_name}{suffix}", "") for each in relations}


def _comparisons(spec: ResourceSpec, functions: Mapping[Function, Sequence[FieldSpec]]) -> Iterator[TypeForm]:
    having: dict[str, tuple[str, str]] = {}
    for function, fields in functions.items():
        if not fields:
            form = _comparison(Measure("count").kind, "int")
            having[function] = (form.name, "")
            yield form
            continue
        compared: dict[str, tuple[str, str]] = {}
        for field in fields:
            form = _comparison(Measure(function, field).kind)
            compared[field.name] = (form.name, "")
            yield form
        name = f"{spec.type_name}{NOUNS[function]}Having"
        having[function] = (name, "")
        yield TypeForm(name=name, kind="input", description="", fields=compared)
    yield TypeForm(name=f"{spec.type_name}Having", kind="input", description="All that is given must hold.",
                   fields=having)  # fmt: skip


def _comparison(kind: Kind, scalar: str | None = None) -> TypeForm:
    scalar = scalar or scalar_of(kind)
    fields = {f"{each}_": ("bool" if each == "is_null" else scalar, "") for each in HAVING}
    name = {"int": "Int", "str": "String", "float": "Float"}.get(scalar, scalar)
    return TypeForm(name=f"{name}Comparison", kind="input", description="All that is given must hold.", fields=fields)
