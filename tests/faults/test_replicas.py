"""Replicas of PostgreSQL: they answer what is read, and nobody ever reads less than was acknowledged before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from storefront.config import MODELS
from storefront.models import Tag
from support import postgres
from support.buyers import accounts
from support.databases import APPS
from support.figures import count
from support.long import examples
from support.migrations import add_migration, both
from support.needs import cannot
from support.redis_server import redis_server
from support.replication import Replicated, replicated
from support.sending import FACES, WriteRequest, connected, send
from support.workers import Worker, working
from twofold.cli.caching import _purge
from twofold.connecting import Connecting, Limits
from twofold.database import Database, tortoise_config
from twofold.errors import TooSlow, Unavailable
from twofold.fields import new_id
from twofold.migrate import downgrade, upgrade
from twofold.replicas import Replicas
from twofold.shared import Mark

pytestmark = pytest.mark.faults

WRITES = examples(60, 1000)
BACK_S = 10
SOON_S = 5
LIMITS = Limits(statement_s=2, lock_s=5, idle_transaction_s=30)
IS_REPLICA = "SELECT pg_is_in_recovery()"


@pytest.fixture(scope="module")
def servers(postgres_url: str, seeded_postgres: str) -> Iterator[Replicated]:
    try:
        with replicated(postgres.with_database(postgres_url, seeded_postgres)) as servers:
            yield servers
    except postgres.MissingPrograms as missing:
        cannot(str(missing))


@pytest.fixture(scope="module", params=["file", "redis"])
def redis(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The URL of a Redis, or None where processes share a file."""
    if request.param == "file":
        yield None
        return
    with redis_server() as server:
        yield server.url


@asynccontextmanager
async def opened(servers: Replicated, redis: str | None = None) -> AsyncIterator[Database]:
    """A database as a process has it; several in a test share what processes share."""
    config = tortoise_config(servers.primary, MODELS, 4, Connecting(connect_timeout_s=1))
    database = Database(config, limits=LIMITS, replicas=[servers.replica], redis=redis)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def by_replica(database: Database) -> bool:
    """Whether a replica answers what is read."""
    [[found]] = await database.read(IS_REPLICA)
    assert isinstance(found, bool)
    return found


async def until_by_replica(database: Database) -> None:
    end_s = monotonic() + BACK_S
    while not await by_replica(database):
        assert monotonic() < end_s, "the replica is not read from"
        await asyncio.sleep(0.01)


async def wrote_tag(database: Database, how: int = 0) -> str:
    """Returns the name of a new tag, written in one of the ways in which one can write."""
    name = f"word {new_id()}"
    insert = "INSERT INTO tags (id, name) VALUES ($1, $2) RETURNING id"
    with database.use():
        match how % 3:
            case 0:
                async with database.transaction(), database.transaction():
                    await Tag.create(name=name)
            case 1:
                await Tag.create(name=name)
            case _:
                await database.fetch(insert, [new_id(), name])
    return name


async def sees(database: Database, name: str) -> bool:
    return bool(await database.read("SELECT 1 FROM tags WHERE name = $1", [name]))


async def test_a_replica_answers_what_is_read_and_only_that(servers: Replicated, redis: str | None) -> None:
    async with opened(servers, redis) as database:
        await wrote_tag(database)
        await until_by_replica(database)
        assert [tuple(each) for each in await database.fetch(IS_REPLICA)] == [(False,)]
        assert [tuple(each) for each in await database.read(IS_REPLICA, primary=True)] == [(False,)]
        async with database.transaction():
            assert not await by_replica(database)
        [[limit]] = await database.read("SHOW statement_timeout")
        [[jit]] = await database.read("SHOW jit")
        assert (limit, jit) == ("2s", "off")
        with pytest.raises(TooSlow):
            await database.read("SELECT pg_sleep(5)")


