"""Migrations that are but steps, run on a test's own tables without a file."""

from collections.abc import Sequence
from typing import Any

from twofold.database import Database
from twofold.migrate import Batches, Concurrently, Step, run
from twofold.migrate.files import Direction

VERSION = "7_20261123000000_steps.py"

ADD_ONE = Batches(table="t", sql="UPDATE t SET n = n + 1 WHERE id IN ({keys})", size=3)
INDEX = Concurrently("CREATE UNIQUE INDEX CONCURRENTLY ix ON t (n)", "ix")
UNINDEX = Concurrently("DROP INDEX CONCURRENTLY ix", "ix")
VALID = "SELECT indisvalid FROM pg_index WHERE indrelid = 't'::regclass"

MASTER = """
SELECT type, name, tbl_name, sql FROM sqlite_master
WHERE tbl_name NOT IN ('aerich', 'twofold_migrations', 'sqlite_sequence')
ORDER BY type, name"""


async def take(database: Database, *steps: Step, version: str = VERSION, direction: Direction = "up") -> None:
    """Runs a migration of these steps, whichever the database."""
    with database.use():
        await run(database.connection, {database.dialect: steps}, f"/migrations/trial/{version}", direction)


async def write(database: Database, *statements: str) -> None:
    for statement in statements:
        await database.fetch(statement)


async def master(database: Database) -> list[tuple[Any, ...]]:
    """Returns what SQLite's file holds, as it was said, but for what remembers migrations."""
    return [tuple(row) for row in await database.fetch(MASTER)]


async def progress(database: Database) -> list[tuple[Any, ...]]:
    sql = "SELECT version, direction, parts_done, last_key FROM twofold_migrations ORDER BY version"
    return [tuple(row) for row in await database.fetch(sql)]


async def column(database: Database, sql: str) -> list[Any]:
    rows: Sequence[Any] = await database.fetch(sql)
    return [row[0] for row in rows]


async def numbers(database: Database, *ids: int, n: str = "0") -> None:
    await write(database, "CREATE TABLE t (id INT PRIMARY KEY, n INT CHECK (n < 9))")
    for number in ids:
        await write(database, f"INSERT INTO t VALUES ({number}, {n})")
