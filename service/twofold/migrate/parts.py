"""A migration's parts: each is done wholly or not at all, and remembered as done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from twofold.database import Dialect
from twofold.migrate.files import MigrationFailed
from twofold.migrate.steps import Alone, Batches, Concurrently, Python, Rebuild, Step

__all__ = ["NOTHING", "Part", "parts_of", "text_of"]

Numbered: TypeAlias = tuple[int, Step]
"""A step and its place among all steps, from 1."""


@dataclass(frozen=True)
class Part:
    """Steps that are done in one transaction; or a change in batches, or a statement that no transaction may hold."""

    steps: tuple[Numbered, ...]

    @property
    def batches(self) -> Batches | None:
        """The change in batches that this part is, if it is one."""
        step = self.steps[0][1] if self.steps else None
        return step if isinstance(step, Batches) else None

    @property
    def concurrently(self) -> bool:
        """Whether this part must be in no transaction."""
        return bool(self.steps) and isinstance(self.steps[0][1], Concurrently)


NOTHING = Part(())


def parts_of(steps: Sequence[Step], dialect: Dialect) -> list[Part]:
    """Returns the parts of a migration, in their order.

    Raises:
        MigrationFailed: a step is of a kind that the database does not have.
    """
    for number, step in enumerate(steps, 1):
        _check(number, step, dialect)

    def mark(numbered: Numbered) -> int:
        number, step = numbered
        return number if _stands_alone(step, dialect) else 0

    return [Part(tuple(group)) for _, group in groupby(enumerate(steps, 1), key=mark)]


def _stands_alone(step: Step, dialect: Dialect) -> bool:
    """SQLite has one writer for the whole file, whom nobody is spared by another transaction."""
    return isinstance(step, Batches | Concurrently) or (isinstance(step, Alone) and dialect == "postgres")


def _check(number: int, step: Step, dialect: Dialect) -> None:
    if isinstance(step, Concurrently) and dialect == "sqlite":
        raise MigrationFailed(f"statement {number} is to run concurrently, which SQLite cannot; make it a plain text")
    if isinstance(step, Rebuild) and dialect == "postgres":
        raise MigrationFailed(f"statement {number} is to rebuild a table, which PostgreSQL has ALTER TABLE for")
    if isinstance(step, Batches) and "{keys}" not in step.sql:
        raise MigrationFailed(f"statement {number} is to run in batches and lacks {{keys}}: it would change all rows")


def text_of(step: Step) -> str:
    """Returns what a person is shown of a step."""
    match step:
        case str():
            return step.strip()
        case Alone() | Batches() | Concurrently():
            return step.sql.strip()
        case Rebuild():
            return step.create.strip()
        case Python():
            return f"the Python function {getattr(step.function, '__qualname__', step.function)}"
