"""Foreign keys without an index, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twofold.migrate.review.case import Case, Check
from twofold.migrate.review.facts import (
    AddColumn,
    AddConstraint,
    Constraint,
    CreateTable,
    Fact,
    RebuildTable,
    of_column,
)
from twofold.migrate.review.finding import Finding

__all__ = ["CHECKS"]


def foreign_key_without_index(case: Case) -> Iterator[Finding]:
    """Deleting the row that is referred to, or following the relation backwards, reads the whole table.

    PostgreSQL 15, 5.4.5 "Foreign Keys"; SQLite, "Foreign Key Support" 3: "an index should be created on the child key".
    """
    if not case.is_up:
        return
    for act in case.course.acts:
        known = case.after.get(getattr(act.fact, "table", ""))
        before = case.before.get(getattr(act.fact, "table", ""))
        old = [each.columns for each in before.of_kind("foreign key")] if before else []
        for key in _foreign_keys(act.fact):
            if known is not None and key.columns not in old and not known.leads(key.columns):
                table, columns = getattr(act.fact, "table", ""), ", ".join(key.columns)
                yield case.finding(
                    act, "foreign-key-without-index", case.sizes.severity(table, case.course.dialect),
                    f"{table} refers to {key.target} by {columns}, which no index begins with: each deletion in "
                    f"{key.target} reads all of {table}.",
                    f"CREATE INDEX ix_{table}_{'_'.join(key.columns)} ON {table} ({columns}); on PostgreSQL "
                    "CONCURRENTLY, where the table is in use.",
                )  # fmt: skip


def _foreign_keys(fact: Fact) -> Iterator[Constraint]:
    match fact:
        case CreateTable() | RebuildTable():
            create = fact.create if isinstance(fact, RebuildTable) else fact
            for column in create.columns:
                yield from (each for each in column.constraints if each.kind == "foreign key")
            yield from (each for each in create.constraints if each.kind == "foreign key")
        case AddColumn(_, column) if (key := of_column(column, "foreign key")) is not None:
            yield key
        case AddConstraint(_, constraint) if constraint.kind == "foreign key":
            yield constraint
        case _:
            pass


CHECKS: Sequence[Check] = (foreign_key_without_index,)
