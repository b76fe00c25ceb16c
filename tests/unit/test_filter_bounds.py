"""The largest filters are served on both databases, and what is larger is refused, whatever it is made of."""

from __future__ import annotations

from typing import Any

import pytest

from support.library.asking import CLERK, answer, asked
from support.library.oracle import Oracle
from support.library.questions import SPECS
from twofold.engine import Engine
from twofold.errors import TooCostly
from twofold.filters import MAX_COMPARISONS, MAX_DEPTH, MAX_RELATIONS, parse_filter

pytest_plugins = ("support.library.fixtures",)

MANY: list[list[dict[str, Any]]] = [
    [{"pages": {"eq": number}} for number in range(MAX_COMPARISONS)],
    [{"rating": {"gt": float(number)}} for number in range(MAX_COMPARISONS)],
    [{"title": {"icontains": str(number)}} for number in range(MAX_COMPARISONS)],
    [{"details": {"path": ["x", "n", number], "eq": number}} for number in range(MAX_COMPARISONS)],
    [{"copies": {"some": {"number": {"eq": number}}}} for number in range(MAX_RELATIONS)],
    [{"copies": {"some": {"wear": {"gt": 1}}, "none": {}}} for _ in range(MAX_RELATIONS // 2)],
    [{"author": {"name": {"eq": str(number)}}} for number in range(MAX_RELATIONS)],
]


@pytest.mark.parametrize("word", ["or", "and"])
@pytest.mark.parametrize("items", MANY)
async def test_as_much_as_there_may_be(library: Engine, word: str, items: list[dict[str, Any]]) -> None:
    data = {word: items}
    found = await answer(library, CLERK, asked(library, "books", data, [], ["id"]))
    assert found == Oracle(CLERK).shown("books", ["id"], Oracle(CLERK).rows("books", data))
    with pytest.raises(TooCostly):
        parse_filter(SPECS["books"], {word: [*items, items[0]]}, [])


@pytest.mark.parametrize("empty", [{}, {"title": {}}, {"details": {}}, {"and": []}, {"or": []}, {"not": {}}])
@pytest.mark.parametrize("word", ["or", "and"])
def test_what_is_empty_counts_as_a_comparison(word: str, empty: dict[str, Any]) -> None:
    parse_filter(SPECS["books"], {word: [empty] * MAX_COMPARISONS}, [])
    with pytest.raises(TooCostly):
        parse_filter(SPECS["books"], {word: [empty] * (MAX_COMPARISONS + 1)}, [])


async def test_words_nest_as_deeply_as_they_may(library: Engine) -> None:
    data: dict[str, Any] = {"pages": {"gt": 0}}
    for _ in range(MAX_DEPTH // 2):
        data = {"or": [{"not": data}, {"rating": {"gt": 1.0}}]}
    found = await answer(library, CLERK, asked(library, "books", data, [], ["id"]))
    assert found == Oracle(CLERK).shown("books", ["id"], Oracle(CLERK).rows("books", data))
    with pytest.raises(TooCostly):
        parse_filter(SPECS["books"], {"not": data}, [])
