"""Whether a migration does the same on both databases: one of them would otherwise lack what the models say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from twofold.database import Dialect
from twofold.migrate.files import MigrationFile
from twofold.migrate.review.finding import Finding, Severity
from twofold.migrate.review.tables import KnownTable, Tables, is_search
from twofold.sql.search import VECTOR

__all__ = ["disagreements", "outermost", "things"]

OTHER: Mapping[Dialect, Dialect] = {"sqlite": "postgres", "postgres": "sqlite"}
NAMES: Mapping[Dialect, str] = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def disagreements(
    file: MigrationFile, before: Mapping[Dialect, Tables], after: Mapping[Dialect, Tables]
) -> Iterator[Finding]:
    """Yields what one database has and the other has not, as far as this migration is why."""
    known = {dialect: {*things(before[dialect])} for dialect in OTHER}
    now = {dialect: {*things(after[dialect])} for dialect in OTHER}
    for dialect, other in OTHER.items():
        missing = (now[dialect] - now[other]) - (known[dialect] - known[other])
        for what in outermost(missing):
            yield Finding(
                severity=Severity.major, code="dialects-disagree", file=file.name, direction="up", dialect=other,
                reason=f"{' '.join(what)} is there on {NAMES[dialect]} and not on {NAMES[other]}.",
                fix="Do the same on both, or on neither.",
            )  # fmt: skip


def outermost(things: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Returns these things in order, without those whose table is among them."""
    found = sorted(things)
    tables = {what[1] for what in found if what[0] == "table"}
    return [what for what in found if what[0] == "table" or what[1].partition(".")[0] not in tables]


def things(tables: Tables) -> Iterator[tuple[str, ...]]:
    """Names all that both dialects should have: (kind, `table.name`). Full-text search is made in two ways, and left
    out."""
    for name, known in tables.items():
        table = name.lower()
        if not is_search(name, tables):
            yield "table", table
            yield from _parts(table, known)


def _parts(table: str, known: KnownTable) -> Iterator[tuple[str, ...]]:
    for column in known.columns.values():
        if column.name != VECTOR:
            yield "column", f"{table}.{column.name.lower()}"
            if column.not_null:
                yield "NOT NULL of", f"{table}.{column.name.lower()}"
    for constraint in known.constraints:
        columns = ", ".join(constraint.columns).lower()
        if constraint.name is not None and constraint.kind != "primary key":
            yield constraint.kind, f"{table}.{constraint.name.lower()}"
        elif constraint.kind in ("foreign key", "primary key"):
            yield constraint.kind, f"{table}.({columns})"
    for index in known.indexes:
        if index.name is not None and index.name != f"{table}_search":
            yield ("unique index" if index.unique else "index"), f"{table}.{index.name.lower()}"
