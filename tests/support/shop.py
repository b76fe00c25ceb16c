"""Fixtures: the seeded storefront behind both faces, on each database."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from storefront.application import STOREFRONT
from storefront.examples import EXAMPLES
from storefront.seed import ACCOUNTS, DEMO_PASSWORD, seed
from support import server
from support.databases import new_copy, open_database
from twofold.engine import Engine
from twofold.identity.passwords import hash_password_now
from twofold.settings import Settings
from twofold_graphql.execute import Executing
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

EMAILS = {account.title.lower(): account.email for account in ACCOUNTS} | {"moderator": "moderator@example.com"}


@dataclass
class Shop:
    """The storefront, asked through its ASGI application; `who` is None (a visitor) or one of EMAILS."""

    engine: Engine
    app: ASGIApp
    client: httpx.AsyncClient
    executing: Executing
    _tokens: dict[str, str] = field(default_factory=dict)

    async def forget(self) -> None:
        """Makes the database be asked again for all that was read before."""
        await self.engine.database.watch.forget_all()

    async def headers(self, who: str | None) -> dict[str, str]:
        """Returns the headers of a request by `who`, who signs in on first use."""
        if who is None:
            return {}
        if who not in self._tokens:
            self._tokens[who] = await self.sign_in(who)
        return {"Authorization": f"Bearer {self._tokens[who]}"}

    async def sign_in(self, who: str) -> str:
        """Returns a new token of `who`."""
        account = {"email": EMAILS.get(who, who), "password": DEMO_PASSWORD}
        answer = await self.client.post("/auth/login", json=account)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    async def rest(self, method: str, path: str, body: Any = None, *, who: str | None = None) -> httpx.Response:
        """Returns the response to a REST request under /api/v1."""
        options = {} if body is None else {"json": body}
        return await self.client.request(method, f"/api/v1{path}", headers=await self.headers(who), **options)

    async def graphql(self, query: str, *, who: str | None = None, **variables: Any) -> dict[str, Any]:
        """Returns the response to a GraphQL request."""
        body = {"query": query, "variables": variables}
        answer = await self.client.post("/graphql", json=body, headers=await self.headers(who))
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result


@asynccontextmanager
async def opened(url: str, **settings: Any) -> AsyncIterator[Shop]:
    """Gives the storefront over the database at `url`, with other settings than the defaults.

    Answers are kept on both databases, so that all that is tested is tested with the cache.
    """
    engine = Engine(STOREFRONT, Settings(**{"database_url": url, "database_pool": 4, "cache": "memory"} | settings))
    face = GraphQLFace(examples=EXAMPLES)
    app = create_app(engine, [face])
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        yield Shop(engine=engine, app=app, client=client, executing=Executing(engine))


async def _fill(url: str) -> None:
    database = open_database(url)
    await database.open()
    try:
        await seed(database, scale=1, password_hash=hash_password_now(DEMO_PASSWORD))
    finally:
        await database.close()


@pytest.fixture(scope="session")
async def seeded_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo shop, for others to be copied from."""
    path = tmp_path_factory.mktemp("seeded") / "shop.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    await _fill(f"sqlite://{path}")
    return path


@pytest.fixture(scope="session")
async def seeded_postgres(new_postgres_database: Callable[[str], str], migrated_postgres: str) -> str:
    """The name of a PostgreSQL database with the demo shop, for others to be made from."""
    url = new_postgres_database(migrated_postgres)
    await _fill(url)
    return url.rpartition("/")[2]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shop_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with the demo shop, new for each module; every test runs on both databases."""
    return new_copy(request, "seeded", request.param, tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
async def shop(shop_url: str) -> AsyncIterator[Shop]:
    """The demo shop behind both faces, on a database of this module's own."""
    async with opened(shop_url) as shop:
        yield shop


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of `twofold serve`, started on an empty folder as a new user would, and stopped with Ctrl-C."""
    with server.serving(tmp_path_factory.mktemp("live") / "twofold.db") as url:
        yield url
