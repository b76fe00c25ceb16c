"""Asking the library's engine by hand, as a face does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from support.library import rows
from twofold.actor import ANONYMOUS, Actor
from twofold.engine import Engine
from twofold.fetch import plain
from twofold.filters import parse_filter, parse_order
from twofold.page import keyset
from twofold.request import Ask, Edges, Envelope, Leaf, Made, Nested, PageInfo, Read, Selected, Total
from twofold.search import parse_search
from twofold.spec import ResourceSpec

HEAD = Actor(user_id=rows.HEAD, role="librarian")
CLERK = Actor(user_id=rows.CLERK)
OTHER_HEAD = Actor(user_id=rows.OTHER_HEAD, role="librarian")
BORROWER = Actor(user_id=rows.BORROWER)
STRANGER = Actor(user_id=rows.STRANGER)
ACTORS = {"head": HEAD, "clerk": CLERK, "borrower": BORROWER, "stranger": STRANGER}
VISITOR = ANONYMOUS


def spec_of(engine: Engine, plural: str) -> ResourceSpec:
    """Returns a resource by its name."""
    return next(spec for spec in engine.resources if spec.plural == plural)


def selected(spec: ResourceSpec, fields: Sequence[str | Selected] | None = None) -> tuple[Selected, ...]:
    """Returns what is selected: columns by name among other things; all columns without `fields`."""
    names = spec.fields if fields is None else fields
    return tuple(Leaf(each, spec.fields[each]) if isinstance(each, str) else each for each in names)


def made(spec: ResourceSpec, name: str) -> Made:
    """Returns a computed field as a selected one."""
    return Made(name, spec.computed[name])


def nested(spec: ResourceSpec, name: str, fields: Sequence[str | Selected] | None = None,
           order: Sequence[tuple[str, bool]] = (), **options: Any) -> Nested:  # fmt: skip
    """Returns the rows behind a relation: all of their columns, or `fields`."""
    relation = spec.relations[name]
    target, keys = relation.target, parse_order(relation.target, order) if order else ()
    options.setdefault("one", not relation.join.many)
    return Nested(name, relation, Read(resource=target, fields=selected(target, fields), order=keys, **options))


def asked(engine: Engine, plural: str, data: Mapping[str, Any] | None = None, order: Sequence[tuple[str, bool]] = (),
          fields: Sequence[str | Selected] | None = None, search: str | None = None, **options: Any
          ) -> Ask:  # fmt: skip
    """Returns the question for the rows of a filter in an order: all of their columns, or `fields`."""
    spec = spec_of(engine, plural)
    values: list[Any] = []
    condition = parse_filter(spec, data or {}, values)
    options.setdefault("limit", 1000)
    place = None if search is None else parse_search(spec, search, values)
    keys = parse_order(spec, order, place) if order or place is not None else ()
    read = Read(resource=spec, fields=selected(spec, fields), filter=condition, search=place, order=keys, **options)
    return Ask(read=read, values=tuple(values))


PAGE: Envelope = (
    Edges("edges", (("node", "node"), ("cursor", "cursor"))),
    PageInfo("page_info", (("next", "has_next_page"), ("previous", "has_previous_page"), ("end", "end_cursor"),
                           ("start", "start_cursor"))),
    Total("total"),
)  # fmt: skip
"""All that a page can say."""


async def answer(engine: Engine, actor: Actor, ask: Ask) -> Any:
    """Returns the answer as plain JSON values."""
    return plain(await engine.read(actor, ask))


async def page(engine: Engine, actor: Actor, ask: Ask, cursor: str | None, *, backwards: bool = False) -> Any:
    """Returns the page after a cursor (before it, when backwards), or the first (last) one, in the envelope PAGE."""
    values = list(ask.values)
    place = None if cursor is None else keyset(ask.read, cursor, values)
    read = replace(ask.read, envelope=PAGE, keyset=place, backwards=backwards)
    return await answer(engine, actor, Ask(read=read, values=tuple(values)))


async def walked(engine: Engine, actor: Actor, ask: Ask, *, backwards: bool = False) -> list[list[Any]]:
    """Returns the nodes of all pages, in the order in which they were reached."""
    pages: list[list[Any]] = []
    cursor = None
    while True:
        found = await page(engine, actor, ask, cursor, backwards=backwards)
        facts = found["page_info"]
        assert [edge["cursor"] for edge in found["edges"]][:1] == ([facts["start"]] if found["edges"] else [])
        pages.append([edge["node"] for edge in found["edges"]])
        assert facts["next" if backwards else "previous"] == (cursor is not None)
        if not facts["previous" if backwards else "next"]:
            return pages
        cursor = facts["start" if backwards else "end"]
