"""A review of migrations: each is read, and every check is asked about each of its courses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from twofold.database import Dialect
from twofold.migrate.files import Direction, MigrationFile
from twofold.migrate.review import constraints, form, keys, locks, loss, rolling, sqlite, unread
from twofold.migrate.review.agreement import disagreements
from twofold.migrate.review.case import Case, Check
from twofold.migrate.review.courses import Course, course_of
from twofold.migrate.review.finding import Finding
from twofold.migrate.review.recorded import tables_of
from twofold.migrate.review.sizes import Sizes
from twofold.migrate.review.tables import Tables
from twofold.migrate.wanted import DIALECTS

__all__ = ["CHECKS", "Landed", "review"]

BOTH: Sequence[Check] = (*loss.CHECKS, *rolling.CHECKS, *keys.CHECKS, *unread.CHECKS)
CHECKS: Mapping[Dialect, Sequence[Check]] = {
    "sqlite": (*BOTH, *sqlite.CHECKS),
    "postgres": (*BOTH, *locks.CHECKS, *constraints.CHECKS),
}
_Courses: TypeAlias = dict[tuple[Dialect, Direction], Course]
DIRECTIONS: Sequence[Direction] = ("up", "down")


@dataclass(frozen=True, kw_only=True)
class Landed:
    """Which migrations of a revision are other ones now, or gone, by `app/version`."""

    revision: str = ""
    changed: frozenset[str] = frozenset()


def review(
    files: Sequence[MigrationFile], names: Collection[str], *, sizes: Sizes | None = None, landed: Landed | None = None
) -> list[Finding]:
    """Returns what is to be said of the migrations `names`, the worst first.

    `files` are all migrations, in the order in which they are applied: what a table is like is known from those before.
    One that is another than in a release is told of whether it is among `names` or not.
    """
    sizes, landed = sizes or Sizes(), landed or Landed()
    found: list[Finding] = []
    before: dict[Dialect, Tables] = {dialect: Tables() for dialect in DIALECTS}
    for file in files:
        try:
            module = file.load()
        except Exception as error:  # a migration is code: it may fail in any way
            found += [form.unloadable(file, error)] if file.name in names else []
            continue
        courses: _Courses = {
            (dialect, direction): course_of(file, module, dialect, direction)
            for dialect in DIALECTS
            for direction in DIRECTIONS
        }
        followed: dict[Dialect, Tables] = {
            dialect: before[dialect].after(act.fact for act in courses[dialect, "up"].acts) for dialect in DIALECTS
        }
        after: dict[Dialect, Tables] = {each: tables_of(module, each, followed[each]) for each in DIALECTS}
        if file.name in names:
            found += form.malformed(file, module)
            found += form.misnumbered(file, files)
            found += disagreements(file, before, followed)
            found += _checked(courses, before, after, sizes)
        before = after
    there = {file.name for file in files}
    found += [form.changed_after_release(name, landed.revision, is_there=name in there) for name in landed.changed]
    return sorted(found, key=lambda each: -each.severity)


def _checked(
    courses: _Courses, before: Mapping[Dialect, Tables],
    after: Mapping[Dialect, Tables], sizes: Sizes,
) -> Iterator[Finding]:  # fmt: skip
    for (dialect, direction), course in courses.items():
        here, there = (before, after) if direction == "up" else (after, before)
        opposite = courses[dialect, "down" if direction == "up" else "up"]
        case = Case(course=course, opposite=opposite, sizes=sizes, before=here[dialect], after=there[dialect])
        for check in CHECKS[dialect]:
            yield from check(case)
