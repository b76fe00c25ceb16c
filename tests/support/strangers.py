"""Tables of other people's making in which a database takes two texts for one, or fills in what nobody wrote."""

from __future__ import annotations

from collections.abc import Mapping

from tortoise import Model, fields

from twofold.application import ENGINE_MODELS, Application
from twofold.database import Dialect
from twofold.fields import stored_as
from twofold.resource import Field, Relation, Resource
from twofold.rules import EVERYONE

TABLES: Mapping[Dialect, str] = {
    "sqlite": """
        CREATE TABLE countries (id INTEGER PRIMARY KEY, code VARCHAR(8) COLLATE NOCASE NOT NULL UNIQUE,
            name VARCHAR(40) NOT NULL, slug VARCHAR(40) GENERATED ALWAYS AS (lower(name)) STORED UNIQUE);
        CREATE TABLE towns (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL,
            country VARCHAR(8) NOT NULL REFERENCES countries (code) ON UPDATE CASCADE);""",
    "postgres": """
        CREATE TABLE countries (id serial PRIMARY KEY, code character(8) NOT NULL UNIQUE,
            name varchar(40) NOT NULL, slug varchar(40) GENERATED ALWAYS AS (lower(name)) STORED UNIQUE);
        CREATE TABLE towns (id serial PRIMARY KEY, name varchar(40) NOT NULL,
            country character(8) NOT NULL REFERENCES countries (code) ON UPDATE CASCADE);""",
}


class Country(Model):
    """A country."""

    id = fields.IntField(primary_key=True)
    code = stored_as("character(8)", fields.CharField(max_length=8, unique=True))
    name = fields.CharField(max_length=40)
    slug = fields.CharField(max_length=40, unique=True, generated=True, null=True)

    class Meta:
        app = "strangers"
        table = "countries"
        managed = False


class Town(Model):
    """A town."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=40)
    country: fields.ForeignKeyRelation[Country] = fields.ForeignKeyField(
        "strangers.Country", related_name="towns", to_field="code", source_field="country",
        on_delete=fields.NO_ACTION,
    )  # fmt: skip

    class Meta:
        app = "strangers"
        table = "towns"
        managed = False


class Countries(Resource[Country]):
    """Countries."""

    read = EVERYONE
    create = EVERYONE
    update = EVERYONE

    code = Field(write=True, filter=True)
    name = Field(write=True, filter=True)
    slug = Field(filter=True)
    towns = Relation()


class Towns(Resource[Town]):
    """Towns."""

    read = EVERYONE
    create = EVERYONE
    update = EVERYONE

    name = Field(write=True, filter=True)
    country = Relation(write=True)


STRANGERS = Application(
    name="strangers",
    models={"strangers": ["support.strangers"], "twofold": list(ENGINE_MODELS)},
    resources=[Countries, Towns],
    asgi="",
    first_request="/countries",
)
