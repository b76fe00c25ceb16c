"""Migrations as texts, and what a review says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twofold.migrate.files import MigrationFile, migration_files
from twofold.migrate.review import Finding, Landed, Sizes, review
from twofold.migrate.steps import Step

APP = "shop"
BASE = "0_20270101000000_init.py"
CHANGE = "1_20270102000000_change.py"

FILE = """
from twofold.migrate import run
from twofold.migrate.steps import Alone, Batches, Concurrently, Python, Rebuild

RUN_IN_TRANSACTION = {transaction}


async def hidden(connection):
    pass


UP = {up}
DOWN = {down}


async def upgrade(db):
    return await run(db, UP, __file__, "up")


async def downgrade(db):
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = ""
"""

PARENTS = "CREATE TABLE parents (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL)"
ITEMS = """
CREATE TABLE items (
    id BIGINT NOT NULL PRIMARY KEY,
    parent_id BIGINT,
    name VARCHAR(50) NOT NULL,
    price NUMERIC(10, 2),
    note TEXT,
    amount INT,
    CONSTRAINT fk_items_parent_id FOREIGN KEY (parent_id) REFERENCES parents (id),
    CONSTRAINT uq_items_name UNIQUE (name)
)"""
TABLES = [PARENTS, ITEMS, "CREATE INDEX ix_items_parent_id ON items (parent_id)"]
DROPS = ["DROP TABLE items", "DROP TABLE parents"]

Sides = Mapping[str, Sequence[Step]]


def both(*steps: Step) -> Sides:
    return {"sqlite": steps, "postgres": steps}


def written(folder: Path, name: str, up: Any, down: Any, *, transaction: bool = False) -> Path:
    """Writes a migration; steps are written as Python writes them."""
    path = folder / APP / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FILE.format(up=_text(up), down=_text(down), transaction=transaction))
    return path


def _text(sides: Any) -> str:
    return repr({name: list(steps) for name, steps in sides.items()} if isinstance(sides, Mapping) else sides)


def files_of(folder: Path) -> list[MigrationFile]:
    return migration_files(folder, APP)


def reviewed(folder: Path, up: Any, down: Any = None, *, sizes: Sizes | None = None, landed: Landed | None = None,
             transaction: bool = False) -> list[Finding]:  # fmt: skip
    """Returns what is said of a migration after the one that makes the tables."""
    written(folder, BASE, both(*TABLES), both(*DROPS))
    written(folder, CHANGE, up, both("SELECT 1") if down is None else down, transaction=transaction)
    return review(files_of(folder), {f"{APP}/{CHANGE}"}, sizes=sizes, landed=landed)


def on(dialect: str, *steps: Step) -> Sides:
    return {"sqlite": (), "postgres": (), dialect: steps}


def codes(findings: Sequence[Finding], direction: str | None = "up") -> dict[str, str]:
    """Returns the codes found in a direction, each with its worst severity."""
    return {each.code: each.severity.name for each in reversed(findings) if each.direction in (direction, None)}
