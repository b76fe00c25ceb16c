"""Query strings of one shape make one Read, whatever their values; what is kept has a bound."""

from __future__ import annotations

import pytest

from storefront.application import STOREFRONT
from twofold.engine import Engine
from twofold.settings import Settings
from twofold_rest.query import MAX_KEPT, MAX_KEPT_CHARACTERS, Queries


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(STOREFRONT, Settings(database_url="sqlite://:memory:"))


@pytest.fixture
def queries(engine: Engine) -> Queries:
    return Queries(next(spec for spec in engine.resources if spec.plural == "products"))


SAME = [
    (b"page=2", b"page=9"),
    (b"filter[price][lte]=8&fields=name", b"filter[price][lte]=9.5&fields=name"),
    (b"filter[category.slug]=a&sort=price&limit=3", b"filter[category.slug]=b&sort=price&limit=3"),
    (b"filter=%7B%22name%22:%22a%22%7D&offset=3", b"filter=%7B%22name%22:%22b%22%7D&offset=4"),
]
OTHER = [
    (b"page=1", b"page=2"),
    (b"filter[price][lte]=8", b"filter[price][gte]=8"),
    (b"limit=3", b"limit=4"),
    (b"limit=3", b"page_size=3"),
    (b"filter[cost_price][is_null]=true", b"filter[cost_price][is_null]=false"),
    (b"include=reviews(limit:2)", b"include=reviews(limit:3)"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_other_values_find_the_same_read(queries: Queries, first: bytes, second: bytes) -> None:
    one, two = queries.many(first).ask, queries.many(second).ask
    assert one.read is two.read
    assert one.values != two.values


@pytest.mark.parametrize(("first", "second"), OTHER)
def test_another_shape_is_another_read(queries: Queries, first: bytes, second: bytes) -> None:
    assert queries.many(first).ask.read != queries.many(second).ask.read


def test_an_item_of_the_same_fields_is_the_same_read(queries: Queries) -> None:
    query = b"include=reviews(filter:%7B%22rating%22:5%7D)"
    assert queries.one(query).read is queries.one(query).read
    assert queries.one(query).ask("key").values == (5, "key")


def test_what_is_kept_has_a_bound(queries: Queries) -> None:
    long = b"filter[name][contains]=" + b"x" * MAX_KEPT_CHARACTERS
    assert queries.many(long).ask.read is not queries.many(long).ask.read
    names = b"fields=" + b",".join([b"name"] * MAX_KEPT_CHARACTERS)
    assert queries.one(names).read is not queries.one(names).read
    for number in range(MAX_KEPT + 10):
        queries.many(b"limit=3&sort=name&fields=name" + b",id" * number)
        queries.one(b"fields=name" + b",id" * number)
    for kept in (queries._items, queries._frames, queries._reads):
        assert 10 < len(kept) <= MAX_KEPT
