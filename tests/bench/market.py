"""The shop of dataset.sql as Twofold serves it: models of tables that were there before, and who may see what."""

from enum import StrEnum
from typing import Any

from pydantic import Field as Constraint
from tortoise import Model, fields
from tortoise.expressions import Q

from twofold.actor import Actor
from twofold.application import ENGINE_MODELS, Application
from twofold.audit import AuditRecord
from twofold.identity.models import User
from twofold.resource import Field, Relation, Resource
from twofold.rules import EVERYONE, Rows, rule


class Table:
    """What the tables of the shop have in common."""

    app = "market"
    schema = "shop"


class Status(StrEnum):
    """Where a product is in its life."""

    draft = "draft"
    active = "active"
    archived = "archived"


class Member(Model):
    """A user of the shop."""

    id = fields.IntField(primary_key=True)
    name = fields.TextField()
    email = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta(Table):
        table = "users"


class Account(Model):
    """Which member a signed-in user is: a table of ours, beside those of identity."""

    user: fields.OneToOneRelation[User] = fields.OneToOneField("twofold.User", related_name="account", primary_key=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("market.Member", related_name="accounts")

    class Meta:
        app = "market"
        table = "accounts"


class AuditEntry(AuditRecord):
    """A change that somebody made: a table of ours too."""

    class Meta:
        app = "market"
        table = "audit_entries"


class Category(Model):
    """A kind of product."""

    id = fields.IntField(primary_key=True)
    name = fields.TextField()
    slug = fields.TextField()
    parent: fields.ForeignKeyNullableRelation["Category"] = fields.ForeignKeyField(
        "market.Category", related_name="children", null=True
    )

    class Meta(Table):
        table = "categories"


class Tag(Model):
    """A word on products."""

    id = fields.IntField(primary_key=True)
    name = fields.TextField()

    class Meta(Table):
        table = "tags"


class Product(Model):
    """A thing that is sold."""

    id = fields.IntField(primary_key=True)
    name = fields.TextField()
    slug = fields.TextField()
    description = fields.TextField()
    price: Any = fields.DecimalField(max_digits=10, decimal_places=2)
    currency = fields.CharField(max_length=3)
    stock = fields.IntField()
    status = fields.CharEnumField(Status)
    created_at = fields.DatetimeField()
    category: fields.ForeignKeyRelation[Category] = fields.ForeignKeyField("market.Category", related_name="products")
    seller: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("market.Member", related_name="products")
    tags: fields.ManyToManyRelation[Tag] = fields.ManyToManyField(
        "market.Tag", related_name="products", through="product_tags", forward_key="tag_id", backward_key="product_id"
    )

    class Meta(Table):
        table = "products"


class Review(Model):
    """What a member says of a product."""

    id = fields.IntField(primary_key=True)
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="reviews")
    author: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("market.Member", related_name="reviews")
    rating = fields.SmallIntField()
    title = fields.TextField()
    body = fields.TextField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta(Table):
        table = "reviews"


class Order(Model):
    """What a member bought at one time."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("market.Member", related_name="orders")
    status = fields.TextField()
    total: Any = fields.DecimalField(max_digits=12, decimal_places=2)
    currency = fields.CharField(max_length=3)
    created_at = fields.DatetimeField()

    class Meta(Table):
        table = "orders"


class OrderLine(Model):
    """A product in an order."""

    id = fields.IntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("market.Order", related_name="lines")
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="order_lines")
    quantity = fields.IntField()
    unit_price: Any = fields.DecimalField(max_digits=10, decimal_places=2)

    class Meta(Table):
        table = "order_lines"


@rule("Active products are for everyone; the others for who sells them.")
def active_or_own(actor: Actor) -> Rows:
    return Q(status=Status.active) | Q(seller__accounts__user_id=actor.user_id)


@rule("An order is for its buyer.")
def buyer(actor: Actor) -> Rows:
    return Q(user__accounts__user_id=actor.user_id)


@rule("The lines of an order are for its buyer.")
def buyer_of_order(actor: Actor) -> Rows:
    return Q(order__user__accounts__user_id=actor.user_id)


class Products(Resource[Product]):
    """Things that are sold."""

    read = active_or_own
    ordering = ("-created_at",)

    name = Field(filter=True, sort=True)
    slug = Field(filter=True)
    description = Field()
    price = Field(filter=True, sort=True)
    currency = Field(filter=True)
    stock = Field(filter=True)
    status = Field(filter=True)
    created_at = Field(filter=True, sort=True)
    category = Relation()
    seller = Relation()
    tags = Relation()
    reviews = Relation()


class Categories(Resource[Category]):
    """Kinds of products."""

    read = EVERYONE
    ordering = ("name",)

    name = Field(filter=True, sort=True)
    slug = Field(filter=True)
    parent = Relation()
    children = Relation()
    products = Relation()


class Tags(Resource[Tag]):
    """Words on products."""

    read = EVERYONE

    name = Field(filter=True)
    products = Relation()


class Members(Resource[Member]):
    """The users of the shop; their e-mail addresses are not served."""

    read = EVERYONE

    name = Field(filter=True)
    reviews = Relation()
    products = Relation()


class Reviews(Resource[Review]):
    """What members say of products. The shop takes them from anyone, in any name, as it did before."""

    read = EVERYONE
    create = EVERYONE
    ordering = ("-created_at",)

    product = Relation(create=True)
    author = Relation(create=True)
    rating = Field(create=True, filter=True, sort=True, validate=Constraint(ge=1, le=5))
    title = Field(create=True)
    body = Field(create=True)
    created_at = Field(filter=True, sort=True)


class Orders(Resource[Order]):
    """What members bought."""

    read = buyer
    ordering = ("-created_at",)

    user = Relation()
    lines = Relation()
    status = Field(filter=True)
    total = Field(filter=True, sort=True)
    currency = Field(filter=True)
    created_at = Field(filter=True, sort=True)


class OrderLines(Resource[OrderLine]):
    """Products in orders."""

    read = buyer_of_order

    order = Relation()
    product = Relation()
    quantity = Field()
    unit_price = Field()


MARKET = Application(
    name="Market",
    models={"twofold": ENGINE_MODELS, "market": ["bench.market"]},
    resources=[Products, Categories, Tags, Members, Reviews, Orders, OrderLines],
    audit=AuditEntry,
    asgi="bench.service:app",
    first_request="/api/v1/products",
)
