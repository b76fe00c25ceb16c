"""What a database's schema is, read from its own catalogue, in a form that can be compared."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from twofold.database import Database

BOOKKEEPING = {"aerich", "twofold_migrations", "sqlite_sequence"}

SQLITE_TABLES = """
SELECT name FROM sqlite_master AS found WHERE type = 'table' AND NOT EXISTS (
    SELECT 1 FROM sqlite_master AS search WHERE search.sql LIKE 'CREATE VIRTUAL TABLE%'
    AND (found.name = search.name OR found.name GLOB search.name || '_*'))"""
"""But for those that full-text search has beside a table; `searches` tells of them."""

POSTGRES_COLUMNS = """
SELECT relname AS table, attname AS column, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    AND attgenerated = ''"""

POSTGRES_KEYS = """
SELECT relname AS table, confrelid::regclass::text AS target, attname AS column,
    CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'r' THEN 'RESTRICT' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END
    AS on_delete
FROM pg_constraint JOIN pg_class ON conrelid = pg_class.oid
JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE contype = 'f'"""

POSTGRES_INDEXES = """
SELECT indrelid::regclass::text AS table, indisunique AS unique,
    array(SELECT pg_get_indexdef(indexrelid, key, true) FROM generate_series(1, indnkeyatts) AS key) AS columns
FROM pg_index JOIN pg_class ON indrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND indexrelid::regclass::text !~ '_search$'"""

POSTGRES_SEARCHES = """
SELECT adrelid::regclass::text AS table, pg_get_expr(adbin, adrelid) AS expression
FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
JOIN pg_index ON indrelid = adrelid AND indkey::text = attnum::text
WHERE attgenerated = 's'"""


@dataclass
class TableSchema:
    """A table: its columns (type, nullable), foreign keys (target, ON DELETE), unique sets and indexes."""

    columns: dict[str, tuple[str, bool]] = field(default_factory=dict)
    references: dict[str, tuple[str, str]] = field(default_factory=dict)
    unique: set[tuple[str, ...]] = field(default_factory=set)
    indexes: set[tuple[str, ...]] = field(default_factory=set)


async def tables_in(database: Database) -> set[str]:
    """Returns the names of the tables, those that remember migrations left out."""
    if database.dialect == "sqlite":
        rows = await database.fetch(SQLITE_TABLES)
    else:
        rows = await database.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    return {row[0] for row in rows} - BOOKKEEPING


async def schema_of(database: Database) -> dict[str, TableSchema]:
    """Returns all tables by name, those that remember migrations left out."""
    read = _read_sqlite if database.dialect == "sqlite" else _read_postgres
    tables = await read(database)
    return {name: table for name, table in tables.items() if name not in BOOKKEEPING}


async def searches(database: Database) -> dict[str, tuple[str, ...]]:
    """Returns by table the columns that full-text search looks in, in their order."""
    if database.dialect == "postgres":
        rows = await database.fetch(POSTGRES_SEARCHES)
        return {row["table"]: tuple(re.findall(r"twofold_search\(\(*(\w+)", row["expression"])) for row in rows}
    rows = await database.fetch("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    return {
        row["name"].removesuffix("_search"): tuple(
            each["name"] for each in await database.fetch(f"PRAGMA table_info({row['name']})")
        )
        for row in rows
    }


async def _read_sqlite(database: Database) -> dict[str, TableSchema]:
    tables = {}
    for name in await tables_in(database):
        tables[name] = table = TableSchema()
        for row in await database.fetch(f"PRAGMA table_info({name})"):
            table.columns[row["name"]] = (row["type"], not row["notnull"])
        for row in await database.fetch(f"PRAGMA foreign_key_list({name})"):
            table.references[row["from"]] = (row["table"], row["on_delete"])
        for row in await database.fetch(f"PRAGMA index_list({name})"):
            columns = tuple(each["name"] for each in await database.fetch(f"PRAGMA index_info({row['name']})"))
            (table.unique if row["unique"] else table.indexes).add(columns)
    return tables


async def _read_postgres(database: Database) -> dict[str, TableSchema]:
    tables: defaultdict[str, TableSchema] = defaultdict(TableSchema)
    for row in await database.fetch(POSTGRES_COLUMNS):
        tables[row["table"]].columns[row["column"]] = (row["type"], row["nullable"])
    for row in await database.fetch(POSTGRES_KEYS):
        tables[row["table"]].references[row["column"]] = (row["target"], row["on_delete"])
    for row in await database.fetch(POSTGRES_INDEXES):
        table = tables[row["table"]]
        (table.unique if row["unique"] else table.indexes).add(tuple(row["columns"]))
    return tables
