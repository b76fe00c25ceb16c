"""Free words on products."""

from tortoise import Model, fields

from storefront.roles import ADMINS
from twofold.fields import id_field
from twofold.resource import Caching, Field, Relation, Resource
from twofold.rules import EVERYONE


class Tag(Model):
    """A word that groups products across categories."""

    id = id_field()
    name = fields.CharField(max_length=50, unique=True)

    class Meta:
        app = "storefront"
        table = "tags"


class Tags(Resource[Tag]):
    """Words that group products across categories."""

    read = EVERYONE
    create = ADMINS
    update = ADMINS
    delete = ADMINS
    ordering = ("name",)
    cache = Caching(shared_s=300, stale_s=300)
    natural_key = ("name",)

    name = Field(write=True, filter=True, sort=True)

    products = Relation()
