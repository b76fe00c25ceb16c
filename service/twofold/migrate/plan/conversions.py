"""What SQLite makes of a column's values when their type changes: it has no types that would refuse any.

PostgreSQL refuses what does not fit; so do these, by `json()`, which fails on a text that is no JSON.
"""

from collections.abc import Mapping

from twofold.migrate.plan.fillers import Family, family
from twofold.schema import Column
from twofold.schema.names import identifier

__all__ = ["converted"]

REFUSED = "json('it does not fit the new type')"
DIGITS = "'[0-9]'"
DAY = f"{{0}} GLOB replace('0000-00-00', '0', {DIGITS})"
INSTANT = f"{{0}} GLOB replace('0000-00-00T00:00:00.000000Z', '0', {DIGITS})"
"""As `fields.sqlite_datetime` writes it."""
REAL_DAY = "date({0}, '+0 days') IS substr({0}, 1, 10)"
"""SQLite takes 30 February for a day until it reckons with it."""
UUID = "lower({0}) GLOB replace('00000000-0000-0000-0000-000000000000', '0', '[0-9a-f]')"
FITTING: Mapping[tuple[Family, Family], tuple[str, str]] = {
    ("text", "whole"): ("json_type({0}) = 'integer' AND typeof({0} + 0) = 'integer'", "CAST({0} AS INTEGER)"),
    ("text", "number"): ("json_type({0}) IN ('integer', 'real')", "{0}"),
    ("text", "json"): ("json_valid({0})", "{0}"),
    ("text", "uuid"): (UUID, "lower({0})"),
    ("text", "date"): (f"{DAY} AND {REAL_DAY}", "{0}"),
    ("text", "moment"): (f"{INSTANT} AND {REAL_DAY}", "{0}"),
    ("number", "whole"): ("abs({0}) < 9.2e18", "CAST(round({0}) AS INTEGER)"),
    ("moment", "date"): (INSTANT, "substr({0}, 1, 10)"),
    ("date", "moment"): (DAY, "{0} || 'T00:00:00.000000Z'"),
}
"""By families, which values fit, and what is made of one."""
COPIED = frozenset({("whole", "number"), ("whole", "boolean"), ("boolean", "whole")})


def converted(old: Column, new: Column) -> str:
    """Returns the new value of a column as SQL over its old one, which has the new name."""
    name, before, after = identifier(new.name), family(old.type), family(new.type)
    if before == after or after == "text" or "other" in (before, after) or (before, after) in COPIED:
        return name
    fits, value = (each.replace("{0}", name) for each in FITTING.get((before, after), ("FALSE", "{0}")))
    return f"CASE WHEN {name} IS NULL OR ({fits}) THEN {value} ELSE {REFUSED} END"
