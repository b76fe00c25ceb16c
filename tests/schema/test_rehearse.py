"""Rehearsals on both databases: what migrations lose is told, by migration, direction, table and column."""

from pathlib import Path

import pytest

from storefront.config import MODELS
from support.databases import APPS, MIGRATIONS
from support.figures import count
from support.migrations import add_migration, applied, both, rows
from support.rehearsing import NAME, left_behind, losses
from support.schema import schema_of
from twofold.database import Database
from twofold.migrate import MigrationFailed, upgrade
from twofold.migrate.rehearse import rehearse

pytestmark = pytest.mark.migrations


async def test_a_migration_that_loses_nothing(
    stocked: Database, stocked_url: str, migrations: Path, scratch: Path
) -> None:
    up = both("ALTER TABLE tags ADD COLUMN note TEXT", "UPDATE products SET currency = 'USD'")
    name = add_migration(migrations, NAME, up, both("ALTER TABLE tags DROP COLUMN note",
                                                    "UPDATE products SET currency = 'EUR'"))  # fmt: skip
    before = await schema_of(stocked), await applied(stocked), await rows(stocked, "SELECT currency FROM products")
    report = await rehearse(stocked, stocked_url, MODELS, migrations)
    assert report.is_fine
    (it,) = report.rehearsals
    assert (it.migration, it.losses, it.not_restored) == (name, (), ())
    assert [run.direction for run in it.runs] == ["up", "down", "up"]
    assert all(run.rows_before == run.rows_after and run.rows_before["products"] == 1 for run in it.runs)
    changes = [(each.table, each.column, each.changed, each.values) for run in it.runs for each in run.changes]
    assert changes == [("products", "currency", 1, 1)] * 3
    assert before == (
        await schema_of(stocked),
        await applied(stocked),
        await rows(stocked, "SELECT currency FROM products"),
    )
    assert await left_behind(stocked, scratch) == []


PRICE = "products.price (1 of 1 values)"

PLANTED: dict[str, tuple[tuple[str, ...], tuple[str, ...], list[str]]] = {
    "up rounds": (("UPDATE products SET price = price / 100",), ("UPDATE products SET price = price * 100",),
                  [f"up and down together lose {PRICE}"]),
    "up overwrites": (("UPDATE products SET price = 5",), ("SELECT 1",), [f"up loses {PRICE}"]),
    "down overwrites": (("SELECT 1",), ("UPDATE products SET price = 5",), [f"down loses {PRICE}"]),
    "up drops a column": (("ALTER TABLE notes DROP COLUMN said",), ("ALTER TABLE notes ADD COLUMN said TEXT",),
                          ["up loses notes.said (2 of 2 values), as the file says"]),
    "up renames, down makes it anew": (
        ("ALTER TABLE notes RENAME COLUMN said TO told",),
        ("ALTER TABLE notes ADD COLUMN said TEXT", "UPDATE notes SET said = 'c'", "ALTER TABLE notes DROP COLUMN told"),
        ["down loses notes.said (1 of 2 values)", "down loses notes.told (1 of 2 values), as the file says"],
    ),
    "down deletes": (("SELECT 1",), ("DELETE FROM reviews",), ["down loses reviews (1 of 1 rows), as the file says"]),
    "up makes other keys": (
        ("UPDATE attempts SET key_hash = upper(key_hash)",), ("SELECT 1",), ["up loses attempts (1 of 1 rows)"],
    ),
}  # fmt: skip
"""Statements up and down, and what is to be told."""


@pytest.mark.parametrize("name", PLANTED)
async def test_planted_losses_are_told(stocked: Database, stocked_url: str, migrations: Path, name: str) -> None:
    up, down, expected = PLANTED[name]
    await stocked.fetch("UPDATE products SET price = 1099")
    await stocked.fetch("INSERT INTO attempts VALUES ('k', 1, '2026-01-01T00:00:00.000000Z')")
    await stocked.fetch("CREATE TABLE notes (id INT NOT NULL PRIMARY KEY, said TEXT)")
    await stocked.fetch("INSERT INTO notes VALUES (1, 'a'), (2, NULL), (3, 'c')")
    add_migration(migrations, NAME, both(*up), both(*down))
    report = await rehearse(stocked, stocked_url, MODELS, migrations)
    assert losses(report) == expected, list(report.lines())
    assert report.is_fine == all("as the file says" in each for each in expected)
    count("migrations", "planted losses told")


