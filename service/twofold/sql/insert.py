"""New rows as INSERT statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, TypeAlias

from twofold.sql.dialects import SqlDialect, qualified, quoted
from twofold.tables import Table

__all__ = ["NEW_KEY", "inserts"]

Row: TypeAlias = tuple[Table, Mapping[str, Any]]
Shape: TypeAlias = tuple[tuple[Table, tuple[tuple[str, bool], ...]], ...]
"""Of each row its table, and of each column its name and whether it holds the first row's key."""

NEW_KEY = object()
"""In a row after the first: the first one's primary key, as text."""


def inserts(rows: Sequence[Row], dialect: SqlDialect) -> list[tuple[str, list[Any]]]:
    """Returns the statements that write these rows, each with its parameters: one for all where a database can.

    A row has a value for each column that it names. The first statement gives back the first row's primary key; where
    there are more, NEW_KEY is left among the parameters of the later ones.
    """
    if dialect.writes_many_tables:
        return [(_text(_shape(rows), dialect), _parameters(rows, dialect, NEW_KEY))]
    return [(_text(_shape([row], keyed=False), dialect), _parameters([row], dialect)) for row in rows]


def _shape(rows: Sequence[Row], *, keyed: bool = True) -> Shape:
    return tuple(
        (table, tuple((name, keyed and value is NEW_KEY) for name, value in values.items())) for table, values in rows
    )


def _parameters(rows: Sequence[Row], dialect: SqlDialect, leave_out: object = None) -> list[Any]:
    return [
        value if value is None or value is NEW_KEY else dialect.stored(table.columns[name].kind, value)
        for table, values in rows
        for name, value in values.items()
        if leave_out is None or value is not leave_out
    ]


@lru_cache(maxsize=512)
def _text(shape: Shape, dialect: SqlDialect) -> str:
    numbers = count(1)
    key = quoted(shape[0][0].pk.db_name)
    texts: list[str] = []
    for table, names in shape:
        columns = [(table.columns[name], keyed) for name, keyed in names]
        places = ", ".join(
            f"(SELECT CAST({key} AS text) FROM i0)"
            if keyed
            else dialect.stored_value(column, dialect.parameter(next(numbers), column.kind))
            for column, keyed in columns
        )
        listed = ", ".join(quoted(column.db_name) for column, _ in columns)
        texts.append(f"INSERT INTO {qualified(table.schema, table.name)} ({listed}) VALUES ({places})")
    first, *others = texts
    first = f"{first} RETURNING {key}"
    if not others:
        return first
    told = ", ".join(f"i{number} AS ({text})" for number, text in enumerate(others, start=1))
    return f"WITH i0 AS ({first}), {told} SELECT {key} FROM i0"
