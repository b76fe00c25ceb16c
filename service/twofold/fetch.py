"""From rows to the answer: dictionaries in the shape that was asked for, ready for `to_json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from twofold.aggregate import Groups, Summary
from twofold.aggregate_answer import answered
from twofold.database import Dialect, Row
from twofold.page import cursor, fingerprint, to_json
from twofold.plan import Level, NestedPlan, Shown, need_key, needs_cursors, total_order
from twofold.request import Constant, Edges, Leaf, Made, Nested, PageInfo, Read, Rows, Total
from twofold.resource import Caching
from twofold.sql import Statement

__all__ = ["Prepared", "plain", "prepare"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """A Read made ready for one dialect and one shape of policy: its statement, and what makes objects of its rows."""

    level: Level
    cost: int
    """How many rows may be read; see `twofold.cost`."""
    statement: Statement
    objects: Callable[[Sequence[Row]], list[dict[str, Any]]]
    caching: Caching | None
    """How long its rows may be kept, if at all."""

    @cached_property
    def is_fleeting(self) -> bool:
        """Whether Python computes something of it that may be another thing the next time."""
        return _is_fleeting(self.level)

    def answer(self, rows: Sequence[Row], values: Sequence[Any]) -> Any:
        """Returns the object or null of a Read for one; else the list, in its envelope if it has one."""
        total, found = None, list[Any]()
        if self.statement.counted:
            last = 1 + self.statement.aggregates
            total, found = rows[0][0], [orjson.loads(each) for each in rows[0][1:last]]
            rows = [row for row in rows if row[last] is not None]
        objects = self.objects(rows)
        if self.level.in_python or self.level.read.envelope is not None:
            return dress(self.level, objects, total, values, found)
        if self.level.read.one:
            return objects[0] if objects else None
        return objects


def prepare(level: Level, cost: int, statement: Statement, dialect: Dialect, caching: Caching | None) -> Prepared:
    """Returns the Read of `level`, ready to be asked any number of times."""
    objects = _objects(level, statement, dialect)
    return Prepared(level=level, cost=cost, statement=statement, objects=objects, caching=caching)


def plain(answer: Any) -> Any:
    """Returns an answer as plain JSON values, for code that goes on working with it."""
    return orjson.loads(to_json(answer))


def _objects(level: Level, statement: Statement, dialect: Dialect) -> Callable[[Sequence[Row]], list[dict[str, Any]]]:
    """Returns a function made for this shape, because a loop over columns for every row costs twice as much."""
    shift = 2 + statement.aggregates if statement.counted else 0
    entries = [
        f"{each.key!r}: {_decoded(each, f'row[{number}]', dialect)}"
        for number, each in enumerate([*level.shown, *level.hidden], start=shift)
    ]
    code = f"lambda rows: [{{{', '.join(entries)}}} for row in rows]"
    scope = {"json": orjson.Fragment, "loads": orjson.loads, "written": _written}
    made: Callable[[Sequence[Row]], list[dict[str, Any]]] = eval(code, scope)  # noqa: S307  # keys go in by repr
    return made


def _decoded(each: Shown | NestedPlan | Constant, value: str, dialect: Dialect) -> str:
    match each:
        case NestedPlan(level=level) if level.in_python:
            return f"None if {value} is None else loads({value})"
        case NestedPlan():
            return f"None if {value} is None else json({value})"
        case Shown(column=column) if column.kind.name == "json":
            return f"None if {value} is None else written({value})"
        case Shown(column=column) if column.kind.name == "boolean" and dialect == "sqlite":
            return f"None if {value} is None else {value} == 1"
        case _:
            return value


def dress(level: Level, objects: list[dict[str, Any]], total: int | None, values: Sequence[Any],
          found: Sequence[Any] = ()) -> Any:  # fmt: skip
    """Returns the objects finished in Python: computed fields, deeper levels, the right end of the window, envelope.

    `found` is what the database found of each of the level's aggregates.
    """
    read = level.read
    more = len(objects) > read.limit
    if more:
        del objects[read.limit :]
    if read.backwards:
        objects.reverse()
    for each in level.shown:
        if isinstance(each, NestedPlan) and each.level.in_python:
            for row in objects:
                row[each.key] = _dress_nested(each.level, row[each.key], values)
    shown = _shown(read, objects) if level.hidden or _computed(read) else objects
    if read.one:
        return shown[0] if shown else None
    if read.envelope is None:
        return shown
    aggregated = {
        each.asked.key: answered(each.asked, value) for each, value in zip(level.aggregates, found, strict=True)
    }
    return _enveloped(read, objects, shown, more, total, values, aggregated)


def _dress_nested(level: Level, found: Any, values: Sequence[Any]) -> Any:
    total, aggregates = None, list[Any]()
    if level.read.one:
        rows = [] if found is None else [found]
    elif level.total or level.aggregates:
        rows, total, aggregates = found["rows"], found["total"], found.get("aggregates", [])
    else:
        rows = found
    for each in level.in_words:
        finished = float if each.column.kind.name == "number" else _written
        for row in rows:
            if row[each.key] is not None:
                row[each.key] = finished(row[each.key])
    return dress(level, rows, total, values, aggregates)


def _written(text: str) -> orjson.Fragment:
    """Returns a JSON column's text as both databases answer it: PostgreSQL keeps no order of keys, and adds spaces."""
    return orjson.Fragment(orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS))


