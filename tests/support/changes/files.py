"""A case's migration files: the tables as they are before the change, and the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from tortoise.apps import Apps
from tortoise.connection import ConnectionHandler

from support.changes.case import Case
from support.changes.models import APP, Version
from twofold.database import Dialect
from twofold.migrate.make import Draft
from twofold.migrate.plan import Renames
from twofold.migrate.render import rendered
from twofold.migrate.steps import Step
from twofold.schema import Schema
from twofold.schema.models import of_models

__all__ = ["BOTH", "CHANGE", "FRESH", "INIT", "Plans", "drafted", "planned", "schemas_of", "write"]

INIT = "0_20270101000000_init.py"
CHANGE = "1_20270102000000_change.py"
BOTH: tuple[Dialect, ...] = ("sqlite", "postgres")
FRESH = "fresh"
NO_TABLES: Mapping[Dialect, Schema] = dict.fromkeys(BOTH, Schema())

Plans: TypeAlias = tuple[Mapping[Dialect, Sequence[Step]], Mapping[Dialect, Sequence[Step]]]
"""The steps up and down, by dialect."""


def schemas_of(case: Case, dialect: Dialect) -> tuple[Schema, Schema]:
    """Returns what the models ask for, before and after."""
    before, after = case.searched
    return _schema(case.before, dialect, before), _schema(case.after, dialect, after)


def _schema(version: Version, dialect: Dialect, searched: Mapping[str, Sequence[str]]) -> Schema:
    module = ModuleType(APP)
    vars(module)["__models__"] = version
    connections = ConnectionHandler()
    connections._init_config({"default": {}})
    Apps({APP: {"models": [module]}}, connections, validate_connections=False)  # resolves the relations
    return of_models(version, dialect, searched)


def drafted(case: Case) -> Mapping[str, Draft]:
    """Returns each migration, by its file's name; the last one makes the tables after the change from nothing."""
    schemas: dict[Dialect, tuple[Schema, Schema]] = {dialect: schemas_of(case, dialect) for dialect in BOTH}
    old: dict[Dialect, Schema] = {dialect: before for dialect, (before, _) in schemas.items()}
    new: dict[Dialect, Schema] = {dialect: after for dialect, (_, after) in schemas.items()}
    return {
        INIT: Draft(app=APP, number=0, old=NO_TABLES, new=old, renames=Renames()),
        CHANGE: Draft(app=APP, number=1, old=old, new=new, renames=_renames(case), fillers=_by_column(case.fillers)),
        FRESH: Draft(app=APP, number=0, old=NO_TABLES, new=new, renames=Renames()),
    }


def planned(case: Case) -> dict[str, Plans]:
    """Returns the steps of each migration, by its file's name."""
    return {name: (draft.up(), draft.down()) for name, draft in drafted(case).items()}


def _renames(case: Case) -> Renames:
    tables = {old: new for old, new in case.renames.items() if "." not in old}
    places = {tuple(old.split(".")): new for old, new in case.renames.items() if "." in old}
    return Renames(
        tables=tables, columns={(tables.get(table, table), old): new for (table, old), new in places.items()}
    )


def _by_column(said: Mapping[str, str]) -> dict[tuple[str, str], str | None]:
    return {(name.partition(".")[0], name.partition(".")[2]): value for name, value in said.items()}


def write(migrations: Path, name: str, plans: Plans, schemas: Mapping[Dialect, Schema] | None = None) -> Path:
    """Writes a migration of the app, as `twofold migrate make` does, and returns where it is."""
    up, down = plans
    path = migrations / APP / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(rendered("A change.", up, down, {}, schemas or NO_TABLES))
    return path
