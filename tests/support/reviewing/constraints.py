"""Constraints that test rows while others wait, and foreign keys without an index."""

from support.reviewing.case import BUILD, FK, INDEX, NEW, PROOF, PROVED, Case
from twofold.migrate.steps import Concurrently

__all__ = ["CONSTRAINTS"]

CONSTRAINTS = [
    Case(
        code="not-null-without-default",
        severity="critical",
        bad=["ALTER TABLE items ADD COLUMN z INT NOT NULL"],
        good=["ALTER TABLE items ADD COLUMN z INT NOT NULL DEFAULT 0"],
    ),
    Case(
        code="not-null-without-default",
        severity="critical",
        bad=["ALTER TABLE items ADD COLUMN z INT NOT NULL DEFAULT NULL"],
        good=[NEW, "ALTER TABLE fresh ADD z INT NOT NULL"],
    ),
    Case(
        code="scans-for-not-null",
        severity="major",
        bad=["ALTER TABLE items ALTER COLUMN note SET NOT NULL"],
        good=[PROOF, PROVED, "ALTER TABLE items ALTER COLUMN note SET NOT NULL"],
    ),
    Case(
        code="scans-for-not-null",
        severity="major",
        bad=[PROOF, "ALTER TABLE items ALTER COLUMN note SET NOT NULL"],
        good=["ALTER TABLE items ALTER COLUMN note DROP NOT NULL"],
    ),
    Case(
        code="scans-for-not-null",
        severity="major",  # the proof is of another column
        bad=[PROOF, PROVED, "ALTER TABLE items ALTER COLUMN amount SET NOT NULL"],
        good=[],
    ),
    Case(
        code="constraint-not-split",
        severity="major",
        bad=["ALTER TABLE items ADD CHECK (amount > 0)"],
        good=[PROOF, PROVED],
    ),
    Case(code="constraint-not-split", severity="major", bad=[FK], good=[f"{FK} NOT VALID"]),
    Case(
        code="constraint-not-split",
        severity="major",
        bad=["ALTER TABLE items ADD z INT CHECK (z > 0)"],
        good=["ALTER TABLE items ADD z BIGINT REFERENCES parents (id)"],
    ),
    Case(code="validates-under-lock", severity="major", bad=[PROOF, PROVED.sql], good=[PROOF, PROVED]),
    Case(code="never-validated", severity="minor", bad=[PROOF], good=[PROOF, PROVED]),
    Case(
        code="unique-not-using-index",
        severity="major",
        bad=["ALTER TABLE items ADD UNIQUE (note)"],
        good=[
            Concurrently(BUILD, index="uq_items_note"),
            "ALTER TABLE items ADD CONSTRAINT uq_items_note UNIQUE USING INDEX uq_items_note",
        ],
    ),
    Case(
        code="unique-not-using-index",
        severity="major",
        bad=["ALTER TABLE items ADD z TEXT UNIQUE"],
        good=[NEW, "ALTER TABLE fresh ADD z TEXT UNIQUE"],
    ),
    Case(
        code="concurrently-in-transaction",
        severity="critical",
        bad=[BUILD],
        good=[Concurrently(BUILD, index="uq_items_note")],
    ),
    Case(code="foreign-key-without-index", severity="major", bad=[f"{FK} NOT VALID"], good=[f"{FK} NOT VALID", INDEX]),
    Case(
        code="foreign-key-without-index",
        severity="major",
        bad=["CREATE TABLE fresh (id BIGINT PRIMARY KEY, item_id BIGINT REFERENCES items)"],
        good=["CREATE TABLE fresh (item_id BIGINT PRIMARY KEY REFERENCES items)"],
    ),
    Case(
        code="foreign-key-without-index",
        severity="major",
        dialect="sqlite",
        bad=["CREATE TABLE fresh (a INT, b INT REFERENCES items (id), UNIQUE (a, b))"],
        good=["CREATE TABLE fresh (a INT, b INT REFERENCES items (id), UNIQUE (b, a))"],
    ),
    Case(
        code="foreign-key-without-index",
        severity="major",
        bad=["CREATE TABLE fresh (a INT, b INT REFERENCES items (id))", "CREATE INDEX i ON fresh (b) WHERE a IS NULL"],
        good=[
            "CREATE TABLE fresh (a INT, b INT REFERENCES items (id))",
            "CREATE INDEX i ON fresh (b) WHERE b IS NOT NULL",
        ],
    ),
]