async def test_what_was_written_is_read_while_the_replica_lags(servers: Replicated, redis: str | None) -> None:
    """By every process, whichever wrote it and however; while the replica keeps up, it answers most."""
    async with opened(servers, redis) as one, opened(servers, redis) as another:
        for each in (one, another):
            await until_by_replica(each)
        await servers.pause()
        try:
            for number in range(WRITES):
                writer, reader = (one, another) if number % 2 else (another, one)
                name = await wrote_tag(writer, number)
                assert await sees(reader, name)
                assert await sees(writer, name)
                assert not await by_replica(reader)
                count("replicas", "reads after a write, replica behind", 2)
        finally:
            await servers.resume()
        for each in (one, another):
            await until_by_replica(each)
        answered = 0
        for number in range(WRITES):
            writer, reader = (one, another) if number % 2 else (another, one)
            name = await wrote_tag(writer, number)
            assert await sees(reader, name)
            answered += await by_replica(reader)
            count("replicas", "reads after a write, replica going", 1)
        count("replicas", "of the reads after them by the replica", answered)


async def test_after_a_purge_it_is_read_what_others_have_written(servers: Replicated, redis: str | None) -> None:
    """A replica that lags has not got it; and what it answered would be kept after the purge."""
    name = f"word {new_id()}"
    async with opened(servers, redis) as database, opened(servers, redis) as command:
        await wrote_tag(database)
        await until_by_replica(database)
        await servers.pause()
        try:
            postgres.execute(servers.primary, f"INSERT INTO tags (id, name) VALUES ('{new_id()}', '{name}')")
            await _purge(command, [])
            assert await sees(database, name)
        finally:
            await servers.resume()


