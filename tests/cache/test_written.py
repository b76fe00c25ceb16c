"""What statements write is told from their text: never less than what the database itself says."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import pytest
from tortoise import Model, fields

from twofold.cache import written
from twofold.cache.tags import any_row, changed_rows, unknown_rows
from twofold.cache.ties import Ties, ties_of
from twofold.cache.written import known_rows, tables_written, tags_written

pytestmark = pytest.mark.cache

ALL = None
"""Nobody can tell: everything."""
NOTHING: set[str] = set()

STATEMENTS: dict[str, set[str] | None] = {
    # reads
    "SELECT 1": NOTHING,
    "  (SELECT 1) UNION (SELECT 2)": NOTHING,
    "SELECT * FROM a FOR UPDATE": NOTHING,
    "SELECT * FROM a FOR  UPDATE OF a SKIP LOCKED": NOTHING,
    "SELECT * FROM a FOR NO KEY\nUPDATE SKIP LOCKED": NOTHING,
    "SELECT 'DELETE FROM a'": NOTHING,
    "SELECT ';DELETE FROM a' AS x;": NOTHING,
    "WITH x AS (SELECT 1) SELECT * FROM x": NOTHING,
    "WITH x AS (SELECT replace(name, 'a', 'b') FROM a) SELECT * FROM x FOR UPDATE": NOTHING,
    "WITH x AS (SELECT 'UPDATE b SET i = 1') SELECT * FROM x": NOTHING,
    "/* DELETE FROM a */ SELECT 1 -- DELETE FROM a": NOTHING,
    "PRAGMA foreign_keys = ON": NOTHING,
    "EXPLAIN SELECT 1": NOTHING,
    "SAVEPOINT x": NOTHING,
    "": NOTHING,
    " ; ": NOTHING,
    # writes of one table
    "INSERT INTO a VALUES (1)": {"a"},
    "insert into a values ($1::text)": {"a"},
    "INSERT INTO a (i) VALUES (1) ON CONFLICT (i) DO UPDATE SET i = 2": {"a"},
    "INSERT INTO a (i) VALUES (1) ON CONFLICT (i) DO\n  UPDATE SET i = excluded.i": {"a"},
    "INSERT INTO a SELECT * FROM b FOR UPDATE": {"a"},
    "INSERT /* so */ INTO -- it is\n a VALUES (1)": {"a"},
    "INSERT OR IGNORE INTO a VALUES (1)": {"a"},
    "INSERT OR REPLACE INTO a VALUES (1)": {"a-"},
    "REPLACE INTO a VALUES (1)": {"a-"},
    "UPDATE a SET i = 1": {"a"},
    "UPDATE ONLY a SET i = 1": {"a"},
    "UPDATE OR REPLACE a SET i = 1": {"a-"},
    "UPDATE OR FAIL a SET i = 1": {"a"},
    "UPDATE a SET i = b.i FROM b WHERE b.i = a.i": {"a"},
    "UPDATE a SET s = replace(s, 'INTO', '')": {"a"},
    "DELETE FROM a": {"a-"},
    "DELETE FROM ONLY a USING b": {"a-"},
    "DELETE FROM a;": {"a-"},
    "UPDATE a SET s = ';'": {"a"},
    "UPDATE a SET s = 'it''s; DELETE FROM b'": {"a"},
    r"UPDATE a SET s = E'\'; DELETE FROM b; \''": {"a"},
    "UPDATE a SET s = $x$'; DELETE FROM b$x$": {"a"},
    # names
    'INSERT INTO "a" VALUES (1)': {"a"},
    "UPDATE Products SET i = 1": {"products"},
    'UPDATE "Products" SET i = 1': {"products"},
    'DELETE FROM "main"."odd.name"': {"odd.name-"},
    'DELETE FROM main . "say ""so"""': {'say "so"-'},
    "DELETE FROM public.a": {"a-"},
    "DELETE FROM `a`": {"a-"},
    "DELETE FROM [a]": ALL,
    "UPDATE ONLY (a) SET i = 1": ALL,
    "DELETE FROM überall": {"überall-"},
    # several tables
    "WITH x AS (DELETE FROM a RETURNING i) SELECT * FROM x": {"a-"},
    "(WITH x AS (DELETE FROM a RETURNING i) SELECT * FROM x)": {"a-"},
    "WITH x AS (DELETE FROM a RETURNING i) INSERT INTO b SELECT i FROM x": {"a-", "b"},
    "WITH x AS (INSERT INTO a VALUES (1)) DELETE /* so */ FROM b": {"a", "b-"},
    "WITH x AS (SELECT '--') DELETE FROM b": {"b-"},
    "INSERT INTO a WITH x AS (SELECT 1) SELECT * FROM x": {"a"},
    "EXPLAIN ANALYZE DELETE FROM a": {"a-"},
    "BEGIN; DELETE FROM a; UPDATE b SET i = 1; COMMIT": {"a-", "b"},
    # nobody can tell
    "WITH x AS (SELECT 1) MERGE INTO a USING x ON TRUE WHEN MATCHED THEN DELETE": ALL,
    "MERGE INTO a USING b ON TRUE WHEN MATCHED THEN UPDATE SET i = 1": ALL,
    "BEGIN; TRUNCATE a; COMMIT": ALL,
    "TRUNCATE a": ALL,
    "COPY a FROM STDIN": ALL,
    "CREATE TABLE x (i int)": ALL,
    "CREATE TRIGGER x AFTER INSERT ON a BEGIN DELETE FROM b; END": ALL,
    "ALTER TABLE a ADD COLUMN b int DEFAULT 1": ALL,
    "DROP TABLE a": ALL,
    "DO $$ BEGIN DELETE FROM a; END $$": ALL,
    "CALL something()": ALL,
    "EXECUTE something": ALL,
    "EXPLAIN ANALYZE EXECUTE something": ALL,
    "EXPLAIN (ANALYZE) REFRESH MATERIALIZED VIEW a": ALL,
    "REFRESH MATERIALIZED VIEW a": ALL,
    "ATTACH 'x' AS y": ALL,
    "SELECT 'not closed": ALL,
    "/* one /* within */ another */ SELECT 1": ALL,
    "-- a line for SQLite, two for PostgreSQL\rDELETE FROM a": ALL,
    "-- a line for both\r\nDELETE FROM a": {"a-"},
}
"""With a sign behind the tables of which rows are deleted."""


