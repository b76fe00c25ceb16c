"""What SQLite and PostgreSQL say differently. Both answer the same question with the same bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson

from twofold.database import Dialect
from twofold.fields import sqlite_datetime
from twofold.folding import FUNCTION
from twofold.kinds import Kind
from twofold.sql.inside import JSON, InsideJson
from twofold.tables import Column, Table

__all__ = ["DIALECTS", "SqlDialect", "named", "qualified", "quoted", "text"]

Encode = Callable[[Any], Any]
FITTING = f"BETWEEN {-(2**63)} AND {2**63 - 1}"
"""The test that a number of PostgreSQL's has 64 bits."""


def quoted(name: str) -> str:
    """Returns `name` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str | None, name: str) -> str:
    """Returns the name of a table, with its schema if the model says one."""
    return quoted(name) if schema is None else f"{quoted(schema)}.{quoted(name)}"


def named(table: Table, alias: str) -> str:
    """Returns a table in FROM, under an alias."""
    return f"{qualified(table.schema, table.name)} AS {alias}"


def text(value: str) -> str:
    """Returns `value` as a text literal; only for words of our own, never for values of a request."""
    return "'" + value.replace("'", "''") + "'"


def _minor_units(value: Any, places: int) -> int:
    return int(Decimal(value).scaleb(places))


class SqlDialect(ABC):
    """How one database writes values, comparisons and JSON."""

    name: Dialect
    json: InsideJson
    lock: str
    """What locks the selected rows; SQLite's transactions hold the write lock of the whole database anyway."""
    writes_many_tables: bool
    """Whether one statement may write to several tables."""
    lateral: bool
    """Whether a joined subquery may look at the rows before it."""

    @abstractmethod
    def parameter(self, number: int, kind: Kind | None, *, many: bool = False) -> str:
        """Returns the placeholder of parameter `number`, typed as `kind` (a limit or offset has none)."""

    @abstractmethod
    def value_of(self, column: Column, alias: str) -> str:
        """Returns the expression for a column of the row `alias`, in the type of its kind."""

    @abstractmethod
    def stored_value(self, column: Column, parameter: str) -> str:
        """Returns a parameter, which has the type of the column's kind, in the type of the column."""

    @abstractmethod
    def encoder(self, kind: Kind | None, *, many: bool = False) -> Encode | None:
        """Returns what makes a Python value a parameter, or None when the driver takes it as it is."""

    @abstractmethod
    def stored(self, kind: Kind, value: Any) -> Any:
        """Returns a Python value, which is not None, as the parameter that stores it."""

    @abstractmethod
    def in_row(self, kind: Kind, column: str) -> str:
        """Returns the expression whose value, taken from a row, is ready for orjson (after `decoder`)."""

    @abstractmethod
    def in_json(self, kind: Kind, column: str) -> str:
        """Returns the expression that gives the same JSON when the database writes it."""

    def member(self, kind: Kind, column: str) -> str:
        """Returns the expression that gives the same JSON as a column of `json_object` and `json_rows`."""
        return self.in_json(kind, column)

    @abstractmethod
    def is_in(self, column: str, parameter: str) -> str:
        """Returns the test whether the column equals one of a list."""

    @abstractmethod
    def matches(self, operator: str, column: str, parameter: str) -> str:
        """Returns the test of contains, starts_with or ends_with, case-sensitive."""

    @abstractmethod
    def folded(self, text: str) -> str:
        """Returns the text as `twofold.folding.folded` folds it."""

    @abstractmethod
    def distinct(self, column: str, parameter: str) -> str:
        """Returns the test that the column differs from the value, null included."""

    def comparable(self, kind: Kind, column: str) -> str:  # noqa: ARG002
        """Returns the expression to test for equality."""
        return column

    @abstractmethod
    def sortable(self, kind: Kind, column: str) -> str:
        """Returns the expression to order and compare by: text goes by code points on every database."""

    @abstractmethod
    def units(self, kind: Kind, column: str) -> str:
        """Returns a decimal as a whole number of its last place."""

    @abstractmethod
    def calculated(self, sign: str, left: str, right: str) -> str:
        """Returns whole numbers added, subtracted or multiplied; null where the result has more than 64 bits."""

    @abstractmethod
    def json_object(self, columns: Sequence[tuple[str, str]], source: str) -> str:
        """Returns a subquery for the one row of `source` as a JSON object, or null; joined, its column is `j`."""

    @abstractmethod
    def json_rows(self, columns: Sequence[tuple[str, str]], source: str, wrap: tuple[str, ...] | None) -> str:
        """Returns a subquery for the rows of `source` as a JSON array.

        `wrap` gives the keys of a bare envelope: `{nodes: [row, …]}` or `{edges: [{node: row}, …]}`.
        """

    @abstractmethod
    def json_counted(self, rows: str, total: str, aggregates: Sequence[str] = ()) -> str:
        """Returns the JSON object `{"rows": …, "total": …}` of two subqueries; `aggregates` make a list in it."""

    @abstractmethod
    def constant(self, value: str, *, in_json: bool) -> str:
        """Returns a word as an expression for a row, or for `json_object` and `json_rows`."""


