"""What SQLite makes slow or cannot do at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twofold.migrate.review.case import Case, Check
from twofold.migrate.review.facts import (
    AddColumn,
    AddConstraint,
    AlterType,
    DropConstraint,
    LockTable,
    RebuildTable,
    SetDefault,
    SetNotNull,
    Truncate,
    Validate,
    of_column,
)
from twofold.migrate.review.finding import Finding, Severity
from twofold.migrate.review.sizes import SMALL

__all__ = ["CHECKS"]


def rebuilds_table(case: Case) -> Iterator[Finding]:
    """A rebuild copies all rows in one transaction, and SQLite has one writer: all others wait.

    https://www.sqlite.org/lang_transaction.html
    """
    for act in case.course.acts:
        match act.fact:
            case RebuildTable(table=table) if table not in case.created:
                rows = case.sizes.of(table, "sqlite")
                if rows is None or rows >= SMALL:
                    severity = Severity.minor if rows is None else case.waiting(table).lower
                    yield case.finding(
                        act, "rebuilds-table", severity,
                        f"All rows of {case.size_of(table)} are copied; whoever writes waits, and the file may become "
                        "twice as large.", "Run it at a quiet time, with a busy timeout that is long enough.",
                    )  # fmt: skip
            case _:
                pass


def adds_what_fails(case: Case) -> Iterator[Finding]:
    """SQLite adds no column that is unique, or that must not be null without a constant default.

    https://www.sqlite.org/lang_altertable.html, 4. ALTER TABLE ADD COLUMN.
    """
    for act in case.course.acts:
        match act.fact:
            case AddColumn(_, column):
                if of_column(column, "unique") or of_column(column, "primary key"):
                    why = "SQLite adds no unique column."
                elif column.not_null and column.default is None and column.generated is None:
                    why = "SQLite adds no column that must not be null and has no default."
                elif column.default and column.default[0].value.startswith(("(", "current_")):
                    why = "SQLite adds no column whose default is not a constant to a table with rows."
                else:
                    continue
                yield case.finding(act, "sqlite-cannot", Severity.critical, why, "Make it a step Rebuild.")
            case AddConstraint() | AlterType() | DropConstraint() | SetNotNull() | SetDefault() | Validate():
                why = "SQLite has no such ALTER TABLE: it is a syntax error."
                yield case.finding(act, "sqlite-cannot", Severity.critical, why, "Make it a step Rebuild.")
            case LockTable() | Truncate():
                why = "SQLite has no such statement: it is a syntax error."
                yield case.finding(act, "sqlite-cannot", Severity.critical, why, "Leave it out, or say DELETE.")
            case _:
                pass


CHECKS: Sequence[Check] = (rebuilds_table, adds_what_fails)
