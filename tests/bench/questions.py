"""The questions of the benchmark: how each target is asked, and the facts in its answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

import orjson

__all__ = ["SCENARIOS", "Asked", "Keys", "Parameters", "Scenario", "Target", "draw", "facts"]

Target: TypeAlias = Literal["twofold", "limit"]
Parameters: TypeAlias = Mapping[str, Any]

SETS = 4000
"""Parameter sets of a scenario."""
PAGE = 50
DEEPEST = 100
"""Offsets are drawn below this, so that the pages of every category are full."""

FIELDS = "id name slug price currency stock status createdAt"
PAGE_ARGUMENTS = "($category: Int!, $offset: Int!)"
NESTED = "category { id name slug } reviews%s { id rating title createdAt author { id name } }%s"


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The rows that questions are about; `products` are those that everyone sees."""

    products: Sequence[int]
    categories: Sequence[int]
    members: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request."""

    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A question, the parameters it is asked with, and how each target is asked."""

    name: str
    title: str
    draw: Callable[[random.Random, Keys], Parameters]
    ask: Mapping[Target, Callable[[Parameters], Asked]]
    writes: bool = False


def draw(scenario: Scenario, keys: Keys, count: int = SETS) -> list[Parameters]:
    """Returns the parameter sets of a scenario: the same ones at every run over the same rows."""
    source = random.Random(f"twofold {scenario.name}")  # noqa: S311  # the same at every run
    return [scenario.draw(source, keys) for _ in range(count)]


# -- drawing -----------------------------------------------------------------------------------------------------


def _product(source: random.Random, keys: Keys) -> Parameters:
    return {"id": source.choice(keys.products)}


def _page(source: random.Random, keys: Keys) -> Parameters:
    return {"category": source.choice(keys.categories), "offset": source.randrange(DEEPEST)}


def _review(source: random.Random, keys: Keys) -> Parameters:
    return {
        "product_id": source.choice(keys.products),
        "author_id": source.choice(keys.members),
        "rating": source.randint(1, 5),
        "title": f"Opinion {source.randrange(10**6)}",
        "body": "It came in time, " * source.randint(1, 10) + "and it works.",
    }


# -- asking ------------------------------------------------------------------------------------------------------


def _get(path: str, **query: Any) -> Asked:
    return Asked(method="GET", path=f"{path}?{urlencode(query)}" if query else path)


def _post(path: str, body: Any) -> Asked:
    return Asked(method="POST", path=path, body=orjson.dumps(body))


def _query(document: str, variables: Mapping[str, Any]) -> Asked:
    return _post("/graphql", {"query": document, "variables": variables})


def _list_of_limit(given: Parameters) -> Asked:
    return _get("/products", category_id=given["category"], offset=given["offset"])


def _list(given: Parameters, **query: Any) -> Asked:
    page = {"filter[category_id]": given["category"], "sort": "-created_at", "limit": PAGE, "offset": given["offset"]}
    return _get("/api/v1/products", **page, **query)


def _nodes(name: str, fields: str) -> Callable[[Parameters], Asked]:
    window = f"first: {PAGE}, offset: $offset"
    document = f"""query {name}{PAGE_ARGUMENTS} {{
      products(filter: {{categoryId: {{eq: $category}}}}, orderBy: [{{createdAt: DESC}}], {window}) {{
        nodes {{ {fields} }}
      }}
    }}"""
    return lambda given: _query(document, given)


def _of_limit(name: str, arguments: str, field: str) -> Callable[[Parameters], Asked]:
    """The limit looks at the operation's name only, yet it reads as many bytes."""
    document = f"query {name}{arguments} {{ {field} }}"
    return lambda given: _query(document, given)


def _as_input(given: Parameters) -> Mapping[str, Any]:
    names = {"product_id": "productId", "author_id": "authorId"}
    return {"input": {names.get(name, name): value for name, value in given.items()}}


