"""The tree that products are filed under."""

from tortoise import Model, fields

from storefront.roles import ADMINS
from twofold.fields import VersionField, checks, id_field
from twofold.resource import Caching, Field, Relation, Resource
from twofold.rules import EVERYONE


class Category(Model):
    """A branch of the catalogue."""

    id = id_field()
    parent: fields.ForeignKeyNullableRelation["Category"] = fields.ForeignKeyField(
        "storefront.Category", related_name="children", null=True, on_delete=fields.RESTRICT, db_index=True
    )
    name = fields.CharField(max_length=100)
    slug = fields.CharField(max_length=100, unique=True)
    position = fields.IntField(default=0, description="Order among siblings.")
    version = VersionField()

    class Meta:
        app = "storefront"
        table = "categories"
        constraints = checks("categories", parent_id="parent_id <> id")


class Categories(Resource[Category]):
    """The tree of the catalogue."""

    read = EVERYONE
    create = ADMINS
    update = ADMINS
    delete = ADMINS
    ordering = ("position", "name")
    cache = Caching(shared_s=300, stale_s=300)
    natural_key = ("slug",)

    name = Field(write=True, filter=True, sort=True)
    slug = Field(write=True, filter=True, sort=True)
    position = Field(write=True, sort=True)

    parent = Relation(write=True)
    children = Relation()
    products = Relation()
