"""Filters inside JSON columns: the grammar, its refusals, both faces. What they find is compared in test_reads.py."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from support.library.asking import CLERK, HEAD, VISITOR, answer, asked, page, spec_of
from support.library.oracle import Oracle
from support.library.questions import SPECS
from support.library.resources import LIBRARY
from support.statements import recorded
from twofold.condition import NEVER, Inside
from twofold.engine import Engine
from twofold.errors import Forbidden, Invalid, Malformed, TooCostly
from twofold.filters import parse_filter
from twofold.plan import authorised
from twofold.settings import Settings
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app
from twofold_rest.query import Queries

pytest_plugins = ("support.library.fixtures",)

AWKWARD = 'q"[0]$\\'


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        ("red", (), "not_an_object"),
        ({"n": 1}, ("n",), "unknown_operator"),
        ({"path": ["n"], "like": 1}, ("like",), "unknown_operator"),
        ({"lt": 1}, ("lt",), "no_path"),
        ({"path": ["n"]}, (), "no_operator"),
        ({"path": [], "eq": 1}, ("path",), "not_a_path"),
        ({"path": {"n": 1}, "eq": 1}, ("path",), "not_a_path"),
        ({"path": None, "eq": 1}, ("path",), "not_a_path"),
        ({"path": ["n", True], "eq": 1}, ("path", 1), "not_a_step"),
        ({"path": [1.0], "eq": 1}, ("path", 0), "not_a_step"),
        ({"path": [-1], "eq": 1}, ("path", 0), "out_of_range"),
        ({"path": [2**31], "eq": 1}, ("path", 0), "out_of_range"),
        ({"path": ["a\x00"], "eq": 1}, ("path", 0), "value_error"),
        ({"path": ["\ud800"], "eq": 1}, ("path", 0), "value_error"),
        ({"path": ["n"], "eq": {"a": 1}}, ("eq",), "wrong_type"),
        ({"path": ["n"], "ne": [1]}, ("ne",), "wrong_type"),
        ({"path": ["n"], "eq": 2**63}, ("eq",), "value_error"),
        ({"path": ["n"], "eq": float("inf")}, ("eq",), "value_error"),
        ({"path": ["n"], "eq": "\udfff"}, ("eq",), "value_error"),
        ({"path": ["n"], "in": 1}, ("in",), "not_a_list"),
        ({"path": ["n"], "in": [1, None]}, ("in", 1), "wrong_type"),
        ({"path": ["n"], "not_in": [[1]]}, ("not_in", 0), "wrong_type"),
        ({"path": ["n"], "gt": True}, ("gt",), "wrong_type"),
        ({"path": ["n"], "gt": None}, ("gt",), "null"),
        ({"path": ["n"], "icontains": 5}, ("icontains",), "wrong_type"),
        ({"path": ["n"], "is_null": "no"}, ("is_null",), "not_a_boolean"),
        ([{"path": ["n"], "eq": 1}, 5], (1,), "not_an_object"),
    ],
)
def test_comparisons_that_do_not_fit(data: Any, path: tuple[str | int, ...], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_filter(SPECS["books"], {"details": data}, [])
    found = [(error.path, error.code) for error in refused.value.field_errors]
    assert found == [(("filter", "details", *path), code)]


def test_comparisons_that_are_too_large() -> None:
    one = {"path": ["n"], "eq": 1}
    for data in ({"path": ["n"] * 11, "eq": 1}, {"path": ["n"], "in": [1] * 10_001}, [one] * 201, [{}] * 201):
        with pytest.raises(TooCostly):
            parse_filter(SPECS["books"], {"details": data}, [])
    parse_filter(SPECS["books"], {"details": [one] * 200}, [])


async def test_keys_places_and_values_are_never_text(library: Engine) -> None:
    texts = set()
    for key in ("n", "it's", AWKWARD, "') OR 1 = 1 --"):
        for value in ("1", "'; DROP TABLE books; --"):
            data = {"details": {"path": [key, "x"], "eq": value}}
            with recorded() as statements:
                assert await answer(library, HEAD, asked(library, "books", data, [], ["id"])) == []
            texts |= {each for each in statements if "books" in each}
    assert len(texts) == 1


async def test_several_comparisons_are_all_to_hold_wherever_they_look(library: Engine) -> None:
    data = {"details": [{"path": ["n"], "gte": -2, "lt": 2}, {"path": ["tags"], "is_null": False}]}
    found = await answer(library, HEAD, asked(library, "books", data, [], ["id"]))
    assert found == Oracle(HEAD).shown("books", ["id"], Oracle(HEAD).rows("books", data))
    assert found


async def test_hidden_columns_compare_as_null_and_what_nobody_may_read_is_refused(library: Engine) -> None:
    for data in ({"path": ["n"], "is_null": True}, {"path": ["n"], "ne": 1}, {"path": ["n"], "not_in": [1]}):
        for actor in (HEAD, CLERK, VISITOR):
            oracle = Oracle(actor)
            found = await answer(library, actor, asked(library, "books", {"details": data}, [], ["id"]))
            assert found == oracle.shown("books", ["id"], oracle.rows("books", {"details": data}))
    details = spec_of(library, "books").fields["details"].column
    condition = parse_filter(SPECS["books"], {"details": {"path": ["n"], "ne": 1}}, [])
    assert isinstance(condition, Inside)
    policy = replace(library.policies.of(VISITOR), guards={details: NEVER})
    with pytest.raises(Forbidden, match="details"):
        authorised(replace(condition, column=details), policy)


async def test_a_cursor_is_bound_to_path_and_type(library: Engine) -> None:
    ask = asked(library, "books", {"details": {"path": ["n"], "ne": 1}}, [], ["id"], limit=2)
    end = (await page(library, HEAD, ask, None))["page_info"]["end"]
    for path, value in ((["x"], 1), (["n", "n"], 1), (["n"], "1"), (["n"], True)):
        other = asked(library, "books", {"details": {"path": path, "ne": value}}, [], ["id"], limit=2)
        with pytest.raises(Malformed):
            await page(library, HEAD, other, end)


# -- the query string -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("filter[details.n]=1", {"details": {"path": ["n"], "eq": 1}}),
        ("filter[details.n]=%221%22", {"details": {"path": ["n"], "eq": "1"}}),
        ("filter[details.n]=red", {"details": {"path": ["n"], "eq": "red"}}),
        ("filter[details.n]=true", {"details": {"path": ["n"], "eq": True}}),
        ("filter[details.n]=null", {"details": {"path": ["n"], "eq": None}}),
        ("filter[details.n]=-1.5e3", {"details": {"path": ["n"], "eq": -1500.0}}),
        ("filter[details.n]=1%20", {"details": {"path": ["n"], "eq": "1 "}}),
        ("filter[details.n]=", {"details": {"path": ["n"], "eq": ""}}),
        ("filter[details.n]=NaN", {"details": {"path": ["n"], "eq": "NaN"}}),
        ("filter[details.n][in]=1,a,%221%22", {"details": {"path": ["n"], "in": [1, "a", "1"]}}),
        ("filter[details.n][istarts_with]=1", {"details": {"path": ["n"], "istarts_with": "1"}}),
        ("filter[details.n][is_null]=true", {"details": {"path": ["n"], "is_null": True}}),
        ("filter[details][is_null]=false", {"details": {"is_null": False}}),
        ("filter[details.tags.0]=a", {"details": {"path": ["tags", 0], "eq": "a"}}),
        ("filter[details.00]=a", {"details": {"path": ["00"], "eq": "a"}}),
        ("filter[details.]=a", {"details": {"path": [""], "eq": "a"}}),
        ("filter[follows.details.n][gt]=1", {"follows": {"details": {"path": ["n"], "gt": 1}}}),
        ("filter[followers.some.details.n][gt]=1", {"followers": {"some": {"details": {"path": ["n"], "gt": 1}}}}),
        ("filter[details.n][gt]=1&filter[details.x]=2&filter[rare]=true",
         {"details": [{"path": ["n"], "gt": 1}, {"path": ["x"], "eq": 2}], "rare": True}),
    ],
)  # fmt: skip
def test_brackets_say_the_same_as_json(query: str, data: dict[str, Any]) -> None:
    ask = Queries(SPECS["books"]).many(query.encode()).ask
    values: list[Any] = []
    assert ask.read.filter == parse_filter(SPECS["books"], data, values)
    assert repr(ask.values) == repr(tuple(values))


@pytest.mark.parametrize(
    "query",
    ["filter[details]=1", "filter[details.n]=[1]", "filter[details.n][like]=1", "filter[details.n][gt]=true",
     "filter[details.n][is_null]=1", "filter[details.9999999999]=1", "filter[copies.details.n]=1",
     "filter[details][path]=n", "filter[details.n][path]=n", "filter[pages][gt]=1&filter[pages.gt.x]=1"],
)  # fmt: skip
def test_brackets_that_do_not_fit(query: str) -> None:
    with pytest.raises(Invalid):
        Queries(SPECS["books"]).many(query.encode())


# -- both faces -------------------------------------------------------------------------------------------------


@pytest.fixture
async def client(own_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The library behind both faces, asked by a visitor."""
    app = create_app(Engine(LIBRARY, Settings(database_url=own_url, database_pool=2)), [GraphQLFace()])
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://library") as client,
    ):
        yield client


