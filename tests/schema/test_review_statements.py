"""Reading SQL: strings, quoted names and comments are never taken for statements."""

import pytest

from support.figures import count
from twofold.database import Dialect
from twofold.migrate.review.facts import (
    AddColumn,
    AddConstraint,
    AlterType,
    CreateIndex,
    CreateTable,
    Delete,
    DropColumn,
    DropIndex,
    DropTable,
    Fact,
    Insert,
    LockTable,
    Opaque,
    Other,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    SetDefault,
    SetNotNull,
    Truncate,
    Update,
    Validate,
)
from twofold.migrate.review.statements import facts
from twofold.migrate.review.types import NARROWING

pytestmark = pytest.mark.migrations

HARMLESS: list[tuple[Dialect, str]] = [
    ("postgres", "SELECT 'DROP TABLE items; DELETE FROM items'"),
    ("postgres", "SELECT 'it''s; DROP TABLE items'"),
    ("postgres", r"SELECT E'\'; DROP TABLE items; --'"),
    ("postgres", "SELECT $$; DROP TABLE items; $$"),
    ("postgres", "SELECT $a$ $$ $b$; DROP TABLE items; $b$ $$ $a$"),
    ("postgres", "COMMENT ON TABLE items IS 'x'; -- ; DROP TABLE items"),
    ("postgres", "/* outer /* inner */ DROP TABLE items; */ SELECT 1"),
    ("postgres", 'SELECT 1 AS "; DROP TABLE items"'),
    ("postgres", "SELECT U&'; DROP TABLE items', U&\"; DROP TABLE x\""),
    ("postgres", "SELECT $1; -- $"),
    ("postgres", "SELECT '; DROP TABLE items"),  # never ended
    ("postgres", "/* DROP TABLE items; "),
    ("postgres", "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC DELETE FROM items; SELECT 1; END"),
    ("postgres", "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DROP TABLE items; END'"),
    ("sqlite", "SELECT [; DROP TABLE items;]"),
    ("sqlite", "SELECT `; DROP TABLE items;`"),
    ("sqlite", "SELECT x'00', '; DROP TABLE items'"),
    ("sqlite", "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 1;END"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql"), HARMLESS)
def test_what_only_looks_like_a_statement(dialect: Dialect, sql: str) -> None:
    assert all(isinstance(fact, Other) for fact in facts(sql, dialect)), facts(sql, dialect)
    count("migrations", "hostile texts read")


HIDDEN: list[tuple[Dialect, str]] = [
    ("postgres", "SELECT 'a'';'; DROP TABLE items"),
    ("postgres", r"SELECT '\'; DROP TABLE items --'"),  # no E: the backslash is a plain character
    ("postgres", "SELECT $$ ' $$; DROP TABLE items -- '"),
    ("postgres", "-- '\nDROP TABLE items"),
    ("postgres", "/* /* */ */ DROP /* ; */ TABLE\n--x\nitems"),
    ("postgres", "SELECT a[1]; DROP TABLE items -- ]"),
    ("postgres", "CREATE TABLE x (\"create function\" int); DROP TABLE items"),
    ("postgres", "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END; DROP TABLE items"),
    ("postgres", 'DROP TABLE "items"'),
    ("postgres", "drop table IF EXISTS Public.Items RESTRICT"),
    ("sqlite", "/* /* */ DROP TABLE items -- */"),  # comments do not nest
    ("sqlite", "SELECT $$; DROP TABLE items"),
    ("sqlite", "SELECT 'a\\'; DROP TABLE items -- '"),
    ("sqlite", "DROP TABLE [Items]"),
    ("sqlite", "DROP TABLE 'items'"),
    ("sqlite", "CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT CASE WHEN 1 THEN 2 END; END; DROP TABLE main.items"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql"), HIDDEN)
def test_what_hides_among_other_things_is_seen(dialect: Dialect, sql: str) -> None:
    assert DropTable("items") in facts(sql, dialect), facts(sql, dialect)
    count("migrations", "hostile texts read")


def test_names_are_those_of_the_database() -> None:
    assert facts('DROP TABLE "Items"', "postgres") == [DropTable("Items")]
    assert facts('DROP TABLE "a""b"', "postgres") == [DropTable('a"b')]
    assert facts('DROP TABLE other."Items"', "postgres") == [DropTable("other.Items")]
    assert facts('DROP TABLE "Items"', "sqlite") == [DropTable("items")]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE IF EXISTS ONLY t DROP COLUMN IF EXISTS c CASCADE", DropColumn("t", "c", cascade=True)),
        ("ALTER TABLE t ALTER COLUMN c SET DATA TYPE double precision", AlterType("t", "c", "double precision")),
        ("ALTER TABLE t ALTER c SET NOT NULL", SetNotNull("t", "c")),
        ("ALTER TABLE t ALTER c DROP NOT NULL", SetNotNull("t", "c", not_null=False)),
        ("ALTER TABLE t ALTER c SET DEFAULT NULL", SetDefault("t", "c", None)),
        ("ALTER TABLE t RENAME c TO d", RenameColumn("t", "c", "d")),
        ("ALTER TABLE t RENAME TO u", RenameTable("t", "u")),
        ("ALTER TABLE t RENAME CONSTRAINT c TO d", RenameConstraint("t", "c", "d")),
        ("ALTER INDEX IF EXISTS c RENAME TO d", RenameConstraint(None, "c", "d")),
        ("ALTER TABLE t VALIDATE CONSTRAINT c", Validate("t", "c")),
        ("ALTER TABLE t SET (fillfactor = 70)", Other("alter")),
        ("DROP INDEX CONCURRENTLY IF EXISTS i", DropIndex("i", concurrently=True)),
        ("TRUNCATE TABLE t RESTART IDENTITY CASCADE", Truncate("t", cascade=True)),
        ("LOCK t", LockTable("t", "access exclusive")),
        ("DELETE FROM ONLY t RETURNING (SELECT 1 WHERE true)", Delete(table="t", whole=True)),
        ("DELETE FROM t WHERE id IN (SELECT 1)", Delete(table="t", whole=False)),
        ("CALL clean()", Opaque("CALL")),
        ("CREATE TEMP TABLE t (a int)", Other("create")),
        ("CREATE TABLE t AS SELECT 1", CreateTable("t")),
        ("nonsense (", Other("nonsense")),
        ("ALTER TABLE", Other("alter")),
        ("DROP TABLE ;", Other("drop")),
        ("UPDATE t", Other("update")),
    ],
)  # fmt: skip
def test_statements_are_told_apart(sql: str, expected: Fact) -> None:
    assert facts(sql, "postgres") == [expected]


def test_a_column_with_all_that_it_can_have() -> None:
    [fact] = facts(
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS c character varying(20)[] COLLATE \"C\" NOT NULL DEFAULT 'x, y'::text "
        "CONSTRAINT k CHECK (c IS NOT NULL) REFERENCES u (id) ON DELETE SET NULL ON UPDATE NO ACTION UNIQUE", "postgres"
    )  # fmt: skip
    assert isinstance(fact, AddColumn)
    column = fact.column
    assert (column.name, column.type, column.not_null) == ("c", "character varying(20)[]", True)
    assert [token.text for token in column.default or ()] == ["'x, y'", "::", "text"]
    assert [(each.kind, each.name, each.target) for each in column.constraints] == [
        ("check", "k", None), ("foreign key", None, "u"), ("unique", None, None),
    ]  # fmt: skip


def test_a_table_with_columns_that_are_called_like_constraints() -> None:
    [fact] = facts('CREATE TABLE t ("check" int, "primary" text, unique_ int, PRIMARY KEY ("check"), UNIQUE (unique_))',
                   "postgres")  # fmt: skip
    assert isinstance(fact, CreateTable)
    assert [each.name for each in fact.columns] == ["check", "primary", "unique_"]
    assert [(each.kind, each.columns) for each in fact.constraints] == [
        ("primary key", ("check",)),
        ("unique", ("unique_",)),
    ]


def test_constraints_that_are_added() -> None:
    found = facts(
        "ALTER TABLE t ADD CONSTRAINT a FOREIGN KEY (x, y) REFERENCES u (x, y) MATCH FULL ON DELETE CASCADE NOT VALID, "
        "ADD CONSTRAINT b UNIQUE USING INDEX i, ADD CHECK (x <> 'NOT VALID')", "postgres"
    )  # fmt: skip
    assert [(each.constraint.kind, each.constraint.columns, each.constraint.not_valid, each.constraint.using_index)
            for each in found if isinstance(each, AddConstraint)] == [
        ("foreign key", ("x", "y"), True, None), ("unique", (), False, "i"), ("check", (), False, None),
    ]  # fmt: skip


def test_an_index_is_of_its_leading_plain_columns() -> None:
    [fact] = facts("CREATE INDEX i ON t USING gin (a DESC, b text_ops, lower(c), d) WHERE a IS NOT NULL", "postgres")
    assert isinstance(fact, CreateIndex)
    assert (fact.columns, [token.value for token in fact.where]) == (("a", "b"), ["a", "is", "not", "null"])


def test_rows_that_are_written() -> None:
    [fact] = facts("INSERT INTO t (a, b) SELECT x, 'DELETE' FROM u ON CONFLICT DO NOTHING", "postgres")
    assert isinstance(fact, Insert)
    assert fact.columns == ("a", "b")
    assert {"x", "u"} <= fact.reads
    [fact] = facts("WITH c AS (SELECT 1 AS n) UPDATE t SET a = c.n, (b, d) = (1, e) FROM c", "postgres")
    assert isinstance(fact, Update)
    assert (fact.whole, fact.sets, "e" in fact.reads, "a" in fact.reads) == (True, {"a", "b", "d"}, True, False)


@pytest.mark.parametrize(
    ("dialect", "old", "new", "expected"),
    [
        ("postgres", "bigint", "int", "refuses"), ("postgres", "int", "bigint", None),
        ("sqlite", "bigint", "int", None),
        ("postgres", "text", "varchar(9)", "refuses"), ("sqlite", "text", "varchar(9)", None),
        ("postgres", "numeric(9, 2)", "numeric(9, 1)", "cuts"), ("postgres", "double precision", "int", "cuts"),
        ("postgres", "timestamptz", "date", "cuts"), ("postgres", "text", "uuid", "refuses"),
        ("sqlite", "text", "integer", "cuts"), ("sqlite", "integer", "text", None), ("postgres", "int", "text", None),
    ],
)  # fmt: skip
def test_types_that_have_no_place_for_all_values(dialect: Dialect, old: str, new: str, expected: str | None) -> None:
    assert NARROWING[dialect](old, new) == expected
