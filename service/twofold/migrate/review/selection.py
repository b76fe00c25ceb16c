"""Which migrations are reviewed: those that somebody names, that a database lacks, or that are new since a revision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from twofold.database import Database
from twofold.migrate.driver import status
from twofold.migrate.files import MigrationFile
from twofold.migrate.review.git import Since

__all__ = ["NoSuchMigration", "landed_of", "named_ones", "new_ones", "pending_ones"]


class NoSuchMigration(Exception):
    """A name leads to no migration."""


def named_ones(files: Sequence[MigrationFile], names: Iterable[str]) -> set[str]:
    """Returns the migrations of these names: `storefront/1_…_orders.py`, `storefront/1`, or only the file's name.

    Raises:
        NoSuchMigration: there is none of some name.
    """
    found = set()
    for name in names:
        app, _, version = name.rpartition("/")
        app = Path(app).name
        matching = {
            file.name for file in files
            if app in ("", file.app) and version in (file.version, file.path.stem, str(file.number) if app else None)
        }  # fmt: skip
        if not matching:
            raise NoSuchMigration(f"There is no migration {name}; `twofold migrate status` lists them.")
        found |= matching
    return found


async def pending_ones(database: Database, migrations: Path, apps: Iterable[str]) -> set[str]:
    """Returns the migrations that `database`, which is open, still lacks.

    Raises:
        Unavailable: the database cannot be reached.
    """
    return {
        f"{each.app}/{each.version}" for each in await status(database, migrations, apps) if each.state == "pending"
    }


def new_ones(files: Sequence[MigrationFile], since: Since) -> set[str]:
    """Returns the migrations that are new or changed since a revision."""
    paths = {path.resolve() for path in (*since.new, *since.changed)}
    return {file.name for file in files if file.path.resolve() in paths}


def landed_of(migrations: Path, apps: Iterable[str], since: Since) -> frozenset[str]:
    """Returns the migrations of a revision that are other ones now, or gone."""
    folders = {(migrations / app).resolve(): app for app in apps}
    return frozenset(
        f"{folders[path.parent.resolve()]}/{path.name}" for path in since.changed
        if path.parent.resolve() in folders and path.suffix == ".py" and path.name.partition("_")[0].isdigit()
    )  # fmt: skip