def answer(sql: str) -> set[str] | None:
    found = tables_written(sql)
    return None if found is None else {f"{each.name}{'-' if each.deletes else ''}" for each in found}


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_text_tells_what_it_writes(sql: str) -> None:
    assert answer(sql) == STATEMENTS[sql]


# -- the database's own word -------------------------------------------------------------------------------------


@pytest.fixture
def tables() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for name in ("a", "b", "products", "odd.name", 'say "so"', "überall"):
        connection.execute(f'CREATE TABLE "{name.replace(chr(34), chr(34) * 2)}" (i INTEGER PRIMARY KEY, s TEXT)')
    yield connection
    connection.close()


def writes_of(connection: sqlite3.Connection, sql: str) -> set[str] | None:
    """What SQLite asks leave to write when it compiles a text; None where it cannot compile it."""
    asked: set[str] = set()

    def noted(action: int, table: str | None, *_: object) -> int:
        if action in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE) and table != "sqlite_master":
            asked.add(f"{table}".lower())
        return sqlite3.SQLITE_OK

    connection.set_authorizer(noted)
    try:
        connection.execute(f"EXPLAIN {sql}" if not sql.startswith("EXPLAIN") else sql)
    except sqlite3.Error:
        return None
    finally:
        connection.set_authorizer(None)
    return asked


def test_it_says_no_less_than_sqlite_does(tables: sqlite3.Connection) -> None:
    compiled = 0
    for sql in STATEMENTS:
        said, asked = tables_written(sql), writes_of(tables, sql)
        if asked is None or not asked:
            continue
        compiled += 1
        assert said is None or asked <= {each.name for each in said}, sql
    assert compiled >= 20


@pytest.mark.parametrize(
    ("name", "blind", "sql"),
    [
        ("NO_UPDATE", ("FOR", "KEY", "DO", "ANALYZE", "("), "WITH x AS (UPDATE a SET i = 1 RETURNING i) SELECT 1"),
        ("READS", ("SELECT", "BEGIN", "DELETE"), "DELETE FROM a"),
        ("TOKEN", re.compile(r"(?P<space>\s+|--.*)|(?P<name>\"[^\"]+\")|(?P<word>\w+)|(?P<other>.)", re.DOTALL),
         "WITH x AS (SELECT '--') DELETE FROM b"),
    ],
)  # fmt: skip
def test_a_planted_blindness_is_seen(monkeypatch: pytest.MonkeyPatch, name: str, blind: object, sql: str) -> None:
    expected = STATEMENTS.get(sql, {"a"})
    assert answer(sql) == expected
    monkeypatch.setattr(written, name, blind)
    assert written.tables_written.__wrapped__(sql) != tables_written(sql)


# -- tags --------------------------------------------------------------------------------------------------------


def tags_of(*tables: str) -> frozenset[int]:
    return frozenset(tag(table) for table in tables for tag in (any_row, unknown_rows, changed_rows))


