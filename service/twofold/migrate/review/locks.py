"""Statements of PostgreSQL during which others wait.

PostgreSQL 15, 13.3 "Explicit Locking", and the page of each command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from twofold.migrate.review.case import Case, Check
from twofold.migrate.review.courses import Act
from twofold.migrate.review.cursor import written
from twofold.migrate.review.facts import (
    AddColumn,
    AddConstraint,
    AlterType,
    Column,
    CreateIndex,
    Delete,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Insert,
    LockTable,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNotNull,
    Truncate,
    Update,
    Validate,
)
from twofold.migrate.review.finding import Finding, Severity
from twofold.migrate.review.types import rewrites

__all__ = ["CHECKS", "locked", "table_rewritten"]

MANY_TABLES = 4
"""Locks on so many tables at once are likely to meet a transaction that holds one of them and waits for another."""
STABLE = frozenset({
    "now", "transaction_timestamp", "statement_timestamp", "timezone", "date_trunc", "make_interval", "to_timestamp",
    "lower", "upper", "coalesce", "concat", "to_jsonb", "jsonb_build_object", "jsonb_build_array", "json_build_object",
    "array", "row", "cast", "current_setting", "numeric", "decimal", "varchar", "varying", "char", "character", "bit",
    "interval", "timestamp", "timestamptz", "time",
})  # fmt: skip
"""Functions, and types with a length, of which a default has one value for all rows that are there."""


def index_not_concurrent(case: Case) -> Iterator[Finding]:
    """CREATE INDEX lets nobody write to the table until it is built; CONCURRENTLY takes longer and lets all go on.

    PostgreSQL 15, CREATE INDEX, "Building Indexes Concurrently".
    """
    for act in case.course.acts:
        match act.fact:
            case CreateIndex(table=table, concurrently=False) if _is_used(case, table):
                yield case.finding(
                    act, "index-not-concurrent", case.waiting(table),
                    f"Nobody can write to {case.size_of(table)} until the index is built.",
                    "Make it a step Concurrently('CREATE INDEX CONCURRENTLY …', index='…').",
                )  # fmt: skip
            case DropIndex(name, concurrently=False) if _is_used_index(case, act, name):
                yield case.finding(
                    act, "drop-index-not-concurrent", Severity.minor,
                    f"Dropping {name} waits for everybody who uses its table, and all others wait behind it.",
                    "Make it a step Concurrently('DROP INDEX CONCURRENTLY …', index='…').",
                )  # fmt: skip
            case _:
                pass


def _is_used_index(case: Case, act: Act, name: str) -> bool:
    """An index of a table that a later step drops is dropped with it, at no further cost."""
    dropped = {each.fact.table for each in case.course.acts if isinstance(each.fact, DropTable)}
    tables = [table for table, known in case.before_act(act).items() if name in [each.name for each in known.indexes]]
    return not any(table in case.created | dropped for table in tables)


def _is_used(case: Case, table: str) -> bool:
    return table not in case.created


def rewrites_table(case: Case) -> Iterator[Finding]:
    """A rewrite copies the whole table and all of its indexes, under a lock that even readers wait for.

    PostgreSQL 15, ALTER TABLE, Notes: a volatile default, a stored generated column, an identity and most changes of
    a type make one.
    """
    for act in case.course.acts:
        table = table_rewritten(case, act)
        if table is not None and _is_used(case, table):
            yield case.finding(
                act, "rewrites-table", case.waiting(table),
                f"{case.size_of(table)} is written anew, with all of its indexes; nobody can even read it meanwhile.",
                "Add a new column that may be null and has no default, fill it in Batches, and use it from the next "
                "release on.",
            )  # fmt: skip


def table_rewritten(case: Case, act: Act) -> str | None:
    """Returns the table that a step writes anew, if it does."""
    match act.fact:
        case AddColumn(table, column) if _rewrites_for(column):
            return table
        case AlterType(table, name, new, using):
            known = case.before_act(act).get(table)
            old = known.columns.get(name) if known else None
            plain = not using or written(using).partition("::")[0].strip('" ') == name
            return None if old is not None and plain and not rewrites(old.type, new) else table
        case _:
            return None


def _rewrites_for(column: Column) -> bool:
    return column.generated is not None or column.identity or "serial" in column.type or _is_volatile(column)


def _is_volatile(column: Column) -> bool:
    """Whether a default may have another value in each row: it calls a function that is not known to be stable."""
    return any(token.kind in ("word", "name") and after.value == "(" and token.value not in STABLE
               for token, after in pairwise(column.default or ()))  # fmt: skip


def updates_whole_table(case: Case) -> Iterator[Finding]:
    """One UPDATE of all rows holds each row's lock until it is committed, and leaves as many dead rows.

    PostgreSQL 15, 13.3.2 "Row-Level Locks"; 25.1.2 "Recovering Disk Space".
    """
    for act in case.course.acts:
        match act.fact:
            case Update(table=table, whole=True) if act.how != "batches" and _is_used(case, table):
                yield case.finding(
                    act, "updates-whole-table", case.waiting(table),
                    f"All rows of {case.size_of(table)} are locked for those who write, until all are done.",
                    "Make it a step Batches(table=…, sql='UPDATE … WHERE id IN ({keys})').",
                )  # fmt: skip
            case _:
                pass


def locks_table(case: Case) -> Iterator[Finding]:
    """LOCK TABLE holds its lock to the end of the transaction. PostgreSQL 15, LOCK, Notes."""
    for act in case.course.acts:
        match act.fact:
            case LockTable(table, mode) if _is_used(case, table):
                yield case.finding(
                    act, "locks-table", case.waiting(table),
                    f"Others wait for {case.size_of(table)}, locked in {mode.upper()} MODE, until all that follows is "
                    "done.", "Leave it out: a migration that has to be alone should change few rows at a time instead.",
                )  # fmt: skip
            case _:
                pass


def long_lock(case: Case) -> Iterator[Finding]:
    """What is locked in a transaction stays so to its end, also while another table is read or written for long.

    PostgreSQL 15, 13.3: "Once acquired, a lock is normally held until the end of the transaction."
    """
    for part in {act.part: None for act in case.course.acts}:
        acts = [act for act in case.course.acts if act.part == part]
        held = [(act.number, table) for act in acts if (table := locked(act)) is not None and _is_used(case, table)]
        long = next((act for act in acts if held and act.number > held[0][0] and _takes_long(case, act)), None)
        tables = list(dict.fromkeys(table for number, table in held if long is None or number < long.number))
        own = _table_of(long) if long is not None and locked(long) else None
        if long is not None and tables == [own]:
            continue  # it locks the table itself, and is told so
        if long is not None:
            names = ", ".join(tables[:MANY_TABLES]) + (" …" if len(tables) > MANY_TABLES else "")
            yield case.finding(
                long, "long-lock", case.waiting(_table_of(long) or tables[0]),
                f"While this runs, nobody can even read {names}: the same transaction has locked them.",
                "Put it before the others, or into Batches or Alone, so that their locks are let go.",
            )  # fmt: skip
        elif len(tables) >= MANY_TABLES and case.is_up:
            act = next(act for act in acts if locked(act) == tables[MANY_TABLES - 1])
            yield case.finding(
                act, "many-locks", Severity.minor,
                f"One transaction locks {len(tables)} tables that are in use: it may deadlock with others.",
                "Make several migrations of it, or make steps Alone.",
            )  # fmt: skip


def locked(act: Act) -> str | None:
    """Returns the table that a step takes an ACCESS EXCLUSIVE lock on, which readers wait for too."""
    match act.fact:
        case (
            AddColumn(table) | DropColumn(table) | AlterType(table) | SetNotNull(table) | SetDefault(table)
            | RenameColumn(table) | RenameTable(table) | DropConstraint(table) | DropTable(table) | Truncate(table)
        ):  # fmt: skip
            return table
        case AddConstraint(table, constraint) if constraint.kind != "foreign key":
            return table
        case LockTable(table, "access exclusive"):
            return table
        case _:
            return None


def _table_of(act: Act) -> str | None:
    table: str | None = getattr(act.fact, "table", None)
    return table


def _takes_long(case: Case, act: Act) -> bool:
    """Whether a step's time grows with a table that others use."""
    table = _table_of(act)
    if table is None or act.how in ("batches", "concurrently"):
        return False
    match act.fact:
        case Update() | Delete() | Validate():
            return _is_used(case, table)
        case Insert():
            return "select" in act.fact.reads
        case CreateIndex():
            return _is_used(case, table)
        case AddConstraint(_, constraint):
            return _is_used(case, table) and not constraint.not_valid and constraint.using_index is None
        case _:
            return table_rewritten(case, act) is not None and _is_used(case, table)


CHECKS: Sequence[Check] = (index_not_concurrent, rewrites_table, updates_whole_table, locks_table, long_lock)
