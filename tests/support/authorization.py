"""Fixtures: the authorization server of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.authority import Registered
from support.oauth import Browser, Provider, provider


@pytest.fixture(scope="module")
async def server(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Provider]:
    """The authorization server of the module, on each database."""
    async with provider(shop_url, tmp_path_factory.mktemp("provider")) as found:
        yield found


@pytest.fixture(scope="module")
async def confidential(server: Provider) -> Registered:
    """A client with a secret."""
    return await server.register("A web application")


@pytest.fixture(scope="module")
async def public(server: Provider) -> Registered:
    """A client without a secret."""
    return await server.register("A page with scripts", public=True)


@pytest.fixture
async def browser(server: Provider) -> Browser:
    """A browser in which the demo customer is signed in."""
    return await server.browser()
