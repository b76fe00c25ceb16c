"""`twofold purge`: what ended long ago goes, what lives or ended lately stays."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.server import ROOT
from twofold.database import Database
from twofold.idempotency import IdempotencyKey
from twofold.identity import purge as purging
from twofold.identity.models import AccessToken, Attempt, EmailToken, Session, User
from twofold.identity.oauth.models import AuthorizationCode, Client, DeviceCode, Grant, PushedRequest, RefreshToken
from twofold.identity.purge import purge

pytestmark = pytest.mark.oauth

TABLES = (AccessToken, RefreshToken, AuthorizationCode, DeviceCode, PushedRequest, EmailToken, Session, Grant, Attempt,
          IdempotencyKey)  # fmt: skip
AGO = {name: timedelta(days=days) for name, days in {"long": 31, "lately": 29, "not": -1}.items()}


async def fill(database: Database) -> None:
    """Rows of every table: of which some ended long ago, lately, or not yet."""
    now = datetime.now(UTC)
    with database.use():
        await User.all().delete()
        await Attempt.all().delete()
        await IdempotencyKey.all().delete()
        user = await User.create(email="ada@example.com", name="Ada", password_hash="")
        client = await Client.create(owner=user, name="App", auth_method="none")
        living = await Grant.create(user=user, client=client, authenticated_at=now)
        for when, ago in AGO.items():
            end = now - ago
            ended: dict[str, Any] = {"expires_at": end}
            revoked: dict[str, Any] = {} if when == "not" else {"revoked_at": end}
            grant = await Grant.create(user=user, client=client, authenticated_at=now, **revoked)
            await Session.create(user=user, token_hash=f"s{when}", authenticated_at=now, **ended)
            await Session.create(
                user=user, token_hash=f"r{when}", authenticated_at=now, expires_at=now + timedelta(days=9), **revoked
            )
            await AccessToken.create(user=user, token_hash=f"t{when}", grant=grant, **ended)
            await AccessToken.create(user=user, token_hash=f"r{when}", expires_at=now + timedelta(days=9), **revoked)
            # of a family that lives: used long ago, and good for a while, so that its reuse is noticed
            await RefreshToken.create(grant=living, token_hash=f"u{when}", expires_at=now + timedelta(days=1),
                                      consumed_at=now - timedelta(days=90))  # fmt: skip
            await RefreshToken.create(grant=living, token_hash=f"r{when}", **ended)
            await AuthorizationCode.create(grant=living, code_hash=f"c{when}", redirect_uri="x", code_challenge="x",
                                           **ended)  # fmt: skip
            await DeviceCode.create(client=client, device_code_hash=f"d{when}", user_code_hash=f"u{when}", interval_s=5,
                                    **ended)  # fmt: skip
            await PushedRequest.create(client=client, uri_hash=f"p{when}", parameters={}, **ended)
            await EmailToken.create(user=user, purpose="verify", email=user.email, token_hash=f"e{when}", **ended)
            await Attempt.create(key_hash=f"a{when}", number=1, began_at=end)
            key = await IdempotencyKey.create(owner="", key=f"i{when}", fingerprint="x")
            await IdempotencyKey.filter(id=key.id).update(created_at=now - ago)


async def left(database: Database) -> dict[str, int]:
    with database.use():
        return {each._meta.db_table: await each.all().count() for each in TABLES}


async def test_what_ended_long_ago_goes(database: Database) -> None:
    await fill(database)
    before = await left(database)
    deleted = await purge(database, days=30, idempotency_days=30)
    after = await left(database)
    assert deleted == {
        "access_tokens": 2, "refresh_tokens": 1, "authorization_codes": 1, "device_codes": 1, "pushed_requests": 1,
        "email_tokens": 1, "sessions": 2, "grants": 1, "attempts": 1, "idempotency_keys": 1,
    }  # fmt: skip
    assert {name: before[name] - after[name] for name in before} == deleted
    assert set((await purge(database, days=30, idempotency_days=30)).values()) == {0}


async def test_a_permission_for_offline_access_outlives_its_session(database: Database) -> None:
    await fill(database)
    with database.use():
        session = await Session.get(token_hash="slong")
        await Grant.filter(revoked_at__isnull=True).update(session_id=session.id)
        living = await Grant.filter(revoked_at__isnull=True).count()
        await purge(database, days=30, idempotency_days=7)
        assert await Grant.filter(revoked_at__isnull=True, session_id__isnull=True).count() == living


async def test_it_goes_by_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    await fill(database)
    deleted = await purge(database, days=0, idempotency_days=0)
    assert (deleted["attempts"], deleted["sessions"]) == (2, 4)


async def test_the_command(database: Database, database_url: str) -> None:
    await fill(database)
    done = await asyncio.to_thread(
        subprocess.run, [str(Path(sys.executable).parent / "twofold"), "purge", "--days", "30"], cwd=ROOT, text=True,
        env={**os.environ, "TWOFOLD_DATABASE_URL": database_url}, capture_output=True, check=True,
    )  # fmt: skip
    counts = dict(line.split() for line in done.stdout.splitlines())
    assert (counts["access_tokens"], counts["idempotency_keys"]) == ("2", "2")
    assert len(counts) == len(TABLES)
