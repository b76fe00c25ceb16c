"""Foreign keys, links and whole tables."""

from typing import Any

from tortoise import Model, fields

from support.changes.case import NOTHING, ROWS, Case, links, rows
from support.changes.models import APP, model, shop, thing

__all__ = ["RELATED", "to_kind"]


def to_kind(on_delete: Any = fields.SET_NULL, target: str = "Kind", **more: Any) -> Any:
    """A field that leads to a kind, or to a row of another model."""
    said = {"null": True, "db_index": True, "related_name": "things"} | more
    return fields.ForeignKeyField(f"{APP}.{target}", on_delete=on_delete, **said)


def with_kinds() -> type[Model]:
    return thing(
        kinds=fields.ManyToManyField(
            f"{APP}.Kind", related_name="things", through="thing_kinds", backward_key="thing_id"
        )
    )


def node() -> type[Model]:
    columns = {
        "id": fields.IntField(primary_key=True),
        "above": fields.ForeignKeyField(f"{APP}.Node", related_name="below", null=True, on_delete=fields.RESTRICT),
    }
    return model("Node", columns, table="nodes")


def note() -> type[Model]:
    columns = {
        "id": fields.UUIDField(primary_key=True),
        "thing": fields.ForeignKeyField(f"{APP}.Thing", related_name="notes", on_delete=fields.CASCADE),
        "said": fields.TextField(),
    }
    return model("Note", columns, table="notes", indexes=[("said", "thing")])


NOTE_IDS = ["0189b1a2-0000-7000-8000-000000000001", "0189b1a2-0000-7000-8000-000000000002"]

RELATED = [
    Case(name="add_fk_null", before=shop(), after=shop(kind=to_kind()), rows=ROWS, up=rows(kind_id=NOTHING)),
    Case(name="add_fk_notnull", before=shop(), after=shop(kind=to_kind(fields.RESTRICT, null=False)),
         fillers={"things.kind_id": "2"}, rows=ROWS, up=rows(kind_id=[2] * 3)),
    Case(name="drop_fk", before=shop(kind=to_kind()), after=shop(),
         rows=rows(kind_id=[1, 3, None]), up=ROWS, down=rows(kind_id=NOTHING)),
    Case(name="fk_ondelete", before=shop(kind=to_kind(fields.CASCADE)), after=shop(kind=to_kind(fields.SET_NULL)),
         rows=rows(kind_id=[1, 3, None]), up=rows(kind_id=[1, 3, None])),
    Case(name="add_m2m", before=shop(), after=shop(with_kinds()), rows=ROWS,
         up=links("thing_kinds", thing_id=[], kind_id=[])),
    Case(name="drop_m2m", before=shop(with_kinds()), after=shop(), up=ROWS,
         rows=links("thing_kinds", thing_id=[1, 1, 4], kind_id=[1, 2, 1]),
         down=links("thing_kinds", thing_id=[], kind_id=[])),
    Case(name="new_model_selffk", before=shop(), after=shop(node()), rows=ROWS,
         up=links("nodes", id=[], above_id=[])),
    Case(name="drop_model", before=shop(note()), after=shop(), up=ROWS,
         rows=links("notes", id=NOTE_IDS, thing_id=[1, 4], said=["p", "q"]),
         down=links("notes", id=[], thing_id=[], said=[])),
]  # fmt: skip
