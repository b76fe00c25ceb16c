"""What is lost between three times of a database: before a migration, after it, and after the way back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from twofold.database import Dialect
from twofold.migrate.files import Direction
from twofold.migrate.plan.differences import differences
from twofold.migrate.rehearse.report import Blame, Change, Loss
from twofold.migrate.rehearse.snapshots import Snapshot, Snapshots
from twofold.schema import Schema

__all__ = ["Announced", "changes", "losses", "not_restored"]

OTHER: dict[Direction, Direction] = {"up": "down", "down": "up"}


@dataclass(frozen=True)
class Announced:
    """What a migration's file says that it deletes or loses."""

    module: ModuleType
    dialect: Dialect

    def deletes(self, table: str, direction: Direction) -> bool:
        """Whether a statement of that direction deletes rows of the table itself, or LOSES names it."""
        pattern = rf"(?:DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)(?:\s+ONLY)?\s+{_named(table)}"
        return table in self._losses or self._says(pattern, direction)

    def renames(self, table: str, column: str | None, direction: Direction) -> bool:
        """Whether a statement of that direction gives the column, or the table, another name."""
        what = rf"COLUMN\s+{_named(column)}\s+TO" if column else "TO"
        return self._says(rf"ALTER\s+TABLE\s+{_named(table)}\s+RENAME\s+{what}", direction)

    def loses(self, table: str, column: str | None) -> bool:
        """Whether LOSES names the column or its table."""
        return bool({table, f"{table}.{column}"} & self._losses)

    @property
    def _losses(self) -> set[str]:
        return set(getattr(self.module, "LOSES", ()))

    def _says(self, pattern: str, direction: Direction) -> bool:
        steps: Sequence[Any] = getattr(self.module, direction.upper(), {}).get(self.dialect, ())
        return any(re.search(pattern, _sql(step), re.IGNORECASE) for step in steps)


def _named(name: str) -> str:
    return rf'(?:"{re.escape(name)}"|{re.escape(name)}\b)'


def _sql(step: Any) -> str:
    """The SQL of a step; a rebuild deletes and renames nothing, and what a function does is not known."""
    return step if isinstance(step, str) else getattr(step, "sql", "")


def changes(snapshots: Snapshots, before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Returns the columns, there before and after, of which values were changed by a run."""
    for name, table in before.schema.tables.items():
        there = after.schema.tables.get(name)
        if there is None or not table.primary_key:
            continue
        names = {each.name for each in there.columns}
        for column in (each.name for each in table.columns if each.name in names):
            changed = snapshots.differing(name, column, before, after)
            if changed:
                yield Change(table=name, column=column, changed=changed, values=snapshots.values(name, column, before))


def losses(snapshots: Snapshots, times: tuple[Snapshot, Snapshot, Snapshot], first: Direction, announced: Announced
           ) -> Iterator[Loss]:  # fmt: skip
    """Returns what was there at the first of three times and is not at the last, with the direction that lost it.

    What a run drops is lost by it. Of a value that both directions changed, one cannot tell which of them lost it.
    """
    before, between, after = times
    for name, table in before.schema.tables.items():
        if name not in after.schema.tables:
            continue  # see `not_restored`
        yield from _rows(snapshots, times, name, first, announced)
        there = between.schema.tables.get(name)
        names = {each.name for each in there.columns} if there else set()
        kept = {each.name for each in after.schema.tables[name].columns}
        for column in (each.name for each in table.columns if each.name in kept):
            all_ = snapshots.differing(name, column, before, after)
            of = snapshots.values(name, column, before) if all_ else 0
            if all_ and column not in names:
                yield _gone(name, column, (all_, of), first, announced)
            elif all_:
                one, other = snapshots.blamed(name, column, times)
                said = announced.loses(name, column)
                blame: tuple[tuple[Blame, int], ...] = (
                    (first, one), (OTHER[first], other), ("both", all_ - one - other),
                )  # fmt: skip
                for direction, lost in blame:
                    if lost:
                        yield Loss(direction=direction, table=name, column=column, lost=lost, of=of, announced=said)


def _rows(snapshots: Snapshots, times: tuple[Snapshot, Snapshot, Snapshot], table: str, first: Direction,
          announced: Announced) -> Iterator[Loss]:  # fmt: skip
    before, between, after = times
    missing = snapshots.missing(table, before, after)
    if not missing:
        return
    if table not in between.schema.tables:
        yield _gone(table, None, (missing, before.rows[table]), first, announced)
        return
    by_second = snapshots.missing(table, before, after, between)
    for direction, lost in ((first, missing - by_second), (OTHER[first], by_second)):
        if lost:
            yield Loss(direction=direction, table=table, column=None, lost=lost, of=before.rows[table],
                       announced=announced.deletes(table, direction))  # fmt: skip


def _gone(table: str, column: str | None, lost: tuple[int, int], first: Direction, announced: Announced) -> Loss:
    """What is not there in between was dropped, so the file says so; or renamed, and lost on the way back."""
    renamed = announced.renames(table, column, first)
    return Loss(direction=OTHER[first] if renamed else first, table=table, column=column, lost=lost[0], of=lost[1],
                announced=not renamed or announced.loses(table, column))  # fmt: skip


def not_restored(before: Schema, after: Schema) -> tuple[str, ...]:
    """Returns the tables that differ."""
    found = differences(before, after)
    changed = [each.new.name for each in found.changed]
    return tuple(sorted([*changed, *(each.name for each in (*found.come, *found.gone))]))
