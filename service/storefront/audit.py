"""The storefront's audit: who changed what, and for which vendor."""

from uuid import UUID

from tortoise import fields

from storefront.roles import is_admin, works_for
from storefront.vendors import Vendor
from twofold.actor import Actor
from twofold.audit import AuditRecord
from twofold.resource import Field, Relation, Resource
from twofold.rules import Rows, rule


class AuditEntry(AuditRecord):
    """A change that somebody made."""

    vendor: fields.ForeignKeyNullableRelation[Vendor] = fields.ForeignKeyField(
        "storefront.Vendor", related_name="audit", null=True, db_constraint=False, on_delete=fields.NO_ACTION
    )
    vendor_id: UUID | None

    class Meta:
        app = "storefront"
        table = "audit_entries"
        indexes = (("vendor_id", "at", "id"), ("at", "id"), ("resource", "row_id", "at"), ("actor_id", "at", "id"))


@rule("A vendor's people see the changes of what is theirs; admins see all.")
def of_own_vendor(actor: Actor) -> Rows:
    return True if is_admin(actor) else works_for(actor, "vendor")


class AuditEntries(Resource[AuditEntry]):
    """Who changed what, and when: written with every change, by nobody's hand, and never altered."""

    read = of_own_vendor
    ordering = ("-at",)

    at = Field(filter=True, sort=True)
    actor = Relation()
    face = Field(filter=True)
    request_id = Field(filter=True)
    resource = Field(filter=True)
    action = Field(filter=True)
    row_id = Field(filter=True)
    changes = Field()
    vendor = Relation()
