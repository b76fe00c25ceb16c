"""What rows that are there get in a column that must not be null."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from twofold.database import Dialect
from twofold.schema import Column, Table
from twofold.schema.names import identifier
from twofold.schema.values import MADE_UUID, NOW

__all__ = ["Family", "Fillers", "MissingFiller", "family", "is_constant"]

Family = str
"""What a column's type is one of: text, whole, number, boolean, json, moment, date, uuid, other."""

FAMILIES: tuple[tuple[str, Family], ...] = (
    (r"UUID|CHAR\(36\)", "uuid"), (r"BOOL.*", "boolean"), (r"JSONB?", "json"), (r"TIMESTAMP.*|DATETIME.*", "moment"),
    (r"DATE", "date"), (r"(BIG|SMALL|TINY)?INT(EGER)?\d*|(BIG)?SERIAL", "whole"), (r"REAL|DOUBLE.*|FLOAT.*", "number"),
    (r"DECIMAL.*|NUMERIC.*", "number"), (r"VARCHAR.*|CHAR.*|TEXT", "text"),
)  # fmt: skip
CONSTANT = re.compile(r"'(?:[^']|'')*'|-?\d+(\.\d+)?|TRUE|FALSE|CURRENT_TIMESTAMP", re.IGNORECASE)
EMPTY: Mapping[Family, str] = {"text": "''", "whole": "0", "number": "0", "json": "'{}'", "date": "CURRENT_DATE"}


class MissingFiller(Exception):
    """Rows that are there would need a value in a column, and nothing says which."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(
            f"{table}.{column} must not be null, and nothing says what the rows that are there get: give the field a"
            f" default, or say --fill {table}.{column}=SQL, or --fill {table}.{column}= when no row lacks a value"
        )
        self.table, self.column = table, column


@dataclass(frozen=True, kw_only=True)
class Fillers:
    """What is said of fillers, and what follows from the column itself."""

    given: Mapping[tuple[str, str], str | None]
    dialect: Dialect
    backwards: bool

    def of(self, table: Table, column: Column) -> str | None:
        """Returns SQL over a row of `table`, or None when no row lacks a value.

        Raises:
            MissingFiller: it is not known.
        """
        if (table.name, column.name) in self.given:
            return self.given[table.name, column.name]
        is_alone = _is_unique(table, column.name)
        if column.filler is not None and not (is_alone and is_constant(column.filler)):
            return column.filler
        if not self.backwards:
            raise MissingFiller(table.name, column.name)
        return self._empty(table, column, is_alone=is_alone)

    def _empty(self, table: Table, column: Column, *, is_alone: bool) -> str:
        """Some value that the table takes: its first parent's key, an enum's first member, or nothing of its type."""
        key = next((each for each in table.foreign_keys if each.columns == (column.name,)), None)
        if key is not None:
            far = identifier(key.target_columns[0])
            return f"(SELECT {far} FROM {identifier(key.target)} ORDER BY {far} LIMIT 1)"
        kind = family(column.type)
        if is_alone:
            return self._different(table, column, kind)
        members = [_first_member(each.condition, column) for each in table.checks]
        if any(members):
            return next(filter(None, members))
        if kind == "boolean":
            return "FALSE" if self.dialect == "postgres" else "0"
        return {"moment": NOW[self.dialect], "uuid": MADE_UUID[self.dialect], **EMPTY}.get(kind, "''")

    def _different(self, table: Table, column: Column, kind: Family) -> str:
        """A value that no other row has."""
        if kind == "uuid":
            return MADE_UUID[self.dialect]
        if kind in ("whole", "number"):
            name, key = identifier(table.name), identifier(table.primary_key[0])
            return f"(SELECT count(*) FROM {name} AS before WHERE before.{key} <= {name}.{key})"
        length = re.search(r"\((\d+)\)", column.type)
        many = min(int(length[1]), 32) if length else 32
        if self.dialect == "postgres":
            return f"left(md5(gen_random_uuid()::text), {many})"
        return f"substr(lower(hex(randomblob(16))), 1, {many})"


def family(type_: str) -> Family:
    """Returns what sort of values a type has."""
    return next((found for pattern, found in FAMILIES if re.fullmatch(pattern, type_.upper())), "other")


def is_constant(sql: str) -> bool:
    """Whether an expression has one value for all rows, which PostgreSQL can keep once for the whole table."""
    return CONSTANT.fullmatch(sql) is not None


def _is_unique(table: Table, column: str) -> bool:
    alone = (column,)
    return table.primary_key == alone or any(each.columns == alone for each in table.uniques)


def _first_member(condition: str, column: Column) -> str | None:
    found = re.match(re.escape(identifier(column.name)) + r" IN \(('(?:[^']|'')*'|-?\d+)", condition)
    return found[1] if found else None
