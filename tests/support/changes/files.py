"""A case's migration files: the tables as they are before the change, and the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from aerich.utils import compress_dict
from tortoise.apps import Apps
from tortoise.connection import ConnectionHandler

from support.changes.case import Case
from support.changes.models import APP, Version
from twofold.database import Dialect
from twofold.migrate.plan import Renames, plan
from twofold.migrate.steps import Step
from twofold.schema import Schema
from twofold.schema.models import of_models

__all__ = ["CHANGE", "INIT", "Plans", "planned", "schemas_of", "write"]

INIT = "0_20270101000000_init.py"
CHANGE = "1_20270102000000_change.py"
BOTH: tuple[Dialect, ...] = ("sqlite", "postgres")
NO_TABLES = Schema()

FILE = """
from twofold.migrate import run
from twofold.migrate.steps import Alone, Batches, Concurrently, Rebuild

RUN_IN_TRANSACTION = False
UP = {up!r}
DOWN = {down!r}


async def upgrade(db):
    return await run(db, UP, __file__, "up")


async def downgrade(db):
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = {state!r}
"""

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


def planned(case: Case) -> Mapping[str, Plans]:
    """Returns the steps of each file, by its name; the last one makes the tables after the change from nothing."""
    changed: Plans = ({}, {})
    first: Plans = ({}, {})
    fresh: Plans = ({}, {})
    for dialect in BOTH:
        old, new = schemas_of(case, dialect)
        for (up, down), schema in ((first, old), (fresh, new)):
            up[dialect] = plan(NO_TABLES, schema, dialect)
            down[dialect] = plan(schema, NO_TABLES, dialect, backwards=True)
        changed[0][dialect], changed[1][dialect] = changes(case, old, new, dialect)
    return {INIT: first, CHANGE: changed, "fresh": fresh}


def changes(case: Case, old: Schema, new: Schema, dialect: Dialect) -> tuple[Sequence[Step], Sequence[Step]]:
    """Returns the steps of the change itself, up and down."""
    renames = _renames(case)
    fillers = {(table, column): sql for (table, column), sql in _by_column(case.fillers).items()}
    up = plan(old, new, dialect, renames=renames, fillers=fillers)
    return up, plan(new, old, dialect, renames=renames.inverted(), fillers=fillers, backwards=True)


def _renames(case: Case) -> Renames:
    tables = {old: new for old, new in case.renames.items() if "." not in old}
    columns = _by_column({old: new for old, new in case.renames.items() if "." in old})
    return Renames(
        tables=tables, columns={(tables.get(table, table), old): new for (table, old), new in columns.items()}
    )


def _by_column(said: Mapping[str, str]) -> dict[tuple[str, str], str]:
    return {(name.partition(".")[0], name.partition(".")[2]): value for name, value in said.items()}


def write(migrations: Path, name: str, plans: Plans) -> None:
    """Writes a migration of the app."""
    up, down = plans
    folder = migrations / APP
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(FILE.format(up=up, down=down, state=compress_dict({})))
