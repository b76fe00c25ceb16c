"""Tortoise fields whose stored form sorts, compares and adds up the same on SQLite and PostgreSQL."""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import tortoise.backends.sqlite.executor  # noqa: F401  # registers its own datetime adapter, which ours replaces
import uuid_utils.compat
from tortoise.fields import DatetimeField, Field, IntField, UUIDField
from tortoise.migrations.constraints import CheckConstraint

__all__ = ["MoneyField", "UtcDatetimeField", "VersionField", "checks", "id_field", "new_id", "sqlite_datetime",
           "stored_as"]  # fmt: skip

F = TypeVar("F")


def new_id() -> UUID:
    """Returns a UUIDv7 (RFC 9562 §5.7): unique, and ordered by the time it was made."""
    return uuid_utils.compat.uuid7()


def id_field() -> UUIDField[UUID]:
    """Returns the primary key that every model uses: a UUIDv7 made by the application."""
    return UUIDField(primary_key=True, default=new_id)


def checks(table: str, **conditions: str) -> tuple[CheckConstraint, ...]:
    """Returns what `Meta.constraints` takes: a condition in SQL for each column, named `ck_<table>_<column>`.

    Both databases must understand it. A value that it refuses is told as an error of that field.
    """
    return tuple(CheckConstraint(check=each, name=f"ck_{table}_{column}") for column, each in conditions.items())


def sqlite_datetime(value: datetime) -> str:
    """Returns `value` as UTC text of fixed width, so that SQLite compares instants when it compares text.

    Raises:
        ValueError: `value` has no time zone.
    """
    if value.tzinfo is None:
        raise ValueError(f"a datetime needs a time zone to be stored, but {value!r} has none")
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


# Tortoise stores the offset as written (https://github.com/tortoise/tortoise-orm/issues/1957 and others),
# so a filter with another offset misses rows.
sqlite3.register_adapter(datetime, sqlite_datetime)


class VersionField(IntField[int]):
    """How often a row was written: 1 when it is new. The engine counts it up with every change of the row."""

    def __init__(self) -> None:
        super().__init__(default=1, description="Counts the changes; send it back to change only what you have seen.")


class MoneyField(Field[Decimal], Decimal):  # type: ignore[misc]
    """A decimal amount stored as a whole number of its smallest unit: exact, sortable and summable on any database.

    The value in Python is a `Decimal` with `decimal_places` places. Its currency is a column beside it.
    """

    SQL_TYPE = "BIGINT"
    max_digits = 15

    def __init__(self, decimal_places: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.decimal_places = decimal_places

    def to_db_value(self, value: Decimal | None, instance: Any) -> int | None:  # noqa: ARG002  # the signature is Tortoise's
        """Returns the amount in its smallest unit.

        Raises:
            ValueError: the amount has more decimal places than the field.
        """
        self.validate(value)
        if value is None:
            return None
        units = Decimal(value).scaleb(self.decimal_places)
        if units != units.to_integral_value():
            raise ValueError(f"{value} has more than {self.decimal_places} decimal places")
        return int(units)

    def to_python_value(self, value: Any) -> Decimal | None:
        """Returns the stored whole number as an amount; a Decimal passes through."""
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(value).scaleb(-self.decimal_places)


class UtcDatetimeField(DatetimeField[datetime]):
    """A moment in a column of PostgreSQL's that has no time zone, which is taken to be UTC.

    Its column is `stored_as("timestamp", UtcDatetimeField())`.
    """

    def to_db_value(self, value: Any, instance: Any) -> Any:
        """Returns the moment without its time zone."""
        moment = super().to_db_value(value, instance)
        return moment.astimezone(UTC).replace(tzinfo=None) if isinstance(moment, datetime) else moment

    def to_python_value(self, value: Any) -> Any:
        """Returns the moment with its time zone."""
        if isinstance(value, datetime) and value.tzinfo is None:
            value = value.replace(tzinfo=UTC)
        return super().to_python_value(value)


def stored_as(type_: str, column: F) -> F:
    """Returns a field whose column has another type on PostgreSQL than such fields have: an enum, an array, a domain.

    `type_` is the type as SQL writes it. The engine casts what it reads and what it compares; indexes of the column do
    not help it then. It writes what can be cast back: text, numbers and moments, but not JSON.
    """
    column.stored_as = type_  # type: ignore[attr-defined]
    return column
