"""NOT NULL, checks, keys and foreign keys that PostgreSQL has to test the rows for, while others wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twofold.migrate.review.case import Case, Check
from twofold.migrate.review.courses import Act
from twofold.migrate.review.cursor import written
from twofold.migrate.review.facts import (
    AddColumn,
    AddConstraint,
    CreateIndex,
    DropIndex,
    SetNotNull,
    Validate,
    of_column,
)
from twofold.migrate.review.finding import Finding, Severity
from twofold.migrate.review.locks import locked

__all__ = ["CHECKS"]

SPLIT = ("Add it NOT VALID, which looks at no row, and test the rows in a step of its own: "
         "Alone('ALTER TABLE … VALIDATE CONSTRAINT …').")  # fmt: skip


def not_null_without_default(case: Case) -> Iterator[Finding]:
    """A new column that must not be null has no value in the rows that are there, so that the statement fails.

    PostgreSQL 15, ALTER TABLE, ADD COLUMN.
    """
    for act in case.course.acts:
        match act.fact:
            case AddColumn(table, column) if column.not_null and table not in case.created:
                if column.default is None and column.generated is None and not column.identity \
                        and "serial" not in column.type:  # fmt: skip
                    yield case.finding(
                        act, "not-null-without-default", Severity.critical,
                        f"It fails as soon as {table} has a row, for which {column.name} would be null.",
                        "Give it a DEFAULT; or let it be null at first, fill it in Batches and set NOT NULL then.",
                    )  # fmt: skip
            case _:
                pass


def scans_for_not_null(case: Case) -> Iterator[Finding]:
    """SET NOT NULL reads the whole table under a lock that all wait for, unless a valid CHECK says it already.

    PostgreSQL 15, ALTER TABLE, SET NOT NULL: "if a valid CHECK constraint is found which proves no NULL can exist, then
    the table scan is skipped".
    """
    for act in case.course.acts:
        match act.fact:
            case SetNotNull(table, column, not_null=True) if table not in case.created:
                if not _is_proved(case, act, table, column):
                    yield case.finding(
                        act, "scans-for-not-null", case.waiting(table),
                        f"{case.size_of(table)} is read from beginning to end, and nobody can even read it meanwhile.",
                        f"First add CHECK ({column} IS NOT NULL) NOT VALID, and validate it in a step Alone; SET NOT "
                        "NULL then looks at no row, and the CHECK can go.",
                    )  # fmt: skip
            case _:
                pass


def _is_proved(case: Case, act: Act, table: str, column: str) -> bool:
    known = case.before_act(act).get(table)
    proofs = [f"{column} is not null", f'"{column}" is not null']
    return known is not None and any(
        written(each.condition).strip("()") in proofs and not each.not_valid for each in known.of_kind("check")
    )


def constraint_not_split(case: Case) -> Iterator[Finding]:
    """A new CHECK or foreign key tests all rows under its lock; NOT VALID leaves that to VALIDATE, which locks little.

    PostgreSQL 15, ALTER TABLE, ADD table_constraint [NOT VALID], and Notes on VALIDATE CONSTRAINT.
    """
    for act in case.course.acts:
        match act.fact:
            case AddConstraint(table, constraint) if constraint.kind in ("check", "foreign key"):
                if constraint.not_valid or table in case.created:
                    continue
                who = "write to it" if constraint.kind == "foreign key" else "even read it"
                also = f", nor to {constraint.target}" if constraint.target else ""
            case AddColumn(table) if table not in case.created and _tests_rows(act.fact):
                who, also = "even read it", ""
            case _:
                continue
        yield case.finding(
            act, "constraint-not-split", case.waiting(table),
            f"All rows of {case.size_of(table)} are tested, and nobody can {who}{also} meanwhile.", SPLIT,
        )  # fmt: skip


def _tests_rows(fact: AddColumn) -> bool:
    """A new column's CHECK is tested in all rows; its foreign key only where a default refers to something."""
    if of_column(fact.column, "check") is not None:
        return True
    return of_column(fact.column, "foreign key") is not None and fact.column.default is not None


