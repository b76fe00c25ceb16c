"""The schemas that an application asks for, and those that its migration files say were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aerich.models import Aerich
from aerich.utils import decompress_dict
from tortoise import Model
from tortoise.fields.relational import ManyToManyFieldInstance

from twofold.application import Application
from twofold.database import Dialect, tortoise_config
from twofold.meta import is_managed, said, source_of
from twofold.migrate.files import MigrationFile
from twofold.migrate.plan import Renames
from twofold.resolve import resolve
from twofold.schema import Schema
from twofold.schema.models import of_models
from twofold.tables import models_of, tables_of

__all__ = ["DIALECTS", "Wanted", "recorded"]

DIALECTS: Sequence[Dialect] = ("sqlite", "postgres")


class Wanted:
    """What an application's models and resources ask of a database, app by app.

    Raises:
        WrongDeclaration: a resource or model is declared wrongly.
    """

    def __init__(self, application: Application) -> None:
        self._tracks = next((app for app, modules in application.models.items() if Aerich.__module__ in modules), None)
        models = models_of(
            tortoise_config("sqlite://:memory:", application.models, engine_prefix=application.engine_prefix)
        )
        resources = resolve(application.resources, tables_of(models), [])
        self._searched = {each.table.name: [column.db_name for column in each.searched] for each in resources}
        self._models = {
            app: [each for each in models if each._meta.app == app and is_managed(each)] for app in application.models
        }
        self.unmanaged = frozenset(name for each in models if not is_managed(each) for name in _tables(each))
        """Tables that others look after: those of models with `managed = False` in their Meta."""

    @property
    def apps(self) -> Sequence[str]:
        """The apps, in the order in which they are migrated."""
        return list(self._models)

    def schema(self, app: str, dialect: Dialect) -> Schema:
        """Returns the tables of an app."""
        return of_models(self._models[app], dialect, self._searched)

    def described(self, app: str) -> dict[str, Any]:
        """Returns the models as aerich keeps them in a migration (MODELS_STATE)."""
        models: list[type[Model]] = [*self._models[app], *([Aerich] if self._tracks == app else [])]
        return {f"{app}.{each.__name__}": each.describe() | {"managed": None} for each in models}

    def renames(self, app: str, old: Schema) -> Renames:
        """Returns the renames that models say in their Meta, as far as `old` still has the old names.

        `Meta.renamed_from` is a table's old name, `Meta.renamed_columns` maps new columns to old ones.
        """
        tables: dict[str, str] = {}
        columns: dict[tuple[str, str], str] = {}
        for model in self._models[app]:
            table = model._meta.db_table
            before = said(model, "renamed_from", table)
            if before in old.tables and table not in old.tables:
                tables[before] = table
            there = old.tables.get(before if before in old.tables else table)
            names = {each.name for each in there.columns} if there else set()
            for after, earlier in said(model, "renamed_columns", {}).items():
                if earlier in names and after not in names:
                    columns[table, earlier] = after
        return Renames(tables=tables, columns=columns)


def _tables(model: type[Model]) -> Iterator[str]:
    """The table of a model, those between its relations, and the one that it shows by a view, `source` in its Meta."""
    yield model._meta.db_table
    yield source_of(model) or model._meta.db_table
    for relation in model._meta.fields_map.values():
        if isinstance(relation, ManyToManyFieldInstance):
            yield str(relation.through)


def recorded(file: MigrationFile) -> Mapping[Dialect, Schema] | None:
    """Returns the schemas that a migration leaves, by dialect; None when the file does not say (SCHEMA)."""
    said = getattr(file.load(), "SCHEMA", None)
    if said is None:
        return None
    schemas = decompress_dict(said)
    return {dialect: Schema.from_json(schemas[dialect]) for dialect in DIALECTS}
