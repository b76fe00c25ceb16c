"""Rules as conditions: what a Q means where it says nothing of null."""

from dataclasses import replace

import pytest
from tortoise.expressions import Q

from storefront.application import STOREFRONT
from storefront.reviews import Review
from twofold.condition import ALWAYS, NEVER, Compare, Condition, Not, Related, Slot, Word, from_q
from twofold.engine import Engine
from twofold.settings import Settings
from twofold.tables import Table


@pytest.fixture(scope="module")
def reviews() -> Table:
    engine = Engine(STOREFRONT, Settings(database_url="sqlite://:memory:"))
    return next(spec.table for spec in engine.resources if spec.table.model is Review)


@pytest.mark.parametrize(
    "q",
    [
        Q(author_id=None),
        ~Q(author_id=None),
        ~(Q(author_id=None) | Q(rating=5)),
        ~Q(product__vendor__memberships__user_id=None),
        Q(rating__in=[]),
        Q(rating__gt=None),
    ],
)
def test_a_comparison_with_nobody_never_holds(reviews: Table, q: Q) -> None:
    assert from_q(reviews, q, []) == NEVER


def test_the_rest_of_a_rule_still_holds(reviews: Table) -> None:
    values: list[object] = []
    status = reviews.columns["status"]
    condition = from_q(reviews, Q(status="approved") | Q(author_id=None), values)
    assert condition == Compare(status, "eq", Word("approved"))
    condition = from_q(reviews, Q(rating=5) | Q(author_id=None), values)
    assert condition == Compare(reviews.columns["rating"], "eq", Slot("policy", 0))
    assert values == [5]


def test_null_is_said_by_name(reviews: Table) -> None:
    null = Compare(reviews.columns["author_id"], "is_null")
    assert from_q(reviews, Q(author_id__isnull=True), []) == null
    assert from_q(reviews, Q(author_id__isnull=False), []) == Not(null)
    assert from_q(reviews, ~Q(author_id__isnull=True), []) == Not(null)


def test_lookups_across_one_relation_speak_of_the_same_row(reviews: Table) -> None:
    together = from_q(reviews, Q(author__role="admin", author__is_active=True), [])
    apart = from_q(reviews, Q(author__role="admin") & Q(author__is_active=True), [])
    assert isinstance(together, Related)
    assert len(_relations(together)) == 1
    assert len(_relations(apart)) == 2
    assert from_q(reviews, Q(), []) == ALWAYS


def test_a_row_on_the_way_is_looked_at_only_where_its_key_may_lead_nowhere(
    reviews: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = Q(product__vendor__memberships__role="owner")
    assert _tables(from_q(reviews, staff, [])) == ["products", "memberships"]
    joins = reviews.joins["product"].target.joins
    monkeypatch.setitem(joins, "vendor", replace(joins["vendor"], enforced=False))
    assert _tables(from_q(reviews, staff, [])) == ["products", "vendors", "memberships"]


def test_what_is_the_same_over_a_row_on_the_way_is_one_condition(reviews: Table) -> None:
    staff = Q(product__vendor__memberships__role="owner")
    assert from_q(reviews, staff, []) == from_q(reviews, staff, [])  # or each request would have a shape of its own


def _tables(condition: Condition) -> list[str]:
    if not isinstance(condition, Related):
        return []
    return [condition.join.target.name, *_tables(condition.condition)]


def _relations(condition: Condition) -> list[Related]:
    if isinstance(condition, Related):
        return [condition]
    return [found for item in getattr(condition, "items", ()) for found in _relations(item)]
