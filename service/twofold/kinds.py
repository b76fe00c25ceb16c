"""The kinds of value a column can hold: how each is read from the wire, checked, and described."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, TypeAdapter
from pydantic import Field as Constraint
from tortoise import fields

from twofold.errors import WrongDeclaration
from twofold.fields import MoneyField

__all__ = ["IGNORING_CASE", "JSON_INDEX", "JSON_KEY", "LISTS", "TEXTUAL", "Kind", "KindName", "amount_kind",
           "check_json", "kind_of", "kind_of_value", "number_kind", "whole_kind"]  # fmt: skip

KindName: TypeAlias = Literal["id", "text", "integer", "number", "boolean", "money", "decimal", "datetime", "date",
                              "enum", "json"]  # fmt: skip

IGNORING_CASE: Mapping[str, str] = {
    "ieq": "eq",
    "icontains": "contains",
    "istarts_with": "starts_with",
    "iends_with": "ends_with",
}
"""Operators that take no notice of case, and what they do otherwise."""
TEXTUAL = ("contains", "starts_with", "ends_with", *IGNORING_CASE)
"""Operators that look at text only."""
LISTS = ("in", "not_in")
"""Operators that take a list of values."""
EQUATABLE = ("eq", "ne", *LISTS, "is_null")
COMPARABLE = (*EQUATABLE, "lt", "lte", "gt", "gte")
OPERATORS: Mapping[KindName, tuple[str, ...]] = {
    "id": EQUATABLE,
    "text": (*COMPARABLE, *TEXTUAL),
    "integer": COMPARABLE,
    "number": COMPARABLE,
    "boolean": ("eq", "ne", "is_null"),
    "money": COMPARABLE,
    "decimal": COMPARABLE,
    "datetime": COMPARABLE,
    "date": COMPARABLE,
    "enum": EQUATABLE,
    "json": (*COMPARABLE, *TEXTUAL),
}


INFINITIES = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
"""asyncpg stores the first and the last moment that Python knows as infinities, and reads them without a time zone."""


def _storable_text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("text may not contain the character U+0000")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("text may not contain half of a surrogate pair")
    return value


def _storable_json(value: object) -> object:
    """Only objects and lists: Tortoise takes a text for JSON text, and SQLite stores a number as its own."""
    if not isinstance(value, dict | list):
        raise ValueError("write an object or a list")  # noqa: TRY004  # Pydantic reports only ValueError
    check_json(value)
    return value


def check_json(value: object) -> None:
    """Looks whether a JSON value is one that both databases hold.

    Raises:
        ValueError: it has text or a number in it that one of them does not hold.
    """
    waiting: list[object] = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                _storable_text(text)
            case dict() as members:
                waiting += [*members.keys(), *members.values()]
            case list() as items:
                waiting += items
            case bool() | None:
                pass
            case int() as number if not -(2**63) <= number < 2**63:
                raise ValueError("whole numbers in JSON have at most 64 bits")
            case float() as number if not isfinite(number):
                raise ValueError("numbers in JSON are finite")


def _from_text(value: object) -> object:
    if isinstance(value, datetime | date) or (isinstance(value, str) and value[4:5] == "-"):
        return value  # Pydantic would take "5" for seconds since 1970
    raise ValueError("write it as text, for example 2026-01-31T12:00:00Z")


def _utc(value: datetime) -> datetime:
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the year must be between 1 and 9999") from None
    if moment in INFINITIES:
        raise ValueError("the first and the last microsecond of all stand for infinity and cannot be stored")
    return moment


Text = Annotated[str, AfterValidator(_storable_text)]
Json = Annotated[Any, AfterValidator(_storable_json)]
# Inputs are strict, but behind a function Pydantic no longer knows that a value comes from JSON, and refuses text.
Instant = Annotated[AwareDatetime, Constraint(strict=False), BeforeValidator(_from_text), AfterValidator(_utc)]
Day = Annotated[date, Constraint(strict=False), BeforeValidator(_from_text)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """What a column holds.

    `annotation` is the Pydantic type of a stored value, with the column's own bounds; `comparable` the same without
    length bounds, because a filter may compare with any text.
    """

    name: KindName
    annotation: Any
    comparable: Any
    enum: type[Enum] | None = None
    decimal_places: int = 0
    element_type: str
    adapter: TypeAdapter[Any] = field(init=False, repr=False)
    list_adapter: TypeAdapter[list[Any]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "adapter", TypeAdapter(self.comparable))
        object.__setattr__(self, "list_adapter", TypeAdapter(_list_of(self.comparable)))

    @property
    def in_words(self) -> bool:
        """Whether JSON that a database writes holds the value as text: each would spell a number its own way."""
        return self.name in ("number", "json")

    def wire(self, value: Any) -> Any:
        """Returns a value, which is not None, as it is on the wire."""
        match value:
            case UUID():
                return str(value)
            case Decimal() | int() if self.name in ("money", "decimal"):
                return f"{Decimal(value):.{self.decimal_places}f}"
            case datetime():
                return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
            case date():
                return value.isoformat()
            case Enum():
                return value.value
            case _:
                return value

    @property
    def operators(self) -> tuple[str, ...]:
        """The filter operators that make sense for the kind."""
        return OPERATORS[self.name]


def _list_of(item: Any) -> Any:
    return list[item]


JSON_KEY = Kind(name="text", annotation=Text, comparable=Text, element_type="text")
JSON_INDEX = Kind(name="integer", annotation=int, comparable=int, element_type="int")
"""What leads into a JSON value: the key of an object's member, and the place of a list's item."""


def kind_of(column: fields.Field[Any]) -> Kind | None:
    """Returns the kind of a Tortoise field, or None when no kind holds its values."""
    match column:
        case fields.UUIDField():
            return _plain_kind("id", UUID, "uuid")
        case MoneyField() | fields.DecimalField():
            return _decimal_kind(column)
        case fields.BooleanField():
            return _plain_kind("boolean", bool, "boolean")
        case fields.DatetimeField():
            return _plain_kind("datetime", Instant, "timestamptz")
        case fields.DateField():
            return _plain_kind("date", Day, "date")
        case fields.SmallIntField() | fields.IntField() | fields.BigIntField():
            return _integer_kind(column)
        case fields.FloatField():
            return number_kind()
        case fields.JSONField():
            return _plain_kind("json", Json, "jsonb")
        case fields.CharField() | fields.TextField():
            return _text_kind(column)
        case _:
            return None


def kind_of_value(value: object) -> Kind:
    """Returns the kind of a constant.

    Raises:
        WrongDeclaration: no kind holds it.
    """
    match value:
        case bool():
            return _plain_kind("boolean", bool, "boolean")
        case int():
            return whole_kind(32 if -(2**31) <= value < 2**31 else 64)
        case float():
            return number_kind()
        case Decimal() if value.is_finite():
            return amount_kind(max(0, -int(value.as_tuple().exponent)))
        case str():
            return _plain_kind("text", Text, "text")
        case datetime():
            return _plain_kind("datetime", Instant, "timestamptz")
        case date():
            return _plain_kind("date", Day, "date")
        case _:
            raise WrongDeclaration(f"a field cannot have the value {value!r}")


def number_kind() -> Kind:
    """Returns the kind of floating-point numbers."""
    return _plain_kind("number", Annotated[float, Constraint(allow_inf_nan=False)], "float8")


def whole_kind(bits: Literal[16, 32, 64]) -> Kind:
    """Returns the kind of whole numbers of as many bits, the sign included."""
    integer = Annotated[int, Constraint(ge=-(2 ** (bits - 1)), le=2 ** (bits - 1) - 1)]
    return _plain_kind("integer", integer, {16: "smallint", 32: "int", 64: "bigint"}[bits])


def amount_kind(places: int, *, digits: int = MoneyField.max_digits) -> Kind:
    """Returns the kind of amounts that are stored as a whole number of their smallest unit."""
    amount = Annotated[Decimal, Constraint(max_digits=digits, decimal_places=places)]
    return Kind(name="money", annotation=amount, comparable=amount, decimal_places=places, element_type="bigint")


def _plain_kind(name: KindName, annotation: Any, element_type: str) -> Kind:
    return Kind(name=name, annotation=annotation, comparable=annotation, element_type=element_type)


def _decimal_kind(column: MoneyField | fields.DecimalField[Decimal]) -> Kind:
    if isinstance(column, MoneyField):
        return amount_kind(column.decimal_places, digits=column.max_digits)
    amount = Annotated[Decimal, Constraint(max_digits=column.max_digits, decimal_places=column.decimal_places)]
    return Kind(name="decimal", annotation=amount, comparable=amount, decimal_places=column.decimal_places,
                element_type="numeric")  # fmt: skip


def _integer_kind(column: fields.Field[Any]) -> Kind:
    if isinstance(column, fields.SmallIntField):
        return whole_kind(16)
    return whole_kind(64 if isinstance(column, fields.BigIntField) else 32)


def _text_kind(column: fields.Field[Any]) -> Kind:
    enum = getattr(column, "enum_type", None)
    if enum is not None:
        return Kind(name="enum", annotation=enum, comparable=enum, enum=enum, element_type="text")
    length = getattr(column, "max_length", None)
    annotation = Annotated[str, Constraint(max_length=length), AfterValidator(_storable_text)] if length else Text
    return Kind(name="text", annotation=annotation, comparable=Text, element_type="text")
