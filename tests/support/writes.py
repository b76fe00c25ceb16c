"""Kinds of writes, for a load of them: what each asks for, and by what its rows are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product as pairs
from typing import Any, TypeAlias

from tortoise import Model

from storefront.models import Address, Order, OrderLine, Product, Tag
from storefront.orders import OrderStatus
from support.buyers import Buyer, accounts, carts, goods
from support.sending import WriteRequest
from twofold.database import Database

__all__ = ["KINDS", "Kind", "Mark", "Premises"]

Mark: TypeAlias = tuple[str, ...]
"""What tells a written row from all others."""


@dataclass(kw_only=True)
class Premises:
    """What is there before a load of writes, and what it uses up."""

    admin: Buyer
    buyers: list[Buyer]
    tag: Tag
    products: list[Product]
    lines: Iterator[tuple[tuple[Buyer, Order], Product]]
    """Carts of one buyer, and products that are not in them yet."""
    filled: Iterator[tuple[Buyer, Order]]
    """Carts that can be placed, and whose they are."""

    @classmethod
    async def of(cls, database: Database, *, places: int) -> Premises:
        """Writes what a load needs, with carts for as many orders to place, and as many lines to write."""
        (admin,) = await accounts(database, 1, "admin")
        buyers = await accounts(database, 20)
        owners = [buyers[number % len(buyers)] for number in range(places)]
        products = await goods(database, 20, stock=places)
        empty = await carts(database, owners[: places // len(products) + 1])
        filled = await carts(database, owners, products[0])
        with database.use():
            tag = await Tag.create(name="bright")
        return cls(
            admin=admin,
            buyers=buyers,
            tag=tag,
            products=products,
            lines=pairs(list(zip(owners, empty, strict=False)), products),
            filled=zip(owners, filled, strict=True),
        )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one write is of: its input, or the row that is there, and who asks for it."""

    by: Buyer
    input: Mapping[str, Any]
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of writes."""

    resource: str
    singular: str
    action: str = "create"
    happened: str = "created"
    """What its event says."""
    ask: Callable[[Premises, int], Asked | None]
    """What the write with this number asks for; None when all is used up."""
    model: type[Model]
    mark: tuple[str, ...]
    """Columns whose values the request has too, and no other request of the kind has."""
    done: Mapping[str, Any] = field(default_factory=dict)
    """Which rows of the model are such that the write has been done to them."""

    def request(self, premises: Premises, number: int, key: str | None) -> WriteRequest | None:
        """Returns the request with this number; None when all is used up."""
        asked = self.ask(premises, number)
        if asked is None:
            return None
        named = {"resource": self.resource, "singular": self.singular, "action": self.action}
        return WriteRequest(**named, token=asked.by.token, id=asked.id, input=asked.input, key=key)

    def mark_of(self, request: WriteRequest) -> Mark:
        """Returns the mark of the row that the request writes."""
        said = {"id": request.id, **request.input}
        return tuple(str(said[column]) for column in self.mark)


def _tag(premises: Premises, number: int) -> Asked:
    return Asked(by=premises.admin, input={"name": f"word {number}"})


def _address(premises: Premises, number: int) -> Asked:
    place = {"line1": "1 Road", "postal_code": "1000", "city": "Town", "country": "DE"}
    return Asked(by=premises.buyers[number % len(premises.buyers)], input={"recipient": f"Number {number}", **place})


def _product(premises: Premises, number: int) -> Asked:
    """With a tag, which is a row of another table."""
    like = premises.products[0]
    of = {"vendor_id": str(like.vendor_id), "category_id": str(like.category_id), "tag_ids": [str(premises.tag.id)]}
    return Asked(by=premises.admin, input={"name": "Lamp", "slug": f"lamp-{number}", "price": "9.50", **of})


def _line(premises: Premises, _: int) -> Asked | None:
    """It changes the total of its order too."""
    found = next(premises.lines, None)
    if found is None:
        return None
    (buyer, order), product = found
    return Asked(by=buyer, input={"order_id": str(order.id), "product_id": str(product.id), "quantity": 2})


def _place(premises: Premises, _: int) -> Asked | None:
    """It takes from the stock of its product too, and makes a payment."""
    found = next(premises.filled, None)
    if found is None:
        return None
    buyer, order = found
    return Asked(by=buyer, input={}, id=str(order.id))


KINDS = (
    Kind(resource="tags", singular="tag", ask=_tag, model=Tag, mark=("name",)),
    Kind(resource="addresses", singular="address", ask=_address, model=Address, mark=("recipient",)),
    Kind(resource="products", singular="product", ask=_product, model=Product, mark=("slug",)),
    Kind(
        resource="order_lines", singular="order_line", ask=_line, model=OrderLine, mark=("order_id", "product_id")
    ),
    Kind(
        resource="orders",
        singular="order",
        action="place",
        happened="placed",
        ask=_place,
        model=Order,
        mark=("id",),
        done={"status__not": OrderStatus.cart},
    ),
)  # fmt: skip
