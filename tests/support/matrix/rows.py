"""All rows of an application in memory, and the ways between them, as Tortoise's models say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tortoise import Model, fields
from tortoise.fields.relational import (
    BackwardFKRelation,
    ForeignKeyFieldInstance,
    ManyToManyFieldInstance,
    RelationalField,
)

from twofold.engine import Engine

__all__ = ["Record", "Rows", "load"]

Record: TypeAlias = dict[str, Any]
"""A row: values by the model's attributes."""
Way: TypeAlias = tuple[type[Model], str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Rows by model and primary key, and the pairs of keys that many-to-many relations hold."""

    by_key: dict[type[Model], dict[Any, Record]]
    links: dict[Way, list[tuple[Any, Any]]]
    _behind: dict[Way, dict[Any, list[Record]]] = field(default_factory=dict)

    def of(self, model: type[Model]) -> list[Record]:
        """Returns all rows of a model."""
        return list(self.by_key[model].values())

    def behind(self, model: type[Model], name: str, row: Record) -> list[Record]:
        """Returns the rows behind a relation of a row, whoever may see them."""
        way = (model, name)
        if way not in self._behind:
            self._behind[way] = self._grouped(model, name)
        return self._behind[way].get(row[near(model, name)], [])

    def _grouped(self, model: type[Model], name: str) -> dict[Any, list[Record]]:
        """The rows behind a relation by the value that leads to them."""
        relation, target = relation_of(model, name), target_of(model, name)
        found: defaultdict[Any, list[Record]] = defaultdict(list)
        match relation:
            case ManyToManyFieldInstance():
                for one, other in self.links[model, name]:
                    found[one].append(self.by_key[target][other])
            case ForeignKeyFieldInstance():
                for row in self.of(target):
                    found[row[relation.to_field_instance.model_field_name]].append(row)
            case BackwardFKRelation():
                for row in self.of(target):
                    if row[relation.relation_field] is not None:
                        found[row[relation.relation_field]].append(row)
        return found


def relation_of(model: type[Model], name: str) -> RelationalField[Any] | None:
    """Returns a relation of a model by its name, or None."""
    found: fields.Field[Any] | None = model._meta.fields_map.get(name)
    return found if isinstance(found, RelationalField) else None


def target_of(model: type[Model], name: str) -> type[Model]:
    """Returns the model behind a relation."""
    relation = relation_of(model, name)
    assert relation is not None
    return relation.related_model


def near(model: type[Model], name: str) -> str:
    """Returns the attribute of a row whose value leads to the rows behind a relation."""
    match relation_of(model, name):
        case ForeignKeyFieldInstance() as relation:
            return str(relation.source_field)
        case BackwardFKRelation() as relation:
            return str(relation.to_field_instance.model_field_name)
        case _:
            return model._meta.pk_attr


def _reached(models: Iterable[type[Model]], known: Container[type[Model]]) -> list[type[Model]]:
    """The models, and all known ones that their relations lead to; other applications may relate to the same models."""
    found: dict[type[Model], None] = {}
    waiting = list(models)
    while waiting:
        model = waiting.pop()
        if model not in found:
            found[model] = None
            waiting += [each.related_model for each in model._meta.fields_map.values()
                        if isinstance(each, RelationalField) and each.related_model in known]  # fmt: skip
    return list(found)


async def load(engine: Engine) -> Rows:
    """Returns all rows that the engine's resources, or their rules, can speak of."""
    models = _reached((spec.table.model for spec in engine.resources), engine.tables)
    rows = Rows(by_key={}, links={})
    with engine.database.use():
        for model in models:
            names, key = model._meta.fields_db_projection, model._meta.pk_attr
            found = [{name: getattr(each, name) for name in names} for each in await model.all()]
            rows.by_key[model] = {each[key]: each for each in found}
            for name, relation in model._meta.fields_map.items():
                if isinstance(relation, ManyToManyFieldInstance) and relation.related_model in engine.tables:
                    far = f"{name}__{relation.related_model._meta.pk_attr}"
                    pairs = await model.all().values_list(key, far)
                    rows.links[model, name] = [(one, other) for one, other in pairs if other is not None]
    return rows
