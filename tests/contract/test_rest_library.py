"""REST of another domain than the shop: its document is right too, and its lists are those of the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from support.contract import Contract
from support.figures import count
from twofold.engine import Engine
from twofold.spec import ResourceSpec
from twofold_rest.app import create_app

pytest_plugins = ("support.library.fixtures",)
pytestmark = pytest.mark.contract


@pytest.fixture
async def client(library: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor of the library."""
    transport = httpx.ASGITransport(create_app(library))
    async with httpx.AsyncClient(transport=transport, base_url="http://library/api/v1") as client:
        yield client


@pytest.fixture
async def contract(client: httpx.AsyncClient) -> Contract:
    return Contract((await client.get("/openapi.json")).json())


def path_of(spec: ResourceSpec) -> str:
    return f"/{spec.plural.replace('_', '-')}"


def test_the_document_is_valid(sqlite_library: Engine) -> None:
    OpenAPIV31SpecValidator(create_app(sqlite_library).openapi()).validate()


async def test_every_read_answers_as_it_is_written(
    library: Engine, client: httpx.AsyncClient, contract: Contract
) -> None:
    said = {operation.path: operation for operation in contract.operations() if operation.method == "GET"}
    for spec in library.resources:
        answer = await client.get(path_of(spec))
        contract.hold(said[f"/api/v1{path_of(spec)}"], answer)
        for row in answer.json().get("data", [])[:5]:
            for path in [each for each in said if each.startswith(f"/api/v1{path_of(spec)}/{{id}}")]:
                for query in ("", "?fields=id"):
                    contract.hold(said[path], await client.get(path[7:].replace("{id}", row["id"]) + query))


async def test_a_list_behind_an_object_is_what_is_nested_in_it(library: Engine, client: httpx.AsyncClient) -> None:
    """In each order that the rows can have, forwards and backwards, whatever their values."""
    compared = 0
    for spec in library.resources:
        rows = (await client.get(path_of(spec), params={"fields": "id"})).json().get("data", [])
        for relation in [each for each in spec.relations.values() if each.join.many]:
            sortable = [each.name for each in relation.target.fields.values() if each.declared.sort]
            for name in [*sortable, *[f"-{each}" for each in sortable]]:
                for row in rows[:4]:
                    compared += await _same(client, f"{path_of(spec)}/{row['id']}", relation.name, name)
    assert compared > 50
    count("contract", "nested lists equal to those behind", compared)


async def _same(client: httpx.AsyncClient, path: str, relation: str, sort: str) -> int:
    options = f"{relation}(sort:{sort},limit:200).id"
    inside = await client.get(path, params={"fields": options})
    behind = f"{path}/{relation.replace('_', '-')}"
    listed = await client.get(behind, params={"fields": "id", "sort": sort})
    assert listed.status_code == inside.status_code
    if listed.status_code != 200:
        assert listed.json()["detail"] == inside.json()["detail"]  # a field that a visitor may never read
        return 0
    nested = inside.json()["data"][relation]
    assert listed.json()["data"] == nested
    walked: list[Any] = []
    window: dict[str, Any] = {"limit": 2}
    while True:
        body = (await client.get(behind, params={"fields": "id", "sort": sort, **window})).json()
        walked += body["data"]
        if body["next"] is None:
            break
        window = {"limit": 2, "after": body["next"]}
    assert walked == nested
    while body["prev"] is not None:
        window = {"limit": 2, "before": body["prev"]}
        body = (await client.get(behind, params={"fields": "id", "sort": sort, **window})).json()
    assert body["data"] == nested[: len(body["data"])]
    return bool(nested)
