"""Where a database takes other texts for equal than Python does, or changes what nobody wrote, nothing is stale."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tortoise.utils import get_schema_sql

from support.strangers import STRANGERS, TABLES
from twofold.engine import Engine
from twofold.settings import Settings
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

pytestmark = pytest.mark.cache


@dataclass
class Strangers:
    """The application behind REST."""

    engine: Engine
    client: httpx.AsyncClient

    async def rest(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.client.request(method, f"/api/v1{path}", **({} if body is None else {"json": body}))
        assert answer.is_success, answer.text
        return answer.json()["data"]

    async def kept(self, path: str) -> Any:
        """What is answered when it is asked again and again."""
        answers = [await self.rest("GET", path) for _ in range(3)]
        return answers[-1]


@pytest.fixture
async def strangers(empty_url: str) -> AsyncIterator[Strangers]:
    engine = Engine(STRANGERS, Settings(database_url=empty_url, database_pool=2, cache="memory"))
    app = create_app(engine, [GraphQLFace()])
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        with engine.database.use():
            connection = engine.database.connection
            for each in (TABLES[engine.database.dialect], get_schema_sql(connection, safe=True)):
                await connection.execute_script(each)
        strangers = Strangers(engine, client)
        await strangers.rest("POST", "/countries", {"code": "no", "name": "Norway"})
        yield strangers


async def test_a_text_that_is_written_in_another_way(strangers: Strangers) -> None:
    code = "NO" if strangers.engine.database.dialect == "sqlite" else "no"
    path = f"/countries?limit=5&filter[code]={code}&fields=id,name"
    [country] = await strangers.kept(path)
    await strangers.rest("PATCH", f"/countries/{country['id']}", {"name": "Norge"})
    assert [each["name"] for each in await strangers.rest("GET", path)] == ["Norge"]


async def test_a_value_that_the_database_works_out(strangers: Strangers) -> None:
    path = "/countries?limit=5&filter[slug]=norge&fields=id,name"
    assert await strangers.kept(path) == []
    [country] = await strangers.kept("/countries?limit=5")
    await strangers.rest("PATCH", f"/countries/{country['id']}", {"name": "Norge"})
    assert [each["name"] for each in await strangers.rest("GET", path)] == ["Norge"]


async def test_a_key_that_changes_in_the_rows_that_refer_to_it(strangers: Strangers) -> None:
    [country] = await strangers.kept("/countries?limit=5")
    await strangers.rest("POST", "/towns", {"name": "Oslo", "country_id": "no"})
    path = "/towns?limit=5"
    assert [each["country_id"] for each in await strangers.kept(path)] == ["no"]
    await strangers.rest("PATCH", f"/countries/{country['id']}", {"code": "NOR"})
    assert [each["country_id"] for each in await strangers.rest("GET", path)] == ["NOR"]


async def test_a_relation_by_another_column_than_the_key(strangers: Strangers) -> None:
    [country] = await strangers.kept("/countries?limit=5")
    town = {"name": "Oslo", "country_id": "no"}
    assert (await strangers.rest("POST", "/towns", town))["country_id"] == "no"
    for wrong in ("xx", str(country["id"])):
        answer = await strangers.client.post("/api/v1/towns", json=town | {"country_id": wrong})
        assert answer.status_code == 422
        assert [each["code"] for each in answer.json()["field_errors"]] == ["missing"], answer.text
