"""The scalars that GraphQL does not have itself. Their values travel as they are: the service checks them, once."""

import datetime
import decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin
from uuid import UUID

import strawberry
from strawberry.types.scalar import ScalarDefinition

from twofold.kinds import Kind
from twofold.spec import ResourceSpec

__all__ = ["SCALARS", "annotation_of", "key_of", "scalar_of"]

BigInt = NewType("BigInt", int)
DateTime = NewType("DateTime", str)
Date = NewType("Date", str)
Decimal = NewType("Decimal", str)
JSON = NewType("JSON", object)


def _text(name: str) -> Any:
    def parse(value: object) -> object:
        if not isinstance(value, str):
            raise TypeError(f"{name} is written as a string")
        return value

    return parse


def _whole(value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("BigInt is written as a whole number")
    return value


def _same(value: Any) -> Any:
    return value


def _scalar(name: str, description: str, parse: Any) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=_same, parse_value=parse)


SCALARS: dict[object, ScalarDefinition] = {
    BigInt: _scalar("BigInt", "A whole number of up to 64 bits.", _whole),
    DateTime: _scalar("DateTime", 'An instant in UTC (RFC 3339), such as "2026-01-31T12:00:00Z".', _text("DateTime")),
    Date: _scalar("Date", 'A day (RFC 3339), such as "2026-01-31".', _text("Date")),
    Decimal: _scalar("Decimal", 'An exact decimal number as text, such as "12.50".', _text("Decimal")),
    JSON: _scalar("JSON", "Any JSON value.", _same),
}

NAMES = {
    "id": "ID",
    "text": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "money": "Decimal",
    "decimal": "Decimal",
    "datetime": "DateTime",
    "date": "Date",
    "json": "JSON",
}


def scalar_of(kind: Kind) -> str:
    """Returns the name, in the namespace of the generated types, of the type of a column's values."""
    if kind.enum is not None:
        return kind.enum.__name__
    return "BigInt" if kind.element_type == "bigint" and kind.name == "integer" else NAMES[kind.name]


TYPES: dict[Any, str] = {
    str: "str", int: "int", float: "float", bool: "bool", UUID: "ID", decimal.Decimal: "Decimal",
    datetime.datetime: "DateTime", datetime.date: "Date",
}  # fmt: skip


def annotation_of(type_: Any) -> str:
    """Returns the annotation, in that namespace, of what an action takes; what has no other type is JSON."""
    origin, parts = get_origin(type_), get_args(type_)
    if origin is Annotated:
        return annotation_of(parts[0])
    if origin in (Union, UnionType) and NoneType in parts and len(parts) == 2:
        return annotation_of(next(each for each in parts if each is not NoneType)) + " | None"
    if origin is list:
        return f"list[{annotation_of(parts[0])}]"
    if origin is Literal:
        return annotation_of(type(parts[0]))
    if isinstance(type_, type) and issubclass(type_, Enum):
        return type_.__name__
    return TYPES.get(type_, "JSON")


def key_of(spec: ResourceSpec) -> str:
    """Returns the name of the type of a resource's primary key: ID, or a whole number where the model has one."""
    return scalar_of(spec.pk.column.kind)
