"""SQL taken apart into tokens, so that strings, quoted names and comments are never taken for anything else.

PostgreSQL 15, "Lexical Structure" (4.1); SQLite, https://www.sqlite.org/lang_keywords.html and lang_expr.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from twofold.database import Dialect

__all__ = ["Kind", "Token", "tokens"]

Kind: TypeAlias = Literal["word", "name", "string", "number", "symbol"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of SQL. `value` is a word in lower case, a quoted name or a string without its quotes, or the text."""

    kind: Kind
    text: str
    value: str
    start: int = field(compare=False)
    """Where it is in the text."""
    spaced: bool = field(compare=False)
    """Whether there was space or a comment before it."""

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.start + len(self.text)

    @property
    def name(self) -> str | None:
        """What it names, without quotes, in the case in which it is written; None when it cannot be a name."""
        return {"word": self.text, "name": self.value}.get(self.kind)

    def says(self, *words: str) -> bool:
        """Returns whether this is one of these keywords or symbols, which are given in upper case."""
        return self.kind in ("word", "symbol") and self.text.upper() in words


_SHARED = r"""
    (?P<space>\s+)
  | (?P<comment>--[^\n]*)
  | (?P<open>/\*)
"""
_LAST = r"""
  | (?P<quoted>"(?:[^"]|"")*(?:"|\Z))
  | (?P<number>\d[\w.]*|\.\d\w*)
  | (?P<word>[^\W\d][\w$]*)
  | (?P<symbol>::|:=|<>|!=|<=|>=|\|\||.)
"""
_POSTGRES = r"""
  | (?P<escaped>[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z))
  | (?P<string>(?:[uU]&|[bBxXnN])?'(?:[^']|'')*(?:'|\Z))
  | (?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
  | (?P<parameter>\$\d+)
  | (?P<unicode>[uU]&"(?:[^"]|"")*(?:"|\Z))
"""
_SQLITE = r"""
  | (?P<string>[xX]?'(?:[^']|'')*(?:'|\Z))
  | (?P<tick>`(?:[^`]|``)*(?:`|\Z))
  | (?P<bracket>\[[^\]]*(?:\]|\Z))
"""
PATTERNS: Mapping[Dialect, re.Pattern[str]] = {
    "postgres": re.compile(_SHARED + _POSTGRES + _LAST, re.VERBOSE | re.DOTALL),
    "sqlite": re.compile(_SHARED + _SQLITE + _LAST, re.VERBOSE | re.DOTALL),
}
_EDGE = re.compile(r"/\*|\*/")


def tokens(sql: str, dialect: Dialect) -> list[Token]:
    """Returns the tokens of `sql` without spaces and comments; what is not ended goes to the end of the text."""
    return list(_tokens(sql, dialect))


KINDS: Mapping[str, Kind] = {
    "word": "word", "quoted": "name", "unicode": "name", "tick": "name", "bracket": "name", "string": "string",
    "escaped": "string", "dollar": "string", "number": "number", "parameter": "number", "symbol": "symbol",
}  # fmt: skip


def _tokens(sql: str, dialect: Dialect) -> Iterator[Token]:
    at, spaced = 0, False
    while (found := PATTERNS[dialect].match(sql, at)) is not None:
        group = found.lastgroup or ""
        at = found.end()
        if group == "open":
            at = _end_of_comment(sql, at, nests=dialect == "postgres")
        elif group in KINDS:
            yield Token(KINDS[group], found[0], _value(group, found[0]), found.start(), spaced)
        spaced = group not in KINDS


def _value(group: str, text: str) -> str:
    match group:
        case "word":
            return text.lower()
        case "quoted" | "unicode":
            return text[text.index('"') + 1 : -1].replace('""', '"')
        case "tick":
            return text[1:-1].replace("``", "`")
        case "bracket":
            return text[1:-1]
        case _:
            return text


def _end_of_comment(sql: str, at: int, *, nests: bool) -> int:
    """Returns where the comment that begins before `at` ends; those of PostgreSQL nest."""
    depth = 1
    for edge in _EDGE.finditer(sql, at):
        if edge[0] == "*/":
            depth -= 1
        elif nests:
            depth += 1
        if depth == 0:
            return edge.end()
    return len(sql)
