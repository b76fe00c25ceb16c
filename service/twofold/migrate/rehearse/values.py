"""Values of a column's type, made up for generated rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from twofold.database import Dialect
from twofold.migrate.plan.fillers import Family, family
from twofold.schema import Column
from twofold.sql.dialects import text

__all__ = ["literals_in", "made"]

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ANY_LENGTH = 40
DAYS = 28
MANY = 10_000
"""More numbers than that fit into no SMALLINT."""
UNKNOWN: Sequence[str] = (
    "'a'", "'1'", "'{}'", "'2026-01-01'", "'12:00'", "'127.0.0.1'", "'08:00:2b:01:02:03'", "'<a/>'", "'empty'", "'(1,2)'",
    "NULL",
)  # fmt: skip
"""What some type or other takes, where nothing is known of it."""
Make = Callable[[int], str]
"""Returns the value of a row, by its number, as SQL."""


def made(column: Column, dialect: Dialect, conditions: Sequence[str], labels: Sequence[str]) -> list[Make]:
    """Returns ways to make a column's values, the most likely one first.

    `conditions` are the checks of the column, whose own constants are the likeliest to pass; `labels` are the values of
    its type, where it is an enum of PostgreSQL's.
    """
    if labels:
        return [_one_of([text(each) for each in labels])]
    kind = _kind(column.type, dialect)
    strings, numbers = literals_in(conditions)
    if kind == "text":
        lengths = [each for each in numbers if 0 < each <= MANY]
        ways = [_text(column, None)] + [_text(column, each) for each in lengths]
        return [_one_of([text(each) for each in strings]), *ways] if strings else ways
    ways = [WAYS[kind, dialect]] if (kind, dialect) in WAYS else [WAYS[kind, None]] if (kind, None) in WAYS else []
    if kind in ("whole", "number"):
        near = sorted({each + step for each in numbers for step in (-1, 0, 1)} | {sum(numbers) // max(len(numbers), 1)})
        ways += [_constant(str(each)) for each in near]
    return ways + [_constant(text(each)) for each in strings] + [_constant(each) for each in UNKNOWN]


def literals_in(conditions: Sequence[str]) -> tuple[list[str], list[int]]:
    """Returns the texts and the whole numbers that stand in conditions."""
    strings = [each.replace("''", "'") for said in conditions for each in re.findall(r"'((?:[^']|'')*)'", said)]
    without = [re.sub(r"'(?:[^']|'')*'", "", said) for said in conditions]
    numbers = [int(each) for said in without for each in re.findall(r"(?<![\w.])-?\d+(?![\w.])", said)]
    return list(dict.fromkeys(strings)), list(dict.fromkeys(numbers))


def _kind(type_: str, dialect: Dialect) -> Family:
    """On SQLite CHAR(36) is how a UUID is stored, and an affinity is enough: NVARCHAR is text, too."""
    kind = family(type_.removesuffix("[]")) if not type_.endswith("[]") else "other"
    if dialect == "sqlite" and kind == "other":
        return "text" if re.search("CHAR|CLOB|TEXT", type_.upper()) else "whole"
    return kind


def _constant(sql: str) -> Make:
    return lambda _: sql


def _one_of(values: Sequence[str]) -> Make:
    return lambda row: values[row % len(values)]


def _text(column: Column, exactly: int | None) -> Make:
    """Another one for each row, as far as the length allows."""
    found = re.search(r"\((\d+)\)", column.type)
    most = exactly or min(int(found[1]) if found else ANY_LENGTH, ANY_LENGTH)

    def make(row: int) -> str:
        number = _digits(row)
        if exactly is not None:
            return text(number.rjust(exactly, "x")[-exactly:])
        word = f"{column.name.lower()} {number}"
        return text(word if len(word) <= most else number[-most:])

    return make


def _digits(number: int) -> str:
    said = ""
    while number or not said:
        number, digit = divmod(number, len(DIGITS))
        said = DIGITS[digit] + said
    return said


def _uuid(row: int) -> str:
    return text(f"0189b1a2-0000-7000-8000-{row:012x}")


def _moment(row: int) -> str:
    return f"2026-{row % 12 + 1:02d}-{row % DAYS + 1:02d}T{row % 24:02d}:{row % 60:02d}:00.{row % 1_000_000:06d}Z"


WAYS: Mapping[tuple[Family, Dialect | None], Make] = {
    ("whole", None): lambda row: str(row % MANY + 1),
    ("number", None): lambda row: str(row % 9 + 1),
    ("boolean", "sqlite"): lambda row: str(row % 2),
    ("boolean", "postgres"): lambda row: "TRUE" if row % 2 else "FALSE",
    ("json", None): lambda row: text(f'{{"n": {row}}}'),
    ("moment", None): lambda row: text(_moment(row)),
    ("date", None): lambda row: text(_moment(row)[:10]),
    ("uuid", None): _uuid,
}
