"""The scalars that GraphQL does not have itself. Their values travel as they are: the service checks them, once."""

from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from twofold.kinds import Kind
from twofold.spec import ResourceSpec

__all__ = ["SCALARS", "key_of", "scalar_of"]

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


def key_of(spec: ResourceSpec) -> str:
    """Returns the name of the type of a resource's primary key: ID, or a whole number where the model has one."""
    return scalar_of(spec.pk.column.kind)
