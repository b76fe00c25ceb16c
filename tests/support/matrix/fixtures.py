"""Fixtures: the worlds of the matrix, for tests that only read, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.databases import DIALECTS, new_copy
from support.matrix import worlds
from support.matrix.worlds import World

ORIGINALS = {"storefront": "seeded", "library": "filled"}
"""Of each domain, what the fixtures are called that fill a database with it."""


@pytest.fixture(scope="session", params=[f"{domain} on {dialect}" for domain in ORIGINALS for dialect in DIALECTS])
def world_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A domain and the URL of its database."""
    domain, _, dialect = request.param.split()
    return domain, new_copy(request, ORIGINALS[domain], dialect, tmp_path_factory.mktemp("matrix"))


@pytest.fixture(scope="session")
async def world(world_url: tuple[str, str]) -> AsyncIterator[World]:
    """A world of the matrix; every test runs in each of them."""
    domain, url = world_url
    async with getattr(worlds, domain)(url) as world:
        yield world
