"""Fixtures: a shop whose people sign in by pages, and whose mail goes to a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.shop import Shop, opened

SECRET = "a secret of at least thirty-two characters"


@pytest.fixture
def mail_folder(tmp_path: Path) -> Path:
    """Where the e-mails of `accounts` go."""
    return tmp_path / "mail"


@pytest.fixture
async def accounts(shop_url: str, mail_folder: Path) -> AsyncIterator[Shop]:
    """The demo shop of the module, reached at http://shop."""
    async with opened(shop_url, secret=SECRET, mail_folder=mail_folder, public_url="http://shop") as shop:
        yield shop
