"""The authorization server as processes of their own, over the demo shop, with clients that are known to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from support.databases import open_database
from support.people import Person
from support.server import free_port
from support.shop import EMAILS
from support.workers import Worker, working
from twofold.database import Database
from twofold.identity.models import User
from twofold.identity.oauth.models import Client
from twofold.identity.tokens import hash_of, new_secret

__all__ = ["SCOPES", "Authority", "Registered", "authority", "new_client"]

SCOPES = ("openid", "profile", "email", "offline_access", "products:read", "orders:read")
ALL_GRANTS = ("authorization_code", "refresh_token", "client_credentials",
              "urn:ietf:params:oauth:grant-type:device_code")  # fmt: skip
CALLBACK = "http://127.0.0.1:1/callback"
"""Nobody listens there: a test stops before it."""
WAIT_S = 30


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A client that the server knows; `secret` is None for a public one."""

    client_id: str
    secret: str | None = field(repr=False)
    redirect_uri: str = CALLBACK


async def new_client(
    database: Database, name: str, *, public: bool = False, grant_types: Sequence[str] = ALL_GRANTS,
    scopes: Sequence[str] = SCOPES, owner: str = "admin", **fields: Any,
) -> Registered:  # fmt: skip
    """Returns a new client, written into the database; it acts for `owner`, one of the shop's people."""
    secret = None if public else new_secret("client")
    redirect_uris = fields.pop("redirect_uris", [CALLBACK])
    with database.use():
        row = await Client.create(
            name=name,
            owner=await User.get(email=EMAILS.get(owner, owner)),
            secret_hash=secret and hash_of(secret),
            auth_method="none" if secret is None else "client_secret_basic",
            redirect_uris=redirect_uris,
            grant_types=[each for each in grant_types if secret or each != "client_credentials"],
            scopes=list(scopes),
            **fields,
        )
    return Registered(client_id=str(row.id), secret=secret, redirect_uri=redirect_uris[0])


@dataclass
class Authority:
    """Started processes over one database; the first one's URL is the issuer."""

    workers: list[Worker]
    database: Database

    @property
    def issuer(self) -> str:
        """The URL by which all of them know themselves."""
        return self.workers[0].url

    @asynccontextmanager
    async def person(self, who: str, worker: int = 0) -> AsyncIterator[Person]:
        """Gives one of the shop's people, with a browser of their own that asks one of the processes."""
        async with httpx.AsyncClient(base_url=self.workers[worker].url, timeout=WAIT_S) as client:
            yield Person(client, EMAILS.get(who, who))


@asynccontextmanager
async def authority(
    database_url: str, folder: Path, number: int = 2, *, port: int | None = None, **environment: str
) -> AsyncIterator[Authority]:
    """Gives as many processes over the database at `database_url`; registration is open."""
    given = {"TWOFOLD_REGISTRATION": "open", "TWOFOLD_SECRET_FILE": str(folder / "secret"),
             "TWOFOLD_MAIL_FOLDER": str(folder / "mail"), **environment}  # fmt: skip
    port = port or free_port()
    database = open_database(database_url)
    await database.open()
    try:
        issuer = f"http://127.0.0.1:{port}"
        with working(database_url, folder, number, first_port=port, TWOFOLD_PUBLIC_URL=issuer, **given) as workers:
            yield Authority(workers, database)
    finally:
        await database.close()
