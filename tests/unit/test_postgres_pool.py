"""The pool of PostgreSQL connections: bounded, and whole again whatever happens to a connection."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import asyncpg
import pytest

from storefront.config import MODELS
from twofold.database import Database, tortoise_config
from twofold.errors import Unavailable
from twofold.pool import Pool
from twofold.postgres import is_usable

SIZE = 2
ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1"


@pytest.fixture(scope="module")
def url(new_postgres_database: Callable[[], str]) -> str:
    return new_postgres_database()


@pytest.fixture
async def pool(url: str) -> AsyncIterator[Pool]:
    pool = Pool(lambda: asyncpg.connect(url), SIZE, is_usable=is_usable)
    yield pool
    await asyncio.wait_for(pool.close(), 5)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(tortoise_config(url, MODELS, pool_size=SIZE))
    await database.open()
    yield database
    await database.close()


async def asked(pool: Pool, sql: str = "SELECT pg_backend_pid()") -> Any:
    connection = await pool.acquire()
    try:
        return await connection.fetchval(sql)
    finally:
        await pool.release(connection)


async def whole(pool: Pool) -> None:
    """All places can be taken at the same time, and used."""
    taken = [await asyncio.wait_for(pool.acquire(), 5) for _ in range(SIZE)]
    assert len({await each.fetchval("SELECT pg_backend_pid()") for each in taken}) == SIZE
    for each in taken:
        await pool.release(each)


async def test_many_tasks_share_few_connections(pool: Pool) -> None:
    assert len(set(await asyncio.gather(*(asked(pool) for _ in range(200))))) == SIZE
    await whole(pool)


async def test_the_last_one_given_back_is_used_first(pool: Pool) -> None:
    assert len({await asked(pool) for _ in range(5)}) == 1


async def test_who_waits_longest_is_next(pool: Pool) -> None:
    taken = [await pool.acquire() for _ in range(SIZE)]
    order: list[int] = []

    async def wait(number: int) -> None:
        connection = await pool.acquire()
        order.append(number)
        await pool.release(connection)

    waiting = [asyncio.create_task(wait(number)) for number in range(5)]
    await asyncio.sleep(0)
    for each in taken:
        await pool.release(each)
    await asyncio.gather(*waiting)
    assert order == [0, 1, 2, 3, 4]


async def test_who_gives_up_waiting_takes_no_place(pool: Pool) -> None:
    taken = [await pool.acquire() for _ in range(SIZE)]
    waiting = [asyncio.create_task(pool.acquire()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    for each in taken:
        await pool.release(each)
    waiting[1].cancel()  # the connection was handed to it, and it does not know yet
    with suppress(asyncio.CancelledError):
        await waiting[1]
    await pool.release(await waiting[2])
    await whole(pool)


async def test_a_cancelled_statement_leaves_nothing_behind(pool: Pool) -> None:
    slow = [asyncio.create_task(asked(pool, "SELECT pg_sleep(30)")) for _ in range(SIZE)]
    await asyncio.sleep(0.1)
    for each in slow:
        each.cancel()
    for each in slow:
        with pytest.raises(asyncio.CancelledError):
            await each
    await whole(pool)


async def test_an_open_transaction_goes_to_nobody(pool: Pool) -> None:
    connection = await pool.acquire()
    await connection.execute("BEGIN")
    await connection.execute("CREATE TABLE left_over (id int)")
    await pool.release(connection)
    assert await asked(pool, "SELECT to_regclass('left_over')") is None
    await whole(pool)


async def test_connections_that_the_server_ended_are_replaced(pool: Pool) -> None:
    taken = [await pool.acquire() for _ in range(SIZE)]
    await taken[0].execute(ENDED.replace("$1", str(taken[0].get_server_pid())))
    waiting = [asyncio.create_task(asked(pool)) for _ in range(SIZE)]
    await asyncio.sleep(0.1)  # the others know by now
    for each in taken:
        await pool.release(each)
    assert all(await asyncio.gather(*waiting))
    await whole(pool)


async def test_a_server_out_of_reach_holds_no_place(url: str) -> None:
    reachable = False

    async def connect() -> Any:
        if not reachable:
            raise OSError("not there")
        return await asyncpg.connect(url)

    pool = Pool(connect, SIZE, is_usable=is_usable)
    refused = await asyncio.gather(*(pool.acquire() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(each, OSError) for each in refused)
    reachable = True
    await whole(pool)
    await pool.close()


async def test_closing_waits_for_who_is_at_work(url: str) -> None:
    pool = Pool(lambda: asyncpg.connect(url), SIZE, is_usable=is_usable)
    connection = await pool.acquire()
    closing = asyncio.create_task(pool.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    assert await connection.fetchval("SELECT 1") == 1
    await pool.release(connection)
    await asyncio.wait_for(closing, 5)
    assert connection.is_closed()


async def test_broken_connections_cost_transactions_no_place(database: Database) -> None:
    for _ in range(2 * SIZE):
        async with database.transaction():
            [[pid]] = await database.fetch("SELECT pg_backend_pid()")
        other = await asyncpg.connect(str(_url_of(database)))
        await other.execute("SELECT pg_terminate_backend($1)", pid)
        await other.close()
        with suppress(Unavailable):
            async with database.transaction():
                await database.fetch("SELECT 1")
    assert len(await database.fetch("SELECT 1")) == 1


def _url_of(database: Database) -> str:
    known = database.config["connections"]["default"]["credentials"]
    return f"postgres://{known['user']}@{known['host']}:{known['port']}/{known['database']}"
