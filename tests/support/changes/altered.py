"""Columns that stay and change."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from support.changes.case import ROWS, Case, rows
from support.changes.models import kind, part, shop, thing

__all__ = ["ALTERED"]


class Size(StrEnum):
    small = "small"
    large = "large"


class MoreSizes(StrEnum):
    small = "small"
    large = "large"
    extra_large = "extra large"


NUMBERS = [-12, 0, 2_000_000_000]
DIGITS = ["-12", "0", "2000000000"]

ALTERED = [
    Case(
        name="rename_col", before=shop(x=fields.CharField(max_length=9, null=True)),
        after=shop(y=fields.CharField(max_length=9, null=True)), renames={"things.x": "y"},
        rows=rows(x=["p", None, ""]), up=rows(y=["p", None, ""]),
    ),
    Case(
        name="rename_and_type", before=shop(x=fields.IntField()), after=shop(y=fields.CharField(max_length=20)),
        renames={"things.x": "y"}, rows=rows(x=NUMBERS), up=rows(y=DIGITS),
    ),
    Case(name="type_change", before=shop(x=fields.CharField(max_length=20)), after=shop(x=fields.IntField()),
         rows=rows(x=DIGITS), up=rows(x=NUMBERS)),
    Case(name="len_change", before=shop(x=fields.CharField(max_length=5)),
         after=shop(x=fields.CharField(max_length=500)),
         rows=rows(x=["12345", "", "é"]), up=rows(x=["12345", "", "é"])),
    Case(
        name="null_to_notnull", before=shop(x=fields.IntField(null=True)), after=shop(x=fields.IntField(default=5)),
        rows=rows(x=[1, None, 0]), up=rows(x=[1, 5, 0]), down=rows(x=[1, 5, 0]),
    ),
    Case(
        name="notnull_to_null", before=shop(x=fields.IntField()), after=shop(x=fields.IntField(null=True)),
        rows=rows(x=[1, 2, 3]), up=rows(x=[1, 2, 3]), meanwhile=["UPDATE things SET x = NULL WHERE id = 2"],
        fillers={"things.x": "7"}, down=rows(x=[1, 7, 3]), again=rows(x=[1, 7, 3]),
    ),
    Case(name="default_change", before=shop(x=fields.IntField(default=1)), after=shop(x=fields.IntField(default=2)),
         rows=rows(x=NUMBERS), up=rows(x=NUMBERS), acts_on=()),
    Case(name="dbdefault_change", before=shop(x=fields.IntField(db_default=1)),
         after=shop(x=fields.IntField(db_default=2)),
         rows=rows(x=[1, 9, 1]), up=rows(x=[1, 9, 1])),
    Case(name="dbdefault_add", before=shop(x=fields.CharField(max_length=9)),
         after=shop(x=fields.CharField(max_length=9, db_default="it's")), rows=rows(x=["p", "", "r"]),
         up=rows(x=["p", "", "r"])),
    Case(
        name="comment_change", before=shop(x=fields.IntField(description="How many.")),
        after=shop(x=fields.IntField(description="It's how many.")), rows=rows(x=NUMBERS), up=rows(x=NUMBERS),
        acts_on=["postgres"],
    ),
    Case(
        name="table_comment_change", before=shop(thing(meta={"table_description": "Things."})),
        after=shop(thing(meta={"table_description": "It's things."})), rows=ROWS, up=ROWS, acts_on=["postgres"],
    ),
    Case(
        name="enum_value_add", before=shop(x=fields.CharEnumField(Size)),
        after=shop(x=fields.CharEnumField(MoreSizes)),
        rows=rows(x=["small", "large", "small"]), up=rows(x=["small", "large", "small"]),
    ),
    Case(
        name="pk_int_to_bigint", before=shop(), after=shop(thing(key=fields.BigIntField(primary_key=True))),
        rows=ROWS, up=ROWS,
    ),
    Case(name="json_generic", before=shop(x=fields.JSONField[Any]()),
         after=shop(x=fields.JSONField[dict[str, int]]()),
         rows=rows(x=['{"a": 1}', "{}", '{"b": 2}']), up=rows(x=['{"a": 1}', "{}", '{"b": 2}']), acts_on=()),
    Case(
        name="rename_table", before=shop(thing(x=fields.IntField(unique=True), meta={"indexes": [("name", "x")]})),
        after=shop(thing(x=fields.IntField(unique=True), meta={"table": "items", "indexes": [("name", "x")]})),
        renames={"things": "items"}, rows=rows(x=NUMBERS),
        up={"kinds": ROWS["kinds"], "items": rows(x=NUMBERS)["things"], "parts": ROWS["parts"]},
    ),
    Case(name="rename_model", before=shop(), after=[kind(), thing(model_name="Item"), part("Item")],
         rows=ROWS, up=ROWS, acts_on=()),
]  # fmt: skip
