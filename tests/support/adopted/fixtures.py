"""Fixtures: databases of other people's making, adopted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.adopted.domain import Domain
from support.adopted.films import FILMS
from support.adopted.hostile import HOSTILE
from support.adopted.music import MUSIC
from support.adopted.project import Project, adopt, make, run
from support.adopted.world import world_of
from support.databases import DIALECTS, new_empty
from support.matrix.worlds import World
from twofold.database import Dialect

DOMAINS = {each.name: each for each in (MUSIC, FILMS, HOSTILE)}


@pytest.fixture(scope="session", params=[f"{name} on {dialect}" for name in DOMAINS for dialect in DIALECTS])
def domain_and_dialect(request: pytest.FixtureRequest) -> tuple[Domain, Dialect]:
    """A domain, and a database for it; every test runs with each."""
    name, _, dialect = request.param.split()
    return DOMAINS[name], dialect


@pytest.fixture(scope="session")
async def closed(
    request: pytest.FixtureRequest,
    domain_and_dialect: tuple[Domain, Dialect],
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """A project for an adopted database, as the command left it; one test opens it."""
    return await _adopted(request, *domain_and_dialect, tmp_path_factory.mktemp("closed"), "closed")


@pytest.fixture(scope="session")
async def opened(
    request: pytest.FixtureRequest,
    domain_and_dialect: tuple[Domain, Dialect],
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """A project for an adopted database, migrated and opened, but for one resource that only members see."""
    project = await _adopted(request, *domain_and_dialect, tmp_path_factory.mktemp("opened"), "opened")
    project.open()
    done = run("migrate", "up", cwd=project.folder, url=project.url)
    assert done.returncode == 0, done.stderr
    return project


async def _adopted(
    request: pytest.FixtureRequest, domain: Domain, dialect: Dialect, folder: Path, name: str
) -> Project:
    url = new_empty(request, dialect, folder)
    await make(domain, url, dialect)
    return adopt(domain, dialect, url, folder / f"{domain.name}_{dialect}_{name}")


@pytest.fixture(scope="session")
async def adopted_world(opened: Project) -> AsyncIterator[World]:
    """The world of an adopted database."""
    async with world_of(opened) as world:
        yield world
