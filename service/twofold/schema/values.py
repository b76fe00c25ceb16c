"""Values as SQL: the constants of models, and what rows get that were there before a column was."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from tortoise import fields
from tortoise.fields.db_defaults import SqlDefault

from twofold.database import Dialect
from twofold.fields import new_id, sqlite_datetime

__all__ = ["MADE_UUID", "NOW", "default_of", "filler_of", "literal"]

NOW: Mapping[Dialect, str] = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'",  # as `fields.sqlite_datetime` writes it
    "postgres": "CURRENT_TIMESTAMP",
}
MADE_UUID: Mapping[Dialect, str] = {
    "sqlite": "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)"
    " || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))",
    "postgres": "gen_random_uuid()",
}
"""A new version 4 UUID for each row: version 7 would say that the rows were made now."""
UUID_MAKERS = (new_id, uuid.uuid1, uuid.uuid4)


def literal(value: Any, dialect: Dialect) -> str:
    """Returns a value, as the database's driver would be given it, as SQL.

    Raises:
        TypeError: there is no SQL for values of that type.
    """
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool) and dialect == "sqlite":
        value = int(value)
    if isinstance(value, bytes):
        return f"x'{value.hex()}'" if dialect == "sqlite" else f"'\\x{value.hex()}'::bytea"
    match value:
        case None | bool():
            return {None: "NULL", True: "TRUE", False: "FALSE"}[value]
        case int() | float():
            return repr(value)
        case datetime() if dialect == "sqlite":
            return _quoted(sqlite_datetime(value))
        case date() | time():
            return _quoted(value.isoformat())
        case timedelta():
            return str(value // timedelta(microseconds=1))
        case str() | uuid.UUID() | Decimal():
            return _quoted(str(value))
        case _:
            raise TypeError(f"there is no SQL for {value!r}")


def default_of(field: fields.Field[Any], dialect: Dialect) -> str | None:
    """Returns the database's own default of a field (`db_default`) as SQL, or None when it has none."""
    if not field.has_db_default():
        return None
    if isinstance(field.db_default, SqlDefault):
        return field.db_default.get_sql(dialect=dialect)
    return literal(field.to_db_value(field.db_default, field.model), dialect)


def filler_of(field: fields.Field[Any], dialect: Dialect) -> str | None:
    """Returns what rows that are there get, as SQL: the field's default; None when that is not known."""
    if field.has_db_default():
        return default_of(field, dialect)
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return NOW[dialect]
    default = field.default
    if default in UUID_MAKERS:
        return MADE_UUID[dialect]
    if callable(default):
        made, default = default(), default()
        if made != default:  # every row would have another one
            return None
    return None if default is None else literal(field.to_db_value(default, field.model), dialect)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