class Postgres(SqlDialect):
    """PostgreSQL, by asyncpg.

    JSON is put together as text: `row_to_json` looks up every type again for every value, and costs twice as much.
    """

    name = "postgres"
    json = JSON["postgres"]
    lock = " FOR NO KEY UPDATE"  # what an update takes: others may still refer to the row
    writes_many_tables = True
    lateral = True

    def parameter(self, number: int, kind: Kind | None, *, many: bool = False) -> str:
        element = kind.element_type if kind else "bigint"
        return f"${number}::{element}[]" if many else f"${number}::{element}"

    def value_of(self, column: Column, alias: str) -> str:
        stored = f"{alias}.{quoted(column.db_name)}"
        if column.stored_as is None:
            return stored
        match column.kind.name:
            case "json":
                return f"to_jsonb({stored})"
            case "datetime":
                return f"({stored} AT TIME ZONE 'UTC')"
            case _:
                return f"{stored}::{column.kind.element_type}"

    def stored_value(self, column: Column, parameter: str) -> str:
        if column.stored_as is None:
            return parameter
        if column.kind.name == "datetime":
            return f"({parameter} AT TIME ZONE 'UTC')"
        return f"{parameter}::{column.stored_as}"

    def encoder(self, kind: Kind | None, *, many: bool = False) -> Encode | None:
        if kind is not None and kind.name == "money":
            places = kind.decimal_places
            if many:
                return lambda values: [_minor_units(value, places) for value in values]
            return lambda value: _minor_units(value, places)
        if kind is not None and kind.name == "json":
            return (lambda values: [_json(value) for value in values]) if many else _json
        return None

    def stored(self, kind: Kind, value: Any) -> Any:
        match kind.name:
            case "money":
                return _minor_units(value, kind.decimal_places)
            case "json":
                return _json(value)
            case "enum":
                return value.value if isinstance(value, Enum) else value
            case _:
                return value

    def in_row(self, kind: Kind, column: str) -> str:
        match kind.name:
            case "id":
                return f"{column}::text"
            case "datetime" | "date" | "number":
                return column
            case _:
                return self.in_json(kind, column)

    def in_json(self, kind: Kind, column: str) -> str:
        match kind.name:
            case "money" if kind.decimal_places:
                return f"({column}::numeric * {10**-kind.decimal_places:.{kind.decimal_places}f})::text"
            case "money" | "decimal" | "number" | "json":
                return f"{column}::text"
            case "date":
                # asyncpg stores the last and the first day that Python knows as infinities, and reads them so.
                return (
                    f"CASE WHEN isfinite({column}) THEN {column} WHEN {column} > DATE '2000-01-01'"
                    f" THEN DATE '9999-12-31' WHEN {column} < DATE '2000-01-01' THEN DATE '0001-01-01' END"
                )
            case "datetime":
                moment = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                return f"replace({moment}, '.000000Z', 'Z')"
            case _:
                return column

    def member(self, kind: Kind, column: str) -> str:
        match kind.name:
            case "integer" | "boolean":
                return f"{column}::text"
            case "id":
                return f"'\"' || {column}::text || '\"'"
            case "money" | "decimal":
                return f"'\"' || {self.in_json(kind, column)} || '\"'"
            case "datetime":
                # orjson writes no fraction when there is none, else six digits; to_json as many as it takes.
                moment = f"{column} AT TIME ZONE 'UTC'"
                return (
                    f"CASE WHEN {column}::timestamptz(0) = {column} THEN left(to_json({moment})::text, -1) || 'Z\"'"
                    f" ELSE '\"' || to_char({moment}, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') || '\"' END"
                )
            case _:
                return f"to_json({self.in_json(kind, column)})::text"

    def is_in(self, column: str, parameter: str) -> str:
        return f"{column} = ANY({parameter})"

    def matches(self, operator: str, column: str, parameter: str) -> str:
        match operator:
            case "contains":
                return f"strpos({column}, {parameter}) > 0"
            case "starts_with":
                return f"starts_with({column}, {parameter})"
            case _:
                return f"right({column}, length({parameter})) = {parameter}"

    def folded(self, text: str) -> str:
        return f'upper(lower({text} COLLATE "und-x-icu"))'  # "C" would map ASCII only, and "default" is the server's

    def distinct(self, column: str, parameter: str) -> str:
        return f"{column} IS DISTINCT FROM {parameter}"

    def sortable(self, kind: Kind, column: str) -> str:
        return f'{column} COLLATE "C"' if kind.name in ("text", "enum") else column

    def units(self, kind: Kind, column: str) -> str:
        return f"({column} * {10**kind.decimal_places})::bigint"

    def calculated(self, sign: str, left: str, right: str) -> str:
        found = f"(SELECT {left}::numeric {sign} {right} AS n)"
        return f"(SELECT CASE WHEN n {FITTING} THEN n::bigint END FROM {found} AS x)"

    def json_object(self, columns: Sequence[tuple[str, str]], source: str) -> str:
        return f"(SELECT {_concatenated(columns)} AS j {source})"

    def json_rows(self, columns: Sequence[tuple[str, str]], source: str, wrap: tuple[str, ...] | None) -> str:
        row = _concatenated(columns)
        for node in (wrap or ())[1:]:
            row = _wrapped(node, row)
        listed = "coalesce('[' || string_agg(j, ',') || ']', '[]')"
        for key in (wrap or ())[:1]:
            listed = _wrapped(key, listed)
        return f"(SELECT {listed} FROM (SELECT {row} AS j {source}) AS rows)"

    def json_counted(self, rows: str, total: str, aggregates: Sequence[str] = ()) -> str:
        members = [("rows", rows), ("total", f"{total}::text")]
        if aggregates:
            members.append(("aggregates", f"json_build_array({', '.join(aggregates)})::text"))
        return _concatenated(members)

    def constant(self, value: str, *, in_json: bool) -> str:
        return text(_json(value) if in_json else value) + "::text"


