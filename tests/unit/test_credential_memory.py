"""A credential is looked up once in a short while, and what ends it counts from its COMMIT on, in every process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest

from storefront.application import STOREFRONT
from support.databases import open_database
from support.outside import run_outside
from support.shop import Shop, opened
from support.statements import recorded
from twofold.actor import Actor
from twofold.database import Database
from twofold.engine import Engine
from twofold.errors import InvalidToken, Unauthenticated
from twofold.identity import actors as remembering
from twofold.identity import keys, tokens
from twofold.identity.actors import MAX_REMEMBERED, Actors
from twofold.identity.models import AccessToken, ApiKey, Session, User
from twofold.identity.oauth.models import Client, Grant
from twofold.settings import Settings
from twofold.shared import MappedFile, Mark
from twofold.shared.mapped_versions import MappedVersions
from twofold.sql.actor import statements_of_actor, tables_of_actor

LIFE_S = 2
SOON_S = 10


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


@pytest.fixture(scope="module")
async def elsewhere(database_url: str) -> AsyncIterator[Database]:
    """The database as another process has it."""
    database = open_database(database_url)
    await database.open()
    yield database
    await database.close()


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


async def test_what_is_ended_by_other_means_counts_within_the_life(
    database: Database, database_url: str, user: User, clock: Clock
) -> None:
    actors, token = memory(database), await token_of(database, user)
    await actors.of(token)
    run_outside(database_url, "UPDATE users SET role = 'customer'")
    clock.passed_s = LIFE_S - 0.1
    assert (await actors.of(token)).role == "vendor"
    clock.passed_s = LIFE_S + 0.1
    assert (await actors.of(token)).role == "customer"
    run_outside(database_url, "UPDATE users SET is_active = NOT is_active")
    await database.watch.forget(["users"])
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
        return rows

    monkeypatch.setattr(database, "read", read_before_a_revocation)
    await actors.of(token)  # it was good when it was asked
    with pytest.raises(Unauthenticated):
        await actors.of(token)


async def test_what_a_transaction_sees_of_itself_is_not_remembered(database: Database, user: User) -> None:
    """It may be undone, of which nobody is told."""
    actors, token = memory(database), await token_of(database, user)
    with suppress(ZeroDivisionError):
        async with database.transaction():
            await User.filter(id=user.id).update(role="admin")
            assert (await actors.of(token)).role == "admin"
            raise ZeroDivisionError
    assert (await actors.of(token)).role == "vendor"


async def test_what_is_refused_is_not_remembered_and_the_memory_is_bounded(database: Database, user: User) -> None:
    actors = memory(database)
    with pytest.raises(Unauthenticated):
        await actors.of(tokens.new_secret("token"))
    assert len(actors._remembered) == 0
    for _ in range(3):
        await actors.of(await token_of(database, user))
    assert len(actors._remembered) == 3
    assert actors._remembered.max_entries == MAX_REMEMBERED


# -- what it depends on -------------------------------------------------------------------------------------------


class Held(NamedTuple):
    """What somebody holds: of each kind one credential; the token is an application's, whose owner is somebody else."""

    credentials: Mapping[str, str]
    owner: User
    client: Client
    grant: Grant


@pytest.fixture
async def held(database: Database, user: User) -> Held:
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    token, cookie = tokens.new_secret("token"), tokens.new_secret("session")
    key = await keys.create_key(database, user.id, "till", [], None)
    with database.use():
        owner = await User.create(email="bob@example.com", name="Bob", password_hash="-")
        client = await Client.create(owner=owner, name="App", auth_method="none")
        grant = await Grant.create(user=user, client=client, authenticated_at=datetime.now(UTC))
        await AccessToken.create(user=user, client=client, grant=grant, token_hash=tokens.hash_of(token), scopes=[],
                                 expires_at=expires_at)  # fmt: skip
        await Session.create(user=user, token_hash=tokens.hash_of(cookie), authenticated_at=datetime.now(UTC),
                             expires_at=expires_at)  # fmt: skip
    return Held({"token": token, "key": key.key, "session": cookie}, owner, client, grant)


