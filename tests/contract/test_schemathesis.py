"""Schemathesis asks whatever the OpenAPI document allows, and what it does not; the answers are as the document says.

Where tests/contract/test_openapi.py asks what somebody thought of, these requests are made from the document alone, so
that an operation that is new in it is asked at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from support.exploring import STATEFUL, UNIT_PHASES, Caller, Door, Plan, explore, linked, operations_of, thinned
from support.figures import count
from support.long import examples
from support.shop import EMAILS, Shop

pytestmark = pytest.mark.contract

LONG = examples(0, 1) == 1
ACTORS = ("customer", "vendor", "admin")


@pytest.fixture(scope="module")
async def document(shop: Shop) -> dict[str, Any]:
    said: dict[str, Any] = (await shop.client.get("/api/v1/openapi.json")).json()
    return said


@pytest.fixture(scope="module")
async def callers(shop: Shop) -> dict[str, Caller]:
    """A visitor and the accounts, which are signed in twice: once to ask, once to sign out."""
    found = {"visitor": Caller(name="visitor", headers={}, parting={})}
    for who in ACTORS:
        parting = {"Authorization": f"Bearer {await shop.sign_in(who)}"}
        found[who] = Caller(name=who, headers=await shop.headers(who), parting=parting)
    return found


@pytest.fixture(scope="module")
async def accounts(shop: Shop) -> dict[str, str]:
    """The accounts that ask, with the account of somebody else that may be changed instead."""
    ids = [await user_id(shop, who) for who in ACTORS]
    rows = (await shop.rest("GET", "/users?filter[role]=customer&limit=5", who="admin")).json()["data"]
    other = next(row["id"] for row in rows if row["id"] not in ids)
    return dict.fromkeys(ids, str(other))


@pytest.fixture(scope="module")
async def ids(shop: Shop) -> dict[str, list[str]]:
    """Ids of rows by the names of their keys and by the paths of their lists: of everybody's first rows."""
    by_path: dict[str, list[str]] = {}
    keys: dict[str, str] = {}
    for spec in shop.engine.resources:
        path = f"/{spec.plural.replace('_', '-')}"
        keys |= {relation.key: f"/api/v1/{relation.target.plural.replace('_', '-')}"
                 for relation in spec.relations.values() if relation.key}  # fmt: skip
        found: dict[str, None] = {}
        for who in (None, *ACTORS):
            rows = (await shop.rest("GET", f"{path}?fields=id&limit=4", who=who)).json().get("data", [])
            found |= dict.fromkeys(row["id"] for row in rows)
        if found:
            by_path[f"/api/v1{path}"] = [*found]
    return by_path | {key: by_path[path] for key, path in keys.items() if path in by_path}


async def user_id(shop: Shop, who: str) -> str:
    """The id of an account; fails when it cannot sign its requests any more."""
    email = (await shop.rest("GET", f"/users?filter[email]={EMAILS[who]}", who=who)).json()
    return str(email["data"][0]["id"])


@pytest.fixture(scope="module")
def effort(shop: Shop) -> float:
    """The part of the examples that this database gets: what a document says is the same of both."""
    return 1 if shop.engine.database.dialect == "sqlite" else 0.5


async def test_every_operation_by_everyone(
    shop: Shop, document: dict[str, Any], callers: dict[str, Caller], accounts: dict[str, str],
    ids: dict[str, list[str]], effort: float,
) -> None:  # fmt: skip
    operations = operations_of(document)
    door = Door(shop.app, operations, list(callers.values()), accounts=accounts)
    plan = Plan(phases=UNIT_PHASES, examples=round(examples(8, 40) * effort), alike=examples(1, 20), ids=ids)
    found = await explore(document if LONG else thinned(document, 2), door, plan)
    count("contract", "requests made from the document", found.answers.total())
    count("contract", "operations that they asked for", len(operations))
    assert not found.faults, found.told()
    for operation in operations:
        asked = found.asked(operation)
        assert len(asked) == min(len(callers), asked.total()) > 0, operation
    await still_signed_in(shop)


