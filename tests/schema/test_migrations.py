"""The migrations, up and down, on both databases."""

import re
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from tortoise.exceptions import IntegrityError

from storefront.models import Order, OrderLine, Payment, Review
from storefront.orders import OrderStatus
from support.databases import APPS, MIGRATIONS
from support.migrations import ALL, INIT, VERSIONS, add_migration, applied, both, rows, sample_rows
from support.schema import schema_of, tables_in
from twofold.database import Database
from twofold.migrate import MigrationFailed, MigrationStatus, downgrade, status, upgrade
from twofold.migrate.files import migration_files

pytestmark = pytest.mark.migrations

REBUILD_CATEGORIES = {
    "sqlite": [
        """
        CREATE TABLE new_categories (
            id CHAR(36) NOT NULL PRIMARY KEY,
            parent_id CHAR(36) REFERENCES categories (id) ON DELETE RESTRICT,
            name VARCHAR(300) NOT NULL,
            slug VARCHAR(100) NOT NULL UNIQUE,
            position INT NOT NULL,
            version INT NOT NULL DEFAULT 1
        )
        """,
        "INSERT INTO new_categories SELECT id, parent_id, name, slug, position, version FROM categories",
        "DROP TABLE categories",
        "ALTER TABLE new_categories RENAME TO categories",
        "CREATE INDEX ix_categories_parent_id ON categories (parent_id)",
    ],
    "postgres": ["ALTER TABLE categories ALTER COLUMN name TYPE VARCHAR(300)"],
}


async def test_up_down_up(empty_database: Database) -> None:
    assert await status(empty_database, MIGRATIONS, APPS) == [
        MigrationStatus(app=app, version=version, state="pending") for app in APPS for version in VERSIONS[app]
    ]
    assert await upgrade(empty_database, MIGRATIONS, APPS) == ALL
    assert await upgrade(empty_database, MIGRATIONS, APPS) == []
    first = await schema_of(empty_database)
    assert len(first) == 33

    for app in reversed(APPS):
        undone = [f"{app}/{version}" for version in reversed(VERSIONS[app])]
        assert await downgrade(empty_database, MIGRATIONS, app, 0) == undone
    assert await tables_in(empty_database) == set()
    assert await applied(empty_database) == []
    with pytest.raises(MigrationFailed, match="no applied migration"):
        await downgrade(empty_database, MIGRATIONS, "twofold")

    assert await upgrade(empty_database, MIGRATIONS, APPS) == ALL
    assert await schema_of(empty_database) == first
    assert await status(empty_database, MIGRATIONS, APPS) == [
        MigrationStatus(app=app, version=version, state="applied") for app in APPS for version in VERSIONS[app]
    ]


def made_later(app: str) -> set[str]:
    """Returns the tables that were made by migrations after the first, of which each is undone by itself."""
    later = [file.load().DOWN["sqlite"] for file in migration_files(MIGRATIONS, app)[1:]]
    statements = [step for steps in later for step in steps if isinstance(step, str)]
    return {name for each in statements for name in re.findall(r"^\s*DROP TABLE (\w+)", each)}


async def test_an_app_below_another_cannot_go(empty_database: Database) -> None:
    await upgrade(empty_database, MIGRATIONS, APPS)
    tables = await tables_in(empty_database)
    with pytest.raises(MigrationFailed, match="users"):
        await downgrade(empty_database, MIGRATIONS, "twofold", 0)
    assert tables - await tables_in(empty_database) == made_later("twofold")
    assert [f"twofold/{INIT}", *(name for name in ALL if name.startswith("storefront"))] == [
        "/".join(each) for each in await applied(empty_database)
    ]


async def test_an_app_cannot_come_before_the_one_below(empty_database: Database) -> None:
    with pytest.raises(MigrationFailed, match="users"):
        await upgrade(empty_database, MIGRATIONS, ["storefront"])
    assert await tables_in(empty_database) == set()


async def test_rows_are_kept(empty_database: Database, migrations: Path) -> None:
    """A parent's table is rebuilt, and its children stay; an app goes, and the other one's rows stay."""
    database = empty_database
    await upgrade(database, migrations, APPS)
    await sample_rows(database)
    tables = sorted(await tables_in(database))

    async def counts() -> dict[str, int]:
        return {table: len(await rows(database, f"SELECT * FROM {table}")) for table in tables}

    before = await counts()
    rebuild = add_migration(migrations, "9_20261122000000_longer.py", REBUILD_CATEGORIES, REBUILD_CATEGORIES)
    assert await upgrade(database, migrations, APPS) == [rebuild]
    assert await counts() == before
    assert await downgrade(database, migrations, "storefront") == [rebuild]
    assert await counts() == before

    await upgrade(database, migrations, APPS)
    assert await downgrade(database, migrations, "storefront", 0) == [
        rebuild, *(f"storefront/{version}" for version in reversed(VERSIONS["storefront"])),
    ]  # fmt: skip
    assert await rows(database, "SELECT email FROM users") == [("ann@example.com",)]
    await upgrade(database, migrations, APPS)
    assert await counts() == dict.fromkeys(tables, 0) | {"users": 1, "events": 1, "idempotency_keys": 1}


PAYMENTS = {
    "placed": "pending",
    "paid": "succeeded",
    "shipped": "succeeded",
    "delivered": "succeeded",
    "cancelled": "cancelled",
    "refunded": "refunded",
}


