"""An adopted application as a world of the matrix."""

from __future__ import annotations

import importlib
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID

import orjson

from support.adopted.project import Project
from support.matrix.oracle import Oracle
from support.matrix.rows import Rows, load
from support.matrix.worlds import Who, World, served
from twofold.actor import ANONYMOUS, Actor
from twofold.application import Application
from twofold.engine import Engine
from twofold.errors import Unauthenticated
from twofold.identity.actors import Actors
from twofold.sql.dialects import qualified, quoted

__all__ = ["application_of", "world_of"]

ACTORS: Mapping[str, Actor | None] = {
    "anonymous": ANONYMOUS,
    "member": Actor(user_id=UUID(int=1)),
    "narrow key": Actor(user_id=UUID(int=2), scopes=frozenset({"tracks:read", "films:read", "events:read"})),
    "expired token": None,
}


class GivenActors:
    """Stands for the memory of credentials: a credential is an actor's name."""

    async def of(self, credential: str) -> Actor:
        """Returns the actor of this name.

        Raises:
            Unauthenticated: it is one whose credential is not good.
        """
        actor = ACTORS[credential.replace("-", " ")]
        if actor is None:
            raise Unauthenticated
        return actor


def application_of(project: Project) -> Application:
    """Returns the project's application, as it was when it was first loaded."""
    sys.path.append(str(project.folder))
    try:
        application: Application = importlib.import_module(f"{project.package}.application").APPLICATION
    finally:
        sys.path.remove(str(project.folder))
    return application


@asynccontextmanager
async def world_of(project: Project) -> AsyncIterator[World]:
    """Gives the world of an adopted database that was migrated, and opened before it was loaded."""
    async with served(application_of(project), project.url) as (engine, client):
        engine.identity.actors = cast("Actors", GivenActors())
        actors = {
            name: Who(
                headers={} if name == "anonymous" else {"Authorization": f"Bearer {name.replace(' ', '-')}"}, actor=each
            )
            for name, each in ACTORS.items()
        }
        rows = await load(engine)
        await _as_the_database_says(engine, rows)
        yield World(engine=engine, client=client, oracle=Oracle(engine.resources, rows), actors=actors)


async def _as_the_database_says(engine: Engine, rows: Rows) -> None:
    """Takes values that have no type of their own in Python from the database itself, as text or JSON."""
    if engine.database.dialect == "sqlite":
        return
    for spec in engine.resources:
        table = spec.table
        for column in table.columns.values():
            if column.stored_as is None or column.kind.name not in ("text", "json"):
                continue
            form = "to_jsonb({})::text" if column.kind.name == "json" else "{}::text"
            said = form.format(quoted(column.db_name))
            sql = f"SELECT {quoted(table.pk.db_name)}, {said} FROM {qualified(table.schema, table.name)}"
            known = rows.by_key[table.model]
            for key, value in await engine.database.fetch(sql):
                known[_key(known, key)][column.name] = _loaded(value, column.kind.name)


def _key(known: Mapping[Any, Any], key: Any) -> Any:
    return key if key in known else key.strip()


def _loaded(value: str | None, kind: str) -> Any:
    return orjson.loads(value) if kind == "json" and value is not None else value
