"""How often something may be tried: counted in the database, and right for many processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from support.identity import sign_in_over
from support.server import ROOT
from twofold.database import Database
from twofold.errors import Invalid, TooManyRequests, Unauthenticated
from twofold.identity import password_check, passwords
from twofold.identity.attempts import Attempts, Limit
from twofold.identity.models import Attempt, User

pytestmark = pytest.mark.oauth

PASSWORD = "correct horse battery"
PASSWORD_HASH = passwords.hash_password_now(PASSWORD)


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(database: Database) -> Database:
    """The module's database, without users and attempts."""
    with database.use():
        await User.all().delete()
        await Attempt.all().delete()
    return database


def limits(account: int = 10, address: int = 30) -> dict[str, Limit]:
    return {"login": Limit(window_s=900, most={"account": account, "address": address})}


async def limited(attempts: Attempts, email: str | None, address: str | None = None) -> int | None:
    """Returns the seconds to wait, or None when the attempt may go on; it counts as failed."""
    try:
        await attempts.begin("login", email, address)
    except TooManyRequests as error:
        return error.retry_after_s
    return None


async def test_the_eleventh_of_an_account_waits_until_the_window_is_over(database: Database, clock: Clock) -> None:
    attempts = Attempts(database, clock=clock)
    for _ in range(10):
        assert await limited(attempts, "ada") is None
        clock.now += 1
    assert await limited(attempts, "ada") == 890
    assert await limited(attempts, "eve") is None
    clock.now += 889.5
    assert await limited(attempts, "ada") == 1
    clock.now += 0.5
    assert [await limited(attempts, "ada") for _ in range(11)] == [None] * 10 + [900]


async def test_the_thirty_first_of_an_address(database: Database, clock: Clock) -> None:
    attempts = Attempts(database, clock=clock)
    assert [await limited(attempts, f"user{n}", "192.0.2.1") for n in range(30)] == [None] * 30
    assert await limited(attempts, "user30", "192.0.2.1") == 900
    assert await limited(attempts, "user30", "192.0.2.2") is None
    assert await limited(attempts, "user30", "") is None
    assert await limited(attempts, "user30") is None


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2"),
        ("unix:", "unix:", "testclient"),
    ],
)
async def test_what_is_one_client(database: Database, clock: Clock, address: str, same: str, other: str) -> None:
    attempts = Attempts(database, limits=limits(address=1), clock=clock)
    assert await limited(attempts, "a", address) is None
    assert await limited(attempts, "b", same) == 900
    assert await limited(attempts, "c", other) is None


async def test_an_account_is_one_however_it_is_written(database: Database, clock: Clock) -> None:
    attempts = Attempts(database, limits=limits(account=1), clock=clock)
    assert await limited(attempts, "ada@example.com") is None
    assert await limited(attempts, " ADA@Example.com ") == 900
    assert await limited(attempts, "half a pair: \ud800") is None
    assert await limited(attempts, "half a pair: \ud800") == 900


async def test_a_success_gives_back_only_itself(database: Database, clock: Clock) -> None:
    attempts = Attempts(database, limits=limits(account=2), clock=clock)
    assert await limited(attempts, "ada") is None
    for _ in range(5):
        begun = await attempts.begin("login", "ada", "192.0.2.1")
        await begun.succeeded()
        await begun.succeeded()
    assert await limited(attempts, "ada") is None
    assert await limited(attempts, "ada") == 900


async def test_a_success_of_an_earlier_window_gives_nothing_back(database: Database, clock: Clock) -> None:
    attempts = Attempts(database, limits=limits(account=1), clock=clock)
    early = await attempts.begin("login", "ada", None)
    clock.now += 900
    assert await limited(attempts, "ada") is None
    await early.succeeded()
    assert await limited(attempts, "ada") == 900


async def test_refused_attempts_do_not_prolong_the_wait(database: Database, clock: Clock) -> None:
    attempts = Attempts(database, limits=limits(account=1), clock=clock)
    await attempts.begin("login", "ada", None)
    clock.now += 899
    assert [await limited(attempts, "ada") for _ in range(20)] == [1] * 20
    clock.now += 1
    assert await limited(attempts, "ada") is None


async def test_a_refusal_for_one_reason_does_not_count_for_the_other(database: Database, clock: Clock) -> None:
    attempts = Attempts(database, limits=limits(account=1, address=2), clock=clock)
    await attempts.begin("login", "ada", "192.0.2.1")
    for _ in range(5):
        assert await limited(attempts, "ada", "192.0.2.1") == 900
    assert await limited(attempts, "eve", "192.0.2.1") is None


