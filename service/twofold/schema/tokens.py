"""SQL taken apart as far as reading a schema needs: words, quoted names, texts and brackets, comments left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from twofold.sql.dialects import quoted

__all__ = ["Token", "canonical", "closing", "name_of", "rendered", "split", "tokens", "unwrapped"]

TOKEN = re.compile(
    r"""
    (?P<space>(?:[ \t\n\f\r]|--[^\n]*|/\*.*?(?:\*/|\Z))+)
    | (?P<text>[xX]?'(?:[^']|'')*')
    | (?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    | (?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*)
    | (?P<number>\.?[0-9][A-Za-z0-9_.]*)
    | (?P<sign><>|<<|>>|->>|->|\|\||::|[<>=!]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MEANT = """
    ADD ALL ALTER ALWAYS AND AS ASC AUTOINCREMENT BETWEEN CASE CAST CHECK COLLATE COMMIT CONSTRAINT CREATE CROSS CURRENT
    CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DEFAULT DEFERRABLE DELETE DESC DISTINCT DROP ELSE END ESCAPE EXCEPT
    EXISTS FALSE FILTER FOREIGN FROM FULL GENERATED GLOB GROUP HAVING IF IN INDEX INNER INSERT INTERSECT INTO IS ISNULL
    JOIN KEY LEFT LIKE LIMIT MATCH NATURAL NOT NOTHING NOTNULL NULL NULLS ON OR ORDER OUTER OVER PRIMARY RAISE
    REFERENCES REGEXP RETURNING RIGHT SELECT SET TABLE THEN TO TRANSACTION TRUE UNION UNIQUE UPDATE USING VALUES WHEN
    WHERE WINDOW WITH
"""
"""Words that are no names unless they are quoted, in expressions at least."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of SQL: a text, a (quoted) name, a word, a number or a sign."""

    kind: str
    text: str
    spaced: bool
    """Whether there was space or a comment before it."""

    def says(self, *words: str) -> bool:
        """Returns whether this is one of these keywords or signs, which are given in upper case."""
        return self.kind in ("word", "sign") and self.text.upper() in words


def tokens(sql: str) -> list[Token]:
    """Returns the tokens of SQLite's SQL; PostgreSQL's is read so too where it has no array brackets."""
    found, spaced = [], False
    for match in TOKEN.finditer(sql):
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, match.group(), spaced))
        spaced = kind == "space"
    return found


def name_of(token: Token) -> str:
    """Returns the name that a token is, without quotes. SQLite takes a text for a name where only a name can be."""
    if token.kind not in ("name", "text"):
        return token.text
    end = {"[": "]"}.get(token.text[0], token.text[0])
    inside = token.text[1:-1]
    return inside if end == "]" else inside.replace(end * 2, end)


def closing(found: Sequence[Token], start: int) -> int:
    """Returns where the bracket that `found[start]` opens is closed; the end if it never is."""
    depth = 0
    for place in range(start, len(found)):
        if found[place].says("("):
            depth += 1
        elif found[place].says(")"):
            depth -= 1
            if not depth:
                return place
    return len(found)


def split(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Yields what stands between commas that are in no brackets."""
    part: list[Token] = []
    depth = 0
    for token in found:
        depth += token.says("(") - token.says(")")
        if token.says(",") and not depth:
            yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def canonical(sql: str) -> str:
    """Returns the expression in one form, however it was spaced, commented, quoted or put in brackets as a whole."""
    return rendered(unwrapped(tokens(sql)))


def unwrapped(found: Sequence[Token]) -> Sequence[Token]:
    """Returns the tokens without brackets that are around all of them."""
    while len(found) > 1 and found[0].says("(") and closing(found, 0) == len(found) - 1:
        found = found[1:-1]
    return found


def rendered(found: Sequence[Token]) -> str:
    """Returns the tokens as text, one space where there was any, names quoted where they must be."""
    said = ""
    for number, token in enumerate(found):
        is_tight = not number or token.says(")", ",") or said.endswith("(")
        said += ("" if is_tight or not token.spaced else " ") + _plain(token)
    return said


def _plain(token: Token) -> str:
    if token.kind != "name":
        return token.text
    name = name_of(token)
    if PLAIN.fullmatch(name) and name.upper() not in MEANT.split():
        return name
    return quoted(name)
