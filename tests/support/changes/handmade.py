"""What somebody made by hand, and no model knows: an index, a view, and a trigger with a table that it writes to."""

from __future__ import annotations

from dataclasses import replace

from support.migrations import rows
from twofold.database import Database
from twofold.schema import Schema

__all__ = ["check_handmade", "make_by_hand", "without_handmade"]

COMMON = [
    "CREATE TABLE handmade_log (said TEXT)",
    "CREATE INDEX handmade_index ON things (lower(name)) WHERE name <> 'it''s'",
    "CREATE VIEW handmade_view AS SELECT name FROM things",
]
SQLITE = [
    """CREATE TRIGGER handmade_trigger AFTER UPDATE OF name ON things
    BEGIN INSERT INTO handmade_log VALUES (new.name || ';'); END"""
]
POSTGRES = [
    """CREATE FUNCTION handmade() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO handmade_log VALUES (new.name || '';''); RETURN new; END'""",
    "CREATE TRIGGER handmade_trigger AFTER UPDATE OF name ON things FOR EACH ROW EXECUTE FUNCTION handmade()",
]
INDEX_TABLE = {
    "sqlite": "SELECT tbl_name FROM sqlite_master WHERE name = 'handmade_index'",
    "postgres": "SELECT tablename FROM pg_indexes WHERE indexname = 'handmade_index'",
}


async def make_by_hand(database: Database) -> None:
    for statement in COMMON + (SQLITE if database.dialect == "sqlite" else POSTGRES):
        await database.fetch(statement)


async def check_handmade(database: Database, table: str) -> None:
    """Asserts that all of it is there on `table`, and that the trigger fires once for a change, else never."""
    assert await rows(database, INDEX_TABLE[database.dialect]) == [(table,)], "the index made by hand is lost"
    assert await rows(database, "SELECT count(*) FROM handmade_view") == [(3,)], "the view made by hand is another"
    assert await rows(database, "SELECT said FROM handmade_log") == [], "the trigger made by hand saw the migration"
    await database.fetch(f"UPDATE {table} SET name = name WHERE id = 1")
    assert await rows(database, "SELECT said FROM handmade_log") == [("one;",)], "the trigger made by hand is lost"
    await database.fetch("DELETE FROM handmade_log")


def without_handmade(schema: Schema) -> Schema:
    """Returns the tables that models know, as they know them."""
    return Schema(
        tables={
            name: replace(table, indexes=tuple(each for each in table.indexes if each.name != "handmade_index"))
            for name, table in schema.tables.items()
            if name != "handmade_log"
        }
    )
