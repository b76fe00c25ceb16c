"""The worlds in which both faces are compared: an application, its rows and oracle, and who asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import httpx

from storefront.application import STOREFRONT
from storefront.vendors import Membership, MembershipRole
from support.library import rows as library_rows
from support.library.resources import LIBRARY
from support.matrix.oracle import Oracle
from support.matrix.rows import load
from twofold.actor import ANONYMOUS, Actor
from twofold.application import Application
from twofold.engine import Engine
from twofold.errors import Unauthenticated
from twofold.identity.actors import Actors
from twofold.identity.keys import create_key, revoke_key
from twofold.identity.models import User
from twofold.identity.tokens import issue_token
from twofold.settings import Settings
from twofold.spec import ResourceSpec
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

__all__ = ["Answer", "Who", "World", "library", "served", "storefront"]


@dataclass(frozen=True, kw_only=True)
class Who:
    """Who asks: the headers they send, and the actor that these stand for; None where both faces must refuse them."""

    headers: Mapping[str, str]
    actor: Actor | None


@dataclass(frozen=True)
class Answer:
    """What a face answered: the code with which it refused, or else the value."""

    code: str | None = None
    value: Any = None


@dataclass(kw_only=True, eq=False)
class World:
    """An application behind both faces; nobody writes to it."""

    engine: Engine
    client: httpx.AsyncClient
    oracle: Oracle
    actors: Mapping[str, Who]
    specs: Mapping[str, ResourceSpec] = field(init=False)

    def __post_init__(self) -> None:
        self.specs = {spec.plural: spec for spec in self.engine.resources}

    async def rest(self, path: str, who: Who, **parameters: Any) -> Answer:
        """Returns what REST answers to a GET; of an object, or of what lies behind one, that is not there: None."""
        given = {name: value for name, value in parameters.items() if value is not None}
        response = await self.client.get(f"/api/v1{path}", params=given, headers=dict(who.headers))
        body = response.json()
        if response.status_code == 200:
            return Answer(value=body)
        return Answer(value=None) if body["error_code"] == "not_found" else Answer(code=body["error_code"])

    async def graphql(self, query: str, who: Who, **variables: Any) -> Answer:
        """Returns what GraphQL answers as `found`."""
        body = {"query": query, "variables": variables}
        response = await self.client.post("/graphql", json=body, headers=dict(who.headers))
        answer = response.json()
        if "error_code" in answer:  # it never reached the face, or broke it
            return Answer(code=answer["error_code"])
        if "errors" in answer:
            return Answer(code=" ".join(sorted({each["extensions"]["code"] for each in answer["errors"]})))
        return Answer(value=answer["data"]["found"])


@asynccontextmanager
async def served(application: Application, url: str) -> AsyncIterator[tuple[Engine, httpx.AsyncClient]]:
    """Gives an application behind both faces, over the database at `url`."""
    engine = Engine(application, Settings(database_url=url, database_pool=2, credential_memory_s=60))
    app = create_app(engine, [GraphQLFace()])
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://matrix") as client,
    ):
        yield engine, client


# -- the storefront ---------------------------------------------------------------------------------------------


async def _stranger(engine: Engine) -> UUID:
    """A customer who has nothing. Nobody signs in as one with such a hash."""
    with engine.database.use():
        user, _ = await User.get_or_create(email="stranger@example.com", name="Nobody Yet", password_hash="-")
        return user.id


async def _accounts(engine: Engine) -> dict[str, UUID]:
    with engine.database.use():
        by_email = {user.email: user.id for user in await User.filter(email__endswith="@example.com")}
        members = await Membership.all().order_by("id").select_related("user")
        active = [each for each in members if each.user.is_active]
        owned = next(each for each in active if each.user_id == by_email["vendor@example.com"])
        staff = next(each for each in active if each.vendor_id == owned.vendor_id and each.role == MembershipRole.staff)
        other = next(each for each in active if each.vendor_id != owned.vendor_id and each.role == MembershipRole.owner)
    return {
        "stranger": await _stranger(engine), "owner": by_email["customer@example.com"], "tenant staff": staff.user_id,
        "tenant owner": owned.user_id, "other tenant": other.user_id, "moderator": by_email["moderator@example.com"],
        "admin": by_email["admin@example.com"],
    }  # fmt: skip


NARROW = ("products:read", "vendors:read", "categories:read", "memberships:read", "order_lines:read")
"""What the under-scoped key covers: products, but not their reviews; lines, but not their orders."""


async def storefront_actors(engine: Engine) -> dict[str, Who]:
    """Returns who asks the storefront, each with a token or key of their own."""
    accounts, database = await _accounts(engine), engine.database
    found = {"anonymous": Who(headers={}, actor=ANONYMOUS)}
    for name, user_id in accounts.items():
        token = (await issue_token(database, user_id, ttl_s=3600)).access_token
        found[name] = await _known(engine, {"Authorization": f"Bearer {token}"}, token)
    narrow = await create_key(database, accounts["tenant owner"], "narrow", NARROW, datetime.now(UTC) + timedelta(1))
    found["narrow key"] = await _known(engine, {"X-API-Key": narrow.key}, narrow.key)
    expired = (await issue_token(database, accounts["admin"], ttl_s=-60)).access_token
    found["expired token"] = Who(headers={"Authorization": f"Bearer {expired}"}, actor=None)
    revoked = await create_key(database, accounts["admin"], "revoked", [], None)
    await revoke_key(database, accounts["admin"], revoked.id)
    found["revoked key"] = Who(headers={"X-API-Key": revoked.key}, actor=None)
    return found


async def _known(engine: Engine, headers: dict[str, str], credential: str) -> Who:
    return Who(headers=headers, actor=await engine.actors.of(credential))


async def _changed(client: httpx.AsyncClient, who: Who) -> None:
    """Changes a few things by whoever may, so that the audit has something to show and to hide."""
    listed = await client.get("/api/v1/products", params={"page_size": 40, "fields": "name"}, headers=dict(who.headers))
    for row in listed.json()["data"][::8]:
        answer = await client.patch(
            f"/api/v1/products/{row['id']}", json={"name": f"{row['name']} II"}, headers=dict(who.headers)
        )
        assert answer.status_code == 200, answer.text
    answer = await client.post("/api/v1/tags", json={"name": "of the matrix"}, headers=dict(who.headers))
    assert answer.status_code in (201, 409), answer.text


@asynccontextmanager
async def storefront(url: str) -> AsyncIterator[World]:
    """Gives the seeded storefront at `url`, which gets a few more rows first: of who asks, and of the audit."""
    async with served(STOREFRONT, url) as (engine, client):
        actors = await storefront_actors(engine)
        await _changed(client, actors["admin"])
        yield World(engine=engine, client=client, oracle=Oracle(engine.resources, await load(engine)), actors=actors)


# -- the library ------------------------------------------------------------------------------------------------

LIBRARY_ACTORS: Mapping[str, Actor | None] = {
    "anonymous": ANONYMOUS,
    "stranger": Actor(user_id=library_rows.STRANGER),
    "owner": Actor(user_id=library_rows.BORROWER),
    "tenant staff": Actor(user_id=library_rows.CLERK),
    "tenant owner": Actor(user_id=library_rows.HEAD, role="librarian"),
    "other tenant": Actor(user_id=library_rows.OTHER_HEAD, role="librarian"),
    "moderator": Actor(user_id=library_rows.CLERK, role="librarian"),
    "admin": Actor(user_id=library_rows.user(9), role="librarian"),
    "narrow key": Actor(
        user_id=library_rows.HEAD,
        role="librarian",
        scopes=frozenset({"books:read", "subjects:read", "branches:read", "patrons:read"}),
    ),
    "expired token": None,
    "revoked key": None,
}


class GivenActors:
    """Stands for the memory of credentials in an application that has no accounts: a credential is an actor's name."""

    async def of(self, credential: str) -> Actor:
        """Returns the actor of this name.

        Raises:
            Unauthenticated: it is one whose credential is not good.
        """
        actor = LIBRARY_ACTORS[credential.replace("-", " ")]
        if actor is None:
            raise Unauthenticated
        return actor


@asynccontextmanager
async def library(url: str, oracle: Oracle | None = None) -> AsyncIterator[World]:
    """Gives the filled library at `url`; with the oracle of the same rows where that is known already."""
    async with served(LIBRARY, url) as (engine, client):
        engine.identity.actors = cast("Actors", GivenActors())
        actors = {
            name: Who(
                headers={} if name == "anonymous" else {"Authorization": f"Bearer {name.replace(' ', '-')}"}, actor=each
            )
            for name, each in LIBRARY_ACTORS.items()
        }
        oracle = oracle or Oracle(engine.resources, await load(engine))
        yield World(engine=engine, client=client, oracle=oracle, actors=actors)
