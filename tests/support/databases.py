"""Fixtures: databases of both dialects, empty or migrated."""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from storefront.config import MODELS
from support import postgres
from support.needs import cannot
from twofold.database import Database, tortoise_config
from twofold.migrate import upgrade

MIGRATIONS = Path(__file__).parents[2] / "migrations"
APPS = tuple(MODELS)
DIALECTS = ("sqlite", "postgres")


def open_database(url: str) -> Database:
    """Returns the application's database at `url`, not opened yet."""
    return Database(tortoise_config(url, MODELS, pool_size=4))


def new_copy(request: pytest.FixtureRequest, original: str, dialect: str, folder: Path) -> str:
    """Returns the URL of a copy of its own of what the fixtures `{original}_sqlite` and `{original}_postgres` made."""
    if dialect == "sqlite":
        path = folder / f"{original}.sqlite3"
        shutil.copyfile(request.getfixturevalue(f"{original}_sqlite"), path)
        return f"sqlite://{path}"
    new: Callable[[str], str] = request.getfixturevalue("new_postgres_database")
    return new(request.getfixturevalue(f"{original}_postgres"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server: that of TWOFOLD_TEST_POSTGRES_URL, or one that is started and thrown away."""
    given = os.environ.get("TWOFOLD_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    try:
        with postgres.throw_away_server() as url:
            yield url
    except postgres.MissingPrograms as missing:
        cannot(str(missing))


@pytest.fixture(scope="session")
def new_postgres_database(postgres_url: str) -> Iterator[Callable[[str], str]]:
    """A function that makes a database from a template and returns its URL; all are dropped in the end."""
    made = []

    def new(template: str = "template1") -> str:
        name = f"twofold_test_{uuid4().hex[:12]}"
        postgres.execute(postgres_url, f'CREATE DATABASE {name} TEMPLATE "{template}"')
        made.append(name)
        return postgres.with_database(postgres_url, name)

    yield new
    postgres.execute(postgres_url, *(f"DROP DATABASE {name} WITH (FORCE)" for name in made))


@pytest.fixture(scope="session")
async def migrated_postgres(new_postgres_database: Callable[[str], str]) -> str:
    """The name of a migrated PostgreSQL database, for others to be made from; nobody else connects to it."""
    url = new_postgres_database("template1")
    await _migrate(url)
    return url.rpartition("/")[2]


@pytest.fixture(scope="session")
async def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, for others to be copied from."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    await _migrate(f"sqlite://{path}")
    return path


async def _migrate(url: str) -> None:
    database = open_database(url)
    await database.open()
    try:
        await upgrade(database, MIGRATIONS, APPS)
    finally:
        await database.close()


@pytest.fixture(scope="module", params=DIALECTS)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a migrated database without rows, new for each module of tests; every test runs on both dialects."""
    return new_copy(request, "migrated", request.param, tmp_path_factory.mktemp("database"))


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database at `database_url`, open."""
    database = open_database(database_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture(params=DIALECTS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, new for each test; every test runs on both dialects."""
    return new_empty(request, request.param, tmp_path)


def new_empty(request: pytest.FixtureRequest, dialect: str, folder: Path) -> str:
    """Returns the URL of a new database without tables."""
    if dialect == "sqlite":
        return f"sqlite://{folder / f'empty_{uuid4().hex[:12]}.sqlite3'}"
    new: Callable[[], str] = request.getfixturevalue("new_postgres_database")
    return new()


@pytest.fixture
async def empty_database(empty_url: str) -> AsyncIterator[Database]:
    """The database at `empty_url`, open."""
    database = open_database(empty_url)
    await database.open()
    yield database
    await database.close()
