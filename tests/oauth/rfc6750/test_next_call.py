"""What ends a credential counts on the next call, in every process, although they remember credentials for a minute."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from storefront.seed import DEMO_PASSWORD
from support.databases import open_database
from support.outside import run_outside
from support.server import ROOT
from support.shop import EMAILS
from support.workers import Worker, working
from twofold.identity import keys
from twofold.identity.models import User
from twofold.identity.tokens import hash_of

pytestmark = pytest.mark.oauth

FACES = ("/api/v1/orders?page_size=1", "/graphql?query={orders{totalCount}}")


@pytest.fixture(scope="module")
def workers(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Worker]]:
    """Two web processes, which remember on both databases."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWOFOLD_CREDENTIAL_MEMORY_S", "60")
        with working(shop_url, tmp_path_factory.mktemp("workers")) as workers:
            yield workers


def signed_in(worker: Worker, who: str) -> str:
    account = {"email": EMAILS[who], "password": DEMO_PASSWORD}
    answer = httpx.post(f"{worker.url}/auth/login", json=account)
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    return token


def asked(workers: list[Worker], credential: str) -> list[int]:
    """The statuses of both faces in every process."""
    headers = {"Authorization": f"Bearer {credential}"}
    return [httpx.get(each.url + path, headers=headers).status_code for each in workers for path in FACES]


def close(worker: Worker, user_id: UUID, admin: str) -> None:
    headers = {"Authorization": f"Bearer {admin}"}
    changed = httpx.patch(f"{worker.url}/api/v1/users/{user_id}", json={"is_active": False}, headers=headers)
    assert changed.status_code == 200, changed.text


def command(shop_url: str, *words: str) -> None:
    program = str(Path(sys.executable).parent / "twofold")
    environment = {**os.environ, "TWOFOLD_DATABASE_URL": shop_url}
    subprocess.run([program, *words], cwd=ROOT, env=environment, check=True, capture_output=True)


def test_they_do_remember(workers: list[Worker], shop_url: str) -> None:
    token = signed_in(workers[0], "customer")
    assert asked(workers, token) == [200] * 4
    run_outside(shop_url, f"UPDATE access_tokens SET revoked_at = created_at WHERE token_hash = '{hash_of(token)}'")
    assert asked(workers, token) == [200] * 4  # changed by other means than the service: it counts within the minute
    command(shop_url, "cache", "purge", "--table", "access_tokens")
    assert asked(workers, token) == [401] * 4


def test_signing_out(workers: list[Worker]) -> None:
    token = signed_in(workers[0], "customer")
    assert asked(workers, token) == [200] * 4
    left = httpx.post(f"{workers[0].url}/auth/logout", headers={"Authorization": f"Bearer {token}"})
    assert left.status_code == 204
    assert asked(workers[::-1], token) == [401] * 4


async def test_a_key_that_an_operator_revokes(workers: list[Worker], shop_url: str) -> None:
    database = open_database(shop_url)
    await database.open()
    with database.use():
        user = await User.get(email=EMAILS["customer"])
    key = await keys.create_key(database, user.id, "till", [], None)
    await database.close()
    assert asked(workers, key.key) == [200] * 4
    command(shop_url, "keys", "revoke", EMAILS["customer"], str(key.id))
    assert asked(workers, key.key) == [401] * 4


async def test_an_account_that_is_closed(workers: list[Worker], shop_url: str) -> None:
    database = open_database(shop_url)
    await database.open()
    with database.use():
        user = await User.get(email=EMAILS["vendor"])
    await database.close()
    admin, vendor = signed_in(workers[0], "admin"), signed_in(workers[1], "vendor")
    assert asked(workers, vendor) == [200] * 4
    close(workers[0], user.id, admin)
    assert asked(workers, vendor) == [401] * 4
