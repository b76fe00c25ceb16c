"""Reads against plain Python: filters, relations, orders, nested windows, pages, the bytes, on both databases."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from itertools import chain
from typing import Any

import orjson
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
    made,
    nested,
    page,
    spec_of,
    walked,
)
from support.library.models import Author
from support.library.oracle import TO_ONE, Oracle, wire
from support.library.questions import SPECS, comparisons
from support.library.rows import ROWS, TEXTS
from support.statements import recorded
from twofold.condition import Slot
from twofold.engine import Engine
from twofold.errors import Invalid, Malformed, TooCostly, Unauthenticated
from twofold.filters import parse_filter, parse_order
from twofold.page import to_json
from twofold.request import Ask, Constant, Edges, Leaf, Rows, Total

pytest_plugins = ("support.library.fixtures",)

RESOURCES = tuple(ROWS)


def questions_in(statements: list[str]) -> list[str]:
    """The statements but for the one with which asyncpg's pool takes a connection back."""
    return [statement for statement in statements if "pg_advisory_unlock_all" not in statement]


@pytest.mark.parametrize("resource", RESOURCES)
async def test_every_operator_of_every_column(library: Engine, resource: str) -> None:
    spec = spec_of(library, resource)
    for actor in (CLERK, BORROWER):
        oracle = Oracle(actor)
        for name, field in spec.fields.items():
            for comparison in comparisons(spec, name) if field.declared.filter else ():
                for data in ({name: comparison}, {"not": {name: comparison}}):
                    found = await answer(library, actor, asked(library, resource, data, [], ["id"]))
                    expected = oracle.shown(resource, ["id"], oracle.rows(resource, data))
                    assert found == expected, (actor, data)


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("resource", RESOURCES)
async def test_all_columns_of_the_rows_that_the_actor_sees(library: Engine, resource: str, who: str) -> None:
    oracle, spec = Oracle(ACTORS[who]), spec_of(library, resource)
    found = await answer(library, ACTORS[who], asked(library, resource))
    assert found == oracle.shown(resource, list(spec.fields), oracle.rows(resource))


async def test_visitors_are_asked_to_sign_in_where_they_can_see_nothing(library: Engine) -> None:
    assert len(await answer(library, VISITOR, asked(library, "books"))) == len(Oracle(VISITOR).seen["books"])
    for resource in ("patrons", "loans", "staff_members"):
        with pytest.raises(Unauthenticated):
            await library.read(VISITOR, asked(library, resource))


# -- relations --------------------------------------------------------------------------------------------------

RELATIONS: list[tuple[str, dict[str, Any]]] = [
    ("books", {"author": {"born": {"is_null": True}}}),
    ("books", {"author": {}}),
    ("books", {"follows": {}}),
    ("books", {"not": {"follows": {"rare": {"eq": False}}}}),
    ("books", {"follows": {"follows": {"pages": {"gt": 0}}}}),
    ("subjects", {"parent": {"parent": {}}}),
    ("subjects", {"children": {"none": {}}}),
    ("subjects", {"children": {"every": {"children": {"some": {}}}}}),
    ("subjects", {"books": {"some": {"rare": {"eq": True}}}}),
    ("loans", {"copy": {"book": {"subjects": {"none": {"name": {"gt": "a"}}}}}}),
    ("loans", {"or": [{"patron": {"name": {"eq": ""}}}, {"fine": {"lt": 0}}, {"not": {"note": {"gte": "a"}}}]}),
    ("branches", {"patrons": {"every": {"card": {"gte": 0}}}, "name": {"ne": "North"}}),
    *[
        ("books", {relation: {quantifier: inner}})
        for relation, inner in [
            ("subjects", {"name": {"gt": "b"}}), ("copies", {"shelf": {"starts_with": "A"}}), ("subjects", {}),
            ("followers", {"rating": {"lt": 1}}), ("copies", {"loans": {"some": {"returned_at": {"is_null": True}}}}),
        ]
        for quantifier in ("some", "every", "none")
    ],
]  # fmt: skip


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize(("resource", "data"), RELATIONS)
async def test_filters_across_relations(library: Engine, resource: str, data: dict[str, Any], who: str) -> None:
    oracle = Oracle(ACTORS[who])
    found = await answer(library, ACTORS[who], asked(library, resource, data, [], ["id"]))
    assert found == oracle.shown(resource, ["id"], oracle.rows(resource, data))


