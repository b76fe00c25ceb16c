"""Fixtures: the library on each database."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tortoise import Model
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.utils import get_schema_sql

from support.databases import new_copy
from support.library.models import CHECKS, SEARCHES
from support.library.resources import LIBRARY
from support.library.rows import BOOK_SUBJECTS, MODELS, ROWS
from twofold.database import Dialect
from twofold.engine import Engine
from twofold.settings import Settings
from twofold.sql.search import function_up


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Engine]:
    """Gives the library's engine over the database at `url`."""
    wide = 1_000_000  # the questions of these tests have windows that no face offers
    engine = Engine(LIBRARY, Settings(database_url=url, database_pool=2, max_cost=wide))
    await engine.database.open()
    try:
        yield engine
    finally:
        await engine.database.close()


async def fill(engine: Engine) -> None:
    """Makes the tables and the rows."""
    with engine.database.use():
        await _make_tables(engine.database.connection, engine.database.dialect)
        for name, model in MODELS.items():
            await _insert(model, ROWS[name])
        pairs = ", ".join(f"('{book}', '{subject}')" for book, subject in BOOK_SUBJECTS)
        await engine.database.connection.execute_script(
            f"INSERT INTO book_subjects (book_id, subject_id) VALUES {pairs}"
        )


async def _make_tables(connection: BaseDBAsyncClient, dialect: Dialect) -> None:
    """Tortoise's schema, with its unique constraints under the names that migrations give, and the checks."""
    sql = re.sub(r'CONSTRAINT "uid_(\w+?)_\w+" UNIQUE \((.*)\)', _named_unique, get_schema_sql(connection, safe=False))
    if dialect == "postgres":  # a collation in which text does not go by code points
        sql = re.sub(r"(VARCHAR\(\d+\)|TEXT)", r'\1 COLLATE "en-x-icu"', sql)
    for name, table, test in CHECKS:
        check = rf"\1,\n    CONSTRAINT {name} CHECK ({test})\n)"
        sql = re.sub(rf'(TABLE "{table}" \(.*?)\n\)', check, sql, flags=re.DOTALL)
    await connection.execute_script(sql)
    for statement in (*function_up(dialect), *(each for search in SEARCHES for each in search.up(dialect))):
        await connection.execute_script(statement)


def _named_unique(found: re.Match[str]) -> str:
    table, columns = found.groups()
    return f'CONSTRAINT "uq_{table}_{"_".join(re.findall("[a-z_]+", columns))}" UNIQUE ({columns})'


async def _insert(model: type[Model], records: list[dict[str, object]]) -> None:
    await model.bulk_create([model(**record) for record in records])
    for record in records if "changed_at" in model._meta.fields else ():  # which bulk_create sets to now
        await model.filter(id=record["id"]).update(changed_at=record["changed_at"])


@pytest.fixture(scope="session")
async def filled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the library, for others to be copied from."""
    path = tmp_path_factory.mktemp("library") / "template.sqlite3"
    async with opened(f"sqlite://{path}") as engine:
        await fill(engine)
    return path


@pytest.fixture(scope="session")
async def filled_postgres(new_postgres_database: Callable[[], str]) -> str:
    """The name of a PostgreSQL database with the library, for others to be made from."""
    url = new_postgres_database()
    async with opened(url) as engine:
        await fill(engine)
    return url.rpartition("/")[2]


@pytest.fixture(scope="session")
def sqlite_library_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the library on SQLite, for tests that only read."""
    return new_copy(request, "filled", "sqlite", tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session")
def postgres_library_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the library on PostgreSQL, for tests that only read."""
    return new_copy(request, "filled", "postgres", tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session")
async def sqlite_library(sqlite_library_url: str) -> AsyncIterator[Engine]:
    """The library on SQLite, for tests that only read."""
    async with opened(sqlite_library_url) as engine:
        yield engine


@pytest.fixture(scope="session")
async def postgres_library(postgres_library_url: str) -> AsyncIterator[Engine]:
    """The library on PostgreSQL, for tests that only read."""
    async with opened(postgres_library_url) as engine:
        yield engine


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def library(request: pytest.FixtureRequest) -> Engine:
    """The library, for tests that only read; every test runs on both databases."""
    engine: Engine = request.getfixturevalue(f"{request.param}_library")
    return engine


@pytest.fixture(params=["sqlite", "postgres"])
def own_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a library of the test's own, which it may change."""
    return new_copy(request, "filled", request.param, tmp_path)


@pytest.fixture
async def own_library(own_url: str) -> AsyncIterator[Engine]:
    """A library of the test's own, which it may change; every test runs on both databases."""
    async with opened(own_url) as engine:
        yield engine