TIES = Ties(tables=frozenset({"a", "b", "c"}), beside={"a": frozenset({"b"})})


def test_a_deletion_takes_what_hangs_on_it_along() -> None:
    assert tags_written("DELETE FROM a", TIES, None) == tags_of("a", "b")
    assert tags_written("UPDATE a SET i = 1", TIES, None) == tags_of("a")
    assert tags_written("DELETE FROM b", TIES, None) == tags_of("b")


def test_only_what_somebody_reads_is_told_of() -> None:
    assert tags_written("DELETE FROM a", TIES, {"b"}) == tags_of("b")
    assert tags_written("DELETE FROM c", TIES, {"b"}) == frozenset()
    assert tags_written("DELETE FROM A", TIES, {"a"}) == tags_of("a")


@pytest.mark.parametrize(
    ("sql", "adds"),
    [
        ("INSERT INTO a VALUES (1)", True),
        ("INSERT OR IGNORE INTO a VALUES (1)", True),
        ("WITH x AS (INSERT INTO a VALUES (1) RETURNING i) SELECT * FROM x", True),
        ("INSERT INTO a (i) VALUES (1) ON CONFLICT (i) DO UPDATE SET i = 2", False),
        ("INSERT OR REPLACE INTO a VALUES (1)", False),
        ("WITH x AS (INSERT INTO a VALUES (1)) UPDATE a SET i = 1", False),
        ("UPDATE a SET i = 1", False),
    ],
)
def test_what_only_adds_rows_changes_none(sql: str, *, adds: bool) -> None:
    found = tags_written(sql, Ties(), None)
    assert found is not None
    assert {any_row("a"), unknown_rows("a")} <= found
    assert (changed_rows("a") not in found) is adds


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("UPDATE a SET i = 1 WHERE j = 2", {"i"}),
        ('UPDATE "a" SET "i"=$1,"j"=$2 WHERE "k"=$3 RETURNING "l"', {"i", "j"}),
        ("UPDATE a SET (i, j) = (1, 2) FROM b WHERE b.k = 3", {"i", "j"}),
        ("UPDATE a SET i = (SELECT k FROM b WHERE l = 1), J = 2", {"i", "select", "k", "from", "b", "where", "l", "j"}),
        ("WITH x AS (UPDATE a SET i = 1) UPDATE b SET j = 2", {"i", "j"}),
        ("INSERT INTO a (k) VALUES (1) ON CONFLICT (k) DO UPDATE SET i = 2 WHERE j = 3", {"i"}),
        ("INSERT INTO a (k) VALUES (1)", set()),
        ("DELETE FROM a WHERE i = 1", set()),
    ],
)
def test_which_columns_are_set(sql: str, names: set[str]) -> None:
    assert {name for each in tables_written(sql) or () for name in each.sets} == names


def test_rows_that_are_known_are_told_of_and_not_their_table() -> None:
    with known_rows({"A": {1, 2}}):
        assert tags_written("UPDATE a SET i = 1", TIES, None) == {1, 2}
        assert tags_written("UPDATE b SET i = 1", TIES, None) == tags_of("b")
        assert tags_written("DELETE FROM a", TIES, None) == {1, 2} | tags_of("b")


def test_a_table_that_no_model_has_may_be_any_by_another_name() -> None:
    assert tags_written("DELETE FROM a_in_2026", TIES, {"a"}) is None
    assert tags_written("DELETE FROM a_in_2026", Ties(), {"a"}) == frozenset()


class Shelf(Model):
    """Something that others hang on."""

    id = fields.IntField(primary_key=True)

    class Meta:
        table = "shelves"


class Kept(Model):
    """A view of a table."""

    id = fields.IntField(primary_key=True)

    class Meta:
        table = "shelves_keyed"
        source = "Shelves"


class Summed(Model):
    """A view of a view, which may be of anything."""

    id = fields.IntField(primary_key=True)

    class Meta:
        table = "sums_keyed"
        source = "sums"


def test_views_change_with_what_they_show() -> None:
    ties = ties_of([Shelf, Kept, Summed])
    assert tags_written("UPDATE shelves SET id = 1", ties, None) == tags_of("shelves", "shelves_keyed", "sums_keyed")
    with known_rows({"shelves": {1}}):
        found = tags_written("UPDATE shelves SET id = 1", ties, None)
    assert found == {1} | tags_of("shelves_keyed", "sums_keyed")
    assert tags_written("UPDATE shelves_keyed SET id = 1", ties, None) == tags_of(
        "shelves", "shelves_keyed", "sums_keyed"
    )
