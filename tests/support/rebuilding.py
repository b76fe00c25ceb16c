"""A table of SQLite with all that a table may have, and others around it."""

from twofold.sql.search import SearchIndex

PARTS = """CREATE TABLE parts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    parent_id INT REFERENCES parts (id) ON DELETE CASCADE,
    name VARCHAR(20) NOT NULL, -- parts (name)
    price INT NOT NULL DEFAULT 1,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT uq_parts_name UNIQUE (name), CHECK (parts.price > 0)
)"""
LONGER = PARTS.replace("VARCHAR(20)", "VARCHAR(200)")
SEARCH = SearchIndex(table="parts", key="id", columns=["name"])
AROUND = [
    "CREATE TABLE uses (id INTEGER PRIMARY KEY, part_id INT NOT NULL REFERENCES parts (id) ON DELETE CASCADE)",
    "CREATE TABLE log (said TEXT)",
    "CREATE INDEX ix_parts_price ON parts (price) WHERE name <> ''",
    'CREATE UNIQUE INDEX "ix parts (lower)" ON parts (lower("name"), price DESC)',
    "CREATE TRIGGER parts_insert AFTER INSERT ON parts BEGIN INSERT INTO log VALUES ('+' || new.name); END",
    "CREATE TRIGGER uses_delete AFTER DELETE ON uses BEGIN UPDATE parts SET price = 9 WHERE id = old.part_id; END",
    "CREATE VIEW dear AS SELECT name, uses.id FROM parts JOIN uses ON part_id = parts.id",
    "CREATE VIEW dearest AS SELECT name FROM dear",
    "CREATE TRIGGER dear_insert INSTEAD OF INSERT ON dear BEGIN INSERT INTO parts (name) VALUES (new.name); END",
    *SEARCH.up("sqlite"),
]
ROWS = [
    "INSERT INTO parts (id, parent_id, name) VALUES (1, NULL, 'wheel'), (5, 1, 'spoke'), (9, 5, 'nipple')",
    "INSERT INTO uses VALUES (1, 5), (2, 9)",
    "DELETE FROM uses WHERE id = 2",
    "DELETE FROM parts WHERE id = 9",
]
FOUND = "SELECT key FROM parts_search JOIN parts_search_keys ON number = parts_search.rowid WHERE parts_search MATCH "
