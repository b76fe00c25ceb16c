"""A service that serves while its database is migrated answers with nothing of before: not in the middle, nor after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storefront.config import MODELS
from support import server
from support.databases import APPS, new_copy, open_database
from support.migrations import add_migration, both
from support.redis_server import redis_server
from support.shop import Shop, opened
from twofold.database import Database, tortoise_config
from twofold.migrate import Alone, Batches, Step, downgrade, upgrade
from twofold.migrate.session import Session

pytestmark = pytest.mark.migrations

NAME = "99_20990101000000_more.py"
MORE = 500_000
KEPT_S = 15
UP = "UPDATE products SET stock = stock + 500000"
DOWN = "UPDATE products SET stock = stock - 500000"
FORMS: dict[str, tuple[Step, ...]] = {
    "plain": (UP,),
    "alone": (Alone(UP),),
    "several": ("CREATE INDEX more_1 ON products (stock)", Alone(UP), Alone("DROP INDEX more_1")),
    "batches": (Batches(table="products", sql=f"{UP} WHERE id IN ({{keys}})", where="stock < 500000", size=50),),
}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_copy(request, "seeded", request.param, tmp_path)


async def kept_count(shop: Shop) -> int:
    """How many products have more, as the service answers."""
    answer = await shop.rest("GET", f"/products?filter[stock][gte]={MORE}&page_size=1&fields=name", who="admin")
    assert answer.status_code == 200, answer.text
    total: int = answer.json()["total"]
    return total


async def true_count(database: Database) -> int:
    return int((await database.fetch(f"SELECT count(*) FROM products WHERE stock >= {MORE}"))[0][0])


async def stale_reads(shop: Shop, database: Database, work: Awaitable[Any], *, falls: bool = False) -> int:
    """How many reads, beside the work and after it, are older than what was there before they began."""
    stale = 0
    done = asyncio.ensure_future(work)
    last = False
    while not last:
        last = done.done()
        before = await true_count(database)
        for _ in range(3):  # kept by the first, if it may be
            found = await kept_count(shop)
            stale += found > before if falls else found < before
        await asyncio.sleep(0.001)
    await done
    return stale


@pytest.mark.parametrize("form", list(FORMS))
async def test_nothing_stale_is_answered_beside_a_migration(url: str, migrations: Path, form: str) -> None:
    add_migration(migrations, NAME, both(*FORMS[form]), both(DOWN))
    migrating, looking = open_database(url), open_database(url)
    await migrating.open()
    await looking.open()
    try:
        async with opened(url) as shop:
            assert await kept_count(shop) == await kept_count(shop) == 0
            assert shop.engine.stats.hits + shop.engine.stats.answers > 0  # so there is something to be stale
            assert await stale_reads(shop, looking, upgrade(migrating, migrations, APPS)) == 0
            assert await kept_count(shop) == await true_count(looking) > 0
            assert await stale_reads(shop, looking, downgrade(migrating, migrations, "storefront"), falls=True) == 0
            assert await kept_count(shop) == 0
    finally:
        await migrating.close()
        await looking.close()


@pytest.mark.parametrize("with_doubts", [True, False], ids=["doubts", "no doubts"])
@pytest.mark.parametrize("form", ["plain", "batches"])
async def test_nothing_stale_is_answered_where_only_the_migration_has_lost_redis(
    url: str, migrations: Path, form: str, with_doubts: bool
) -> None:
    """It has one connection, which it may not wait for. Without doubts, old rows would be found."""
    add_migration(migrations, NAME, both(*FORMS[form]), both(DOWN))
    gone = f"redis://127.0.0.1:{server.free_port()}/0"
    migrating, looking = Database(tortoise_config(url, MODELS, pool_size=1), redis=gone), open_database(url)
    await migrating.open()
    await looking.open()
    try:
        if not with_doubts:
            migrating.watch.doubts = None
        with redis_server() as redis:
            async with opened(url, cache="redis", redis_url=redis.url) as shop:
                async with asyncio.timeout(KEPT_S):  # it is agreed first which Redis counts
                    while not shop.engine.stats.hits + shop.engine.stats.answers:
                        assert await kept_count(shop) == 0
                        await asyncio.sleep(0.05)
                await stale_reads(shop, looking, upgrade(migrating, migrations, APPS))  # none matters before that
                assert (await kept_count(shop) == await true_count(looking)) is with_doubts
    finally:
        await migrating.close()
        await looking.close()


async def test_a_migration_within_a_transaction_of_others_counts_at_its_commit(url: str, migrations: Path) -> None:
    """As a file is run that does not say RUN_IN_TRANSACTION = False."""
    added = migrations / add_migration(migrations, NAME, both(UP), both(DOWN))
    added.write_text(added.read_text().replace("RUN_IN_TRANSACTION = False\n", ""))
    migrating = open_database(url)
    await migrating.open()
    try:
        async with opened(url) as shop:
            assert await kept_count(shop) == 0
            assert await stale_reads(shop, migrating, upgrade(migrating, migrations, APPS)) == 0
            assert await kept_count(shop) > 0
    finally:
        await migrating.close()


@pytest.mark.parametrize("form", list(FORMS))
async def test_that_such_reads_would_be_found(
    url: str, migrations: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a migration that tells nobody."""

    async def silent(_: Session, __: Any, commit: Callable[[], Awaitable[None]]) -> None:
        await commit()

    monkeypatch.setattr(Session, "committed", silent)
    add_migration(migrations, NAME, both(*FORMS[form]), both(DOWN))
    migrating, looking = open_database(url), open_database(url)
    await migrating.open()
    await looking.open()
    try:
        async with opened(url) as shop:
            assert await kept_count(shop) == 0
            assert await stale_reads(shop, looking, upgrade(migrating, migrations, APPS)) > 0
    finally:
        await migrating.close()
        await looking.close()
