"""Columns as fields of models: which field holds what a column has, and whether it can be written."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from twofold.adopt.found import Facts, Found, places_of
from twofold.schema import Column, Table
from twofold.tables import MAX_DECIMAL_DIGITS

__all__ = ["Fit", "LeftOut", "fit"]

LENGTH = re.compile(r"\(\s*(\d+)")
KEY_LENGTH = 255
GREATEST_INT = 2**31 - 1
MAX_LABEL = 100
LITERAL = re.compile(r"'(?:[^']|'')*'")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
NOT_FOR_MEMBERS = ("name", "value", "mro", "true", "false", "null")

PLAIN = {"smallint": "fields.SmallIntField", "integer": "fields.IntField", "bigint": "fields.BigIntField",
         "boolean": "fields.BooleanField", "text": "fields.TextField", "uuid": "fields.UUIDField",
         "date": "fields.DateField", "timestamp with time zone": "fields.DatetimeField",
         "double precision": "fields.FloatField", "jsonb": "fields.JSONField",
         "character varying": "fields.TextField"}  # fmt: skip
"""PostgreSQL's types that fields have as they are."""
MOMENTS = {"timestamp without time zone": "timestamp"}


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The field for a column: its class and arguments, and what must be known of it."""

    factory: str
    kind: str
    arguments: Sequence[str] = ()
    stored_as: str | None = None
    note: str | None = None
    writable: bool = True
    pattern: str | None = None
    """A regular expression that new values must match, because the rows that are there do."""
    labels: Sequence[str] = ()
    """The members of an enum."""
    enum: str | None = None
    """The name of PostgreSQL's type, of which several columns may be."""
    can_be_key: bool = False
    is_filled: bool = False
    """Whether the database fills it in, and nobody writes it."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Why there is no field for a column."""

    reason: str


def fit(column: Column, table: Table, found: Found, *, is_key: bool = False) -> Fit | LeftOut:
    """Returns the field for a column of a table or view."""
    if found.dialect == "postgres":
        made = _on_postgres(column, found)
    else:
        made = _on_sqlite(column, table, found.facts[table.name, column.name])
    if isinstance(made, LeftOut):
        return made
    if is_key and made.factory == "fields.TextField":
        made = replace(made, factory="fields.CharField", arguments=[f"max_length={KEY_LENGTH}"])
    if column.computed is not None:
        made = replace(made, writable=False, is_filled=True, note=_both(made.note, "The database works it out."))
    return made


def _both(*notes: str | None) -> str | None:
    return " ".join(each for each in notes if each) or None


# -- PostgreSQL -------------------------------------------------------------------------------------------------


def _on_postgres(column: Column, found: Found) -> Fit | LeftOut:
    type_ = found.bases.get(column.type, column.type)
    base, _, rest = type_.partition("(")
    base += rest.partition(")")[2]
    if type_ in found.labels:
        return _enum(found.labels[type_], column.type, type_)
    if type_ == "bytea":
        return LeftOut(reason="bytes have no form that both faces share")
    if base in PLAIN:
        return _plain(base, type_)
    if base in MOMENTS:
        note = "Without a time zone in the database: taken to be UTC."
        return Fit(factory="UtcDatetimeField", kind="datetime", stored_as=MOMENTS[base], note=note)
    if base == "numeric":
        return _numeric(type_)
    return _cast(base, type_)


def _plain(base: str, type_: str) -> Fit:
    kind = {"uuid": "id", "date": "date", "timestamp with time zone": "datetime", "jsonb": "json", "boolean": "boolean",
            "double precision": "number", "text": "text", "character varying": "text"}.get(base, "integer")  # fmt: skip
    length = LENGTH.search(type_)
    can_be_key = kind in ("id", "integer", "text")
    if base == "character varying" and length:
        return Fit(factory="fields.CharField", kind=kind, arguments=[f"max_length={length[1]}"], can_be_key=True)
    return Fit(factory=PLAIN[base], kind=kind, can_be_key=can_be_key)


def _numeric(type_: str) -> Fit:
    said = LENGTH.search(type_)
    digits, places = (int(said[1]), places_of(type_)) if said else (0, 0)
    if 0 < digits <= MAX_DECIMAL_DIGITS and places <= digits:
        arguments = [f"max_digits={digits}", f"decimal_places={places}"]
        return Fit(factory="fields.DecimalField", kind="decimal", arguments=arguments)
    note = f"`{type_}`, of which amounts have more digits than the {MAX_DECIMAL_DIGITS} of a DecimalField: as text."
    return Fit(factory="fields.TextField", kind="text", stored_as=type_, note=note, writable=False, is_filled=True)


def _cast(base: str, type_: str) -> Fit:
    if base == "real":
        return Fit(factory="fields.FloatField", kind="number", stored_as="real")
    if base == "character":
        length = LENGTH.search(type_)
        arguments = [f"max_length={length[1] if length else 1}"]
        return Fit(factory="fields.CharField", kind="text", arguments=arguments, stored_as=type_, can_be_key=True)
    if base == "json":
        return Fit(factory="fields.JSONField", kind="json", stored_as="json", writable=False, is_filled=True,
                   note="Of the type `json`, which nothing is equal to: read only.")  # fmt: skip
    if base == "citext":
        return Fit(factory="fields.TextField", kind="text", stored_as=type_)
    if type_.endswith("[]"):
        return Fit(factory="fields.JSONField", kind="json", stored_as=type_, writable=False, is_filled=True,
                   note=f"`{type_}`: as JSON, read only.")  # fmt: skip
    return Fit(factory="fields.TextField", kind="text", stored_as=type_, writable=False, is_filled=True,
               note=f"`{type_}`: as text, read only.")  # fmt: skip