# -- order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", RESOURCES)
async def test_every_order_with_nulls_and_ties(library: Engine, resource: str) -> None:
    spec, oracle = spec_of(library, resource), Oracle(CLERK)
    sortable = [name for name, field in spec.fields.items() if field.declared.sort]
    for first in sortable:
        for second in sortable[:4]:
            for order in ([(first, False), (second, True)], [(first, True), (second, False)]):
                found = await answer(library, CLERK, asked(library, resource, {}, order, ["id"]))
                expected = oracle.shown(resource, ["id"], oracle.rows(resource, {}, order))
                assert found == expected, order


async def test_a_list_without_an_order_has_that_of_the_resource(library: Engine) -> None:
    spec = spec_of(library, "subjects")
    assert [(key.field.name, key.descending) for key in parse_order(spec, [])] == [("name", True)]


async def test_text_goes_by_code_points(library: Engine) -> None:
    found = await answer(library, HEAD, asked(library, "authors", {}, [("name", False)], ["name"]))
    names = [row["name"] for row in found]
    assert names == sorted(names, key=lambda name: [ord(letter) for letter in name])
    assert {"", "A", "a", "Z"} <= set(TEXTS)


# -- nested windows ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 2, 9])
async def test_nested_lists_have_windows_of_their_own(library: Engine, limit: int) -> None:
    books, copies = spec_of(library, "books"), spec_of(library, "copies")
    by_shelf = [("shelf", True)]
    loans = nested(copies, "loans", ["id"], limit=1)
    fields = ["id", nested(books, "copies", ["id", loans], by_shelf, limit=limit), nested(books, "author", ["name"])]
    with recorded() as statements:
        found = await answer(library, HEAD, asked(library, "books", {}, [("title", False)], fields))
    assert len(questions_in(statements)) == 1
    oracle = Oracle(HEAD)
    for row, expected in zip(found, oracle.rows("books", {}, [("title", False)]), strict=True):
        assert row == {
            "id": wire(expected["id"]),
            "copies": [
                {
                    "id": wire(copy["id"]),
                    "loans": oracle.shown("loans", ["id"], oracle.window("copies", "loans", copy)[:1]),
                }
                for copy in oracle.window("books", "copies", expected, by_shelf, limit)
            ],
            "author": oracle.shown("authors", ["name"], oracle.behind("books", "author", expected))[0],
        }


async def test_nested_lists_count_all_that_the_actor_sees_and_page_by_cursors(library: Engine) -> None:
    authors = spec_of(library, "authors")
    order = [("weight", False)]
    books = nested(authors, "books", ["id"], order, limit=2, envelope=PAGE)
    with recorded() as statements:
        found = await answer(library, CLERK, asked(library, "authors", {}, [], ["id", books]))
    assert len(questions_in(statements)) == 1
    oracle = Oracle(CLERK)
    for row, author in zip(found, oracle.rows("authors"), strict=True):
        everything = oracle.shown("books", ["id"], oracle.window("authors", "books", author, order))
        assert row["books"]["total"] == len(everything)
        assert [edge["node"] for edge in row["books"]["edges"]] == everything[:2]
        assert row["books"]["page_info"]["next"] == (len(everything) > 2)


async def test_a_nested_list_may_be_counted_only(library: Engine) -> None:
    books = nested(spec_of(library, "authors"), "books", [], envelope=(Total("n"),), limit=0)
    found = await answer(library, CLERK, asked(library, "authors", {}, [], [books]))
    oracle = Oracle(CLERK)
    assert found == [{"books": {"n": len(oracle.behind("authors", "books", row))}} for row in oracle.rows("authors")]


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (3, 0), (3, 58), (3, 1000)])
async def test_a_page_of_a_list_and_its_total(library: Engine, limit: int, offset: int) -> None:
    options = {"limit": limit, "offset": Slot("read", 0), "envelope": (Rows("rows"), Total("total"))}
    ask = asked(library, "books", {}, [("title", False)], ["id"], **options)
    with recorded() as statements:
        found = await answer(library, HEAD, Ask(read=ask.read, values=(offset,)))
    assert len(questions_in(statements)) == 1
    expected = Oracle(HEAD).shown("books", ["id"], Oracle(HEAD).rows("books", {}, [("title", False)]))
    assert found == {"rows": expected[offset : offset + limit], "total": len(expected)}