Ending = Callable[[User, Held], Awaitable[Any]]
EVERY = frozenset({"token", "key", "session"})
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENDINGS: Mapping[str, tuple[Ending, frozenset[str]]] = {
    "account closed": (lambda user, _: User.filter(id=user.id).update(is_active=False), EVERY),
    "account deleted": (lambda user, _: User.filter(id=user.id).delete(), EVERY),
    "account deleted as an object": (lambda user, _: user.delete(), EVERY),
    "token revoked": (lambda *_: AccessToken.all().update(revoked_at=NOW), frozenset({"token"})),
    "token deleted": (lambda *_: AccessToken.all().delete(), frozenset({"token"})),
    "key revoked": (lambda *_: ApiKey.all().update(revoked_at=NOW), frozenset({"key"})),
    "session ended": (lambda *_: Session.all().update(revoked_at=NOW), frozenset({"session"})),
    "session deleted": (lambda *_: Session.all().delete(), frozenset({"session"})),
    "application disabled": (lambda _, held: Client.filter(id=held.client.id).update(is_active=False),
                             frozenset({"token"})),
    "application deleted": (lambda _, held: Client.filter(id=held.client.id).delete(), frozenset({"token"})),
    "its owner closed": (lambda _, held: User.filter(id=held.owner.id).update(is_active=False), frozenset({"token"})),
    "its owner deleted": (lambda _, held: User.filter(id=held.owner.id).delete(), frozenset({"token"})),
    "permission revoked": (lambda _, held: Grant.filter(id=held.grant.id).update(revoked_at=NOW), frozenset({"token"})),
    "permission deleted": (lambda _, held: Grant.filter(id=held.grant.id).delete(), frozenset({"token"})),
}  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
async def test_what_one_process_ends_no_other_goes_on_with(
    database: Database, elsewhere: Database, user: User, held: Held, ending: str
) -> None:
    end, ended = ENDINGS[ending]
    processes = [memory(database), memory(elsewhere)]
    for actors in processes:
        for credential in held.credentials.values():
            assert (await actors.of(credential)).user_id == user.id
    with database.use():
        await end(user, held)
    for actors in processes:
        for kind, credential in held.credentials.items():
            if kind in ended:
                with pytest.raises(InvalidToken):
                    await actors.of(credential)
            else:
                assert (await actors.of(credential)).user_id == user.id


