"""A small shop that is made anew for every version of a change: kinds, things, and parts that hang on the things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise import Model, fields

__all__ = ["APP", "Version", "kind", "model", "part", "shop", "thing"]

APP = "shop"

Version = Sequence[type[Model]]
"""The models of an app at one time."""


def model(name: str, columns: Mapping[str, fields.Field[Any] | Any], **meta: Any) -> type[Model]:
    """Returns a new class of that name, so that there may be several of one table."""
    meta = {"app": APP} | meta
    return type(name, (Model,), {**columns, "Meta": type("Meta", (), meta), "__module__": __name__})


def kind(key: str = "id", slug: fields.Field[str] | None = None) -> type[Model]:
    columns = {key: fields.IntField(primary_key=True), "slug": slug or fields.CharField(max_length=20)}
    return model("Kind", columns, table="kinds")


def thing(
    *, meta: Mapping[str, Any] | None = None, model_name: str = "Thing", key: fields.Field[Any] | None = None,
    **columns: Any,
) -> type[Model]:  # fmt: skip
    """The model that changes: a key that counts up, a name, and what else `columns` say."""
    first = {"id": key or fields.IntField(primary_key=True), "name": fields.CharField(max_length=50)}
    return model(model_name, first | columns, **{"table": "things"} | dict(meta or {}))


def part(of: str = "Thing") -> type[Model]:
    """What goes with its thing: were the things' table dropped with foreign keys on, the parts would be gone."""
    columns = {
        "id": fields.IntField(primary_key=True),
        "thing": fields.ForeignKeyField(f"{APP}.{of}", related_name="parts", on_delete=fields.CASCADE, db_index=True),
        "label": fields.TextField(null=True),
    }
    return model("Part", columns, table="parts")


def shop(*models: type[Model], **columns: Any) -> Version:
    """Returns a version: kinds, things with `columns`, parts, and `models` beside them; or one's own things."""
    things = [each for each in models if each.__name__ in ("Thing", "Item")] or [thing(**columns)]
    kinds = [each for each in models if each.__name__ == "Kind"] or [kind()]
    others = [each for each in models if each not in (*things, *kinds)]
    return [*kinds, *things, part(things[0].__name__), *others]
