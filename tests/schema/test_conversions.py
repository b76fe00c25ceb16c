"""What SQLite makes of values whose column gets another type; PostgreSQL's own casts refuse what does not fit."""

import sqlite3

import pytest

from support.figures import count
from twofold.migrate.plan.conversions import converted
from twofold.schema import Column

pytestmark = pytest.mark.migrations

KEY = "01955de4-c81d-7975-8000-0195c0868c91"
NOON = "2020-02-29T12:00:00.000001Z"
FITTING = [
    ("TEXT", "BIGINT", "-9223372036854775808", -(2**63)), ("REAL", "INT", 2.5, 3), ("INT", "VARCHAR(9)", 7, "7"),
    ("TEXT", "REAL", "1.5", 1.5), ("TEXT", "JSON", "[1]", "[1]"), ("TEXT", "CHAR(36)", KEY.upper(), KEY),
    ("CHAR(36)", "TEXT", KEY, KEY), ("TEXT", "DATE", "2020-02-29", "2020-02-29"), ("TEXT", "TIMESTAMP", NOON, NOON),
    ("TIMESTAMP", "DATE", NOON, "2020-02-29"), ("DATE", "TIMESTAMP", "2020-02-29", "2020-02-29T00:00:00.000000Z"),
    ("TEXT", "INT", None, None), ("INT", "CHAR(36)", None, None), ("BLOB", "TEXT", b"\0", b"\0"),
]  # fmt: skip
REFUSED = [
    ("TEXT", "BIGINT", "9223372036854775808"), ("TEXT", "INT", "1.5"), ("TEXT", "INT", "one"), ("TEXT", "INT", ""),
    ("REAL", "BIGINT", 1e300), ("TEXT", "REAL", "one"), ("TEXT", "JSON", "one"), ("TEXT", "CHAR(36)", "one"),
    ("INT", "CHAR(36)", 7), ("CHAR(36)", "INT", KEY), ("TEXT", "DATE", "one"), ("TEXT", "DATE", "2020-02-30"),
    ("TEXT", "TIMESTAMP", "2020-02-29"), ("TEXT", "TIMESTAMP", "2020-02-29T25:00:00.000000Z"),
    ("TEXT", "TIMESTAMP", "2020-02-30T12:00:00.000001Z"),
    ("INT", "TIMESTAMP", 7), ("INT", "JSON", 7), ("JSON", "INT", "7"),
]  # fmt: skip


def moved(old: str, new: str, value: object) -> object:
    """Returns the value in a column of the new type."""
    value_of = converted(Column(name="a b", type=old), Column(name="a b", type=new))
    with sqlite3.connect(":memory:") as database:
        database.execute(f'CREATE TABLE before ("a b" {old})')
        database.execute("INSERT INTO before VALUES (?)", [value])
        database.execute(f"CREATE TABLE after (x {new})")
        database.execute(f"INSERT INTO after SELECT {value_of} FROM before")
        found: object = database.execute("SELECT x FROM after").fetchone()[0]
    return found


@pytest.mark.parametrize(("old", "new", "value", "expected"), FITTING)
def test_what_fits_is_converted(old: str, new: str, value: object, expected: object) -> None:
    assert moved(old, new, value) == expected
    count("migrations", "values converted or refused")


@pytest.mark.parametrize(("old", "new", "value"), REFUSED)
def test_what_does_not_fit_is_refused(old: str, new: str, value: object) -> None:
    with pytest.raises(sqlite3.OperationalError, match="malformed JSON"):
        moved(old, new, value)
    count("migrations", "values converted or refused")
