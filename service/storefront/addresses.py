"""Where orders are sent."""

from uuid import UUID

from pydantic import Field as Constraint
from tortoise import Model, fields
from tortoise.expressions import Q

from storefront.roles import own
from twofold.actor import Actor
from twofold.change import Change
from twofold.fields import VersionField, checks, id_field
from twofold.identity.models import User
from twofold.resource import Field, Relation, Resource
from twofold.rules import Rows, rule


class Address(Model):
    """A postal address in a user's address book."""

    id = id_field()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="addresses", on_delete=fields.CASCADE, db_index=True
    )
    user_id: UUID
    recipient = fields.CharField(max_length=100)
    line1 = fields.CharField(max_length=200)
    line2 = fields.CharField(max_length=200, default="")
    postal_code = fields.CharField(max_length=20)
    city = fields.CharField(max_length=100)
    country = fields.CharField(max_length=2, description="ISO 3166-1 alpha-2.")
    created_at = fields.DatetimeField(auto_now_add=True)
    version = VersionField()

    class Meta:
        app = "storefront"
        table = "addresses"
        constraints = checks("addresses", country="length(country) = 2")


@rule("An address book belongs to one person.")
def own_book(actor: Actor) -> Rows:
    return own(actor, "user_id")


@rule("Your own address book, and where orders with your vendor's products go.")
def own_book_and_destinations(actor: Actor) -> Rows:
    shipped_to = Q(
        orders__status__not="cart",
        orders__lines__product__vendor__memberships__user_id=actor.user_id,
    )
    return own(actor, "user_id") | shipped_to


class Addresses(Resource[Address]):
    """Your address book."""

    read = own_book_and_destinations
    create = own_book
    update = own_book
    delete = own_book
    ordering = ("recipient",)
    fills = ("user_id",)

    user = Relation()
    recipient = Field(write=True, filter=True, sort=True, validate=Constraint(min_length=1))
    line1 = Field(write=True, validate=Constraint(min_length=1))
    line2 = Field(write=True)
    postal_code = Field(write=True, filter=True)
    city = Field(write=True, filter=True, sort=True, validate=Constraint(min_length=1))
    country = Field(write=True, filter=True, validate=Constraint(pattern=r"^[A-Z]{2}$"))
    created_at = Field(sort=True)

    async def before_write(self, change: Change) -> None:
        """Puts a new address into the book of who writes it."""
        if change.action == "create":
            change.values["user_id"] = change.actor.user_id
