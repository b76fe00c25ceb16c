"""What a process says at its start about a database that is behind."""

import logging
from pathlib import Path

import pytest

from support.databases import APPS, MIGRATIONS, open_database
from support.migrations import ALL
from twofold.database import Database
from twofold.migrate import downgrade, upgrade
from twofold.migrate.behind import warn_if_behind

pytestmark = pytest.mark.migrations


async def warnings(database: Database, caplog: pytest.LogCaptureFixture, migrations: Path = MIGRATIONS) -> list[str]:
    caplog.clear()
    with caplog.at_level(logging.WARNING, "twofold.migrate"):
        await warn_if_behind(database, migrations, APPS)
    return [record.getMessage() for record in caplog.records if record.name == "twofold.migrate"]


async def test_pending_migrations_are_told(empty_database: Database, caplog: pytest.LogCaptureFixture) -> None:
    (said,) = await warnings(empty_database, caplog)
    assert "`twofold migrate up`" in said
    assert all(name in said for name in ALL)
    await upgrade(empty_database, MIGRATIONS, APPS)
    assert await warnings(empty_database, caplog) == []
    await downgrade(empty_database, MIGRATIONS, "storefront")
    (said,) = await warnings(empty_database, caplog)
    assert said.endswith(f": {ALL[-1]}")


async def test_nothing_is_said_where_it_cannot_be_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    away = open_database("postgres://nobody@127.0.0.1:1/nothing")
    await away.open()
    try:
        assert await warnings(away, caplog) == []
        assert await warnings(away, caplog, tmp_path / "nowhere") == []
    finally:
        await away.close()
