"""What an application gives to the engine."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from twofold.audit import AuditRecord
from twofold.database import Database
from twofold.resource import Resource

__all__ = ["ENGINE_MODELS", "Account", "Application", "Seed", "SeededClient"]

ENGINE_MODELS = (
    "twofold.identity.models",
    "twofold.identity.oauth.models",
    "twofold.events",
    "twofold.idempotency",
    "twofold.cache.models",
    "aerich.models",
)
"""The modules of the engine's own models: the Tortoise app `twofold`, which every application has."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A demo account that the seed makes, to be shown to who tries the application."""

    title: str
    email: str
    password: str


@dataclass(frozen=True, kw_only=True)
class SeededClient:
    """A client of OAuth that the seed makes, to be shown to who tries the application."""

    title: str
    client_id: UUID
    redirect_uri: str


@dataclass(frozen=True, kw_only=True)
class Seed:
    """How an empty database gets demo data."""

    is_empty: Callable[[Database], Awaitable[bool]]
    run: Callable[[Database, int], Awaitable[Mapping[str, int]]]
    """Writes the data `scale` times, and returns how many rows each table got."""
    accounts: Sequence[Account]
    clients: Sequence[SeededClient] = ()


@dataclass(frozen=True, kw_only=True)
class Application:
    """An application: its models, its resources, and the ASGI app that serves them.

    `models` maps the label of each Tortoise app to its modules, in the order in which they are migrated.
    """

    name: str
    models: Mapping[str, Sequence[str]]
    resources: Sequence[type[Resource[Any]]]
    asgi: str
    """Where uvicorn finds the ASGI application: `storefront.asgi:app`."""
    first_request: str
    """Path and query of a request that shows what the application is, for who has just started it."""
    seed: Seed | None = None
    engine_prefix: str = ""
    """With what the names of the engine's own tables begin, where other tables of the database have such names."""
    audit: type[AuditRecord] | None = None
    """The model in which every change is recorded; None: changes are not recorded."""
