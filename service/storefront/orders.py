"""Orders and their lines: from a buyer's cart to the door, and back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field as Constraint
from tortoise import Model, fields
from tortoise.expressions import F, Q

from storefront.addresses import Address
from storefront.payments import charge, give_back, open_payment
from storefront.products import Product
from storefront.roles import ADMINS, is_admin, own, works_for
from twofold.actor import Actor
from twofold.change import Change
from twofold.errors import Conflict, FieldError, Invalid
from twofold.fields import MoneyField, VersionField, checks, id_field
from twofold.identity.models import User
from twofold.resource import Expression, Field, Input, Relation, Resource, action
from twofold.rules import Rows, rule


class OrderStatus(StrEnum):
    """Where an order is on its way."""

    cart = "cart"
    placed = "placed"
    paid = "paid"
    shipped = "shipped"
    delivered = "delivered"
    cancelled = "cancelled"
    refunded = "refunded"


class Order(Model):
    """What one buyer bought at one time, from one or more vendors."""

    id = id_field()
    buyer: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="orders", on_delete=fields.RESTRICT
    )
    ship_to: fields.ForeignKeyNullableRelation[Address] = fields.ForeignKeyField(
        "storefront.Address", related_name="orders", null=True, on_delete=fields.RESTRICT, db_index=True
    )
    status = fields.CharEnumField(OrderStatus, max_length=10, default=OrderStatus.cart)
    total = MoneyField(default=0)
    currency = fields.CharField(max_length=3, default="EUR", description="ISO 4217.")
    note = fields.CharField(max_length=500, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    placed_at = fields.DatetimeField(null=True)
    version = VersionField()

    class Meta:
        app = "storefront"
        table = "orders"
        indexes = (("buyer_id", "created_at", "id"),)
        constraints = checks("orders", total="total >= 0", currency="length(currency) = 3")


class OrderLine(Model):
    """A product in an order, by the name and at the price it had when it was put there."""

    id = id_field()
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "storefront.Order", related_name="lines", on_delete=fields.CASCADE
    )
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "storefront.Product", related_name="order_lines", on_delete=fields.RESTRICT, db_index=True
    )
    product_id: UUID
    product_name = fields.CharField(max_length=200, description="What the product was called then.")
    quantity = fields.IntField()
    unit_price = MoneyField()
    shipped_at = fields.DatetimeField(null=True)

    class Meta:
        app = "storefront"
        table = "order_lines"
        unique_together = (("order", "product"),)
        constraints = checks("order_lines", quantity="quantity > 0", unit_price="unit_price >= 0")


@rule("An order is seen by its buyer, by the vendors whose products are in it once it is placed, and by admins.")
def parties(actor: Actor) -> Rows:
    if is_admin(actor):
        return True
    return own(actor, "buyer_id") | (~Q(status=OrderStatus.cart) & works_for(actor, "lines__product__vendor"))


@rule("A buyer may change an order as long as it is a cart.")
def own_cart(actor: Actor) -> Rows:
    return own(actor, "buyer_id") & Q(status=OrderStatus.cart)


# Who may do something to an order does not depend on its state: the wrong one is a conflict, which says what it is.


@rule("The order's buyer.")
def own_orders(actor: Actor) -> Rows:
    return own(actor, "buyer_id")


@rule("The order's buyer, and admins.")
def buyers_and_admins(actor: Actor) -> Rows:
    return True if is_admin(actor) else own(actor, "buyer_id")


@rule("The people of the vendors whose products are in the order, and admins.")
def shippers(actor: Actor) -> Rows:
    return True if is_admin(actor) else works_for(actor, "lines__product__vendor")


class Pay(Input):
    """How an order is paid."""

    method: str = Constraint(
        min_length=1, max_length=100, description="As the payment provider names it: sandbox_ok or sandbox_declined."
    )


class Orders(Resource[Order]):
    """What people bought. An order starts as its buyer's cart; the total follows its lines."""

    read = parties
    create = own_cart
    update = own_cart
    delete = own_cart
    ordering = ("-created_at",)
    fills = ("buyer_id",)

    buyer = Relation()
    ship_to = Relation(write=True, nested=True)
    status = Field(filter=True)
    total = Field(filter=True, sort=True)
    currency = Field(create=True, filter=True, validate=Constraint(pattern=r"^[A-Z]{3}$"))
    note = Field(write=True)
    created_at = Field(filter=True, sort=True)
    placed_at = Field(filter=True, sort=True)

    lines = Relation(nested=True)
    payment = Relation()

    async def before_write(self, change: Change) -> None:
        """Opens a cart for who creates it; it is sent to an address of their own book.

        Vendors see where orders go. They may not have their own sent there: an address that an order has cannot go.
        """
        if change.action == "create":
            change.values["buyer_id"] = change.actor.user_id
        ship_to = change.values.get("ship_to_id")
        if ship_to is not None and not await Address.filter(id=ship_to, user_id=change.value("buyer_id")).exists():
            raise change.refuse("ship_to_id", "missing", "There is no address with this id in your address book.")

    @action(own_orders, happened="placed")
    async def place(self, change: Change) -> None:
        """Orders what is in the cart: takes it from stock, and opens the payment.

        Refused as `invalid` without lines (`empty`) or address (`missing`), and as `conflict` when it is no cart
        (`wrong_state`), or with an error for each line that cannot be had so: `not_sold`, `price_changed`,
        `out_of_stock`. Writing such a line again gives it the price of now.
        """
        _must_be(change, OrderStatus.cart)
        lines = await _lines_of(change)
        _check_complete(change, lines)
        products = await change.lock(Product, *(line.product_id for line in lines))
        currency = change.before.currency
        obstacles = [found for each in lines if (found := _obstacle(each, products[each.product_id], currency))]
        if obstacles:
            raise Conflict("Not all that is in the cart can be had like this.", field_errors=obstacles)
        for line in lines:
            product = products[line.product_id]
            await change.update(product, stock=product.stock - line.quantity)
        total = _total_of(lines)
        await open_payment(change, total, currency)
        change.values |= {"status": OrderStatus.placed, "placed_at": datetime.now(UTC), "total": total}

    @action(own_orders, happened="paid")
    async def pay(self, change: Change, how: Pay) -> None:
        """Pays a placed order.

        Refused as `conflict` in another state (`wrong_state`) or when the payment is declined (`declined`): the order
        stays placed then, and may be paid another way.
        """
        _must_be(change, OrderStatus.placed)
        await charge(change, how.method)
        change.values["status"] = OrderStatus.paid

    @action(shippers, happened="shipped")
    async def ship(self, change: Change) -> None:
        """Marks the lines of a paid order as shipped: those of your vendors, or all of them for an admin.

        With the last line the order is shipped. Refused as `conflict` in another state (`wrong_state`), or when your
        lines are shipped already (`already_shipped`).
        """
        _must_be(change, OrderStatus.paid)
        lines = await _lines_of(change)
        theirs = await _shipped_by(change)
        waiting = {line.id for line in lines if line.shipped_at is None}
        if not waiting & theirs:
            raise change.conflict("lines", "already_shipped", "All of your lines of this order are shipped already.")
        for line in (await change.lock(OrderLine, *(waiting & theirs))).values():
            await change.update(line, shipped_at=datetime.now(UTC))
        if waiting <= theirs:
            change.values["status"] = OrderStatus.shipped

    @action(own_orders, happened="delivered")
    async def deliver(self, change: Change) -> None:
        """Says that a shipped order has arrived. Refused as `conflict` in another state (`wrong_state`)."""
        _must_be(change, OrderStatus.shipped)
        change.values["status"] = OrderStatus.delivered

    @action(buyers_and_admins, happened="cancelled")
    async def cancel(self, change: Change) -> None:
        """Cancels an order of which nothing is shipped: the goods go back into stock, and the money to the buyer.

        Refused as `conflict` unless it is placed or paid (`wrong_state`), or when parts of it are shipped
        (`already_shipped`).
        """
        _must_be(change, OrderStatus.placed, OrderStatus.paid)
        lines = await _lines_of(change)
        if any(line.shipped_at is not None for line in lines):
            raise change.conflict("lines", "already_shipped", "Parts of this order are shipped already.")
        await _put_back(change, lines)
        await give_back(change)
        change.values["status"] = OrderStatus.cancelled

    @action(ADMINS, happened="refunded")
    async def refund(self, change: Change) -> None:
        """Gives the money for an order back; what was not shipped goes back into stock.

        Refused as `conflict` unless it is paid, shipped or delivered (`wrong_state`).
        """
        _must_be(change, OrderStatus.paid, OrderStatus.shipped, OrderStatus.delivered)
        await _put_back(change, [line for line in await _lines_of(change) if line.shipped_at is None])
        await give_back(change)
        change.values["status"] = OrderStatus.refunded