async def test_a_new_role_counts_from_its_commit_on(
    database: Database, elsewhere: Database, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may see it in the account then, though whoever gave it was not answered yet."""
    actors, token = memory(elsewhere), await token_of(database, user)
    assert (await actors.of(token)).role == "vendor"
    versions = database.shared.versions
    close, is_committed, go_on = versions.close, asyncio.Event(), asyncio.Event()

    async def close_late(mark: Mark) -> bool:
        is_committed.set()
        await go_on.wait()
        return await close(mark)

    monkeypatch.setattr(versions, "close", close_late)
    with database.use():
        giving = asyncio.create_task(_give(user, "admin"))
        async with asyncio.timeout(SOON_S):
            await is_committed.wait()
    assert (await actors.of(token)).role == "admin"
    assert not giving.done()
    go_on.set()
    await giving
    assert (await actors.of(token)).role == "admin"


async def _give(user: User, role: str) -> None:
    await User.filter(id=user.id).update(role=role)


async def test_who_signs_in_or_up_makes_nobody_be_asked_for_again(
    database: Database, elsewhere: Database, user: User, held: Held, statements: list[str]
) -> None:
    actors = memory(elsewhere)
    for credential in held.credentials.values():
        await actors.of(credential)
    await token_of(database, user)
    await keys.create_key(database, user.id, "another", [], None)
    with database.use():
        await User.create(email=f"{uuid4().hex}@example.com", name="Eve", password_hash="-")
        await Session.create(user=user, token_hash=uuid4().hex, authenticated_at=NOW, expires_at=NOW)
        client = await Client.create(name="Other", auth_method="none")
        await Grant.create(user=user, client=client, authenticated_at=NOW)
    statements.clear()
    for credential in held.credentials.values():
        await actors.of(credential)
    assert statements == []


@pytest.mark.parametrize("prefix", ["", "tf_"])
def test_all_tables_of_the_statements_are_known(prefix: str) -> None:
    for dialect in ("sqlite", "postgres"):
        texts = statements_of_actor(dialect, prefix)
        named = {kind: {*re.findall(r"(?:FROM|JOIN)\s+(\w+)", text)} for kind, text in texts.items()}
        assert named == tables_of_actor(prefix)
        assert all(len(tables) > 1 for tables in named.values())


async def test_what_ends_a_credential_is_told_of_by_who_serves_nothing_of_it(
    database: Database, elsewhere: Database, database_url: str, user: User
) -> None:
    """A process tells of writes of tables that are read; these are, whatever is served."""
    engine = Engine(replace(STOREFRONT, resources=[]), Settings(database_url=database_url, database_pool=2))
    await engine.database.open()
    try:
        actors, token = memory(elsewhere), await token_of(database, user)
        await actors.of(token)
        await engine.sign_out(token)
    finally:
        await engine.database.close()
    with pytest.raises(InvalidToken):
        await actors.of(token)


async def test_a_strangers_sign_out_makes_nobody_be_asked_for_again(
    database: Database, user: User, statements: list[str]
) -> None:
    actors, token = memory(database), await token_of(database, user)
    await actors.of(token)
    await tokens.revoke_token(database, tokens.new_secret("token"))
    statements.clear()
    await actors.of(token)
    assert statements == []


# -- the file that processes share ---------------------------------------------------------------------------------

TAGS = (1, 2)


async def test_two_writes_at_once_are_both_seen(database: Database) -> None:
    one, another, reader = (mapped(database).versions for _ in range(3))
    seen = {await reader.seen(TAGS)}
    for each in (one, another) * 10:
        await each.close(await each.open(TAGS, 60))
        seen.add(await reader.seen(TAGS))
    assert len(seen) == 21


async def test_a_file_that_was_replaced_is_noticed(database: Database) -> None:
    reader, writer = mapped(database), mapped(database)
    before = await reader.versions.seen(TAGS)
    assert reader.memory._path is not None
    reader.memory._path.unlink()
    await writer.versions.close(await writer.versions.open(TAGS, 60))
    assert isinstance(reader.versions, MappedVersions)
    reader.versions._look_at_s = 0  # it looks each second
    assert await reader.versions.seen(TAGS) == await writer.versions.seen(TAGS) != before


async def test_without_a_file_to_share_nothing_is_remembered_and_it_is_said_once(
    database: Database, user: User, statements: list[str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    actors, token = memory(database), await token_of(database, user)
    (tmp_path / "target").write_bytes(bytes(16))
    shared = mapped(database)
    actors._versions = shared.versions
    for place in (tmp_path / "no" / "folder", tmp_path / "link"):
        shared.memory._path = place
        if place.name == "link":
            place.symlink_to(tmp_path / "target")
        statements.clear()
        for _ in range(3):
            await actors.of(token)
        assert len(statements) == 3
    assert len(caplog.records) == 1
    assert "cannot be shared" in caplog.text
    assert (tmp_path / "target").read_bytes() == bytes(16)


async def test_the_file_is_for_those_who_may_use_the_database(database: Database) -> None:
    shared = mapped(database)
    await shared.versions.seen(TAGS)
    assert shared.memory._path is not None
    mode = shared.memory._path.stat().st_mode & 0o777
    assert mode == (0o600 if shared.memory._beside is None else shared.memory._beside.stat().st_mode & 0o666)


async def test_a_database_has_one_file_by_whichever_path(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "shop.db").touch()
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "linked.db").symlink_to("real/shop.db")
    paths = [tmp_path / "real" / "shop.db", tmp_path / "folder" / "shop.db", tmp_path / "linked.db"]
    versions = [mapped(open_database(f"sqlite://{path}")).versions for path in paths]
    await versions[0].close(await versions[0].open(TAGS, 60))
    assert len({await each.seen(TAGS) for each in versions}) == 1


async def test_a_database_in_memory_has_versions_of_its_own() -> None:
    one, another = (mapped(open_database("sqlite://:memory:")).versions for _ in range(2))
    before = (await one.seen(TAGS), await another.seen(TAGS))
    await one.close(await one.open(TAGS, 60))
    assert await another.seen(TAGS) == before[1]
    assert await one.seen(TAGS) != before[0]


# -- through the application ------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["memory", "off"])
async def shop(request: pytest.FixtureRequest, shop_url: str) -> AsyncIterator[Shop]:
    """The demo shop, which remembers on both databases, also where no answers are kept."""
    async with opened(shop_url, credential_memory_s=60, cache=request.param) as shop:
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
    for number, expected in enumerate((2, 1), start=1):  # each is another question, so that nothing is kept of it
        with recorded() as statements:
            answer = await shop.client.get(f"/api/v1/orders?include=lines.product&limit={number}", headers=headers)
        assert answer.status_code == 200
        assert len(statements) == expected, statements
