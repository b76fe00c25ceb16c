"""Fixtures: a shop whose people sign in by pages, and whose mail goes to a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path

import pytest

from support.shop import Shop, opened
from support.visitor import Visitor
from twofold.identity.models import User
from twofold.identity.passwords import hash_password_now

SECRET = "a secret of at least thirty-two characters"
PASSWORD = "correct horse battery"
PASSWORD_HASH = hash_password_now(PASSWORD)
NUMBERS = count(1)

NewUser = Callable[[], Awaitable[User]]
SignedIn = Callable[[User], Awaitable[Visitor]]


@pytest.fixture(scope="module")
def mail_folder(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the e-mails of `accounts` go, one folder for each database."""
    return tmp_path_factory.mktemp("post") / "mail"


@pytest.fixture(scope="module")
async def accounts(shop_url: str, mail_folder: Path) -> AsyncIterator[Shop]:
    """The demo shop of the module, reached at http://shop."""
    async with opened(shop_url, secret=SECRET, mail_folder=mail_folder, public_url="http://shop") as shop:
        yield shop


@pytest.fixture
def new_user(accounts: Shop) -> NewUser:
    """A function that makes another user, whose password is PASSWORD."""

    async def new() -> User:
        with accounts.engine.database.use():
            return await User.create(email=f"ada{next(NUMBERS)}@example.com", name="Ada", password_hash=PASSWORD_HASH)

    return new


@pytest.fixture
def signed_in(accounts: Shop) -> SignedIn:
    """A function that signs a user of `new_user` in, and returns the browser."""

    async def sign_in(user: User) -> Visitor:
        visitor = Visitor(accounts.app)
        answer = await visitor.sign_in(user.email, PASSWORD)
        assert answer.status_code == 303, answer.text
        return visitor

    return sign_in
