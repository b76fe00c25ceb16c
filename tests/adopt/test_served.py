"""Databases that were there before, adopted: closed at first, and once opened, served on both faces as they are."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from support.adopted.domain import served
from support.adopted.project import Project, database, run, serving
from support.figures import count
from twofold.schema import Schema
from twofold.schema.inspect import inspect

pytestmark = pytest.mark.adopt
pytest_plugins = ("support.adopted.fixtures",)


async def inspected(project: Project) -> Schema:
    it = database(project.url)
    await it.open()
    try:
        return await inspect(it)
    finally:
        await it.close()


def resources(client: httpx.Client) -> list[str]:
    """The paths of all lists."""
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    return [path for path, said in paths.items() if path.startswith("/api/v1/") and "{" not in path and "get" in said
            and path.count("/") == 3 and f"{path}/{{id}}" in paths]  # fmt: skip


def expected(project: Project) -> dict[str, list[dict[str, Any]]]:
    """What each resource must show, of the fields that the domain knows."""
    found = {name: [dict(row) for row in rows] for name, rows in project.domain.views.items()}
    for resource, (table, fields) in project.domain.served.items():
        rows = project.domain.rows[table][1]
        found[resource] = [
            {name: served(row[place], project.dialect) for name, place in fields.items()} for row in rows
        ]
    return found


async def test_closed_until_opened_and_then_as_it_is(closed: Project) -> None:
    """The story of the README: serve, see nothing, open, see everything; the tables that were there never change."""
    before = await inspected(closed)
    with serving(closed) as client:
        paths = resources(client)
        assert len(paths) >= len(expected(closed))
        for path in paths:
            assert client.get(path).json()["error_code"] == "unauthenticated", path
        for resource in expected(closed):
            answer = client.post("/graphql", json={"query": f"{{ found: {camel(resource)} {{ totalCount }} }}"}).json()
            assert answer["errors"][0]["extensions"]["code"] == "unauthenticated", resource
            count("adopt", "resources closed")
    done = run("migrate", "check", cwd=closed.folder, url=closed.url)
    assert done.returncode == 0, done.stderr
    closed.open()
    with serving(closed) as client:
        for resource, rows in expected(closed).items():
            compare(client, resource, rows)
            count("adopt", "resources opened")
            count("adopt", "rows compared", len(rows))
    after = await inspected(closed)
    assert {name: after.tables[name] for name in before.tables} == before.tables
    assert {name for name in after.tables if name not in before.tables} <= {
        name for name in after.tables if name.startswith("twofold_")
    }


def compare(client: httpx.Client, resource: str, rows: list[dict[str, Any]]) -> None:
    path = f"/api/v1/{resource.replace('_', '-')}"
    answer = client.get(path, params={"page_size": 100}).json()
    names = list(rows[0])
    assert answer["total"] == len(rows), resource
    found = [{name: row[name] for name in names} for row in answer["data"]]
    assert sorted(found, key=repr) == sorted(rows, key=repr), resource
    asked = " ".join(f"{name}: {camel(name)}" for name in names)
    query = f"{{ found: {camel(resource)}(first: 100) {{ totalCount nodes {{ {asked} }} }} }}"
    answer = client.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer, answer
    assert answer["data"]["found"]["totalCount"] == len(rows)
    assert sorted(map(_narrow, answer["data"]["found"]["nodes"]), key=repr) == sorted(rows, key=repr), resource


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def _narrow(row: dict[str, Any]) -> dict[str, Any]:
    return row
