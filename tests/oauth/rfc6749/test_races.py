"""Of requests that come at once, to two processes over one database, one wins; what ends a token ends it for both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from support.authority import WAIT_S, Authority, Registered, authority, new_client
from support.figures import count
from support.flows import DEVICE_GRANT, code_of, form_of, redemption, tokens_of
from support.people import Person

pytestmark = pytest.mark.oauth

AT_ONCE = 12
ROUNDS = 4
REVOCATIONS = 20


@pytest.fixture(scope="module")
async def server(shop_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Authority]:
    async with authority(shop_url, tmp_path_factory.mktemp("authority")) as server:
        yield server


@pytest.fixture(scope="module")
async def person(server: Authority) -> AsyncIterator[Person]:
    async with server.person("customer") as person:
        yield person


@pytest.fixture(scope="module")
async def own(server: Authority) -> Registered:
    return await new_client(server.database, "Races")


@pytest.fixture(scope="module")
async def askers(server: Authority) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A client for each process, with connections that are open already."""
    async with AsyncExitStack() as stack:
        found = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=each.url, timeout=WAIT_S))
            for each in server.workers
        ]
        for each in found:
            await asyncio.gather(*(each.get("/healthz") for _ in range(AT_ONCE)))
        yield found


async def all_at_once(askers: list[httpx.AsyncClient], form: dict[str, str]) -> list[httpx.Response]:
    """Returns the answers to a token request that is sent many times, to the processes in turn."""
    sent = [askers[number % len(askers)].post("/oauth/token", data=form) for number in range(AT_ONCE)]
    return list(await asyncio.gather(*sent))


def only_winner(answers: list[httpx.Response]) -> dict[str, Any]:
    """Returns what the winner got; all others are told that the grant is not valid."""
    won = [each for each in answers if each.status_code == 200]
    assert len(won) == 1, [(each.status_code, each.text) for each in answers]
    assert {each.json()["error"] for each in answers if each.status_code != 200} == {"invalid_grant"}
    count("oauth", "races with one winner")
    found: dict[str, Any] = won[0].json()
    return found


async def statuses(askers: list[httpx.AsyncClient], token: str) -> list[int]:
    """Returns how each process answers a question with this token."""
    headers = {"Authorization": f"Bearer {token}"}
    return [(await each.get("/api/v1/orders", headers=headers)).status_code for each in askers]


async def assert_dead(askers: list[httpx.AsyncClient], client: Registered, tokens: dict[str, Any]) -> None:
    """No process takes any of these tokens."""
    assert await statuses(askers, tokens["access_token"]) == [401] * len(askers)
    for each in askers:
        form = form_of(client, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        answer = await each.post("/oauth/token", data=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def refreshed(asker: httpx.AsyncClient, client: Registered, token: str) -> httpx.Response:
    return await asker.post("/oauth/token", data=form_of(client, grant_type="refresh_token", refresh_token=token))


async def test_a_code_is_redeemed_once_of_many_at_once(
    askers: list[httpx.AsyncClient], person: Person, own: Registered
) -> None:
    """Check 10; the others' attempts are replays, after which nobody has anything of the code (check 9)."""
    for _ in range(ROUNDS):
        code = await code_of(person, own)
        tokens = only_winner(await all_at_once(askers, redemption(own, code)))
        await assert_dead(askers, own, tokens)


async def test_a_code_that_is_replayed_ends_what_came_of_it(
    askers: list[httpx.AsyncClient], person: Person, own: Registered
) -> None:
    """Check 9, where the other process remembers the token already."""
    code = await code_of(person, own)
    tokens = await tokens_of(askers[0], own, code)
    assert await statuses(askers, tokens["access_token"]) == [200, 200]
    replayed = await askers[0].post("/oauth/token", data=redemption(own, code))
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")
    await assert_dead(askers, own, tokens)


async def test_a_refresh_token_is_used_once_of_many_at_once(
    askers: list[httpx.AsyncClient], person: Person, own: Registered
) -> None:
    """Check 15; the others' attempts are reuse, after which the family is revoked (check 14)."""
    for _ in range(ROUNDS):
        first = await tokens_of(askers[0], own, await code_of(person, own))
        form = form_of(own, grant_type="refresh_token", refresh_token=first["refresh_token"])
        tokens = only_winner(await all_at_once(askers, form))
        assert tokens["refresh_token"] != first["refresh_token"]
        await assert_dead(askers, own, first)
        await assert_dead(askers, own, tokens)


async def test_a_refresh_token_that_is_used_twice_ends_its_family(
    askers: list[httpx.AsyncClient], person: Person, own: Registered
) -> None:
    """Check 14: by turns between the processes, several steps after its use."""
    family = [await tokens_of(askers[0], own, await code_of(person, own))]
    for number in range(3):
        answer = await refreshed(askers[number % 2], own, family[-1]["refresh_token"])
        assert answer.status_code == 200, answer.text
        family.append(answer.json())
    assert await statuses(askers, family[-1]["access_token"]) == [200, 200]
    assert (await refreshed(askers[0], own, family[0]["refresh_token"])).json()["error"] == "invalid_grant"
    for tokens in family:
        await assert_dead(askers, own, tokens)


async def test_another_family_of_the_same_person_and_client_lives_on(
    askers: list[httpx.AsyncClient], person: Person, own: Registered
) -> None:
    one, other = [await tokens_of(askers[0], own, await code_of(person, own)) for _ in range(2)]
    assert (await refreshed(askers[0], own, one["refresh_token"])).status_code == 200
    assert (await refreshed(askers[1], own, one["refresh_token"])).status_code == 400
    assert await statuses(askers, one["access_token"]) == [401, 401]
    assert await statuses(askers, other["access_token"]) == [200, 200]
    assert (await refreshed(askers[1], own, other["refresh_token"])).status_code == 200


async def test_a_device_code_is_used_once_of_many_at_once(
    askers: list[httpx.AsyncClient], person: Person, own: Registered
) -> None:
    device = (await askers[0].post("/oauth/device_authorization", data=form_of(own, scope="orders:read"))).json()
    await person.allow_device(device["user_code"])
    form = form_of(own, grant_type=DEVICE_GRANT, device_code=device["device_code"])
    answers = await all_at_once(askers, form)
    won = [each for each in answers if each.status_code == 200]
    assert len(won) == 1, [(each.status_code, each.text) for each in answers]
    others = {each.json()["error"] for each in answers if each.status_code != 200}
    assert others <= {"invalid_grant", "slow_down"}
    assert (await askers[1].post("/oauth/token", data=form)).json()["error"] == "invalid_grant"
    count("oauth", "races with one winner")


async def test_a_revoked_token_is_refused_by_every_process_from_the_next_call_on(
    askers: list[httpx.AsyncClient], person: Person, own: Registered
) -> None:
    """Check 22: one process revokes what both remember; the other one's very next call refuses it."""
    for number in range(REVOCATIONS):
        tokens = await tokens_of(askers[0], own, await code_of(person, own))
        token, refresh = tokens["access_token"], tokens["refresh_token"]
        assert await statuses(askers, token) == [200, 200]
        revoking, asking = askers[number % 2], askers[(number + 1) % 2]
        doomed = token if number % 4 < 2 else refresh  # with a refresh token its whole family ends (RFC 7009 §2.1)
        answer = await revoking.post("/oauth/revoke", data=form_of(own, token=doomed))
        assert answer.status_code == 200, answer.text
        assert await statuses([asking, revoking], token) == [401, 401]
        count("oauth", "revocations seen by the next call elsewhere")
