"""A database that cannot serve: every statement and transaction says so, and nothing is left held."""

import asyncio
import threading

import pytest

from storefront.config import MODELS
from twofold.database import Database, tortoise_config
from twofold.errors import Unavailable

URLS = ["postgres://postgres@127.0.0.1:9/nothing-listens-there", "sqlite:///no/such/folder/twofold.db"]


@pytest.mark.parametrize("url", URLS)
async def test_a_database_out_of_reach_is_unavailable_each_time(url: str) -> None:
    database = Database(tortoise_config(url, MODELS))
    await database.open()
    try:
        for _ in range(2):
            with pytest.raises(Unavailable):
                await database.fetch("SELECT 1")
            with pytest.raises(Unavailable):
                async with database.transaction():
                    pytest.fail("a transaction began")
    finally:
        await database.close()
        await _driver_threads_end()


async def _driver_threads_end() -> None:
    """aiosqlite's thread of a connection that failed still answers to the loop, which must not be closed before."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)
