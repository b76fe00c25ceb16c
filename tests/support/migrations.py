"""Migrations of a test's own, rows to migrate, and the programs that do it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tortoise import Model

from storefront.audit import AuditEntry
from storefront.models import (
    Address,
    Category,
    Membership,
    Order,
    OrderLine,
    Payment,
    Product,
    ProductImage,
    Review,
    Tag,
    Vendor,
)
from storefront.orders import OrderStatus
from support import upgrading
from support.databases import APPS, MIGRATIONS
from twofold.database import Database
from twofold.events import Event
from twofold.idempotency import IdempotencyKey
from twofold.identity.models import User
from twofold.migrate import Step
from twofold.migrate.files import migration_files

ROOT = MIGRATIONS.parent
Steps: TypeAlias = Mapping[str, Sequence[Step]]
"""By database."""


INIT = "0_20261121000000_init.py"
VERSIONS = {app: [file.version for file in migration_files(MIGRATIONS, app)] for app in APPS}
ALL = [f"{app}/{version}" for app in APPS for version in VERSIONS[app]]
"""All migrations, in the order in which they are applied."""


MIGRATION = """
from twofold.migrate import Alone, Batches, Concurrently, Rebuild, run

RUN_IN_TRANSACTION = False
UP = {up!r}
DOWN = {down!r}


async def upgrade(db):
    return await run(db, UP, __file__, "up")


async def downgrade(db):
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = {state!r}
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """A copy of the project's migrations, which a test may add to."""
    return shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))


def add_migration(migrations: Path, name: str, up: Steps, down: Steps, app: str = "storefront") -> str:
    state = migration_files(MIGRATIONS, "storefront")[-1].load().MODELS_STATE
    (migrations / app).mkdir(parents=True, exist_ok=True)
    (migrations / app / name).write_text(MIGRATION.format(up=up, down=down, state=state))
    return f"{app}/{name}"


def both(*statements: Step) -> dict[str, list[Step]]:
    return {"sqlite": list(statements), "postgres": list(statements)}


async def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.fetch(sql)]


async def applied(database: Database) -> list[tuple[Any, ...]]:
    return await rows(database, "SELECT app, version FROM aerich ORDER BY id")


async def sample_rows(database: Database) -> dict[type[Model], Any]:
    """One row, or two, in every table."""
    with database.use():
        buyer = await User.create(email="ann@example.com", name="Ann", password_hash="-")
        vendor = await Vendor.create(name="Lamps", slug="lamps")
        member = await Membership.create(vendor=vendor, user=buyer)
        trunk = await Category.create(name="Home", slug="home")
        branch = await Category.create(name="Light", slug="light", parent=trunk)
        product = await Product.create(vendor=vendor, category=branch, name="Lamp", slug="lamp", price=10, cost_price=4)
        tag = await Tag.create(name="bright")
        await product.tags.add(tag)
        image = await ProductImage.create(product=product, url="/lamp.png")
        review = await Review.create(product=product, author=buyer, rating=5, title="Bright")
        address = await Address.create(
            user=buyer, recipient="Ann", line1="1 Road", postal_code="1000", city="Town", country="DE"
        )
        order = await Order.create(buyer=buyer, ship_to=address, status=OrderStatus.placed, total=10)
        line = await OrderLine.create(order=order, product=product, product_name="Lamp", quantity=1, unit_price=10)
        payment = await Payment.create(order=order, provider="sandbox", reference="r", amount=10, currency="EUR")
        happened: dict[str, Any] = {"resource": "products", "row_id": str(product.id)}
        entry = await AuditEntry.create(**happened, face="inside", action="create", changes={}, actor=buyer)
        event = await Event.create(**happened, name="products.created")
        key = await IdempotencyKey.create(owner=str(buyer.id), key="k", fingerprint="-", outcomes=["1"])
    made = (
        buyer, vendor, member, branch, product, tag, image, review, address, order, line, payment, entry, event, key,
    )  # fmt: skip
    return {type(row): row for row in made}


def together(url: str, migrations: Path, number: int) -> list[list[str]]:
    """Returns what each of so many processes applied that upgrade a database at once."""
    result = call(sys.executable, str(upgrading.__file__), url, str(migrations), str(number))
    assert result.returncode == 0, result.stdout + result.stderr
    applied: list[list[str]] = json.loads(result.stdout)
    return applied


def aerich(url: str, app: str, *arguments: str) -> str:
    result = call(aerich_program(), "--app", app, *arguments, url=url)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def aerich_of(migrations: Path, url: str, *arguments: str, fails: bool = False) -> str:
    """Returns what aerich says when it works on other migrations of the storefront than the project's."""
    text = (ROOT / "pyproject.toml").read_text()
    configuration = migrations.parent / "pyproject.toml"
    configuration.write_text(text.replace("./migrations", str(migrations)).replace("./service", str(ROOT / "service")))
    result = call(aerich_program(), "--config", str(configuration), "--app", "storefront", *arguments, url=url)
    assert fails or result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def aerich_program() -> str:
    return str(Path(sys.executable).with_name("aerich"))


def call(*command: str, url: str = "sqlite://:memory:") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TWOFOLD_DATABASE_URL": url}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