async def test_chains_of_requests(
    shop: Shop, document: dict[str, Any], callers: dict[str, Caller], accounts: dict[str, str],
    ids: dict[str, list[str]], effort: float,
) -> None:  # fmt: skip
    """What one answer brings, such as the id of a new row, the next request asks for; a chain has one caller."""
    keys = {name: known for name, known in ids.items() if "/" not in name}  # which object, the chain says
    done: set[str] = set()
    for number, who in enumerate((*ACTORS, *ACTORS)):
        is_again = number >= len(ACTORS)
        if is_again and any("{id}" in name for name in done):
            break  # the ids of new rows decide what chains meet; the second time is for when they changed none
        plan = Plan(phases=STATEFUL, examples=round(examples(40, 400) * effort) * (3 if is_again else 1), alike=None,
                    ids=keys)  # fmt: skip
        door = Door(shop.app, operations_of(document), [callers[who]], accounts=accounts)
        found = await explore(linked(document if LONG else thinned(document, 2)), door, plan)
        count("contract", "requests in chains", found.answers.total())
        assert not found.faults, found.told()
        done |= {name for name, _, status in found.answers if status < 300 and not name.startswith("GET")}
    assert any("{id}" not in name for name in done), "chains make rows"
    assert any("{id}" in name for name in done), f"and change them, beside {sorted(done)}"
    await still_signed_in(shop)


async def still_signed_in(shop: Shop) -> None:
    """Fails when an account cannot ask any more as what it was: then the requests so far said little."""
    for who in ACTORS:
        await user_id(shop, who)


# -- what it would find ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Fault:
    """An application that does not keep to its document: what it answers instead, and the check that must tell."""

    check: str
    status: int | None = None
    headers: dict[bytes, bytes | None] = field(default_factory=dict)
    body: bytes | None = None


NO_KEY = b"00000000-0000-7000-8000-000000000000"
FAULTS = [
    Fault(check="not_a_server_error", status=500),
    Fault(check="status_code_conformance", status=418),
    Fault(
        check="response_schema_conformance", body=b'{"data": {"id": "019e9b6b-604b-7c99-8000-000000000000", "more": 1}}'
    ),
    Fault(check="response_schema_conformance", body=b'{"data": {}}'),
    Fault(check="response_headers_conformance", headers={b"etag": None}),
    Fault(check="content_type_conformance", headers={b"content-type": b"text/html"}),
]


@dataclass(frozen=True)
class Faulty:
    """An application that answers as another one, but for a fault in what succeeds."""

    app: ASGIApp
    fault: Fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        succeeds = False

        async def spoilt(message: Message) -> None:
            nonlocal succeeds
            if message["type"] == "http.response.start":
                succeeds = message["status"] == 200
                message = self.start(message) if succeeds else message
            elif succeeds and self.fault.body is not None:
                message = {**message, "body": self.fault.body}
            await send(message)

        await self.app(scope, receive, spoilt)

    def start(self, message: Message) -> Message:
        headers = {name: value for name, value in message["headers"] if name != b"content-length"}
        headers |= self.fault.headers
        kept = [(name, value) for name, value in headers.items() if value is not None]
        return {**message, "status": self.fault.status or message["status"], "headers": kept}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.check)
async def test_a_fault_is_found(shop: Shop, document: dict[str, Any], callers: dict[str, Caller], fault: Fault) -> None:
    tag = await shop.rest("PUT", "/tags", {"name": "There"}, who="admin")  # others may be gone by now
    path, ids = "/api/v1/tags/{id}", {"/api/v1/tags": [tag.json()["data"]["id"]]}
    part = {**document, "paths": {path: {"get": document["paths"][path]["get"]}}}
    plan = Plan(phases=("fuzzing",), examples=10, alike=None, ids=ids)
    door = Door(Faulty(shop.app, fault), operations_of(part), [callers["visitor"]])
    found = await explore(part, door, plan)
    assert fault.check in {check for check, _, _ in found.faults}, found.told()
    assert not (await explore(part, Door(shop.app, operations_of(part), [callers["visitor"]]), plan)).faults
