"""Names in SQL that people read: quoted only where they must be."""

import re
from collections.abc import Mapping

from twofold.schema.tokens import tokens

__all__ = ["identifier", "names_in", "renamed"]

PLAIN = re.compile(r"[a-z_][a-z0-9_]*")

KEYWORDS = frozenset(
    """
    abort action add after all alter always analyse analyze and any array as asc asymmetric attach authorization
    autoincrement before begin between binary both by cascade case cast check collate collation column commit
    concurrently conflict constraint create cross current current_catalog current_date current_role current_schema
    current_time current_timestamp current_user database default deferrable deferred delete desc detach distinct do
    drop each else end escape except exclude exclusive exists explain fail false fetch filter first following for
    foreign freeze from full generated glob grant group groups having if ignore ilike immediate in index indexed
    initially inner insert instead intersect into is isnull join key last lateral leading left like limit localtime
    localtimestamp match materialized natural no not nothing notnull null nulls of offset on only or order others
    outer over overlaps partition placing plan pragma preceding primary query raise range recursive references
    regexp reindex release rename replace restrict returning right rollback row rows savepoint select session_user
    set similar some symmetric table tablesample temp temporary then ties to trailing transaction trigger true
    unbounded union unique update user using vacuum values variadic verbose view virtual when where window with
    without
    """.split()  # noqa: SIM905  # as a list it would fill the screen
)
"""Words that SQLite (https://www.sqlite.org/lang_keywords.html) or PostgreSQL (appendix C, the reserved ones) keep."""


def identifier(name: str) -> str:
    """Returns `name` as SQL: as it is when that means the same, else quoted."""
    if PLAIN.fullmatch(name) and name not in KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def names_in(sql: str) -> set[str]:
    """Returns the words and quoted names in an expression; what is within strings is none."""
    return {token.name for token in tokens(sql, "postgres") if token.name is not None}


def renamed(sql: str, names: Mapping[str, str]) -> str:
    """Returns an expression with some names replaced; what is within strings stays."""
    pieces, end = [], 0
    for token in tokens(sql, "postgres"):
        if token.name is not None and token.name in names:
            pieces += [sql[end : token.start], identifier(names[token.name])]
            end = token.end
    return "".join(pieces) + sql[end:]