def _computed(read: Read) -> list[Made]:
    return [selected for selected in read.fields if isinstance(selected, Made)]


def _is_fleeting(level: Level) -> bool:
    nested = (each.level for each in level.shown if isinstance(each, NestedPlan))
    computed = any(not each.field.declared.keep for each in _computed(level.read))
    return computed or any(_is_fleeting(each) for each in nested)


def _shown(read: Read, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the objects with their computed fields, in the order asked for, and without what was hidden."""
    made = {
        each.key: each.field.declared.resolve(
            plain([{need.name: row[need_key(need)] for need in each.field.needs} for row in objects])
        )
        for each in _computed(read)
    }
    keys = [selected.key for selected in read.fields if isinstance(selected, Leaf | Nested | Constant | Made)]
    return [{key: made[key][number] if key in made else row[key] for key in keys} for number, row in enumerate(objects)]


def _enveloped(read: Read, objects: list[dict[str, Any]], shown: list[dict[str, Any]], more: bool, total: int | None,
               values: Sequence[Any], aggregated: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:  # fmt: skip
    cursors: list[str] = []
    if needs_cursors(read):
        print_, keys = fingerprint(read, values), len(total_order(read))
        cursors = [cursor(print_, row, keys) for row in objects]
    envelope: dict[str, Any] = {}
    for part in read.envelope or ():
        match part:
            case Rows(key):
                envelope[key] = shown
            case Total(key):
                envelope[key] = total
            case Summary(key) | Groups(key):
                envelope |= aggregated[key]
            case Constant(key, value):
                envelope[key] = value
            case Edges(key, parts):
                envelope[key] = [_edge(parts, row, number, cursors) for number, row in enumerate(shown)]
            case PageInfo(key, parts):
                skipped = read.offset is not None and values[read.offset.index] > 0
                envelope[key] = _page_info(read, parts, more, cursors, reached=read.keyset is not None or skipped)
    return envelope


def _edge(parts: Sequence[tuple[str, Any]], row: dict[str, Any], number: int, cursors: Sequence[str]) -> dict[str, Any]:
    return {key: row if what == "node" else cursors[number] if what == "cursor" else what.value for key, what in parts}


def _page_info(read: Read, parts: Sequence[tuple[str, Any]], more: bool, cursors: Sequence[str], *, reached: bool
               ) -> dict[str, Any]:  # fmt: skip
    """A page that was `reached` by a cursor has rows behind it: the row of the cursor, at least. So has an offset."""
    facts = {
        "has_next_page": reached if read.backwards else more,
        "has_previous_page": more if read.backwards else reached,
        "start_cursor": cursors[0] if cursors else None,
        "end_cursor": cursors[-1] if cursors else None,
    }
    return {key: facts[what] if isinstance(what, str) else what.value for key, what in parts}
