"""What PostgreSQL is asked about the tables of the current schema."""

__all__ = ["COLUMNS", "CONSTRAINTS", "DOMAINS", "INDEXES", "LABELS", "OTHER_SCHEMAS", "PATH", "SET_PATH", "TABLES",
           "VIEW_COLUMNS"]  # fmt: skip

OURS = """
c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')"""

TABLES = f"""
SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS comment FROM pg_class AS c
WHERE {OURS} ORDER BY c.relname COLLATE "C" """

COLUMNS = f"""
SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
    a.attgenerated <> '' AS computed, pg_get_expr(d.adbin, d.adrelid) AS expression, col_description(c.oid, a.attnum)
    AS comment, a.attidentity <> '' AS identity, EXISTS (
        SELECT 1 FROM pg_depend AS owns JOIN pg_depend AS uses ON uses.refobjid = owns.objid
        WHERE owns.classid = 'pg_class'::regclass AND owns.deptype = 'a' AND owns.refobjid = c.oid
        AND owns.refobjsubid = a.attnum AND uses.classid = 'pg_attrdef'::regclass AND uses.objid = d.oid) AS serial
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE {OURS} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname COLLATE "C", a.attnum"""

ACTION = """CASE {} WHEN 'c' THEN 'CASCADE' WHEN 'r' THEN 'RESTRICT' WHEN 'n' THEN 'SET NULL'
    WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END"""
NAMES = """array(SELECT attname::text FROM unnest({}) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute ON attrelid = {} AND attnum = k.number ORDER BY k.place)"""

CONSTRAINTS = f"""
SELECT c.relname AS "table", k.conname AS name, k.contype::text AS kind, {NAMES.format("k.conkey", "c.oid")} AS columns,
    CASE WHEN t.relnamespace <> c.relnamespace THEN (SELECT nspname FROM pg_namespace WHERE oid = t.relnamespace)
        || '.' ELSE '' END || t.relname AS target,
    {NAMES.format("k.confkey", "t.oid")} AS target_columns, pg_get_expr(k.conbin, c.oid) AS condition,
    {ACTION.format("k.confdeltype")} AS on_delete, {ACTION.format("k.confupdtype")} AS on_update
FROM pg_class AS c JOIN pg_constraint AS k ON k.conrelid = c.oid LEFT JOIN pg_class AS t ON t.oid = k.confrelid
WHERE {OURS} AND k.contype IN ('p', 'u', 'f', 'c') AND k.conparentid = 0 ORDER BY k.conname COLLATE "C" """

INDEXES = f"""
SELECT c.relname AS "table", own.relname AS name, i.indisunique, am.amname AS method,
    pg_get_expr(i.indpred, i.indrelid) AS condition,
    array(SELECT CASE WHEN i.indkey[n] = 0 THEN pg_get_indexdef(i.indexrelid, n + 1, false) END
        FROM generate_series(0, i.indnkeyatts - 1) AS n ORDER BY n) AS expressions,
    array(SELECT attname::text FROM generate_series(0, i.indnkeyatts - 1) AS n
        LEFT JOIN pg_attribute ON attrelid = c.oid AND attnum = nullif(i.indkey[n], 0) ORDER BY n) AS columns,
    array(SELECT
        CASE WHEN coll.oid IS NULL OR coll.oid = coalesce(a.attcollation, key.attcollation) THEN ''
        ELSE ' COLLATE ' || coll.oid::regcollation END
        || CASE WHEN class.opcdefault THEN '' ELSE ' ' || class.opcname END
        || CASE i.indoption[n] & 3 WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST'
        WHEN 3 THEN ' DESC' ELSE '' END
        FROM generate_series(0, i.indnkeyatts - 1) AS n
        JOIN pg_attribute AS key ON key.attrelid = i.indexrelid AND key.attnum = n + 1
        LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = nullif(i.indkey[n], 0)
        LEFT JOIN pg_collation AS coll ON coll.oid = i.indcollation[n]
        JOIN pg_opclass AS class ON class.oid = i.indclass[n] ORDER BY n) AS options
FROM pg_class AS c JOIN pg_index AS i ON i.indrelid = c.oid JOIN pg_class AS own ON own.oid = i.indexrelid
JOIN pg_am AS am ON am.oid = own.relam
WHERE {OURS} AND NOT i.indisprimary AND NOT EXISTS (
    SELECT 1 FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY own.relname COLLATE "C" """

PATH = "SELECT current_setting('search_path'), quote_ident($1) || ', ' || current_setting('search_path')"
SET_PATH = "SELECT set_config('search_path', $1, true), current_schema()"

VIEW_COLUMNS = """
SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    col_description(c.oid, a.attnum) AS comment, obj_description(c.oid, 'pg_class') AS said
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND c.relkind IN ('v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY c.relname COLLATE "C", a.attnum"""

LABELS = """
SELECT format_type(t.oid, NULL) AS type, t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
    AS labels
FROM pg_type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid GROUP BY t.oid, t.typname"""

DOMAINS = """
SELECT format_type(t.oid, NULL) AS type, format_type(t.typbasetype, t.typtypmod) AS base FROM pg_type AS t
WHERE t.typtype = 'd'"""

OTHER_SCHEMAS = """
SELECT n.nspname AS name, count(*) AS tables FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname <> current_schema()
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' GROUP BY n.nspname ORDER BY n.nspname COLLATE "C" """
