"""Puts the rows of the demo shop into a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Parameter
from tortoise import Model
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.fields import Field, UUIDField

from storefront import models
from storefront.seed.people import Row
from storefront.seed.shop import shop
from twofold.database import Database
from twofold.identity.models import User
from twofold.identity.oauth.models import Client

__all__ = ["SeedReport", "is_empty", "seed"]

_BATCH = 1000
_MODELS: Mapping[str, type[Model]] = {
    "users": User,
    "vendors": models.Vendor,
    "memberships": models.Membership,
    "categories": models.Category,
    "tags": models.Tag,
    "products": models.Product,
    "product_images": models.ProductImage,
    "addresses": models.Address,
    "orders": models.Order,
    "order_lines": models.OrderLine,
    "payments": models.Payment,
    "reviews": models.Review,
    "clients": Client,
}


@dataclass(frozen=True, kw_only=True)
class SeedReport:
    """How many rows were written, by table, in the order of writing."""

    users: int
    vendors: int
    memberships: int
    categories: int
    tags: int
    products: int
    product_images: int
    product_tags: int
    addresses: int
    orders: int
    order_lines: int
    payments: int
    reviews: int
    clients: int


async def is_empty(database: Database) -> bool:
    """Returns whether the database has no user yet."""
    with database.use():
        return not await User.exists()


async def seed(database: Database, *, scale: int = 1, password_hash: str) -> SeedReport:
    """Writes a demo shop in one transaction and returns how many rows it has.

    The rows are the same at every run. `password_hash` is the hash of `DEMO_PASSWORD`.

    Raises:
        ValueError: `scale` is less than 1.
        tortoise.exceptions.IntegrityError: rows of a demo shop are there already; nothing was written.
    """
    tables = vars(shop(scale))
    # One hash for all users: argon2 takes its time on purpose, and 200 hashes take far longer than all the rows.
    tables["users"] = [row | {"password_hash": password_hash} for row in tables["users"]]
    async with database.transaction() as connection:
        for name, rows in tables.items():
            await _insert(connection, name, rows)
    return SeedReport(**{name: len(rows) for name, rows in tables.items()})


async def _insert(connection: BaseDBAsyncClient, table: str, rows: Sequence[Row]) -> None:
    """Inserts rows in batches.

    Not with Tortoise's bulk_create, which puts the time of now into an auto_now field whatever its value is (a field's
    `to_db_value` does so for instances of models), and which knows no table between two models.
    """
    columns = _columns_of(table, rows[0])
    parameters = [Parameter(idx=position + 1) for position in range(len(columns))]
    query = connection.query_class.into(Table(table)).columns(*columns).insert(*parameters)
    for start in range(0, len(rows), _BATCH):
        values = [
            [_stored(field, name, row) for name, field in columns.values()] for row in rows[start : start + _BATCH]
        ]
        await connection.execute_many(str(query), values)


def _columns_of(table: str, row: Row) -> dict[str, tuple[str, Field[Any]]]:
    """Returns the name of the attribute and the field of each column of a table."""
    model = _MODELS.get(table)
    if model is None:
        return {name: (name, UUIDField()) for name in row}
    meta = model._meta
    return {column: (name, meta.fields_map[name]) for name, column in meta.fields_db_projection.items()}


def _stored(field: Field[Any], name: str, row: Row) -> Any:
    """Returns a value in the form that the database takes; where the row has none, it is the field's default."""
    default = field.default
    value = row[name] if name in row else default() if callable(default) else default
    return field.to_db_value(value, None)  # type: ignore[arg-type]  # None: this is no instance
