"""Ignoring case: what Python says is what both databases say, of every letter there is."""

from __future__ import annotations

import sys
import unicodedata
from random import Random

from support.matrix.truth import caseless
from twofold.engine import Engine
from twofold.folding import folded

pytest_plugins = ("support.library.fixtures",)

LETTERS = [chr(point) for point in range(1, sys.maxunicode + 1) if unicodedata.category(chr(point)) not in ("Cn", "Cs")]
CASED = [letter for letter in LETTERS if not letter == letter.lower() == letter.upper()]
"""Those that have another case. A sigma looks at its neighbours, past what has no case of its own."""


async def by_the_database(engine: Engine, texts: list[str]) -> list[str]:
    """What the database makes of texts."""
    found: list[str] = []
    for start in range(0, len(texts), 500):
        some = texts[start : start + 500]
        marks = [f"${number + 1}::text" if engine.dialect.name == "postgres" else "?" for number in range(len(some))]
        (row,) = await engine.database.fetch("SELECT " + ", ".join(map(engine.dialect.folded, marks)), some)
        found += row
    return found


async def test_every_letter_is_folded_alike(library: Engine) -> None:
    assert len(CASED) > 2500
    assert await by_the_database(library, CASED) == [folded(letter) for letter in CASED]
    others = ["".join(LETTERS[start : start + 300]) for start in range(0, len(LETTERS), 300)]
    assert await by_the_database(library, others) == [folded(text) for text in others]


async def test_letters_are_folded_alike_whatever_is_beside_them(library: Engine) -> None:
    random = Random(4)  # noqa: S311
    letters = [*CASED, *"\u03a3\u03c3ς'.\u0301\u00ad\u0345 " * 60]
    texts = ["".join(random.choices(letters, k=6)) for _ in range(5000)]
    assert await by_the_database(library, texts) == [folded(text) for text in texts]
    assert [folded(text) for text in texts] == ["".join(str(folded(letter)) for letter in text) for text in texts]


def test_texts_are_equal_as_unicode_says_but_for_the_dotless_i() -> None:
    groups: dict[str, set[str]] = {}
    for letter in LETTERS:
        groups.setdefault(caseless(letter), set()).add(str(folded(letter)))
    assert all(len(group) == 1 for group in groups.values())
    assert len(groups) == len({str(folded(letter)) for letter in LETTERS})
    assert folded("\u0131") == folded("i") != folded("İ")
    assert folded(None) is None
