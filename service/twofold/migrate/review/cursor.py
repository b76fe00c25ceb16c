"""Reading tokens one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from twofold.database import Dialect
from twofold.migrate.review.facts import Expression
from twofold.schema.tokens import Token

__all__ = ["Cursor", "Unread", "folded", "split", "written"]

OPENS, CLOSES = "([", ")]"


class Unread(Exception):
    """The tokens are not what was expected: the statement is one that the review does not know."""


class Cursor:
    """A place among tokens. Words are given in lower case; a quoted name is never taken for one."""

    def __init__(self, tokens: Sequence[Token], dialect: Dialect) -> None:
        self.tokens = tokens
        self.dialect: Dialect = dialect
        self.at = 0

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.tokens)

    def word(self, offset: int = 0) -> str | None:
        """Returns the word or symbol that comes next; None where something else does, or nothing."""
        if self.at + offset >= len(self.tokens):
            return None
        token = self.tokens[self.at + offset]
        return token.value if token.kind in ("word", "symbol") else None

    def take(self, *words: str) -> bool:
        """Passes these words if all of them come next, and returns whether they did."""
        if all(self.word(offset) == word for offset, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def take_any(self, *words: str) -> str | None:
        """Passes the next word if it is one of these, and returns it."""
        word = self.word()
        if word in words:
            self.at += 1
            return word
        return None

    def expect(self, *words: str) -> None:
        """Passes these words.

        Raises:
            Unread: others come next.
        """
        if not self.take(*words):
            raise Unread(" ".join(words))

    def next(self) -> Token:
        """Passes a token and returns it.

        Raises:
            Unread: there is none.
        """
        if self.ended:
            raise Unread("more")
        self.at += 1
        return self.tokens[self.at - 1]

    def name(self) -> str:
        """Passes a name and returns it as the database keeps it, with its schema unless that is the usual one.

        Raises:
            Unread: something else comes next.
        """
        parts = [self._part()]
        while self.take("."):
            parts.append(self._part())
        if len(parts) > 1 and parts[-2] in ("public", "main"):
            return parts[-1]
        return ".".join(parts)

    def _part(self) -> str:
        token = self.next()
        if token.kind not in ("word", "name") and not (token.kind == "string" and self.dialect == "sqlite"):
            raise Unread("a name")
        return folded(token, self.dialect)

    def group(self) -> Expression:
        """Passes a group in brackets and returns what is inside.

        Raises:
            Unread: no group comes next.
        """
        self.expect("(")
        start, depth = self.at, 1
        while depth:
            value = self.next()
            depth += _depth(value)
        return tuple(self.tokens[start : self.at - 1])

    def names(self) -> tuple[str, ...]:
        """Passes a group of names and returns them; of `a DESC`, the name only."""
        return tuple(Cursor(each, self.dialect).name() for each in split(self.group()))

    def until(self, *words: str) -> Expression:
        """Passes tokens, at least one, until one of these words comes outside of brackets; returns them."""
        start, depth = self.at, 0
        while not self.ended and (self.at == start or depth > 0 or self.word() not in words):
            depth += _depth(self.next())
        return tuple(self.tokens[start : self.at])

    def rest(self) -> Expression:
        """Passes all that is left and returns it."""
        start, self.at = self.at, len(self.tokens)
        return tuple(self.tokens[start:])


def folded(token: Token, dialect: Dialect) -> str:
    """Returns a name as the database compares it: PostgreSQL keeps quoted ones as they are, SQLite knows no case."""
    if token.kind == "string":
        return token.value[1:-1].lower()
    return token.value if dialect == "postgres" else token.value.lower()


def split(expression: Expression, by: str = ",") -> list[Expression]:
    """Returns the pieces between the separators that are outside of brackets."""
    pieces: list[list[Token]] = [[]]
    depth = 0
    for token in expression:
        depth += _depth(token)
        if depth == 0 and token.kind == "symbol" and token.value == by:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return [tuple(piece) for piece in pieces if piece]


def written(expression: Expression) -> str:
    """Returns tokens as text, words in lower case; equal expressions give equal texts, but for needless brackets."""
    text = ""
    for token in expression:
        value = token.text if token.kind in ("name", "string") else token.value
        tight = not text or value in (")", ",", "[", "]", ".", "(", "::") or text[-1] in "([.:"
        text += value if tight else f" {value}"
    return text


def _depth(token: Token) -> int:
    if token.kind != "symbol":
        return 0
    return (token.value in OPENS) - (token.value in CLOSES)
