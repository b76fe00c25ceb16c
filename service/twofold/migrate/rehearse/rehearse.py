"""A rehearsal: migrations are run there and back and there again on a copy, and what is in it is compared.

Each migration is rehearsed by itself, so that what is lost is told of the one that lost it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from twofold.database import Database
from twofold.migrate.driver import downgrade, status, upgrade
from twofold.migrate.files import Direction, MigrationFailed, MigrationFile, migration_files
from twofold.migrate.rehearse.compare import Announced, changes, losses, not_restored
from twofold.migrate.rehearse.copies import copied, empty
from twofold.migrate.rehearse.generated import fill
from twofold.migrate.rehearse.report import Loss, Rehearsal, Report, Run
from twofold.migrate.rehearse.snapshots import Snapshot, Snapshots

__all__ = ["rehearse"]

THERE_AND_BACK: Mapping[Direction, tuple[Direction, Direction, Direction]] = {
    "up": ("up", "down", "up"), "down": ("down", "up", "down"),
}  # fmt: skip


async def rehearse(database: Database, url: str, models: Mapping[str, Sequence[str]], migrations: Path, *,
                   last: int = 0, generated: int = 0) -> Report:  # fmt: skip
    """Rehearses what is pending on `database`, which is at `url`; with `last`, the last so many migrations instead.

    It is done on a copy, or, with `generated`, on an empty database with so many made-up rows in each table. `database`
    stays as it is, and nothing is left of the other one.

    Raises:
        MigrationFailed: there is no copy to rehearse on, or fewer migrations than `last`.
    """
    chosen, pending = await _chosen(database, migrations, models, last, of_files=bool(generated))
    if not chosen:
        return Report(on="nothing", rehearsals=())
    with TemporaryDirectory(prefix="twofold-rehearsal-") as folder:
        async with (empty if generated else copied)(database, url, models) as copy:
            kept = str(Path(folder) / "snapshots.sqlite3")
            with closing(Snapshots(kept)) as snapshots:
                stage = _Stage(copy, Path(folder) / "migrations", migrations, list(models), snapshots, generated)
                stage.forbid(pending)
                return await stage.perform(chosen, "down" if last else "up")


async def _chosen(database: Database, migrations: Path, models: Mapping[str, Sequence[str]], last: int, *,
                  of_files: bool) -> tuple[list[MigrationFile], list[MigrationFile]]:  # fmt: skip
    """Returns the migrations to rehearse, oldest first, and those that are pending.

    With generated rows, the last ones are those of the files.
    """
    files = [file for app in models for file in migration_files(migrations, app)]
    stands = {(each.app, each.version): each.state for each in await status(database, migrations, models)}
    pending = [file for file in files if stands[file.app, file.version] != "applied"]
    if not last:
        return pending, pending
    there = files if of_files else [file for file in files if file not in pending]
    if len(there) < last:
        raise MigrationFailed(f"there are {len(there)} migrations to rehearse, not {last}")
    return there[len(there) - last :], [] if of_files else pending


class _Stage:
    """The copy, and a folder with those migrations only that it may have by now."""

    def __init__(self, copy: Database, folder: Path, migrations: Path, apps: Sequence[str], snapshots: Snapshots,
                 generated: int) -> None:  # fmt: skip
        self.copy, self.folder, self.migrations, self.apps = copy, folder, migrations, apps
        self.snapshots, self.generated = snapshots, generated
        self.notes: dict[str, None] = {}
        shutil.copytree(migrations, folder, ignore=shutil.ignore_patterns("__pycache__"))

    def forbid(self, files: Sequence[MigrationFile]) -> None:
        """Takes migrations out of the folder, so that they are not applied."""
        for file in files:
            self._path(file).unlink()

    async def perform(self, chosen: Sequence[MigrationFile], first: Direction) -> Report:
        """Rehearses each; pending ones from the oldest on, and from the newest on those that are applied."""
        if self.generated:
            await upgrade(self.copy, self.folder, self.apps)
        done = []
        for file in chosen if first == "up" else reversed(chosen):
            self._allow(file)
            done.append(await self._rehearse(file, first))
            if done[-1].failure is not None:
                return self._report(done)
            if first == "down":
                self.forbid([file])
        return self._report(done, await self._again(chosen) if first == "down" else None)

    async def _again(self, chosen: Sequence[MigrationFile]) -> str | None:
        """Applies all of them from the oldest on, and returns what went wrong."""
        for file in chosen:
            self._allow(file)
        try:
            await upgrade(self.copy, self.folder, self.apps)
        except MigrationFailed as error:
            return str(error)
        return None

    async def _rehearse(self, file: MigrationFile, first: Direction) -> Rehearsal:
        times, runs = [await self._filled()], []
        try:
            for direction in THERE_AND_BACK[first]:
                seconds = await self._run(file, direction)
                after = await self.snapshots.take(self.copy)
                runs.append(self._ran(direction, seconds, times[-1], after))
                times.append(after if len(runs) > 1 else await self._filled(times[0], after))
        except MigrationFailed as error:
            return Rehearsal(migration=file.name, runs=tuple(runs), failure=str(error))
        lost = self._lost(file, first, times)
        differ = not_restored(times[0].schema, times[2].schema) + not_restored(times[1].schema, times[3].schema)
        self.snapshots.forget(*times)
        return Rehearsal(migration=file.name, runs=tuple(runs), losses=tuple(lost),
                         not_restored=tuple(dict.fromkeys(differ)))  # fmt: skip

    async def _filled(self, before: Snapshot | None = None, now: Snapshot | None = None) -> Snapshot:
        """Returns what is in the copy, once tables that were not there `before` have rows, too, if they are made up."""
        tables = before.schema.tables if before else {}
        if self.generated:
            self.notes |= dict.fromkeys(await fill(self.copy, self.generated, but=tables))
        elif now is not None:
            return now
        return await self.snapshots.take(self.copy)

    def _lost(self, file: MigrationFile, first: Direction, times: Sequence[Snapshot]) -> list[Loss]:
        """Returns what the way back does not bring back, and then what the second run does not."""
        announced = Announced(file.load(), self.copy.dialect)
        lost = list(losses(self.snapshots, (times[0], times[1], times[2]), first, announced))
        lost += losses(self.snapshots, (times[1], times[2], times[3]), THERE_AND_BACK[first][1], announced)
        found: dict[tuple[str, str, str | None], Loss] = {}
        for each in lost:
            found.setdefault((each.direction, each.table, each.column), each)
        return list(found.values())

    async def _run(self, file: MigrationFile, direction: Direction) -> float:
        start = monotonic()
        if direction == "up":
            await upgrade(self.copy, self.folder, self.apps)
        else:
            await downgrade(self.copy, self.folder, file.app)
        return monotonic() - start

    def _ran(self, direction: Direction, seconds: float, before: Snapshot, after: Snapshot) -> Run:
        return Run(direction=direction, seconds=round(seconds, 3), rows_before=before.rows, rows_after=after.rows,
                   changes=tuple(changes(self.snapshots, before, after)))  # fmt: skip

    def _report(self, done: Sequence[Rehearsal], failure: str | None = None) -> Report:
        kind = {"sqlite": "SQLite", "postgres": "PostgreSQL"}[self.copy.dialect]
        what = f"up to {self.generated:,} generated rows in each table" if self.generated else "a copy of the database"
        return Report(on=f"{what} ({kind})", rehearsals=tuple(done), notes=tuple(self.notes), failure=failure)

    def _path(self, file: MigrationFile) -> Path:
        return self.folder / file.app / file.version

    def _allow(self, file: MigrationFile) -> None:
        shutil.copyfile(self.migrations / file.app / file.version, self._path(file))
