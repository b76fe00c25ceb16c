"""A credential is looked up once in a short while, and what ends it counts at once, in every process of a machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from support.databases import open_database
from support.shop import Shop, opened
from support.statements import recorded
from twofold.actor import Actor
from twofold.database import Database
from twofold.errors import InvalidToken, Unauthenticated
from twofold.identity import actors as remembering
from twofold.identity import keys, tokens
from twofold.identity.actors import MAX_REMEMBERED, Actors
from twofold.identity.models import AccessToken, User
from twofold.shared import MappedFile

LIFE_S = 2


class Clock:
    """Both clocks: seconds since some start, and since 1970."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.start = datetime.now(UTC)

    def monotonic(self) -> float:
        return 100 + self.passed_s

    def time(self) -> float:
        return self.start.timestamp() + self.passed_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(remembering, "monotonic", clock.monotonic)
    monkeypatch.setattr(remembering, "time", clock.time)
    return clock


@pytest.fixture
async def user(database: Database) -> User:
    with database.use():
        await User.all().delete()
        return await User.create(email="ada@example.com", name="Ada", password_hash="-", role="vendor")


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    with recorded() as statements:
        yield statements


def memory(database: Database, memory_s: float = LIFE_S) -> Actors:
    return Actors(database, memory_s=memory_s)


def mapped(database: Database) -> MappedFile:
    """The file as another process of the same machine has it."""
    connection = database.config["connections"]["default"]
    return MappedFile(connection["engine"], connection["credentials"])


async def token_of(database: Database, user: User, ttl_s: int = 3600) -> str:
    return (await tokens.issue_token(database, user.id, ttl_s=ttl_s)).access_token


async def test_a_credential_is_looked_up_once_within_its_life(
    database: Database, user: User, clock: Clock, statements: list[str]
) -> None:
    actors, token = memory(database), await token_of(database, user)
    key = (await keys.create_key(database, user.id, "till", ["products:read"], None)).key
    for credential, scopes in ((token, None), (key, frozenset({"products:read"}))):
        expected = Actor(user_id=user.id, role="vendor", scopes=scopes)
        assert await actors.of(credential) == expected
        statements.clear()
        clock.passed_s += LIFE_S - 0.1
        assert await actors.of(credential) == expected
        assert statements == []
        clock.passed_s += 0.2
        assert await actors.of(credential) == expected
        assert len(statements) == 1


async def test_without_a_life_nothing_is_remembered(database: Database, user: User, statements: list[str]) -> None:
    actors, token = memory(database, 0), await token_of(database, user)
    statements.clear()
    for _ in range(3):
        await actors.of(token)
    assert len(statements) == 3


@pytest.mark.parametrize("end", ["revoked", "inactive", "deleted", "another role"])
async def test_what_is_ended_by_other_means_counts_within_the_life(
    database: Database, user: User, clock: Clock, end: str
) -> None:
    actors, token = memory(database), await token_of(database, user)
    await actors.of(token)
    with database.use():
        match end:
            case "revoked":
                await AccessToken.all().update(revoked_at=datetime.now(UTC))
            case "inactive":
                await User.all().update(is_active=False)
            case "deleted":
                await User.all().delete()
            case "another role":
                await User.all().update(role="customer")
    clock.passed_s = LIFE_S - 0.1
    assert (await actors.of(token)).role == "vendor"
    clock.passed_s = LIFE_S + 0.1
    if end == "another role":
        assert (await actors.of(token)).role == "customer"
        return
    with pytest.raises(Unauthenticated):
        await actors.of(token)


@pytest.mark.parametrize("kind", ["token", "key"])
async def test_the_end_of_a_credential_is_respected_while_it_is_remembered(
    database: Database, user: User, clock: Clock, kind: str
) -> None:
    actors = memory(database, 60)
    if kind == "token":
        credential = await token_of(database, user, ttl_s=1)
    else:
        credential = (
            await keys.create_key(database, user.id, "till", [], clock.start + timedelta(seconds=1))
        ).key  # fmt: skip
    await actors.of(credential)
    clock.passed_s = 0.9
    await actors.of(credential)
    clock.passed_s = 1.1
    await asyncio.sleep(1.1)  # the database has a clock of its own
    with pytest.raises(Unauthenticated):
        await actors.of(credential)


