"""What graphql-core's executor made ahead is closed when it gives a document up, however early or late that is."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from support.shop import Shop
from twofold.actor import ANONYMOUS
from twofold_graphql.execute import Request

pytestmark = pytest.mark.reference

USERS = "users(first: 20) { edges { node { reviews(first: 1) { totalCount } two: reviews(first: 2) { totalCount } } } }"
TYPES = "__schema { queryType { name } }"
"""Beside data, the plan cannot answer it."""
REFUSED = "orderLines(first: 1) { totalCount }"
"""To visitors, before anything is asked of the database; and nothing is left of the answer."""
ROUNDS = 60
"""More rounds of the event loop than the document takes."""


@contextmanager
def none_left_over() -> Iterator[None]:
    """Fails when Python warns of a coroutine that was made and neither begun nor closed."""
    gc.collect()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(each.message) for each in warned] == []


def asked(text: str) -> Request:
    return Request(query=text, variables={}, operation_name=None, actor=ANONYMOUS, request_id="r")


@pytest.fixture
async def kept(shop: Shop) -> None:
    """Keeps the users, so that they come in the round in which they are asked for."""
    await shop.executing.execute(asked(f"{{ {TYPES} {USERS} }}"))


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("text", [f"{{ {TYPES} {REFUSED} {USERS} }}", f"{{ {TYPES} {USERS} {REFUSED} }}"])
async def test_a_field_is_refused_while_others_begin(shop: Shop, text: str) -> None:
    with none_left_over():
        answer = await shop.executing.execute(asked(text))
    assert answer["errors"][0]["extensions"]["code"] == "unauthenticated"


@pytest.mark.usefixtures("kept")
async def test_a_request_is_given_up_in_any_round(shop: Shop) -> None:
    given_up = 0
    with none_left_over():
        for rounds in range(ROUNDS):
            working = asyncio.create_task(shop.executing.execute(asked(f"{{ {TYPES} {USERS} }}")))
            for _ in range(rounds):
                await asyncio.sleep(0)
            given_up += working.cancel()
            with suppress(asyncio.CancelledError):
                await working
        await asyncio.sleep(0)
    assert given_up > 5
