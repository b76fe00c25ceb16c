"""Rows, columns and values that are lost."""

from support.reviewing.case import NEW, Case, rebuilt
from support.reviewing.files import ITEMS

__all__ = ["LOSS"]

BY_HAND = [ITEMS.replace("TABLE items", "TABLE other"), "INSERT INTO other SELECT * FROM items", "DROP TABLE items",
           "ALTER TABLE other RENAME TO items"]  # fmt: skip
BESIDE = ["ALTER TABLE items RENAME TO other", ITEMS, "INSERT INTO items SELECT * FROM other", "DROP TABLE other"]

LOSS = [
    Case(code="drops-table", severity="critical", dialect="sqlite", bad=[BY_HAND[0], *BY_HAND[2:]], good=BY_HAND),
    Case(code="drops-table", severity="critical", dialect="sqlite", bad=[*BESIDE[:2], BESIDE[3]], good=BESIDE),
    Case(code="referred-to", severity="critical", bad=["DROP TABLE parents"], good=["DROP TABLE parents, items"]),
    Case(
        code="referred-to",
        severity="critical",
        bad=["DROP TABLE parents", "DROP TABLE items"],
        good=["ALTER TABLE items DROP CONSTRAINT fk_items_parent_id", "DROP TABLE parents"],
    ),
    Case(
        code="referred-to",
        severity="critical",
        dialect="sqlite",
        bad=["DROP TABLE parents"],
        good=["DROP TABLE parents", "DROP TABLE items"],
    ),
    Case(
        code="drops-table",
        severity="critical",
        bad=["DROP TABLE IF EXISTS public.items"],
        good=[NEW, "DROP TABLE fresh"],
    ),
    Case(
        code="drops-table", severity="critical", bad=["drop table items, parents"], good=["SELECT 'DROP TABLE items'"]
    ),
    Case(
        code="drops-table",
        severity="major",
        bad=[NEW, "INSERT INTO fresh SELECT id, id, note FROM items", "DROP TABLE items"],
        good=["CREATE TEMPORARY TABLE items_seen (id INT)"],
    ),
    Case(
        code="drops-column",
        severity="critical",
        bad=["ALTER TABLE items DROP COLUMN note"],
        good=["ALTER TABLE items DROP CONSTRAINT uq_items_name"],
    ),
    Case(
        code="drops-column",
        severity="critical",
        bad=['ALTER TABLE ONLY items ADD z INT, DROP "note"'],
        good=["ALTER TABLE items ALTER note DROP DEFAULT"],
    ),
    Case(
        code="drops-column",
        severity="critical",
        dialect="sqlite",
        bad=["ALTER TABLE items DROP COLUMN [note]"],
        good=["ALTER TABLE items ADD COLUMN [drop column note] TEXT"],
    ),
    Case(
        code="drops-column",
        severity="major",
        bad=["UPDATE items SET name = note WHERE note IS NOT NULL", "ALTER TABLE items DROP COLUMN note"],
        good=["UPDATE items SET name = note WHERE note IS NOT NULL"],
    ),
    Case(
        code="drops-column",
        severity="critical",  # the copy is of another column
        bad=["UPDATE items SET note = 'x' WHERE id = 1", "ALTER TABLE items DROP COLUMN note"],
        good=[],
    ),
    Case(
        code="drops-column",
        severity="critical",
        dialect="sqlite",
        bad=[rebuilt("    note TEXT,\n", "")],
        good=[rebuilt("note TEXT", "remark TEXT", remark="note")],
    ),
    Case(
        code="empties-table",
        severity="critical",
        bad=["DELETE FROM items -- WHERE id = 1"],
        good=["DELETE FROM items WHERE id = 1"],
    ),
    Case(
        code="empties-table",
        severity="critical",
        bad=["DELETE FROM items USING parents WHERE 1 = 1"],
        good=["DELETE FROM items AS i WHERE EXISTS (SELECT 1 FROM parents WHERE id = i.parent_id)"],
    ),
    Case(code="empties-table", severity="critical", bad=["TRUNCATE parents CASCADE"], good=[NEW, "TRUNCATE fresh"]),
    Case(
        code="empties-table",
        severity="critical",
        bad=["WITH gone AS (DELETE FROM items RETURNING id) INSERT INTO parents (id) SELECT id FROM gone"],
        good=["WITH gone AS (DELETE FROM items WHERE id = 1 RETURNING id) SELECT 1 FROM gone"],
    ),
    Case(code="cascades", severity="critical", bad=["DROP TYPE mood CASCADE"], good=["DROP TYPE mood"]),
    Case(code="cascades", severity="major", bad=["DROP TABLE parents CASCADE"], good=["DROP VIEW cascade_"]),
    Case(
        code="narrows-type",
        severity="major",
        bad=["ALTER TABLE items ALTER COLUMN name TYPE VARCHAR(20)"],
        good=["ALTER TABLE items ALTER COLUMN name TYPE VARCHAR(60)"],
    ),
    Case(
        code="narrows-type",
        severity="major",
        bad=["ALTER TABLE items ALTER id SET DATA TYPE int"],
        good=["ALTER TABLE items ALTER amount SET DATA TYPE int8"],
    ),
    Case(
        code="narrows-type",
        severity="critical",
        bad=["ALTER TABLE items ALTER price TYPE numeric(10, 0)"],
        good=["ALTER TABLE items ALTER price TYPE numeric(12, 2)"],
    ),
    Case(
        code="narrows-type",
        severity="major",
        bad=["ALTER TABLE items ALTER note TYPE int USING note::int"],
        good=["ALTER TABLE items ALTER amount TYPE text USING amount::text"],
    ),
    Case(
        code="narrows-type",
        severity="critical",
        bad=["ALTER TABLE items ALTER name TYPE varchar(9) USING left(name, 9)"],
        good=["ALTER TABLE items ALTER name TYPE text"],
    ),
    Case(
        code="narrows-type",
        severity="critical",
        dialect="sqlite",
        bad=[rebuilt("note TEXT", "note INTEGER", note="CAST(note AS INTEGER)")],
        good=[rebuilt("amount INT", "amount BIGINT", amount="amount + 0")],
    ),
    Case(code="unread", severity="minor", bad=["DO $$ BEGIN DELETE FROM items; END $$"], good=["SELECT 'DO'"]),
    Case(code="heavy-command", severity="major", bad=["VACUUM FULL items"], good=["SELECT 1"]),
]
