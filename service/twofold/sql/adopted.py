"""SQL for adopting a database: what rows hold, and the views by which rows without a key of one column get one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twofold.database import Dialect
from twofold.sql.dialects import quoted

__all__ = ["CHECKS", "facts", "is_unique", "joined_key", "keyed_view", "row_number"]

DIGITS = {"d4": "[0-9]" * 4, "d2": "[0-9]" * 2, "d6": "[0-9]" * 6}
HEX = "[0-9a-f]"
UUID = "-".join(HEX * length for length in (8, 4, 4, 4, 12))
MOMENT = "{d4}-{d2}-{d2}{between}{d2}:{d2}:{d2}"

CHECKS: Mapping[str, str] = {
    "is_date": "date({c}) IS {c}",
    "is_moment": f"{{c}} GLOB '{MOMENT.format(between='T', **DIGITS)}.{DIGITS['d6']}Z'",
    "is_plain_moment": f"{{c}} GLOB '{MOMENT.format(between=' ', **DIGITS)}'",
    "is_uuid": f"{{c}} GLOB '{UUID}'",
    "is_json": "json_valid({c})",
    "is_bit": "{c} IN (0, 1)",
}
"""Tests of a value on SQLite, by what they say of it; of a value that is there."""


def facts(table: str, columns: Sequence[tuple[str, int]]) -> str:
    """Returns the statement for what SQLite's rows hold; `columns` are names, each with the places of its decimals.

    Its one row has, for each column in turn: the storage classes, the least and the greatest whole number, the longest
    text, whether all values pass each of CHECKS, whether all have no more places, the greatest amount, and whether no
    two rows have the same value, nor any none.
    """
    return f"SELECT {', '.join(_facts_of(quoted(name), places) for name, places in columns)} FROM {quoted(table)}"


def _facts_of(c: str, places: int) -> str:
    whole = f"CASE typeof({c}) WHEN 'integer' THEN {c} END"
    units = f"{c} * {10**places}.0"
    parts = [
        f"group_concat(DISTINCT typeof({c}))",
        f"min({whole})",
        f"max({whole})",
        f"max(length({c}))",
        *(f"min(CASE WHEN {c} IS NOT NULL THEN {check.format(c=c)} END)" for check in CHECKS.values()),
        f"min(CASE WHEN {c} IS NOT NULL THEN abs({units} - round({units})) < 0.000001 * max(abs({units}), 1) END)",
        f"max(abs({c}))",
        f"count(*) = count(DISTINCT {c})",
    ]
    return ", ".join(parts)


def is_unique(table: str, column: str) -> str:
    """Returns the statement that says whether no two rows have the same value, nor any none."""
    return f"SELECT count(*) = count(DISTINCT {quoted(column)}) FROM {quoted(table)}"


def joined_key(keys: Sequence[tuple[str, str, bool]], dialect: Dialect) -> str:
    """Returns one text made of several columns, for which no two rows have the same.

    Each is given with the name of its kind, and whether it may be null.
    """
    parts = ((_part(quoted(name), kind, dialect), nullable) for name, kind, nullable in keys)
    return " || '-' || ".join(f"coalesce({part}, '~')" if nullable else part for part, nullable in parts)


def _part(column: str, kind: str, dialect: Dialect) -> str:
    if kind in ("integer", "id"):
        return f"CAST({column} AS TEXT)"
    if dialect == "postgres" and kind in ("date", "datetime"):
        text = f"to_char({column}, '{'YYYY-MM-DD' if kind == 'date' else 'YYYY-MM-DD HH24:MI:SS.US'}')"
    else:
        text = f"CAST({column} AS TEXT)"
    # What joins the parts, and what parts a path, must not be in one.
    return f"replace(replace(replace({text}, '~', '~0'), '-', '~1'), '/', '~2')"


def keyed_view(name: str, source: str, columns: Sequence[tuple[str, str]]) -> str:
    """Returns the statement that makes a view of `source`; `columns` are names, each with its expression."""
    listed = ", ".join(f"{expression} AS {quoted(each)}" for each, expression in columns)
    return f"CREATE VIEW {quoted(name)} AS SELECT {listed} FROM {quoted(source)}"


def row_number(table: str, columns: Sequence[str], dialect: Dialect) -> str:
    """Returns the place of a row among all of them, in an order that only depends on what they hold."""
    order = f"{quoted(table)}::text" if dialect == "postgres" else ", ".join(quoted(each) for each in columns)
    return f"row_number() OVER (ORDER BY {order})"