def validates_under_lock(case: Case) -> Iterator[Finding]:
    """VALIDATE lets others write, but not those who wait for what the same transaction has locked before."""
    for act in case.course.acts:
        match act.fact:
            case Validate(table, name) if act.how == "plain" and table not in case.created:
                earlier = [each for each in case.course.acts if each.part == act.part and each.number < act.number]
                held = [each for each in earlier if locked(each) or isinstance(each.fact, AddConstraint)]
                if held:
                    yield case.finding(
                        act, "validates-under-lock", case.waiting(table),
                        f"{name} is validated in the transaction of statement {held[0].number}, whose lock is held "
                        "meanwhile.", "Make it a step Alone('ALTER TABLE … VALIDATE CONSTRAINT …').",
                    )  # fmt: skip
            case _:
                pass


def never_validated(case: Case) -> Iterator[Finding]:
    """A constraint that stays NOT VALID says nothing of the rows that were there, and the planner does not use it."""
    for act in case.course.acts:
        match act.fact:
            case AddConstraint(table, constraint) if constraint.not_valid and case.is_up:
                known = case.after.get(table)
                left = known is None or any(each.name == constraint.name and each.not_valid
                                            for each in known.constraints)  # fmt: skip
                validated = any(isinstance(each.fact, Validate) and each.fact.name == constraint.name
                                for each in case.course.acts)  # fmt: skip
                if left and not validated:
                    yield case.finding(
                        act, "never-validated", Severity.minor,
                        f"{constraint.name or 'It'} is never validated: older rows may break it.",
                        "Add a step Alone('ALTER TABLE … VALIDATE CONSTRAINT …'), here or in the next migration.",
                    )  # fmt: skip
            case _:
                pass


def unique_not_using_index(case: Case) -> Iterator[Finding]:
    """A unique constraint builds its index under a lock that all wait for; it can take over one that is there.

    PostgreSQL 15, ALTER TABLE, ADD table_constraint_using_index.
    """
    for act in case.course.acts:
        match act.fact:
            case AddConstraint(table, constraint) if constraint.kind in ("unique", "primary key", "exclude"):
                is_late = constraint.using_index is None
            case AddColumn(table, column):
                is_late = any(of_column(column, kind) for kind in ("unique", "primary key"))
            case _:
                continue
        if is_late and table not in case.created:
            yield case.finding(
                act, "unique-not-using-index", case.waiting(table),
                f"An index over {case.size_of(table)} is built, and nobody can even read it meanwhile.",
                "First Concurrently('CREATE UNIQUE INDEX CONCURRENTLY …'), then ALTER TABLE … ADD CONSTRAINT … UNIQUE "
                "USING INDEX ….",
            )  # fmt: skip


def concurrently_in_transaction(case: Case) -> Iterator[Finding]:
    """CREATE INDEX CONCURRENTLY is refused within a transaction. PostgreSQL 15, CREATE INDEX."""
    for act in case.course.acts:
        match act.fact:
            case CreateIndex(concurrently=True) | DropIndex(concurrently=True):
                if act.how != "concurrently":
                    reason, fix = "It is in a transaction, where PostgreSQL refuses it.", "Make it a step Concurrently."
                elif case.course.runs_in_transaction:
                    reason = (
                        "RUN_IN_TRANSACTION is not False, so that a transaction is open, where PostgreSQL refuses it."
                    )
                    fix = "Write RUN_IN_TRANSACTION = False."
                else:
                    continue
                yield case.finding(act, "concurrently-in-transaction", Severity.critical, reason, fix)
            case _:
                pass


CHECKS: Sequence[Check] = (
    not_null_without_default, scans_for_not_null, constraint_not_split, validates_under_lock, never_validated,
    unique_not_using_index, concurrently_in_transaction,
)  # fmt: skip
