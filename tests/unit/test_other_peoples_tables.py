"""Models that were there before: keys that the database counts, decimals, a schema. On both databases and faces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx
import pytest
from tortoise.utils import get_schema_sql

from support.depot import DEPOT, SCHEMA, Depot, Label, Parcel
from twofold.engine import Engine
from twofold.settings import Settings
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

WEIGHTS = [Decimal(text) for text in
           ("-5.5", "-0.001", "0", "0.3", "2", "9.999", "10", "10.001", "100.1", "123456789012.345", "999999999999.999")
           ]  # fmt: skip
"""As text, they would go another way; as doubles, the last two would be close calls."""


@dataclass
class Served:
    """The depot behind both faces."""

    engine: Engine
    client: httpx.AsyncClient

    async def rest(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        answer = await self.client.request(method, f"/api/v1{path}", **({} if body is None else {"json": body}))
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def graphql(self, query: str, **variables: Any) -> Any:
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables})
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]


@pytest.fixture
async def served(empty_url: str) -> AsyncIterator[Served]:
    engine = Engine(DEPOT, Settings(database_url=empty_url, database_pool=2))
    app = create_app(engine, [GraphQLFace()])
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://depot") as c:
        with engine.database.use():
            await _fill(engine)
        yield Served(engine, c)


async def _fill(engine: Engine) -> None:
    connection = engine.database.connection
    await connection.execute_script(get_schema_sql(connection, safe=False))
    await Depot.create(id=7, name="North")
    await Depot.create(id=8, name="closed")
    label = await Label.create(id=3, word="fragile")
    for number, weight in enumerate(reversed(WEIGHTS), start=1):
        parcel = await Parcel.create(
            number=number, depot_id=7, weight=weight, value=None if number == 1 else weight % 7
        )
        if number % 2:
            await parcel.labels.add(label)
    await Parcel.create(number=100, depot_id=8, weight=1)
    if engine.database.dialect == "postgres":  # keys that were given do not move the counter
        await connection.execute_script(f"SELECT setval(pg_get_serial_sequence('{SCHEMA}.parcels', 'number'), 200)")


async def test_decimals_sort_and_compare_as_numbers(served: Served) -> None:
    listed = await served.rest("GET", "/parcels?sort=weight")
    assert [row["weight"] for row in listed["data"]] == [f"{weight:.3f}" for weight in WEIGHTS]
    for operator, text, expected in [
        ("eq", "10", 1), ("eq", "10.000", 1), ("eq", "0", 1), ("ne", "2.0", 10), ("lt", "10", 6), ("lte", "10", 7),
        ("gt", "9.999", 5), ("gte", "999999999999.999", 1), ("gt", "999999999999.998", 1), ("in", "2,0.3,5", 2),
    ]:  # fmt: skip
        found = await served.rest("GET", f"/parcels?filter[weight][{operator}]={text}")
        assert found["total"] == expected, (operator, text)
    assert (await served.rest("GET", "/parcels?filter[value][is_null]=true"))["total"] == 1
    assert (await served.rest("GET", "/parcels?filter[value][ne]=2"))["total"] == 10


async def test_decimals_are_the_same_text_in_rows_and_below_relations(served: Served) -> None:
    rows = (await served.rest("GET", "/parcels?sort=number"))["data"]
    below = (await served.rest("GET", "/depots/7?include=parcels"))["data"]["parcels"]
    assert below == rows
    assert rows[0] == {"number": 1, "depot_id": 7, "weight": "999999999999.999", "value": None, "pieces": "1",
                       "volume": "1999999999999.998"}  # fmt: skip
    assert rows[4]["value"] == "3.00"
    assert rows[-1]["weight"] == "-5.500"


async def test_expressions_over_decimals_are_exact(served: Served) -> None:
    depot = (await served.rest("GET", "/depots/7"))["data"]
    assert (Decimal(depot["load"]), Decimal(depot["heaviest"])) == (sum(WEIGHTS), WEIGHTS[-1])
    assert depot["mean_load"] == f"{sum(WEIGHTS) / len(WEIGHTS):.3f}"
    found = await served.rest("GET", "/parcels?filter[volume][gt]=19.998&sort=-volume&fields=weight,volume")
    assert [Decimal(row["volume"]) for row in found["data"]] == [2 * weight for weight in WEIGHTS[::-1] if weight >= 10]
    below = await served.graphql("""{
        depots(orderBy: [{ load: ASC }]) { nodes { load } }
        parcels(orderBy: [{ number: ASC }], first: 1) { aggregates { sum { volume } } nodes { depot { load } } }
    }""")
    assert below["depots"]["nodes"] == [{"load": depot["load"]}, {"load": None}]
    assert below["parcels"]["nodes"] == [{"depot": {"load": depot["load"]}}]
    assert Decimal(below["parcels"]["aggregates"]["sum"]["volume"]) == 2 * sum(WEIGHTS)


async def test_cursors_over_decimals_and_counted_keys(served: Served) -> None:
    query = """query ($after: String) { parcels(first: 3, after: $after, orderBy: [{value: ASC}]) {
        nodes { number value } pageInfo { endCursor hasNextPage } } }"""
    rows: list[Any] = []
    cursor = None
    while True:
        page = (await served.graphql(query, after=cursor))["parcels"]
        rows += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        cursor = page["pageInfo"]["endCursor"]
    assert len({row["number"] for row in rows}) == len(WEIGHTS)
    values = [row["value"] for row in rows]
    assert values[-1] is None
    assert all(Decimal(a) <= Decimal(b) for a, b in pairwise(values[:-1]))


async def test_keys_are_numbers_on_both_faces(served: Served) -> None:
    body = {"depot_id": 7, "weight": "1.5", "label_ids": [3]}
    made = (await served.rest("POST", "/parcels", body, status=201))["data"]
    assert isinstance(made["number"], int)
    data = await served.graphql(
        """mutation ($weight: Decimal!) { createParcel(input: {depotId: 7, weight: $weight, labelIds: [3]}) {
            errors { code } parcel { number depotId weight labels { nodes { id word } } } } }""",
        weight="1.5",
    )
    parcel = data["createParcel"]["parcel"]
    assert parcel == {"number": made["number"] + 1, "depotId": 7, "weight": "1.500",
                      "labels": {"nodes": [{"id": 3, "word": "fragile"}]}}  # fmt: skip
    number = parcel["number"]
    read = "query ($number: BigInt!) { parcel(id: $number) { number weight depot { id } } }"
    assert await served.graphql(read, number=number) == {
        "parcel": {"number": number, "weight": "1.500", "depot": {"id": 7}}
    }
    changed = 'mutation ($id: BigInt!) { updateParcel(input: {id: $id, weight: "2"}) { parcel { number weight } } }'
    assert (await served.graphql(changed, id=number))["updateParcel"]["parcel"] == {"number": number, "weight": "2.000"}
    await served.rest("PATCH", f"/parcels/{number}", {"label_ids": []})
    deleted = "mutation ($id: BigInt!) { deleteParcel(input: {id: $id}) { deletedId } }"
    assert (await served.graphql(deleted, id=number))["deleteParcel"] == {"deletedId": number}
    await served.rest("DELETE", f"/parcels/{made['number']}", status=204)
    assert (await served.rest("GET", "/parcels"))["total"] == len(WEIGHTS)


@pytest.mark.parametrize("key", ["x", "1e3", "0x1", "-1", "99999999999999999999", "100", "7c0b6f3e"])
async def test_a_key_that_no_row_has_is_not_found(served: Served, key: str) -> None:
    await served.rest("GET", f"/parcels/{key}", status=404)


async def test_relations_lead_through_the_schema(served: Served) -> None:
    assert (await served.rest("GET", "/parcels?filter[depot.name]=North"))["total"] == len(WEIGHTS)
    fragile = await served.rest("GET", '/parcels?filter={"labels":{"some":{"word":{"eq":"fragile"}}}}')
    assert fragile["total"] == 6
    labels = await served.rest("GET", "/labels?include=parcels")
    assert len(labels["data"][0]["parcels"]) == 6


async def test_a_reference_to_nothing_is_refused(served: Served) -> None:
    refused = await served.rest("POST", "/parcels", {"depot_id": 9, "weight": "1"}, status=422)
    assert [(each["field"], each["code"]) for each in refused["field_errors"]] == [("depot_id", "missing")]
    refused = await served.rest("POST", "/parcels", {"depot_id": 7, "weight": "1.2345"}, status=422)
    assert [each["code"] for each in refused["field_errors"]] == ["decimal_max_places"]


async def test_the_documents_say_that_keys_are_numbers(served: Served) -> None:
    document = (await served.client.get("/api/v1/openapi.json")).json()
    parameters = document["paths"]["/api/v1/parcels/{id}"]["get"]["parameters"]
    assert parameters[0]["schema"] == {"type": "integer"}
    assert document["components"]["schemas"]["Parcel"]["properties"]["weight"]["type"] == "string"
