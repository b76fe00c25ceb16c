"""Databases that share one Redis, and there nothing: no rows, versions, positions, nor what ends a credential."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

import pytest

from storefront.config import MODELS
from storefront.tags import Tag
from support import postgres
from support.needs import cannot
from support.pgbouncer import pooled
from support.proxy import Proxy, proxy
from support.redis_server import RedisServer, redis_server
from support.replication import Replicated, replicated
from support.sharing import shared_in
from support.shop import Shop, opened
from twofold.cache import doubt_statements
from twofold.cache.doubts import WAIT_S
from twofold.connecting import Connecting
from twofold.database import Database, tortoise_config
from twofold.errors import Unavailable
from twofold.shared import Seen

pytestmark = pytest.mark.faults

SOON_S = 8.0
WRITE = "DELETE FROM tags"
LISTED = "/tags?limit=1&sort=id"
NAMED = "query ($id: ID!) { tag(id: $id) { name } }"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def original(new_postgres_database: Callable[[str], str], seeded_postgres: str) -> str:
    """The URL of a shop."""
    return new_postgres_database(seeded_postgres)


@pytest.fixture
def copied(new_postgres_database: Callable[[str], str], original: str) -> Callable[[], str]:
    """Makes a copy of that shop, to which nobody is connected, as it is then, and returns its URL."""
    return lambda: new_postgres_database(original.rpartition("/")[2])


@asynccontextmanager
async def served(server: RedisServer, *urls: str) -> AsyncIterator[list[Shop]]:
    """A process for each database, which keeps what is read."""
    if not urls:
        yield []
        return
    async with opened(urls[0], redis_url=server.url, cache="redis") as first, served(server, *urls[1:]) as others:
        await believes(first.engine.database)
        yield [first, *others]


@asynccontextmanager
async def databases(server: RedisServer, *urls: str) -> AsyncIterator[list[Database]]:
    """What a process has of each database."""
    found = [Database(tortoise_config(url, MODELS, pool_size=4), redis=server.url) for url in urls]
    for each in found:
        await each.open()
    try:
        for each in found:
            await believes(each)
        yield found
    finally:
        for each in found:
            await each.close()


async def seen(database: Database) -> Seen | None:
    """The versions of what `WRITE` writes."""
    tags = database.watch.effects_of(WRITE)
    assert tags
    return await database.shared.versions.seen(tuple(sorted(tags)))


async def believes(database: Database) -> Seen:
    """Returns the versions once it is known what is in Redis."""
    end_s = monotonic() + SOON_S
    while (found := await seen(database)) is None:
        assert database.doubts is not None
        assert monotonic() < end_s, database.doubts.state
        await asyncio.sleep(0.02)
    return found


async def name_of(shop: Shop, key: str) -> set[str]:
    """The names that both faces say the tag has."""
    said = await shop.graphql(NAMED, id=key)
    one = await shop.rest("GET", f"/tags/{key}?fields=id,name")
    listed = await shop.rest("GET", f"{LISTED}&fields=id,name")
    return {said["data"]["tag"]["name"], one.json()["data"]["name"], listed.json()["data"][0]["name"]}


async def given(server: RedisServer, *urls: str) -> list[set[str]]:
    """Names the same tag after each database, and returns what each is said to have then."""
    async with served(server, *urls) as shops:
        [tag] = (await shops[0].rest("GET", LISTED)).json()["data"]
        for place, shop in enumerate(shops):
            answer = await shop.rest("PATCH", f"/tags/{tag['id']}", {"name": f"of {place}"}, who="admin")
            assert answer.status_code == 200, answer.text
        found = [await name_of(shop, tag["id"]) for shop in shops]
        again = [await name_of(shop, tag["id"]) for shop in shops]
        assert all(shop.engine.stats.hits + shop.engine.stats.answers for shop in shops), "it is kept"
    return [one | another for one, another in zip(found, again, strict=True)]


async def test_each_is_given_its_own_rows(server: RedisServer, original: str, copied: Callable[[], str]) -> None:
    assert await given(server, original, copied()) == [{"of 0"}, {"of 1"}]


async def test_a_copy_of_a_table_that_says_which_redis_counts(server: RedisServer, original: str,
                                                             copied: Callable[[], str]) -> None:  # fmt: skip
    """A process of the copy finds it said that this Redis counts, and must not go by what the original has there."""
    async with served(server, original) as [shop]:
        [tag] = (await shop.rest("GET", LISTED)).json()["data"]
        before = await name_of(shop, tag["id"])
    copy = copied()
    postgres.execute(copy, f"UPDATE tags SET name = 'of the copy' WHERE id = '{tag['id']}'")
    async with served(server, original, copy) as [one, another]:
        for _ in range(2):
            assert [await name_of(shop, tag["id"]) for shop in (one, another)] == [before, {"of the copy"}]
        assert one.engine.stats.misses == 0, "the original goes on with what it had"
        assert None is not await counting(one.engine.database) != await counting(another.engine.database)


async def counting(database: Database) -> str | None:
    """Which Redis counts, and for which database, as it says itself; None while that is being agreed."""
    rows = await database.read("SELECT life FROM cache_doubts WHERE id = 'redis' AND until_ms = 0")
    return rows[0][0] if rows else None


async def test_without_telling_them_apart_rows_would_be_mixed_up(
    server: RedisServer, original: str, copied: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(doubt_statements.WHOSE, "postgres", "SELECT 1 AS whose")
    assert await given(server, original, copied()) != [{"of 0"}, {"of 1"}]


async def test_writes_of_one_are_none_of_the_other(server: RedisServer, original: str, copied: Callable[[], str]
                                                   ) -> None:  # fmt: skip
    async with databases(server, original, copied()) as [one, another]:
        before = await seen(another)
        assert before is not None
        mark = await one.shared.versions.open(None, 15)
        assert await seen(one) is None, "one of its writes is under way"
        assert await seen(another) == before
        await one.shared.versions.close(mark)
        await one.fetch(WRITE)
        assert await seen(another) == before != await seen(one)


async def test_positions_are_apart(server: RedisServer, original: str, copied: Callable[[], str]) -> None:
    async def position() -> int:
        return 7

    async with databases(server, original, copied()) as [first, second]:
        one, another = first.shared, second.shared
        await one.learn(position)
        assert [await each.written() for each in (one, another)] == [7, None]
        await another.learn(position)
        await one.wrote(9)
        assert [await each.written() for each in (one, another)] == [9, 7]
        await another.unlearn()
        assert [await each.written() for each in (one, another)] == [9, None]


async def test_a_position_that_was_asked_of_another_database_is_not_kept(server: RedisServer) -> None:
    """It is at the address of the first when it is asked."""
    one, another = shared_in(server.url, "one"), shared_in(server.url, "another")
    first = one.link.whose

    async def position() -> int:
        one.link.whose = another.link.whose
        return 7

    try:
        await one.learn(position)
        assert await one.written() is None
        one.link.whose = first
        assert await one.written() is None
    finally:
        await one.close()
        await another.close()


# -- which database it is --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster(postgres_url: str, seeded_postgres: str) -> Iterator[Replicated]:
    """Another cluster, with a copy of the shop and a streaming replica."""
    try:
        with replicated(postgres.with_database(postgres_url, seeded_postgres)) as cluster:
            yield cluster
    except postgres.MissingPrograms as missing:
        cannot(str(missing))


async def whose(url: str, *, pooler: bool = False) -> str | None:
    """Which database a process finds at a URL."""
    database = Database(tortoise_config(url, MODELS, 4, Connecting(pooler=pooler)), redis="redis://127.0.0.1:9/0")
    await database.open()
    try:
        assert database.doubts is not None
        return await database.doubts.whose()
    finally:
        await database.close()


async def test_it_is_the_same_whatever_the_way_to_it(original: str, cluster: Replicated) -> None:
    known = await whose(original)
    assert known is not None
    assert await whose(original.replace("127.0.0.1", "localhost")) == known
    with pooled(original) as through:
        assert await whose(through, pooler=True) == known
    assert await whose(cluster.replica) == await whose(cluster.primary) != known, "it may take over"


async def test_it_is_another_one_in_another_schema_and_once_it_was_restored(original: str) -> None:
    known = await whose(original)
    role = "of_another_schema"
    postgres.execute(original, f"CREATE ROLE {role} LOGIN SUPERUSER", f"ALTER ROLE {role} SET search_path = other",
                     "CREATE SCHEMA other", "CREATE TABLE other.cache_doubts (LIKE public.cache_doubts)")  # fmt: skip
    try:
        assert await whose(original.replace("postgres@", f"{role}@")) not in (None, known)
        postgres.execute(original, "ALTER TABLE public.cache_doubts RENAME TO old",
                         "CREATE TABLE public.cache_doubts (LIKE public.old INCLUDING ALL)")  # fmt: skip
        assert await whose(original) not in (None, known)
    finally:
        postgres.execute(original, f"DROP ROLE {role}")


async def test_it_is_known_to_who_may_ask_for_little(original: str, copied: Callable[[], str]) -> None:
    role = "asks_for_little"
    urls = [original, copied()]
    postgres.execute(original, f"CREATE ROLE {role} LOGIN")
    try:
        for url in urls:
            postgres.execute(url, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
                             f"GRANT ALL ON cache_doubts TO {role}")  # fmt: skip
        known = [await whose(url.replace("postgres@", f"{role}@")) for url in [*urls, original]]
        assert None not in known
        assert known[0] == known[2] != known[1]
    finally:
        postgres.execute(urls[1], f"DROP OWNED BY {role}")
        postgres.execute(original, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


# -- another one at the same address ---------------------------------------------------------------------------------


@dataclass
class Process:
    """A process of the service, with its own ways to the database and to Redis."""

    database: Database
    to_database: Proxy
    to_redis: Proxy

    async def write(self, name: str) -> float:
        """Writes a row; returns how long that took, in seconds."""
        begun_s = monotonic()
        async with self.database.transaction():
            await Tag.create(name=name)
        return monotonic() - begun_s

    async def wrote_there(self, name: str) -> float:
        """Writes a row, as soon as there are connections to what is there now; returns how long that took."""
        for _ in range(8):
            try:
                return await self.write(name)
            except Unavailable:
                continue
        raise AssertionError("the database cannot be reached")


@asynccontextmanager
async def process(url: str, server: RedisServer) -> AsyncIterator[Process]:
    parts = urlsplit(url)
    assert parts.port is not None
    async with proxy(parts.port) as to_database, proxy(server.port) as to_redis:
        way = parts._replace(netloc=f"{parts.username}@127.0.0.1:{urlsplit(to_database.url).port}").geturl()
        database = Database(tortoise_config(way, MODELS, pool_size=4), redis=to_redis.url)
        await database.open()
        try:
            yield Process(database, to_database, to_redis)
        finally:
            await database.close()


@dataclass
class Scene:
    """Two processes that believe what is in Redis, and another database for them."""

    two: tuple[Process, Process]
    another_port: int

    def switch(self) -> None:
        """Leads both processes to it."""
        for each in self.two:
            each.to_database.lead_to(self.another_port)


@pytest.fixture
async def scene(original: str, server: RedisServer, cluster: Replicated) -> AsyncIterator[Scene]:
    """The other database is a copy of the first one, of another cluster, and knows which Redis counted there."""
    name = original.rpartition("/")[2]
    async with process(original, server) as one, process(original, server) as another:
        for each in (one, another):
            await believes(each.database)
        postgres.execute(cluster.primary, f"CREATE DATABASE {name}")
        copy = postgres.with_database(cluster.primary, name)
        await asyncio.to_thread(postgres.copy, original, copy)
        port = urlsplit(copy).port
        assert port is not None
        yield Scene((one, another), port)


async def test_what_was_kept_of_the_one_is_not_taken_for_the_other(scene: Scene) -> None:
    one, another = scene.two
    before, life = await believes(one.database), await counting(one.database)
    assert await believes(another.database) == before
    scene.switch()
    assert await one.wrote_there("to the other one") < 2 * WAIT_S
    assert await seen(another.database) != before, "it was acknowledged"
    end_s = monotonic() + SOON_S
    while await counting(one.database) in (None, life):
        assert monotonic() < end_s
        await asyncio.sleep(0.02)
    told = await believes(another.database)
    assert not {*told} & {*before}, "nothing goes by what it was before"
    await believes(one.database)
    assert await one.write("as usual") < WAIT_S / 2
    assert (await believes(another.database))[1:] != told[1:]


async def test_a_doubt_is_said_to_the_other_one_too(scene: Scene) -> None:
    """Nobody who asks the other one finds what was said to the first."""
    one, another = scene.two
    one.to_redis.cut()
    assert await one.write("first") >= WAIT_S
    assert await one.write("covered") < WAIT_S / 2
    assert one.database.doubts is not None
    scene.switch()
    await asyncio.sleep(WAIT_S)
    assert await one.wrote_there("to the other one") < 2 * WAIT_S
    assert await another.database.read("SELECT id FROM cache_doubts WHERE life IS NULL")
    assert await seen(another.database) is None
    one.to_redis.heal()
    assert await believes(another.database) == await believes(one.database)
