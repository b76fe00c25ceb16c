"""Whoever writes is watched: no statement that writes comes to a driver past the watch."""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from storefront.seed import seed
from support.changing import WAYS, change_something
from support.databases import open_database
from support.figures import count
from support.shop import Shop
from support.statements import recorded
from twofold.cache.written import tables_written
from twofold.database import Database
from twofold.engine import Engine
from twofold.identity.purge import purge

pytestmark = pytest.mark.cache
pytest_plugins = ("support.library.fixtures",)

SERVICE = Path(__file__).parents[2] / "service" / "twofold"


@contextmanager
def unwatched(database: Database) -> Iterator[list[str]]:
    """Gives the list of the statements within the block that may write and that the watch did not see."""
    past: list[str] = []
    seen: set[str] = set()
    watch, effects_of = database.watch, database.watch.effects_of

    def noted(sql: str) -> frozenset[int] | None:
        seen.add(sql)
        return effects_of(sql)

    watch.effects_of = noted
    try:
        with recorded() as statements:
            yield past
    finally:
        watch.effects_of = effects_of
    writing = [sql for sql in statements if tables_written(sql) != frozenset()]
    count("watch", "statements", len(statements))
    count("watch", "writes", len(writing))
    assert writing, "nothing was written"
    past += [sql for sql in writing if sql not in seen]


# -- faces and identity ------------------------------------------------------------------------------------------


async def _rest(shop: Shop) -> None:
    tag = (await shop.rest("POST", "/tags", {"name": f"tag {uuid4()}"}, who="admin")).json()["data"]
    assert (await shop.rest("PATCH", f"/tags/{tag['id']}", {"name": f"tag {uuid4()}"}, who="admin")).status_code == 200
    assert (await shop.rest("DELETE", f"/tags/{tag['id']}", who="admin")).status_code < 300


async def _links(shop: Shop) -> None:
    [product] = (await shop.rest("GET", "/products?limit=1", who="admin")).json()["data"]
    tags = [each["id"] for each in (await shop.rest("GET", "/tags?limit=2")).json()["data"]]
    for tag_ids in (tags[:1], tags[1:], []):
        answer = await shop.rest("PATCH", f"/products/{product['id']}", {"tag_ids": tag_ids}, who="admin")
        assert answer.status_code == 200, answer.text


async def _graphql(shop: Shop) -> None:
    text = "mutation($name: String!) { createTag(input: {name: $name}) { tag { id } errors { code } } }"
    assert (await shop.graphql(text, who="admin", name=f"tag {uuid4()}"))["data"]["createTag"]["tag"]


async def _idempotent(shop: Shop) -> None:
    headers = {**await shop.headers("admin"), "Idempotency-Key": str(uuid4())}
    body = {"name": f"tag {uuid4()}"}
    for _ in range(2):
        assert (await shop.client.post("/api/v1/tags", json=body, headers=headers)).status_code == 201


async def _sign_in(shop: Shop) -> None:
    await shop.sign_in("customer")
    wrong = await shop.client.post("/auth/login", json={"email": f"{uuid4()}@example.com", "password": "wrong"})
    assert wrong.status_code in (400, 401)


async def _sign_out(shop: Shop) -> None:
    await shop.engine.sign_out(await shop.sign_in("customer"))


async def _purge(shop: Shop) -> None:
    await _sign_out(shop)
    assert sum((await purge(shop.engine.database, days=0, idempotency_days=0)).values())


WRITERS: Mapping[str, Callable[[Shop], Awaitable[None]]] = {
    writer.__name__.strip("_").replace("_", " "): writer
    for writer in (_rest, _links, _graphql, _idempotent, _sign_in, _sign_out, _purge)
}


@pytest.mark.parametrize("writer", WRITERS)
async def test_what_is_written_by_the_service(shop: Shop, writer: str) -> None:
    with unwatched(shop.engine.database) as past:
        await WRITERS[writer](shop)
    assert past == []


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_written_by_code(own_library: Engine, way: str) -> None:
    with unwatched(own_library.database) as past:
        assert await change_something(own_library, Random(5), way)  # noqa: S311
    assert past == []


async def test_what_the_demo_shop_writes(database_url: str) -> None:
    database = open_database(database_url)
    await database.open()
    with unwatched(database) as past:
        await seed(database, scale=1, password_hash="")
    await database.close()
    assert past == []


async def test_a_writer_past_the_watch_is_seen(shop: Shop) -> None:
    text = "UPDATE tags SET name = name"
    connection: Any = shop.engine.database.connection
    with unwatched(shop.engine.database) as past:
        async with connection.acquire_connection() as raw:
            await raw.execute(text)
    assert past == [text]


# -- what could be written past it -------------------------------------------------------------------------------

DRIVERS = {"acquire_connection", "executescript", "executemany", "execute_fetchall", "copy_records_to_table",
           "copy_to_table", "copy_from_query", "fetchrow", "fetchval"}  # fmt: skip
"""What the drivers' connections are reached by, and what they write with."""
KNOWN = {
    "database.py": "`Database.fetch` is watched, and `read` only reads",
    "interrupting.py": "is how `Database` runs statements on SQLite",
    "sqlite.py": "is the client itself",
    "replica.py": "replicas are read only",
    "replicas.py": "replicas are read only",
    "transaction_mode.py": "is the connection itself, behind a pooler",
    "migrate/lock.py": "asks for a lock",
    "migrate/on_sqlite.py": "`Session.committed` tells the watch",
    "migrate/runner.py": "`Session.committed` tells the watch",
    "migrate/rehearse/snapshots.py": "writes a file of its own",
}
"""The modules that reach for a driver, and why they may."""


def test_nobody_else_reaches_for_a_driver() -> None:
    found = {
        path.relative_to(SERVICE).as_posix()
        for path in SERVICE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in DRIVERS
    }
    assert found == KNOWN.keys()
