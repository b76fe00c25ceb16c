"""Rules decided without the database say what the database says, or nothing."""

import pytest
from tortoise.expressions import Q

from storefront.models import Review
from support.figures import count
from support.shop import Shop
from twofold.condition import from_q
from twofold.decide import decide

RULES = {
    "a word": lambda _: Q(status="approved"),
    "not a word": lambda _: ~Q(status="approved"),
    "another word": lambda _: Q(status__not="pending"),
    "one of them": lambda _: Q(status__in=["approved", "rejected"]),
    "mine": lambda row: Q(author_id=row.author_id),
    "mine, or not": lambda row: Q(author_id=row.product_id) | Q(rating=row.rating),
    "both": lambda row: Q(author_id=row.author_id, status="approved"),
    "neither": lambda row: ~(Q(author_id=row.product_id) | Q(rating__in=[1, 2])),
    "nothing": lambda _: Q(),
}
UNDECIDED = {
    "a larger one": lambda _: Q(rating__gte=3),
    "related rows": lambda _: Q(author__role="admin"),
    "null": lambda _: Q(title__isnull=True),
    "text": lambda _: Q(title="It pours well"),
}


@pytest.mark.parametrize("said", [*RULES, *UNDECIDED])
async def test_what_is_decided_is_so(shop: Shop, said: str) -> None:
    table = next(spec.table for spec in shop.engine.resources if spec.table.model is Review)
    with shop.engine.database.use():
        for row in await Review.all().order_by("id").limit(40):
            rule, values = {**RULES, **UNDECIDED}[said](row), list[object]()
            columns = {name: getattr(row, name) for name in table.columns}
            decided = decide(from_q(table, rule, values), columns, values)
            if said in UNDECIDED:
                assert decided is None
                continue
            assert decided is await Review.filter(rule, id=row.id).exists()
            count("decide", "rules decided")


async def test_an_unknown_part_decides_only_where_it_does_not_matter(shop: Shop) -> None:
    table = next(spec.table for spec in shop.engine.resources if spec.table.model is Review)
    holds, fails, unknown = Q(rating=5), Q(rating=4), Q(author__role="admin")

    def decided(rule: Q) -> bool | None:
        values: list[object] = []
        return decide(from_q(table, rule, values), {"rating": 5}, values)

    assert decided(holds | unknown) is True
    assert decided(fails & unknown) is False
    assert decided(~(holds | unknown)) is False
    assert [decided(holds & unknown), decided(fails | unknown), decided(~unknown)] == [None] * 3
