"""What cannot be got back: rows, columns and values that are thrown away, and ways back that restore nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twofold.migrate.review.agreement import outermost, things
from twofold.migrate.review.case import Case, Check
from twofold.migrate.review.codes import Code
from twofold.migrate.review.courses import Act
from twofold.migrate.review.cursor import written
from twofold.migrate.review.facts import (
    AddColumn,
    AlterType,
    CreateTable,
    Delete,
    DropColumn,
    DropConstraint,
    DropOther,
    DropTable,
    RebuildTable,
    RenameColumn,
    RenameTable,
    Truncate,
)
from twofold.migrate.review.finding import Finding, Severity
from twofold.migrate.review.tables import is_search
from twofold.migrate.review.types import NARROWING
from twofold.sql.search import VECTOR

__all__ = ["CHECKS"]

TWO_RELEASES = "Take two releases: one that does not use it any more, and a later one that drops it."
WITH_COPY = "In the same migration, it is copied elsewhere before."


def drops_table(case: Case) -> Iterator[Finding]:
    """A dropped table takes its rows with it. A way back may drop what the way forward made."""
    for act in case.course.acts:
        match act.fact:
            case DropTable(table):
                is_copied = case.copied(act, table)
                if not (
                    _is_own(case, act, table) or _is_back(case, table) or (is_copied and _comes_again(case, table))
                ):
                    yield _lost(case, act, "drops-table", f"All rows of {case.size_of(table)} are lost", is_copied)
            case _:
                pass


def referred_to(case: Case) -> Iterator[Finding]:
    """A table goes while another one still refers to it: PostgreSQL refuses the statement, our runner the migration.

    PostgreSQL 15, 5.14 "Dependency Tracking".
    """
    on_sqlite = case.course.dialect == "sqlite"
    for act in case.course.acts:
        match act.fact:
            case DropTable(table, cascade=False) if not (on_sqlite and table in case.after):
                there = case.after if on_sqlite else case.before_act(act)
                together = [each.fact.table for each in case.course.acts
                            if each.number == act.number and isinstance(each.fact, DropTable)]  # fmt: skip
                others = [name for name, known in there.items() if name not in together
                          and any(key.target == table for key in known.of_kind("foreign key"))]  # fmt: skip
                if others:
                    yield case.finding(
                        act, "referred-to", Severity.critical, f"It fails: {', '.join(others)} refers to {table}.",
                        "Drop the foreign key, or the table that has it, first.",
                    )  # fmt: skip
            case _:
                pass


def _comes_again(case: Case, table: str) -> bool:
    """Whether another table takes the name: the table was rebuilt by hand."""
    return any(isinstance(act.fact, RenameTable) and act.fact.new == table for act in case.course.acts)


def drops_column(case: Case) -> Iterator[Finding]:
    """A dropped column takes its values with it, whether ALTER TABLE drops it or a rebuild leaves it out."""
    for act in case.course.acts:
        match act.fact:
            case DropColumn(table, column):
                if not (_is_derived(case, act, table, column) or _is_back(case, table, column)):
                    what = f"All values of {table}.{column} are lost"
                    yield _lost(case, act, "drops-column", what, case.copied(act, table, column))
            case RebuildTable():
                yield from _left_out(case, act, act.fact)
            case _:
                pass


def _left_out(case: Case, act: Act, fact: RebuildTable) -> Iterator[Finding]:
    known = case.before_act(act).get(fact.table)
    kept = {column.name for column in fact.create.columns}
    for column in known.columns if known and kept else ():
        if column in kept or _is_derived(case, act, fact.table, column) or _is_back(case, fact.table, column):
            continue
        used = any(token.value == column for value in fact.values.values() for token in value)
        is_renamed = any(written(value).strip('"') == column for value in fact.values.values())
        if not is_renamed:
            yield _lost(case, act, "drops-column", f"The new table has no column {column}, whose values are lost",
                        used or case.copied(act, fact.table, column))  # fmt: skip


def _lost(case: Case, act: Act, code: Code, what: str, is_copied: bool) -> Finding:
    reason = f"{what}, and processes of the last release that still use it fail."
    if is_copied:
        return case.finding(act, code, Severity.major, f"{reason} {WITH_COPY}", TWO_RELEASES)
    return case.finding(act, code, Severity.critical, reason, f"{TWO_RELEASES} Copy what is still of use first.")


def _is_own(case: Case, act: Act, table: str) -> bool:
    """Whether the table holds nothing of anybody's: the same migration made it, or it is made from other tables."""
    before = case.course.acts[: case.course.acts.index(act)]
    made = any(isinstance(each.fact, CreateTable) and each.fact.table == table for each in before)
    return made or is_search(table, case.before_act(act))


def _is_derived(case: Case, act: Act, table: str, column: str) -> bool:
    """Whether the column's values are made from others."""
    known = case.before_act(act).get(table)
    made = known.columns.get(column) if known else None
    return column == VECTOR or _is_own(case, act, table) or (made is not None and made.generated is not None)