def _must_be(change: Change, *states: OrderStatus) -> None:
    """Checks the state of the order.

    Raises:
        Conflict: it is in another state.
    """
    if change.before.status not in states:
        message = f"The order is {change.before.status}; for this it must be {' or '.join(states)}."
        raise change.conflict("status", "wrong_state", message)


async def _lines_of(change: Change) -> list[OrderLine]:
    return await OrderLine.filter(order_id=change.id).order_by("id")


def _total_of(lines: Sequence[OrderLine]) -> Decimal:
    return sum((line.quantity * line.unit_price for line in lines), Decimal())


def _check_complete(change: Change, lines: Sequence[OrderLine]) -> None:
    """Checks that a cart has all that an order needs.

    Raises:
        Invalid: it has no lines, or no address.
    """
    errors = []
    if not lines:
        errors.append(FieldError(path=("lines",), code="empty", message="There is nothing in the cart."))
    if change.before.ship_to_id is None:
        errors.append(FieldError(path=("ship_to_id",), code="missing", message="Say where to send it."))
    if errors:
        raise Invalid(field_errors=errors)


def _obstacle(line: OrderLine, product: Product, currency: str) -> FieldError | None:
    """Returns why a line cannot be ordered as it is in the cart, or None when it can."""
    if not product.is_sold:
        found = ("product_id", "not_sold", f"{line.product_name} is not sold any more.")
    elif product.currency != currency:
        found = ("product_id", "other_currency", f"{line.product_name} is sold in {product.currency} now.")
    elif product.price != line.unit_price:
        found = ("unit_price", "price_changed", f"{line.product_name} costs {product.price} {currency} now.")
    elif product.stock < line.quantity:
        found = ("quantity", "out_of_stock", f"{product.stock} of {line.product_name} left, not {line.quantity}.")
    else:
        return None
    name, code, message = found
    return FieldError(path=("lines", str(line.id), name), code=code, message=message)


