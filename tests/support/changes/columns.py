"""Columns that come and go."""

from enum import StrEnum

from tortoise import fields

from support.changes.case import JUST_NOW, NOTHING, ROWS, Case, rows
from support.changes.models import shop

__all__ = ["ADDED", "DROPPED"]


class Colour(StrEnum):
    red = "red"
    blue = "blue"


ADDED = [
    Case(name="add_null", before=shop(), after=shop(x=fields.IntField(null=True)), rows=ROWS, up=rows(x=NOTHING)),
    Case(
        name="add_notnull_nodefault", before=shop(), after=shop(x=fields.CharField(max_length=20)),
        fillers={"things.x": "'not known'"}, rows=ROWS, up=rows(x=["not known"] * 3),
    ),
    Case(name="add_notnull_pydefault", before=shop(), after=shop(x=fields.IntField(default=7)),
         rows=ROWS, up=rows(x=[7] * 3)),
    Case(name="add_notnull_dbdefault", before=shop(), after=shop(x=fields.IntField(db_default=8)),
         rows=ROWS, up=rows(x=[8] * 3)),
    Case(name="add_text_default", before=shop(), after=shop(x=fields.TextField(default="it's\n\"so\"")),
         rows=ROWS, up=rows(x=["it's\n\"so\""] * 3)),
    Case(
        name="add_json_default", before=shop(),
        after=shop(x=fields.JSONField[dict[str, str]](default={"a": "it's"}),
                   y=fields.JSONField[list[int]](default=list)),
        rows=ROWS, up=rows(x=['{"a": "it\'s"}'] * 3, y=["[]"] * 3),
    ),
    Case(name="add_datetime_autonow", before=shop(), after=shop(x=fields.DatetimeField(auto_now_add=True)),
         rows=ROWS, up=rows(x=[JUST_NOW] * 3)),
    Case(name="add_bool_default", before=shop(), after=shop(x=fields.BooleanField(default=True)),
         rows=ROWS, up=rows(x=[True] * 3)),
    Case(name="add_enum", before=shop(), after=shop(x=fields.CharEnumField(Colour, default=Colour.blue)),
         rows=ROWS, up=rows(x=["blue"] * 3)),
    Case(name="add_unique_col", before=shop(), after=shop(x=fields.CharField(max_length=20, unique=True, null=True)),
         rows=ROWS, up=rows(x=NOTHING)),
    Case(name="add_indexed_col", before=shop(), after=shop(x=fields.IntField(null=True, db_index=True)),
         rows=ROWS, up=rows(x=NOTHING)),
]  # fmt: skip

DROPPED = [
    Case(
        name="drop_col", before=shop(x=fields.TextField(null=True)), after=shop(),
        rows=rows(x=["lost", None, ""]), up=ROWS, down=rows(x=NOTHING),
    ),
    Case(
        name="drop_indexed_col", before=shop(x=fields.IntField(db_index=True, default=3)), after=shop(),
        rows=rows(x=[1, 2, 2]), up=ROWS, down=rows(x=[3] * 3),
    ),
    Case(
        name="drop_unique_col", before=shop(x=fields.CharField(max_length=9, unique=True, null=True)), after=shop(),
        rows=rows(x=["p", "q", None]), up=ROWS, down=rows(x=NOTHING),
    ),
]  # fmt: skip