async def test_actions_are_counted_apart(database: Database) -> None:
    attempts = Attempts(database)
    for _ in range(3):
        await attempts.begin("reset", "ada", None)
    with pytest.raises(TooManyRequests):
        await attempts.begin("reset", "ada", None)
    assert await limited(attempts, "ada") is None


async def test_failures_after_the_fact(database: Database) -> None:
    attempts = Attempts(database)
    for _ in range(20):
        await attempts.failed("client", "partner", None)
    with pytest.raises(TooManyRequests) as refused:
        await attempts.failed("client", "partner", None)
    assert 590 <= refused.value.retry_after_s <= 600


async def test_what_is_stored_tells_nobody(database: Database) -> None:
    await Attempts(database).begin("login", "ada@example.com", "192.0.2.1")
    rows = [tuple(row) for row in await database.fetch("SELECT * FROM attempts")]
    assert len(rows) == 2
    assert "ada" not in str(rows)
    assert "192" not in "".join(str(row[0]) for row in rows if len(row[0]) != 64)


async def test_it_cannot_begin_within_a_transaction_that_may_be_undone(database: Database) -> None:
    async with database.transaction():
        with pytest.raises(Invalid, match="part of a transaction"):
            await Attempts(database).begin("login", "ada", None)


async def test_many_at_once_get_no_more_tries(database: Database) -> None:
    attempts = Attempts(database)
    tries = [limited(attempts, "ada", f"192.0.2.{n}") for n in range(25)]
    tries += [limited(attempts, f"user{n}", "198.51.100.1") for n in range(40)]
    outcomes = await asyncio.gather(*tries)
    assert [each is None for each in outcomes[:25]].count(True) == 10
    assert [each is None for each in outcomes[25:]].count(True) == 30


async def test_crossed_keys_do_not_deadlock(database: Database) -> None:
    attempts = Attempts(database, limits=limits(account=1000, address=1000))
    names = ["192.0.2.1", "192.0.2.2"]
    tries = [attempts.begin("login", names[n % 2], names[(n + 1) % 2]) for n in range(40)]
    assert len(await asyncio.gather(*tries)) == 40


IN_ANOTHER_PROCESS = """
import asyncio, sys
from support.databases import open_database
from twofold.errors import TooManyRequests
from twofold.identity.attempts import Attempts

async def main():
    database = open_database(sys.argv[1])
    await database.open()
    passed = 0
    for _ in range(8):
        try:
            await Attempts(database).begin("login", "ada@example.com", None)
            passed += 1
        except TooManyRequests:
            pass
    await database.close()
    print(passed)

asyncio.run(main())
"""


def passed_in_another(database_url: str) -> int:
    """Returns how many of eight attempts another process may begin."""
    path = os.pathsep.join(str(ROOT / each) for each in ("service", "graphql", "rest", "tests"))
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, database_url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path})
    return int(done.stdout)


async def test_processes_share_the_count(database: Database, database_url: str) -> None:
    passed = await asyncio.gather(*(asyncio.to_thread(passed_in_another, database_url) for _ in range(3)))
    assert sum(passed) == 10
    assert await limited(Attempts(database), "ada@example.com") is not None


async def add_user(database: Database) -> None:
    with database.use():
        await User.create(email="ada@example.com", name="Ada", password_hash=PASSWORD_HASH)


async def test_signing_in_counts_failures_however_the_email_is_written(database: Database) -> None:
    await add_user(database)
    attempts = Attempts(database, limits=limits(account=3))
    for email in ("ada@example.com", "ADA@example.com", " Ada@Example.com "):
        with pytest.raises(Unauthenticated):
            await sign_in_over(database, email, "wrong password", attempts=attempts)
    with pytest.raises(TooManyRequests) as refused:
        await sign_in_over(database, "ada@example.com", PASSWORD, attempts=attempts)
    assert 890 <= refused.value.retry_after_s <= 900


async def test_successes_are_never_limited(database: Database) -> None:
    await add_user(database)
    attempts = Attempts(database, limits=limits(account=1, address=1))
    for _ in range(3):
        assert await sign_in_over(database, "ada@example.com", PASSWORD, attempts=attempts, address="192.0.2.1")


async def test_many_guesses_at_once_are_verified_only_as_often_as_allowed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_user(database)
    verified = []
    verify = password_check.verify_password

    async def counted(password_hash: str | None, password: str) -> passwords.Verified:
        verified.append(password)
        return await verify(password_hash, password)

    monkeypatch.setattr(password_check, "verify_password", counted)
    attempts = Attempts(database, limits=limits(account=3))
    tries = (sign_in_over(database, "ada@example.com", f"guess number {n}", attempts=attempts) for n in range(20))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["TooManyRequests"] * 17 + ["Unauthenticated"] * 3
    assert len(verified) == 3
