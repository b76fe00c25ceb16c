"""What full-text search takes for a word: the same in what is stored, in what is asked, and on every database."""

import re
import unicodedata

__all__ = ["FUNCTION", "MAX_CHARACTERS", "MAX_LETTERS", "searchable", "words"]

FUNCTION = "twofold_words"
"""The name of `searchable` in SQL: on SQLite it is that function, on PostgreSQL one of the database's own."""

MAX_CHARACTERS = 20_000
"""How much of a text is searched. PostgreSQL's tsvector holds a megabyte, and a character may unfold to 33 bytes."""
MAX_LETTERS = 64
"""How much of a word counts."""


class _Characters(dict[int, str | None]):
    """What becomes of a character: letters and digits stay, marks vanish, all else separates words."""

    def __missing__(self, point: int) -> str | None:
        category = unicodedata.category(chr(point))
        stays = category[0] == "L" or category == "Nd"
        made = self[point] = chr(point) if stays else None if category[0] == "M" else " "
        return made


CHARACTERS = _Characters()
ASCII_WORD = re.compile("[0-9A-Z]+")


def words(text: str) -> list[str]:
    """Returns the words of a text: its runs of letters and digits, in upper case, without accents and other marks.

    Ligatures, wide letters and the like are the letters they stand for (compatibility decomposition, UAX #15).
    """
    text = text[:MAX_CHARACTERS]
    if text.isascii():
        found = ASCII_WORD.findall(text.upper())
    else:
        found = unicodedata.normalize("NFKD", text).translate(CHARACTERS).lower().upper().split(" ")
    return [word[:MAX_LETTERS] for word in found if word]


def searchable(text: str | None) -> str:
    """Returns the words of a text with a space between them; nothing for null."""
    return " ".join(words(text or ""))
