"""kill -9 at every statement of a migration: each part is before or after, and the next run goes on to the end."""

import itertools
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from support import killing
from support.figures import count
from support.long import examples
from support.migrations import add_migration, call
from support.rebuilding import AROUND, LONGER, PARTS, ROWS
from support.stepping import MASTER, column, write
from twofold.database import Database, tortoise_config
from twofold.migrate import Alone, Batches, Concurrently, Rebuild, Step, downgrade, status, upgrade
from twofold.migrate.files import Direction
from twofold.migrate.ledger import Fetch, Ledger, Progress
from twofold.sql.dialects import quoted

pytestmark = pytest.mark.migrations

VERSION = "0_20261123000000_trial.py"
APPS = [killing.APP]

ONE_MORE = Batches(table="t", sql="UPDATE t SET n = n + 1, m = coalesce(m, 0) + 1 WHERE id IN ({keys})", size=5)
TABLE = ["CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL)",
         "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30), (4, 40), (5, 50), (6, 60), (7, 70), (8, 80)"]  # fmt: skip
WIDER = "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL, m INT NOT NULL)"

REBUILT: dict[Direction, list[Step]] = {
    "up": ["CREATE TABLE notes (id INT)", Rebuild(table="parts", create=LONGER), "INSERT INTO notes VALUES (1)"],
    "down": [Rebuild(table="parts", create=PARTS), "DROP TABLE notes"],
}
SQLITE_PARTS: dict[Direction, list[Step]] = {
    "up": ["ALTER TABLE t ADD COLUMN m INT", ONE_MORE, Rebuild(table="t", create=WIDER)],
    "down": [Rebuild(table="t", create=TABLE[0])],
}
POSTGRES_PARTS: dict[Direction, list[Step]] = {
    "up": [
        "ALTER TABLE t ADD COLUMN m INT",
        "ALTER TABLE t ADD CONSTRAINT m_is_there CHECK (m IS NOT NULL) NOT VALID",
        ONE_MORE,
        Concurrently("CREATE UNIQUE INDEX CONCURRENTLY ix ON t (n)", "ix"),
        Alone("ALTER TABLE t VALIDATE CONSTRAINT m_is_there"),
        "ALTER TABLE t ALTER COLUMN m SET NOT NULL",
    ],
    "down": [Concurrently("DROP INDEX CONCURRENTLY ix", "ix"), "ALTER TABLE t DROP COLUMN m"],
}

OURS = "relnamespace = 'public'::regnamespace AND relname NOT IN ('aerich', 'twofold_migrations')"
POSTGRES_TABLES = f"SELECT relname FROM pg_class WHERE relkind = 'r' AND {OURS} ORDER BY 1"
INDEXES = "SELECT indisvalid FROM pg_index WHERE indrelid = 't'::regclass"
POSTGRES_SCHEMA = [
    f"""SELECT relname, attname, attnotnull FROM pg_attribute JOIN pg_class ON oid = attrelid
        WHERE relkind = 'r' AND {OURS} AND NOT attisdropped AND attnum > 0 ORDER BY 1, 2""",
    "SELECT conname, convalidated FROM pg_constraint WHERE conname = 'm_is_there'",
    INDEXES,
]
SEQUENCE = "SELECT * FROM sqlite_sequence WHERE name <> 'aerich'"
SQLITE_CHECKS = ["PRAGMA integrity_check", "PRAGMA foreign_key_check"]

NUMBERS = itertools.count()

States = dict[Progress | None, Any]
"""What the database holds when the ledger says so much; None: the migration is whole."""


async def snapshot(fetch: Fetch, dialect: str) -> dict[str, list[tuple[Any, ...]]]:
    """Returns schema and rows, but for what remembers migrations."""
    if dialect == "sqlite":
        schema = await fetch(MASTER)
        asked = {each: each for each in SQLITE_CHECKS}
        if await fetch("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"):
            asked |= {"sequence": SEQUENCE}
        for row in schema:
            if row["type"] == "table":
                number = "" if row["sql"].endswith("WITHOUT ROWID") else "rowid, "
                asked[row["name"]] = f"SELECT {number}* FROM {quoted(row['name'])}"
        held = {"schema": schema} | {name: await fetch(sql) for name, sql in asked.items()}
        held = {name: rows for name, rows in held.items() if rows}
    else:
        asked = {each: each for each in POSTGRES_SCHEMA}
        for row in await fetch(POSTGRES_TABLES):
            asked[row[0]] = f"SELECT * FROM {quoted(row[0])} ORDER BY 1"
        # A statement's plan is kept by its text, and cannot be used again within a transaction that changes the table.
        held = {name: await fetch(f"{sql} -- {next(NUMBERS)}") for name, sql in asked.items()}
    return {name: [tuple(row) for row in rows] for name, rows in held.items()}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(tortoise_config(url, killing.MODELS))
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def held(database: Database) -> Any:
    async def fetch(sql: str, *values: Any) -> Any:
        return await database.fetch(sql, values)

    return await snapshot(fetch, database.dialect)


async def take(database: Database, migrations: Path, direction: Direction) -> None:
    if direction == "up":
        await upgrade(database, migrations, APPS)
    elif await database.fetch("SELECT 1 FROM aerich"):  # the process was killed before it was done with it
        await downgrade(database, migrations, killing.APP)


