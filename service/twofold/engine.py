"""The engine: an application's resources over a database. Both faces are built from it, and ask it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from twofold.actor import ANONYMOUS, Actor
from twofold.application import Application
from twofold.audit import INSIDE, Origin
from twofold.database import Database, tortoise_config
from twofold.errors import WrongDeclaration
from twofold.events import Event
from twofold.fetch import Prepared
from twofold.identity import credentials
from twofold.identity.actors import Actors
from twofold.identity.identity import Identity
from twofold.identity.models import AccessToken, ApiKey, Session, User
from twofold.identity.oauth.models import Client, Grant
from twofold.inputs import Inputs
from twofold.kept import Kept
from twofold.policy import Policies, condition_of
from twofold.read import prepared, read
from twofold.request import Ask, Read
from twofold.rules import Rule
from twofold.settings import Settings
from twofold.spec import ResourceSpec, resolve
from twofold.sql import DIALECTS, Statement
from twofold.tables import Table, models_of, tables_of
from twofold.write import Outcome, Write, Written, write, write_all

__all__ = ["Engine"]

IDENTITY = (User, Session, AccessToken, ApiKey, Client, Grant)
"""Models whose rows say whom a credential stands for."""


class Engine:
    """Serves an application's resources from the database in `settings`.

    Raises:
        WrongDeclaration: a resource is declared wrongly; the sentence names class and field.
    """

    def __init__(self, application: Application, settings: Settings) -> None:
        self.application = application
        self.settings = settings
        config = tortoise_config(
            settings.database_url, application.models, settings.database_pool, settings.connecting,
            engine_prefix=application.engine_prefix,
        )  # fmt: skip
        self.database = Database(config, limits=settings.limits, replicas=settings.replicas, redis=settings.redis)
        self.dialect = DIALECTS[self.database.dialect]
        self.tables = tables_of(models_of(config))
        constants: list[Any] = []
        self.resources: Sequence[ResourceSpec] = resolve(application.resources, self.tables, constants)
        self.served = {spec.table: spec for spec in self.resources}
        """The resource that serves a table."""
        if Event not in self.tables:
            raise WrongDeclaration(f"{application.name}: its models lack the app twofold with ENGINE_MODELS")
        self.policies = Policies(self.resources, constants)
        self.inputs = Inputs(self.resources)
        self.prepared: Kept[tuple[Read, int], Prepared] = Kept(2048)
        self.references: Kept[tuple[tuple[tuple[Table, bool], ...], int], Statement] = Kept(512)
        self.identity = Identity(self.database, settings, self.resources, application.audit)
        self._try_rules()

    @property
    def actors(self) -> Actors:
        """Whom credentials stand for."""
        return self.identity.actors

    async def read(self, actor: Actor, ask: Ask) -> Any:
        """Returns what `ask` asks for; see `twofold.read`."""
        return await read(self, actor, ask)

    def cost(self, actor: Actor, read: Read) -> int:
        """Returns how many rows may be read to answer; see `twofold.cost`.

        Raises:
            Unauthenticated, Forbidden, TooCostly: as `read` does; nothing is asked of the database.
        """
        return prepared(self, self.policies.of(actor), read).cost

    async def write(self, actor: Actor, change: Write, *, origin: Origin = INSIDE, idempotency_key: str | None = None
                    ) -> Written:  # fmt: skip
        """Makes one change and returns the key of its row; see `twofold.write`."""
        try:
            return await write(self, actor, change, origin=origin, idempotency_key=idempotency_key)
        finally:
            await self._forget_after([change])

    async def write_all(self, actor: Actor, changes: Sequence[Write], *, atomic: bool = True, origin: Origin = INSIDE,
                        idempotency_key: str | None = None) -> list[Outcome]:  # fmt: skip
        """Makes several changes in one transaction and returns what came of each; see `twofold.write`."""
        try:
            return await write_all(self, actor, changes, atomic=atomic, origin=origin, idempotency_key=idempotency_key)
        finally:
            await self._forget_after(changes)

    async def sign_out(self, token: str) -> None:
        """Revokes an access token; see `identity.credentials.sign_out`. It counts from the next request on."""
        try:
            await credentials.sign_out(self.database, token)
        finally:
            await self.actors.forget()

    async def _forget_after(self, changes: Sequence[Write]) -> None:
        if any(change.resource.table.model in IDENTITY for change in changes):
            await self.actors.forget()

    def _try_rules(self) -> None:
        """Runs every rule for a visitor and for a stranger, so that a rule with a wrong name stops the start."""
        for actor in (ANONYMOUS, Actor(user_id=UUID(int=0), role="nobody")):
            self.policies.of(actor)
            for spec in self.resources:
                declared = [spec.rule(action) for action in ("create", "update", "delete", *spec.actions)]
                for each in spec.writable:
                    declared += [who for who in (each.declared.write, each.declared.create) if isinstance(who, Rule)]
                for rule in declared:
                    if rule is not None:
                        condition_of(rule, spec.table, actor, [])
