"""Accounts, signing in and out, keys, and whom a credential stands for: on each database there is."""

import asyncio
import hashlib
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from support.identity import sign_in_over
from support.statements import recorded
from twofold.actor import Actor
from twofold.database import Database
from twofold.errors import Conflict, Invalid, NotFound, Unauthenticated
from twofold.fields import sqlite_datetime
from twofold.identity import credentials, keys, password_check, passwords, tokens
from twofold.identity.attempts import Attempts
from twofold.identity.models import AccessToken, ApiKey, Attempt, User
from twofold.sql.actor import statements_of_actor

PASSWORD = "correct horse battery"
PASSWORD_HASH = passwords.hash_password_now(PASSWORD)
WRONG = "E-mail or password is wrong."
NOT_VALID = "The token or key is unknown, expired or revoked."
TABLES = ("users", "access_tokens", "api_keys")


@pytest.fixture
async def database(database: Database) -> Database:
    """The module's database, without users and what is theirs, and without attempts."""
    with database.use():
        await User.all().delete()
        await Attempt.all().delete()
    return database


async def add_user(database: Database, email: str = "ada@example.com", **columns: Any) -> User:
    with database.use():
        given: dict[str, Any] = {"password_hash": PASSWORD_HASH} | columns
        return await User.create(email=email, name="Ada", **given)


async def sign_in(database: Database, password: str = PASSWORD, **options: Any) -> tokens.IssuedToken:
    return await sign_in_over(database, "ada@example.com", password, **options)


async def dump(database: Database) -> str:
    """Returns everything that is stored, as text."""
    rows = [row for table in TABLES for row in await database.fetch(f"SELECT * FROM {table}")]
    return "\n".join(str(tuple(row)) for row in rows)


