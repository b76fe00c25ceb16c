"""A finding as a test says it: steps of which it must be told, and a near miss of which it must not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.reviewing.files import ITEMS
from twofold.migrate.steps import Alone, Concurrently, Rebuild, Step

__all__ = ["BUILD", "FK", "INDEX", "NEW", "PROOF", "PROVED", "Case", "rebuilt"]


@dataclass(frozen=True, kw_only=True)
class Case:
    code: str
    severity: str
    bad: Sequence[Step]
    good: Sequence[Step]
    dialect: str = "postgres"


NEW = "CREATE TABLE fresh (id BIGINT NOT NULL PRIMARY KEY, item_id BIGINT, label TEXT)"
BUILD = "CREATE UNIQUE INDEX CONCURRENTLY uq_items_note ON items (note)"
PROOF = "ALTER TABLE items ADD CONSTRAINT ck_note CHECK (note IS NOT NULL) NOT VALID"
PROVED = Alone("ALTER TABLE items VALIDATE CONSTRAINT ck_note")
FK = "ALTER TABLE items ADD CONSTRAINT fk_amount FOREIGN KEY (amount) REFERENCES parents (id)"
INDEX = Concurrently("CREATE INDEX CONCURRENTLY ix_items_amount ON items (amount)", index="ix_items_amount")


def rebuilt(old: str, new: str, **values: str) -> Rebuild:
    assert old in ITEMS
    return Rebuild(table="items", create=ITEMS.replace(old, new), values=values)