class Sqlite(SqlDialect):
    """SQLite, by the standard library's driver in a thread."""

    name = "sqlite"
    json = JSON["sqlite"]
    lock = ""
    writes_many_tables = False
    lateral = False

    def parameter(self, number: int, kind: Kind | None, *, many: bool = False) -> str:  # noqa: ARG002
        return f"?{number}"

    def value_of(self, column: Column, alias: str) -> str:
        return f"{alias}.{quoted(column.db_name)}"

    def stored_value(self, column: Column, parameter: str) -> str:  # noqa: ARG002
        return parameter

    def encoder(self, kind: Kind | None, *, many: bool = False) -> Encode | None:
        one = self._one(kind)
        if many:
            return _json if one in (None, _json) else lambda values: _json([one(value) for value in values])
        return one

    def _one(self, kind: Kind | None) -> Encode | None:
        match kind.name if kind else None:
            case "id":
                return str
            case "money" | "decimal":
                places = kind.decimal_places if kind else 0
                return lambda value: _minor_units(value, places)
            case "datetime":
                return _sqlite_moment
            case "date":
                return lambda value: value.isoformat()
            case "json":
                return _json
            case _:
                return None

    def stored(self, kind: Kind, value: Any) -> Any:
        match kind.name:
            case "id" | "date":
                return str(value)
            case "money":
                return _minor_units(value, kind.decimal_places)
            case "decimal":
                return f"{value:.{kind.decimal_places}f}"
            case "datetime":
                return _sqlite_moment(value)
            case "json":
                return _json(value)
            case "enum":
                return value.value if isinstance(value, Enum) else value
            case _:
                return value

    def in_row(self, kind: Kind, column: str) -> str:
        return column if kind.name in ("boolean", "number") else self.in_json(kind, column)

    def in_json(self, kind: Kind, column: str) -> str:
        match kind.name:
            case "decimal":
                return self._amount(kind, _units(kind, column))
            case "money":
                return self._amount(kind, column)
            case "datetime":
                return f"replace({column}, '.000000Z', 'Z')"
            case "boolean":
                return f"json(CASE WHEN {column} THEN 'true' WHEN NOT {column} THEN 'false' END)"
            case "number":
                return f"CASE WHEN {column} IS NOT NULL THEN printf('%!.20g', {column}) END"
            case "json":
                return f"CAST({column} AS TEXT)"  # the type's name gives it numeric affinity
            case _:
                return column

    def _amount(self, kind: Kind, units: str) -> str:
        if not kind.decimal_places:
            return f"CAST({units} AS TEXT)"
        unit, places = 10**kind.decimal_places, kind.decimal_places
        sign = f"CASE WHEN {units} < 0 THEN '-' ELSE '' END"
        # Cut before its sign is taken off: abs() fails for the lowest number of 64 bits.
        amount = f"printf('%s%d.%0{places}d', {sign}, abs({units} / {unit}), abs({units} % {unit}))"
        return f"CASE WHEN {units} IS NOT NULL THEN {amount} END"

    def is_in(self, column: str, parameter: str) -> str:
        return f"{column} IN (SELECT value FROM json_each({parameter}))"

    def matches(self, operator: str, column: str, parameter: str) -> str:
        match operator:
            case "contains":
                return f"instr({column}, {parameter}) > 0"
            case "starts_with":
                return f"substr({column}, 1, length({parameter})) = {parameter}"
            case _:
                return f"substr({column}, length({column}) - length({parameter}) + 1) = {parameter}"

    def folded(self, text: str) -> str:
        return f"{FUNCTION}({text})"

    def distinct(self, column: str, parameter: str) -> str:
        return f"{column} IS NOT {parameter}"

    def comparable(self, kind: Kind, column: str) -> str:
        return _units(kind, column) if kind.name == "decimal" else column

    def sortable(self, kind: Kind, column: str) -> str:
        return self.comparable(kind, column)

    def units(self, kind: Kind, column: str) -> str:
        return _units(kind, column)

    def calculated(self, sign: str, left: str, right: str) -> str:
        # What has more than 64 bits becomes a floating-point number.
        return f"(SELECT CASE typeof(n) WHEN 'integer' THEN n END FROM (SELECT {left} {sign} {right} AS n))"

    def json_object(self, columns: Sequence[tuple[str, str]], source: str) -> str:
        return f"json((SELECT {_object(columns)} {source}))"

    def json_rows(self, columns: Sequence[tuple[str, str]], source: str, wrap: tuple[str, ...] | None) -> str:
        row, listed = _object(columns), "json_group_array(json(j))"
        for node in (wrap or ())[1:]:
            row = _object([(node, row)])
        for key in (wrap or ())[:1]:
            listed = _object([(key, listed)])
        return f"json((SELECT {listed} FROM (SELECT {row} AS j {source})))"

    def json_counted(self, rows: str, total: str, aggregates: Sequence[str] = ()) -> str:
        found = ", ".join(f"json({each})" for each in aggregates)
        more = f", 'aggregates', json_array({found})" if aggregates else ""
        return f"json_object('rows', json({rows}), 'total', {total}{more})"

    def constant(self, value: str, *, in_json: bool) -> str:  # noqa: ARG002
        return text(value)


