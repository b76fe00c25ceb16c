"""ALTER TABLE: on PostgreSQL several actions in one statement, on SQLite one of four."""

from __future__ import annotations

from collections.abc import Sequence

from twofold.migrate.review.cursor import Cursor, split, written
from twofold.migrate.review.definitions import begins_constraint, read_column, read_constraint
from twofold.migrate.review.facts import (
    AddColumn,
    AddConstraint,
    AlterType,
    DropColumn,
    DropConstraint,
    Fact,
    Other,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    SetDefault,
    SetNotNull,
    Validate,
)

__all__ = ["read_alter_table"]


def read_alter_table(cursor: Cursor) -> Sequence[Fact]:
    """Returns what the actions behind ALTER TABLE do.

    Raises:
        Unread: it is no ALTER TABLE that is known.
    """
    cursor.take("if", "exists")
    cursor.take("only")
    table = cursor.name()
    cursor.take("*")
    return [_action(Cursor(piece, cursor.dialect), table) for piece in split(cursor.rest())]


def _action(cursor: Cursor, table: str) -> Fact:
    match cursor.next().value:
        case "add":
            return _add(cursor, table)
        case "drop":
            return _drop(cursor, table)
        case "alter":
            cursor.take("column")
            return _alter_column(cursor, table, cursor.name())
        case "rename":
            return _rename(cursor, table)
        case "validate":
            cursor.expect("constraint")
            return Validate(table, cursor.name())
        case _:
            return Other("alter")


def _add(cursor: Cursor, table: str) -> Fact:
    if not cursor.take("column") and begins_constraint(cursor):
        return AddConstraint(table, read_constraint(cursor))
    cursor.take("if", "not", "exists")
    return AddColumn(table, read_column(cursor))


def _drop(cursor: Cursor, table: str) -> Fact:
    is_constraint = cursor.take("constraint")
    if not is_constraint:
        cursor.take("column")
    cursor.take("if", "exists")
    name = cursor.name()
    kind = DropConstraint if is_constraint else DropColumn
    return kind(table, name, cursor.take("cascade"))


def _rename(cursor: Cursor, table: str) -> Fact:
    if cursor.take("to"):
        return RenameTable(table, cursor.name())
    is_constraint = cursor.take("constraint")
    if not is_constraint:
        cursor.take("column")
    old = cursor.name()
    cursor.expect("to")
    return (RenameConstraint if is_constraint else RenameColumn)(table, old, cursor.name())


def _alter_column(cursor: Cursor, table: str, column: str) -> Fact:
    if cursor.take("set", "data", "type") or cursor.take("type"):
        type_ = written(cursor.until("using", "collate"))
        if cursor.take("collate"):
            cursor.name()
        return AlterType(table, column, type_, cursor.rest() if cursor.take("using") else ())
    if cursor.take("set", "not", "null"):
        return SetNotNull(table, column)
    if cursor.take("drop", "not", "null"):
        return SetNotNull(table, column, not_null=False)
    if cursor.take("set", "default"):
        default = cursor.rest()
        return SetDefault(table, column, None if written(default) == "null" else default)
    if cursor.take("drop", "default"):
        return SetDefault(table, column, None)
    return Other("alter")
