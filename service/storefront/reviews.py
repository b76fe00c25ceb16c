"""What buyers say about products."""

from enum import StrEnum

from pydantic import Field as Constraint
from tortoise import Model, fields
from tortoise.expressions import Q

from storefront.products import Product
from storefront.roles import MODERATORS, is_moderator, own
from twofold.actor import Actor
from twofold.change import Change
from twofold.fields import VersionField, checks, id_field
from twofold.identity.models import User
from twofold.resource import Caching, Field, Input, Relation, Resource, action
from twofold.rules import Rows, rule


class ReviewStatus(StrEnum):
    """A review is seen by everyone once a moderator has approved it."""

    pending = "pending"
    approved = "approved"
    rejected = "rejected"


class Review(Model):
    """One buyer's opinion of one product."""

    id = id_field()
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "storefront.Product", related_name="reviews", on_delete=fields.CASCADE
    )
    author: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="reviews", on_delete=fields.CASCADE, db_index=True
    )
    rating = fields.SmallIntField(description="1 to 5 stars.")
    title = fields.CharField(max_length=150)
    body = fields.TextField(default="")
    status = fields.CharEnumField(ReviewStatus, max_length=10, default=ReviewStatus.pending)
    created_at = fields.DatetimeField(auto_now_add=True)
    version = VersionField()

    class Meta:
        app = "storefront"
        table = "reviews"
        unique_together = (("product", "author"),)
        indexes = (("product_id", "created_at", "id"),)
        constraints = checks("reviews", rating="rating BETWEEN 1 AND 5")


@rule("Approved reviews are for everyone; the others for their author and the moderators.")
def approved_or_own(actor: Actor) -> Rows:
    if is_moderator(actor):
        return True
    return Q(status=ReviewStatus.approved) | own(actor, "author_id")


@rule("Reviews are written by their author; moderators may change and remove them.")
def author_or_moderator(actor: Actor) -> Rows:
    return True if is_moderator(actor) else own(actor, "author_id")


@rule("You review in your own name.")
def in_own_name(actor: Actor) -> Rows:
    return own(actor, "author_id")


class Verdict(StrEnum):
    """What a moderator says of a review."""

    approved = "approved"
    rejected = "rejected"


class Moderation(Input):
    """Whether everyone may see a review."""

    status: Verdict


class Reviews(Resource[Review]):
    """What buyers say about products: one review per buyer and product, seen once a moderator has approved it."""

    read = approved_or_own
    create = in_own_name
    update = author_or_moderator
    delete = author_or_moderator
    ordering = ("-created_at",)
    cache = Caching(shared_s=30, stale_s=30)  # one that is taken back is gone within a minute
    search = ("title", "body")
    fills = ("author_id",)

    product = Relation(create=True)
    author = Relation()
    rating = Field(write=True, filter=True, sort=True, validate=Constraint(ge=1, le=5))
    title = Field(write=True, filter=True, validate=Constraint(min_length=1))
    body = Field(write=True)
    status = Field(filter=True)
    created_at = Field(filter=True, sort=True)

    async def before_write(self, change: Change) -> None:
        """Signs a new review with its author, and sends one that its author rewrote back to the moderators."""
        if change.action == "create":
            change.values["author_id"] = change.actor.user_id
        if not is_moderator(change.actor):
            change.values["status"] = ReviewStatus.pending

    @action(MODERATORS, happened="moderated")
    async def moderate(self, change: Change, moderation: Moderation) -> None:
        """Approves a review, so that everyone sees it, or rejects it. What was decided may be decided anew."""
        change.values["status"] = ReviewStatus(moderation.status)
