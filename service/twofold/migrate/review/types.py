"""What a change of a column's type does to its values, and whether PostgreSQL writes the table anew for it.

PostgreSQL 15, ALTER TABLE, Notes: "changing the type of an existing column will normally cause the entire table and its
indexes to be rewritten", but for types that are binary coercible with an unchanged or wider modifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from twofold.database import Dialect

__all__ = ["NARROWING", "Narrowing", "rewrites"]

Narrowing: TypeAlias = Literal["cuts", "refuses"]
"""`cuts`: values silently lose a part. `refuses`: the change fails at the first value that does not fit."""

_SYNONYMS = {
    "character varying": "varchar", "character": "char", "bpchar": "char", "decimal": "numeric",
    "int": "integer", "int4": "integer",
    "int8": "bigint", "int2": "smallint", "bool": "boolean", "float8": "double precision", "float4": "real",
    "timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp", "serial": "integer",
    "bigserial": "bigint", "smallserial": "smallint", "time without time zone": "time",
}  # fmt: skip
_INTEGERS = ("smallint", "integer", "bigint")
_FLOATS = ("real", "double precision")
_TEXTS = ("varchar", "text", "char", "citext")
_GROWS = ("varchar", "varbit", "timestamp", "timestamptz", "time", "interval")
"""Types whose modifier may grow, or go, without a rewrite."""


@dataclass(frozen=True)
class _Type:
    name: str
    limits: tuple[int, ...]


def _type(text: str) -> _Type:
    found = re.fullmatch(r"([^(]*?)\s*(?:\(([\d\s,]*)\))?(\s+[a-z ]+)?(\[\])*", text)
    if found is None:
        return _Type(text, ())
    name = found[1] + (found[3] or "")
    limits = tuple(int(each) for each in (found[2] or "").split(",") if each.strip())
    return _Type(_SYNONYMS.get(name, name) + ("[]" if found[4] else ""), limits)


def rewrites(old: str, new: str) -> bool:
    """Returns whether PostgreSQL writes the whole table anew when a column of type `old` becomes `new`."""
    before, after = _type(old), _type(new)
    if before == after:
        return False
    if before.name in ("varchar", "text") and after.name in ("varchar", "text"):
        return not _is_wider(before.limits, after.limits)
    if before.name == after.name == "numeric":
        return not _is_wider_number(before.limits, after.limits)
    if before.name == after.name and before.name in _GROWS:
        return not _is_wider(before.limits, after.limits)
    return (before.name, after.name) not in {("cidr", "inet"), ("citext", "text")}


def _on_postgres(old: str, new: str) -> Narrowing | None:
    before, after = _type(old), _type(new)
    if before.name in _TEXTS:
        if after.name in _TEXTS:
            return None if _is_wider(before.limits, after.limits) else "refuses"
        return "refuses"
    if before.name in _INTEGERS and after.name in _INTEGERS:
        return "refuses" if _INTEGERS.index(after.name) < _INTEGERS.index(before.name) else None
    if before.name == after.name == "numeric":
        return None if _is_wider_number(before.limits, after.limits) else "cuts"
    if before.name in ("numeric", *_FLOATS) and after.name in _INTEGERS:
        return "cuts"
    if (before.name, after.name) in {("double precision", "real"), ("numeric", "real"), ("numeric", "double precision"),
                                     ("timestamptz", "date"), ("timestamp", "date"), ("timestamptz", "timestamp"),
                                     ("jsonb", "varchar"), ("bigint", "real")}:  # fmt: skip
        return "cuts"
    return None


def _on_sqlite(old: str, new: str) -> Narrowing | None:
    """SQLite bounds neither lengths nor whole numbers; but a CAST makes 0 of a text that is no number."""
    before, after = _type(old).name, _type(new).name
    is_number = after in (*_INTEGERS, *_FLOATS, "numeric")
    return "cuts" if before in _TEXTS and is_number else None


NARROWING: Mapping[Dialect, Callable[[str, str], Narrowing | None]] = {"postgres": _on_postgres, "sqlite": _on_sqlite}
"""What becomes of values of the first type that the second one has no place for; None if there can be none."""


def _is_wider(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """A type without a modifier has no limit."""
    return not after or (bool(before) and after[0] >= before[0])


def _is_wider_number(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """The digits may become more; with another scale, those before the point become fewer or those behind are cut."""
    if not after:
        return True
    if not before:
        return False
    scale, new_scale = (each[1] if len(each) > 1 else 0 for each in (before, after))
    return after[0] >= before[0] and scale == new_scale
