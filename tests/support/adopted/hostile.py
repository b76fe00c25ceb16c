"""Names that nobody should have chosen: words of SQL and Python, quotes, spaces, other scripts, the engine's own."""

from support.adopted.domain import Domain

__all__ = ["HOSTILE"]

TABLES = """
CREATE TABLE users (
    "code" VARCHAR(8) NOT NULL PRIMARY KEY, "id" INTEGER, "class" VARCHAR(10), "pk" INTEGER, "objects" TEXT,
    "save" BOOLEAN NOT NULL DEFAULT TRUE, "select" INTEGER
);
CREATE TABLE events (
    "event_id" {key}, "read" VARCHAR(10) NOT NULL, "fields" TEXT, "and" INTEGER, "2nd" INTEGER, "_" INTEGER,
    "of user" VARCHAR(8) REFERENCES users ("code"), "by-user" VARCHAR(8) REFERENCES users ("code")
);
CREATE TABLE "order details" (
    "Order ID" {key}, "it""s" VARCHAR(20), "größe (cm)" INTEGER, "Unit__Price" NUMERIC(8,2), "UnitPrice" NUMERIC(8,2),
    "parent id" INTEGER REFERENCES "order details" ("Order ID"), "名前" TEXT, "import" TEXT, "x;--" INTEGER
);
CREATE TABLE "from ""select"" rows" ("FROM" INTEGER NOT NULL, "where" VARCHAR(20) NOT NULL, "order by" INTEGER,
    PRIMARY KEY ("FROM", "where"));
CREATE TABLE "node" ("id" {key}, "type" VARCHAR(5));
CREATE TABLE "表" ("id" {key}, "值" INTEGER);
CREATE TABLE "none here" ("a b" INTEGER, "c" VARCHAR(5));
CREATE TABLE "sessions" ("sid" {key}, "user" VARCHAR(8) NOT NULL REFERENCES users ("code"))"""
TWINS = """;
CREATE TABLE "Users" ("Id" SERIAL PRIMARY KEY, "id" INTEGER, "ID" INTEGER);
CREATE TYPE "Mood ""s" AS ENUM ('good', 'bad');
CREATE TABLE "moods" ("id" SERIAL PRIMARY KEY, "of day" "Mood ""s" NOT NULL, "all" "Mood ""s"[])"""

HOSTILE = Domain(
    name="hostile",
    tables={
        "sqlite": TABLES.format(key="INTEGER PRIMARY KEY").split(";\n"),
        "postgres": (TABLES.format(key="SERIAL PRIMARY KEY") + TWINS).split(";\n"),
    },
    rows={
        "users": (
            ['"code"', '"id"', '"class"', '"pk"', '"objects"', '"save"', '"select"'],
            [("ann", 7, "first", 1, "it's", True, None), ("bob", 7, None, None, 'say "so"', False, 3),
             ("cy d", None, "", 2, None, True, -1)],
        ),
        "events": (
            ['"event_id"', '"read"', '"fields"', '"and"', '"2nd"', '"_"', '"of user"', '"by-user"'],
            [(1, "yes", "a,b", 1, 2, 3, "ann", "bob"), (2, "no", None, None, None, None, None, "ann"),
             (3, "?", "", 0, 0, 0, "cy d", None)],
        ),
        '"order details"': (
            ['"Order ID"', '"it""s"', '"größe (cm)"', '"Unit__Price"', '"UnitPrice"', '"parent id"', '"名前"',
             '"import"',
             '"x;--"'],
            [(1, "a", 10, "1.50", "2.50", None, "日本", "x", 1), (2, None, None, None, "0.00", 1, None, None, None)],
        ),
        '"from ""select"" rows"': (
            ['"FROM"', '"where"', '"order by"'], [(1, "a/b-c", 5), (1, "~1", None), (2, "ü", 1)],
        ),
        '"node"': (['"id"', '"type"'], [(1, "a"), (2, None)]),
        '"表"': (['"id"', '"值"'], [(1, 5)]),
        '"none here"': (['"a b"', '"c"'], [(1, "x"), (2, "y"), (3, None)]),
        '"sessions"': (['"sid"', '"user"'], [(1, "ann"), (2, "ann")]),
        '"Users"': (['"Id"', '"id"', '"ID"'], [(1, 2, 3), (2, None, 3)]),
        '"moods"': (['"id"', '"of day"', '"all"'], [(1, "good", "{good,bad}"), (2, "bad", None)]),
    },
    only={'"Users"': "postgres", '"moods"': "postgres"},
    after={
        "postgres": [
            f"""SELECT setval(pg_get_serial_sequence('{table}', '{key}'), 10)"""
            for table, key in (("events", "event_id"), ('"order details"', "Order ID"), ('"node"', "id"),
                               ('"表"', "id"), ('"sessions"', "sid"), ('"Users"', "Id"), ('"moods"', "id"))
        ]
    },
    writes={
        "events": (
            {"read_column": "new", "and_column": 1, "of_user_id": "bob"}, {"fields_column": "x", "column_2nd": 7},
        ),
        "node_rows": ({"type": "x"}, {"type": None}),
    },
    served={
        "users": ("users", {"code": 0, "id_column": 1, "class_column": 2, "pk_column": 3, "objects": 4,
                            "save_column": 5, "select": 6}),
        "events": ("events", {"id": 0, "read_column": 1, "fields_column": 2, "and_column": 3, "column_2nd": 4,
                              "column": 5, "of_user_id": 6, "by_user_id": 7}),
        "order_details": ('"order details"', {"order_id": 0, "it_s": 1, "grosse_cm": 2, "unit_price": 3,
                                              "unit_price_column": 4, "parent_id": 5, "column": 6, "import_column": 7,
                                              "x": 8}),
        "from_select_rows": ('"from ""select"" rows"', {"from_column": 0, "where": 1, "order_by": 2}),
        "node_rows": ('"node"', {"id": 0, "type": 1}),
        "tables": ('"表"', {"id": 0, "column": 1}),
        "none_heres": ('"none here"', {"a_b": 0, "c": 1}),
        "sessions": ('"sessions"', {"sid": 0, "user_id": 1}),
    },
)  # fmt: skip
