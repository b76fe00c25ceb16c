"""PgBouncer in transaction mode: two sessions of the server for everybody, and nothing of anybody stays in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from storefront.config import MODELS
from support import postgres
from support.databases import APPS, MIGRATIONS
from support.figures import count
from support.long import examples
from support.pgbouncer import pooled
from support.shop import Shop, opened
from support.statements import recorded
from twofold.connecting import Connecting, Limits
from twofold.database import Database, tortoise_config
from twofold.errors import TooSlow
from twofold.migrate import downgrade, status, upgrade

pytestmark = pytest.mark.faults

SESSIONS = 2
ROUNDS = examples(6, 60)
WRITERS = 10
LIMITS = Limits(statement_s=0.3, lock_s=5, idle_transaction_s=30)
KEPT = "'application_name', 'client_encoding'"
"""What PgBouncer itself keeps for each client, and tells each session."""
LEFT = f"""
SELECT name || ' is ' || setting FROM pg_settings WHERE source = 'session' AND name NOT IN ({KEPT})
UNION ALL SELECT 'prepared: ' || statement FROM pg_prepared_statements WHERE name <> ''
UNION ALL SELECT 'a lock of the session' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"""
PRODUCT = "query ($id: ID!) { product(id: $id) { id name price } }"
NAMED = "query ($id: ID!) { product(id: $id) { __typename slug id category { name } } }"
CREATE = "mutation ($input: CreateTagInput!) { createTag(input: $input) { tag { id name } errors { message } } }"


@pytest.fixture(scope="module")
def direct(new_postgres_database: Callable[[str], str], seeded_postgres: str) -> str:
    """The URL of a shop, not through the pooler."""
    return new_postgres_database(seeded_postgres)


@pytest.fixture(scope="module")
def url(direct: str) -> Iterator[str]:
    with pooled(direct, SESSIONS) as url:
        yield url


@asynccontextmanager
async def database_at(url: str, *, pooler: bool = True, pool_size: int = 4, limits: Limits = LIMITS
                      ) -> AsyncIterator[Database]:  # fmt: skip
    database = Database(tortoise_config(url, MODELS, pool_size, Connecting(pooler=pooler)), limits=limits)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def left(url: str) -> list[str]:
    """What is left in the sessions of the pooler, each of which is looked at."""
    found: dict[int, list[str]] = {}
    clients = [await asyncpg.connect(url, statement_cache_size=0) for _ in range(SESSIONS)]
    try:
        for each in clients:
            await each.execute("BEGIN")  # it keeps the session
            found[await each.fetchval("SELECT pg_backend_pid()")] = [row[0] for row in await each.fetch(LEFT)]
    finally:
        for each in clients:
            await each.close()
    assert len(found) == SESSIONS
    return [each for session in found.values() for each in session]


async def test_both_faces_at_once(url: str) -> None:
    """Answers are those to the questions asked, though hundreds of questions take turns in two sessions."""
    async with opened(url, database_pooler=True) as one, opened(url, database_pooler=True) as another:
        listed = (await one.rest("GET", "/products?limit=40")).json()["data"]
        names = {each["id"]: each["name"] for each in listed}
        await asyncio.gather(one.headers("admin"), another.headers("admin"))

        async def asked(shop: Shop, key: str) -> None:
            by_rest = await shop.rest("GET", f"/products/{key}")
            assert (by_rest.json()["data"]["id"], by_rest.json()["data"]["name"]) == (key, names[key])
            for question in (PRODUCT, NAMED):
                found = (await shop.graphql(question, id=key))["data"]["product"]
                assert found["id"] == key
                assert found.get("name", names[key]) == names[key]
            count("pooler", "answers", 3)

        async def written(shop: Shop) -> None:
            name = f"pooled {uuid4()}"
            answer = await shop.rest("POST", "/tags", {"name": name}, who="admin")
            assert answer.json()["data"]["name"] == name, answer.text
            said = await shop.graphql(CREATE, who="admin", input={"name": f"{name} too"})
            assert said["data"]["createTag"]["tag"]["name"] == f"{name} too", said
            key = answer.json()["data"]["id"]
            assert (await shop.rest("GET", f"/tags/{key}")).json()["data"]["name"] == name
            count("pooler", "writes", 2)

        for _ in range(ROUNDS):
            shops = (one, another)
            reads = [asked(shops[place % 2], key) for place, key in enumerate(names)]
            await asyncio.gather(*reads, *(written(shops[place % 2]) for place in range(WRITERS)))
    assert await left(url) == []


async def test_limits_hold_in_every_transaction(url: str) -> None:
    async with database_at(url) as database:
        for _ in range(3):
            [[limit]] = await database.read("SHOW statement_timeout")
            [[jit]] = await database.read("SHOW jit")
            assert (limit, jit) == ("300ms", "off")
        with pytest.raises(TooSlow):
            await database.read("SELECT pg_sleep($1)", [3])
        async with database.transaction():
            [[limit]] = await database.fetch("SHOW lock_timeout")
            assert limit == "5s"
        assert [row[0] for row in await database.read("SELECT $1::int", [7])] == [7]
    assert await left(url) == []


async def test_unknown_types_leave_nothing(direct: str, url: str) -> None:
    """asyncpg asks the server about types that it does not know, and would set `jit` for the session."""
    postgres.execute(direct, "CREATE TYPE mood AS ENUM ('good', 'bad')", "CREATE DOMAIN grade AS int CHECK (value > 0)")
    async with database_at(url) as database:
        rows = await database.read("SELECT $1::mood, ARRAY['good'::mood], 3::grade", ["bad"])
        assert tuple(rows[0]) == ("bad", ["good"], 3)
    assert await left(url) == []


async def test_who_has_the_settings_by_their_role_is_told_nothing(direct: str) -> None:
    """One statement is one statement then."""
    name = "role_with_settings"
    settings = {"jit": "off"} | LIMITS.settings()
    postgres.execute(direct, f"CREATE ROLE {name} LOGIN",
                     *(f"ALTER ROLE {name} SET {each} = {value}" for each, value in settings.items()))  # fmt: skip
    try:
        with pooled(direct.replace("postgres@", f"{name}@"), SESSIONS) as url:
            async with database_at(url) as database:
                await database.read("SELECT 1")
                with recorded() as statements:
                    assert [row[0] for row in await database.read("SELECT $1::int", [7])] == [7]
                assert statements == ["SELECT $1::int"]
                with pytest.raises(TooSlow):
                    await database.read("SELECT pg_sleep($1)", [3])
    finally:
        postgres.execute(direct, f"DROP ROLE {name}")


async def test_migrations(new_postgres_database: Callable[[], str]) -> None:
    direct = new_postgres_database()
    with pooled(direct, SESSIONS) as url:
        async with database_at(url, pool_size=1, limits=Limits()) as database:
            applied = await upgrade(database, MIGRATIONS, APPS)
            assert applied
            assert {each.state for each in await status(database, MIGRATIONS, APPS)} == {"applied"}
            assert await downgrade(database, MIGRATIONS, APPS[-1]) == applied[-1:]
            assert await upgrade(database, MIGRATIONS, APPS) == applied[-1:]
        assert await left(url) == []


async def test_without_the_setting_it_would_not_do(url: str) -> None:
    """What the tests above find is due to it: statements are lost, and the sessions keep what they were told."""
    async with database_at(url, pooler=False, pool_size=20, limits=Limits()) as database:
        questions = [database.read(f"SELECT $1::int + {number % 7}", [number]) for number in range(200)]
        outcomes = await asyncio.gather(*questions, return_exceptions=True)
    assert any(isinstance(each, asyncpg.InvalidSQLStatementNameError | asyncpg.DuplicatePreparedStatementError)
               for each in outcomes)  # fmt: skip
    found: Any = await left(url)
    assert any("jit is off" in each for each in found), found
    assert any("prepared: " in each for each in found), found