async def test_orders_of_the_release_before_can_go_on(empty_database: Database) -> None:
    """They get payments, their lines a name and a time of shipping, such as they would have by now."""
    database = empty_database
    await upgrade(database, MIGRATIONS, APPS)
    made = await sample_rows(database)
    order, line = made[Order], made[OrderLine]
    with database.use():
        for status in (each for each in OrderStatus if each != "placed"):
            other = await Order.create(buyer_id=order.buyer_id, status=status, total=7, placed_at=datetime.now(UTC))
            await OrderLine.create(order=other, product_id=line.product_id, product_name="-", quantity=1, unit_price=7)
    later = ALL[ALL.index("storefront/1_20261121120000_orders.py") :]
    assert await downgrade(database, MIGRATIONS, "storefront", 1) == later[::-1]
    assert await upgrade(database, MIGRATIONS, APPS) == later
    with database.use():
        payments = await Payment.all().select_related("order")
        lines = await OrderLine.all().select_related("order")
        assert {each.version for each in await Order.all()} == {1}
    assert {each.order.status: each.status for each in payments} == PAYMENTS
    assert [each for each in payments if each.amount != each.order.total or each.id.version != 4] == []
    assert {each.reference for each in payments} == {f"sandbox_{each.order_id.hex}" for each in payments}
    assert {each.product_name for each in lines} == {"Lamp"}
    assert {each.order.status for each in lines if each.shipped_at} == {"shipped", "delivered"}


async def test_foreign_keys_hold_after_a_migration(empty_database: Database) -> None:
    await upgrade(empty_database, MIGRATIONS, APPS)
    with empty_database.use(), pytest.raises(IntegrityError):
        await Review.create(product_id=UUID(int=1), author_id=UUID(int=2), rating=3, title="")


async def test_a_failing_statement_leaves_nothing(empty_database: Database, migrations: Path) -> None:
    database = empty_database
    await upgrade(database, migrations, APPS)
    await sample_rows(database)
    before = await schema_of(database)
    up = both(
        "CREATE TABLE notes (id INT NOT NULL PRIMARY KEY)",
        "INSERT INTO notes VALUES (1)",
        "DELETE FROM reviews",
        "INSERT INTO nowhere VALUES (1)",
    )
    name = add_migration(migrations, "9_20261122000000_notes.py", up, both("DROP TABLE notes"))
    with pytest.raises(MigrationFailed, match=r"statement 4 of 4 failed: .*nowhere"):
        await upgrade(database, migrations, APPS)

    assert await schema_of(database) == before
    assert await rows(database, "SELECT rating FROM reviews") == [(5,)]
    assert ["/".join(each) for each in await applied(database)] == ALL
    assert len(await rows(database, "SELECT 1 FROM twofold_migrations")) == len(ALL)
    if database.dialect == "sqlite":
        assert await rows(database, "PRAGMA foreign_keys") == [(1,)]

    fixed = both(*up["sqlite"][:3])
    assert add_migration(migrations, "9_20261122000000_notes.py", fixed, both("DROP TABLE notes")) == name
    assert await upgrade(database, migrations, APPS) == [name]


async def test_rows_that_refer_to_nothing_are_refused(empty_database: Database, migrations: Path) -> None:
    await upgrade(empty_database, migrations, APPS)
    await sample_rows(empty_database)
    add_migration(migrations, "9_20261122000000_lose.py", both("DELETE FROM vendors"), both("SELECT 1"))
    with pytest.raises(MigrationFailed, match="vendors"):
        await upgrade(empty_database, migrations, APPS)
    assert await rows(empty_database, "SELECT name FROM vendors") == [("Lamps",)]


async def test_a_file_of_aerichs_own_making(empty_database: Database, migrations: Path) -> None:
    state = migration_files(migrations, "storefront")[0].load().MODELS_STATE
    text = f"""
        async def upgrade(db):
            return "CREATE TABLE notes (id INT); CREATE TABLE more (id INT)"

        async def downgrade(db):
            return "DROP TABLE notes; DROP TABLE more"

        MODELS_STATE = {state!r}
    """
    (migrations / "storefront" / "9_20261122000000_notes.py").write_text(textwrap.dedent(text))
    await upgrade(empty_database, migrations, APPS)
    assert {"notes", "more"} <= await tables_in(empty_database)
    await downgrade(empty_database, migrations, "storefront", 9)
    assert not {"notes", "more"} & await tables_in(empty_database)


async def test_a_version_of_another_release(empty_database: Database, migrations: Path) -> None:
    name = "9_20261122000000_notes.py"
    add_migration(migrations, name, both("CREATE TABLE notes (id INT)"), both("DROP TABLE notes"))
    await upgrade(empty_database, migrations, APPS)
    (migrations / "storefront" / name).unlink()
    assert await upgrade(empty_database, migrations, APPS) == []
    assert (await status(empty_database, migrations, APPS))[-1].state == "without file"
    with pytest.raises(MigrationFailed, match=name):
        await downgrade(empty_database, migrations, "storefront")


def test_a_wrong_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no folder of migrations"):
        migration_files(tmp_path, "twofold")


async def test_none_is_borne() -> None:
    """aerich calls upgrade(None) when it wants the text only."""
    module = migration_files(MIGRATIONS, "twofold")[0].load()
    assert await module.upgrade(None) == "SELECT 1"
    assert await module.downgrade(None) == "SELECT 1"
