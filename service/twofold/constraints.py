"""What the database refuses, in the words of the resource: constraint names become field errors."""

from collections.abc import Sequence

import asyncpg
from tortoise.exceptions import IntegrityError

from twofold.errors import Conflict, FieldError, Invalid, ServiceError
from twofold.spec import ResourceSpec
from twofold.tables import Table

__all__ = ["refusal"]


def refusal(error: Exception, spec: ResourceSpec, *, deleting: bool) -> ServiceError:
    """Returns the error to raise for a violated constraint.

    Constraints are named `uq_<table>_<columns>` and `ck_<table>_<column>…`, or as PostgreSQL names them by itself;
    SQLite gives a unique constraint's columns instead of its name.
    """
    cause = error.args[0] if isinstance(error, IntegrityError) and error.args else error
    name: str = getattr(cause, "constraint_name", None) or ""
    said = str(cause)
    if isinstance(cause, asyncpg.UniqueViolationError) or said.startswith("UNIQUE constraint failed"):
        return _taken(spec, _names(spec, _unique_columns(spec, name, said)))
    if isinstance(cause, asyncpg.CheckViolationError) or said.startswith("CHECK constraint failed"):
        return _out_of_range(spec, name or said.rpartition(": ")[2])
    if "NOT NULL" in said or "not-null" in said:
        missing = getattr(cause, "column_name", None) or said.rpartition(".")[2]
        path = tuple(_names(spec, [missing]))
        return Invalid(field_errors=[FieldError(path=path, code="missing", message="Field required.")])
    if deleting:
        return Conflict("Other things still refer to it; delete them first.")
    return Conflict("It refers to something that is not there any more.")


def _unique_columns(spec: ResourceSpec, name: str, said: str) -> list[str]:
    if not name:
        places = [place.rpartition(".") for place in said.rpartition(": ")[2].split(", ")]
        return [column for table, _, column in places if table == spec.table.name]
    table = spec.table
    sets = [[column.db_name] for column in table.columns.values() if column.unique]
    sets += [[_db_name(table, each) for each in together] for together in table.model._meta.unique_together]
    return next((columns for columns in sets if name in _unique_names(table.name, "_".join(columns))), [])


def _unique_names(table: str, columns: str) -> tuple[str, ...]:
    return f"uq_{table}_{columns}", f"{table}_{columns}_key"


def _db_name(table: Table, name: str) -> str:
    return table.joins[name].near.db_name if name in table.joins else table.columns[name].db_name


def _names(spec: ResourceSpec, columns: Sequence[str]) -> list[str]:
    """The columns as the resource calls them."""
    return [column.name for each in columns for column in spec.table.columns.values() if column.db_name == each]


def _taken(spec: ResourceSpec, columns: list[str]) -> Conflict:
    same = " and ".join(column.removesuffix("_id").replace("_", " ") for column in columns)
    message = f"There is already {spec.a_noun}{f' with the same {same}' if same else ' like this'}."
    return Conflict(message, field_errors=[FieldError(path=(each,), code="taken", message=message) for each in columns])


def _out_of_range(spec: ResourceSpec, name: str) -> Invalid:
    rest = name.removeprefix(f"ck_{spec.table.name}_")
    matching = [column.name for column in spec.table.columns.values() if rest.startswith(column.db_name)]
    path = (max(matching, key=len),) if matching else ()
    message = "The value is outside of what is allowed."
    return Invalid(field_errors=[FieldError(path=path, code="out_of_range", message=message)])