def _is_back(case: Case, table: str, column: str | None = None) -> bool:
    """Whether a way back takes away what the way forward adds."""
    if case.is_up:
        return False
    for act in case.opposite.acts:
        match act.fact:
            case CreateTable(made) | RenameTable(_, made) if made == table:
                return True
            case AddColumn(made, added) if (made, added.name) == (table, column):
                return True
            case RenameColumn(made, _, new) if (made, new) == (table, column):
                return True
            case RebuildTable() if act.fact.table == table and column is not None:
                return any(each.name == column for each in act.fact.create.columns)
            case _:
                pass
    return False


def empties_table(case: Case) -> Iterator[Finding]:
    """DELETE without WHERE and TRUNCATE remove all rows; on a way back also those that are newer than it."""
    for act in case.course.acts:
        match act.fact:
            case Delete(table=table, whole=True) | Truncate(table) if table not in case.created:
                cascade = isinstance(act.fact, Truncate) and act.fact.cascade
                also = ", and of all tables that refer to it," if cascade else ""
                severity = Severity.major if case.copied(act, table) else Severity.critical
                yield case.finding(
                    act, "empties-table", severity, f"All rows of {case.size_of(table)}{also} are deleted.",
                    "Say in a WHERE which rows have to go, or copy them elsewhere first.",
                )  # fmt: skip
            case _:
                pass


def cascades(case: Case) -> Iterator[Finding]:
    """CASCADE drops what nobody named: views, foreign keys of other tables, columns of a dropped type.

    PostgreSQL 15, 5.14 "Dependency Tracking".
    """
    for act in case.course.acts:
        match act.fact:
            case DropTable(cascade=True) | DropColumn(cascade=True) | DropConstraint(cascade=True):
                severity = Severity.major
            case DropOther(kind, cascade=True):
                severity = Severity.critical if kind in ("schema", "type", "domain") else Severity.major
            case _:
                continue
        yield case.finding(act, "cascades", severity, "CASCADE drops whatever depends on it, which nobody sees here.",
                           "Drop by name what depends on it, and leave CASCADE out.")  # fmt: skip


def narrows_type(case: Case) -> Iterator[Finding]:
    """Values may not fit a narrower type: the change fails at the first of them, or cuts them silently.

    PostgreSQL 15, 8.1 "Numeric Types" (rounding), 8.3 "Character Types" (too long a value is an error); SQLite,
    "Datatypes" 3.2: a CAST to a number makes 0 of what is none.
    """
    for act in case.course.acts:
        for table, column, new, has_expression in _retyped(act):
            known = case.before_act(act).get(table)
            old = known.columns.get(column) if known else None
            found = NARROWING[case.course.dialect](old.type, new) if old else None
            if found is None or old is None:
                continue
            silent = found == "cuts" or has_expression
            reason = f"{table}.{column} goes from {old.type} to {new}: " + (
                "what does not fit is cut, and nothing tells of it." if silent
                else "the migration fails at the first value that does not fit."
            )  # fmt: skip
            severity = Severity.critical if silent else Severity.major
            yield case.finding(
                act, "narrows-type", severity if case.is_up else severity.lower, reason,
                "Look for values that do not fit first and decide about each, or add a new column beside the old one.",
            )  # fmt: skip


def _retyped(act: Act) -> Iterator[tuple[str, str, str, bool]]:
    match act.fact:
        case AlterType(table, column, new, using):
            yield table, column, new, len([token for token in using if token.kind in ("word", "name")]) > 1 + (
                "::" in [token.value for token in using])  # fmt: skip
        case RebuildTable():
            for made in act.fact.create.columns:
                if made.name in act.fact.values:
                    yield act.fact.table, made.name, made.type, True
        case _:
            pass


def no_way_back(case: Case) -> Iterator[Finding]:
    """A way back that is empty, or leaves out a step, makes the database one that no release knows."""
    if not case.is_up or case.course.is_empty:
        return
    if case.opposite.is_empty:
        yield case.finding(None, "no-way-back", Severity.major, "DOWN is empty: a bad release cannot be taken back.",
                           "Write the reverse of UP; where rows are gone, at least that of the schema.")  # fmt: skip
        return
    was = {*things(case.before)}
    restored = {*things(case.after.after(act.fact for act in case.opposite.acts))}
    for lacking, words, fix in ((was - restored, "does not bring back", "Add that to DOWN."),
                                (restored - was, "leaves behind", "Remove that in DOWN.")):  # fmt: skip
        for kind, name in outermost(lacking):
            severity = Severity.major if kind in ("table", "column") else Severity.minor
            yield case.finding(None, "no-way-back", severity, f"DOWN {words} the {kind} {name}.", fix)


CHECKS: Sequence[Check] = (drops_table, referred_to, drops_column, empties_table, cascades, narrows_type, no_way_back)