async def _shipped_by(change: Change) -> set[Any]:
    """Returns the keys of the lines of the order that the actor ships."""
    lines = OrderLine.filter(order_id=change.id)
    if not is_admin(change.actor):
        lines = lines.filter(works_for(change.actor, "product__vendor"))
    return set(await lines.values_list("id", flat=True))


async def _put_back(change: Change, lines: Sequence[OrderLine]) -> None:
    """Puts what lines took out of stock back into it."""
    products = await change.lock(Product, *(line.product_id for line in lines))
    for line in lines:
        product = products[line.product_id]
        await change.update(product, stock=product.stock + line.quantity)


@rule("The lines of your own orders; a vendor's people see the lines with their products once the order is placed.")
def line_parties(actor: Actor) -> Rows:
    if is_admin(actor):
        return True
    placed = ~Q(order__status=OrderStatus.cart)
    return own(actor, "order__buyer_id") | (placed & works_for(actor, "product__vendor"))


@rule("A buyer may change the lines of a cart of their own.")
def lines_of_own_cart(actor: Actor) -> Rows:
    return Q(order__buyer_id=actor.user_id, order__status=OrderStatus.cart)


class OrderLines(Resource[OrderLine]):
    """Products in orders, by the name and at the price they had when they were put there."""

    read = line_parties
    create = lines_of_own_cart
    update = lines_of_own_cart
    delete = lines_of_own_cart
    fills = ("product_name", "unit_price")
    natural_key = ("order_id", "product_id")
    part_of = "order"

    order = Relation(create=True)
    product = Relation(create=True)
    product_name = Field(filter=True, sort=True)
    quantity = Field(write=True, filter=True, sort=True, validate=Constraint(ge=1, le=999))
    unit_price = Field(filter=True, sort=True)
    shipped_at = Field(filter=True, sort=True)
    subtotal = Expression(F("unit_price") * F("quantity"), filter=True, sort=True)

    async def before_write(self, change: Change) -> None:
        """Takes name and price of the product as they are now; it must be sold, and in the currency of the order."""
        order = await _locked_cart(change)
        if change.action == "delete":
            return
        product = await Product.get(id=change.value("product_id"))
        if not product.is_sold:
            raise change.refuse("product_id", "not_sold", "This product is not sold at the moment.")
        if product.currency != order.currency:
            message = f"This product is sold in {product.currency}, but the order is in {order.currency}."
            raise change.refuse("product_id", "other_currency", message)
        change.values |= {"product_name": product.name, "unit_price": product.price}

    async def after_write(self, change: Change) -> None:
        """Brings the total of the order up to date."""
        order = await _locked_cart(change)
        await change.update(order, total=_total_of(await OrderLine.filter(order_id=order.id)))


async def _locked_cart(change: Change) -> Order:
    """Returns the order of a line, locked, so that it is not placed while its lines change.

    Raises:
        Conflict: it was placed, or deleted, while this change waited for it.
    """
    for order in (await change.lock(Order, change.value("order_id"))).values():
        if order.status is OrderStatus.cart:
            return order
    raise change.conflict("order_id", "wrong_state", "The order is no cart any more.")
