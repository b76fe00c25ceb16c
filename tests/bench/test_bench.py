"""The benchmark cannot rot: on a small shop, the service and the raw limit give the same facts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx
import pytest

from bench import cluster
from bench.limit import Limit
from bench.market import MARKET
from bench.questions import SCENARIOS, Asked, Keys, draw, facts
from bench.report import Figures, rows_of, table
from twofold.engine import Engine
from twofold.settings import Settings
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

pytestmark = pytest.mark.bench

SCALE = 0.04
"""Of the whole shop: 2,000 products, 20,000 reviews; every category still fills the deepest page that is asked for."""


@dataclass
class Targets:
    """All targets over one small shop."""

    clients: dict[str, httpx.AsyncClient]
    keys: Keys

    async def ask(self, target: str, asked: Asked) -> httpx.Response:
        headers = {"Content-Type": "application/json"} if asked.body else {}
        return await self.clients[target].request(asked.method, asked.path, content=asked.body, headers=headers)


@pytest.fixture(scope="module")
async def targets(new_postgres_database: Callable[[], str]) -> AsyncIterator[Targets]:
    url = new_postgres_database()
    await cluster.fill(url, SCALE)
    token = await cluster.new_token(url)
    service = create_app(Engine(MARKET, Settings(database_url=url, database_pool=2)), [GraphQLFace()])
    limits = {f"limit {mode}": Limit(mode, url) for mode in ("rows", "json")}
    for limit in limits.values():
        await limit.open()
    headers = {"twofold, token": {"Authorization": f"Bearer {token}"}}
    applications = {**limits, "twofold": service, "twofold, token": service}
    async with service.router.lifespan_context(service):
        yield Targets(
            clients={
                name: httpx.AsyncClient(
                    transport=httpx.ASGITransport(app), base_url="http://bench", headers=headers.get(name)
                )
                for name, app in applications.items()
            },
            keys=await cluster.keys_in(url),
        )
    for limit in limits.values():
        await limit.close()


@pytest.mark.parametrize("name", SCENARIOS)
async def test_all_targets_give_the_same_facts(targets: Targets, name: str) -> None:
    scenario = SCENARIOS[name]
    for parameters in draw(scenario, targets.keys, count=10):
        said = {}
        for target in targets.clients:
            asked = scenario.ask["limit" if target.startswith("limit") else "twofold"](parameters)
            answer = await targets.ask(target, asked)
            assert answer.status_code == (201 if name == "W1" else 200), (target, answer.text)
            said[target] = facts(scenario, answer.content)
        first, *others = said.values()
        assert first
        assert all(other == first for other in others), said


async def test_the_pages_are_full_and_nested(targets: Targets) -> None:
    for parameters in draw(SCENARIOS["G3"], targets.keys, count=10):
        answer = await targets.ask("twofold", SCENARIOS["G3"].ask["twofold"](parameters))
        rows = facts(SCENARIOS["G3"], answer.content)
        assert len(rows) == 50
        assert sum(len(row["reviews"]) for row in rows) > 200
        assert all(row["reviews"][0]["author"]["name"] and row["category"]["slug"] for row in rows)


async def test_the_rules_are_on(targets: Targets) -> None:
    hidden = next(key for key in range(1, 1000) if key not in set(targets.keys.products))
    for target in ("twofold", "twofold, token"):
        assert (await targets.ask(target, Asked(method="GET", path=f"/api/v1/products/{hidden}"))).status_code == 404
    orders = Asked(method="GET", path="/api/v1/orders?page_size=200")
    assert (await targets.ask("twofold", orders)).status_code == 401
    assert {row["user_id"] for row in (await targets.ask("twofold, token", orders)).json()["data"]} == {
        targets.keys.members[-1]
    }


def test_ratios_are_those_to_the_faster_limit_of_the_same_round() -> None:
    common = {"scenario": "R1", "p50_ms": 1, "p99_ms": 2, "errors": 0, "server_us": 1, "database_us": 1, "rss_mb": 1}
    speeds = {"limit rows": (100, 300, 100), "limit json": (200, 100, 100), "twofold": (100, 150, 90)}
    rows = rows_of(
        Figures(target=target, round=number, rps=rps, **common)
        for target, rounds in speeds.items()
        for number, rps in enumerate(rounds)
    )
    assert [(row.target, row.of_limit) for row in rows] == [("limit rows", 1), ("limit json", 1), ("twofold", 0.5)]
    assert list(rows[-1].of_limit_rounds) == [0.5, 0.5, 0.9]
    assert "| R1       | twofold    |   100 |" in table(rows)
