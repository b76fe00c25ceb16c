"""SQLite's statements as tokens, as far as migrations look into them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Token", "name_in_create", "tokens"]

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<string>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
      | (?P<word>[^\W\d][\w$]*)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A token that is not space: `text[start:end]` of the statement."""

    kind: str
    """string, quoted, word or other."""
    text: str
    start: int
    end: int

    @property
    def name(self) -> str | None:
        """What the token names, without quotes; None when it cannot be a name."""
        if self.kind == "word":
            return self.text
        if self.kind != "quoted":
            return None
        last = self.text[-1]
        inner = self.text[1:-1]
        return inner if last == "]" else inner.replace(last * 2, last)

    def says(self, keyword: str) -> bool:
        """Whether the token is this keyword."""
        return self.kind == "word" and self.text.upper() == keyword


def tokens(sql: str) -> Iterator[Token]:
    """Gives the statement's tokens; space and comments are left out."""
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup
        if kind is not None and kind != "space":
            yield Token(kind, match[0], match.start(), match.end())


def name_in_create(sql: str) -> Token | None:
    """Returns the token that names the table in `CREATE TABLE [IF NOT EXISTS] [schema.]name`; None: it is no such."""
    found = list(tokens(sql))
    words = iter(found)
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


_END = Token("other", "", 0, 0)
