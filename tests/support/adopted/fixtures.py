"""Fixtures: databases of other people's making, adopted."""

from __future__ import annotations

import pytest

from support.adopted.domain import Domain
from support.adopted.films import FILMS
from support.adopted.hostile import HOSTILE
from support.adopted.music import MUSIC
from support.adopted.project import Project, adopt, make
from support.databases import DIALECTS, new_empty
from twofold.database import Dialect

DOMAINS = {each.name: each for each in (MUSIC, FILMS, HOSTILE)}


@pytest.fixture(scope="session", params=[f"{name} on {dialect}" for name in DOMAINS for dialect in DIALECTS])
def domain_and_dialect(request: pytest.FixtureRequest) -> tuple[Domain, Dialect]:
    """A domain, and a database for it; every test runs with each."""
    name, _, dialect = request.param.split()
    return DOMAINS[name], dialect


@pytest.fixture(scope="session")
async def adopted(
    request: pytest.FixtureRequest, domain_and_dialect: tuple[Domain, Dialect],
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:  # fmt: skip
    """A project for an adopted database, as the command left it."""
    domain, dialect = domain_and_dialect
    folder = tmp_path_factory.mktemp("adopted")
    url = new_empty(request, dialect, folder)
    await make(domain, url, dialect)
    return adopt(domain, dialect, url, folder / f"{domain.name}_{dialect}")
