"""What cannot be got back: rows, columns and values that are thrown away, and ways back that restore nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twofold.migrate.review.case import Case, Check
from twofold.migrate.review.courses import Act, Course
from twofold.migrate.review.cursor import written
from twofold.migrate.review.facts import (
    AddColumn,
    AddConstraint,
    AlterType,
    Constraint,
    CreateIndex,
    CreateTable,
    Delete,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropOther,
    DropTable,
    Fact,
    RebuildTable,
    RenameColumn,
    RenameTable,
    Truncate,
)
from twofold.migrate.review.finding import Finding, Severity
from twofold.migrate.review.types import narrowing

__all__ = ["CHECKS"]

TWO_RELEASES = "Take two releases: one that does not use it any more, and a later one that drops it."
WITH_COPY = "In the same migration, it is copied elsewhere before."


def drops_table(case: Case) -> Iterator[Finding]:
    """A dropped table takes its rows with it. A way back may drop what the way forward made."""
    for act in case.course.acts:
        match act.fact:
            case DropTable(table) if not _made_by(case, act, table) and not _is_back(case, table):
                yield _lost(case, act, "drops-table", f"All rows of {case.size_of(table)} are lost",
                            case.copied(act, table))  # fmt: skip
            case _:
                pass


def drops_column(case: Case) -> Iterator[Finding]:
    """A dropped column takes its values with it, whether ALTER TABLE drops it or a rebuild leaves it out."""
    for act in case.course.acts:
        match act.fact:
            case DropColumn(table, column) if not _made_by(case, act, table) and not _is_back(case, table, column):
                yield _lost(case, act, "drops-column", f"All values of {table}.{column} are lost",
                            case.copied(act, table, column))  # fmt: skip
            case RebuildTable():
                yield from _left_out(case, act, act.fact)
            case _:
                pass


def _left_out(case: Case, act: Act, fact: RebuildTable) -> Iterator[Finding]:
    known = case.before_act(act).get(fact.table)
    kept = {column.name for column in fact.create.columns}
    for column in known.columns if known and kept else ():
        if column in kept or _is_back(case, fact.table, column):
            continue
        used = any(token.value == column for value in fact.values.values() for token in value)
        is_renamed = any(written(value).strip('"') == column for value in fact.values.values())
        if not is_renamed:
            yield _lost(case, act, "drops-column", f"The new table has no column {column}, whose values are lost",
                        used or case.copied(act, fact.table, column))  # fmt: skip


def _lost(case: Case, act: Act, code: str, what: str, is_copied: bool) -> Finding:
    reason = f"{what}, and processes of the last release that still use it fail."
    if is_copied:
        return case.finding(act, code, Severity.major, f"{reason} {WITH_COPY}", TWO_RELEASES)
    return case.finding(act, code, Severity.critical, reason, f"{TWO_RELEASES} Copy what is still of use first.")


def _made_by(case: Case, act: Act, table: str) -> bool:
    """Whether the same migration made the table: then it is a help of its own, and held nothing of anybody's."""
    before = case.course.acts[: case.course.acts.index(act)]
    return any(isinstance(each.fact, CreateTable) and each.fact.table == table for each in before)


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
            found = narrowing(old.type, new) if old else None
            if found is None or old is None or (not case.is_up and _is_undone(case, table, column)):
                continue
            silent = found == "cuts" or has_expression
            reason = f"{table}.{column} goes from {old.type} to {new}: " + (
                "what does not fit is cut, and nothing tells of it." if silent
                else "the migration fails at the first value that does not fit."
            )  # fmt: skip
            yield case.finding(
                act, "narrows-type", Severity.critical if silent else Severity.major, reason,
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


def _is_undone(case: Case, table: str, column: str) -> bool:
    """Whether a way back gives the column its former type, which is all that it can do."""
    return any((table, column) == (each[0], each[1]) for act in case.opposite.acts for each in _retyped(act)) or any(
        isinstance(act.fact, RebuildTable) and act.fact.table == table for act in case.opposite.acts
    )


def no_way_back(case: Case) -> Iterator[Finding]:
    """A way back that is empty, or leaves out a step, makes the database one that no release knows."""
    if not case.is_up or case.course.is_empty:
        return
    if case.opposite.is_empty:
        yield case.finding(None, "no-way-back", Severity.major, "DOWN is empty: a bad release cannot be taken back.",
                           "Write the reverse of UP; where rows are gone, at least that of the schema.")  # fmt: skip
        return
    undone = [act.fact for act in case.opposite.acts]
    for act in case.course.acts:
        missing = _not_undone(act.fact, undone, case.course)
        if missing is not None:
            what, severity = missing
            yield case.finding(act, "no-way-back", severity, f"DOWN does not {what}.", "Add that to DOWN.")


def _not_undone(fact: Fact, undone: Sequence[Fact], course: Course) -> tuple[str, Severity] | None:
    """Returns what DOWN lacks, and how bad that is."""
    made = {each.table for each in undone if isinstance(each, CreateTable | RebuildTable)}
    dropped = {each.table for each in undone if isinstance(each, DropTable)}
    match fact:
        case CreateTable(table) if table not in dropped and not _goes(table, course):
            return f"drop the table {table}", Severity.major
        case DropTable(table) if table not in made and table not in _created(course):
            return f"make the table {table} again", Severity.major
        case AddColumn(table, column) if table not in made | dropped and not _drops(undone, table, column.name):
            return f"drop the column {table}.{column.name}", Severity.major
        case DropColumn(table, column) if table not in made and not _adds(undone, table, column):
            return f"add the column {table}.{column} again", Severity.major
        case RenameColumn(table, old, new) if table not in made and RenameColumn(table, new, old) not in undone:
            return f"give {table}.{new} its name {old} back", Severity.major
        case RenameTable(table, new) if RenameTable(new, table) not in undone:
            return f"give {new} its name {table} back", Severity.major
        case AddConstraint(table, Constraint(name=str(name))) if (
            table not in made | dropped
            and not any(isinstance(each, DropConstraint) and each.name == name for each in undone)
            and not any(isinstance(each.fact, DropConstraint) and each.fact.name == name for each in course.acts)
        ):
            return f"drop the constraint {name}", Severity.minor
        case CreateIndex(name=str(name)) if fact.table not in made | dropped and not _index_goes(fact, undone, course):
            return f"drop the index {name}", Severity.minor
        case _:
            return None


def _goes(table: str, course: Course) -> bool:
    return any(isinstance(act.fact, DropTable | RenameTable) and act.fact.table == table for act in course.acts)


def _created(course: Course) -> set[str]:
    return {act.fact.table for act in course.acts if isinstance(act.fact, CreateTable)}


def _drops(undone: Sequence[Fact], table: str, column: str) -> bool:
    return any(isinstance(each, DropColumn) and (each.table, each.column) == (table, column) for each in undone)


def _adds(undone: Sequence[Fact], table: str, column: str) -> bool:
    return any(isinstance(each, AddColumn) and (each.table, each.column.name) == (table, column) for each in undone)


def _index_goes(index: CreateIndex, undone: Sequence[Fact], course: Course) -> bool:
    """Whether it is dropped by name, with one of its columns, or taken over by a constraint."""
    names = {each.name for each in undone if isinstance(each, DropIndex | DropConstraint)}
    taken = any(isinstance(act.fact, AddConstraint) and act.fact.constraint.using_index == index.name
                for act in course.acts)  # fmt: skip
    return taken or index.name in names or any(_drops(undone, index.table, column) for column in index.columns)


CHECKS: Sequence[Check] = (drops_table, drops_column, empties_table, cascades, narrows_type, no_way_back)