COMPARISONS: list[dict[str, Any]] = [
    {"eq": 1}, {"ne": "1"}, {"in": [1, "1", True]}, {"not_in": [False]}, {"gte": 0, "lt": 5}, {"gt": ""},
    {"is_null": True}, {"icontains": "A"}, {"iends_with": "STRASSE"}, {"starts_with": "a"}, {"eq": None}, {"gt": True},
    {"contains": 1}, {"eq": {"a": 1}},
]  # fmt: skip


async def test_both_faces_find_the_same(client: httpx.AsyncClient) -> None:
    found, refused = 0, 0
    for path in (["n"], ["tags", 0], ["a.b", AWKWARD], ["x", "n"], [-1], "n"):
        for comparison in COMPARISONS:
            data = {"not": {"details": {"path": path, **comparison}}}
            rest = (await client.get(f"/api/v1/books?fields=id&page_size=99&filter={quote(json.dumps(data))}")).json()
            words = {_camel(name): value for name, value in comparison.items()}
            body = {
                "query": "query ($f: BookFilter) { books(first: 99, filter: $f) { nodes { id } totalCount } }",
                "variables": {"f": {"not": {"details": {"path": path, **words}}}},
            }
            graphql = (await client.post("/graphql", json=body)).json()
            if "errors" in graphql:
                assert rest["error_code"] == "invalid"
                refused += 1
            else:
                assert graphql["data"]["books"] == {"nodes": rest["data"], "totalCount": rest["total"]}
                found += len(rest["data"])
    assert found > 100
    assert refused > 10


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


async def test_graphql_takes_one_comparison_or_a_list_as_a_literal(client: httpx.AsyncClient) -> None:
    one = '{ path: ["n"], gte: 1 }'
    counts = []
    for given in (one, f"[{one}]", f"[{one}, {{ isNull: false }}]"):
        text = f"{{ books(filter: {{ details: {given} }}) {{ totalCount }} }}"
        counts.append((await client.post("/graphql", json={"query": text})).json()["data"]["books"]["totalCount"])
    assert counts[0] == counts[1] == counts[2] > 0


async def test_openapi_says_how_to_look_inside(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    parameters = {each["name"]: each for each in document["paths"]["/api/v1/books"]["get"]["parameters"]}
    assert list(parameters["filter[details]"]["schema"]["properties"]) == ["is_null"]
    assert "filter[details.key]=value" in parameters["filter[details]"]["description"]
