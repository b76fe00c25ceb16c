"""What a word is: Python and PostgreSQL say the same of every letter, and the databases keep it whoever writes."""

from __future__ import annotations

import sys
import unicodedata
from random import Random

import pytest

from support.library.rows import TEXTS
from twofold.engine import Engine
from twofold.words import FUNCTION, MAX_CHARACTERS, MAX_LETTERS, searchable, words

pytest_plugins = ("support.library.fixtures",)

CHARACTERS = [chr(point) for point in range(1, sys.maxunicode + 1)
              if unicodedata.category(chr(point)) not in ("Cn", "Cs")]  # fmt: skip


async def by_the_database(engine: Engine, texts: list[str]) -> list[str]:
    """What the database makes of texts."""
    found: list[str] = []
    for start in range(0, len(texts), 500):
        some = texts[start : start + 500]
        marks = [f"${number + 1}::text" if engine.dialect.name == "postgres" else "?" for number in range(len(some))]
        (row,) = await engine.database.fetch("SELECT " + ", ".join(f"{FUNCTION}({mark})" for mark in marks), some)
        found += row
    return found


async def test_every_character_is_read_alike(library: Engine) -> None:
    """Ten at a time, each between letters, so that one which parts words shows."""
    texts = ["".join(f"a{each}b" for each in CHARACTERS[at : at + 10]) for at in range(0, len(CHARACTERS), 10)]
    assert await by_the_database(library, texts) == [searchable(text) for text in texts]


async def test_texts_are_read_alike(library: Engine) -> None:
    random = Random(5)  # noqa: S311
    letters = [*"ab1 -'", *random.choices(CHARACTERS, k=3000), *"\u03a3\u03c3ς\u0301\u0345\ufb01\ufdfa"]
    texts = ["".join(random.choices(letters, k=12)) for _ in range(3000)]
    texts += [*TEXTS, "a" * (MAX_LETTERS + 1), f"{'a' * MAX_LETTERS}b é", "é " * MAX_CHARACTERS, "ßb " * MAX_CHARACTERS]
    assert await by_the_database(library, texts) == [searchable(text) for text in texts]


@pytest.mark.parametrize(("text", "found"), [
    ("Green tea-pot, 2nd edition", ["GREEN", "TEA", "POT", "2ND", "EDITION"]),
    ("Straße STRASSE", ["STRASSE", "STRASSE"]),
    ("café cafe\u0301 CAFÉ", ["CAFE", "CAFE", "CAFE"]),
    ("ὈΔΥΣΣΕΎΣ οδυσσευς", ["ΟΔΥΣΣΕΥΣ", "ΟΔΥΣΣΕΥΣ"]),
    ("\ufb01n \uff21\uff11 \u2460", ["FIN", "A1", "1"]),
    ("日本語 x\u00b2", ["日本語", "X2"]),
    ("snake_case O'Brien", ["SNAKE", "CASE", "O", "BRIEN"]),
    ("a\x00b \ud800 \U0001f600 …", ["A", "B"]),
    ("", []),
    ("a" * 70, ["A" * MAX_LETTERS]),
    ("b " * MAX_CHARACTERS, ["B"] * (MAX_CHARACTERS // 2)),
])  # fmt: skip
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found
    assert words(searchable(text)) == found