def _wrapped(key: str, expression: str) -> str:
    """An object of one member that is JSON text."""
    return f"{text('{' + _json(key) + ':')} || {expression} || '}}'"


def _concatenated(columns: Sequence[tuple[str, str]]) -> str:
    """An object of members that are JSON text already, or null."""
    members = [
        f"{text(('{' if number == 0 else ',') + _json(key) + ':')} || coalesce({expression}, 'null')"
        for number, (key, expression) in enumerate(columns)
    ]
    return " || ".join([*members, "'}'"]) if members else "'{}'::text"


def _object(columns: Sequence[tuple[str, str]]) -> str:
    return "json_object(" + ", ".join(f"{text(key)}, {expression}" for key, expression in columns) + ")"


def _units(kind: Kind, column: str) -> str:
    """A decimal as a whole number of its last place: SQLite keeps it as text or as a double, as the column's type says.

    A double is exact for as many digits as a model may declare.
    """
    return f"CAST(round({column} * {10**kind.decimal_places}) AS INTEGER)"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _sqlite_moment(value: datetime | str | UUID) -> Any:
    return sqlite_datetime(value) if isinstance(value, datetime) else value


DIALECTS: dict[Dialect, SqlDialect] = {"sqlite": Sqlite(), "postgres": Postgres()}
