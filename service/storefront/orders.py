"""Orders and their lines. An order starts as its buyer's cart."""

from enum import StrEnum

from pydantic import Field as Constraint
from tortoise import Model, fields
from tortoise.expressions import F, Q

from storefront.addresses import Address
from storefront.products import Product, ProductStatus
from storefront.roles import is_admin, own, works_for
from twofold.actor import Actor
from twofold.change import Change
from twofold.errors import Forbidden
from twofold.fields import MoneyField, id_field
from twofold.identity.models import User
from twofold.resource import Expression, Field, Relation, Resource
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

    class Meta:
        app = "storefront"
        table = "orders"
        indexes = (("buyer_id", "created_at", "id"),)


class OrderLine(Model):
    """A product in an order, at the price it had when it was put there."""

    id = id_field()
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "storefront.Order", related_name="lines", on_delete=fields.CASCADE
    )
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "storefront.Product", related_name="order_lines", on_delete=fields.RESTRICT, db_index=True
    )
    quantity = fields.IntField()
    unit_price = MoneyField()

    class Meta:
        app = "storefront"
        table = "order_lines"
        unique_together = (("order", "product"),)


@rule("An order is seen by its buyer, by the vendors whose products are in it once it is placed, and by admins.")
def parties(actor: Actor) -> Rows:
    if is_admin(actor):
        return True
    return own(actor, "buyer_id") | (~Q(status=OrderStatus.cart) & works_for(actor, "lines__product__vendor"))


@rule("A buyer may change an order as long as it is a cart.")
def own_cart(actor: Actor) -> Rows:
    return own(actor, "buyer_id") & Q(status=OrderStatus.cart)


class Orders(Resource[Order]):
    """What people bought. An order starts as its buyer's cart; the total follows its lines."""

    read = parties
    create = own_cart
    update = own_cart
    delete = own_cart
    ordering = ("-created_at",)
    fills = ("buyer_id",)

    buyer = Relation()
    ship_to = Relation(write=True)
    status = Field(filter=True)
    total = Field(filter=True, sort=True)
    currency = Field(create=True, filter=True, validate=Constraint(pattern=r"^[A-Z]{3}$"))
    note = Field(write=True)
    created_at = Field(filter=True, sort=True)
    placed_at = Field(filter=True, sort=True)

    lines = Relation()

    async def before_write(self, change: Change) -> None:
        """Opens a cart for who creates it."""
        if change.action == "create":
            change.values["buyer_id"] = change.actor.user_id


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
    """Products in orders, at the price they had when they were put there."""

    read = line_parties
    create = lines_of_own_cart
    update = lines_of_own_cart
    delete = lines_of_own_cart
    fills = ("unit_price",)

    order = Relation(create=True)
    product = Relation(create=True)
    quantity = Field(write=True, filter=True, sort=True, validate=Constraint(ge=1, le=999))
    unit_price = Field(filter=True, sort=True)
    subtotal = Expression(F("unit_price") * F("quantity"), filter=True, sort=True)

    async def before_write(self, change: Change) -> None:
        """Takes the price of the product as it is now; it must be sold, and in the currency of the order.

        Who changes the lines of an order holds it until then: two at once would each leave the other's line out of the
        total, and a line would get into an order that is placed in the same moment.
        """
        held = Order.filter(id=change.value("order_id")).select_for_update(no_key=True)  # new lines refer to its key
        order = await held.get()
        if order.status is not OrderStatus.cart:
            raise Forbidden(hint=lines_of_own_cart.reason)
        if change.action != "create":
            return
        product = await Product.get(id=change.values["product_id"])
        if product.status is not ProductStatus.published:
            raise change.refuse("product_id", "not_sold", "This product is not sold at the moment.")
        if product.currency != order.currency:
            message = f"This product is sold in {product.currency}, but the order is in {order.currency}."
            raise change.refuse("product_id", "other_currency", message)
        change.values["unit_price"] = product.price

    async def after_write(self, change: Change) -> None:
        """Brings the total of the order up to date."""
        order_id = change.values["order_id"] if change.before is None else change.before.order_id
        lines = await OrderLine.filter(order_id=order_id)
        await Order.filter(id=order_id).update(total=sum(line.quantity * line.unit_price for line in lines))
