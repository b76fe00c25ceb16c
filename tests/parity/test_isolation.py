"""Whatever is asked, by whomever, on either face: no answer shows a row or a value that plain Python denies them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.figures import count
from support.long import examples
from support.matrix import gathering
from support.matrix.asking import Asked, by_graphql, by_rest, differs
from support.matrix.oracle import CannotSay, Oracle, wire
from support.matrix.questions import Questions
from support.matrix.worlds import World
from twofold.actor import ANONYMOUS, Actor

pytestmark = pytest.mark.parity
pytest_plugins = ("support.library.fixtures", "support.matrix.fixtures")

FORM = settings(
    max_examples=examples(60, 1500), deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.fixture(scope="module")
def questions(world: World) -> Questions:
    return Questions(world)


def leaks(oracle: Oracle, actor: Actor, asked: Asked, shown: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Gives every row and every value, however deep, that the actor must not see."""
    key = asked.spec.pk.name
    seen = {wire(each): row for each, row in oracle.seen(asked.spec, actor).items()}
    for row in shown:
        known = seen.get(row[key])
        if known is None:
            yield f"the row {row[key]} of {asked.spec.plural}"
            continue
        count("isolation", "rows looked at")
        for name in asked.names:
            count("isolation", "values looked at")
            if row[name] is not None and not _may_show(oracle, actor, asked, known, name, row[name]):
                yield f"{name} of {row[key]} of {asked.spec.plural}: {row[name]!r}"
        for name, below in asked.below.items():
            yield from leaks(oracle, actor, below, _behind(row[name]))


async def test_what_another_may_see_would_be_noticed(world: World) -> None:
    """What an admin is shown is a leak to a visitor, wherever rules divide the rows."""
    noticed = set()
    for spec in world.specs.values():
        asked = Asked(spec=spec, names=list(spec.fields), size=100)
        shown = await by_rest(world, world.actors["tenant owner"], asked)
        if shown.value is not None and list(leaks(world.oracle, ANONYMOUS, asked, shown.value["rows"])):
            noticed.add(spec.plural)
    assert len(noticed) >= 3, noticed


def _behind(found: Any) -> Sequence[Mapping[str, Any]]:
    if found is None:
        return ()
    return found if isinstance(found, list) else [found]


def _may_show(oracle: Oracle, actor: Actor, asked: Asked, row: Mapping[str, Any], name: str, shown: Any) -> bool:
    try:
        return bool(oracle.shown(asked.spec, name, dict(row), actor) == shown)
    except CannotSay:
        return oracle.readable(asked.spec, name, dict(row), actor)


@FORM
@given(data=st.data())
async def test_no_page_shows_what_it_must_not(world: World, questions: Questions, data: st.DataObject) -> None:
    spec, name = data.draw(questions.specs), data.draw(questions.actors)
    asked, who = data.draw(questions.pages(spec, name)), world.actors[name]
    assert who.actor is not None
    rest, graphql = await by_rest(world, who, asked), await by_graphql(world, who, asked)
    for answer in (rest, graphql):
        count("isolation", "answers looked through")
        if answer.value is not None:
            assert list(leaks(world.oracle, who.actor, asked, answer.value["rows"])) == []
            assert answer.value["total"] <= len(world.oracle.visible(spec, who.actor))
    assert await differs(world, who, asked, rest, graphql) is None


@FORM
@given(data=st.data())
async def test_no_group_or_aggregate_tells_what_it_must_not(world: World, questions: Questions, data: st.DataObject
                                                            ) -> None:  # fmt: skip
    spec, name = data.draw(questions.specs), data.draw(questions.actors)
    who, path = world.actors[name], data.draw(questions.keys(spec))
    assert who.actor is not None
    for answer in await gathering.groups(world, who, spec, path):
        count("isolation", "answers looked through")
        if answer.value is not None:
            assert gathering.wrong_groups(world, who, spec, path, answer.value) is None
    assert await gathering.aggregated(world, who, spec, data.draw(questions.measures(spec))) is None
    count("isolation", "answers looked through", 2)
