"""Changes at the edges: several at once that get into each other's way."""

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise import Model, fields
from tortoise.fields.db_defaults import SqlDefault

from support.changes.case import NOTHING, ROWS, Case, rows
from support.changes.models import Version, kind, model, shop
from support.changes.relations import to_kind

__all__ = ["ADVERSE"]


def named(name: str, table: str) -> type[Model]:
    """A table with an index and a unique constraint that have its name in theirs."""
    columns = {
        "id": fields.IntField(primary_key=True, generated=False),
        "v": fields.IntField(db_index=True),
        f"{name.lower()}_text": fields.CharField(max_length=9, unique=True),
    }
    return model(name, columns, table=table)


def texts(name: str, *values: str) -> Mapping[str, Sequence[Any]]:
    """Returns the columns of such a table with two rows, or with none."""
    return {"id": [1, 2][: len(values)], "v": [5, 6][: len(values)], f"{name.lower()}_text": values}


def both(**columns: Any) -> Version:
    """Things with two columns, each of which is indexed or unique."""
    return shop(**{name: fields.IntField(**columns) for name in ("x", "y")})


SWAPPED = {"things.x": "y", "things.y": "x"}

ADVERSE = [
    *(
        Case(
            name=f"swap_columns_{name}", before=both(**each), after=both(**each), renames=SWAPPED,
            rows=rows(x=[1, 2, 3], y=[4, 5, 6]), up=rows(x=[4, 5, 6], y=[1, 2, 3]),
        )
        for name, each in {"unique": {"unique": True}, "indexed": {"db_index": True}}.items()
    ),
    Case(
        name="rename_to_a_renamed_column", before=both(unique=True),
        after=shop(y=fields.IntField(unique=True), z=fields.IntField(unique=True)),
        renames={"things.x": "y", "things.y": "z"},
        rows=rows(x=[1, 2, 3], y=[4, 5, 6]), up=rows(y=[1, 2, 3], z=[4, 5, 6]),
    ),
    Case(
        name="swap_tables", before=shop(named("A", "left"), named("B", "right")),
        after=shop(named("A", "right"), named("B", "left")), renames={"left": "right", "right": "left"},
        rows={**ROWS, "left": texts("A", "p", "q"), "right": texts("B", "r", "s")},
        up={**ROWS, "right": texts("A", "p", "q"), "left": texts("B", "r", "s")},
    ),
    Case(
        name="rename_table_and_new_of_its_name", before=shop(named("A", "left")),
        after=shop(named("A", "right"), named("B", "left")), renames={"left": "right"},
        rows={**ROWS, "left": texts("A", "p", "q")},
        up={**ROWS, "right": texts("A", "p", "q"), "left": texts("B")},
    ),
    Case(
        name="rename_column_and_new_of_its_name", before=shop(x=fields.IntField(unique=True)),
        after=shop(x=fields.TextField(null=True), y=fields.IntField(unique=True)), renames={"things.x": "y"},
        rows=rows(x=[1, 2, 3]), up=rows(x=NOTHING, y=[1, 2, 3]),
    ),
    Case(
        name="fill_said_beside_a_default", before=shop(),
        after=shop(x=fields.IntField(db_default=8), y=fields.IntField(null=True),
                   z=fields.IntField(null=True, default=1)),
        fillers={"things.x": "id + 100", "things.y": "id + 200", "things.z": "id + 300"},
        rows=ROWS, up=rows(x=[101, 102, 104], y=[201, 202, 204], z=[301, 302, 304]),
    ),
    Case(
        name="add_defaults_that_are_reckoned", before=shop(),
        after=shop(x=fields.IntField(db_default=SqlDefault("1 + 2")),
                   y=fields.TextField(db_default=SqlDefault("'a' || 'b'"))),
        rows=ROWS, up=rows(x=[3] * 3, y=["ab"] * 3),
    ),
    Case(
        name="two_columns_to_notnull",
        before=shop(x=fields.IntField(null=True), y=fields.TextField(null=True)),
        after=shop(x=fields.IntField(), y=fields.TextField(), z=fields.IntField()),
        fillers={"things.x": "id + 10", "things.y": "name || '!'", "things.z": "length(name)"},
        rows=rows(x=[1, None, None], y=[None, "b", None]),
        up=rows(x=[1, 12, 14], y=["one!", "b", "vier ☃!"], z=[3, 5, 6]),
        down=rows(x=[1, 12, 14], y=["one!", "b", "vier ☃!"]),
    ),
    Case(
        name="add_fk_to_new_unique", before=shop(kind()),
        after=shop(kind(slug=fields.CharField(max_length=20, unique=True)), kind=to_kind(to_field="slug")),
        rows=ROWS, up=rows(kind_id=NOTHING),
    ),
]  # fmt: skip
