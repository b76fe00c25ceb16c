"""The steps of a migration, each on the databases that have it; migrations of several parts that are interrupted."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tortoise import BaseDBAsyncClient

from support.databases import APPS
from support.figures import count
from support.migrations import add_migration, aerich_of, applied, both, rows
from support.stepping import ADD_ONE, INDEX, UNINDEX, VALID, VERSION, column, numbers, progress, take, write
from twofold.database import Database
from twofold.migrate import (
    Alone,
    Batches,
    Concurrently,
    MigrationFailed,
    Python,
    Rebuild,
    Step,
    downgrade,
    status,
    upgrade,
)
from twofold.migrate.parts import parts_of

pytestmark = pytest.mark.migrations

LATER = "8_20261124000000_later.py"


async def nothing(client: BaseDBAsyncClient) -> None:
    """A step that does nothing."""


PARTS: list[Step] = ["a", Alone("b"), "c", Python(nothing), ADD_ONE, ADD_ONE, "d"]


def test_parts() -> None:
    def cut(*steps: Step, postgres: bool) -> list[list[int]]:
        parts = parts_of(steps, "postgres" if postgres else "sqlite")
        return [[number for number, _ in part.steps] for part in parts]

    assert cut(*PARTS, postgres=True) == [[1], [2], [3, 4], [5], [6], [7]]
    assert cut(*PARTS, postgres=False) == [[1, 2, 3, 4], [5], [6], [7]]
    assert cut("a", INDEX, "b", Alone("c"), Alone("d"), postgres=True) == [[1], [2], [3], [4], [5]]
    assert cut("a", Rebuild(table="t", create=""), "b", postgres=False) == [[1, 2, 3]]
    assert cut(postgres=True) == []


@pytest.mark.parametrize(
    ("empty_url", "step", "said"),
    [
        ("sqlite", INDEX, "statement 2 is to run concurrently, which SQLite cannot"),
        ("postgres", Rebuild(table="t", create="CREATE TABLE t (a INT)"), "PostgreSQL has ALTER TABLE for"),
        ("sqlite", Batches(table="t", sql="DELETE FROM t"), r"lacks \{keys\}: it would change all rows"),
    ],
    indirect=["empty_url"],
)
async def test_steps_that_cannot_be(empty_database: Database, step: Step, said: str) -> None:
    with pytest.raises(MigrationFailed, match=f"trial/{VERSION} up: .*{said}"):
        await take(empty_database, "CREATE TABLE t (a INT)", step)
    with pytest.raises(Exception, match="twofold_migrations"):
        await empty_database.fetch("SELECT 1 FROM twofold_migrations")


async def test_a_function_runs_in_the_transaction_around_it(empty_database: Database) -> None:
    database = empty_database
    seen = []

    async def fill(client: BaseDBAsyncClient) -> None:
        await client.execute_query("INSERT INTO t (id, n) SELECT 1, 2")
        async with client._in_transaction() as inner:
            await inner.execute_script("INSERT INTO t (id, n) VALUES (2, 3); CREATE TABLE o (said TEXT DEFAULT ';')")
        seen.extend(await client.execute_query_dict("SELECT n FROM t ORDER BY id"))

    async def fail(client: BaseDBAsyncClient) -> None:
        await fill(client)
        raise ValueError("no such luck")

    await write(database, "CREATE TABLE t (id INT PRIMARY KEY, n INT)")
    with pytest.raises(MigrationFailed, match=r"statement 2 of 2 failed: no such luck\nthe Python function .*fail"):
        await take(database, "ALTER TABLE t ADD COLUMN m INT", Python(fail))
    assert await rows(database, "SELECT * FROM t") == []
    for _ in range(2):  # the second time, it has been run
        await take(database, Python(fill), "UPDATE t SET n = n + 1")
    assert seen == [{"n": 2}, {"n": 3}] * 2
    assert await rows(database, "SELECT * FROM t ORDER BY id") == [(1, 3), (2, 4)]


KEYS: dict[str, Sequence[object]] = {
    "BIGINT": [*range(-3, 3), 2**53, 2**60],
    "UUID": sorted(uuid4() for _ in range(8)),
    "CHAR(36)": sorted(str(uuid4()) for _ in range(8)),
    "VARCHAR(20)": ["", "'", "''", "a b", "a'b\"", "{keys}", "ß", "名\\n$1?"],
}


@pytest.mark.parametrize("type_", KEYS)
async def test_batches_by_keys_of_a_type(
    empty_database: Database, type_: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = empty_database
    postgres = database.dialect == "postgres"
    await write(database, f'CREATE TABLE "the keys" ("a key" {type_} PRIMARY KEY, n INT, old INT)')
    insert = 'INSERT INTO "the keys" VALUES ({}, 0, 1)'.format("$1" if postgres else "?")
    for key in KEYS[type_]:
        await database.fetch(insert, [str(key) if isinstance(key, UUID) and not postgres else key])
    sql = 'UPDATE "the keys" SET n = n + 1, old = 0 WHERE "a key" IN ({keys})'
    step = Batches(table="the keys", key="a key", sql=sql, where="old = 1 OR old = 2", size=3)
    with caplog.at_level(logging.INFO, "twofold.migrate"):
        await take(database, step)
    assert await column(database, 'SELECT n FROM "the keys"') == [1] * 8
    said = [record.getMessage().partition(",")[0] for record in caplog.records if record.name == "twofold.migrate"]
    assert said == ["changed 3 rows of the keys", "changed 3 rows of the keys", "changed 2 rows of the keys"]
    assert await progress(database) == [(VERSION, "up", None, None)]
    await take(database, step, version=LATER)
    assert await column(database, 'SELECT sum(n) FROM "the keys"') == [8]


async def test_batches_go_on_where_they_were_interrupted(empty_database: Database) -> None:
    """The seventh row cannot be changed: the batches before stay, and are not changed twice."""
    database = empty_database
    await numbers(database, *range(1, 9))
    await write(database, "UPDATE t SET n = 8 WHERE id = 7")
    with pytest.raises(MigrationFailed, match=r"(?s)statement 2 of 3 failed: .*UPDATE t SET n"):
        await take(database, "CREATE TABLE first (id INT)", ADD_ONE, "CREATE TABLE last (id INT)")
    assert await column(database, "SELECT n FROM t ORDER BY id") == [1, 1, 1, 1, 1, 1, 8, 0]
    [(_, direction, done, last_key)] = await progress(database)
    assert (direction, done, last_key.strip("'")) == ("up", 1, "6")

    await write(database, "UPDATE t SET n = 0 WHERE id = 7")
    await take(database, "not run again", ADD_ONE, "CREATE TABLE last (id INT)")
    assert await column(database, "SELECT n FROM t ORDER BY id") == [1] * 8
    assert await progress(database) == [(VERSION, "up", None, None)]


async def test_foreign_keys_hold_in_batches(empty_database: Database) -> None:
    await numbers(empty_database, 1, 2, 3)
    await write(
        empty_database, "CREATE TABLE c (id INT REFERENCES t (id) ON DELETE CASCADE)", "INSERT INTO c VALUES (2)"
    )
    await take(empty_database, Batches(table="t", sql="DELETE FROM t WHERE id IN ({keys})", where="id > 1", size=1))
    assert await column(empty_database, "SELECT id FROM t") == [1]
    assert await column(empty_database, "SELECT id FROM c") == []


async def test_a_half_done_migration_is_ended_first(empty_database: Database) -> None:
    database = empty_database
    await numbers(database, 1, 2, 3, 4)
    up = ["CREATE TABLE first (id INT)", ADD_ONE]
    with pytest.raises(MigrationFailed):
        await take(database, *up, "nonsense")
    sentence = rf"trial/{VERSION} is half done; run `migrate up` first"
    for version in (VERSION, LATER, "6_20261122000000_before.py"):
        with pytest.raises(MigrationFailed, match=sentence):
            await take(database, "DROP TABLE first", version=version, direction="down")
    with pytest.raises(MigrationFailed, match=sentence):
        await take(database, "CREATE TABLE later (id INT)", version=LATER)
    await take(database, *up, "CREATE TABLE last (id INT)")

    with pytest.raises(MigrationFailed):
        await take(database, "DROP TABLE last", ADD_ONE, "nonsense", direction="down")
    with pytest.raises(MigrationFailed, match=rf"trial/{VERSION} is half done; run `migrate down` first"):
        await take(database, *up, "CREATE TABLE last (id INT)")
    await take(database, "DROP TABLE last", ADD_ONE, "DROP TABLE first", direction="down")
    assert await column(database, "SELECT n FROM t") == [2] * 4
    count("migrations", "planted faults caught", 5)


HALF = "9_20261122000000_half.py"


async def test_commands_with_a_half_done_migration(empty_database: Database, migrations: Path) -> None:
    database = empty_database
    await upgrade(database, migrations, APPS)
    await numbers(database, 1, 2, 3, 4)

    def made(*last: str) -> str:
        up = both("CREATE TABLE first (id INT)", ADD_ONE, *last)
        return add_migration(migrations, HALF, up, both(*last, ADD_ONE, "DROP TABLE first"))

    async def state() -> str:
        return next(each.state for each in await status(database, migrations, APPS) if each.version == HALF)

    made("nonsense")
    assert await state() == "pending"
    with pytest.raises(MigrationFailed, match="statement 3 of 3 failed"):
        await upgrade(database, migrations, APPS)
    assert await state() == "half done"
    with pytest.raises(MigrationFailed, match=rf"storefront/{HALF} is half done; run `migrate up` first"):
        await downgrade(database, migrations, "storefront")
    name = made("CREATE TABLE last (id INT)")
    assert await upgrade(database, migrations, APPS) == [name]
    assert await state() == "applied"

    up = both("CREATE TABLE first (id INT)", ADD_ONE, "CREATE TABLE last (id INT)")
    add_migration(migrations, HALF, up, both("DROP TABLE last", ADD_ONE, "nonsense"))
    with pytest.raises(MigrationFailed, match="statement 3 of 3 failed"):
        await downgrade(database, migrations, "storefront")
    assert await state() == "half done"
    with pytest.raises(MigrationFailed, match=rf"storefront/{HALF} is half done; run `migrate down` first"):
        await upgrade(database, migrations, APPS)
    add_migration(migrations, HALF, up, both("DROP TABLE last", ADD_ONE, "DROP TABLE first"))
    assert await downgrade(database, migrations, "storefront") == [name]
    assert await state() == "pending"
    assert await column(database, "SELECT n FROM t") == [2] * 4


OLD_LEDGER = """
CREATE TABLE twofold_migrations (
    app VARCHAR(100) NOT NULL, version VARCHAR(255) NOT NULL, direction VARCHAR(4) NOT NULL,
    recorded_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT pk_twofold_migrations PRIMARY KEY (app, version)
)"""


async def test_a_ledger_of_the_release_before(empty_database: Database, migrations: Path) -> None:
    database = empty_database
    await write(database, OLD_LEDGER, "INSERT INTO twofold_migrations VALUES ('trial', '1_one.py', 'up')".replace(
        "VALUES", "(app, version, direction) VALUES"))  # fmt: skip
    assert {each.state for each in await status(database, migrations, APPS)} == {"pending"}
    await take(database, "not run again", version="1_one.py")
    await take(database, "CREATE TABLE t (id INT)")
    assert await progress(database) == [("1_one.py", "up", None, None), (VERSION, "up", None, None)]


@pytest.fixture
async def many_parts(empty_database: Database, migrations: Path) -> Path:
    """The migrations, all applied but one of many parts."""
    await upgrade(empty_database, migrations, APPS)
    await numbers(empty_database, *range(8), n="NULL")
    batches = Batches(table="t", sql="UPDATE t SET n = coalesce(n, 0) + 1 WHERE id IN ({keys})", size=3)
    undo = Batches(table="t", sql="UPDATE t SET n = NULL WHERE id IN ({keys})", size=3)
    up: dict[str, list[Step]] = both("CREATE TABLE runs (id INT)", batches, "INSERT INTO runs VALUES (1)")
    down: dict[str, list[Step]] = both("SELECT 1", undo, "DROP TABLE runs")
    index = Concurrently("CREATE INDEX CONCURRENTLY ix ON t (n)", "ix")
    up["postgres"] += [index, Alone("SELECT pg_sleep(0.3)"), "INSERT INTO runs VALUES (2)"]
    down["postgres"] = [UNINDEX, *down["postgres"]]
    add_migration(migrations, "9_20261122000000_parts.py", up, down)
    return migrations


async def test_aerich_runs_all_steps(empty_database: Database, empty_url: str, many_parts: Path) -> None:
    """Its downgrade is one transaction, in which nothing can be concurrent."""
    database = empty_database
    before = len(await applied(database))
    for _ in range(2):
        assert "Success" in aerich_of(many_parts, empty_url, "upgrade")
        assert await column(database, "SELECT n FROM t") == [1] * 8
        assert len(await applied(database)) == before + 1
        if database.dialect == "postgres":
            assert await column(database, VALID) == [True, True]
        assert "Success" in aerich_of(many_parts, empty_url, "downgrade", "--yes")
        assert await column(database, "SELECT n FROM t") == [None] * 8
        if database.dialect == "postgres":
            assert await column(database, VALID) == [True]


async def test_aerich_twice_at_once(empty_database: Database, empty_url: str, many_parts: Path) -> None:
    """aerich takes no lock: each part is run by one of them, and one may fail to note the migration."""
    runs = [asyncio.to_thread(aerich_of, many_parts, empty_url, "upgrade", fails=True) for _ in range(3)]
    said = await asyncio.gather(*runs)
    assert any("Success" in each for each in said), said
    assert not any("MigrationFailed" in each for each in said), said
    assert await column(empty_database, "SELECT n FROM t") == [1] * 8
    postgres = empty_database.dialect == "postgres"
    assert await column(empty_database, "SELECT id FROM runs") == ([1, 2] if postgres else [1])
    assert {each[1:] for each in await progress(empty_database)} == {("up", None, None)}
