"""Full-text search, as a request says it: some words, of which every row found has all, and an order by rank."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from twofold.condition import Condition, Matches, Slot
from twofold.errors import FieldError, Invalid, TooCostly
from twofold.kinds import Kind, kind_of
from twofold.resource import Field
from twofold.spec import FieldSpec, ResourceSpec
from twofold.tables import Column
from twofold.words import words

__all__ = ["MAX_WORDS", "RANK", "WORDS", "matching", "parse_search", "ranks"]

MAX_WORDS = 20


def _kind(column: fields.Field[Any]) -> Kind:
    kind = kind_of(column)
    assert kind is not None  # noqa: S101  # those below have one
    return kind


WORDS = _kind(fields.TextField())
"""The kind of a search's parameter: the words as the database's own query."""
RANK = FieldSpec(
    name="rank",
    column=Column(
        table="", name="rank", db_name="", kind=_kind(fields.IntField()), nullable=False, optional=True,
        made_by_database=True, default=None, unique=False, generated=True, touched=False, description=None,
    ),
    declared=Field(sort=True),
)  # fmt: skip
"""What stands in an order for how well a row matches: 0 for the best. It is no column; see `ranks`."""


def parse_search(spec: ResourceSpec, text: str, values: list[Any], name: str = "search") -> Slot | None:
    """Returns where the words of a search are, which join `values`; None when the text has none: then all rows match.

    `name` is what the face calls the parameter.

    Raises:
        Invalid: the resource has no fields that are searched.
        TooCostly: there are more words than a request may have.
    """
    if not spec.searched:
        message = f"{spec.plural.replace('_', ' ').capitalize()} cannot be searched; use a filter."
        raise Invalid(field_errors=[FieldError(path=(name,), code="not_searchable", message=message)])
    found = words(text)
    if len(found) > MAX_WORDS:
        raise TooCostly(f"The search has {len(found)} words; the limit is {MAX_WORDS}.")
    if not found:
        return None
    values.append(tuple(found))
    return Slot("read", len(values) - 1)


def matching(spec: ResourceSpec, search: Slot) -> Condition:
    """Returns the condition that a row is found."""
    return Matches(spec.table, search)


def ranks(spec: ResourceSpec, search: Slot) -> tuple[Condition, ...]:
    """Returns the conditions of the ranks, best first; the last rank has none, since every row found has it.

    All words in the first field, the last one whole; the same with the last as the beginning of a word; then both in
    the first two fields together, and so on. Ranks that are counted, such as FTS5's bm25 and PostgreSQL's ts_rank,
    would be another order on each database.
    """
    fields = [spec.searched[: number + 1] for number in range(len(spec.searched))]
    found = [Matches(spec.table, search, each, whole) for each in fields for whole in (True, False)]
    return tuple(found[:-1])
