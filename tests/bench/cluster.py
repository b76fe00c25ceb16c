"""The PostgreSQL of the benchmark: a server of its own, kept between runs, and the shop in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from bench.market import MARKET
from bench.questions import Keys
from support import postgres
from twofold.database import Database, tortoise_config
from twofold.identity.models import AccessToken, User
from twofold.identity.tokens import hash_of, new_secret
from twofold.migrate import upgrade

__all__ = ["CACHE", "fill", "keys_in", "new_token", "prepared_database", "server", "tidy"]

CACHE = Path("/var/tmp") / f"twofold-bench-{os.getuid()}"  # noqa: S108  # kept over restarts, readable by PostgreSQL
SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum": "off",  # it would work for one target and not for the other
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
}
MIGRATIONS = Path(__file__).parents[2] / "migrations"
DATASET = Path(__file__).with_name("dataset.sql")
OURS = """
CREATE TABLE accounts (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    member_id integer NOT NULL REFERENCES shop.users (id)
);
CREATE INDEX ON accounts (member_id);
CREATE TABLE audit_entries (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id uuid,
    face text NOT NULL,
    request_id text,
    resource text NOT NULL,
    action text NOT NULL,
    row_id text NOT NULL,
    changes jsonb NOT NULL
);
CREATE INDEX ON audit_entries (at, id);
CREATE INDEX ON audit_entries (resource, row_id, at);
CREATE INDEX ON audit_entries (actor_id, at, id)"""
"""The tables that the market has beside the shop's: market.Account and market.AuditEntry."""


@contextmanager
def server(cache: Path) -> Iterator[str]:
    """Runs the server whose data is in `cache`, made at first use, and yields the URL of its first database."""
    cache.mkdir(parents=True, exist_ok=True)
    with postgres.running_server(cache, SETTINGS, stop="fast") as url:
        yield url


async def prepared_database(server_url: str) -> str:
    """Returns the URL of the database with the whole shop: made at first use, and again when what makes it changes."""
    sources = [DATASET, Path(__file__), *sorted((MIGRATIONS / "twofold").glob("*.py"))]
    version = hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()[:10]
    name = f"bench_{version}"
    url = postgres.with_database(server_url, name)
    connection = await asyncpg.connect(server_url)
    try:
        if await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name):
            return url
        loading = f"{name}_loading"
        await connection.execute(f"DROP DATABASE IF EXISTS {loading} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {loading}")
        await fill(postgres.with_database(server_url, loading))
        await connection.execute(f"ALTER DATABASE {loading} RENAME TO {name}")
    finally:
        await connection.close()
    return url


async def fill(url: str, scale: float = 1) -> None:
    """Makes the shop in an empty database, and Twofold's own tables beside it."""
    database = Database(tortoise_config(url, MARKET.models))
    await database.open()
    try:
        await upgrade(database, MIGRATIONS, ["twofold"])
    finally:
        await database.close()
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"SET bench.scale = {scale}")
        await connection.execute(DATASET.read_text())
        await connection.execute("SET search_path = public")
        await connection.execute(OURS)
        await connection.execute("VACUUM (FREEZE, ANALYZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def keys_in(url: str) -> Keys:
    """Returns the rows that questions can be about."""
    connection = await asyncpg.connect(url)
    try:
        products = await connection.fetch("SELECT id FROM shop.products WHERE status = 'active' ORDER BY id")
        categories = await connection.fetch("SELECT id FROM shop.categories ORDER BY id")
        members = await connection.fetch("SELECT id FROM shop.users ORDER BY id")
        return Keys(
            products=[row[0] for row in products],
            categories=[row[0] for row in categories],
            members=[row[0] for row in members],
        )
    finally:
        await connection.close()


async def new_token(url: str) -> str:
    """Returns a token of a user who is the last member: one who sells nothing, and so sees what everyone sees."""
    database = Database(tortoise_config(url, MARKET.models))
    await database.open()
    try:
        with database.use():
            user, _ = await User.get_or_create(
                email="buyer@shop.test", defaults={"name": "Buyer", "password_hash": "-"}
            )
            token = new_secret("token")
            expires_at = datetime.now(UTC) + timedelta(days=1)
            await AccessToken.create(user=user, token_hash=hash_of(token), expires_at=expires_at)
            await database.connection.execute_query(
                "INSERT INTO accounts SELECT $1, max(id) FROM shop.users ON CONFLICT DO NOTHING", [user.id]
            )
        return token
    finally:
        await database.close()


async def tidy(url: str, reviews: int) -> None:
    """Removes the reviews after the first `reviews`, and what was told of them, so that every load finds the same."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DELETE FROM shop.reviews WHERE id > $1", reviews)
        await connection.execute("TRUNCATE events, audit_entries")
        await connection.execute("VACUUM ANALYZE shop.reviews")
    finally:
        await connection.close()
