"""What breaks the last release's processes, and what SQLite cannot do."""

from support.reviewing.case import NEW, Case, rebuilt

__all__ = ["ROLLING"]

ROLLING = [
    Case(
        code="renames",
        severity="major",
        bad=["ALTER TABLE items RENAME TO things"],
        good=[NEW, "ALTER TABLE fresh RENAME TO things"],
    ),
    Case(
        code="renames",
        severity="major",
        bad=["ALTER TABLE items RENAME note TO remark"],
        good=["ALTER TABLE items RENAME CONSTRAINT uq_items_name TO uq"],
    ),
    Case(
        code="renames",
        severity="major",
        dialect="sqlite",
        bad=[rebuilt("note TEXT", "remark TEXT", remark="note")],
        good=[rebuilt("note TEXT", "note VARCHAR(9)", note="substr(note, 1, 9)")],
    ),
    Case(
        code="unfilled",
        severity="major",
        bad=["ALTER TABLE items ADD z INT NOT NULL DEFAULT 0", "ALTER TABLE items ALTER z DROP DEFAULT"],
        good=["ALTER TABLE items ADD z INT NOT NULL DEFAULT 0"],
    ),
    Case(
        code="unfilled",
        severity="major",
        bad=["ALTER TABLE items ALTER note SET NOT NULL"],
        good=["ALTER TABLE items ALTER note SET DEFAULT '', ALTER note SET NOT NULL"],
    ),
    Case(
        code="unfilled",
        severity="major",
        dialect="sqlite",
        bad=[rebuilt("note TEXT", "note TEXT NOT NULL", note="coalesce(note, '')")],
        good=[rebuilt("note TEXT", "note TEXT NOT NULL DEFAULT ''", note="coalesce(note, '')")],
    ),
    Case(
        code="rebuilds-table",
        severity="minor",
        dialect="sqlite",
        bad=[rebuilt("note TEXT", "note VARCHAR(9)")],
        good=["ALTER TABLE items ADD COLUMN z TEXT"],
    ),
    Case(
        code="sqlite-cannot",
        severity="critical",
        dialect="sqlite",
        bad=["ALTER TABLE items ALTER COLUMN note TYPE INT"],
        good=["ALTER TABLE items RENAME COLUMN note TO remark"],
    ),
    Case(
        code="sqlite-cannot",
        severity="critical",
        dialect="sqlite",
        bad=["ALTER TABLE items ADD COLUMN z INT NOT NULL"],
        good=["ALTER TABLE items ADD COLUMN z INT NOT NULL DEFAULT 0"],
    ),
    Case(
        code="sqlite-cannot",
        severity="critical",
        dialect="sqlite",
        bad=["ALTER TABLE items ADD z TEXT UNIQUE"],
        good=["ALTER TABLE items ADD z TEXT DEFAULT 'UNIQUE'"],
    ),
    Case(
        code="sqlite-cannot",
        severity="critical",
        dialect="sqlite",
        bad=["ALTER TABLE items ADD z TEXT DEFAULT CURRENT_TIMESTAMP"],
        good=["ALTER TABLE items ADD z TEXT DEFAULT 'x'"],
    ),
]