ONE = "query G1($id: Int!) { product(id: $id) { id name slug price stock status } }"
IN_REST = {"fields": "id,name,slug,price,stock,status"}
LIST_IN_REST = {"fields": FIELDS.replace(" ", ",").replace("createdAt", "created_at")}
CREATE = """mutation W2($input: CreateReviewInput!) {
  createReview(input: $input) { review { id rating title } errors { code message path } }
}"""

SCENARIOS: Mapping[str, Scenario] = {
    each.name: each
    for each in [
        Scenario(
            name="R1",
            title="GET one product, 11 fields",
            draw=_product,
            ask={
                "twofold": lambda given: _get(f"/api/v1/products/{given['id']}"),
                "limit": lambda given: _get(f"/products/{given['id']}"),
            },
        ),
        Scenario(
            name="R2",
            title="GET 50 products of a category, newest first, from a random offset, 11 fields, no total",
            draw=_page,
            ask={"twofold": _list, "limit": _list_of_limit},
        ),
        Scenario(
            name="G1",
            title="one product by id, 6 fields",
            draw=_product,
            ask={"twofold": lambda given: _query(ONE, given), "limit": lambda given: _query(ONE, given)},
        ),
        Scenario(
            name="G2",
            title="50 products of a category, newest first, from a random offset, 8 fields",
            draw=_page,
            ask={"twofold": _nodes("G2", FIELDS), "limit": _of_limit("G2", PAGE_ARGUMENTS, f"products {{ {FIELDS} }}")},
        ),
        Scenario(
            name="G1R",
            title="the question of G1, by REST",
            draw=_product,
            ask={
                "twofold": lambda given: _get(f"/api/v1/products/{given['id']}", **IN_REST),
                "limit": lambda given: _query(ONE, given),
            },
        ),
        Scenario(
            name="G2R",
            title="the question of G2, by REST",
            draw=_page,
            ask={
                "twofold": lambda given: _list(given, **LIST_IN_REST),
                "limit": _of_limit("G2", PAGE_ARGUMENTS, f"products {{ {FIELDS} }}"),
            },
        ),
        Scenario(
            name="G3",
            title="G2 with category{id name slug} and the 5 newest reviews{id rating title createdAt author{id name}}",
            draw=_page,
            ask={
                "twofold": _nodes(
                    "G3", FIELDS + " " + NESTED % ("(first: 5, orderBy: [{createdAt: DESC}]) { nodes", " }")
                ),
                "limit": _of_limit("G3", PAGE_ARGUMENTS, f"products {{ {FIELDS} {NESTED % ('', '')} }}"),
            },
        ),
        Scenario(
            name="W1",
            title="POST a review: 201 and the row",
            draw=_review,
            ask={
                "twofold": lambda given: _post("/api/v1/reviews", given),
                "limit": lambda given: _post("/reviews", given),
            },
            writes=True,
        ),
        Scenario(
            name="W2",
            title="create a review by a mutation",
            draw=_review,
            ask={
                "twofold": lambda given: _query(CREATE, _as_input(given)),
                "limit": lambda given: _query(CREATE, _as_input(given)),
            },
            writes=True,
        ),
    ]
}


# -- facts -------------------------------------------------------------------------------------------------------


def facts(scenario: Scenario, body: bytes) -> Any:
    """Returns what an answer says, whatever its envelope and its spelling of names and instants.

    Of a new review, not the key nor the time, which are others at every request.
    """
    said = _plain(orjson.loads(body))
    if scenario.writes:
        return {name: value for name, value in said.items() if name not in ("id", "created_at")}
    return said


WRAPPERS = ("data", "product", "products", "createReview", "review", "nodes")
"""No column is called so."""


def _plain(value: Any) -> Any:
    match value:
        case dict() if wrapped := [name for name in WRAPPERS if name in value]:
            return _plain(value[wrapped[0]])
        case dict():
            renamed = {"created_at" if name == "createdAt" else name: each for name, each in value.items()}
            return {
                name: datetime.fromisoformat(each) if name == "created_at" else _plain(each)
                for name, each in renamed.items()
            }
        case list():
            return [_plain(each) for each in value]
        case _:
            return value
