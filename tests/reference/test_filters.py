"""Any filter in any order gives what plain Python gives over the same rows, for whoever asks, on both databases."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from support.figures import count
from support.library.asking import answer, asked, page
from support.library.oracle import Oracle
from support.library.questions import EVERYBODY, QUESTIONS, TEXTS_AND_JSON, Question
from support.library.rows import Record
from support.long import examples
from twofold.engine import Engine
from twofold.errors import Forbidden

pytestmark = pytest.mark.reference
pytest_plugins = ("support.library.fixtures",)

SUITE = "filters and orders"
ORACLES = {actor: Oracle(actor) for actor in EVERYBODY.values()}


FORM = settings(
    max_examples=examples(200, 2000), deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


@FORM
@given(question=QUESTIONS)
async def test_any_filter_in_any_order(library: Engine, question: Question) -> None:
    await _compare(library, question)


@FORM
@given(question=TEXTS_AND_JSON)
async def test_any_comparison_of_text_and_inside_json(library: Engine, question: Question) -> None:
    await _compare(library, question)


async def _compare(library: Engine, question: Question) -> None:
    resource, data, order = question.resource, question.data, question.order
    oracle = ORACLES[question.actor]
    ask = asked(library, resource, data, order, ["id"], limit=1000)
    try:
        found = await answer(library, question.actor, ask)
    except Forbidden:
        assert oracle.refuses(resource, data, order)
        count(SUITE, "refused alike")
        return
    expected = oracle.shown(resource, ["id"], oracle.rows(resource, data, order))
    assert found == expected
    assert not oracle.refuses(resource, data, order) or "'or': []" in repr(data)  # which is false, whatever is beside
    assert await _two_pages(library, question) == _two_windows(expected, question)
    count(SUITE, "questions equal")
    count(SUITE, "rows equal", len(found))


async def _two_pages(library: Engine, question: Question) -> list[list[object]]:
    """The first two pages by cursor, counted from the end where that is asked."""
    ask = asked(library, question.resource, question.data, question.order, ["id"], limit=question.size)
    pages, cursor = [], None
    for _ in range(2):
        found = await page(library, question.actor, ask, cursor, backwards=question.backwards)
        pages.append([edge["node"] for edge in found["edges"]])
        cursor = found["page_info"]["start" if question.backwards else "end"]
        if cursor is None:
            break
    return pages


def _two_windows(rows: list[Record], question: Question) -> list[list[Record]]:
    size = question.size
    if not rows:
        return [[]]
    if question.backwards:
        return [rows[-size:], rows[-2 * size : -size]]
    return [rows[:size], rows[size : 2 * size]]
