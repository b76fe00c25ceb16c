"""Aggregates and groups against plain Python, on both databases."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from support.library.asking import ACTORS, CLERK, answer
from support.library.grouping import Question, asked, expected, holds, keys_of, measures_of, questions
from support.library.models import Loan, Patron
from support.library.oracle import Oracle
from support.library.rows import ROWS
from support.statements import recorded
from twofold.engine import Engine
from twofold.errors import OutOfRange

pytest_plugins = ("support.library.fixtures",)

EXAMPLES = 300
"""How many questions the property test asks of each database."""

ORACLES = {name: Oracle(actor) for name, actor in ACTORS.items()}


async def found(engine: Engine, who: str, question: Question) -> Any:
    """Returns what the engine answers, in the form of `expected`."""
    body = await answer(engine, ACTORS[who], asked(engine, question))
    if not question.by:
        return [list(body["found"].values())], 1
    return [list(group.values()) for group in body["found"]], body["total"]


@settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
@given(asking=questions())
async def test_any_groups_are_those_of_plain_python(library: Engine, asking: tuple[Question, str]) -> None:
    question, who = asking
    if not question.by:
        question = Question(resource=question.resource, filter=question.filter, measures=question.measures)
    assert await found(library, who, question) == expected(ORACLES[who], question)


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("resource", ROWS)
async def test_every_key_and_every_measure(library: Engine, resource: str, who: str) -> None:
    """Each by itself, so that no rule of any field or relation is left out by chance."""
    measures = measures_of(resource)
    for key in keys_of(resource):
        question = Question(resource=resource, by=(key,))
        assert await found(library, who, question) == expected(ORACLES[who], question), key
    for measure in measures:
        question = Question(resource=resource, measures=(measure,))
        assert await found(library, who, question) == expected(ORACLES[who], question), measure
        for descending in (False, True):
            order = ((measure, descending),)
            question = Question(resource=resource, by=keys_of(resource)[1:2], measures=(measure,), order=order)
            assert await found(library, who, question) == expected(ORACLES[who], question), (measure, descending)


async def test_a_question_is_one_statement_whose_text_holds_no_values(library: Engine) -> None:
    question = Question(
        resource="loans", filter={"renewals": {"lt": 3}}, by=((("copy", "book", "title"), None),),
        having={"sum": {"fine": {"gt": Decimal("77.77")}}, "avg": {"renewals": {"lt": 7.25}}}, offset=1,
    )  # fmt: skip
    with recorded() as statements:
        await found(library, "clerk", question)
    (statement,) = [each for each in statements if "pg_advisory_unlock_all" not in each]
    assert not any(value in statement for value in ("77", "7777", "7.25", str(ACTORS["clerk"].user_id)))


# -- arithmetic -------------------------------------------------------------------------------------------------

WIDE = [
    2**63 - 1,
    2**63 - 1,
    2**63 - 1,
    1,
    -(2**63),
    -(2**63),
    -(2**63),
    -1,
    2**32,
    2**32 - 1,
    -(2**32),
    2**31,
    0,
    7,
    -7,
]
"""Numbers whose sums leave 64 bits, and whose halves carry."""
CENTS = [1, 2, 2, 5, -1, -2, -2, -5, 10**15 - 1, 10**15 - 1, 1 - 10**15, 333, -333, 0, 50]


@pytest.fixture
async def sums(own_library: Engine) -> Sums:
    """A library whose patrons hold wide numbers, in groups: their card numbers and balances, by name."""
    rows = {f"group {number:02}": (sample(WIDE, number), sample(CENTS, number)) for number in range(1, 60)}
    with own_library.database.use():
        await Loan.all().delete()
        await Patron.all().delete()
        for name, (cards, cents) in rows.items():
            await Patron.bulk_create([
                Patron(name=name, branch_id=ROWS["branches"][0]["id"], user_id=CLERK.user_id, card=card,
                       balance=Decimal(units) / 100)
                for card, units in zip(cards, cents, strict=True)
            ])  # fmt: skip
    return own_library, rows


def sample(values: list[int], number: int) -> list[int]:
    return Random(number).choices(values, k=number % 5 + 1)  # noqa: S311


Sums = tuple[Engine, dict[str, tuple[list[int], list[int]]]]
BY_NAME = ((("name",), None),)


async def test_sums_and_averages_are_exact_whatever_their_size(sums: Sums) -> None:
    engine, rows = sums
    measures = (("sum", "card"), ("avg", "card"), ("sum", "balance"), ("avg", "balance"))
    groups, total = await found(engine, "clerk", Question(resource="patrons", by=BY_NAME, measures=measures))
    assert total == len(rows)
    for (name, *values), (cards, cents) in zip(groups, rows.values(), strict=True):
        mean = (Decimal(sum(cents)) / len(cents)).quantize(Decimal(1), ROUND_HALF_UP) + 0
        amounts = [f"{Decimal(units) / 100:.2f}" for units in (sum(cents), mean)]
        assert values == [str(sum(cards)), sum(cards) / len(cards), *amounts], name


@pytest.mark.parametrize("descending", [False, True])
async def test_groups_go_by_their_exact_sums(sums: Sums, descending: bool) -> None:
    engine, rows = sums
    for number, name in enumerate(("card", "balance")):
        question = Question(
            resource="patrons", by=BY_NAME, measures=(("sum", name),), order=((("sum", name), descending),)
        )
        groups, _ = await found(engine, "clerk", question)
        totals = {key: sum(values[number]) for key, values in rows.items()}
        assert [key for key, _ in groups] == sorted(
            sorted(totals), key=lambda key: totals[key], reverse=descending
        ), name  # fmt: skip
        for total in totals.values():
            value = Decimal(total) / 100 if number else total
            for operator in ("eq", "ne", "lt", "lte", "gt", "gte"):
                having = {"sum": {name: {operator: value}}}
                groups, _ = await found(engine, "clerk", Question(resource="patrons", by=BY_NAME, having=having))
                assert [key for key, _ in groups] == [
                    key for key, each in totals.items() if holds(each, operator, total)
                ]


# -- floating-point numbers -------------------------------------------------------------------------------------


async def test_sums_of_floats_are_right_but_for_their_last_digits(library: Engine) -> None:
    few = {"weight": {"lt": 1e20}}
    for who in ACTORS:
        for name in ("weight", "rating"):
            measures = (("sum", name), ("avg", name), ("min", name), ("max", name))
            question = Question(resource="books", filter={"and": [few, {"rating": {"lt": 1e20}}]}, measures=measures)
            (values,), (exact,) = (await found(library, who, question))[0], expected(ORACLES[who], question)[0]
            assert values == [pytest.approx(each, rel=1e-12) for each in exact]


@pytest.mark.parametrize("function", ["sum", "avg"])
async def test_a_sum_of_floats_beyond_all_numbers_is_refused(library: Engine, function: str) -> None:
    question = Question(resource="books", filter={"weight": {"gt": 1e300}}, measures=((function, "weight"),))
    with pytest.raises(OutOfRange):
        await found(library, "head", question)
