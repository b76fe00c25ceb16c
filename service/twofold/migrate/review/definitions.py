"""Columns and constraints, as CREATE TABLE and ALTER TABLE say them."""

from __future__ import annotations

from twofold.migrate.review.cursor import Cursor, Unread, written
from twofold.migrate.review.facts import Column, Constraint, ConstraintKind, Expression

__all__ = ["begins_constraint", "read_column", "read_constraint"]

AFTER_TYPE = ("constraint", "not", "null", "default", "primary", "unique", "check", "references", "generated", "as",
              "collate", "deferrable", "initially", "on", "storage", "compression", "match")  # fmt: skip
"""Words that end a column's type, or an expression that stands with a column."""
TABLE_CONSTRAINTS = ("constraint", "primary", "unique", "foreign", "check", "exclude")


def begins_constraint(cursor: Cursor) -> bool:
    """Returns whether a constraint of the table comes next, and no column."""
    if cursor.word() in ("constraint", "foreign", "exclude"):
        return True
    return cursor.word() in TABLE_CONSTRAINTS and cursor.word(1) in ("(", "key", "nulls", "using")


def read_column(cursor: Cursor) -> Column:
    """Returns the column that comes next; its own constraints are those behind its type."""
    name = cursor.name()
    type_ = "" if cursor.ended or cursor.word() in AFTER_TYPE else written(cursor.until(*AFTER_TYPE))
    not_null = identity = False
    default: Expression | None = None
    generated: Expression | None = None
    constraints: list[Constraint] = []
    while not cursor.ended:
        named = cursor.name() if cursor.take("constraint") else None
        if cursor.take("not", "null"):
            not_null = True
        elif cursor.take("default"):
            default = cursor.until(*AFTER_TYPE)
        elif cursor.take("generated") or cursor.word() == "as":
            made = _generated(cursor)
            identity, generated = made is None, made
        elif (constraint := _constraint_of_column(cursor, name, named)) is not None:
            constraints.append(constraint)
        else:
            cursor.next()  # NULL, COLLATE "C", DEFERRABLE: a review asks nothing of them
    primary = any(each.kind == "primary key" for each in constraints)
    return Column(name=name, type=type_, not_null=not_null or primary or identity, default=_unless_null(default),
                  generated=generated, identity=identity, constraints=tuple(constraints))  # fmt: skip


def _unless_null(default: Expression | None) -> Expression | None:
    return None if default is not None and written(default) == "null" else default


def _generated(cursor: Cursor) -> Expression | None:
    """Returns the expression of a generated column, or None for an identity."""
    cursor.take("always")
    cursor.take("by", "default")
    cursor.expect("as")
    if cursor.take("identity"):
        if cursor.word() == "(":
            cursor.group()
        return None
    return cursor.group()


def _constraint_of_column(cursor: Cursor, column: str, name: str | None) -> Constraint | None:
    if cursor.take("primary", "key"):
        return Constraint(kind="primary key", name=name, columns=(column,))
    if cursor.take("unique"):
        return Constraint(kind="unique", name=name, columns=(column,))
    if cursor.take("check"):
        return Constraint(kind="check", name=name, columns=(column,), condition=cursor.group())
    if cursor.word() == "references":
        return Constraint(kind="foreign key", name=name, columns=(column,), target=_target(cursor))
    return None


def _target(cursor: Cursor) -> str:
    cursor.expect("references")
    target = cursor.name()
    if cursor.word() == "(":
        cursor.names()
    while cursor.word() in ("on", "match"):
        if cursor.take("match"):
            cursor.next()
            continue
        cursor.next()
        cursor.next()
        if not (cursor.take("set", "null") or cursor.take("set", "default") or cursor.take("no", "action")):
            cursor.next()
    return target


def read_constraint(cursor: Cursor) -> Constraint:
    """Returns the constraint of a table that comes next, to the end of the tokens.

    Raises:
        Unread: it is none that is known.
    """
    name = cursor.name() if cursor.take("constraint") else None
    kind: ConstraintKind
    columns: tuple[str, ...] = ()
    condition: Expression = ()
    target = using = None
    if cursor.take("primary", "key"):
        kind = "primary key"
    elif cursor.take("unique"):
        kind = "unique"
        _ = cursor.take("nulls", "not", "distinct") or cursor.take("nulls", "distinct")
    elif cursor.take("foreign", "key"):
        kind = "foreign key"
    elif cursor.take("check"):
        kind, condition = "check", cursor.group()
    elif cursor.take("exclude"):
        kind, condition = "exclude", cursor.rest()
    else:
        raise Unread("a constraint")
    if kind in ("primary key", "unique") and cursor.take("using", "index"):
        using = cursor.name()
    elif kind in ("primary key", "unique", "foreign key"):
        columns = cursor.names()
    if kind == "foreign key":
        target = _target(cursor)
    return Constraint(kind=kind, name=name, columns=columns, target=target, condition=condition, using_index=using,
                      not_valid=_is_not_valid(cursor))  # fmt: skip


def _is_not_valid(cursor: Cursor) -> bool:
    while not cursor.ended:
        if cursor.take("not", "valid"):
            return True
        cursor.next()
    return False
