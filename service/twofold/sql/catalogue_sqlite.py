"""What SQLite is asked about its tables."""

__all__ = ["COLUMNS", "INDEXES", "KEYS", "SEARCHES", "TABLES", "VIEWS", "VIEW_COLUMNS", "VIRTUAL_TABLES"]

TABLES = """
SELECT list.name, list.wr, master.sql FROM pragma_table_list AS list
JOIN sqlite_master AS master ON master.type = 'table' AND master.name = list.name
WHERE list.schema = 'main' AND list.type = 'table' AND list.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY list.name"""

COLUMNS = """
SELECT master.name AS "table", info.name, info.type, info."notnull", info.dflt_value, info.pk
FROM sqlite_master AS master, pragma_table_xinfo(master.name) AS info
WHERE master.type = 'table' AND master.sql NOT LIKE 'CREATE VIRTUAL TABLE%' ORDER BY master.name, info.cid"""

KEYS = """
SELECT master.name AS "table", list.id, list."table" AS target, list."from", list."to", list.on_update, list.on_delete
FROM sqlite_master AS master, pragma_foreign_key_list(master.name) AS list
WHERE master.type = 'table' ORDER BY master.name, list.id DESC, list.seq"""
"""The first key that the table says has the highest number."""

INDEXES = """
SELECT master.name AS "table", list.name, list."unique", list.origin, own.sql,
    (SELECT json_group_array(name) FROM (SELECT name FROM pragma_index_info(list.name) ORDER BY seqno)) AS columns
FROM sqlite_master AS master, pragma_index_list(master.name) AS list
LEFT JOIN sqlite_master AS own ON own.type = 'index' AND own.name = list.name
WHERE master.type = 'table' ORDER BY list.name"""

SEARCHES = """
SELECT virtual.name, info.name AS column FROM sqlite_master AS virtual, pragma_table_xinfo(virtual.name) AS info
WHERE virtual.sql LIKE 'CREATE VIRTUAL TABLE%fts5%' AND info.hidden = 0
    AND EXISTS (SELECT 1 FROM sqlite_master AS keys WHERE keys.type = 'table' AND keys.name = virtual.name || '_keys')
ORDER BY virtual.name, info.cid"""

VIEWS = "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name"

VIEW_COLUMNS = "SELECT name, type FROM pragma_table_xinfo(?) ORDER BY cid"

VIRTUAL_TABLES = """
SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%' AND NOT EXISTS (
    SELECT 1 FROM sqlite_master AS keys WHERE keys.name = sqlite_master.name || '_keys') ORDER BY name"""
