"""What vendors sell."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field as Constraint
from tortoise import Model, fields
from tortoise.expressions import F, Q
from tortoise.functions import Avg, Count

from storefront.categories import Category
from storefront.roles import is_admin, works_for
from storefront.tags import Tag
from storefront.vendors import Vendor
from twofold.actor import Actor
from twofold.change import Change
from twofold.fields import MoneyField, VersionField, checks, id_field
from twofold.resource import Caching, Computed, Expression, Field, Relation, Resource, action
from twofold.rules import Rows, rule


class ProductStatus(StrEnum):
    """Where a product is in its life; only published ones are seen by everyone."""

    draft = "draft"
    published = "published"
    archived = "archived"


class Product(Model):
    """A thing that a vendor sells."""

    id = id_field()
    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "storefront.Vendor", related_name="products", on_delete=fields.RESTRICT, db_index=True
    )
    vendor_id: UUID
    category: fields.ForeignKeyRelation[Category] = fields.ForeignKeyField(
        "storefront.Category", related_name="products", on_delete=fields.RESTRICT
    )
    category_id: UUID
    tags: fields.ManyToManyRelation[Tag] = fields.ManyToManyField(
        "storefront.Tag",
        related_name="products",
        through="product_tags",
        forward_key="tag_id",
        backward_key="product_id",
    )
    images: fields.ReverseRelation["ProductImage"]
    name = fields.CharField(max_length=200)
    slug = fields.CharField(max_length=200, unique=True)
    description = fields.TextField(default="")
    price = MoneyField()
    cost_price = MoneyField(null=True)
    currency = fields.CharField(max_length=3, default="EUR", description="ISO 4217.")
    stock = fields.IntField(default=0)
    status = fields.CharEnumField(ProductStatus, max_length=10, default=ProductStatus.draft)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    deleted_at = fields.DatetimeField(null=True, description="Orders need it still, but nobody sees it any more.")
    version = VersionField()

    class Meta:
        app = "storefront"
        table = "products"
        indexes = (("status", "created_at", "id"), ("category_id", "created_at", "id"))
        constraints = checks(
            "products",
            price="price >= 0",
            cost_price="cost_price >= 0",
            currency="length(currency) = 3",
            stock="stock >= 0",
        )

    @property
    def is_sold(self) -> bool:
        """Whether it can be bought, as far as there is stock."""
        return self.status is ProductStatus.published and self.deleted_at is None


class ProductImage(Model):
    """A picture of a product."""

    id = id_field()
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "storefront.Product", related_name="images", on_delete=fields.CASCADE, db_index=True
    )
    url = fields.CharField(max_length=500)
    alt = fields.CharField(max_length=200, default="")
    position = fields.IntField(default=0)

    class Meta:
        app = "storefront"
        table = "product_images"


EXCERPT_LENGTH = 140
MAX_STOCK = 1_000_000_000
"""Half of what the column holds, so that what comes back from orders has a place."""


def shorten(text: str, length: int) -> str:
    """Returns `text` in at most `length` characters, cut between words, with an ellipsis where it was cut."""
    if len(text) <= length:
        return text
    return text[: length - 1].rpartition(" ")[0].rstrip(".,;") + "…"


def excerpts(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The beginning of the description, cut between words."""
    return [shorten(row["description"], EXCERPT_LENGTH) for row in rows]


@rule("Published products are for everyone; drafts and archived ones for the people of their vendor, and for admins.")
def on_the_shelf(actor: Actor) -> Rows:
    if is_admin(actor):
        return True
    return Q(status=ProductStatus.published) | works_for(actor, "vendor")


@rule("The people of the product's vendor, and admins.")
def vendor_people(actor: Actor) -> Rows:
    return True if is_admin(actor) else works_for(actor, "vendor")


class Products(Resource[Product]):
    """What vendors sell."""

    read = on_the_shelf
    create = vendor_people
    update = vendor_people
    delete = vendor_people
    ordering = ("-created_at",)
    cache = Caching(shared_s=30, stale_s=30)  # an old price is no harm: who orders by it is told `price_changed`
    search = ("name", "description")
    natural_key = ("slug",)
    soft_delete = "deleted_at"

    vendor = Relation(create=True)
    category = Relation(write=True)
    name = Field(write=True, filter=True, sort=True, validate=Constraint(min_length=1))
    slug = Field(write=True, filter=True, sort=True, validate=Constraint(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"))
    description = Field(write=True, filter=True)
    price = Field(write=True, filter=True, sort=True, validate=Constraint(ge=0))
    cost_price = Field(read=vendor_people, write=True, filter=True, sort=True, validate=Constraint(ge=0))
    currency = Field(write=True, filter=True, validate=Constraint(pattern=r"^[A-Z]{3}$"))
    stock = Field(write=True, filter=True, sort=True, validate=Constraint(ge=0, le=MAX_STOCK))
    status = Field(write=True, filter=True)
    created_at = Field(filter=True, sort=True)
    updated_at = Field(filter=True, sort=True)

    tags = Relation(write=True, nested=True)
    images = Relation(nested=True)
    reviews = Relation()

    excerpt = Computed(needs=("description",), resolve=excerpts)
    in_stock = Expression(Q(stock__gt=0), filter=True)
    margin = Expression(F("price") - F("cost_price"), description="What is left of the price.", filter=True, sort=True)
    review_count = Expression(Count("reviews"), description="How many reviews you see.", filter=True, sort=True)
    average_rating = Expression(Avg("reviews__rating"), description="Of the reviews you see.", filter=True, sort=True)

    @action(vendor_people, happened="published")
    async def publish(self, change: Change) -> None:
        """Puts a product on sale, for everyone to see. Refused as `conflict` when it is (`wrong_state`)."""
        _turn(change, ProductStatus.published)

    @action(vendor_people, happened="archived")
    async def archive(self, change: Change) -> None:
        """Takes a product off sale; only its vendor sees it then. Refused as `conflict` when it is (`wrong_state`)."""
        _turn(change, ProductStatus.archived)

    async def audit_columns(self, change: Change) -> dict[str, Any]:
        """Shows its vendor who changed a product."""
        return {"vendor_id": change.value("vendor_id")}


def _turn(change: Change, status: ProductStatus) -> None:
    """Gives a product another status.

    Raises:
        Conflict: it has that status.
    """
    if change.before.status is status:
        raise change.conflict("status", "wrong_state", f"The product is {status} already.")
    change.values["status"] = status


@rule("The pictures of products that you may see.")
def shown_pictures(actor: Actor) -> Rows:
    if is_admin(actor):
        return True
    shown = Q(product__status=ProductStatus.published) | works_for(actor, "product__vendor")
    return shown & Q(product__deleted_at__isnull=True)


@rule("The people of the product's vendor, and admins.")
def picture_people(actor: Actor) -> Rows:
    return True if is_admin(actor) else works_for(actor, "product__vendor")


class ProductImages(Resource[ProductImage]):
    """Pictures of products, in the order of their position."""

    read = shown_pictures
    create = picture_people
    update = picture_people
    delete = picture_people
    ordering = ("position",)
    cache = Caching(shared_s=300, stale_s=300)

    product = Relation(create=True)
    url = Field(write=True)
    alt = Field(write=True)
    position = Field(write=True, sort=True)

    async def audit_columns(self, change: Change) -> dict[str, Any]:
        """Shows the product's vendor who changed a picture."""
        (vendor_id,) = await Product.filter(id=change.value("product_id")).values_list("vendor_id", flat=True)
        return {"vendor_id": vendor_id}
