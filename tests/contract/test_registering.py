"""Making accounts is counted by address and by e-mail, by whichever way, and never holds a transaction up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import httpx
import pytest

import storefront.users
from support.shop import EMAILS, Shop, opened
from support.visitor import Visitor, address
from twofold.identity.attempts import LIMITS, Attempts, Limit
from twofold.identity.passwords import hash_password

pytestmark = pytest.mark.contract

NUMBERS = count(1)
GRAPHQL = "mutation($input: RegisterUserInput!) { registerUser(input: $input) { user { name } errors { code path } } }"
MOST_OF_EMAIL, MOST_OF_ADDRESS, WINDOW_S = 2, 3, 3600
LOW = {
    **LIMITS,
    "sign_up": Limit(window_s=WINDOW_S, most={"account": MOST_OF_EMAIL, "address": MOST_OF_ADDRESS}),
}


def limited(shop: Shop) -> Shop:
    shop.engine.identity.attempts = Attempts(shop.engine.database, limits=LOW)
    return shop


@pytest.fixture(scope="module")
async def shop(shop_url: str) -> AsyncIterator[Shop]:
    """The demo shop, where an address may make three accounts an hour."""
    async with opened(shop_url) as shop:
        yield limited(shop)


@pytest.fixture
async def machine(shop: Shop) -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """Makes clients, each at an address of its own unless one is given."""
    async with AsyncExitStack() as stack:

        def made(at: str | None = None, app: Any = None) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app or shop.app, client=(at or address(), 1))
            client = httpx.AsyncClient(transport=transport, base_url="http://shop")
            stack.push_async_callback(client.aclose)
            return client

        yield made


def person(email: str | None = None) -> dict[str, str]:
    return {"email": email or f"person{next(NUMBERS)}@example.com", "name": "Some One", "password": "a good password"}


async def by_rest(client: httpx.AsyncClient, email: str | None = None) -> httpx.Response:
    return await client.post("/api/v1/users/register", json=person(email))


async def by_batch(client: httpx.AsyncClient, *people: dict[str, str], atomic: bool = True) -> httpx.Response:
    operations = [{"resource": "users", "action": "register", "input": each} for each in people]
    return await client.post("/api/v1/batch", json={"operations": operations, "atomic": atomic})


async def sent_by_graphql(client: httpx.AsyncClient, text: str = GRAPHQL) -> httpx.Response:
    return await client.post("/graphql", json={"query": text, "variables": {"input": person()}})


async def by_graphql(client: httpx.AsyncClient, *, text: str = GRAPHQL) -> dict[str, Any]:
    found: dict[str, Any] = (await sent_by_graphql(client, text)).json()
    return found


def is_told_to_wait(answer: httpx.Response) -> bool:
    waits = WINDOW_S - 60 < int(answer.headers.get("retry-after", 0)) <= WINDOW_S
    return answer.status_code == 429 and waits


async def test_an_address_is_counted_by_every_way_together(shop: Shop, machine: Callable[..., Any]) -> None:
    at = address()
    client, visitor = machine(at), Visitor(shop.app)
    visitor.client = client
    form = person()
    assert (await by_rest(client)).status_code == 201
    assert (await by_graphql(client))["data"]["registerUser"]["errors"] == []
    assert (await visitor.send("/account/sign-up", form)).status_code == 303
    refused = await by_rest(client)
    assert is_told_to_wait(refused)
    assert refused.json()["error_code"] == "too_many_requests"
    assert is_told_to_wait(await by_batch(client, person()))
    assert is_told_to_wait(await visitor.send("/account/sign-up", person()))
    answer = await sent_by_graphql(client)
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "too_many_requests"
    assert WINDOW_S - 60 < error["extensions"]["retryAfter"] <= WINDOW_S
    assert answer.headers["retry-after"] == str(error["extensions"]["retryAfter"])
    assert (await by_rest(machine())).status_code == 201, "another address is not refused"


async def test_an_email_is_counted_and_the_count_tells_nothing_of_it(machine: Callable[..., Any]) -> None:
    free, taken = f"free{next(NUMBERS)}@example.com", EMAILS["vendor"]
    statuses = {email: [(await by_rest(machine(), email)).status_code for _ in range(MOST_OF_EMAIL)]
                for email in (free, taken)}  # fmt: skip
    assert statuses == {free: [201, 409], taken: [409, 409]}
    answers = [await by_rest(machine(), email) for email in (free, taken.upper())]
    assert all(map(is_told_to_wait, answers))
    told = [{name: said for name, said in each.json().items() if name != "request_id"} for each in answers]
    assert told[0] == told[1]


async def test_a_batch_counts_each_and_makes_none_beyond_the_limit(machine: Callable[..., Any]) -> None:
    client, people = machine(), [person() for _ in range(MOST_OF_ADDRESS + 1)]
    assert is_told_to_wait(await by_batch(client, *people))
    assert (await by_batch(machine(), *people[:MOST_OF_ADDRESS])).status_code == 200, "they were not made before"
    assert is_told_to_wait(await by_rest(client))


async def test_two_services_on_one_database_share_the_count(
    shop: Shop, shop_url: str, machine: Callable[..., Any]
) -> None:
    at = address()
    async with opened(shop_url) as other:
        apps = [shop.app, limited(other).app]
        answers = [await by_rest(machine(at, apps[number % 2])) for number in range(MOST_OF_ADDRESS + 2)]
    assert [each.status_code for each in answers] == [201, 201, 201, 429, 429]


async def test_what_is_not_valid_costs_no_attempt(machine: Callable[..., Any]) -> None:
    client = machine()
    for _ in range(MOST_OF_ADDRESS + 1):
        assert (await by_rest(client, "nobody")).status_code == 422
    assert (await by_rest(client)).status_code == 201
    several = (await by_batch(client, person("nobody"), person(), atomic=False)).json()
    assert [each["index"] for each in several["item_errors"]] == [0], "the other one is made"


async def test_an_attempt_cannot_be_undone_together_with_others(machine: Callable[..., Any]) -> None:
    client = machine()
    text = GRAPHQL.replace(") {", ") @atomic {", 1)
    answer = await by_graphql(client, text=text)
    assert answer["data"]["registerUser"] == {"user": None, "errors": [{"code": "invalid", "path": []}]}
    assert (await by_graphql(client))["data"]["registerUser"]["errors"] == []


async def test_the_hash_is_made_before_the_transaction(
    shop: Shop, machine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    within: list[bool] = []

    async def noted(password: str) -> str:
        within.append(shop.engine.database.in_transaction)
        return await hash_password(password)

    monkeypatch.setattr(storefront.users, "hash_password", noted)
    assert (await by_rest(machine())).status_code == 201
    assert (await by_batch(machine(), person(), person())).status_code == 200
    assert (await by_graphql(machine()))["data"]["registerUser"]["user"] == {"name": "Some One"}
    assert within == [False] * 4