async def test_an_answer_older_than_a_change_is_not_remembered(
    database: Database, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    actors, token = memory(database), await token_of(database, user)
    read = database.read

    async def read_before_a_revocation(*given: Any, **options: Any) -> Any:
        rows = await read(*given, **options)
        monkeypatch.undo()
        await tokens.revoke_token(database, token)
        await actors.forget()
        return rows

    monkeypatch.setattr(database, "read", read_before_a_revocation)
    await actors.of(token)  # it was good when it was asked
    with pytest.raises(Unauthenticated):
        await actors.of(token)


async def test_what_is_refused_is_not_remembered_and_the_memory_is_bounded(database: Database, user: User) -> None:
    actors = memory(database)
    with pytest.raises(Unauthenticated):
        await actors.of(tokens.new_secret("token"))
    assert len(actors._remembered) == 0
    for _ in range(3):
        await actors.of(await token_of(database, user))
    assert len(actors._remembered) == 3
    assert actors._remembered.max_entries == MAX_REMEMBERED


# -- among processes --------------------------------------------------------------------------------------------


async def test_what_one_process_forgets_all_do(database: Database, user: User, statements: list[str]) -> None:
    one, another, token = memory(database), memory(database), await token_of(database, user)
    await one.of(token)
    await tokens.revoke_token(database, token)
    await another.forget()
    with pytest.raises(InvalidToken):
        await one.of(token)


async def test_two_changes_at_once_are_both_seen(database: Database) -> None:
    one, another, reader = mapped(database), mapped(database), mapped(database)
    seen = {await reader.generation(make=True)}
    for each in (one, another) * 10:
        await each.change()
        seen.add(await reader.generation())
    assert len(seen) == 21


async def test_a_file_that_was_replaced_is_noticed_when_the_database_is_asked(database: Database) -> None:
    reader = mapped(database)
    await reader.generation(make=True)
    assert reader._path is not None
    reader._path.unlink()
    changer = mapped(database)
    await changer.change()
    assert not reader._path.exists()
    before = await reader.generation(make=True)
    await changer.change()
    assert await reader.generation() == await changer.generation() != before


async def test_without_a_file_to_share_nothing_is_remembered_and_it_is_said_once(
    database: Database, user: User, statements: list[str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    actors, token = memory(database), await token_of(database, user)
    (tmp_path / "elsewhere").write_bytes(bytes(16))
    for place in (tmp_path / "no" / "folder", tmp_path / "link"):
        assert isinstance(actors._shared, MappedFile)
        actors._shared._path = place
        if place.name == "link":
            place.symlink_to(tmp_path / "elsewhere")
        statements.clear()
        for _ in range(3):
            await actors.of(token)
        assert len(statements) == 3
    await actors.forget()
    assert len(caplog.records) == 1
    assert "cannot be shared" in caplog.text
    assert (tmp_path / "elsewhere").read_bytes() == bytes(16)


async def test_the_file_is_for_those_who_may_use_the_database(database: Database) -> None:
    generation = mapped(database)
    await generation.generation(make=True)
    assert generation._path is not None
    mode = generation._path.stat().st_mode & 0o777
    assert mode == (0o600 if generation._beside is None else generation._beside.stat().st_mode & 0o666)


async def test_a_database_in_memory_has_a_generation_of_its_own() -> None:
    one, another = (mapped(open_database("sqlite://:memory:")) for _ in range(2))
    before = (await one.generation(make=True), await another.generation(make=True))
    await one.change()
    assert (await one.generation(), await another.generation()) == (await one.generation(), before[1])
    assert await one.generation() != before[0]


# -- through the application ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def shop(shop_url: str) -> AsyncIterator[Shop]:
    """The demo shop, which remembers on both databases."""
    async with opened(shop_url, credential_memory_s=60) as shop:
        yield shop


async def bearer(shop: Shop, who: str) -> dict[str, str]:
    """Headers with a token that is only this test's."""
    with shop.engine.database.use():
        user = await User.get(email=f"{who}@example.com")
    return {"Authorization": f"Bearer {await token_of(shop.engine.database, user)}"}


async def asked(shop: Shop, headers: dict[str, str]) -> tuple[int, int]:
    """The statuses of both faces."""
    rest = await shop.client.get("/api/v1/orders?page_size=1", headers=headers)
    graphql = await shop.client.post("/graphql", json={"query": "{ orders { totalCount } }"}, headers=headers)
    return rest.status_code, graphql.status_code


async def test_signing_out_counts_at_once_on_both_faces(shop: Shop) -> None:
    headers = await bearer(shop, "customer")
    assert await asked(shop, headers) == (200, 200)
    assert (await shop.client.post("/auth/logout", headers=headers)).status_code == 204
    assert await asked(shop, headers) == (401, 401)


async def test_changing_an_account_counts_at_once_on_both_faces(shop: Shop) -> None:
    headers = await bearer(shop, "vendor")
    assert await asked(shop, headers) == (200, 200)
    with shop.engine.database.use():
        key = (await User.get(email="vendor@example.com")).id
    for active in (False, True):  # what was held of the account has ended, and does not come back with it
        changed = await shop.rest("PATCH", f"/users/{key}", {"is_active": active}, who="admin")
        assert changed.status_code == 200, changed.text
        assert await asked(shop, headers) == (401, 401)
    assert await asked(shop, await bearer(shop, "vendor")) == (200, 200)
    assert isinstance(key, UUID)


async def test_a_token_costs_one_statement_and_then_none(shop: Shop) -> None:
    headers = await bearer(shop, "customer")
    for expected in (2, 1):
        with recorded() as statements:
            answer = await shop.client.get("/api/v1/orders?include=lines.product", headers=headers)
        assert answer.status_code == 200
        assert len(statements) == expected, statements
