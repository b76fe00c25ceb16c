"""What full-text search must find and in what order, in plain Python, without a line of the engine."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

from support.library.oracle import Oracle
from support.library.rows import Record
from support.matrix.truth import caseless

SEARCHED = {"books": ("title", "subtitle"), "authors": ("name",), "patrons": ("name",)}
ORDERING = {"books": [("title", False)], "authors": [("name", False)], "patrons": [("name", False)]}


def plain_words(text: str) -> list[str]:
    """Returns the runs of letters and digits, without marks, whatever their case."""
    known = [(each, unicodedata.category(each)) for each in unicodedata.normalize("NFKD", text)]
    letters = [(each, kind[0] == "L" or kind == "Nd") for each, kind in known if kind[0] != "M"]
    runs = groupby(letters, lambda pair: pair[1])
    return [caseless("".join(each for each, _ in run)) for is_word, run in runs if is_word]


def rank(said: Sequence[str | None], query: str) -> int | None:
    """Returns how well fields match: 0 is best, None is not at all."""
    asked = plain_words(query)
    if not asked:
        return 0
    for number in range(len(said)):
        there = {word for text in said[: number + 1] for word in plain_words(text or "")}
        if there.issuperset(asked[:-1]):
            if asked[-1] in there:
                return 2 * number
            if any(word.startswith(asked[-1]) for word in there):
                return 2 * number + 1
    return None


def ranked(oracle: Oracle, resource: str, query: str) -> list[tuple[int, Record]]:
    """Returns the visible rows that match, best first, each with its rank."""
    rows = oracle.rows(resource, {}, ORDERING[resource])
    ranks = [(rank([row[name] for name in SEARCHED[resource]], query), row) for row in rows]
    return sorted([(number, row) for number, row in ranks if number is not None], key=lambda pair: pair[0])
