"""In which order a migration on PostgreSQL does what takes long and what locks."""

from dataclasses import replace

import pytest

from twofold.migrate.plan import MissingFiller, plan
from twofold.migrate.steps import Alone, Batches, Concurrently
from twofold.schema import Check, Column, ForeignKey, Index, Schema, Table, Unique

pytestmark = pytest.mark.migrations

PLACES = Table(name="places", columns=(Column(name="id", type="INT"),), primary_key=("id",))
THINGS = Table(
    name="things",
    columns=(
        Column(name="id", type="INT"),
        Column(name="name", type="TEXT", nullable=True),
        Column(name="old", type="TEXT"),
    ),
    primary_key=("id",),
)
CHANGED = Table(
    name="things",
    columns=(
        Column(name="id", type="INT"),
        Column(name="name", type="TEXT"),
        Column(name="place_id", type="INT", nullable=True),
    ),
    primary_key=("id",),
    foreign_keys=(ForeignKey(name="fk", columns=("place_id",), target="places", target_columns=("id",)),),
    uniques=(Unique(name="uq", columns=("name",)),),
    checks=(Check(name="ck", condition="id > 0"),),
    indexes=(Index(name="ix", keys=("place_id",)),),
)


def schema(*tables: Table) -> Schema:
    return Schema(tables={each.name: each for each in tables})


def test_nobody_waits_long() -> None:
    """Rows are filled before a value is asked for, or the application could not change those that wait for one."""
    fillers = {("things", "name"): "'?' || id"}
    steps = plan(schema(PLACES, THINGS), schema(PLACES, CHANGED), "postgres", fillers=fillers)
    filled = Batches(
        table="things", sql="UPDATE things SET name = '?' || id WHERE id IN ({keys})", where="name IS NULL"
    )
    assert steps == [
        "ALTER TABLE things ADD COLUMN place_id INT",
        "ALTER TABLE things ADD CONSTRAINT ck CHECK (id > 0) NOT VALID",
        filled,
        "ALTER TABLE things ADD CONSTRAINT ck_things_name_not_null CHECK (name IS NOT NULL) NOT VALID",
        filled,  # those that came meanwhile
        Alone("ALTER TABLE things VALIDATE CONSTRAINT ck_things_name_not_null"),
        Alone("ALTER TABLE things VALIDATE CONSTRAINT ck"),
        Concurrently("CREATE UNIQUE INDEX CONCURRENTLY uq ON things (name)", index="uq"),
        Concurrently("CREATE INDEX CONCURRENTLY ix ON things (place_id)", index="ix"),
        "ALTER TABLE things ALTER COLUMN name SET NOT NULL",
        "ALTER TABLE things DROP CONSTRAINT ck_things_name_not_null",
        "ALTER TABLE things ADD CONSTRAINT uq UNIQUE USING INDEX uq",
        "ALTER TABLE things ADD CONSTRAINT fk FOREIGN KEY (place_id) REFERENCES places (id) NOT VALID",
        Alone("ALTER TABLE things VALIDATE CONSTRAINT fk"),
        "ALTER TABLE things DROP COLUMN old",
    ]


def test_what_rows_get_is_not_guessed() -> None:
    required = replace(THINGS, columns=(*THINGS.columns, Column(name="size", type="INT")))
    for dialect in ("sqlite", "postgres"):
        with pytest.raises(MissingFiller, match=r"--fill things\.size=SQL"):
            plan(schema(THINGS), schema(required), dialect)
        assert plan(schema(THINGS), schema(required), dialect, fillers={("things", "size"): "0"})


def test_a_constant_is_kept_once_for_all_rows() -> None:
    """PostgreSQL 11 and later writes no row then, however many there are."""
    sized = replace(THINGS, columns=(*THINGS.columns, Column(name="size", type="INT", filler="7")))
    assert plan(schema(THINGS), schema(sized), "postgres") == [
        "ALTER TABLE things ADD COLUMN size INT NOT NULL DEFAULT 7",
        "ALTER TABLE things ALTER COLUMN size DROP DEFAULT",
    ]
