"""What breaks the processes of the last release, which go on while the migration runs and until they are replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twofold.migrate.review.case import Case, Check
from twofold.migrate.review.courses import Act
from twofold.migrate.review.cursor import written
from twofold.migrate.review.facts import AddColumn, RebuildTable, RenameColumn, RenameTable, SetNotNull
from twofold.migrate.review.finding import Finding, Severity

__all__ = ["CHECKS"]

EXPAND = ("Expand, then contract: add the new one beside the old one and copy; write both in one release, use the new "
          "one in the next, drop the old one in the one after.")  # fmt: skip
FILL = "Give it a DEFAULT, and drop that in the next release; or set NOT NULL in the next release."


def renames(case: Case) -> Iterator[Finding]:
    """Old processes name the old column or table, and fail from the migration on until they are replaced."""
    if not case.is_up:
        return
    for act in case.course.acts:
        for old, new in _renamed(case, act):
            yield case.finding(act, "renames", Severity.major,
                               f"Processes of the last release still say {old}, which is called {new} now, and fail.",
                               EXPAND)  # fmt: skip


def _renamed(case: Case, act: Act) -> Iterator[tuple[str, str]]:
    match act.fact:
        case RenameTable(table, new) if table not in case.created:
            yield table, new
        case RenameColumn(table, old, new) if table not in case.created:
            yield f"{table}.{old}", new
        case RebuildTable():
            known = case.before_act(act).get(act.fact.table)
            kept = {column.name for column in act.fact.create.columns}
            for new, value in act.fact.values.items():
                old = written(value).strip('"')
                if known and old in known.columns and old not in kept:
                    yield f"{act.fact.table}.{old}", new
        case _:
            pass


def unfilled(case: Case) -> Iterator[Finding]:
    """Old processes insert rows without the new column, or with null in it; without a default of the database, a
    column that must not be null refuses them."""
    if not case.is_up:
        return
    for act in case.course.acts:
        for table, column in _required(case, act):
            known = case.after.get(table)
            made = known.columns.get(column) if known else None
            if made is not None and made.not_null and made.default is None and made.generated is None \
                    and not made.identity:  # fmt: skip
                yield case.finding(
                    act, "unfilled", Severity.major,
                    f"Processes of the last release do not fill {table}.{column}: what they insert is refused.", FILL,
                )  # fmt: skip


def _required(case: Case, act: Act) -> Iterator[tuple[str, str]]:
    """The columns of a table in use that must not be null from this step on, and could be before or were not there."""
    match act.fact:
        case AddColumn(table, column) if column.not_null and column.default is not None:
            found = [(table, column.name)]  # one without a default fails at once, and is told so
        case SetNotNull(table, column, not_null=True):
            found = [(table, column)]
        case RebuildTable():
            known = case.before_act(act).get(act.fact.table)
            old = known.columns if known else {}
            found = [
                (act.fact.table, column.name)
                for column in act.fact.create.columns
                if column.not_null and (column.name not in old or not old[column.name].not_null)
            ] if known else []  # fmt: skip
        case _:
            found = []
    yield from ((table, column) for table, column in found if table not in case.created)


CHECKS: Sequence[Check] = (renames, unfilled)
