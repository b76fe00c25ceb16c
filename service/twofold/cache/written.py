"""What a statement writes: told from its text, whoever made it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple

from twofold.cache.tags import any_row, changed_rows, same_name, unknown_rows
from twofold.cache.ties import Ties

__all__ = ["WrittenTable", "known_rows", "tables_written", "tags_written"]


class WrittenTable(NamedTuple):
    """A table that a statement writes, by its own name without its schema, and what it does to rows of it."""

    name: str
    deletes: bool
    adds: bool = False
    """Whether it leaves those alone that are there."""
    sets: frozenset[str] = frozenset()
    """The columns that it gives other values, and whatever else is named there."""


class Token(NamedTuple):
    """A word of a statement in capitals, a quoted name, or another character; a literal is only that it is one."""

    kind: str
    text: str


NOTHING: frozenset[Any] = frozenset()
LONG = 8192
"""Statements of more characters are looked through each time, rather than all kept."""
READS = ("SELECT", "VALUES", "TABLE", "SHOW", "SET", "RESET", "PRAGMA", "ANALYZE", "BEGIN", "START", "END",
         "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "LOCK", "LISTEN", "UNLISTEN", "NOTIFY", "FETCH", "CLOSE",
         "DISCARD", "CHECKPOINT", "DEALLOCATE")  # fmt: skip
"""What statements begin with that write no rows."""
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "EXPLAIN")
"""What statements begin with that say which tables they write, if any."""
ELSEWHERE = ("EXECUTE", "REFRESH")
"""What EXPLAIN ANALYZE may run that does not say what it writes."""
NO_UPDATE = ("FOR", "KEY", "DO")
"""What UPDATE follows where it is no statement: FOR UPDATE, FOR NO KEY UPDATE, ON CONFLICT DO UPDATE."""
SET = Token("word", "SET")
AFTER_SET = {Token("word", word) for word in ("FROM", "WHERE", "RETURNING")}
TOKEN = re.compile(
    r"""(?P<space> \s+ | --[^\n]* | /\*.*?\*/ )
      | (?P<literal> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | \$(?P<mark>(?:[^\W\d]\w*)?)\$.*?\$(?P=mark)\$ )
      | (?P<name> "(?:[^"]|"")+" | `(?:[^`]|``)+` )
      | (?P<word> [^\W\d][\w$]* )
      | (?P<number> \w+ )
      | (?P<other> . )""",
    re.DOTALL | re.VERBOSE,
)

_known: ContextVar[Mapping[str, Collection[int]]] = ContextVar("known", default={})  # noqa: B039  # nobody changes it


@contextmanager
def known_rows(tags: Mapping[str, Collection[int]]) -> Iterator[None]:
    """Says, for the statements within the block, that of these tables they write only rows with these tags."""
    token = _known.set({same_name(table): each for table, each in tags.items()})
    try:
        yield
    finally:
        _known.reset(token)


def tags_written(sql: str, ties: Ties, relevant: Collection[str] | None) -> frozenset[int] | None:
    """Returns the tags that a statement changes; None: all there are.

    Of tables that are not `relevant`, because nobody reads them, there are none.
    """
    found = (tables_written if len(sql) <= LONG else tables_written.__wrapped__)(sql)
    if not found:
        return None if found is None else NOTHING
    if not ties.knows(each.name for each in found):
        return None
    tags: set[int] = set()
    known = _known.get()
    for table, deletes, adds, sets in found:
        coarse = {*ties.views, *ties.shown.get(table, ()), *(ties.beside.get(table, ()) if deletes else ()),
                  *ties.along(table, sets)}  # fmt: skip
        if table not in known:
            coarse.add(table)
        elif relevant is None or table in relevant:
            tags |= {*known[table]}
        for each in coarse:
            if relevant is None or each in relevant:
                tags |= {any_row(each), unknown_rows(each)}
                tags |= NOTHING if adds and each == table else {changed_rows(each)}
    return frozenset(tags)


@lru_cache(maxsize=4096)
def tables_written(sql: str) -> frozenset[WrittenTable] | None:
    """Returns the tables that a statement writes, or several of them; None where nobody can tell."""
    tokens = _tokens(sql)
    if tokens is None:
        return None
    written: set[WrittenTable] = set()
    for statement in _statements(tokens):
        found = _written_by(statement)
        if found is None:
            return None
        written |= found
    return frozenset(written)


def _tokens(sql: str) -> list[Token] | None:
    """A text in its parts; None where it is not clear which these are."""
    tokens: list[Token] = []
    for found in TOKEN.finditer(sql):
        kind, text = str(found.lastgroup), found[0]
        if kind == "space":
            # Comments within comments, and a carriage return in one, end it elsewhere on each database.
            if "/*" in text[2:] or (text.startswith("--") and "\r" in text.rstrip("\r")):
                return None
            continue
        if kind == "other" and text in "'\"`\\":
            return None
        tokens.append(Token(kind, text.upper() if kind == "word" else text))
    return tokens


def _statements(tokens: list[Token]) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for each in tokens:
        if each.text == ";":
            yield statement
            statement = []
        else:
            statement.append(each)
    yield statement


def _written_by(tokens: list[Token]) -> frozenset[WrittenTable] | None:
    first = next((each for each in tokens if each.text != "("), None)
    if first is None or (first.kind == "word" and first.text in READS):
        return NOTHING
    if first.kind != "word" or first.text not in WRITES:
        return None
    if first.text == "EXPLAIN" and any(each.text in ELSEWHERE for each in tokens):
        return None
    written: set[WrittenTable] = set()
    for place, each in enumerate(tokens):
        if each.kind == "word" and each.text in ("INSERT", "REPLACE", "UPDATE", "DELETE", "MERGE"):
            before = tokens[place - 1].text if place else ""
            if _is_other(each.text, before, tokens[place + 1 : place + 2]):
                continue
            table = _target(each.text, tokens[place + 1 : place + 9])
            if table is None:
                return None
            written.add(table)
    if any(each.text == "CONFLICT" for each in tokens):  # ON CONFLICT DO UPDATE
        written = {each._replace(adds=False) for each in written}
    sets = _names_set(tokens)
    return frozenset(each._replace(sets=sets) for each in written)


def _names_set(tokens: list[Token]) -> frozenset[str]:
    """What is named from each SET to the end of its clause."""
    names: set[str] = set()
    depth, begun = 0, -1
    for each in tokens:
        depth += {"(": 1, ")": -1}.get(each.text, 0)
        if each == SET:
            begun = depth
        elif depth < begun or (depth == begun and each in AFTER_SET):
            begun = -1
        elif begun >= 0 and each.kind in ("name", "word"):
            names.add(_plain(each))
    return frozenset(names)


def _is_other(verb: str, before: str, after: list[Token]) -> bool:
    """Whether a verb's word is something else here: a part of a clause, the function `replace`, or a name."""
    if before == ".":
        return True
    match verb:
        case "UPDATE":
            return before in NO_UPDATE
        case "REPLACE":
            return not after or after[0].text != "INTO"  # INSERT OR REPLACE was seen at INSERT
        case _:
            return False


def _target(verb: str, after: list[Token]) -> WrittenTable | None:
    """The table that is named after a verb; None where that is said in another way than all these are."""
    words = [each.text if each.kind == "word" else "" for each in after]
    place, replaces = 0, verb == "REPLACE"
    if words[:1] == ["OR"]:
        place, replaces = 2, words[1:2] == ["REPLACE"]
    if verb == "MERGE":
        return None
    if verb != "UPDATE":
        if words[place : place + 1] != ["FROM" if verb == "DELETE" else "INTO"]:
            return None
        place += 1
    if words[place : place + 1] == ["ONLY"]:
        place += 1
    if [each.text for each in after[place + 1 : place + 2]] == ["."]:
        place += 2
    if place >= len(after) or after[place].kind not in ("name", "word"):
        return None
    adds = verb == "INSERT" and not replaces
    return WrittenTable(_plain(after[place]), deletes=replaces or verb == "DELETE", adds=adds)


def _plain(token: Token) -> str:
    quote = token.text[0]
    name = token.text if token.kind == "word" else token.text[1:-1].replace(quote * 2, quote)
    return same_name(name)
