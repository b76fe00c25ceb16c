"""Vendors and the people who work for them."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import Model, fields

from storefront.roles import ADMINS, is_admin, works_for
from twofold.actor import Actor
from twofold.change import Change
from twofold.fields import VersionField, id_field
from twofold.identity.models import User
from twofold.resource import Caching, Field, Relation, Resource
from twofold.rules import EVERYONE, Rows, rule


class MembershipRole(StrEnum):
    """What a member may do for the vendor."""

    owner = "owner"
    staff = "staff"


class Vendor(Model):
    """A seller on the storefront; the tenant that products and their orders belong to."""

    id = id_field()
    name = fields.CharField(max_length=100)
    slug = fields.CharField(max_length=100, unique=True)
    about = fields.TextField(default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    version = VersionField()

    class Meta:
        app = "storefront"
        table = "vendors"


class Membership(Model):
    """A user who works for a vendor."""

    id = id_field()
    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "storefront.Vendor", related_name="memberships", on_delete=fields.CASCADE
    )
    vendor_id: UUID
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "twofold.User", related_name="memberships", on_delete=fields.CASCADE, db_index=True
    )
    user_id: UUID
    role = fields.CharEnumField(MembershipRole, max_length=10, default=MembershipRole.staff)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "storefront"
        table = "memberships"
        unique_together = (("vendor", "user"),)


@rule("The vendor's owners, and admins.")
def owners(actor: Actor) -> Rows:
    return True if is_admin(actor) else works_for(actor, role=MembershipRole.owner)


class Vendors(Resource[Vendor]):
    """Sellers on the storefront."""

    read = EVERYONE
    create = ADMINS
    update = owners
    delete = ADMINS
    ordering = ("name",)
    cache = Caching(shared_s=300, stale_s=300)
    search = ("name", "about")
    natural_key = ("slug",)

    name = Field(write=True, filter=True, sort=True)
    slug = Field(write=True, filter=True, sort=True)
    about = Field(write=True)
    created_at = Field(filter=True, sort=True)

    products = Relation()
    memberships = Relation()

    async def audit_columns(self, change: Change) -> dict[str, Any]:
        """Shows a vendor who changed it."""
        return {"vendor_id": change.id}


@rule("The people of a vendor see each other; admins see all.")
def colleagues(actor: Actor) -> Rows:
    return True if is_admin(actor) else works_for(actor, "vendor")


@rule("The vendor's owners, and admins.")
def vendor_owners(actor: Actor) -> Rows:
    return True if is_admin(actor) else works_for(actor, "vendor", role=MembershipRole.owner)


class Memberships(Resource[Membership]):
    """Who works for which vendor, as owner or as staff."""

    read = colleagues
    create = vendor_owners
    update = vendor_owners
    delete = vendor_owners

    vendor = Relation(create=True)
    user = Relation(create=True)
    role = Field(write=True, filter=True)
    created_at = Field(sort=True)

    async def audit_columns(self, change: Change) -> dict[str, Any]:
        """Shows a vendor who came and went."""
        return {"vendor_id": change.value("vendor_id")}
