"""A migrated shop of a test's own to rehearse on, and what may be left of a rehearsal."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.databases import new_copy, open_database
from support.migrations import rows, sample_rows
from twofold.database import Database
from twofold.migrate.rehearse import Report

__all__ = ["NAME", "left_behind", "losses", "scratch", "stocked", "stocked_url"]

NAME = "9_20270101000000_change.py"
"""Of a migration that comes after our own ones."""


@pytest.fixture(params=["sqlite", "postgres"])
def stocked_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database of the test's own."""
    return new_copy(request, "migrated", request.param, tmp_path)


@pytest.fixture
async def stocked(stocked_url: str) -> AsyncIterator[Database]:
    """The database at `stocked_url`, with a row or two in every table."""
    database = open_database(stocked_url)
    await database.open()
    await sample_rows(database)
    yield database
    await database.close()


@pytest.fixture
def scratch(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, once the server has its own."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def left_behind(database: Database, scratch: Path) -> list[str]:
    # What the processes of the database itself share is not of the rehearsal.
    found = [name for name in names_in(scratch) if not name.endswith("-actors")]
    if database.dialect == "postgres":
        sql = "SELECT datname FROM pg_database WHERE datname LIKE 'twofold_rehearsal%'"
        found += [row[0] for row in await rows(database, sql)]
    return found


def losses(report: Report) -> list[str]:
    return [str(loss) for each in report.rehearsals for loss in each.losses]
