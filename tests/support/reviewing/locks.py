"""What makes others wait on PostgreSQL."""

from support.reviewing.case import INDEX, NEW, Case
from twofold.migrate.steps import Alone, Batches, Concurrently

__all__ = ["LOCKS"]

LOCKS = [
    Case(
        code="index-not-concurrent",
        severity="major",
        bad=["CREATE INDEX ix ON items (note)"],
        good=[NEW, "CREATE INDEX ix ON fresh (label)"],
    ),
    Case(
        code="index-not-concurrent",
        severity="major",
        bad=['CREATE UNIQUE INDEX ON "items" USING btree (lower(note))'],
        good=[INDEX],
    ),
    Case(
        code="drop-index-not-concurrent",
        severity="minor",
        bad=["DROP INDEX ix_items_parent_id"],
        good=[Concurrently("DROP INDEX CONCURRENTLY ix_items_parent_id", index="ix_items_parent_id")],
    ),
    Case(
        code="rewrites-table",
        severity="major",
        bad=["ALTER TABLE items ALTER amount TYPE bigint"],
        good=["ALTER TABLE items ALTER name TYPE text, ALTER price TYPE numeric(20, 2)"],
    ),
    Case(
        code="rewrites-table",
        severity="major",
        bad=["ALTER TABLE items ADD token uuid DEFAULT gen_random_uuid()"],
        good=["ALTER TABLE items ADD made timestamptz DEFAULT now(), ADD word varchar DEFAULT 'random()'"],
    ),
    Case(
        code="rewrites-table",
        severity="major",
        bad=["ALTER TABLE items ADD n int GENERATED ALWAYS AS (amount * 2) STORED"],
        good=["ALTER TABLE items ADD n int DEFAULT 2"],
    ),
    Case(
        code="rewrites-table",
        severity="major",
        bad=["ALTER TABLE items ADD n bigserial"],
        good=[NEW, "ALTER TABLE fresh ADD n bigserial"],
    ),
    Case(
        code="updates-whole-table",
        severity="major",
        bad=["UPDATE items SET note = 'where'"],
        good=[Batches(table="items", sql="UPDATE items SET note = '' WHERE id IN ({keys})")],
    ),
    Case(
        code="updates-whole-table",
        severity="major",
        bad=["UPDATE items i SET note = (SELECT name FROM parents WHERE id = 1)"],
        good=["UPDATE items SET note = '' WHERE note IS NULL"],
    ),
    Case(
        code="locks-table", severity="major", bad=["LOCK TABLE items IN SHARE MODE"], good=["SELECT 'LOCK TABLE items'"]
    ),
    Case(
        code="long-lock",
        severity="major",
        bad=["ALTER TABLE parents ADD z INT", "UPDATE items SET note = '' WHERE amount = 1"],
        good=["UPDATE items SET note = '' WHERE amount = 1", "ALTER TABLE parents ADD z INT"],
    ),
    Case(
        code="long-lock",
        severity="major",
        bad=["ALTER TABLE parents ADD z INT", "ALTER TABLE items ADD CONSTRAINT c CHECK (amount > 0)"],
        good=["ALTER TABLE parents ADD z INT", INDEX],
    ),
    Case(
        code="many-locks",
        severity="minor",
        bad=[
            "ALTER TABLE a ADD z INT",
            "ALTER TABLE b ADD z INT",
            "ALTER TABLE c ADD z INT",
            "ALTER TABLE d ADD z INT",
        ],
        good=[
            "ALTER TABLE a ADD z INT",
            "ALTER TABLE b ADD z INT",
            "ALTER TABLE c ADD z INT",
            Alone("ALTER TABLE d ADD z INT"),
        ],
    ),
]
