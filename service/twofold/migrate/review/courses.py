"""A migration's steps in one direction on one dialect, as facts in their places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Literal, TypeAlias

from twofold.database import Dialect
from twofold.migrate.files import Direction, MigrationFile
from twofold.migrate.review.cursor import Cursor
from twofold.migrate.review.facts import CreateTable, Fact, Opaque, Other, RebuildTable
from twofold.migrate.review.statements import facts
from twofold.migrate.steps import Alone, Batches, Concurrently, Python, Rebuild
from twofold.schema.tokens import tokens

__all__ = ["Act", "Course", "How", "course_of"]

How: TypeAlias = Literal["plain", "alone", "concurrently", "batches", "rebuild", "python"]


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a step does. `number` is the step's, from 1; acts with one `part` are in one transaction."""

    fact: Fact
    number: int
    part: int
    how: How
    sql: str


@dataclass(frozen=True, kw_only=True)
class Course:
    """What happens to a database of `dialect` when the migration runs in `direction`."""

    file: MigrationFile
    dialect: Dialect
    direction: Direction
    acts: Sequence[Act]
    runs_in_transaction: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing happens."""
        return not self.acts


def course_of(file: MigrationFile, module: ModuleType, dialect: Dialect, direction: Direction) -> Course:
    """Returns what the module's UP or DOWN does on a dialect; nothing where it says nothing of it."""
    steps = getattr(module, direction.upper(), None)
    said: Sequence[object] = steps.get(dialect, ()) if isinstance(steps, dict) else ()
    in_transaction = getattr(module, "RUN_IN_TRANSACTION", True) is not False
    return Course(file=file, dialect=dialect, direction=direction, acts=list(_acts(said, dialect)),
                  runs_in_transaction=in_transaction)  # fmt: skip


def _acts(steps: Sequence[object], dialect: Dialect) -> Iterator[Act]:
    part = 0
    for number, step in enumerate(steps, 1):
        how, sql, found = _read(step, dialect)
        if how in ("alone", "concurrently", "batches"):
            part += 1
        for fact in found:
            yield Act(fact=fact, number=number, part=part, how=how, sql=sql)
        if how in ("alone", "concurrently", "batches"):
            part += 1


def _read(step: object, dialect: Dialect) -> tuple[How, str, Sequence[Fact]]:
    match step:
        case str():
            return "plain", step, facts(step, dialect)
        case Alone(sql):
            return "alone", sql, facts(sql, dialect)
        case Concurrently(sql):
            return "concurrently", sql, facts(sql, dialect)
        case Batches():
            return "batches", step.sql, facts(step.sql.replace("{keys}", "NULL"), dialect)
        case Rebuild():
            return "rebuild", step.create, [_rebuild(step, dialect)]
        case Python(function):
            name = getattr(function, "__name__", "a function")
            return "python", name, [Opaque(f"the Python function {name}")]
        case _:
            return "plain", str(step), [Opaque(f"a step of an unknown kind, {type(step).__name__}")]


def _rebuild(step: Rebuild, dialect: Dialect) -> Fact:
    made = next(iter(facts(step.create, dialect)), Other(""))
    create = made if isinstance(made, CreateTable) else CreateTable(step.table)
    values = {_folded(name, dialect): tuple(tokens(sql, dialect)) for name, sql in step.values.items()}
    return RebuildTable(table=_folded(step.table, dialect), create=create, values=values, without=step.without)


def _folded(name: str, dialect: Dialect) -> str:
    return Cursor(tokens('"' + name.replace('"', '""') + '"', dialect), dialect).name()
