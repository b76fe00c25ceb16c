"""The worlds of the matrix for writing: more credentials, more rows, and changes that are known to be possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from support.matrix import worlds
from support.matrix.effects import undone, watch
from support.matrix.made_inputs import action_inputs, copied, covering, fresh, unique_sets
from support.matrix.oracle import Oracle
from support.matrix.rows import Record, Rows, load
from support.matrix.sending import Sent
from support.matrix.worlds import Who, World
from support.matrix.write_oracle import Refusals, fits, permission, removed
from twofold.actor import Actor
from twofold.errors import ServiceError, Unauthenticated
from twofold.identity.actors import Actors
from twofold.identity.keys import create_key
from twofold.rules import Rule
from twofold.spec import ResourceSpec
from twofold.write import Write

__all__ = ["WritingWorld", "library", "storefront"]

FIRST, LAST = 200, 60
"""Rows of a table that are looked at in any case; the last ones are of the matrix itself."""
OTHERS = 14
"""How many rows are tried behind a reference, until the whole is unique and no hook refuses it."""


@dataclass(kw_only=True, eq=False)
class WritingWorld(World):
    """A world in which changes are tried, each of them undone at once."""

    writes: int = 0
    """Requests so far of which something was written, before it was undone."""
    good: dict[tuple[str, str], list[Sent]] = field(default_factory=dict)
    """By resource and action, changes that somebody can make."""
    targets: dict[tuple[str, str, int], list[str]] = field(default_factory=dict)
    """By resource, action and number, keys of rows that are worth trying it on; found when they are first needed."""

    _notable: dict[str, list[Record]] = field(default_factory=dict)
    _held: dict[Any, bool] = field(default_factory=dict)

    def notable(self, spec: ResourceSpec) -> list[Record]:
        """Returns rows among which all sorts should be: all that name one of the actors, and some of the others."""
        known = self._notable.get(spec.plural)
        if known is None:
            users = {who.actor.user_id for who in self.actors.values() if who.actor is not None} - {None}
            rows = self.oracle.rows.of(spec.table.model)
            known = [row for number, row in enumerate(rows)
                     if number < FIRST or number >= len(rows) - LAST or not users.isdisjoint(_ids(row))]  # fmt: skip
            self._notable[spec.plural] = known
        return known

    def holds(self, rule: Rule, spec: ResourceSpec, row: Record, actor: Actor) -> bool:
        """Returns whether a rule admits a row for an actor, which is worked out once for all credentials of a user."""
        place = (id(rule), row[spec.pk.name], actor.user_id, actor.role)
        known = self._held.get(place)
        if known is None:
            known = self._held[place] = self.oracle.allowed(rule, spec, row, actor) is True
        return known

    def look_again(self, rows: Rows) -> None:
        """Takes the rows that there are now for those that there are."""
        self.oracle = Oracle(self.engine.resources, rows)
        self._notable.clear()
        self._held.clear()

    @property
    def refusals(self) -> Refusals:
        """Says which changes must be refused."""
        return Refusals(self)

    def known_good(self, spec: ResourceSpec, action: str) -> list[Sent]:
        """Returns the changes of this sort that somebody can make."""
        return self.good.get((spec.plural, action), [])


def _ids(row: Record) -> set[Any]:
    return {value for value in row.values() if isinstance(value, UUID)}


@asynccontextmanager
async def storefront(url: str) -> AsyncIterator[WritingWorld]:
    """Gives the storefront at `url` for writing."""
    async with worlds.storefront(url) as world:
        await _fill_carts(world)
        yield await _prepared(world)


@asynccontextmanager
async def library(url: str) -> AsyncIterator[WritingWorld]:
    """Gives the library at `url` for writing."""
    async with worlds.library(url) as world:
        yield await _prepared(world)


async def _prepared(world: World) -> WritingWorld:
    keys = await _keys(world)
    found = WritingWorld(
        engine=world.engine, client=world.client, oracle=world.oracle, actors={**world.actors, **keys}
    )  # fmt: skip
    await _furnish(found)
    await watch(found.engine)
    for spec in found.specs.values():
        await _find_good(found, spec)
    return found


# -- who writes --------------------------------------------------------------------------------------------------


def _scopes(world: World) -> Mapping[str, list[str]]:
    """Keys of who owns a tenant: one that changes and takes, but makes and deletes nothing; one that does not read."""
    names = list(world.specs)
    acting = [f"{plural}:{each}" for plural, spec in world.specs.items() for each in [*spec.actions][::2]]
    reading = [f"{plural}:read" for plural in names]
    writing = [f"{plural}:{each}" for plural in names for each in ("create", "update", "delete")]
    return {
        "changing key": [*reading, *(f"{plural}:update" for plural in names), *acting], "blind key": [*writing, *acting]
    }  # fmt: skip


class _GivenActors:
    """Stands for the memory of credentials: a credential is an actor's name."""

    def __init__(self, actors: Mapping[str, Actor | None]) -> None:
        self.actors = actors

    async def of(self, credential: str) -> Actor:
        actor = self.actors[credential.replace("-", " ")]
        if actor is None:
            raise Unauthenticated
        return actor


