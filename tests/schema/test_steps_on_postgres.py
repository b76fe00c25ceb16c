"""What only PostgreSQL has: indexes that are built concurrently, statements alone, locks that are waited for."""

import asyncio

import pytest
from tortoise import BaseDBAsyncClient

from support.databases import open_database
from support.migrations import rows
from support.stepping import ADD_ONE, INDEX, UNINDEX, VALID, VERSION, column, numbers, progress, take, write
from twofold.database import Database
from twofold.migrate import Alone, Concurrently, MigrationFailed, Python

pytestmark = [pytest.mark.migrations, pytest.mark.parametrize("empty_url", ["postgres"], indirect=True)]

LATER = "8_20261124000000_later.py"


async def test_an_index_is_built_concurrently(empty_database: Database) -> None:
    await numbers(empty_database, 1, 2, n="NULL")
    await take(empty_database, INDEX, "INSERT INTO t VALUES (3, 3)")
    assert await column(empty_database, VALID) == [True, True]
    await take(empty_database, UNINDEX, direction="down")
    await take(empty_database, UNINDEX, version=LATER)  # it is gone already
    assert await column(empty_database, VALID) == [True]


async def test_an_index_that_cannot_be_built_leaves_nothing(empty_database: Database) -> None:
    """PostgreSQL leaves an invalid one, which would go on to refuse rows."""
    await numbers(empty_database, 1, 2)
    with pytest.raises(MigrationFailed, match=r"(?s)statement 1 of 1 failed: could not create unique index.*CONCURR"):
        await take(empty_database, INDEX)
    assert await column(empty_database, VALID) == [True]
    assert await progress(empty_database) == []


async def test_an_index_that_a_killed_process_left(empty_database: Database) -> None:
    database = empty_database
    await numbers(database, 1, 2)
    with pytest.raises(Exception, match="could not create unique index"):
        await database.fetch(INDEX.sql)
    assert sorted(await column(database, VALID)) == [False, True]
    await write(database, "UPDATE t SET n = id")
    await take(database, INDEX)
    assert await column(database, VALID) == [True, True]

    await write(database, "DELETE FROM twofold_migrations")  # it was built, and nobody could remember it any more
    before = await column(database, "SELECT oid FROM pg_class WHERE relname = 'ix'")
    await take(database, INDEX)
    assert await column(database, "SELECT oid FROM pg_class WHERE relname = 'ix'") == before
    assert await progress(database) == [(VERSION, "up", None, None)]


@pytest.mark.parametrize("sql", [
    "create unique index concurrently if not exists ix on only public.t using btree (n)",
    'CREATE INDEX\nCONCURRENTLY "ix" ON "odd schema"."a ""table"""(n)',
])  # fmt: skip
async def test_an_index_however_it_is_said(empty_database: Database, sql: str) -> None:
    database = empty_database
    await numbers(database)
    await write(database, 'CREATE SCHEMA "odd schema"', 'CREATE TABLE "odd schema"."a ""table""" (n INT)')
    await take(database, Concurrently(sql, "ix"))
    await write(database, "DELETE FROM twofold_migrations")
    await take(database, Concurrently(sql, "ix"))
    schema = "public" if "public" in sql else '"odd schema"'
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {schema}.ix"
    await take(database, Concurrently(drop, "ix"), direction="down")
    assert await column(database, "SELECT relname FROM pg_class WHERE relname = 'ix'") == []


async def test_what_else_is_said_to_be_concurrent(empty_database: Database) -> None:
    with pytest.raises(MigrationFailed, match="only CREATE INDEX CONCURRENTLY and DROP INDEX"):
        await take(empty_database, Concurrently("VACUUM", "ix"))


async def test_timeouts_are_as_before(empty_url: str) -> None:
    """The connection goes back to its pool, which has no other one."""
    database = open_database(empty_url)
    database.config["connections"]["default"]["credentials"]["maxsize"] = 1
    await database.open()
    try:
        await write(database, "SET statement_timeout = '7s'", "SET lock_timeout = '3s'")
        await numbers(database)
        await take(database, "SELECT 1", INDEX, Alone("SELECT 1"), ADD_ONE)
        settings = "SELECT current_setting('statement_timeout') || current_setting('lock_timeout')"
        assert await column(database, settings) == ["7s3s"]
    finally:
        await database.close()


async def test_a_statement_alone_holds_no_locks_of_others(empty_database: Database) -> None:
    """What is before it is committed; only it failed."""
    await numbers(empty_database, 1)
    check = "ALTER TABLE t ADD CONSTRAINT small CHECK (n < 0) NOT VALID"
    with pytest.raises(MigrationFailed, match=r"statement 2 of 3 failed: .*small.* is violated"):
        await take(empty_database, check, Alone("ALTER TABLE t VALIDATE CONSTRAINT small"), "SELECT 1")
    assert await column(empty_database, "SELECT convalidated FROM pg_constraint WHERE conname = 'small'") == [False]
    [(_, _, done, _)] = await progress(empty_database)
    assert done == 1


async def test_a_lock_is_waited_for_again(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole part is begun again, so that it holds nothing meanwhile."""
    monkeypatch.setattr("twofold.migrate.on_postgres.LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr("twofold.migrate.runner.PAUSES_S", (0.05,) * 20)
    database = empty_database
    await numbers(database, 1)
    tries: asyncio.Queue[BaseDBAsyncClient] = asyncio.Queue()

    async with database.connection.acquire_connection() as reader, reader.transaction():
        await reader.fetch("SELECT id FROM t")
        steps = ["CREATE TABLE o (id INT)", Python(tries.put), "ALTER TABLE t ADD COLUMN m INT"]
        migrating = asyncio.ensure_future(take(database, *steps))
        for _ in range(3):
            await tries.get()
        assert not await database.fetch("SELECT 1 FROM pg_class WHERE relname = 'o'")
    await migrating
    assert await rows(database, "SELECT m FROM t") == [(None,)]
