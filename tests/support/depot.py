"""Tables as other people make them: keys that count up, exact decimals, a schema of their own."""

from decimal import Decimal
from typing import Any

from tortoise import Model, fields
from tortoise.expressions import F, Q
from tortoise.functions import Avg, Max, Sum

from twofold.actor import Actor
from twofold.application import ENGINE_MODELS, Application
from twofold.resource import Expression, Field, Relation, Resource
from twofold.rules import EVERYONE, Rows, rule

SCHEMA = "main"
"""SQLite calls every database so, and PostgreSQL takes any name."""


class Depot(Model):
    """A place where parcels wait."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=50)

    class Meta:
        app = "depot"
        table = "depots"
        schema = SCHEMA


class Label(Model):
    """A word on parcels."""

    id = fields.SmallIntField(primary_key=True)
    word = fields.CharField(max_length=20)

    class Meta:
        app = "depot"
        table = "labels"
        schema = SCHEMA


class Parcel(Model):
    """A thing on its way."""

    number = fields.BigIntField(primary_key=True)
    depot: fields.ForeignKeyRelation[Depot] = fields.ForeignKeyField("depot.Depot", related_name="parcels")
    labels: fields.ManyToManyRelation[Label] = fields.ManyToManyField(
        "depot.Label", related_name="parcels", through="parcel_labels", forward_key="label_id",
        backward_key="parcel_id",
    )  # fmt: skip
    weight: Any = fields.DecimalField(max_digits=15, decimal_places=3)
    value: Any = fields.DecimalField(max_digits=10, decimal_places=2, null=True)
    pieces: Any = fields.DecimalField(max_digits=5, decimal_places=0, default=Decimal(1))

    class Meta:
        app = "depot"
        table = "parcels"
        schema = SCHEMA


@rule("Parcels in depots that are open.")
def in_open_depots(_: Actor) -> Rows:
    return ~Q(depot__name="closed")


class Depots(Resource[Depot]):
    """Places where parcels wait."""

    read = EVERYONE
    create = EVERYONE

    name = Field(write=True, filter=True, sort=True)
    parcels = Relation()
    load = Expression(Sum("parcels__weight"), filter=True, sort=True)
    mean_load = Expression(Avg("parcels__weight"), filter=True, sort=True)
    heaviest = Expression(Max("parcels__weight"), filter=True, sort=True)


class Labels(Resource[Label]):
    """Words on parcels."""

    read = EVERYONE

    word = Field(filter=True)
    parcels = Relation()


class Parcels(Resource[Parcel]):
    """Things on their way."""

    read = in_open_depots
    create = EVERYONE
    update = EVERYONE
    delete = EVERYONE

    depot = Relation(write=True)
    labels = Relation(write=True)
    weight = Field(write=True, filter=True, sort=True)
    value = Field(write=True, filter=True, sort=True)
    pieces = Field(write=True, filter=True, sort=True)
    volume = Expression(F("weight") * 2, filter=True, sort=True)


DEPOT = Application(
    name="depot",
    models={"depot": ["support.depot"], "twofold": list(ENGINE_MODELS)},
    resources=[Depots, Labels, Parcels],
    asgi="",
    first_request="/parcels",
)
