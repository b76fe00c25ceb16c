"""Tags: numbers for what a kept answer depends on, and what a write changes.

A read depends on the tag of each table, or, where it reads only rows in which a column has some value, on the tag of
that value; a write of a row that is known changes the tag of its table and those of its values before and after.
What reaches rows only by foreign keys depends on `changed_rows`: nothing that is there refers to a row that is new.
Writes of which nobody knows the rows change `unknown_rows`, on which the second kind of read depends too. Two tags that
happen to be one number only make more be asked again than has to be.
"""

from functools import lru_cache
from hashlib import blake2b

__all__ = ["any_row", "changed_rows", "row_with", "same_name", "unknown_rows"]

LONG = 100
"""Of texts that rows are found by; the tags of longer ones are worked out each time, or they would be kept as well."""


def same_name(table: str) -> str:
    """Returns a table's name as one of all that databases may take for it: they do not always tell cases apart."""
    return table.lower()


def any_row(table: str) -> int:
    """Returns the tag that every write of a table changes, by the table's name."""
    return _tag(table, "any")


def changed_rows(table: str) -> int:
    """Returns the tag that every write of a table changes but one that only adds rows."""
    return _tag(table, "changed")


def unknown_rows(table: str) -> int:
    """Returns the tag that writes of a table change of which nobody knows the rows."""
    return _tag(table, "unknown")


def row_with(table: str, column: str, value: str) -> int:
    """Returns the tag that writes of rows change in which a column has a value, before or after."""
    return (_tag if len(value) <= LONG else _tag.__wrapped__)(table, column, value)


@lru_cache(maxsize=8192)
def _tag(table: str, *parts: str) -> int:
    said = "\x1f".join((same_name(table), *parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big")
