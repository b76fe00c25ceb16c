"""Fixtures: databases of other people's making, adopted, looked at while they are closed, and opened."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.adopted.adoption import Adoption
from support.adopted.asking import codes
from support.adopted.domain import Domain
from support.adopted.films import FILMS
from support.adopted.hostile import HOSTILE
from support.adopted.music import MUSIC
from support.adopted.project import adopt, inspected, make, serving
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
async def adoption(
    request: pytest.FixtureRequest,
    domain_and_dialect: tuple[Domain, Dialect],
    tmp_path_factory: pytest.TempPathFactory,
) -> Adoption:
    """A database, adopted, served while it was closed, and then opened."""
    domain, dialect = domain_and_dialect
    folder = tmp_path_factory.mktemp("adopted")
    url = new_empty(request, dialect, folder)
    await make(domain.statements(dialect), url)
    before = await inspected(url)
    project = adopt(domain, dialect, url, folder / f"{domain.name}_{dialect}")
    after = await inspected(url)
    with serving(project) as client:
        closed = codes(client)
    project.open(domain.writes)
    return Adoption(project=project, before=before, after=after, closed=closed)


@pytest.fixture(scope="session")
async def adopted_world(adoption: Adoption) -> AsyncIterator[World]:
    """The world of an adopted database."""
    async with world_of(adoption.project) as world:
        yield world