async def test_a_loss_that_the_file_announces_is_none(stocked: Database, stocked_url: str, migrations: Path) -> None:
    name = add_migration(migrations, NAME, both("UPDATE products SET price = 5"), both("SELECT 1"))
    with (migrations / name).open("a") as file:
        file.write('\nLOSES = ("products.price",)\n')
    report = await rehearse(stocked, stocked_url, MODELS, migrations)
    assert losses(report) == ["up loses products.price (1 of 1 values), as the file says"]
    assert report.is_fine


async def test_what_goes_with_something_else_is_not_announced(
    stocked: Database, stocked_url: str, migrations: Path
) -> None:
    """Links go with their tag on PostgreSQL; on SQLite the migration would leave them behind, and does not succeed."""
    add_migration(migrations, NAME, both("DELETE FROM tags"), both("SELECT 1"))
    report = await rehearse(stocked, stocked_url, MODELS, migrations)
    assert not report.is_fine
    (it,) = report.rehearsals
    if stocked.dialect == "sqlite":
        assert "refer to rows that do not exist" in str(it.failure)
    else:
        told = {(each.table, each.announced) for each in it.losses}
        assert told == {("tags", True), ("product_tags", False)}


async def test_a_way_back_that_leaves_another_schema(stocked: Database, stocked_url: str, migrations: Path) -> None:
    index = "CREATE INDEX ix_tags_name ON tags (name)"
    add_migration(migrations, NAME, both(index), both("SELECT 1"))
    failing = await rehearse(stocked, stocked_url, MODELS, migrations)
    assert "already exists" in str(failing.rehearsals[0].failure)

    add_migration(migrations, NAME, both(index.replace("INDEX", "INDEX IF NOT EXISTS")), both("SELECT 1"))
    report = await rehearse(stocked, stocked_url, MODELS, migrations)
    assert report.rehearsals[0].not_restored == ("tags",)
    assert not failing.is_fine
    assert not report.is_fine
    assert "  both directions leave another schema than before: tags" in report.lines()


async def test_the_last_ones(stocked: Database, stocked_url: str, migrations: Path) -> None:
    """What people wrote since is lost by their downgrade; the other one loses nothing."""
    first = add_migration(migrations, NAME, both("ALTER TABLE tags ADD COLUMN note TEXT"),
                          both("ALTER TABLE tags DROP COLUMN note"))  # fmt: skip
    second = add_migration(migrations, NAME.replace("9_", "10_"), both("SELECT 1"), both("SELECT 1"))
    await upgrade(stocked, migrations, APPS)
    await stocked.fetch("UPDATE tags SET note = 'ours'")
    report = await rehearse(stocked, stocked_url, MODELS, migrations, last=2)
    assert [each.migration for each in report.rehearsals] == [second, first]
    assert [[run.direction for run in each.runs] for each in report.rehearsals] == [["down", "up", "down"]] * 2
    assert losses(report) == ["down loses tags.note (1 of 1 values), as the file says"]
    assert report.is_fine
    assert await rows(stocked, "SELECT note FROM tags") == [("ours",)]
    with pytest.raises(MigrationFailed, match="migrations to rehearse, not 99"):
        await rehearse(stocked, stocked_url, MODELS, migrations, last=99)


async def test_nothing_is_pending(stocked: Database, stocked_url: str) -> None:
    report = await rehearse(stocked, stocked_url, MODELS, MIGRATIONS)
    assert [*report.lines()] == ["No migration is pending; --last N rehearses the last ones."]
