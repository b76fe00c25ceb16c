"""Statements that change rows: which table, all of its rows or some, and what they read."""

from __future__ import annotations

from collections.abc import Sequence

from twofold.migrate.review.cursor import Cursor, folded, split, written
from twofold.migrate.review.facts import Delete, Expression, Fact, Insert, Update

__all__ = ["names_in", "read_delete", "read_insert", "read_update"]

ENDS = ("where", "returning", "order", "limit", "from", "using")
ALWAYS_TRUE = ("true", "1", "1 = 1", "(true)", "(1)", "not false")


def read_update(cursor: Cursor) -> Sequence[Fact]:
    """Returns what `UPDATE t SET a = b WHERE …` does.

    Raises:
        Unread: it has another form.
    """
    cursor.expect("update")
    if cursor.take("or"):
        cursor.next()
    cursor.take("only")
    table = cursor.name()
    if cursor.word() != "set":
        cursor.until("set")  # an alias
    cursor.expect("set")
    setting = cursor.until("where", "returning", "from")
    sets: set[str] = set()
    reads: set[str] = {table}
    for piece in split(setting):
        one = Cursor(piece, cursor.dialect)
        target = one.until("=")
        sets |= names_in(target, cursor)
        reads |= names_in(one.rest(), cursor)
    rest = cursor.rest()
    reads |= names_in(rest, cursor)
    return [Update(table=table, whole=_is_whole(rest, cursor), sets=frozenset(sets), reads=frozenset(reads))]


def read_delete(cursor: Cursor) -> Sequence[Fact]:
    """Returns what `DELETE FROM t WHERE …` does.

    Raises:
        Unread: it has another form.
    """
    cursor.expect("delete", "from")
    cursor.take("only")
    table = cursor.name()
    return [Delete(table=table, whole=_is_whole(cursor.rest(), cursor))]


def read_insert(cursor: Cursor) -> Sequence[Fact]:
    """Returns what `INSERT INTO t (a) SELECT …` does.

    Raises:
        Unread: it has another form.
    """
    if not cursor.take("replace"):
        cursor.expect("insert")
        if cursor.take("or"):
            cursor.next()
    cursor.expect("into")
    table = cursor.name()
    columns = cursor.names() if cursor.word() == "(" and cursor.word(1) != "select" else ()
    return [Insert(table=table, columns=columns, reads=names_in(cursor.rest(), cursor))]


def names_in(expression: Expression, cursor: Cursor) -> frozenset[str]:
    """Returns all words and quoted names of an expression as the database compares names."""
    return frozenset(folded(token, cursor.dialect) if token.kind == "name" else token.value
                     for token in expression if token.kind in ("name", "word"))  # fmt: skip


def _is_whole(rest: Expression, cursor: Cursor) -> bool:
    """Whether all rows are meant: there is no WHERE outside of brackets, or one that is always true."""
    words = Cursor(rest, cursor.dialect)
    if not rest:
        return True
    if words.word() != "where":
        words.until("where")
    if not words.take("where"):
        return True
    condition = words.until(*ENDS) if not words.ended else ()
    return written(condition) in ALWAYS_TRUE
