"""What the statements of a text do. Only what schema and rows are changed by is told apart; the rest is Other.

PostgreSQL 15, Part VI "SQL Commands"; SQLite, https://www.sqlite.org/lang.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from twofold.database import Dialect
from twofold.migrate.review.altering import read_alter_table
from twofold.migrate.review.cursor import Cursor, Unread, split
from twofold.migrate.review.definitions import begins_constraint, read_column, read_constraint
from twofold.migrate.review.facts import (
    Column,
    Constraint,
    CreateIndex,
    CreateTable,
    DropIndex,
    DropOther,
    DropTable,
    Fact,
    LockTable,
    Opaque,
    Other,
    RenameConstraint,
    Truncate,
)
from twofold.migrate.review.rows import read_delete, read_insert, read_update
from twofold.schema.tokens import Token, tokens

__all__ = ["facts"]

Reader: TypeAlias = Callable[[Cursor], Sequence[Fact]]


def facts(sql: str, dialect: Dialect) -> list[Fact]:
    """Returns what the statements in `sql` do, in their order; a statement that is not understood is Other."""
    return [fact for each in _statements(tokens(sql, dialect)) for fact in _facts(Cursor(each, dialect))]


def _statements(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Splits at semicolons outside of brackets, and of the bodies of triggers and functions."""
    statement: list[Token] = []
    depth = blocks = 0
    for token in found:
        word = token.value if token.kind in ("word", "symbol") else None
        depth += (word == "(") - (word == ")")
        if _may_have_body(statement):
            blocks += (word in ("begin", "case")) - (word == "end" and blocks > 0)
        if word == ";" and depth <= 0 and not blocks:
            if statement:
                yield statement
            statement, depth = [], 0
        else:
            statement.append(token)
    if statement:
        yield statement


def _may_have_body(statement: Sequence[Token]) -> bool:
    words = [token.value for token in statement[:5] if token.kind == "word"]
    return words[:1] == ["create"] and any(word in ("trigger", "function", "procedure") for word in words)


def _facts(cursor: Cursor) -> Sequence[Fact]:
    first = cursor.word() or ""
    try:
        return _with(cursor) if cursor.take("with") else READERS[first](cursor)
    except (Unread, KeyError):
        return [Other(first)]


def _with(cursor: Cursor) -> Sequence[Fact]:
    """Of `WITH a AS (…) UPDATE …`: what is changed inside the brackets, and then the statement itself."""
    cursor.take("recursive")
    found: list[Fact] = []
    while True:
        cursor.name()
        if cursor.word() == "(":
            cursor.group()
        cursor.expect("as")
        cursor.take("not")
        cursor.take("materialized")
        inside = _facts(Cursor(cursor.group(), cursor.dialect))
        found += [fact for fact in inside if not isinstance(fact, Other)]
        if not cursor.take(","):
            return [*found, *_facts(cursor)]


def _create(cursor: Cursor) -> Sequence[Fact]:
    cursor.expect("create")
    while cursor.take_any("global", "local", "unlogged", "or", "replace", "unique", "temp", "temporary", "virtual"):
        pass
    words = [token.value for token in cursor.tokens[: cursor.at]]
    if cursor.take("index"):
        return [_index(cursor, unique="unique" in words)]
    if cursor.take("table"):
        if "temp" in words or "temporary" in words:
            return [Other("create")]
        return [_table(cursor)]
    return [Other("create")]


def _index(cursor: Cursor, *, unique: bool) -> CreateIndex:
    concurrently = cursor.take("concurrently")
    cursor.take("if", "not", "exists")
    name = None if cursor.word() == "on" else cursor.name()
    cursor.expect("on")
    cursor.take("only")
    table = cursor.name()
    if cursor.take("using"):
        cursor.next()
    columns = tuple(_plain_keys(cursor))
    where = cursor.rest() if cursor.until("where") and cursor.take("where") else ()
    return CreateIndex(name=name, table=table, columns=columns, unique=unique, concurrently=concurrently, where=where)


def _plain_keys(cursor: Cursor) -> Iterator[str]:
    keys = split(cursor.group())
    cursor.at -= 1  # so that there is a token before WHERE, whatever comes
    for key in keys:
        if key[0].kind not in ("word", "name") or (len(key) > 1 and key[1].value in ("(", ".")):
            return
        yield Cursor(key, cursor.dialect).name()


def _table(cursor: Cursor) -> CreateTable:
    cursor.take("if", "not", "exists")
    table = cursor.name()
    if cursor.word() != "(":
        return CreateTable(table)  # AS SELECT, PARTITION OF
    columns: list[Column] = []
    constraints: list[Constraint] = []
    for piece in split(cursor.group()):
        part = Cursor(piece, cursor.dialect)
        if begins_constraint(part):
            constraints.append(read_constraint(part))
        elif not part.take("like"):
            columns.append(read_column(part))
    return CreateTable(table, tuple(columns), tuple(constraints))


def _drop(cursor: Cursor) -> Sequence[Fact]:
    cursor.expect("drop")
    if cursor.take("table"):
        cursor.take("if", "exists")
        names = _list_of_names(cursor)
        cascade = cursor.take("cascade")
        return [DropTable(name, cascade) for name in names]
    if cursor.take("index"):
        concurrently = cursor.take("concurrently")
        cursor.take("if", "exists")
        return [DropIndex(name, concurrently) for name in _list_of_names(cursor)]
    kind = cursor.next().value
    if kind == "materialized":
        kind = f"{kind} {cursor.next().value}"
    last = cursor.tokens[-1]
    return [DropOther(kind, cascade=last.kind == "word" and last.value == "cascade")]


def _list_of_names(cursor: Cursor) -> list[str]:
    names = [cursor.name()]
    while cursor.take(","):
        names.append(cursor.name())
    return names


def _alter(cursor: Cursor) -> Sequence[Fact]:
    if cursor.take("alter", "table"):
        return read_alter_table(cursor)
    if cursor.take("alter", "index"):
        cursor.take("if", "exists")
        old = cursor.name()
        cursor.expect("rename", "to")
        return [RenameConstraint(None, old, cursor.name())]
    return [Other("alter")]


def _truncate(cursor: Cursor) -> Sequence[Fact]:
    cursor.expect("truncate")
    cursor.take("table")
    cursor.take("only")
    names = _list_of_names(cursor)
    cascade = any(token.kind == "word" and token.value == "cascade" for token in cursor.rest())
    return [Truncate(name, cascade) for name in names]


def _lock(cursor: Cursor) -> Sequence[Fact]:
    cursor.expect("lock")
    cursor.take("table")
    cursor.take("only")
    names = _list_of_names(cursor)
    mode = "access exclusive"
    if cursor.take("in"):
        mode = " ".join(token.value for token in cursor.until("mode"))
    return [LockTable(name, mode) for name in names]


def _opaque(cursor: Cursor) -> Sequence[Fact]:
    return [Opaque(cursor.next().value.upper())]


READERS: Mapping[str, Reader] = {
    "create": _create, "drop": _drop, "alter": _alter, "truncate": _truncate, "lock": _lock, "do": _opaque,
    "call": _opaque, "update": read_update, "delete": read_delete, "insert": read_insert, "replace": read_insert,
}  # fmt: skip
