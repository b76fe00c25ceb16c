"""Changes at the edges: several at once that get into each other's way."""

from tortoise import fields

from support.changes.case import Case, rows
from support.changes.models import shop

__all__ = ["ADVERSE"]

ADVERSE = [
    Case(
        name="two_columns_to_notnull",
        before=shop(x=fields.IntField(null=True), y=fields.TextField(null=True)),
        after=shop(x=fields.IntField(), y=fields.TextField(), z=fields.IntField()),
        fillers={"things.x": "id + 10", "things.y": "name || '!'", "things.z": "length(name)"},
        rows=rows(x=[1, None, None], y=[None, "b", None]),
        up=rows(x=[1, 12, 14], y=["one!", "b", "vier ☃!"], z=[3, 5, 6]),
        down=rows(x=[1, 12, 14], y=["one!", "b", "vier ☃!"]),
    ),
]  # fmt: skip
