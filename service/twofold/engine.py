"""The engine: an application's resources over a database. Both faces are built from it, and ask it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any
from uuid import UUID

from twofold.actor import ANONYMOUS, Actor
from twofold.application import Application
from twofold.audit import INSIDE, Origin
from twofold.cache.answers import Answers
from twofold.cache.basis import Basis
from twofold.cache.counting import Counting
from twofold.cache.memory import BoundedMemory
from twofold.cache.redis_store import RedisStore
from twofold.cache.rows import RowCache
from twofold.cache.stats import Stats
from twofold.cache.store import MemoryStore, Store
from twofold.database import Database, tortoise_config
from twofold.errors import WrongDeclaration
from twofold.events import Event
from twofold.fetch import Prepared
from twofold.identity import credentials
from twofold.identity.actors import Actors
from twofold.identity.identity import Identity
from twofold.inputs import Inputs
from twofold.kept import Kept
from twofold.policy import Policies, condition_of
from twofold.read import prepared, read
from twofold.request import Ask, Read
from twofold.resolve import resolve
from twofold.resource import Caching
from twofold.rules import Rule
from twofold.settings import Settings
from twofold.shared.on_redis import OnRedis
from twofold.spec import ResourceSpec
from twofold.sql import DIALECTS, Statement
from twofold.sql.actor import tables_of_actor
from twofold.tables import Column, Table, models_of, tables_of
from twofold.write import Outcome, Write, Written, write, write_all

__all__ = ["Engine"]


def _readable(served: Iterable[Table]) -> frozenset[str]:
    """The names of all tables that a question or a rule can reach from those that are served."""
    found: dict[Table, None] = {}
    links: set[str] = set()
    waiting = list(served)
    while waiting:
        table = waiting.pop()
        if table not in found:
            found[table] = None
            waiting += [join.target for join in table.joins.values()]
            links |= {join.link.table for join in table.joins.values() if join.link is not None}
    return frozenset({*(table.name for table in found), *links})


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
        self.references: Kept[tuple[tuple[tuple[Table, Column, bool], ...], int], Statement] = Kept(512)
        self._served_by_name = {table.name: spec for table, spec in self.served.items()}
        self.stats = Stats()
        self.memory = BoundedMemory(settings.cache_mb * 1024 * 1024)
        self.counting = Counting(self.database, self.stats, self.memory)
        self.rows = RowCache(self.database, self._store(), self.stats)
        kept = None if settings.cache_place == "off" else self.memory
        self.answers = Answers(self.database, kept, self.policies, self.stats)
        who_asks = tables_of_actor(application.engine_prefix).values()
        self.database.watch.only(_readable(self.served).union(*who_asks))
        self.identity = Identity(self.database, settings, self.resources, application.audit)
        self._try_rules()

    @property
    def actors(self) -> Actors:
        """Whom credentials stand for."""
        return self.identity.actors

    async def read(self, actor: Actor, ask: Ask, basis: Basis | None = None) -> Any:
        """Returns what `ask` asks for; see `twofold.read`."""
        return await read(self, actor, ask, basis)

    def caching_of(self, statement: Statement) -> Caching | None:
        """Returns how long a statement's rows may be kept: as all resources allow whose rows it reads."""
        known = [self._served_by_name.get(source.table) for source in statement.sources]
        declared = [spec.resource.cache for spec in known if spec is not None]
        default_s = self.settings.cache_ttl_s
        allowed = [replace(each, ttl_s=default_s) if each.ttl_s is None else each for each in declared if each]
        return reduce(Caching.stricter, allowed) if len(allowed) == len(declared) and allowed else None

    def cost(self, actor: Actor, read: Read) -> int:
        """Returns how many rows may be read to answer; see `twofold.cost`.

        Raises:
            Unauthenticated, Forbidden, TooCostly: as `read` does; nothing is asked of the database.
        """
        return prepared(self, self.policies.of(actor), read).cost

    def cache_state(self) -> str:
        """Returns `off`, `kept`, or `bypassed: ` and why answers that are kept are gone round now, for operators."""
        if self.settings.cache_place == "off":
            return "off"
        doubts = self.database.doubts
        return "kept" if doubts is None else doubts.state

    async def write(self, actor: Actor, change: Write, *, origin: Origin = INSIDE, idempotency_key: str | None = None
                    ) -> Written:  # fmt: skip
        """Makes one change and returns the key of its row; see `twofold.write`."""
        return await write(self, actor, change, origin=origin, idempotency_key=idempotency_key)

    async def write_all(self, actor: Actor, changes: Sequence[Write], *, atomic: bool = True, origin: Origin = INSIDE,
                        idempotency_key: str | None = None) -> list[Outcome]:  # fmt: skip
        """Makes several changes in one transaction and returns what came of each; see `twofold.write`."""
        return await write_all(self, actor, changes, atomic=atomic, origin=origin, idempotency_key=idempotency_key)

    async def sign_out(self, token: str) -> None:
        """Revokes an access token; see `identity.credentials.sign_out`. It counts from the next request on."""
        await credentials.sign_out(self.database, token)

    def _store(self) -> Store | None:
        place = self.settings.cache_place
        if place == "off":
            return None
        shared = self.database.shared
        if place == "redis" and isinstance(shared, OnRedis):
            return RedisStore(shared, self.memory)
        return MemoryStore(self.memory, shared.versions)

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
