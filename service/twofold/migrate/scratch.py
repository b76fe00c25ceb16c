"""What a database makes of a schema: each spells types, defaults and conditions its own way once it holds them."""

from __future__ import annotations

from collections.abc import Iterable

from twofold.database import Database, tortoise_config
from twofold.migrate.plan import plan
from twofold.schema import Schema
from twofold.schema.inspect import inspect
from twofold.sql.search import function_up

__all__ = ["as_held"]

SCRATCH = "twofold_scratch"


async def as_held(schemas: Iterable[Schema], database: Database) -> Schema:
    """Returns the schemas together as `database` would hold them, if they were made by themselves; nothing is left.

    On SQLite they are made in memory, on PostgreSQL in a schema of a transaction that is rolled back.
    """
    statements = [str(step) for each in schemas for step in plan(Schema(), each, database.dialect)]
    if database.dialect == "sqlite":
        return await _in_memory(statements)
    search_path = (f"CREATE SCHEMA {SCRATCH}", f"SET LOCAL search_path = {SCRATCH}")
    async with database.transaction() as connection:
        for statement in (*search_path, *function_up("postgres"), *statements):
            await database.fetch(statement)
        held = await inspect(database, schema=SCRATCH)
        await connection.rollback()
    return held


async def _in_memory(statements: Iterable[str]) -> Schema:
    memory = Database(tortoise_config("sqlite://:memory:", {"twofold": ["aerich.models"]}))
    await memory.open()
    try:
        for statement in statements:
            await memory.fetch(statement)
        return await inspect(memory)
    finally:
        await memory.close()
