"""A table of SQLite is made anew, and nothing of it or around it is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.databases import open_database
from support.figures import count
from support.migrations import rows
from support.rebuilding import AROUND, FOUND, LONGER, PARTS, ROWS
from support.stepping import column, master, progress, take, write
from twofold.database import Database
from twofold.migrate import MigrationFailed, Rebuild
from twofold.schema.reading import name_in_create

pytestmark = pytest.mark.migrations


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(f"sqlite://{tmp_path / 'rebuild.sqlite3'}")
    await database.open()
    yield database
    await database.close()


async def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    tables = ("parts", "uses", "log", "dear", "dearest", "parts_search_keys")
    kept = {table: await rows(database, f"SELECT * FROM {table}") for table in tables}
    kept["sequence"] = await rows(database, "SELECT * FROM sqlite_sequence WHERE name = 'parts'")
    kept["found"] = await rows(database, f"{FOUND}'SPOKE'")
    kept["numbers"] = await rows(database, "SELECT rowid FROM parts")
    return kept


def schema_with(made: list[tuple[object, ...]], text: str) -> list[tuple[object, ...]]:
    """SQLite writes the name of a table that was renamed in quotes; all else of a text stays as it is."""
    text = text.replace("TABLE parts", 'TABLE "parts"')
    text = text.replace("parts.price", "price")
    return [(*each[:3], text) if each[:2] == ("table", "parts") else each for each in made]


async def test_nothing_is_lost(database: Database) -> None:
    await write(database, PARTS, *AROUND, *ROWS)
    schema, kept = await master(database), await everything(database)
    assert kept["sequence"] == [("parts", 9)]

    await take(database, Rebuild(table="parts", create=LONGER))
    assert await master(database) == schema_with(schema, LONGER)
    assert await everything(database) == kept
    assert await column(database, "PRAGMA foreign_key_check") == []
    assert await column(database, "PRAGMA legacy_alter_table") == [0]
    count("migrations", "rebuilds that lost nothing")

    await write(database, "INSERT INTO dear (name) VALUES ('rim')", "DELETE FROM parts WHERE id = 1")
    assert await rows(database, "SELECT id, name, twice FROM parts") == [(10, "rim", 2)]
    assert await column(database, "SELECT said FROM log") == ["+wheel", "+spoke", "+nipple", "+rim"]
    assert await column(database, "SELECT id FROM uses") == []
    assert await column(database, f"{FOUND}'RIM'") == [10]
    with pytest.raises(Exception, match="CHECK constraint failed"):
        await database.fetch("UPDATE parts SET price = 0")


async def test_the_last_number_is_kept_of_an_empty_table(database: Database) -> None:
    await write(database, PARTS, *ROWS[:1], "DELETE FROM parts")
    await take(database, Rebuild(table="parts", create=LONGER))
    await write(database, "INSERT INTO parts (name) VALUES ('rim')")
    assert await column(database, "SELECT id FROM parts") == [10]


async def test_counting_up_begins_and_ends(database: Database) -> None:
    plain = "CREATE TABLE t (id INTEGER PRIMARY KEY, said TEXT DEFAULT 'AUTOINCREMENT')"
    await write(database, plain, "INSERT INTO t (id) VALUES (7)")
    counting = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, said TEXT)"
    await take(database, Rebuild(table="t", create=counting))
    assert await rows(database, "SELECT * FROM sqlite_sequence WHERE name <> 'aerich'") == [("t", 7)]
    await take(database, Rebuild(table="t", create=plain), direction="down")
    assert await rows(database, "SELECT * FROM sqlite_sequence WHERE name <> 'aerich'") == []


NUMBERED = {
    "a text as key": ("CREATE TABLE t (id TEXT PRIMARY KEY, n INT)", "id, n"),
    "a column called rowid": ("CREATE TABLE t (RowId TEXT PRIMARY KEY, n INT)", "rowid, n"),
    "two names taken": ("CREATE TABLE t (rowid TEXT PRIMARY KEY, _rowid_ INT)", "rowid, _rowid_"),
    "all names taken": ("CREATE TABLE t (rowid TEXT PRIMARY KEY, _rowid_ INT, oid INT)", "rowid, _rowid_"),
    "no number": ("CREATE TABLE t (id TEXT PRIMARY KEY, n INT) WITHOUT ROWID", "id, n"),
    "a number as key, of another name": ("CREATE TABLE t (oid INTEGER PRIMARY KEY, n INT)", "oid, n"),
    "a number as key that goes down": ("CREATE TABLE t (id INTEGER PRIMARY KEY DESC, n INT)", "id, n"),
}


@pytest.mark.parametrize("kind", NUMBERED)
async def test_rows_keep_their_numbers(database: Database, kind: str) -> None:
    create, columns = NUMBERED[kind]
    await write(database, create, f"INSERT INTO t ({columns}) VALUES (3, 1), (2, 2), (8, 3), (5, 4)")
    await write(database, f"DELETE FROM t WHERE {columns.split(',')[0]} = 2")
    free = [name for name in ("rowid", "_rowid_", "oid") if name not in create.lower()]
    numbers = f"SELECT {free[0]}, * FROM t" if free and "WITHOUT" not in create else "SELECT * FROM t"
    before = await rows(database, numbers)
    assert len(before) == 3
    await take(database, Rebuild(table="t", create=create.replace("INT", "BIGINT").replace("BIGINTEGER", "INTEGER")))
    assert await rows(database, numbers) == before


async def test_a_key_becomes_the_number_and_back(database: Database) -> None:
    await write(database, "CREATE TABLE t (id INT PRIMARY KEY, n INT)", "INSERT INTO t VALUES (30, 1), (20, 2)")
    await take(database, Rebuild(table="t", create="CREATE TABLE t (id INTEGER PRIMARY KEY, n INT)"))
    assert await rows(database, "SELECT rowid, id, n FROM t") == [(20, 20, 2), (30, 30, 1)]
    await take(database, Rebuild(table="t", create="CREATE TABLE t (id INT PRIMARY KEY, n INT)"), direction="down")
    assert await rows(database, "SELECT rowid, id, n FROM t") == [(20, 20, 2), (30, 30, 1)]


@pytest.mark.parametrize("name", ["select", "a b", 'a"b', "a'b", "größe", "[x]", "a.b", "new_t", "x(", "-- x", "名"])
async def test_odd_names(database: Database, name: str) -> None:
    q = '"' + name.replace('"', '""') + '"'
    create = f"CREATE TABLE {q} ({q} INT PRIMARY KEY, up INT REFERENCES {q} ({q}), CHECK ({q}.{q} > 0))"
    await write(
        database,
        create,
        f"CREATE TABLE child (id INT REFERENCES {q} ({q}))",
        f'CREATE INDEX {q[:-1]} ix" ON {q} ({q}, up)',
        f'CREATE TRIGGER {q[:-1]} tr" AFTER DELETE ON {q} BEGIN DELETE FROM child WHERE id = old.{q}; END',
        f"INSERT INTO {q} VALUES (1, 1), (2, 1)",
        "INSERT INTO child VALUES (2)",
    )
    before = await master(database)
    await take(database, Rebuild(table=name, create=create.replace("INT PRIMARY", "BIGINT PRIMARY")))
    made = create.replace("INT PRIMARY", "BIGINT PRIMARY").replace(f"{q}.{q}", q)
    assert await master(database) == [(*each[:3], made) if each[:2] == ("table", name) else each for each in before]
    assert await rows(database, f"SELECT * FROM {q}") == [(1, 1), (2, 1)]


async def test_values_are_said(database: Database) -> None:
    await write(
        database,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, first TEXT, last TEXT, both TEXT AS (first || last), gone INT)",
        "INSERT INTO t (first, last, gone) VALUES ('a', 'b', 1), ('c', 'd', NULL)",
    )
    create = """CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, both TEXT, kind TEXT DEFAULT 'new',
        "size" INT NOT NULL, again TEXT AS (name || name))"""
    await take(
        database, Rebuild(table="t", create=create, values={"name": "upper(first)", "SIZE": "coalesce(gone, 7)"})
    )
    assert await rows(database, "SELECT * FROM t") == [
        (1, "A", "ab", "new", 1, "AA"),
        (2, "C", "cd", "new", 7, "CC"),
    ]


@pytest.mark.parametrize("sql", ["({})", "(lower({}))", "(a) WHERE {} IS NOT NULL", "(a, {} COLLATE NOCASE DESC)"])
@pytest.mark.parametrize("named", ['"Gone"', "gone", "[gone]", "`gone`"])
async def test_an_index_of_a_column_that_goes(database: Database, sql: str, named: str) -> None:
    """In quotes, SQLite would make an index of the text "gone" and say nothing."""
    index = f"CREATE INDEX ix ON t {sql.format(named)}"
    await write(database, "CREATE TABLE t (a INT, gone INT)", "INSERT INTO t VALUES (1, 2)", index)
    before = await master(database)
    create = "CREATE TABLE t (a INT)"
    with pytest.raises(MigrationFailed, match=r"(?i)index ix of t cannot be made again: .*gone.*; drop it before, or"):
        await take(database, Rebuild(table="t", create=create))
    assert await master(database) == before
    assert await rows(database, "SELECT * FROM t") == [(1, 2)]
    await take(database, Rebuild(table="t", create=create, without=("IX",)))
    assert [each[:2] for each in await master(database)] == [("table", "t")]
    count("migrations", "planted faults caught")


DELETING = "BEGIN DELETE FROM o WHERE id"
BREAKING = {
    "CREATE VIEW v AS SELECT gone FROM t": "the view v",
    f"CREATE TRIGGER tr AFTER INSERT ON t {DELETING} = new.gone; END": "a trigger of inserts into t",
    f"CREATE TRIGGER tr AFTER UPDATE OF a ON t {DELETING} = old.gone; END": "a trigger of updates of t",
    "CREATE TRIGGER tr AFTER DELETE ON o BEGIN UPDATE t SET gone = 1; END": "a trigger of deletes from o",
}


@pytest.mark.parametrize("statement", BREAKING)
async def test_what_would_not_work_any_more(database: Database, statement: str) -> None:
    await write(database, "CREATE TABLE o (id INT)", "CREATE TABLE t (a INT, gone INT)", statement)
    await write(database, "CREATE VIEW broken AS SELECT no_column FROM nowhere")
    before = await master(database)
    step = Rebuild(table="t", create="CREATE TABLE t (a INT)")
    with pytest.raises(MigrationFailed, match=f"{BREAKING[statement]} does not work any more: no such column: .*gone"):
        await take(database, step)
    assert await master(database) == before
    kind, name = statement.split()[1:3]
    await take(database, step, f"DROP {kind} {name}")
    assert await column(database, "SELECT name FROM pragma_table_info('t')") == ["a"]
    count("migrations", "planted faults caught")


REFUSED = {
    "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT UNIQUE ON CONFLICT IGNORE)": "t has 3 rows, and 2 of them would be",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT UNIQUE)": "UNIQUE constraint failed: t.n",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, m INT NOT NULL)": "NOT NULL constraint failed: t.m",
    "CREATE TABLE u (id INTEGER PRIMARY KEY, n INT)": "does not begin with CREATE TABLE t",
    "CREATE VIEW t AS SELECT 1": "does not begin with CREATE TABLE t",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT REFERENCES nowhere (id))": "refers to table nowhere",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT REFERENCES t (id))": "3 rows refer to rows that do not exist",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT": "incomplete input",
}


@pytest.mark.parametrize("create", REFUSED)
async def test_what_would_lose_rows_is_refused(database: Database, create: str) -> None:
    await write(database, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT)", "INSERT INTO t (n) VALUES (7), (7), (8)")
    before = await master(database)
    with pytest.raises(MigrationFailed, match=REFUSED[create]) as failed:
        await take(database, "CREATE TABLE first (id INT)", Rebuild(table="t", create=create))
    assert str(failed.value).startswith("trial/7_20261123000000_steps.py up: ")
    assert await master(database) == before
    assert await rows(database, "SELECT * FROM t") == [(1, 7), (2, 7), (3, 8)]
    assert await progress(database) == []
    assert await rows(database, "PRAGMA foreign_keys") == [(1,)]
    assert await rows(database, "PRAGMA legacy_alter_table") == [(0,)]
    count("migrations", "planted faults caught")


async def test_a_rebuild_that_says_what_is_not_so(database: Database) -> None:
    await write(database, "CREATE TABLE t (a INT)")
    with pytest.raises(MigrationFailed, match=r"statement 1 of 1 failed: there is no table nowhere"):
        await take(database, Rebuild(table="nowhere", create="CREATE TABLE nowhere (a INT)"))
    with pytest.raises(MigrationFailed, match=r"values are said for b, which t will not store"):
        await take(database, Rebuild(table="t", create="CREATE TABLE t (a INT)", values={"b": "1"}))


CREATES = {
    "CREATE TABLE t (id INT)": "t",
    'create table if not exists main."a ""b""" (id INT)': 'a "b"',
    "CREATE TABLE [a b](id INT)": "a b",
    "CREATE -- the table x\n TABLE /* y */ `a``b`(id INT)": "a`b",
    "CREATE INDEX t ON u (id)": None,
    "CREATE TABLE (id INT)": None,
    "DROP TABLE t": None,
}


@pytest.mark.parametrize("text", CREATES)
def test_the_name_in_a_text(text: str) -> None:
    name = name_in_create(text)
    assert (name.name if name else None) == CREATES[text]
