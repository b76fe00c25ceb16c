"""Buyers, goods and carts, written straight into the database: what a test of writes begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID, uuid4

from storefront.models import Address, Category, Order, OrderLine, Product, Vendor
from storefront.products import ProductStatus
from twofold.database import Database
from twofold.identity.models import AccessToken, User
from twofold.identity.passwords import hash_password_now
from twofold.identity.tokens import hash_of, new_secret

__all__ = ["Buyer", "accounts", "carts", "goods"]

TTL = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Somebody with an account, who is signed in, and has an address."""

    id: UUID
    token: str = field(repr=False)
    address_id: UUID


@cache
def _password_hash() -> str:
    """One hash for all: a hash of their own for hundreds of accounts would take longer than the test."""
    return hash_password_now("storefront-faults")


async def accounts(database: Database, number: int, role: str = "customer") -> list[Buyer]:
    """Returns as many new accounts."""
    users = [
        User(email=f"{uuid4()}@example.com", name="Somebody", password_hash=_password_hash(), role=role)
        for _ in range(number)
    ]
    secrets = [new_secret("token") for _ in users]
    tokens = [
        AccessToken(user_id=user.id, token_hash=hash_of(secret), expires_at=datetime.now(UTC) + TTL)
        for user, secret in zip(users, secrets, strict=True)
    ]
    at_home = {"recipient": "Somebody", "line1": "1 Road", "postal_code": "1000", "city": "Town", "country": "DE"}
    addresses = [Address(user_id=user.id, **at_home) for user in users]
    async with database.transaction():
        await User.bulk_create(users)
        await AccessToken.bulk_create(tokens)
        await Address.bulk_create(addresses)
    return [
        Buyer(id=user.id, token=secret, address_id=address.id)
        for user, secret, address in zip(users, secrets, addresses, strict=True)
    ]


async def goods(database: Database, number: int, *, stock: int) -> list[Product]:
    """Returns as many new products, all of one vendor and category, that are sold, each with so much in stock."""
    names = [uuid4().hex for _ in range(number)]
    async with database.transaction():
        vendor = await Vendor.create(name="Lamps", slug=f"lamps-{uuid4()}")
        category = await Category.create(name="Light", slug=f"light-{uuid4()}")
        kept = {"vendor_id": vendor.id, "category_id": category.id, "price": Decimal("10.00"), "stock": stock}
        products = [Product(name=name, slug=name, status=ProductStatus.published, **kept) for name in names]
        await Product.bulk_create(products)
    return products


async def carts(database: Database, buyers: Sequence[Buyer], *products: Product) -> list[Order]:
    """Returns a new cart of each buyer, to be sent home, with one of each product; the lines are in that order."""
    total = sum((product.price for product in products), start=Decimal(0))
    orders = [Order(buyer_id=buyer.id, ship_to_id=buyer.address_id, total=total) for buyer in buyers]
    lines = [
        OrderLine(
            order_id=order.id, product_id=product.id, product_name=product.name, quantity=1, unit_price=product.price
        )
        for order in orders
        for product in products
    ]
    async with database.transaction():
        await Order.bulk_create(orders)
        await OrderLine.bulk_create(lines)
    return orders
