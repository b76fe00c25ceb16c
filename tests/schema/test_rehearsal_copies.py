"""The databases that are rehearsed on: copies and made-up rows; nothing is left of them, whatever happens."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storefront.config import MODELS
from support.databases import APPS, MIGRATIONS
from support.figures import count
from support.migrations import ROOT, add_migration, both, rows
from support.rehearsing import NAME, left_behind, losses
from twofold.database import Database
from twofold.migrate import MigrationFailed
from twofold.migrate.files import migration_files
from twofold.migrate.rehearse import rehearse
from twofold.migrate.rehearse.generated import fill

pytestmark = pytest.mark.migrations

SLOW = {
    "sqlite": [
        """CREATE TABLE slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e7)
        SELECT count(*) AS i FROM n"""
    ],
    "postgres": ["SELECT pg_sleep(60)"],
}  # fmt: skip


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
            "order" INTEGER PRIMARY KEY, "Size" VARCHAR(2) UNIQUE, flag BOOL NOT NULL, raw BLOB NOT NULL,
            name NVARCHAR(9),
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


async def test_from_the_command_line(stocked: Database, stocked_url: str, migrations: Path) -> None:
    add_migration(migrations, NAME, both("UPDATE products SET price = price / 100"), both("SELECT 1"))
    said = cli(stocked_url, migrations)
    assert said.returncode == 1, said.stderr
    assert "  up loses products.price (1 of 1 values)\n" in said.stdout
    assert said.stdout.endswith("Something was lost that the files do not announce, or did not work.\n")

    said = cli(stocked_url, migrations, "--last", "1", "--json")
    assert said.returncode == 0, said.stderr
    report = json.loads(said.stdout)
    assert (report["is_fine"], [each["direction"] for each in report["rehearsals"][0]["runs"]]) == (
        True,
        ["down", "up", "down"],
    )

    said = cli(stocked_url, migrations, "--last", "99")
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("Nothing was rehearsed: there are")


def started(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)


@pytest.mark.parametrize("arguments", [(), ("--generated", "5")])
async def test_an_interrupt_leaves_nothing(stocked: Database, stocked_url: str, migrations: Path, scratch: Path,
                                           arguments: tuple[str, ...]) -> None:  # fmt: skip
    add_migration(migrations, NAME, SLOW, both("DROP TABLE slow"))
    environment = os.environ | {"TWOFOLD_DATABASE_URL": stocked_url, "TWOFOLD_MIGRATIONS": str(migrations)}
    process = started([*PROGRAM, *arguments], environment)
    while not await is_rehearsing(stocked, scratch):
        assert process.poll() is None, process.stderr and process.stderr.read()
        await asyncio.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, error = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 130, error
    assert b"Traceback" not in error
    assert await left_behind(stocked, scratch) == []


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


@pytest.mark.parametrize("stocked_url", ["postgres"], indirect=True)
async def test_without_a_way_to_copy(
    stocked: Database, stocked_url: str, migrations: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path
) -> None:
    add_migration(migrations, NAME, both("SELECT 1"), both("SELECT 1"))
    await stocked.fetch("CREATE ROLE lowly LOGIN PASSWORD 'secret-word'")
    await stocked.fetch("GRANT pg_read_all_data TO lowly")
    try:
        lowly = stocked_url.replace("postgres@", "lowly:secret-word@")
        assert lowly != stocked_url
        said = cli(lowly, migrations)
        assert said.returncode == 1
        assert "CREATEDB" in said.stderr
        assert "secret-word" not in said.stdout + said.stderr
    finally:
        await stocked.fetch("DROP ROLE lowly")
    monkeypatch.setenv("PATH", str(scratch))
    with pytest.raises(MigrationFailed, match="pg_dump, which is not installed"):
        await rehearse(stocked, stocked_url, MODELS, migrations)
    assert await left_behind(stocked, scratch) == []
