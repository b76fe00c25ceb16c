"""Migrations when several processes, other tools and bad luck take part."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from storefront.models import Tag
from support import upgrading
from support.databases import APPS, MIGRATIONS, open_database
from support.figures import count
from support.migrations import (
    ALL,
    INIT,
    VERSIONS,
    add_migration,
    aerich,
    applied,
    both,
    call,
    rows,
    sample_rows,
    together,
)
from support.schema import schema_of, tables_in
from twofold.database import Database
from twofold.errors import Unavailable
from twofold.migrate import Batches, Concurrently, MigrationFailed, Step, downgrade, upgrade
from twofold.migrate.lock import exclusive

pytestmark = pytest.mark.migrations

OF_THE_STOREFRONT = [name for name in ALL if name.startswith("storefront/")]


PROCESSES = 8
LAST = "9_20261122000000_once.py"


def add_parts(migrations: Path, *last: Step) -> str:
    """Adds a migration of several parts, and returns its name."""
    batches = Batches(table="runs", sql="UPDATE runs SET times = times + 1 WHERE id IN ({keys})", size=2)
    filled = "INSERT INTO runs VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)"
    up = both("CREATE TABLE runs (id INT PRIMARY KEY, times INT NOT NULL)", filled, batches, *last)
    up["postgres"].append(Concurrently("CREATE INDEX CONCURRENTLY ix ON runs (times)", "ix"))
    return add_migration(migrations, LAST, up, both("DROP TABLE runs"))


@pytest.mark.parametrize("begun", ["empty", "the first app", "half a migration"])
async def test_many_processes_at_once(empty_database: Database, empty_url: str, migrations: Path, begun: str) -> None:
    """One of them applies all, the others nothing, wherever the one before them ended."""
    database = empty_database
    expected = ALL
    if begun == "the first app":
        expected = ALL[len(await upgrade(database, migrations, APPS[:1])) :]
    elif begun == "half a migration":
        add_parts(migrations, "nonsense")
        with pytest.raises(MigrationFailed, match="nonsense"):
            await upgrade(database, migrations, APPS)
        expected = []
    last = add_parts(migrations, "UPDATE runs SET times = times + 1")

    results = together(empty_url, migrations, PROCESSES)
    assert sorted(map(len, results)) == [0] * (PROCESSES - 1) + [len(expected) + 1]
    assert max(results, key=len) == [*expected, last]
    assert ["/".join(each) for each in await applied(database)] == [*ALL, last]
    assert await rows(database, "SELECT DISTINCT times FROM runs") == [(2,)]
    assert await rows(database, "SELECT 1 FROM twofold_migrations WHERE parts_done IS NOT NULL") == []
    count("migrations", "processes at once", PROCESSES)


async def test_the_lock_is_held_by_one(empty_database: Database, empty_url: str) -> None:
    other = open_database(empty_url)
    await other.open()
    try:
        async with exclusive(empty_database):
            waiting = asyncio.ensure_future(upgrade(other, MIGRATIONS, APPS))
            await asyncio.sleep(0.3)
            assert not waiting.done()
            assert await tables_in(empty_database) == set()
        assert await waiting == ALL
    finally:
        await other.close()


@pytest.mark.parametrize("empty_url", ["postgres"], indirect=True)
async def test_the_timeouts_of_others_do_not_matter(empty_database: Database, empty_url: str, migrations: Path) -> None:
    """A short lock, statement or idle timeout is right for a web process, and would stop who waits for the lock."""
    name = empty_url.rpartition("/")[2]
    for setting in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        await empty_database.fetch(f"ALTER DATABASE {name} SET {setting} = '200ms'")
    add_migration(migrations, "9_20261122000000_slow.py", both("SELECT pg_sleep(0.7)"), both("SELECT 1"))
    assert sorted(map(len, together(empty_url, migrations, 2))) == [0, len(ALL) + 1]


async def test_a_pool_of_one_connection_is_enough(empty_url: str) -> None:
    database = open_database(empty_url)
    if database.dialect == "postgres":
        database.config["connections"]["default"]["credentials"]["maxsize"] = 1
    await database.open()
    try:
        assert await upgrade(database, MIGRATIONS, APPS) == ALL
    finally:
        await database.close()


@pytest.mark.parametrize("empty_url", ["postgres"], indirect=True)
async def test_a_table_in_use_is_not_waited_for_long(
    empty_database: Database, migrations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a table makes everybody queue up behind: the migration gives up instead, and nothing is left."""
    monkeypatch.setattr("twofold.migrate.on_postgres.LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr("twofold.migrate.runner.PAUSES_S", (0.01,))
    await upgrade(empty_database, migrations, APPS)
    up = both("CREATE TABLE notes (id INT)", "ALTER TABLE tags ADD COLUMN note TEXT")
    add_migration(migrations, "9_20261122000000_note.py", up, both("DROP TABLE notes"))
    async with empty_database.connection.acquire_connection() as reader, reader.transaction():
        await reader.fetch("SELECT id FROM tags")
        with pytest.raises(MigrationFailed, match="lock timeout"):
            await upgrade(empty_database, migrations, APPS)
    assert "notes" not in await tables_in(empty_database)


async def test_a_busy_file_is_given_up(tmp_path: Path) -> None:
    """A writer that stays: migrations and transactions fail after the busy timeout, then the connection is free."""
    path = tmp_path / "busy.sqlite3"
    writer = sqlite3.connect(path, isolation_level=None)
    database = open_database(f"sqlite://{path}?busy_timeout=50")
    await database.open()
    try:
        await database.fetch("SELECT 1")
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(MigrationFailed, match="locked"):
            await upgrade(database, MIGRATIONS, APPS)
        with pytest.raises(Unavailable):
            async with database.transaction():
                pass
        writer.execute("ROLLBACK")
        assert await asyncio.wait_for(upgrade(database, MIGRATIONS, APPS), timeout=10) == ALL
        assert await rows(database, "PRAGMA foreign_keys") == [(1,)]
    finally:
        writer.close()
        await database.close()


async def test_both_dialects_in_one_process(tmp_path: Path, new_postgres_database: Callable[[], str]) -> None:
    """Tortoise keeps SQL on the models, in one dialect; whichever database is used next gets its own."""
    databases = [open_database(url) for url in (f"sqlite://{tmp_path / 'one.sqlite3'}", new_postgres_database())]
    try:
        for database in databases:
            await database.open()
        for database in databases:
            await upgrade(database, MIGRATIONS, APPS)
        for name in ("first", "second"):
            for database in databases:
                with database.use():
                    await Tag.create(name=name)
                    assert (await Tag.get(name=name)).name == name
    finally:
        for database in databases:
            await database.close()


async def test_killed_before_aerich_knows(empty_database: Database, empty_url: str, migrations: Path) -> None:
    """The migration is committed, aerich's row is not written: the next upgrade only writes the row."""
    killed = call(sys.executable, str(upgrading.__file__), empty_url, str(migrations), "killed")
    assert killed.returncode == -9, killed.stderr
    assert "users" in await tables_in(empty_database)
    assert await applied(empty_database) == []

    assert await upgrade(empty_database, migrations, APPS) == ALL
    assert ["/".join(each) for each in await applied(empty_database)] == ALL


async def test_a_lost_row_is_repaired(empty_database: Database, empty_url: str, migrations: Path) -> None:
    database = empty_database
    await upgrade(database, migrations, APPS)
    await sample_rows(database)
    await database.connection.execute_query("DELETE FROM aerich WHERE app = 'storefront'")
    assert await upgrade(database, migrations, APPS) == OF_THE_STOREFRONT
    assert await rows(database, "SELECT rating FROM reviews") == [(5,)]

    await database.connection.execute_query("DELETE FROM aerich WHERE app = 'storefront'")
    assert "Success" in aerich(empty_url, "storefront", "upgrade")
    assert await rows(database, "SELECT rating FROM reviews") == [(5,)]
    assert len(await applied(database)) == len(ALL)


async def ledger(database: Database) -> dict[str, str]:
    return dict(await rows(database, "SELECT app, direction FROM twofold_migrations WHERE version LIKE '0_%'"))


async def test_aerich_and_our_driver_agree(empty_database: Database, empty_url: str) -> None:
    database = empty_database
    for app in APPS:
        said = aerich(empty_url, app, "upgrade")
        assert all(f"Success upgrading to {version}" in said for version in VERSIONS[app])
    assert await upgrade(database, MIGRATIONS, APPS) == []
    schema = await schema_of(database)

    for app in reversed(APPS):
        for version in reversed(VERSIONS[app]):
            assert f"Success downgrading to {version}" in aerich(empty_url, app, "downgrade", "--yes")
    assert await tables_in(database) == set()
    assert await applied(database) == []

    assert await upgrade(database, MIGRATIONS, APPS) == ALL
    assert await schema_of(database) == schema
    for app in APPS:
        assert "No upgrade items found" in aerich(empty_url, app, "upgrade")
        assert "No available heads" in aerich(empty_url, app, "heads")
        assert INIT in aerich(empty_url, app, "history")
    assert "Success" in aerich(empty_url, "storefront", "downgrade", "--version", "0", "--yes")
    assert await ledger(database) == {"twofold": "up", "storefront": "down"}
    assert INIT in aerich(empty_url, "storefront", "heads")
    assert await upgrade(database, MIGRATIONS, APPS) == OF_THE_STOREFRONT
    assert await downgrade(database, MIGRATIONS, "storefront", 0) == OF_THE_STOREFRONT[::-1]
    assert "Success" in aerich(empty_url, "storefront", "upgrade")
