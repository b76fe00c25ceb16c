"""What is between tokens: brackets, commas, names, and an expression in one form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twofold.schema.tokens import Token, tokens
from twofold.sql.dialects import quoted

__all__ = ["canonical", "closing", "name_in_create", "name_of", "rendered", "split", "unwrapped"]

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


def name_of(token: Token) -> str:
    """Returns the name that a token is, without quotes. SQLite takes a text for a name where only a name can be."""
    return token.text[1:-1].replace("''", "'") if token.kind == "string" else token.name or token.text


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
    """Returns an expression of SQLite's in one form, however it was spaced, commented, quoted or put in brackets."""
    return rendered(unwrapped(tokens(sql, "sqlite")))


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


def name_in_create(sql: str) -> Token | None:
    """Returns the token that names the table in `CREATE TABLE [IF NOT EXISTS] [schema.]name`; None: it is no such."""
    words = iter(tokens(sql, "sqlite"))
    if not next(words, _END).says("CREATE") or not next(words, _END).says("TABLE"):
        return None
    name = next(words, _END)
    if name.says("IF"):
        next(words, None)
        next(words, None)
        name = next(words, _END)
    following = next(words, _END)
    if following.text == ".":
        name = next(words, _END)
    return name if name.name is not None else None


_END = Token("symbol", "", "", 0, False)
