"""Fixtures: a market of two vendors with a buyer, whose orders are made through the engine, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from storefront.application import STOREFRONT
from storefront.audit import AuditEntry
from storefront.models import Address, Category, Membership, Order, OrderLine, Payment, Product, Vendor
from storefront.products import ProductStatus
from twofold.actor import Actor
from twofold.engine import Engine
from twofold.errors import ServiceError
from twofold.events import Event
from twofold.identity.models import User
from twofold.settings import Settings
from twofold.write import Write

numbers = count(1)


@dataclass
class Market:
    """The storefront's engine, with people and products of a test's own."""

    engine: Engine
    buyer: Actor
    stranger: Actor
    admin: Actor
    grower: Actor
    """Sells the tea."""
    potter: Actor
    """Sells the pot."""
    address: UUID
    tea: Product
    """10.00 EUR, 5 of them."""
    pot: Product
    """25.50 EUR, 3 of them."""

    async def do(self, actor: Actor, resource: str, action: str, id_: Any = None, **values: Any) -> Any:
        """Makes a change and returns the key of its row."""
        spec = next(each for each in self.engine.resources if each.plural == resource)
        id_ = None if id_ is None else str(id_)
        return (await self.engine.write(actor, Write(resource=spec, action=action, id=id_, input=values))).key

    async def cart(self, quantities: Mapping[str, int], buyer: Actor | None = None, **values: Any) -> UUID:
        """Returns a cart with some of each product, to be sent to the buyer's address."""
        lines = [{"product_id": str(getattr(self, name).id), "quantity": number} for name, number in quantities.items()]
        values = {"ship_to_id": str(self.address), **values}
        key: UUID = await self.do(buyer or self.buyer, "orders", "create", lines={"create": lines}, **values)
        return key

    async def placed(self, quantities: Mapping[str, int]) -> UUID:
        """Returns an order that is placed."""
        order = await self.cart(quantities)
        await self.do(self.buyer, "orders", "place", order)
        return order

    async def paid(self, quantities: Mapping[str, int]) -> UUID:
        """Returns an order that is paid."""
        order = await self.placed(quantities)
        await self.do(self.buyer, "orders", "pay", order, method="sandbox_ok")
        return order

    async def order(self, id_: UUID) -> Order:
        """Returns an order as it is stored."""
        with self.engine.database.use():
            return await Order.get(id=id_)

    async def payment(self, order: UUID) -> Payment:
        """Returns the payment of an order as it is stored."""
        with self.engine.database.use():
            return await Payment.get(order_id=order)

    async def lines(self, order: UUID) -> dict[str, OrderLine]:
        """Returns the lines of an order by the name of their product."""
        with self.engine.database.use():
            return {line.product_name: line for line in await OrderLine.filter(order_id=order)}

    async def stock(self) -> tuple[int, int]:
        """Returns how many teas and pots there are."""
        with self.engine.database.use():
            stocks = dict(await Product.filter(id__in=[self.tea.id, self.pot.id]).values_list("id", "stock"))
        return stocks[self.tea.id], stocks[self.pot.id]

    async def told(self) -> int:
        """Returns how many events there are; `news` tells the later ones."""
        with self.engine.database.use():
            return await Event.all().count()

    async def news(self, since: int) -> list[tuple[str, str]]:
        """Returns each later event with the action that its audit entry tells of, in alphabetical order."""
        with self.engine.database.use():
            events = (await Event.all().order_by("at", "id"))[since:]
            entries = (await AuditEntry.all().order_by("at", "id"))[since:]
        assert sorted((each.resource, each.row_id) for each in events) == sorted(
            (each.resource, each.row_id) for each in entries
        )
        actions = {(each.resource, each.row_id): each.action for each in entries}
        return sorted((each.name, actions[each.resource, each.row_id]) for each in events)


def errors(refused: pytest.ExceptionInfo[ServiceError]) -> list[tuple[tuple[str | int, ...], str]]:
    """Returns path and code of each field error."""
    return [(each.path, each.code) for each in refused.value.field_errors]


@pytest.fixture(scope="module")
async def market_engine(database_url: str) -> AsyncIterator[Engine]:
    """The storefront's engine over a database of this module's own, without rows."""
    engine = Engine(STOREFRONT, Settings(database_url=database_url, database_pool=4))
    await engine.database.open()
    yield engine
    await engine.database.close()


@pytest.fixture
async def market(market_engine: Engine) -> Market:
    """A market of each test's own, in the same database."""
    number, engine = next(numbers), market_engine
    with engine.database.use():
        people = {name: await _user(f"{name}{number}") for name in ("buyer", "stranger", "grower", "potter")}
        admin = await _user(f"admin{number}", role="admin")
        category = await Category.create(name="Kitchen", slug=f"kitchen-{number}")
        address = await Address.create(
            user=people["buyer"], recipient="Bo", line1="1 Road", postal_code="1", city="Town", country="NL"
        )
        products = {
            name: await _product(people[seller], category, name, number, price, stock)
            for seller, name, price, stock in (("grower", "tea", "10.00", 5), ("potter", "pot", "25.50", 3))
        }
    actors = {name: Actor(user_id=user.id, role=user.role) for name, user in people.items()}
    return Market(
        engine=engine, admin=Actor(user_id=admin.id, role="admin"), address=address.id, tea=products["tea"],
        pot=products["pot"], **actors,
    )  # fmt: skip


async def _user(name: str, role: str = "customer") -> User:
    return await User.create(email=f"{name}@example.com", name=name, password_hash="-", role=role)


async def _product(seller: User, category: Category, name: str, number: int, price: str, stock: int) -> Product:
    vendor = await Vendor.create(name=f"{name} shop", slug=f"{name}-{number}")
    await Membership.create(vendor=vendor, user=seller)
    made = await Product.create(
        vendor=vendor, category=category, name=name, slug=f"{name}-{number}", price=Decimal(price), stock=stock,
        status=ProductStatus.published,
    )  # fmt: skip
    return await Product.get(id=made.id)
