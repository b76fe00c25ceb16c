"""The schema that the migrations make, on both databases, and the rows that it refuses."""

import json
from typing import Any

import pytest
from aerich.utils import decompress_dict, get_models_describe
from tortoise.exceptions import IntegrityError

from storefront.application import STOREFRONT
from support.databases import APPS, DIALECTS, MIGRATIONS
from support.migrations import sample_rows
from support.schema import schema_of, searches
from twofold.database import Database
from twofold.engine import Engine
from twofold.migrate import upgrade
from twofold.migrate.files import migration_files
from twofold.migrate.wanted import Wanted
from twofold.schema import Check
from twofold.settings import Settings

pytestmark = pytest.mark.migrations


async def test_what_is_searched_is_what_resources_declare(database: Database) -> None:
    specs = [each for each in Engine(STOREFRONT, Settings(database_url="sqlite://:memory:")).resources if each.searched]
    declared = {each.table.name: tuple(column.db_name for column in each.searched) for each in specs}
    assert declared.keys() == {"products", "vendors", "reviews"}
    assert await searches(database) == declared


async def test_foreign_keys_are_indexed(database: Database) -> None:
    for name, table in (await schema_of(database)).items():
        leading = {columns[0] for columns in table.indexes | table.unique}
        assert table.references.keys() <= leading, name


async def test_the_last_state_is_that_of_the_models(database: Database) -> None:
    """aerich's own commands, and a generator, compare the models with this state."""
    for app in APPS:
        state = decompress_dict(migration_files(MIGRATIONS, app)[-1].load().MODELS_STATE)
        with database.use():
            assert comparable(state) == comparable(json.loads(json.dumps(get_models_describe(app)))), app


NO_SCHEMA = ("backward_", "description", "docstring")


def comparable(value: Any) -> Any:
    """Puts lists in one order, since Tortoise's is another one in each process, and leaves out what makes no schema."""
    if isinstance(value, dict):
        return {key: comparable(each) for key, each in value.items() if not key.startswith(NO_SCHEMA)}
    if isinstance(value, list):
        return sorted((comparable(each) for each in value), key=repr)
    return value


REFUSED = [
    ("ck_users_email", "UPDATE users SET email = 'Ann@example.com'"),
    ("ck_addresses_country", "UPDATE addresses SET country = 'D'"),
    ("ck_memberships_role", "UPDATE memberships SET role = 'boss'"),
    ("ck_categories_parent_id", "UPDATE categories SET parent_id = id"),
    ("ck_products_price", "UPDATE products SET price = -1"),
    ("ck_products_cost_price", "UPDATE products SET cost_price = -1"),
    ("ck_products_currency", "UPDATE products SET currency = 'EU'"),
    ("ck_products_stock", "UPDATE products SET stock = -1"),
    ("ck_products_status", "UPDATE products SET status = 'sold'"),
    ("ck_reviews_rating", "UPDATE reviews SET rating = 0"),
    ("ck_reviews_rating", "UPDATE reviews SET rating = 6"),
    ("ck_reviews_status", "UPDATE reviews SET status = ''"),
    ("ck_orders_status", "UPDATE orders SET status = 'lost'"),
    ("ck_orders_total", "UPDATE orders SET total = -1"),
    ("ck_orders_currency", "UPDATE orders SET currency = ''"),
    ("ck_order_lines_quantity", "UPDATE order_lines SET quantity = 0"),
    ("ck_order_lines_unit_price", "UPDATE order_lines SET unit_price = -1"),
    ("ck_payments_amount", "UPDATE payments SET amount = -1"),
    ("ck_payments_currency", "UPDATE payments SET currency = 'EU'"),
    ("ck_payments_status", "UPDATE payments SET status = 'lost'"),
]


async def test_bad_rows_are_refused(empty_database: Database) -> None:
    await upgrade(empty_database, MIGRATIONS, APPS)
    await sample_rows(empty_database)
    for constraint, statement in REFUSED:
        with pytest.raises(IntegrityError, match=constraint):
            await empty_database.connection.execute_query(statement)


def test_the_dialects_have_the_same_constraints_and_every_check_is_tried() -> None:
    wanted = Wanted(STOREFRONT)
    on_sqlite, on_postgres = (
        {
            (table.name, each)
            for app in APPS
            for table in wanted.schema(app, dialect).tables.values()
            for each in (*table.uniques, *table.foreign_keys, *table.checks, *table.indexes)
        }
        for dialect in DIALECTS
    )
    assert on_sqlite == on_postgres
    assert {each.name for _, each in on_sqlite if isinstance(each, Check)} == {name for name, _ in REFUSED}