async def test_while_a_migration_ends_it_is_read_what_it_has_written(
    servers: Replicated, redis: str | None, migrations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a replica that lags answers from then on would be kept."""
    name = f"word {new_id()}"
    up = f"INSERT INTO tags (id, name) VALUES ('{new_id()}', '{name}')"
    down = f"DELETE FROM tags WHERE name = '{name}'"
    add_migration(migrations, "99_20990101000000_more.py", both(up), both(down))
    async with opened(servers, redis) as database, opened(servers, redis) as migrating:
        close, seen = migrating.shared.versions.close, list[bool]()

        async def noted(mark: Mark) -> bool:
            closed = await close(mark)
            seen.append(await sees(database, name))
            return closed

        monkeypatch.setattr(migrating.shared.versions, "close", noted)
        await wrote_tag(database)
        await until_by_replica(database)
        await servers.pause()
        try:
            await upgrade(migrating, migrations, APPS)
        finally:
            await servers.resume()
        monkeypatch.undo()
        await downgrade(migrating, migrations, "storefront")
    assert seen
    assert all(seen)


async def test_without_being_told_it_would_not_be(servers: Replicated, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above can fail: it does when nobody says what was written."""

    async def say_nothing(*_: object) -> None:
        pass

    monkeypatch.setattr(Replicas, "_note", say_nothing)
    async with opened(servers) as one, opened(servers) as another:
        for each in (one, another):
            await until_by_replica(each)
        await servers.pause()
        try:
            name = await wrote_tag(one)
            assert not await sees(another, name)
            count("replicas", "planted faults caught")
        finally:
            await servers.resume()
    async with opened(servers) as one:
        await one.shared.unlearn()


async def test_by_both_faces_of_other_processes(servers: Replicated, redis: str | None, tmp_path: Path) -> None:
    """The same client asks another process for what it has just written, where what was read before is kept."""
    shared = {"TWOFOLD_CACHE": "memory"} if redis is None else {"TWOFOLD_REDIS_URL": redis}
    environment: dict[str, Any] = {"TWOFOLD_REPLICA_URL": servers.replica} | shared
    async with opened(servers, redis) as database:
        (admin,) = await accounts(database, 1, "admin")

    async def write_and_read(client: httpx.AsyncClient, workers: list[Worker], number: int) -> None:
        name = f"word {new_id()}"
        request = WriteRequest(token=admin.token, resource="tags", singular="tag", input={"name": name})
        writer, reader = workers[number % 2], workers[1 - number % 2]
        answer = await send(client, writer.url, FACES[number % 3 % 2], request)
        await shows(client, reader, answer.id, name)
        changed = await client.patch(
            f"{writer.url}/api/v1/tags/{answer.id}",
            json={"name": f"{name}!"},
            headers={"Authorization": f"Bearer {admin.token}"},
        )
        assert changed.status_code == 200, changed.text
        await shows(client, reader, answer.id, f"{name}!")  # which has kept what was there before

    async def shows(client: httpx.AsyncClient, reader: Worker, key: object, name: str) -> None:
        found = await client.get(f"{reader.url}/api/v1/tags/{key}")
        assert found.status_code == 200, found.text
        assert found.json()["data"]["name"] == name
        document = {"query": "query ($id: ID!) { tag(id: $id) { name } }", "variables": {"id": key}}
        said = await client.post(f"{reader.url}/graphql", json=document)
        assert said.json()["data"]["tag"]["name"] == name
        count("replicas", "reads from another process", 2)

    with working(servers.primary, tmp_path, **environment) as workers:
        async with connected(8) as client:
            for is_paused in (True, False):
                if is_paused:
                    await servers.pause()
                try:
                    for start in range(0, WRITES, 4):
                        await asyncio.gather(*(write_and_read(client, workers, start + each) for each in range(4)))
                finally:
                    await servers.resume()


@asynccontextmanager
async def reading(databases: list[Database]) -> AsyncIterator[list[float]]:
    """Readers who ask all the time, and must be answered; gives how long answers took."""
    took_s: list[float] = []
    over = False

    async def read(database: Database) -> None:
        while not over:
            start_s = monotonic()
            assert len(await database.read("SELECT count(*) FROM tags")) == 1
            took_s.append(monotonic() - start_s)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        for each in databases:
            tasks.create_task(read(each))
            tasks.create_task(read(each))
        try:
            yield took_s
        finally:
            over = True


async def test_a_replica_that_is_killed(servers: Replicated, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(servers) as one, opened(servers) as another:
        for each in (one, another):
            await until_by_replica(each)
        async with reading([one, another]):
            await asyncio.sleep(0.2)
            await asyncio.to_thread(servers.kill)
            await asyncio.sleep(1)
            assert not await by_replica(one)
            name = await wrote_tag(one)
            assert await sees(another, name)
            await asyncio.to_thread(servers.start)
            for each in (one, another):
                await until_by_replica(each)
    said = [each.message for each in caplog.records if each.name == "twofold.replicas"]
    assert sum("replica 1 does not answer" in each for each in said) == 2
    assert sum("replica 1 answers again" in each for each in said) == 2


async def test_a_replica_that_hangs(servers: Replicated) -> None:
    """Who asked it is answered by the primary soon; others do not wait for it at all."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened(servers))
        await until_by_replica(database)
        took_s = await stack.enter_async_context(reading([database]))
        with servers.hanging():
            await asyncio.sleep(3)
            late = len(took_s)
            await asyncio.sleep(0.3)
            assert max(took_s) < SOON_S
            assert took_s[late:]
            assert max(took_s[late:]) < 0.5
            name = await wrote_tag(database)
            assert await sees(database, name)
        await until_by_replica(database)


async def test_a_primary_that_is_gone_is_no_matter_to_who_reads(servers: Replicated) -> None:
    """Reads that a replica answers go on; nothing that was acknowledged is missing in them."""
    config = tortoise_config("postgres://postgres@127.0.0.1:9/shop", MODELS, 2, Connecting(connect_timeout_s=1))
    async with opened(servers) as database:
        await until_by_replica(database)
        shared = database.shared
        lost = Database(config, limits=LIMITS, replicas=[servers.replica])
        lost.shared = shared
        assert lost._replicas is not None
        lost._replicas._shared = shared
        await lost.open()
        try:
            await asyncio.sleep(0.5)  # it is asked how far it is
            assert await by_replica(lost)
            with pytest.raises(Unavailable):
                await lost.fetch("SELECT 1")
        finally:
            await lost.close()


async def test_one_that_is_promoted_is_a_replica_no_longer(servers: Replicated) -> None:
    """The last test of this file: the replica is none afterwards."""
    async with opened(servers) as database:
        await until_by_replica(database)
        await servers.promote()
        end_s = monotonic() + BACK_S
        port = int(servers.primary.rpartition(":")[2].partition("/")[0])
        while (await database.read("SELECT inet_server_port()"))[0][0] != port or await by_replica(database):
            assert monotonic() < end_s
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        for _ in range(5):
            assert (await database.read("SELECT inet_server_port()"))[0][0] == port