def _enum(labels: Sequence[str], stored_as: str | None, type_: str | None) -> Fit:
    if all(_is_member(each) for each in labels):
        length = f"max_length={max(map(len, labels))}"
        return Fit(factory="fields.CharEnumField", kind="enum", arguments=[length], stored_as=stored_as, labels=labels,
                   enum=type_)  # fmt: skip
    pattern = f"^({'|'.join(re.escape(each) for each in labels)})$"
    note = "As text: " + ", ".join(labels) + ", of which not all are names that GraphQL has for an enum."
    return Fit(factory="fields.TextField", kind="text", stored_as=stored_as, pattern=pattern, note=note)


def _is_member(label: str) -> bool:
    is_word = WORD.fullmatch(label) is not None and len(label) <= MAX_LABEL
    return is_word and not keyword.iskeyword(label) and label not in NOT_FOR_MEMBERS and "__" not in label


# -- SQLite -----------------------------------------------------------------------------------------------------


def _on_sqlite(column: Column, table: Table, facts: Facts) -> Fit | LeftOut:
    declared = column.type.upper()
    if "blob" in facts.classes or (declared.startswith("BLOB") and not facts.classes):
        return LeftOut(reason="bytes have no form that both faces share")
    if facts.classes <= {"text"} and ("text" in facts.classes or not _is_numeric(declared)):
        return _text_on_sqlite(column, table, facts, declared)
    if "text" in facts.classes:
        return LeftOut(reason="its rows hold numbers and text")
    return _number_on_sqlite(column, facts, declared)


def _is_numeric(declared: str) -> bool:
    return any(word in declared for word in ("INT", "REAL", "FLOA", "DOUB", "NUM", "DEC", "BOOL"))


def _text_on_sqlite(column: Column, table: Table, facts: Facts, declared: str) -> Fit:
    labels = _labels_of(column, table)
    if labels:
        return _enum(labels, None, None)
    if declared.startswith("JSON") and "is_json" in facts.passed:
        return Fit(factory="fields.JSONField", kind="json")
    if "text" in facts.classes and "is_uuid" in facts.passed and ("UUID" in declared or declared == "CHAR(36)"):
        return Fit(factory="fields.UUIDField", kind="id", can_be_key=True)
    if "DATE" in declared or "TIME" in declared:
        return _moment_on_sqlite(column, facts, declared)
    length = LENGTH.search(declared)
    if length and "CHAR" in declared and facts.longest <= int(length[1]):
        return Fit(factory="fields.CharField", kind="text", arguments=[f"max_length={length[1]}"], can_be_key=True)
    return Fit(factory="fields.TextField", kind="text", can_be_key=True)


def _moment_on_sqlite(column: Column, facts: Facts, declared: str) -> Fit:
    if declared == "DATE" and "is_date" in facts.passed:
        return Fit(factory="fields.DateField", kind="date")
    if "text" in facts.classes and "is_moment" in facts.passed:
        return Fit(factory="fields.DatetimeField", kind="datetime")
    note = f"`{column.type}`, in other words than those of a DatetimeField: as text."
    is_filled = column.default is not None
    pattern = None
    if "text" in facts.classes and "is_plain_moment" in facts.passed:
        pattern = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"
    return Fit(factory="fields.TextField", kind="text", note=note, pattern=pattern, is_filled=is_filled,
               writable=pattern is not None and not is_filled)  # fmt: skip


def _number_on_sqlite(column: Column, facts: Facts, declared: str) -> Fit:
    if "BOOL" in declared and "is_bit" in facts.passed:
        return Fit(factory="fields.BooleanField", kind="boolean")
    length = LENGTH.search(declared)
    if ("NUM" in declared or "DEC" in declared) and length:
        return _decimal_on_sqlite(column, facts, int(length[1]))
    if facts.classes <= {"integer"} and ("INT" in declared or facts.classes):
        is_wide = max(facts.greatest or 0, -(facts.least or 0)) > GREATEST_INT or "BIG" in declared
        return Fit(factory=f"fields.{'Big' if is_wide else ''}IntField", kind="integer", can_be_key=True)
    return Fit(factory="fields.FloatField", kind="number")


def _decimal_on_sqlite(column: Column, facts: Facts, digits: int) -> Fit:
    places = places_of(column.type)
    fits = facts.fits_places and facts.greatest_amount < 10 ** (MAX_DECIMAL_DIGITS - places)
    if places <= MAX_DECIMAL_DIGITS and fits:
        note = None if digits <= MAX_DECIMAL_DIGITS else f"`{column.type}`; SQLite is exact to {MAX_DECIMAL_DIGITS}."
        arguments = [f"max_digits={min(digits, MAX_DECIMAL_DIGITS)}", f"decimal_places={places}"]
        return Fit(factory="fields.DecimalField", kind="decimal", arguments=arguments, note=note)
    note = f"`{column.type}`, but the rows have amounts that it does not hold: as floating-point numbers."
    return Fit(factory="fields.FloatField", kind="number", note=note)


def _labels_of(column: Column, table: Table) -> list[str]:
    """The texts that a check allows: `x IN ('a', 'b')`."""
    name = rf'(?:"{re.escape(column.name)}"|{re.escape(column.name)})'
    for check in table.checks:
        found = re.fullmatch(rf"{name} IN \(((?:{LITERAL.pattern}(?:, ?)?)+)\)", check.condition, re.IGNORECASE)
        if found:
            return [each[1:-1].replace("''", "'") for each in LITERAL.findall(found[1])]
    return []