class Trial:
    """A migration in one direction, on copies of one database."""

    def __init__(self, migrations: Path, direction: Direction, copy: Callable[[], str]) -> None:
        self.migrations = migrations
        self.direction: Direction = direction
        self.copy = copy

    def killed(self, each: int, *urls: str) -> list[str]:
        """Runs the migration on each copy, in a process that is killed before another statement; says how that went."""
        program = [sys.executable, str(killing.__file__), str(self.migrations), self.direction, str(each), *urls]
        result = call(*program)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout.splitlines()

    async def states(self, monkeypatch: pytest.MonkeyPatch) -> States:
        """Returns what is remembered together with what, in a run that nobody kills."""
        states: States = {}
        record = Ledger.record

        async def recorded(ledger: Ledger, progress: Progress | None) -> None:
            await record(ledger, progress)
            states[progress] = await snapshot(ledger.fetch, ledger.dialect)

        async with opened(self.copy()) as database:
            states[Progress(0, None)] = await held(database)
            with monkeypatch.context() as patched:
                patched.setattr(Ledger, "record", recorded)
                await take(database, self.migrations, self.direction)
        return states

    async def remembered(self, database: Database) -> Progress | None:
        if await database.fetch("SELECT 1" + await self._ledger_is_missing(database)):
            return Progress(0, None)
        sql = f"SELECT direction, parts_done, last_key FROM twofold_migrations WHERE version = '{VERSION}'"
        rows = await database.fetch(sql)
        if not rows or rows[0][0] != self.direction:
            return Progress(0, None)
        return None if rows[0][1] is None else Progress(rows[0][1], rows[0][2])

    async def _ledger_is_missing(self, database: Database) -> str:
        if database.dialect == "postgres":
            return " WHERE to_regclass('twofold_migrations') IS NULL"
        return " WHERE NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'twofold_migrations')"


async def survives(trial: Trial, each: int, monkeypatch: pytest.MonkeyPatch) -> States:
    """Kills the migration before one in `each` of its statements, and returns its states in a run that nobody kills."""
    states = await trial.states(monkeypatch)
    [said] = trial.killed(0, trial.copy())
    statements = range(0, int(said.split()[0]), each)
    urls = [trial.copy() for _ in statements]
    assert trial.killed(each, *urls) == [f"{number} killed" for number in statements]
    met = set()
    for url in urls:
        async with opened(url) as database:
            progress = await trial.remembered(database)
            met.add(progress)
            now = await held(database)
            if now != states[progress]:
                assert_only_the_index_is_ahead(now, states[progress])
            await take(database, trial.migrations, trial.direction)
            assert await held(database) == states[None]
            assert await column(database, "SELECT 1 FROM twofold_migrations WHERE parts_done IS NOT NULL") == []
            if trial.direction == "up":
                assert {each.state for each in await status(database, trial.migrations, APPS)} == {"applied"}
    assert each > 1 or met == states.keys()  # each state was met, so the kills were at all the boundaries
    count("migrations", "kills survived", len(statements))
    return states


def assert_only_the_index_is_ahead(now: Any, state: Any) -> None:
    """An index that is built in no transaction may be there, or gone, before that is remembered."""
    assert INDEXES in state, "SQLite has no such index"
    assert {**now, INDEXES: state[INDEXES]} == state
    assert set(now[INDEXES]) == {(True,)}


CASES = {
    "sqlite: a rebuild": ([PARTS, *AROUND, *ROWS], REBUILT, 1),
    "sqlite: several parts": (TABLE, SQLITE_PARTS, 3),
    "postgres: several parts": (TABLE, POSTGRES_PARTS, 3),
}
"""Statements before, and the migration; in the short form, one in so many of its statements is the last."""


@pytest.mark.parametrize("case", CASES)
async def test_a_killed_process(
    case: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = case.partition(":")[0]
    before, steps, short = CASES[case]
    each = examples(short, 1)
    migrations = tmp_path / "migrations"
    add_migration(migrations, VERSION, {dialect: steps["up"]}, {dialect: steps["down"]}, killing.APP)
    if dialect == "postgres":
        new_database: Callable[..., str] = request.getfixturevalue("new_postgres_database")
        url = new_database()

        def copy() -> str:
            return new_database(url.rpartition("/")[2])
    else:
        url, copy = in_folder(tmp_path)

    async with opened(url) as database:
        await write(database, *before)
    up = await survives(Trial(migrations, "up", copy), each, monkeypatch)
    async with opened(url) as database:
        await upgrade(database, migrations, APPS)
    down = await survives(Trial(migrations, "down", copy), each, monkeypatch)
    assert down[Progress(0, None)] == up[None]
    if before == TABLE:
        assert [row[-1] for row in up[None]["t"]] == [1] * 8


def in_folder(folder: Path) -> tuple[str, Callable[[], str]]:
    """Returns the URL of an SQLite file, and a function that makes copies of it."""
    copies = itertools.count()
    original = folder / "original.sqlite3"

    def copy() -> str:
        target = folder / f"{next(copies)}.sqlite3"
        shutil.copyfile(original, target)
        return f"sqlite://{target}"

    return f"sqlite://{original}", copy


async def test_a_migration_that_commits_in_between_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: what is between the two is found in a database whose process was killed."""
    migrations = tmp_path / "migrations"
    url, copy = in_folder(tmp_path)
    async with opened(url) as database:
        await write(database, *TABLE)
    up = {"sqlite": ["UPDATE t SET n = n + 1", "COMMIT", "BEGIN IMMEDIATE", "UPDATE t SET n = n + 1"]}
    add_migration(migrations, VERSION, up, {"sqlite": []}, killing.APP)
    with pytest.raises(AssertionError, match="SQLite has no such index"):
        await survives(Trial(migrations, "up", copy), 1, monkeypatch)
    count("migrations", "planted faults caught")
