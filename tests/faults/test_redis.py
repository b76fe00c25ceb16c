"""Redis, by which processes share what they know, is killed, hangs and comes back: nothing is wrong or takes long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from hashlib import sha256
from time import monotonic
from typing import Any

import pytest
from redis.asyncio import Redis

from support import postgres
from support.figures import count
from support.needs import cannot
from support.redis_server import RedisServer, redis_server
from support.replication import Replicated, replicated
from support.sharing import shared_in
from support.shop import Shop, opened
from support.statements import recorded
from twofold.cache.doubts import BELIEVED_S, WAIT_S
from twofold.shared.link import ANSWER_S, LEFT_ALONE_S
from twofold.shared.on_redis import OnRedis
from twofold.shared.redis_versions import RedisVersions

pytestmark = pytest.mark.faults

SLACK_S = 0.25
BACK_S = 5
TAGS = "{ tags(first: 2) { nodes { name } } }"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def redis(server: RedisServer, request: pytest.FixtureRequest) -> RedisServer:
    """A server that answers, and that the processes of the test have found."""
    server.end()
    server.start()
    for shops in ("shops", "replicated_shops"):
        if shops in request.fixturenames:
            await found_by(*request.getfixturevalue(shops))
    return server


async def found_by(*shops: Shop) -> None:
    end_s = monotonic() + BACK_S
    for shop in shops:
        while await shop.engine.database.shared.versions.seen(()) is None:
            assert monotonic() < end_s
            await asyncio.sleep(0.05)


@asynccontextmanager
async def two(url: str, redis: RedisServer, **settings: Any) -> AsyncIterator[tuple[Shop, Shop]]:
    """The shop as two processes serve it, on machines of their own, which keep no answers: each is asked for."""
    settings = {"cache": "off"} | settings
    async with (
        opened(url, redis_url=redis.url, **settings) as one,
        opened(url, redis_url=redis.url, **settings) as another,
    ):
        yield one, another


@pytest.fixture(scope="module")
async def shops(shop_url: str, server: RedisServer) -> AsyncIterator[tuple[Shop, Shop]]:
    """The shop as two processes serve it, on machines of their own."""
    async with two(shop_url, server) as shops:
        yield shops


async def status(shop: Shop, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await shop.client.get("/api/v1/tags?limit=1", headers=headers)).status_code


async def end(shop: Shop, token: str) -> None:
    answer = await shop.client.post("/auth/logout", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 204, answer.text


async def statements_of(shop: Shop, token: str) -> int:
    with recorded() as statements:
        assert await status(shop, token) == 200
    return len(statements)


async def soon(shop: Shop, token: str, expected: int) -> None:
    """Returns once a token is as expected."""
    end_s = monotonic() + BACK_S
    while await status(shop, token) != expected:
        assert monotonic() < end_s
        await asyncio.sleep(0.05)


async def test_what_one_process_ends_no_other_goes_on_with(shops: tuple[Shop, Shop], redis: RedisServer) -> None:
    """Both remember whom a token stands for, without a statement, on PostgreSQL too."""
    one, another = shops
    for _ in range(5):
        token = await one.sign_in("customer")
        for shop in (one, another):
            await status(shop, token)
            assert await statements_of(shop, token) == 1, "what is asked for; not whom the token stands for"
        await end(one, token)
        assert [await status(shop, token) for shop in (another, one)] == [401, 401]
        count("redis", "tokens ended")


async def test_documents_that_another_process_was_sent(shops: tuple[Shop, Shop], redis: RedisServer) -> None:
    digest = sha256(TAGS.encode()).hexdigest()
    named = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}

    async def asked(shop: Shop, **more: Any) -> Any:
        return (await shop.client.post("/graphql", json={**named, **more})).json()

    one, another = shops
    assert (await asked(another))["errors"][0]["message"] == "PersistedQueryNotFound"
    sent = await asked(one, query=TAGS)
    assert sent["data"]["tags"]["nodes"]
    assert await asked(another) == sent
    client = Redis.from_url(redis.url)
    await client.set(f"twofold:document:{'0' * 64}", TAGS)
    await client.aclose()
    false = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
    assert (await asked(another, **false))["errors"][0]["message"] == "PersistedQueryNotFound", "it is of another hash"
    redis.kill()
    assert await asked(another) == await asked(one) == sent, "both know it by themselves now"


async def slowest_s(shop: Shop, token: str, number: int = 20) -> float:
    """How long the slowest of as many answers took."""
    took_s = []
    for _ in range(number):
        start_s = monotonic()
        assert await status(shop, token) == 200
        took_s.append(monotonic() - start_s)
    return max(took_s)


@pytest.mark.parametrize("how", ["killed", "hanging"])
async def test_without_redis_answers_are_right_and_come_soon(
    shops: tuple[Shop, Shop], redis: RedisServer, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    one, another = shops
    token, doomed = await one.sign_in("customer"), await one.sign_in("admin")
    for shop in (one, another):
        assert [await status(shop, each) for each in (token, doomed)] == [200, 200]
    redis.kill() if how == "killed" else redis.hang()
    await status(one, token)
    await status(another, token)
    assert await slowest_s(one, token) < SLACK_S, "it is left alone"
    start_s = monotonic()
    await end(one, doomed)
    assert monotonic() - start_s < 2 * ANSWER_S + WAIT_S + SLACK_S, "until nobody believes what others may have kept"
    assert [await status(shop, doomed) for shop in (one, another)] == [401, 401]
    await asyncio.sleep(LEFT_ALONE_S)
    assert await slowest_s(another, token) < ANSWER_S + SLACK_S, "one tries, the others leave it alone"
    redis.start() if how == "killed" else redis.go_on()
    await asyncio.sleep(2 * LEFT_ALONE_S)
    assert [await status(shop, doomed) for shop in (one, another)] == [401, 401]
    await found_by(one, another)
    for shop in (one, another):
        await status(shop, token)
        assert await statements_of(shop, token) == 1, "it remembers again"
    await end(another, token)
    assert [await status(shop, token) for shop in (one, another)] == [401, 401]
    said = [each.message for each in caplog.records if each.name == "twofold.shared"]
    assert sum("does not answer" in each for each in said) == 2, "once by each process"
    assert sum("is back" in each for each in said) == 2


async def test_the_end_of_a_token_counts_although_redis_could_not_be_told(
    shops: tuple[Shop, Shop], redis: RedisServer
) -> None:
    """The one who ended it has lost Redis; the other has not, and hears of it by the database."""
    one, another = shops
    tokens = [await one.sign_in("customer") for _ in range(3)]
    assert [await status(another, token) for token in tokens] == [200] * 3
    assert await statements_of(another, tokens[0]) == 1, "it is remembered"
    versions = one.engine.database.shared.versions
    assert isinstance(versions, RedisVersions)
    lost, versions._link = versions._link, shared_in("redis://127.0.0.1:9/0").link
    for token in tokens:
        await end(one, token)
        assert await status(another, token) == 401
        count("redis", "tokens ended")
    nowhere, versions._link = versions._link, lost
    await nowhere.close()


async def test_without_the_table_of_doubts_nothing_is_remembered(shop_url: str, redis: RedisServer) -> None:
    """Nobody could say there that Redis was not told."""
    async with two(shop_url, redis) as (one, another):
        with one.engine.database.use():
            await one.engine.database.connection.execute_script("ALTER TABLE cache_doubts RENAME TO no_doubts")
        await asyncio.sleep(BELIEVED_S)  # until which they go by what they saw before
        try:
            token = await one.sign_in("customer")
            for shop in (one, another) * 2:
                assert await statements_of(shop, token) == 2, "what is asked for, and whom the token stands for"
            await end(one, token)
            assert [await status(shop, token) for shop in (another, one)] == [401, 401]
        finally:
            with one.engine.database.use():
                await one.engine.database.connection.execute_script("ALTER TABLE no_doubts RENAME TO cache_doubts")


async def test_what_an_old_file_of_redis_says_is_not_believed(shops: tuple[Shop, Shop], redis: RedisServer) -> None:
    one, another = shops
    token = await one.sign_in("customer")
    assert [await status(shop, token) for shop in (one, another)] == [200, 200]
    client = Redis.from_url(redis.url)
    await client.save()
    await client.aclose()
    await end(one, token)
    redis.kill()
    redis.start()
    assert [await status(shop, token) for shop in (another, one)] == [401, 401]


# -- replicas ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def servers(postgres_url: str, seeded_postgres: str) -> Iterator[Replicated]:
    try:
        with replicated(postgres.with_database(postgres_url, seeded_postgres)) as servers:
            yield servers
    except postgres.MissingPrograms as missing:
        cannot(str(missing))


@pytest.fixture(scope="module")
async def replicated_shops(servers: Replicated, server: RedisServer) -> AsyncIterator[tuple[Shop, Shop]]:
    async with two(servers.primary, server, replica_url=servers.replica) as shops:
        yield shops


async def by_replica(shop: Shop) -> bool:
    [[found]] = await shop.engine.database.read("SELECT pg_is_in_recovery()")
    return bool(found)


async def until_by_replica(*shops: Shop) -> None:
    end_s = monotonic() + 2 * BACK_S
    for shop in shops:
        while not await by_replica(shop):
            assert monotonic() < end_s, "the replica is not read from"
            await asyncio.sleep(0.02)


async def written_and_read(writer: Shop, reader: Shop, number: int) -> None:
    """What one process wrote, another reads."""
    created = await writer.rest("POST", "/tags", {"name": f"shared {number} {monotonic()}"}, who="admin")
    assert created.status_code == 201, created.text
    found = await reader.rest("GET", f"/tags/{created.json()['data']['id']}")
    assert found.status_code == 200, found.text
    count("redis", "reads after a write")


@pytest.mark.parametrize("lags", [False, True])
async def test_reads_after_writes_while_redis_is_killed_and_comes_back(
    servers: Replicated, replicated_shops: tuple[Shop, Shop], redis: RedisServer, *, lags: bool
) -> None:
    """Whatever Redis remembers: with an old file of it, and with a replica that is behind when it comes back."""
    one, another = replicated_shops
    await until_by_replica(one, another)
    client = Redis.from_url(redis.url)
    await client.save()
    await client.aclose()
    if lags:
        await servers.pause()
    try:
        for number in range(5):
            await written_and_read(one, another, number)
        redis.kill()
        for number in range(5):
            await written_and_read(another, one, number)
        redis.start()
        for number in range(40):
            await written_and_read(one, another, number)
            await written_and_read(another, one, number)
            await asyncio.sleep(0.05)
    finally:
        await servers.resume()
    await until_by_replica(one, another)


async def test_one_who_has_lost_redis_waits_for_the_replica(
    servers: Replicated, replicated_shops: tuple[Shop, Shop], redis: RedisServer
) -> None:
    """The others have not, and would read too little from a replica that is behind for a moment."""
    one, another = replicated_shops
    await one.headers("admin")
    await until_by_replica(one, another)
    shared = one.engine.database.shared
    assert isinstance(shared, OnRedis)
    lost, shared.link = shared.link, shared_in("redis://127.0.0.1:9/0").link
    try:
        await servers.pause()
        asyncio.get_running_loop().call_later(0.4, lambda: asyncio.ensure_future(servers.resume()))
        start_s = monotonic()
        await written_and_read(one, another, 0)
        assert monotonic() - start_s > 0.2, "it waited"
    finally:
        await servers.resume()
        nowhere, shared.link = shared.link, lost
        await nowhere.close()
