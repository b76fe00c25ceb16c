"""Fields that the database evaluates: what the general suites over all fields do not say by name."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from support.library.asking import BORROWER, CLERK, HEAD, STRANGER, answer, asked, nested, spec_of, walked
from support.library.models import Patron
from support.library.oracle import Oracle
from support.library.worked_out import WORKED_OUT
from twofold.engine import Engine
from twofold.errors import Forbidden
from twofold.request import Ask, Leaf

pytest_plugins = ("support.library.fixtures",)

SORTED = [(resource, name) for resource, name in WORKED_OUT if name != "is_thick"]


async def test_the_library_declares_every_one_of_them(library: Engine) -> None:
    columns = {(spec.plural, name) for spec in library.resources for name in spec.fields if name not in
               spec.table.columns}  # fmt: skip
    assert columns == set(WORKED_OUT)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(("resource", "name"), SORTED)
async def test_cursors_walk_every_row_once(library: Engine, resource: str, name: str, *, backwards: bool) -> None:
    ask = asked(library, resource, {}, [(name, True)], ["id", name], limit=7)
    found = await walked(library, CLERK, ask, backwards=backwards)
    oracle = Oracle(CLERK)
    expected = oracle.shown(resource, ["id", name], oracle.rows(resource, {}, [(name, True)]))
    assert [row for page in (reversed(found) if backwards else found) for row in page] == expected


async def test_nested_they_are_what_they_are_at_the_root(library: Engine) -> None:
    names = [name for resource, name in WORKED_OUT if resource == "books"]
    flat = {row["id"]: row for row in await answer(library, CLERK, asked(library, "books", {}, [], ["id", *names]))}
    lists = nested(spec_of(library, "authors"), "books", ["id", *names], limit=99)
    for author in await answer(library, CLERK, asked(library, "authors", {}, [], [lists])):
        assert author["books"] == [flat[book["id"]] for book in author["books"]]
    one = nested(spec_of(library, "copies"), "book", ["id", *names])
    for copy in await answer(library, CLERK, asked(library, "copies", {}, [], [one])):
        assert copy["book"] is None or copy["book"] == flat[copy["book"]["id"]]


async def test_a_count_never_tells_of_hidden_rows(library: Engine) -> None:
    """Some copies are in the vault: not even a filter or an order finds them."""
    counts: list[int] = []
    for actor in (HEAD, CLERK, STRANGER):
        oracle = Oracle(actor)
        for book in await answer(library, actor, asked(library, "books", {}, [], ["id", "copy_count"])):
            seen = [copy for copy in oracle.seen["copies"] if str(copy["book_id"]) == book["id"]]
            assert book["copy_count"] == len(seen)
        found = await answer(library, actor, asked(library, "books", {"copy_count": {"gte": 1}}, [], ["copy_count"]))
        counts.append(sum(book["copy_count"] for book in found))
    assert counts[0] > counts[2]
    assert counts[1] > counts[2]


async def test_what_has_more_than_64_bits_is_null(library: Engine) -> None:
    rows = {str(row["id"]): row for row in Oracle(HEAD).rows("books")}
    found = await answer(library, HEAD, asked(library, "books", {}, [], ["id", "heft"]))
    exact = {key: row["barcode"] - row["pages"] * row["barcode"] for key, row in rows.items() if row["pages"]}
    large = [key for key, value in exact.items() if not -(2**63) <= value < 2**63]
    assert large
    assert [row["heft"] for row in found if row["id"] in large] == [None] * len(large)


async def test_the_lowest_of_64_bits_is_shown_as_it_is(own_library: Engine) -> None:
    """Its own negative has more bits: SQLite's abs() fails for it."""
    with own_library.database.use():
        await Patron.all().update(card=-(2**63), balance=Decimal("0.01"))
    whole = asked(own_library, "patrons", {}, [("debt", False)], ["debt"])
    found = await answer(own_library, HEAD, whole)
    assert len(found) == len(Oracle(HEAD).rows("patrons"))
    assert {row["debt"] for row in found} == {"-92233720368547758.08"}


async def test_a_missing_row_has_no_values_either(library: Engine) -> None:
    """A count over nothing would be 0, and a default a word: but there is no row to count for."""
    found = await answer(library, BORROWER, asked(library, "loans", {}, [("copy.book.copy_count", False)], ["id"]))
    oracle = Oracle(BORROWER)
    hidden = [row for row in oracle.rows("loans") if not oracle.sorted_by("loans", "copy.book.id", row)]
    assert hidden
    assert {row["id"] for row in found[-len(hidden) :]} == {str(row["id"]) for row in hidden}


# -- scopes -----------------------------------------------------------------------------------------------------


def _unnamed(ask: Ask) -> Ask:
    fields: Any = tuple(replace(each, named=False) for each in ask.read.fields if isinstance(each, Leaf))
    return replace(ask, read=replace(ask.read, fields=fields))


async def test_without_the_scope_of_what_it_looks_over_it_is_refused(library: Engine) -> None:
    actor = replace(HEAD, scopes=frozenset({"authors:read"}))
    ask = asked(library, "authors", {}, [], ["name", "first_published"])
    said = "This needs the scope books:read, which your token or key does not have."
    for each in (ask, asked(library, "authors", {}, [("first_published", False)], ["name"]),
                 asked(library, "authors", {"first_published": {"is_null": True}}, [], ["name"])):  # fmt: skip
        with pytest.raises(Forbidden) as refused:
            await library.read(actor, each)
        assert refused.value.message == said
    whole = await answer(library, actor, _unnamed(ask))
    assert {row["first_published"] for row in whole} == {None}
    assert {row["first_published"] for row in await answer(library, HEAD, ask)} != {None}


async def test_a_constant_of_what_is_not_shown_leaves_no_parameter(library: Engine) -> None:
    """PostgreSQL refuses a parameter that its statement does not use."""
    actor = replace(HEAD, scopes=frozenset({"patrons:read"}))
    whole = await answer(library, actor, _unnamed(asked(library, "patrons", {}, [], ["fines", "name"])))
    assert {row["fines"] for row in whole} == {None}


# -- kinds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "name", "kind", "nullable"),
    [
        ("books", "copy_count", "integer", True),  # without the scope of copies
        ("books", "heft", "integer", True),
        ("books", "is_thick", "boolean", False),
        ("books", "discount", "money", True),  # not everyone may read it
        ("books", "mean_wear", "number", True),
        ("books", "last_shelf", "text", True),
        ("authors", "first_published", "date", True),
        ("patrons", "fines", "money", True),
        ("patrons", "standing", "text", True),  # made from what not everyone may read
    ],
)
async def test_kinds_follow_from_what_is_said(
    library: Engine, resource: str, name: str, kind: str, *, nullable: bool
) -> None:
    field = spec_of(library, resource).fields[name]
    assert (field.column.kind.name, field.nullable) == (kind, nullable)
    if kind == "money":
        assert field.column.kind.wire(Decimal("1.5")) == "1.50"