# -- pages by cursor --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("resource", RESOURCES)
async def test_walking_all_pages_gives_each_row_once(library: Engine, resource: str, backwards: bool) -> None:
    spec, oracle = spec_of(library, resource), Oracle(CLERK)
    size = max(3, len(oracle.seen[resource]) // 5)
    for name, field in spec.fields.items():
        for descending in (False, True) if field.declared.sort else ():
            order = [(name, descending)]
            ask = asked(library, resource, {}, order, ["id"], limit=size)
            pages = await walked(library, CLERK, ask, backwards=backwards)
            found = [row for page in (reversed(pages) if backwards else pages) for row in page]
            assert found == oracle.shown(resource, ["id"], oracle.rows(resource, {}, order)), order
            assert all(len(page) == size for page in pages[:-1]), order


async def test_pages_over_several_keys_under_a_filter(library: Engine) -> None:
    data = {"or": [{"fine": {"is_null": True}}, {"fine": {"gte": 0}}]}
    for order in ([("fine", True), ("renewals", False)], [("renewals", False), ("returned_at", True), ("note", False)]):
        pages = await walked(library, CLERK, asked(library, "loans", data, order, ["id"], limit=9))
        oracle = Oracle(CLERK)
        assert list(chain.from_iterable(pages)) == oracle.shown("loans", ["id"], oracle.rows("loans", data, order))


async def test_a_row_inserted_between_pages_moves_no_other(own_library: Engine) -> None:
    ask = asked(own_library, "authors", {}, [("name", False)], ["name"], limit=5)
    first = await page(own_library, VISITOR, ask, None)
    names = [edge["node"]["name"] for edge in first["edges"]]
    with own_library.database.use():
        for name in (names[0], names[-1] + " junior"):
            await Author.create(name=name)
    second = await page(own_library, VISITOR, ask, first["page_info"]["end"])
    expected = [*names, names[-1] + " junior", *sorted(row["name"] for row in ROWS["authors"])[5:]]
    assert names + [edge["node"]["name"] for edge in second["edges"]] == expected[:10]


def _forged(*parts: Any) -> str:
    return urlsafe_b64encode(to_json(list(parts))).decode()


async def test_a_cursor_is_refused_by_another_question_and_when_it_is_forged(library: Engine) -> None:
    question = asked(library, "books", {"pages": {"gt": 5}}, [("title", False)], ["id"], limit=2)
    found = await page(library, HEAD, question, None)
    cursor = found["page_info"]["end"]
    print_ = orjson.loads(urlsafe_b64decode(cursor + "=="))[0]
    others = [
        asked(library, "books", {"pages": {"gt": 6}}, [("title", False)]),
        asked(library, "books", {"pages": {"gte": 5}}, [("title", False)]),
        asked(library, "books", {"not": {"pages": {"gt": 5}}}, [("title", False)]),
        asked(library, "books", {"pages": {"gt": 5}}, [("title", True)]),
        asked(library, "books", {"pages": {"gt": 5}}, [("title", False), ("weight", False)]),
        asked(library, "books", {"pages": {"gt": 5}}, [("subtitle", False)]),
    ]
    forged = ["", "é", "!", "AA", _forged(), _forged(print_), _forged(print_, "a", None), _forged(print_, None, None),
              _forged(print_, "a", "no key"), _forged(print_, ["a"], wire(ROWS["books"][0]["id"])),
              _forged(print_, "a\x00", wire(ROWS["books"][0]["id"]))]  # fmt: skip
    for ask, text in [*[(other, cursor) for other in others], *[(question, text) for text in forged]]:
        with pytest.raises(Malformed):
            await page(library, HEAD, ask, text)


# -- bytes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", RESOURCES)
async def test_rows_are_the_same_bytes_at_the_root_and_nested(library: Engine, resource: str) -> None:
    """Each relation of each row, against the same rows asked for at the root."""
    spec = spec_of(library, resource)
    oracle = Oracle(CLERK)
    for name, relation in spec.relations.items():
        target = relation.target.plural
        read = asked(library, resource, {}, [], [nested(spec, name, limit=90)])
        rows = orjson.loads(to_json(await library.read(CLERK, read)))
        raw = to_json(await library.read(CLERK, read))
        parts = []
        for row in oracle.rows(resource):
            keys = [wire(each["id"]) for each in oracle.behind(resource, name, row)]
            flat = to_json(await library.read(CLERK, asked(library, target, {"id": {"in": keys}}))) if keys else b"[]"
            one = flat[1:-1] or b"null"
            parts.append(b'{"%s":%s}' % (name.encode(), one if (resource, name) in TO_ONE else flat))
        assert raw == b"[" + b",".join(parts) + b"]", (name, rows)


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("resource", RESOURCES)
async def test_both_databases_give_the_same_bytes(
    sqlite_library: Engine, postgres_library: Engine, resource: str, who: str
) -> None:
    answers = []
    for engine in (sqlite_library, postgres_library):
        spec = spec_of(engine, resource)
        computed = [made(spec, name) for name in spec.computed]
        fields = [*spec.fields, *computed, *[nested(spec, name, limit=9) for name in spec.relations]]
        answers.append(to_json(await engine.read(ACTORS[who], asked(engine, resource, {}, [], fields))))
    assert answers[0] == answers[1]


async def test_pages_and_cursors_are_the_same_bytes(sqlite_library: Engine, postgres_library: Engine) -> None:
    for name in ("weight", "rating", "added_at", "published", "price", "lendable", "form", "subtitle", "barcode"):
        answers = []
        for engine in (sqlite_library, postgres_library):
            books = nested(spec_of(engine, "authors"), "books", None, [(name, True)], limit=3, envelope=PAGE)
            answers.append(to_json(await engine.read(CLERK, asked(engine, "authors", {}, [], ["id", books]))))
            ask = asked(engine, "books", {}, [(name, False)], None, limit=9, envelope=PAGE)
            answers.append(to_json(await engine.read(CLERK, ask)))
        assert answers[:2] == answers[2:], name


@pytest.mark.parametrize("key", ["quo'te", 'dou"ble', "x" * 62, "é" * 31, "nothing", "__k0", "r", "w", "j"])
async def test_any_name_can_be_a_response_key(library: Engine, key: str) -> None:
    authors, books = spec_of(library, "authors"), spec_of(library, "books")
    bare = (Edges(key, ((key, "node"),)),)
    fields = [Leaf(key, books.fields["id"]), Constant(key + "2", key)]
    ask = asked(library, "authors", {}, [], [replace(nested(authors, "books", fields, envelope=bare), key=key)])
    found = await answer(library, CLERK, ask)
    oracle = Oracle(CLERK)
    for row, author in zip(found, oracle.rows("authors"), strict=True):
        ids = [wire(book["id"]) for book in oracle.window("authors", "books", author)]
        assert row == {key: {key: [{key: {key: id_, key + "2": key}} for id_ in ids]}}


async def test_a_response_key_that_a_database_would_cut_is_refused(library: Engine) -> None:
    authors, books = spec_of(library, "authors"), spec_of(library, "books")
    for key in ("x" * 64, "é" * 32):
        ways: tuple[dict[str, Any], ...] = (
            {"fields": [Leaf(key, books.fields["id"])]}, {"envelope": (Edges(key, (("node", "node"),)),)},
        )  # fmt: skip
        for options in ways:
            with pytest.raises(TooCostly):
                await library.read(CLERK, asked(library, "authors", {}, [], [nested(authors, "books", **options)]))


async def test_response_keys_never_meet_what_the_answer_is_made_from(library: Engine) -> None:
    authors, books = spec_of(library, "authors"), spec_of(library, "books")
    order, keys = [("title", False)], ("id", "__k0", "__title", "0", "k0")
    edges = []
    for fields in ([Leaf(each, books.fields["id"]) for each in keys], ["id"]):
        lists = nested(authors, "books", fields, order, envelope=PAGE)
        found = await answer(library, CLERK, asked(library, "authors", {}, [], [lists]))
        edges.append([edge for row in found for edge in row["books"]["edges"]])
    assert edges[0] == [
        {"node": dict.fromkeys(keys, edge["node"]["id"]), "cursor": edge["cursor"]} for edge in edges[1]
    ]


# -- computed fields --------------------------------------------------------------------------------------------


async def test_computed_fields_get_what_they_need_at_the_root_and_nested(library: Engine) -> None:
    loans, copies = spec_of(library, "loans"), spec_of(library, "copies")
    fields = [made(loans, "late"), made(loans, "motto")]
    flat = await answer(library, CLERK, asked(library, "loans", {}, [], fields))
    oracle = Oracle(CLERK)
    expected = [
        {"late": row["returned_at"] and (row["returned_at"].date() - row["due"]).days, "motto": "Handle with care."}
        for row in oracle.rows("loans")
    ]
    assert flat == expected
    deep = await answer(library, CLERK, asked(library, "copies", {}, [], [nested(copies, "loans", fields, limit=99)]))
    assert sum(len(row["loans"]) for row in deep) == len(expected)
    one = await answer(library, CLERK, asked(library, "loans", {}, [], [made(loans, "motto")]))
    assert one == [{"motto": "Handle with care."}] * len(expected)


# -- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        ({"pages": {"gt": 2**31}}, ("filter", "pages", "gt"), "less_than_equal"),
        ({"barcode": {"eq": 2**63}}, ("filter", "barcode", "eq"), "less_than_equal"),
        ({"barcode": {"in": [1, 10**30]}}, ("filter", "barcode", "in", 1), "less_than_equal"),
        ({"weight": {"eq": "nan"}}, ("filter", "weight", "eq"), "finite_number"),
        ({"weight": {"eq": "1e999"}}, ("filter", "weight", "eq"), "finite_number"),
        ({"price": {"eq": "0.001"}}, ("filter", "price", "eq"), "decimal_max_places"),
        ({"price": {"eq": "1e400"}}, ("filter", "price", "eq"), "decimal_max_digits"),
        ({"price": {"eq": "NaN"}}, ("filter", "price", "eq"), "finite_number"),
        ({"title": {"eq": "a\x00"}}, ("filter", "title", "eq"), "value_error"),
        ({"title": {"eq": "\ud800"}}, ("filter", "title", "eq"), "value_error"),
        ({"title": {"in": ["\udfff"]}}, ("filter", "title", "in", 0), "value_error"),
        ({"added_at": {"lt": "2024-01-01T00:00:00"}}, ("filter", "added_at", "lt"), "timezone_aware"),
        ({"added_at": {"lt": "0001-01-01T00:00:00+14:00"}}, ("filter", "added_at", "lt"), "value_error"),
        ({"added_at": {"lt": 5}}, ("filter", "added_at", "lt"), "value_error"),
        ({"added_at": {"lt": "9999-12-31T23:59:59.999999Z"}}, ("filter", "added_at", "lt"), "value_error"),
        ({"published": {"lt": "2024-02-30"}}, ("filter", "published", "lt"), "date_from_datetime_parsing"),
        ({"form": {"eq": "scroll"}}, ("filter", "form", "eq"), "enum"),
        ({"id": {"eq": "no"}}, ("filter", "id", "eq"), "uuid_parsing"),
        ({"details": {"eq": 1}}, ("filter", "details", "eq"), "no_path"),
        ({"pages": {"lt": None}}, ("filter", "pages", "lt"), "null"),
        ({"copies": {"shelf": {"eq": "a"}}}, ("filter", "copies"), "no_quantifier"),
        ({"colour": {"eq": "a"}}, ("filter", "colour"), "not_filterable"),
        ({"or": {"rare": True}}, ("filter", "or"), "not_a_list"),
        ({"author": 5}, ("filter", "author"), "not_an_object"),
    ],
)
def test_filters_that_do_not_fit(data: dict[str, Any], path: tuple[str | int, ...], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_filter(SPECS["books"], data, [])
    assert [(error.path, error.code) for error in refused.value.field_errors] == [(path, code)]


def test_filters_that_are_too_large() -> None:
    deep: dict[str, Any] = {}
    for _ in range(20):
        deep = {"not": deep}
    for data in (deep, {"or": [{"rare": {"eq": True}}] * 300}, {"id": {"in": ["x"] * 20_000}}):
        with pytest.raises(TooCostly):
            parse_filter(SPECS["books"], data, [])


@pytest.mark.parametrize("name", ["details", "author_id", "colour"])
def test_orders_that_there_are_not(name: str) -> None:
    with pytest.raises(Invalid):
        parse_order(SPECS["books"], [(name, False)])


async def test_requests_that_are_too_large(library: Engine) -> None:
    books = spec_of(library, "books")
    aliases = [Leaf(f"a{number}", books.fields["id"]) for number in range(60)]
    keys = [("title", False), ("pages", False), ("weight", False), ("form", False), ("rare", False)]
    authors = spec_of(library, "authors")
    wide = asked(library, "authors", {}, [], [nested(authors, "books", aliases, keys, limit=1, envelope=PAGE)], limit=1)
    with pytest.raises(TooCostly):
        await library.read(CLERK, wide)
    many = asked(library, "books", {}, [], [nested(books, "copies", limit=1000)])
    with pytest.raises(TooCostly):
        await library.read(CLERK, many)
