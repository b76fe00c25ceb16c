"""Asking a served project on both faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from twofold_graphql.names import camel

__all__ = ["codes", "graphql", "path_of", "resources", "rows_of"]


def resources(client: httpx.Client) -> list[str]:
    """Returns the names of all resources that REST has."""
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    named = {path.removeprefix("/api/v1/").removesuffix("/{id}") for path in paths if path.endswith("/{id}")}
    return sorted(name.replace("-", "_") for name in named if f"/api/v1/{name}" in paths and "/" not in name)


def path_of(resource: str) -> str:
    """Returns the path of a resource's list."""
    return f"/api/v1/{resource.replace('_', '-')}"


def graphql(client: httpx.Client, query: str) -> dict[str, Any]:
    """Returns the answer to a query."""
    answer: dict[str, Any] = client.post("/graphql", json={"query": query}).json()
    return answer


def codes(client: httpx.Client) -> dict[str, tuple[str, str]]:
    """Returns by resource with which codes REST and GraphQL refuse to list it."""
    found = {}
    for name in resources(client):
        rest = client.get(path_of(name)).json().get("error_code", "shown")
        answer = graphql(client, f"{{ {camel(name)} {{ totalCount }} }}")
        refused = answer.get("errors", [{"extensions": {"code": "shown"}}])
        found[name] = (rest, refused[0]["extensions"]["code"])
    return found


def rows_of(client: httpx.Client, resource: str, names: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """Returns all rows as REST shows them, and as GraphQL does; the total that each says comes first."""
    answer = client.get(path_of(resource), params={"page_size": 100}).json()
    rest = [{name: row[name] for name in names} for row in answer["data"]]
    asked = " ".join(f"{name}: {camel(name)}" for name in names)
    found = graphql(client, f"{{ found: {camel(resource)}(first: 100) {{ totalCount nodes {{ {asked} }} }} }}")
    assert "errors" not in found, found
    nodes = found["data"]["found"]["nodes"]
    return [answer["total"], *sorted(rest, key=repr)], [found["data"]["found"]["totalCount"], *sorted(nodes, key=repr)]