async def _keys(world: World) -> dict[str, Who]:
    engine, owner = world.engine, world.actors["tenant owner"].actor
    assert owner is not None
    found = {}
    for name, scopes in _scopes(world).items():
        if isinstance(engine.actors, Actors):
            assert owner.user_id is not None
            made = await create_key(engine.database, owner.user_id, name, scopes, datetime.now(UTC) + timedelta(1))
            headers = {"X-API-Key": made.key}
            found[name] = Who(headers=headers, actor=await engine.actors.of(made.key))
        else:
            actor = Actor(user_id=owner.user_id, role=owner.role, scopes=frozenset(scopes))
            found[name] = Who(headers={"Authorization": f"Bearer {name.replace(' ', '-')}"}, actor=actor)
    if not isinstance(engine.actors, Actors):
        given = {name: who.actor for name, who in {**world.actors, **found}.items()}
        engine.identity.actors = cast("Actors", _GivenActors(given))
    return found


# -- rows --------------------------------------------------------------------------------------------------------


async def _furnish(world: WritingWorld) -> None:
    """Makes a few rows of each resource, to which nothing refers; where deleted ones are kept, deletes some."""
    for spec in world.specs.values():
        if spec.rule("create") is None:
            continue
        for base in _bases(world, spec, "create"):
            for number in (50, 51):
                sent, who = await _creatable(world, spec, base, number)
                if sent is None or who is None:
                    break
                key = await _written(world, who, sent)
                if number == 51 and spec.removed_at is not None:
                    await _written(world, who, Sent(spec=spec, action="delete", key=str(key)))
    world.look_again(await load(world.engine))


async def _fill_carts(world: World) -> None:
    """Makes a cart that can be placed for each of a few customers, which nothing that is seeded is."""
    products = world.oracle.rows.of(world.specs["products"].table.model)
    sold = next(row for row in products if row["status"].value == "published" and row["stock"] > 5)
    for name in ("owner", "stranger", "admin"):
        headers = dict(world.actors[name].headers)
        address = {"recipient": name, "line1": "1 Road", "postal_code": "1", "city": "Town", "country": "NL"}
        lines = [{"product_id": str(sold["id"]), "quantity": 2}]
        cart = {"currency": sold["currency"], "ship_to": {"create": address}, "lines": {"create": lines}}
        made = await world.client.post("/api/v1/orders", json=cart, headers=headers)
        assert made.status_code == 201, made.text


def _bases(world: WritingWorld, spec: ResourceSpec, action: str) -> list[Record]:
    """Rows of which one is within the rule of an action, and one is not, for each actor."""
    rule = spec.rule(permission(action))
    assert rule is not None
    inputs = [(row, fresh(world, spec, copied(world, spec, row, "create"))) for row in world.notable(spec)]
    rows = [row for row, given in inputs if fits(world, spec, "create", given) is not None]
    return covering(world, rows, lambda row, actor: world.holds(rule, spec, row, actor))


