"""Indexes, unique constraints and checks."""

from typing import Any

from tortoise import fields
from tortoise.functions import Lower
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint

from support.changes.case import Case, Data, rows
from support.changes.models import Version, shop, thing

__all__ = ["INDEXED"]

KEPT: Data = rows(x=[1, 2, 2])
APART: Data = rows(x=[1, None, 3])


def with_meta(**meta: Any) -> Version:
    return shop(thing(x=fields.IntField(), meta=meta))


def partial(value: int) -> Version:
    return with_meta(indexes=[PartialIndex(fields=("name",), condition={"x": value})])


def expression() -> Version:
    return with_meta(indexes=[Index(Lower("name"), name="ix_things_lower_name")])


INDEXED = [
    Case(name="add_index_meta", before=with_meta(), after=with_meta(indexes=[("name", "x")]), rows=KEPT, up=KEPT),
    Case(name="drop_index_meta", before=with_meta(indexes=[("name", "x")]), after=with_meta(), rows=KEPT, up=KEPT),
    Case(name="add_partial_index", before=with_meta(), after=partial(1), rows=KEPT, up=KEPT),
    Case(name="partial_index_nochange", before=partial(1), after=partial(1), rows=KEPT, up=KEPT, acts_on=()),
    Case(name="partial_index_change_cond", before=partial(1), after=partial(2), rows=KEPT, up=KEPT),
    Case(name="expr_index_nochange", before=expression(), after=expression(), rows=KEPT, up=KEPT, acts_on=()),
    Case(name="add_expr_index", before=with_meta(), after=expression(), rows=KEPT, up=KEPT),
    Case(name="add_unique_together", before=with_meta(), after=with_meta(unique_together=[("name", "x")]),
         rows=KEPT, up=KEPT),
    Case(name="drop_unique_together", before=with_meta(unique_together=[("name", "x")]), after=with_meta(),
         rows=KEPT, up=KEPT),
    Case(name="add_check", before=with_meta(),
         after=with_meta(constraints=[CheckConstraint(check="x > 0 OR name = 'it''s'", name="ck_things_x")]),
         rows=KEPT, up=KEPT),
    Case(name="field_unique_on", before=shop(x=fields.IntField(null=True)),
         after=shop(x=fields.IntField(null=True, unique=True)), rows=APART, up=APART),
    Case(name="field_index_on", before=shop(x=fields.IntField(null=True)),
         after=shop(x=fields.IntField(null=True, db_index=True)), rows=APART, up=APART),
]  # fmt: skip
