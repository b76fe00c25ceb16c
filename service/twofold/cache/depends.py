"""Which tags a read depends on, and which ones the write of a row changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any
from uuid import UUID

from twofold.cache.tags import any_row, changed_rows, row_with, unknown_rows
from twofold.condition import Slot
from twofold.kinds import KindName
from twofold.sql.sources import Pick, Source, keyed
from twofold.tables import Table

__all__ = ["tags_of_row", "tags_of_sources"]

MAX_VALUES = 64
"""Of a list of values that a read asks for; longer ones stand for the whole table."""


def tags_of_sources(sources: Iterable[Source], values: Sequence[Any], policy_values: Sequence[Any]) -> tuple[int, ...]:
    """Returns the tags that a statement with these values depends on, in an order that is always the same."""
    tags: set[int] = set()
    for source in sources:
        picked = None if source.picks is None else _picked(source.table, source.picks, values, policy_values)
        if picked is None:
            picked = {changed_rows(source.table) if source.referred else any_row(source.table)}
        tags |= picked
    return tuple(sorted(tags))


def tags_of_row(table: Table, *images: Mapping[str, Any] | None, new: bool = False) -> frozenset[int]:
    """Returns the tags that a write of one row changes; images are its values before and after, by attribute."""
    tags = {any_row(table.name)} if new else {any_row(table.name), changed_rows(table.name)}
    for image in images:
        if image is not None:
            tags |= set(_tags_of_image(table, image))
    return frozenset(tags)


def _tags_of_image(table: Table, image: Mapping[str, Any]) -> Iterator[int]:
    for column in keyed(table).values():
        if column.name not in image:  # the database makes it, or nobody has looked
            yield unknown_rows(table.name)
        elif (value := image[column.name]) is not None:
            spelled = _spelled(column.kind.name, value)
            yield unknown_rows(table.name) if spelled is None else row_with(table.name, column.db_name, spelled)


def _picked(table: str, picks: Iterable[Pick], values: Sequence[Any], policy_values: Sequence[Any]) -> set[int] | None:
    tags: set[int] = set()
    for pick in picks:
        given = _given(pick, values, policy_values)
        if len(given) > MAX_VALUES:
            return None
        for value in given:
            spelled = _spelled(pick.kind, value)
            if spelled is None:
                return None
            tags.add(row_with(table, pick.column, spelled))
    return {unknown_rows(table), *tags} if tags else tags


def _given(pick: Pick, values: Sequence[Any], policy_values: Sequence[Any]) -> Sequence[Any]:
    """The values of a pick; null, which no row is found by, is none."""
    if isinstance(pick.slot, Slot):
        found = (policy_values if pick.slot.of == "policy" else values)[pick.slot.index]
    else:
        found = pick.slot.value
    listed = list(found) if pick.many else [found]
    return [value for value in listed if value is not None]


def _spelled(kind: KindName, value: Any) -> str | None:
    """A value as text, in one way for all that are equal in the database; None for what is not of the kind."""
    match kind, value:
        case "id", UUID():
            return value.hex
        case "id", str():
            try:
                return UUID(value).hex
            except ValueError:
                return None
        case "enum", Enum():
            return str(value.value)
        case (("enum" | "text"), str()):
            return value
        case "integer", int() if not isinstance(value, bool):
            return str(value)
        case _:
            return None
