"""Rehearsals on both databases: what migrations lose is told, and nothing is left of the copy."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storefront.config import MODELS
from support.databases import APPS, MIGRATIONS, new_copy, open_database
from support.figures import count
from support.migrations import ROOT, add_migration, applied, both, rows, sample_rows
from support.schema import schema_of
from twofold.database import Database
from twofold.migrate import MigrationFailed, upgrade
from twofold.migrate.files import migration_files
from twofold.migrate.rehearse import Report, rehearse
from twofold.migrate.rehearse.generated import fill

pytestmark = pytest.mark.migrations

NAME = "9_20270101000000_change.py"
SLOW = {
    "sqlite": [
        """CREATE TABLE slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3e7)
        SELECT count(*) AS i FROM n"""
    ],
    "postgres": ["SELECT pg_sleep(60)"],
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database of the test's own."""
    return new_copy(request, "migrated", request.param, tmp_path)


@pytest.fixture
async def shop(url: str) -> AsyncIterator[Database]:
    """The database at `url`, with a row or two in every table."""
    database = open_database(url)
    await database.open()
    await sample_rows(database)
    yield database
    await database.close()


@pytest.fixture
def scratch(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, once the server has its own."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def left_behind(database: Database, scratch: Path) -> list[str]:
    found = names_in(scratch)
    if database.dialect == "postgres":
        sql = "SELECT datname FROM pg_database WHERE datname LIKE 'twofold_rehearsal%'"
        found += [row[0] for row in await rows(database, sql)]
    return found


def losses(report: Report) -> list[str]:
    return [str(loss) for each in report.rehearsals for loss in each.losses]


async def test_a_migration_that_loses_nothing(shop: Database, url: str, migrations: Path, scratch: Path) -> None:
    up = both("ALTER TABLE tags ADD COLUMN note TEXT", "UPDATE products SET currency = 'USD'")
    name = add_migration(migrations, NAME, up, both("ALTER TABLE tags DROP COLUMN note",
                                                    "UPDATE products SET currency = 'EUR'"))  # fmt: skip
    before = await schema_of(shop), await applied(shop), await rows(shop, "SELECT currency FROM products")
    report = await rehearse(shop, url, MODELS, migrations)
    assert report.is_fine
    (it,) = report.rehearsals
    assert (it.migration, it.losses, it.not_restored) == (name, (), ())
    assert [run.direction for run in it.runs] == ["up", "down", "up"]
    assert all(run.rows_before == run.rows_after and run.rows_before["products"] == 1 for run in it.runs)
    changes = [(each.table, each.column, each.changed, each.values) for run in it.runs for each in run.changes]
    assert changes == [("products", "currency", 1, 1)] * 3
    assert before == (await schema_of(shop), await applied(shop), await rows(shop, "SELECT currency FROM products"))
    assert await left_behind(shop, scratch) == []


PRICE = "products.price (1 of 1 values)"

PLANTED: dict[str, tuple[tuple[str, ...], tuple[str, ...], list[str]]] = {
    "up rounds": (("UPDATE products SET price = price / 100",), ("UPDATE products SET price = price * 100",),
                  [f"up and down together lose {PRICE}"]),
    "up overwrites": (("UPDATE products SET price = 5",), ("SELECT 1",), [f"up loses {PRICE}"]),
    "down overwrites": (("SELECT 1",), ("UPDATE products SET price = 5",), [f"down loses {PRICE}"]),
    "up drops a column": (("ALTER TABLE notes DROP COLUMN said",), ("ALTER TABLE notes ADD COLUMN said TEXT",),
                          ["up loses notes.said (2 of 2 values), as the file says"]),
    "up renames, down makes it anew": (
        ("ALTER TABLE notes RENAME COLUMN said TO told",),
        ("ALTER TABLE notes ADD COLUMN said TEXT", "UPDATE notes SET said = 'c'", "ALTER TABLE notes DROP COLUMN told"),
        ["down loses notes.said (1 of 2 values)", "down loses notes.told (1 of 2 values), as the file says"],
    ),
    "down deletes": (("SELECT 1",), ("DELETE FROM reviews",), ["down loses reviews (1 of 1 rows), as the file says"]),
    "up makes other keys": (
        ("UPDATE attempts SET key_hash = upper(key_hash)",), ("SELECT 1",), ["up loses attempts (1 of 1 rows)"],
    ),
}  # fmt: skip
"""Statements up and down, and what is to be told."""


@pytest.mark.parametrize("name", PLANTED)
async def test_planted_losses_are_told(shop: Database, url: str, migrations: Path, name: str) -> None:
    up, down, expected = PLANTED[name]
    await shop.fetch("UPDATE products SET price = 1099")
    await shop.fetch("INSERT INTO attempts VALUES ('k', 1, '2026-01-01T00:00:00.000000Z')")
    await shop.fetch("CREATE TABLE notes (id INT NOT NULL PRIMARY KEY, said TEXT)")
    await shop.fetch("INSERT INTO notes VALUES (1, 'a'), (2, NULL), (3, 'c')")
    add_migration(migrations, NAME, both(*up), both(*down))
    report = await rehearse(shop, url, MODELS, migrations)
    assert losses(report) == expected, list(report.lines())
    assert report.is_fine == all("as the file says" in each for each in expected)
    count("migrations", "planted losses told")


async def test_a_loss_that_the_file_announces_is_none(shop: Database, url: str, migrations: Path) -> None:
    name = add_migration(migrations, NAME, both("UPDATE products SET price = 5"), both("SELECT 1"))
    with (migrations / name).open("a") as file:
        file.write('\nLOSES = ("products.price",)\n')
    report = await rehearse(shop, url, MODELS, migrations)
    assert losses(report) == ["up loses products.price (1 of 1 values), as the file says"]
    assert report.is_fine


async def test_what_goes_with_something_else_is_not_announced(shop: Database, url: str, migrations: Path) -> None:
    """Links go with their tag on PostgreSQL; on SQLite the migration would leave them behind, and does not succeed."""
    add_migration(migrations, NAME, both("DELETE FROM tags"), both("SELECT 1"))
    report = await rehearse(shop, url, MODELS, migrations)
    assert not report.is_fine
    (it,) = report.rehearsals
    if shop.dialect == "sqlite":
        assert "refer to rows that do not exist" in str(it.failure)
    else:
        told = {(each.table, each.announced) for each in it.losses}
        assert told == {("tags", True), ("product_tags", False)}


async def test_a_way_back_that_leaves_another_schema(shop: Database, url: str, migrations: Path) -> None:
    index = "CREATE INDEX ix_tags_name ON tags (name)"
    add_migration(migrations, NAME, both(index), both("SELECT 1"))
    failing = await rehearse(shop, url, MODELS, migrations)
    assert "already exists" in str(failing.rehearsals[0].failure)

    add_migration(migrations, NAME, both(index.replace("INDEX", "INDEX IF NOT EXISTS")), both("SELECT 1"))
    report = await rehearse(shop, url, MODELS, migrations)
    assert report.rehearsals[0].not_restored == ("tags",)
    assert not failing.is_fine
    assert not report.is_fine
    assert "  both directions leave another schema than before: tags" in report.lines()


async def test_the_last_ones(shop: Database, url: str, migrations: Path) -> None:
    """What people wrote since is lost by their downgrade; the other one loses nothing."""
    first = add_migration(migrations, NAME, both("ALTER TABLE tags ADD COLUMN note TEXT"),
                          both("ALTER TABLE tags DROP COLUMN note"))  # fmt: skip
    second = add_migration(migrations, NAME.replace("9_", "10_"), both("SELECT 1"), both("SELECT 1"))
    await upgrade(shop, migrations, APPS)
    await shop.fetch("UPDATE tags SET note = 'ours'")
    report = await rehearse(shop, url, MODELS, migrations, last=2)
    assert [each.migration for each in report.rehearsals] == [second, first]
    assert [[run.direction for run in each.runs] for each in report.rehearsals] == [["down", "up", "down"]] * 2
    assert losses(report) == ["down loses tags.note (1 of 1 values), as the file says"]
    assert report.is_fine
    assert await rows(shop, "SELECT note FROM tags") == [("ours",)]
    with pytest.raises(MigrationFailed, match="migrations to rehearse, not 99"):
        await rehearse(shop, url, MODELS, migrations, last=99)


async def test_nothing_is_pending(shop: Database, url: str) -> None:
    report = await rehearse(shop, url, MODELS, MIGRATIONS)
    assert [*report.lines()] == ["No migration is pending; --last N rehearses the last ones."]


async def test_our_own_migrations_with_generated_rows(empty_database: Database, empty_url: str, scratch: Path) -> None:
    """Every table has as many rows as were asked for, and what is lost is what the files say."""
    report = await rehearse(empty_database, empty_url, MODELS, MIGRATIONS, generated=24)
    assert report.notes == ()
    assert report.is_fine, [*report.lines()]
    files = [file.name for app in APPS for file in migration_files(MIGRATIONS, app)]
    assert [each.migration for each in report.rehearsals] == files
    filled = dict(report.rehearsals[-1].runs[0].rows_before)
    assert filled.pop("payments") == 20  # which a migration makes, of the orders that are more than carts
    assert set(filled.values()) == {24}
    assert "down loses users (24 of 24 rows), as the file says" in losses(report)
    assert await rows(empty_database, TABLES[empty_database.dialect]) == []
    assert await left_behind(empty_database, scratch) == []
    count("migrations", "tables filled with generated rows", len(filled))


TABLES = {
    "sqlite": "SELECT name FROM sqlite_master",
    "postgres": "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
}


ODD = {
    "sqlite": [
        '''CREATE TABLE "Odd one" (
            "order" INTEGER PRIMARY KEY, "Size" VARCHAR(2) UNIQUE, flag BOOL NOT NULL, raw BLOB NOT NULL, name NVARCHAR(9),
            low INT NOT NULL CHECK (low > 10), high INT NOT NULL, twice INT GENERATED ALWAYS AS (low * 2) STORED,
            CHECK (high > low AND high < low + 50))''',
        "CREATE TABLE one (id INT NOT NULL PRIMARY KEY, other INT NOT NULL REFERENCES other (id))",
        "CREATE TABLE other (id INT NOT NULL PRIMARY KEY, one INT REFERENCES one (id))",
        "CREATE TABLE keyless (word TEXT)",
        "CREATE TABLE numbers (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE TABLE never (id INTEGER PRIMARY KEY, own INT NOT NULL REFERENCES never (id))",
    ],
    "postgres": [
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')",
        '''CREATE TABLE "Odd one" (
            "order" INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Size" VARCHAR(2) UNIQUE, flag BOOLEAN NOT NULL,
            raw BYTEA NOT NULL, felt mood NOT NULL, felts mood[] NOT NULL, place INET NOT NULL, during TSRANGE NOT NULL,
            clock TIME NOT NULL, span INTERVAL NOT NULL, cost NUMERIC(4, 1) CHECK (cost > 900), low SMALLINT NOT NULL,
            high INT NOT NULL, low_ INT CHECK (low_ > 10), CHECK (high > low AND high < low + 50),
            twice INT GENERATED ALWAYS AS (low * 2) STORED)''',
        "CREATE TABLE other (id INT NOT NULL PRIMARY KEY)",
        "CREATE TABLE one (id INT NOT NULL PRIMARY KEY, other INT NOT NULL REFERENCES other (id))",
        "ALTER TABLE other ADD one INT REFERENCES one (id)",
        "CREATE TABLE keyless (word TEXT)",
        "CREATE TABLE numbers (id INT GENERATED ALWAYS AS IDENTITY)",
        "CREATE TABLE never (id INT PRIMARY KEY, own INT NOT NULL REFERENCES never (id))",
    ],
}  # fmt: skip


async def test_rows_of_odd_tables(empty_database: Database) -> None:
    """The rows of `never` refer to another one of it before there is any."""
    for statement in ODD[empty_database.dialect]:
        await empty_database.fetch(statement)
    notes = await fill(empty_database, 30)
    tables = ("Odd one", "one", "other", "keyless", "numbers", "never")
    counts = {name: (await rows(empty_database, f'SELECT count(*) FROM "{name}"'))[0][0] for name in tables}
    assert counts == dict.fromkeys(tables, 30) | {"never": 0}
    assert notes == ["never has 0 of 30 generated rows: its constraints refused the others"]


def cli(url: str, migrations: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TWOFOLD_DATABASE_URL": url, "TWOFOLD_MIGRATIONS": str(migrations)}
    return subprocess.run([*PROGRAM, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip


PROGRAM = [sys.executable, "-c", "from twofold.cli import main; main()", "migrate", "rehearse"]


async def test_from_the_command_line(shop: Database, url: str, migrations: Path) -> None:
    add_migration(migrations, NAME, both("UPDATE products SET price = price / 100"), both("SELECT 1"))
    said = cli(url, migrations)
    assert said.returncode == 1, said.stderr
    assert "  up loses products.price (1 of 1 values)\n" in said.stdout
    assert said.stdout.endswith("Something was lost that the files do not announce, or did not work.\n")

    said = cli(url, migrations, "--last", "1", "--json")
    assert said.returncode == 0, said.stderr
    report = json.loads(said.stdout)
    assert (report["is_fine"], [each["direction"] for each in report["rehearsals"][0]["runs"]]) == (
        True,
        ["down", "up", "down"],
    )

    said = cli(url, migrations, "--last", "99")
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("Nothing was rehearsed: there are")


def started(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)


@pytest.mark.parametrize("arguments", [(), ("--generated", "5")])
async def test_an_interrupt_leaves_nothing(shop: Database, url: str, migrations: Path, scratch: Path,
                                           arguments: tuple[str, ...]) -> None:  # fmt: skip
    add_migration(migrations, NAME, SLOW, both("DROP TABLE slow"))
    environment = os.environ | {"TWOFOLD_DATABASE_URL": url, "TWOFOLD_MIGRATIONS": str(migrations)}
    process = started([*PROGRAM, *arguments], environment)
    while not await is_rehearsing(shop, scratch):
        assert process.poll() is None, process.stderr and process.stderr.read()
        await asyncio.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, error = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 130, error
    assert b"Traceback" not in error
    assert await left_behind(shop, scratch) == []


async def is_rehearsing(database: Database, scratch: Path) -> bool:
    """Whether the slow statement runs."""
    if database.dialect == "postgres":
        return bool(await rows(database, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"))
    return is_writing(scratch)


def is_writing(scratch: Path) -> bool:
    """Whether a migration has begun on the copy, of which there is a snapshot."""
    snapshots = [*scratch.glob("*/snapshots.sqlite3")]
    begun = [*scratch.glob("*/copy.sqlite3-migrate")]
    return bool(snapshots) and snapshots[0].stat().st_size > 0 and bool(begun)


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
async def test_without_a_way_to_copy(shop: Database, url: str, migrations: Path, monkeypatch: pytest.MonkeyPatch,
                                     scratch: Path) -> None:  # fmt: skip
    add_migration(migrations, NAME, both("SELECT 1"), both("SELECT 1"))
    await shop.fetch("CREATE ROLE lowly LOGIN PASSWORD 'secret-word'")
    await shop.fetch("GRANT pg_read_all_data TO lowly")
    try:
        lowly = url.replace("postgres@", "lowly:secret-word@")
        assert lowly != url
        said = cli(lowly, migrations)
        assert said.returncode == 1
        assert "CREATEDB" in said.stderr
        assert "secret-word" not in said.stdout + said.stderr
    finally:
        await shop.fetch("DROP ROLE lowly")
    monkeypatch.setenv("PATH", str(scratch))
    with pytest.raises(MigrationFailed, match="pg_dump, which is not installed"):
        await rehearse(shop, url, MODELS, migrations)
    assert await left_behind(shop, scratch) == []
