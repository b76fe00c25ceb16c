"""PostgreSQL has no connection left, waits for locks, or is restarted: every request is answered, soon, and rightly."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg
import httpx
import pytest

from storefront.config import MODELS
from support import postgres
from support.databases import open_database
from support.figures import count
from support.long import examples
from support.needs import cannot
from support.shop import Shop, opened
from twofold.connecting import Connecting, Limits
from twofold.database import Database, tortoise_config
from twofold.errors import Unavailable
from twofold.fields import new_id

pytestmark = pytest.mark.faults

SETTINGS = {"fsync": "off", "listen_addresses": "127.0.0.1"}
RESTARTS = examples(2, 10)
READ = "/tags?limit=1"
BACK_S = 10


@pytest.fixture(scope="module")
def url(new_postgres_database: Callable[[str], str], seeded_postgres: str) -> str:
    return new_postgres_database(seeded_postgres)


@asynccontextmanager
async def locked_tags(url: str) -> AsyncIterator[None]:
    """Nobody else can read or write tags within the block."""
    other = await asyncpg.connect(url)
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE tags IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await other.close()


async def asked(shop: Shop, number: int) -> str:
    """Asks for tags by either face; returns what came of it."""
    if number % 2:
        answer = await shop.rest("GET", READ)
        assert answer.status_code in (200, 503), answer.text
        return "answered" if answer.status_code == 200 else answer.json()["detail"]
    said = await shop.graphql("{ tags(first: 1) { nodes { id } } }")
    if "errors" not in said:
        return "answered"
    assert said["errors"][0]["extensions"]["code"] == "unavailable", said
    message: str = said["errors"][0]["message"]
    return message


async def test_more_requests_than_connections(url: str) -> None:
    """Those for whom there is none are told so within the time that was set, and all are served afterwards."""
    # Without a cache, by which those who ask the same would wait for one of them.
    async with opened(url, cache="off", database_wait_s=0.3, lock_timeout_s=1, statement_timeout_s=20) as shop:
        async with locked_tags(url):
            began_s = monotonic()
            outcomes = Counter(await asyncio.gather(*(asked(shop, number) for number in range(60))))
            assert monotonic() - began_s < 5
        assert outcomes["All connections to the database are in use; try again shortly."] >= 40, outcomes
        assert outcomes["answered"] == 0
        count("faults", "requests without a connection", 60)
        assert set(await asyncio.gather(*(asked(shop, number) for number in range(60)))) == {"answered"}


async def test_many_requests_share_few_connections(url: str) -> None:
    async with opened(url) as shop:
        assert set(await asyncio.gather(*(asked(shop, number) for number in range(200)))) == {"answered"}


async def settings_of(url: str, limits: Limits, **given: Any) -> dict[str, str]:
    database = Database(tortoise_config(url, MODELS, 1, Connecting(**given)), limits=limits)
    await database.open()
    try:
        names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "application_name", "jit")
        return {name: (await database.fetch(f"SHOW {name}"))[0][0] for name in names}
    finally:
        await database.close()


async def test_sessions_are_as_set(url: str) -> None:
    limits = Limits(statement_s=1.5, lock_s=0.25, idle_transaction_s=7)
    assert await settings_of(url, limits, application_name="the till") == {
        "lock_timeout": "250ms",
        "statement_timeout": "1500ms",
        "idle_in_transaction_session_timeout": "7s",
        "application_name": "the till",
        "jit": "off",
    }


async def idle(database: Database) -> None:
    async with database.transaction():
        await database.fetch("SELECT 1")
        await asyncio.sleep(0.6)
        await database.fetch("SELECT 1")


async def test_a_transaction_in_which_nothing_happens_is_ended(url: str) -> None:
    limits = Limits(idle_transaction_s=0.2)
    database = Database(tortoise_config(url, MODELS, 1), limits=limits)
    await database.open()
    try:
        with pytest.raises(Unavailable):
            await idle(database)
        assert len(await database.fetch("SELECT 1")) == 1
    finally:
        await database.close()


async def test_a_server_that_does_not_answer_is_given_up(url: str) -> None:
    """It takes connections and says nothing."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    config = tortoise_config(f"postgres://a:secret@127.0.0.1:{port}/b", MODELS, 1, Connecting(connect_timeout_s=0.3))
    database = Database(config)
    await database.open()
    try:
        began_s = monotonic()
        with pytest.raises(Unavailable):
            await database.fetch("SELECT 1")
        assert monotonic() - began_s < 3
    finally:
        await database.close()
        server.close()


# -- restarts ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_server() -> Iterator[tuple[Path, str]]:
    """A server that may be restarted, and its folder."""
    folder = Path(tempfile.mkdtemp(prefix="twofold-restarted-"))
    try:
        with postgres.running_server(folder, SETTINGS, stop="immediate") as url:
            yield folder, url
    except postgres.MissingPrograms as missing:
        cannot(str(missing))
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def restarted(own_server: tuple[Path, str], postgres_url: str, seeded_postgres: str) -> tuple[Path, str]:
    """Its folder, and the URL of a shop in it."""
    folder, url = own_server
    shop = postgres.with_database(url, "shop")
    await asyncio.to_thread(postgres.execute, url, "CREATE DATABASE shop")
    await asyncio.to_thread(postgres.copy, postgres.with_database(postgres_url, seeded_postgres), shop)
    return folder, shop


async def test_restarts_under_load(restarted: tuple[Path, str]) -> None:
    """Whoever asks meanwhile is answered or told to wait; what was acknowledged is there; then all is as it was."""
    folder, url = restarted
    written: list[str] = []
    outcomes: Counter[str] = Counter()
    over = False

    async def read(shop: Shop, number: int) -> None:
        while not over:
            said = await asked(shop, number)
            outcomes["answered" if said == "answered" else "told to wait"] += 1

    async def write(shop: Shop) -> None:
        while not over:
            name = f"word {new_id()}"
            answer = await shop.rest("POST", "/tags", {"name": name}, who="admin")
            assert answer.status_code in (201, 503), answer.text
            outcomes["written" if answer.status_code == 201 else "told to wait"] += 1
            if answer.status_code == 201:
                written.append(name)

    async with opened(url, credential_memory_s=60) as shop, asyncio.TaskGroup() as tasks:
        await shop.headers("admin")
        for number in range(8):
            tasks.create_task(read(shop, number))
            tasks.create_task(write(shop))
        for _ in range(RESTARTS):
            await asyncio.sleep(0.5)
            await asyncio.to_thread(postgres.restart, folder)
            count("faults", "restarts of PostgreSQL")
            await back(shop)
        over = True
    assert outcomes["told to wait"], "it was restarted while nobody asked"
    for what, number in outcomes.items():
        count("faults", f"requests {what}", number)
    assert await missing(url, written) == []


async def back(shop: Shop) -> None:
    """Returns once requests are answered as many times in a row as there are connections, and more."""
    end_s, in_a_row = monotonic() + BACK_S, 0
    while in_a_row < 20:
        assert monotonic() < end_s, "the service did not recover"
        answer: httpx.Response = await shop.rest("GET", READ)
        in_a_row = in_a_row + 1 if answer.status_code == 200 else 0


async def missing(url: str, names: list[str]) -> list[str]:
    database = open_database(url)
    await database.open()
    try:
        found = {row[0] for row in await database.fetch("SELECT name FROM tags")}
    finally:
        await database.close()
    return [name for name in names if name not in found]