class CountingHasher:
    """Today's hasher, which counts."""

    def __init__(self) -> None:
        self._hasher = passwords._HASHER
        self.verified: list[str] = []
        self.hashed = 0

    def verify(self, password_hash: str, password: bytes) -> bool:
        self.verified.append(password_hash)
        return self._hasher.verify(password_hash, password)

    def hash(self, password: bytes) -> str:
        self.hashed += 1
        return self._hasher.hash(password)

    def check_needs_rehash(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> CountingHasher:
    counting = CountingHasher()
    monkeypatch.setattr(passwords, "_HASHER", counting)
    return counting


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that run."""
    with recorded() as ran:
        yield ran


class TestPasswords:
    async def test_a_hash_is_argon2id_with_the_chosen_cost_and_a_fresh_salt(self) -> None:
        first, second = await passwords.hash_password(PASSWORD), passwords.hash_password_now(PASSWORD)
        assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert first != second
        assert len(first) <= 255

    async def test_only_the_right_password_matches(self) -> None:
        right = await passwords.verify_password(PASSWORD_HASH, PASSWORD)
        wrong = await passwords.verify_password(PASSWORD_HASH, PASSWORD + " ")
        assert (right.matched, right.needs_rehash) == (True, False)
        assert (wrong.matched, wrong.needs_rehash) == (False, False)

    async def test_a_hash_with_other_parameters_needs_a_rehash_once_it_matched(self) -> None:
        old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        assert await passwords.verify_password(old, PASSWORD) == passwords.Verified(matched=True, needs_rehash=True)
        assert await passwords.verify_password(old, "x") == passwords.Verified(matched=False, needs_rehash=False)

    @pytest.mark.parametrize("stored", [None, "", "!", "plain text", pytest.param(PASSWORD_HASH, id="a hash")])
    @pytest.mark.parametrize("password", ["", "x", "x" * 129, "x" * 100_000, "\ud800"])
    async def test_nothing_unusable_matches_or_is_cheaper(
        self, hasher: CountingHasher, stored: str | None, password: str
    ) -> None:
        assert not (await passwords.verify_password(stored, password)).matched
        assert [hash_ for hash_ in hasher.verified if hash_.startswith("$argon2id$v=19$m=19456,t=2,p=1$")]

    async def test_accents_match_however_they_are_composed(self) -> None:
        stored = await passwords.hash_password("caf\u00e9 au lait")
        assert (await passwords.verify_password(stored, "cafe\u0301 au lait")).matched

    @pytest.mark.parametrize("password", ["x" * 129, "\ud800" * 8])
    async def test_what_could_never_match_is_not_hashed(self, password: str) -> None:
        with pytest.raises(ValueError, match="at most 128 characters"):
            await passwords.hash_password(password)

    async def test_the_event_loop_goes_on_and_two_run_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        running, most, lock = 0, 0, threading.Lock()
        both = threading.Barrier(2, timeout=10)

        def slow(_: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            both.wait()
            with lock:
                running -= 1
            return "done"

        monkeypatch.setattr(passwords, "hash_password_now", slow)
        assert await asyncio.gather(*(passwords.hash_password("x") for _ in range(6))) == ["done"] * 6
        assert most == 2


class TestUsers:
    async def test_a_user_is_stored_with_a_lower_case_email_and_a_hash(self, database: Database) -> None:
        user_id = await credentials.create_user(database, " Ada@Example.COM ", " Ada ", PASSWORD)
        with database.use():
            user = await User.get(id=user_id)
        assert (user.email, user.name, user.role, user.is_active) == ("ada@example.com", "Ada", "customer", True)
        assert PASSWORD not in await dump(database)
        issued = await sign_in_over(database, "ADA@example.com", PASSWORD)
        assert issued.user_id == user_id

    async def test_a_taken_email_is_a_conflict_that_names_it(self, database: Database) -> None:
        await add_user(database)
        with pytest.raises(Conflict) as refused:
            await credentials.create_user(database, "ADA@example.com", "Eve", PASSWORD)
        assert [(e.path, e.code) for e in refused.value.field_errors] == [(("email",), "taken")]

    async def test_a_taken_email_leaves_the_transaction_around_it_usable(self, database: Database) -> None:
        await add_user(database)
        async with database.transaction():
            with pytest.raises(Conflict):
                await credentials.create_user(database, "ada@example.com", "Eve", PASSWORD)
            await credentials.create_user(database, "eve@example.com", "Eve", PASSWORD)
        with database.use():
            assert await User.all().count() == 2

    @pytest.mark.parametrize(
        "email",
        ["", "ada", "ada@", "@example.com", "ada@example", "a b@example.com", "ada@exa mple.com", "ada@@example.com",
         "ada@example..com", "ada@-example.com", "ada@example.com\n.evil", "ada\x00@example.com",
         "ad\u0131@example.com", "\ud800@example.com", "a" * 65 + "@example.com", "a@" + "b." * 130 + "com"],
    )  # fmt: skip
    async def test_what_is_no_email_is_refused(self, database: Database, email: str) -> None:
        with pytest.raises(Invalid) as refused:
            await credentials.create_user(database, email, "Ada", PASSWORD)
        assert [e.path for e in refused.value.field_errors] == [("email",)]

    @pytest.mark.parametrize("email", ["a@b.co", "ada+shop@mail.example.com", "o'hara@xn--bcher-kva.example"])
    def test_what_is_an_email(self, email: str) -> None:
        assert credentials.email_of(email.upper()) == email

    @pytest.mark.parametrize("password", ["", "seven77", "x" * 129, "\ud800" * 8])
    async def test_password_length_is_measured_in_characters(self, database: Database, password: str) -> None:
        with pytest.raises(Invalid) as refused:
            await credentials.create_user(database, "ada@example.com", "Ada", password)
        assert [e.path for e in refused.value.field_errors] == [("password",)]
        assert password not in str(refused.value) or not password

    @pytest.mark.parametrize("password", ["eight888", "\U0001f511" * 8, "\U0001f511" * 128, "nul\x00inside"])
    async def test_passwords_of_any_characters(self, database: Database, password: str) -> None:
        await credentials.create_user(database, "ada@example.com", "Ada", password)
        assert await sign_in(database, password)
        if "\x00" in password:
            with pytest.raises(Unauthenticated):
                await sign_in(database, password.split("\x00", maxsplit=1)[0])

    async def test_all_that_is_wrong_is_said_at_once(self, database: Database) -> None:
        with pytest.raises(Invalid) as refused:
            await credentials.create_user(database, "ada", "\x1b[2J", "short", "Super User!")
        assert [e.path[0] for e in refused.value.field_errors] == ["email", "name", "password", "role"]

    @pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", "a\nb"])
    async def test_a_name_is_one_line(self, database: Database, name: str) -> None:
        with pytest.raises(Invalid) as refused:
            await credentials.create_user(database, "ada@example.com", name, PASSWORD)
        assert [e.path for e in refused.value.field_errors] == [("name",)]


class TestSignIn:
    async def test_it_gives_a_token_that_stands_for_the_user(self, database: Database) -> None:
        user = await add_user(database, role="vendor")
        issued = await sign_in(database)
        assert issued.access_token.startswith("tft_")
        assert len(issued.access_token) == 47
        assert (issued.expires_in_s, issued.user_id) == (3600, user.id)
        assert await credentials.actor_of(database, issued.access_token) == Actor(user_id=user.id, role="vendor")
        with database.use():
            stored = await AccessToken.get()
        [row] = await database.fetch("SELECT expires_at FROM access_tokens")
        assert row[0] == (sqlite_datetime(stored.expires_at) if database.dialect == "sqlite" else stored.expires_at)
        assert timedelta(seconds=3590) < stored.expires_at - datetime.now(UTC) <= timedelta(seconds=3600)

    async def test_two_sign_ins_give_two_tokens(self, database: Database) -> None:
        await add_user(database)
        assert (await sign_in(database)).access_token != (await sign_in(database)).access_token

    @pytest.mark.parametrize("email", ["eve@example.com", "not an e-mail", "\x00", "\ud800@example.com", "x" * 10_000])
    async def test_an_unknown_email_costs_one_verification_too(
        self, database: Database, hasher: CountingHasher, email: str
    ) -> None:
        await add_user(database)
        with pytest.raises(Unauthenticated) as refused:
            await sign_in_over(database, email, PASSWORD)
        assert refused.value.message == WRONG
        assert len(hasher.verified) == 1
        with pytest.raises(Unauthenticated):
            await sign_in(database, "wrong password")
        assert len(hasher.verified) == 2
        cost = [hash_.rsplit("$", 2)[0] for hash_ in hasher.verified]
        assert cost[0] == cost[1]
        assert hasher.hashed == 0

    @pytest.mark.parametrize("password", ["wrong password", "", "x" * 10_000, "\ud800"])
    async def test_a_wrong_password_is_refused(self, database: Database, password: str) -> None:
        await add_user(database)
        with pytest.raises(Unauthenticated) as refused:
            await sign_in(database, password)
        assert refused.value.message == WRONG

    async def test_an_inactive_user_is_refused_after_the_same_work(
        self, database: Database, hasher: CountingHasher
    ) -> None:
        old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        await add_user(database, is_active=False, password_hash=old)
        with pytest.raises(Unauthenticated) as refused:
            await sign_in(database)
        assert refused.value.message == WRONG
        assert (hasher.verified, hasher.hashed) == ([old], 0)
        assert await database.fetch("SELECT * FROM access_tokens") == []

    async def test_an_old_hash_is_replaced_once(self, database: Database) -> None:
        old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        user = await add_user(database, password_hash=old)
        with pytest.raises(Unauthenticated):
            await sign_in(database, "wrong password")
        with database.use():
            assert (await User.get(id=user.id)).password_hash == old
        await sign_in(database)
        with database.use():
            new = (await User.get(id=user.id)).password_hash
        assert new.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        await sign_in(database)
        with database.use():
            assert (await User.get(id=user.id)).password_hash == new

    @pytest.mark.parametrize("change", [{"password_hash": "changed"}, {"is_active": False}])
    async def test_what_changes_while_the_password_is_verified_counts(
        self, database: Database, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
    ) -> None:
        await add_user(database)

        async def changing(password_hash: str | None, password: str) -> passwords.Verified:
            with database.use():
                await User.all().update(**change)
            return await passwords.verify_password(password_hash, password)

        monkeypatch.setattr(password_check, "verify_password", changing)
        with pytest.raises(Unauthenticated):
            await sign_in(database)
        assert await database.fetch("SELECT * FROM access_tokens") == []

    async def test_many_at_once(self, database: Database) -> None:
        await add_user(database)
        issued = await asyncio.gather(*(sign_in(database) for _ in range(8)))
        assert len({one.access_token for one in issued}) == 8

    async def test_signing_out_revokes_that_token_only(self, database: Database) -> None:
        await add_user(database)
        first, second = await sign_in(database), await sign_in(database)
        await credentials.sign_out(database, first.access_token)
        with pytest.raises(Unauthenticated):
            await credentials.actor_of(database, first.access_token)
        assert (await credentials.actor_of(database, second.access_token)).user_id == second.user_id

    async def test_signing_out_again_or_with_nonsense_is_no_error(self, database: Database) -> None:
        user = await add_user(database)
        issued = await sign_in(database)
        key = await keys.create_key(database, user.id, "till", [], None)
        await credentials.sign_out(database, issued.access_token)
        before = await dump(database)
        for token in (issued.access_token, tokens.new_secret("token"), key.key, "", "tft_\x00", "\ud800"):
            await credentials.sign_out(database, token)
        assert await dump(database) == before


class TestActorOf:
    async def test_one_statement(self, database: Database, statements: list[str]) -> None:
        user = await add_user(database)
        issued = await sign_in(database)
        key = await keys.create_key(database, user.id, "till", ["orders:read"], None)
        for credential in (issued.access_token, key.key):
            statements.clear()
            await credentials.actor_of(database, credential)
            assert len(statements) == 1, statements

    async def test_it_uses_the_index_of_the_hash(self, database: Database) -> None:
        explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgres": "EXPLAIN "}[database.dialect]
        async with database.transaction():
            if database.dialect == "postgres":
                await database.fetch("SET LOCAL enable_seqscan = off")  # an empty table is scanned, whatever it has
            for sql in statements_of_actor(database.dialect).values():
                rows = await database.fetch(explain + sql, ["", datetime.now(UTC)])
                plan = "\n".join(str(tuple(row)) for row in rows)
                assert plan.upper().count(" USING ") == 1 + sql.count(" JOIN "), plan
                assert "SCAN users" not in plan, plan
                assert "Seq Scan" not in plan, plan

    @pytest.mark.parametrize(
        "credential",
        ["", "tft_", "tfk_", "Bearer tft_" + "a" * 43, "tft_" + "a" * 42, "tft_" + "a" * 44, "TFT_" + "a" * 43,
         "xyz_" + "a" * 43, "tft_" + "a" * 42 + "\x00", "tft_" + "\u00e9" * 43, "tft_" + "\u0661" * 43, "\ud800",
         "tft_" + "a" * 43 + "\n", " tft_" + "a" * 43, "tft_" + "a" * 1_000_000, "tft_" + "'" * 43],
    )  # fmt: skip
    async def test_a_malformed_credential_never_reaches_the_database(
        self, database: Database, statements: list[str], credential: str
    ) -> None:
        with pytest.raises(Unauthenticated) as refused:
            await credentials.actor_of(database, credential)
        assert refused.value.message == NOT_VALID
        assert statements == []

    @pytest.mark.parametrize("kind", ["token", "key"])
    @pytest.mark.parametrize(
        "spoil", ["unknown", "expired", "expired just now", "revoked", "inactive", "deleted", "other kind"]
    )
    async def test_every_refusal_says_the_same(self, database: Database, kind: tokens.Kind, spoil: str) -> None:
        user = await add_user(database)
        if kind == "token":
            credential = (await sign_in(database)).access_token
        else:
            end = datetime.now(UTC) + timedelta(days=1)
            credential = (await keys.create_key(database, user.id, "till", [], end)).key
        assert (await credentials.actor_of(database, credential)).user_id == user.id
        model = AccessToken if kind == "token" else ApiKey
        with database.use():
            match spoil:
                case "unknown":
                    credential = tokens.new_secret(kind)
                case "expired":
                    # The same instant with another offset, which must not be compared as text.
                    elsewhere = timezone(timedelta(hours=14))
                    await model.all().update(expires_at=datetime.now(elsewhere) - timedelta(seconds=1))
                case "expired just now":
                    await model.all().update(expires_at=datetime.now(UTC))
                case "revoked":
                    await model.all().update(revoked_at=datetime.now(UTC))
                case "inactive":
                    await User.all().update(is_active=False)
                case "deleted":
                    await User.all().delete()
                case "other kind":
                    credential = {"token": "tfk_", "key": "tft_"}[kind] + credential[4:]
        with pytest.raises(Unauthenticated) as refused:
            await credentials.actor_of(database, credential)
        assert refused.value.message == NOT_VALID
        assert (refused.value.hint, refused.value.field_errors) == (None, ())

    async def test_an_end_with_another_offset_is_the_same_instant(self, database: Database) -> None:
        user = await add_user(database)
        for hours in (-11, 14):
            end = datetime.now(timezone(timedelta(hours=hours))) + timedelta(minutes=1)
            key = await keys.create_key(database, user.id, "till", [], end)
            assert (await credentials.actor_of(database, key.key)).user_id == user.id


class TestKeys:
    async def test_a_key_gives_its_scopes(self, database: Database) -> None:
        user = await add_user(database, role="vendor")
        end = datetime.now(UTC) + timedelta(days=1)
        issued = await keys.create_key(database, user.id, " till ", ["products:read", "orders:read"], end)
        actor = await credentials.actor_of(database, issued.key)
        assert actor == Actor(user_id=user.id, role="vendor", scopes=frozenset({"products:read", "orders:read"}))
        assert isinstance(actor.user_id, UUID)
        assert not actor.allows("products:write")
        with database.use():
            stored = await ApiKey.get(id=issued.id)
        assert (stored.name, stored.prefix, stored.expires_at) == ("till", issued.key[:12], end)

    async def test_a_key_without_scopes_may_do_all_that_its_owner_may(self, database: Database) -> None:
        user = await add_user(database)
        issued = await keys.create_key(database, user.id, "till", [], None)
        assert (await credentials.actor_of(database, issued.key)).scopes is None
        assert issued.expires_at is None

    @pytest.mark.parametrize(
        ("name", "scopes", "expires_at", "path"),
        [
            ("", [], None, ("name",)),
            ("x" * 101, [], None, ("name",)),
            ("a\x00", [], None, ("name",)),
            ("till", ["orders:read", "everything"], None, ("scopes", 1)),
            ("till", ["*:*"], None, ("scopes", 0)),
            ("till", ["orders:read "], None, ("scopes", 0)),
            ("till", ["orders:read"] * 101, None, ("scopes",)),
            ("till", [], datetime(2020, 1, 1, tzinfo=UTC), ("expires_at",)),
            ("till", [], datetime(2099, 1, 1), ("expires_at",)),  # noqa: DTZ001
        ],
    )
    async def test_a_wrong_key_is_refused_by_field(
        self, database: Database, name: str, scopes: list[str], expires_at: datetime | None, path: tuple[str | int, ...]
    ) -> None:
        user = await add_user(database)
        with pytest.raises(Invalid) as refused:
            await keys.create_key(database, user.id, name, scopes, expires_at)
        assert [e.path for e in refused.value.field_errors] == [path]
        assert await database.fetch("SELECT * FROM api_keys") == []

    async def test_a_key_needs_a_user(self, database: Database) -> None:
        with pytest.raises(NotFound):
            await keys.create_key(database, UUID(int=1), "till", [], None)

    async def test_only_its_user_revokes_a_key(self, database: Database) -> None:
        user, stranger = await add_user(database), await add_user(database, "eve@example.com")
        issued = await keys.create_key(database, user.id, "till", [], None)
        for user_id, key_id in ((stranger.id, issued.id), (user.id, UUID(int=1))):
            with pytest.raises(NotFound) as refused:
                await keys.revoke_key(database, user_id, key_id)
            assert refused.value.message == "There is no such key."
        assert (await credentials.actor_of(database, issued.key)).user_id == user.id
        await keys.revoke_key(database, user.id, issued.id)
        with pytest.raises(Unauthenticated):
            await credentials.actor_of(database, issued.key)
        before = await dump(database)
        await keys.revoke_key(database, user.id, issued.id)
        assert await dump(database) == before


class TestSecrecy:
    async def test_the_database_holds_hashes_only(self, database: Database) -> None:
        user_id = await credentials.create_user(database, "ada@example.com", "Ada", PASSWORD)
        token = (await sign_in(database)).access_token
        key = (await keys.create_key(database, user_id, "till", ["orders:read"], None)).key
        stored = await dump(database)
        for secret in (token, key):
            assert secret not in stored
            assert secret[12:] not in stored
            assert hashlib.sha256(secret.encode()).hexdigest() in stored
        assert PASSWORD not in stored
        if database.dialect == "sqlite":
            path = Path(database.config["connections"]["default"]["credentials"]["file_path"])
            files = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
            assert tokens.hash_of(token).encode() in files
            assert not any(secret.encode() in files for secret in (token, key, PASSWORD))

    async def test_no_repr_and_no_log_tells_a_secret(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        user_id = await credentials.create_user(database, "ada@example.com", "Ada", PASSWORD)
        token = await sign_in(database)
        key = await keys.create_key(database, user_id, "till", [], None)
        actor = await credentials.actor_of(database, key.key)
        attempts = Attempts(database)
        with pytest.raises(Unauthenticated) as refused:
            await sign_in(database, "wrong password", attempts=attempts, address="192.0.2.1")
        await credentials.sign_out(database, token.access_token)
        shown = " ".join(
            [repr(token), str(token), repr(key), repr(actor), repr(attempts), repr(refused.value), caplog.text]
        )
        for secret in (token.access_token, key.key, PASSWORD, "wrong password"):
            assert secret not in shown
        assert str(token.user_id) in repr(token)
