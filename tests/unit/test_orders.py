"""Orders that lead through relations, against plain Python, on both databases."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest

from support.library.asking import (
    ACTORS,
    BORROWER,
    CLERK,
    HEAD,
    PAGE,
    VISITOR,
    answer,
    asked,
    nested,
    page,
    spec_of,
    walked,
)
from support.library.oracle import Oracle
from support.library.questions import SPECS, sortable
from support.library.rows import ROWS
from support.statements import recorded
from twofold.condition import NEVER
from twofold.engine import Engine
from twofold.errors import Forbidden, Invalid, Malformed, TooCostly
from twofold.filters import MAX_SORT_DEPTH, MAX_SORT_KEYS, parse_order
from twofold.plan import plan
from twofold.request import Leaf, Read
from twofold.resource import Relation

pytest_plugins = ("support.library.fixtures",)

THROUGH = ("subjects", "books", "copies", "loans", "patrons", "staff_members")
"""The resources with relations to sort through."""


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("resource", THROUGH)
async def test_every_order_through_relations(library: Engine, resource: str, who: str) -> None:
    oracle = Oracle(ACTORS[who])
    for name in sortable(resource, 2):
        for descending in (False, True) if "." in name else ():
            order = [(name, descending)]
            found = await answer(library, ACTORS[who], asked(library, resource, {}, order, ["id"]))
            assert found == oracle.shown(resource, ["id"], oracle.rows(resource, {}, order)), order


ORDERS = [
    ("books", [("follows.rating", True), ("author.born", False)]),
    ("books", [("follows.id", False)]),
    ("books", [("follows.follows.title", False), ("follows.title", True), ("rare", False)]),
    ("copies", [("book.form", True), ("branch.opened_at", False)]),
    ("loans", [("copy.book.rating", False), ("patron.card", True)]),
    ("loans", [("copy.branch.opened_at", True), ("copy.shelf", False), ("renewals", False)]),
]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(("resource", "order"), ORDERS)
async def test_pages_in_an_order_through_relations(
    library: Engine, resource: str, order: list[tuple[str, bool]], backwards: bool
) -> None:
    """Both ways, and with nulls on either side of a page's end."""
    for actor in (CLERK, BORROWER):
        for turned in (order, [(name, not descending) for name, descending in order]):
            ask = asked(library, resource, {}, turned, ["id"], limit=7)
            pages = await walked(library, actor, ask, backwards=backwards)
            oracle = Oracle(actor)
            expected = oracle.shown(resource, ["id"], oracle.rows(resource, {}, turned))
            assert list(chain.from_iterable(reversed(pages) if backwards else pages)) == expected, turned


async def test_nested_lists_in_an_order_through_relations(library: Engine) -> None:
    """Both through a link in the middle and directly, with a total, cursors, and one statement."""
    subjects, order = spec_of(library, "subjects"), [("follows.author.name", True), ("author.born", False)]
    books = nested(subjects, "books", ["id"], order, limit=3, envelope=PAGE)
    with recorded() as statements:
        found = await answer(library, CLERK, asked(library, "subjects", {}, [("parent.name", True)], ["id", books]))
    assert len([each for each in statements if "pg_advisory_unlock_all" not in each]) == 1
    oracle, cursors = Oracle(CLERK), set()
    for row, subject in zip(found, oracle.rows("subjects", {}, [("parent.name", True)]), strict=True):
        window = oracle.shown("books", ["id"], oracle.window("subjects", "books", subject, order))
        assert [edge["node"] for edge in row["books"]["edges"]] == window[:3]
        assert row["books"]["total"] == len(window)
        cursors |= {edge["cursor"] for edge in row["books"]["edges"]}
    flat = await page(library, CLERK, asked(library, "books", {}, order, ["id"]), None)
    assert cursors
    assert cursors <= {edge["cursor"] for edge in flat["edges"]}


async def test_a_hidden_row_sorts_as_one_that_is_not_there(library: Engine) -> None:
    hidden = {row["id"] for row in ROWS["books"]} - Oracle(BORROWER).seen_ids["books"]
    assert any(copy["book_id"] in hidden for copy in Oracle(BORROWER).seen["copies"])
    last = await answer(library, BORROWER, asked(library, "copies", {}, [("book.title", False)], ["book_id"]))
    ends = [row["book_id"] in {str(key) for key in hidden} for row in last]
    assert ends == sorted(ends)


def test_a_field_that_the_actor_may_never_read_is_no_sort_key(sqlite_library: Engine) -> None:
    copies = spec_of(sqlite_library, "copies")
    policy = sqlite_library.policies.of(VISITOR)
    title = spec_of(sqlite_library, "books").fields["title"].column
    order = parse_order(copies, [("book.title", False)])
    read = Read(resource=copies, fields=(Leaf("id", copies.pk),), order=order)
    assert plan(read, policy).order
    with pytest.raises(Forbidden, match="title"):
        plan(read, replace(policy, guards={title: NEVER}))


async def test_a_cursor_is_bound_to_the_path_of_its_order(library: Engine) -> None:
    found = await page(library, HEAD, asked(library, "books", {}, [("author.name", False)], ["id"], limit=2), None)
    for name in ("follows.author.name", "title"):
        ask = asked(library, "books", {}, [(name, False)], ["id"])
        with pytest.raises(Malformed):
            await page(library, HEAD, ask, found["page_info"]["end"])


@pytest.mark.parametrize(
    "name",
    ["copies.number", "author", "author.", ".name", "author.books.title", "author.colour", "colour.name",
     "follows.details", "author_id.name", "author..name"],
)  # fmt: skip
def test_paths_that_lead_to_nothing_sortable(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_order(SPECS["books"], [(name, False)])
    assert [(error.path, error.code) for error in refused.value.field_errors] == [(("sort",), "not_sortable")]


def test_a_relation_that_cannot_be_filtered_by_cannot_be_sorted_through(monkeypatch: pytest.MonkeyPatch) -> None:
    relations = SPECS["books"].relations
    monkeypatch.setitem(relations, "author", replace(relations["author"], declared=Relation(filter=False)))
    with pytest.raises(Invalid):
        parse_order(SPECS["books"], [("author.name", False)])


async def test_orders_that_are_too_large_are_refused_and_the_largest_is_served(library: Engine) -> None:
    deep = ".".join(["follows"] * MAX_SORT_DEPTH)
    with pytest.raises(TooCostly):
        parse_order(SPECS["books"], [(f"follows.{deep}.title", False)])
    with pytest.raises(TooCostly):
        parse_order(SPECS["books"], [("title", False)] * (MAX_SORT_KEYS + 1))
    names = [f"{deep}.{name}" for name in ("title", "rating", "lendable", "form", "price", "pages", "isbn")]
    order = [(name, True) for name in (*names, f"{deep}.author.name"[8:], "author.born", "title")]
    assert len(order) == MAX_SORT_KEYS
    found = await answer(library, CLERK, asked(library, "books", {}, order, ["id"]))
    assert found == Oracle(CLERK).shown("books", ["id"], Oracle(CLERK).rows("books", {}, order))
