"""A database as somebody else made it: its tables, its rows, and how each row must be served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from twofold.database import Dialect

__all__ = ["Domain", "Row", "Said", "served"]

Row: TypeAlias = Sequence[Any]


@dataclass(frozen=True)
class Said:
    """A value in SQL, and how it is served where that is not the same, or not the same on both databases."""

    sql: Any
    sqlite: Any
    postgres: Any


@dataclass(frozen=True, kw_only=True)
class Domain:
    """Tables by name with their columns and rows; text is a literal in both dialects, whatever the column's type."""

    name: str
    tables: Mapping[Dialect, Sequence[str]]
    """Statements, before the rows are there."""
    after: Mapping[Dialect, Sequence[str]] = field(default_factory=dict)
    rows: Mapping[str, tuple[Sequence[str], Sequence[Row]]]
    """By quoted table: quoted columns, and rows."""
    served: Mapping[str, tuple[str, Mapping[str, int]]]
    """By resource: the quoted table, and of each field of it the place of its column."""
    only: Mapping[str, Dialect] = field(default_factory=dict)
    """Tables that one database has; by what `rows` and `served` call them."""
    writes: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=dict)
    """By resource, what a new row is made of, and how it is changed afterwards."""
    views: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """By resource, what a view's rows are served as."""

    def statements(self, dialect: Dialect) -> list[str]:
        """Returns what makes the tables and the rows."""
        made = list(self.tables[dialect])
        for table, (columns, rows) in self.rows.items():
            if self.only.get(table, dialect) == dialect:
                values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
                made.append(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values}")
        return [*made, *self.after.get(dialect, ())]


def _literal(value: Any) -> str:
    match value:
        case Said(sql=said):
            return _literal(said)
        case None:
            return "NULL"
        case bool() | int() | float():
            return str(value)
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def served(value: Any, dialect: Dialect) -> Any:
    """Returns how a value of a row must be served."""
    return getattr(value, dialect) if isinstance(value, Said) else value