async def _creatable(world: WritingWorld, spec: ResourceSpec, base: Record, number: int) -> tuple[Sent | None, Any]:
    """An input made of a row, and somebody who can make a new row of it; None where nobody was found."""
    given = fresh(world, spec, copied(world, spec, base, "create"), number=number)
    for option in (given, *_varied(world, spec, given)):
        if fits(world, spec, "create", option) is None:
            continue
        sent = Sent(spec=spec, action="create", input=option)
        for who in world.actors.values():
            if world.refusals.code(sent, who.actor) is None and await _can(world, who, sent):
                return sent, who
    return None, None


def _varied(world: WritingWorld, spec: ResourceSpec, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same with other rows behind what must be unique together, those first to which the least refers."""
    table = spec.table
    for names in unique_sets(spec):
        for each in (spec.fields[name] for name in names[::-1] if name in given):
            if each.relation is None:
                continue
            target = each.relation.target
            used = Counter(row[each.column.name] for row in world.oracle.rows.of(table.model))
            keys = [key for key, row in world.oracle.rows.by_key[target.table.model].items()
                    if not removed(target, row)]  # fmt: skip
            for key in sorted(keys, key=used.__getitem__)[:OTHERS]:
                yield {**given, each.name: str(key)}


# -- changes that somebody can make ------------------------------------------------------------------------------


async def _find_good(world: WritingWorld, spec: ResourceSpec) -> None:
    if spec.rule("create") is not None:
        for base in _bases(world, spec, "create"):
            sent, _ = await _creatable(world, spec, base, 1)
            if sent is not None:
                world.good.setdefault((spec.plural, "create"), []).append(sent)
    offered = [*spec.actions, *(["delete"] if spec.rule("delete") is not None else [])]
    offered += ["restore"] if spec.removed_at is not None else []
    for action in offered:
        declared = spec.actions.get(action)
        inputs = [(None, None)] if declared is None else action_inputs(world, declared)
        candidates = _candidates(world, spec, action)
        for given in [given for given, flaw in inputs if flaw is None]:
            found = await _doable(world, spec, action, given, candidates)
            known = world.good.setdefault((spec.plural, action), [])
            known += [each for each in found if each not in known]


async def _doable(world: WritingWorld, spec: ResourceSpec, action: str, given: Any, keys: Sequence[str | None]
                  ) -> list[Sent]:  # fmt: skip
    """For each actor who can do it to some of the rows, one of these."""
    found = []
    for who in world.actors.values():
        if world.refusals.admitted(spec, action, who.actor) is not None:
            continue
        for key in keys:
            sent = Sent(spec=spec, action=action, key=key, input=given)
            if world.refusals.code(sent, who.actor) is None and await _can(world, who, sent):
                found.append(sent)
                break
    return found


def _candidates(world: WritingWorld, spec: ResourceSpec, action: str) -> Sequence[str | None]:
    """Keys of rows of every state, the newest first, because nothing refers to it; mixed among those who may."""
    declared = spec.actions.get(action)
    if declared is not None and declared.creates:
        return [None]
    states = [each.column.name for each in spec.fields.values() if each.column.kind.enum is not None]
    states += [column.name for column in spec.table.columns.values() if column.nullable and column.kind.name != "id"]
    rule = spec.rule(permission(action))
    assert rule is not None
    actors = [who.actor for who in world.actors.values() if who.actor is not None]
    by_state: dict[Any, str] = {}
    for row in reversed(world.notable(spec)):
        if removed(spec, row) == (action == "restore"):
            allowed = tuple(world.holds(rule, spec, row, actor) for actor in actors)
            state = tuple(row[name] if _is_state(row[name]) else row[name] is None for name in states)
            by_state.setdefault((allowed, state), str(row[spec.pk.name]))
    return list(by_state.values())


def _is_state(value: Any) -> bool:
    return hasattr(value, "value")


async def _can(world: WritingWorld, who: Who, sent: Sent) -> bool:
    """Whether an actor can make a change, which is undone."""
    try:
        async with undone(world.engine):
            await _written(world, who, sent)
    except ServiceError:
        return False
    return True


async def _written(world: WritingWorld, who: Who, sent: Sent) -> Any:
    """Makes a change and returns the key of its row."""
    assert who.actor is not None
    if_match = "*" if not sent.creates else None
    write = Write(resource=sent.spec, action=sent.action, id=sent.key, input=sent.input or {}, if_match=if_match)
    return (await world.engine.write(who.actor, write)).key
