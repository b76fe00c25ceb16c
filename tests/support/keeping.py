"""What is kept, tried on the library: questions of all shapes, and reads with the tags that they depend on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings

from support.library import grouping
from support.library.asking import PAGE, asked, nested
from support.library.questions import EVERYBODY, QUESTIONS, SPECS, values_of
from twofold.actor import Actor
from twofold.cache.depends import tags_of_sources
from twofold.engine import Engine
from twofold.errors import Forbidden, ServiceError, Unauthenticated
from twofold.page import to_json
from twofold.read import prepared
from twofold.request import Ask
from twofold.shared import Seen
from twofold.sql import Statement

NOWHERE = UUID(int=3)
WORDS = ("a", "smile", "say", "back", "zzz")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A statement with its values, as somebody's question comes to be one."""

    statement: Statement
    values: Sequence[Any]
    policy_values: Sequence[Any]

    @property
    def bound(self) -> list[Any]:
        """The statement's parameters."""
        return self.statement.bind(self.values, self.policy_values)

    @property
    def tags(self) -> frozenset[int]:
        """What it depends on."""
        return frozenset(tags_of_sources(self.statement.sources, self.values, self.policy_values))

    async def rows(self, engine: Engine) -> bytes:
        """Returns the rows as they are now, spelled as the cache spells them."""
        found = await engine.database.read(self.statement.text, self.bound)
        return to_json([tuple(row) for row in found])


def reading(engine: Engine, actor: Actor, ask: Ask) -> Reading | None:
    """Returns how a question is read; None where it is refused."""
    policy = engine.policies.of(actor)
    try:
        ready = prepared(engine, policy, ask.read)
    except (Forbidden, Unauthenticated):
        return None
    return Reading(statement=ready.statement, values=ask.values, policy_values=policy.values)


@contextmanager
def read_by(engine: Engine) -> Iterator[list[Reading]]:
    """Gives the list of what the engine reads within the block."""
    found: list[Reading] = []
    original = engine.rows.read

    async def noted(statement: Statement, caching: Any, values: Any, policy_values: Any, basis: Any = None) -> Any:
        found.append(Reading(statement=statement, values=tuple(values), policy_values=tuple(policy_values)))
        return await original(statement, caching, values, policy_values, basis)

    engine.rows.read = noted
    try:
        yield found
    finally:
        engine.rows.read = original


class Opened:
    """Versions that only note which tags are opened; None among them: all."""

    def __init__(self) -> None:
        self.tags: set[int] | None = set()

    async def open(self, tags: Collection[int] | None, lease_s: float) -> Any:  # noqa: ARG002
        """Notes."""
        if tags is None:
            self.tags = None
        elif self.tags is not None:
            self.tags |= {*tags}

    async def close(self, mark: Any) -> bool:  # noqa: ARG002
        """Does nothing."""
        return True

    async def seen(self, tags: tuple[int, ...]) -> Seen | None:  # noqa: ARG002
        """Nothing is known to be good."""
        return None


@asynccontextmanager
async def opened_by(engine: Engine) -> AsyncIterator[Opened]:
    """Gives what the writes within the block open."""
    versions, noting = engine.database.watch._versions, Opened()
    engine.database.watch._versions = noting
    try:
        yield noting
    finally:
        engine.database.watch._versions = versions


# -- questions ---------------------------------------------------------------------------------------------------


def generated(count: int) -> list[tuple[Actor, Any]]:
    """Returns questions with filters and groups of any shape, the same at every run."""
    found: list[tuple[Actor, Any]] = []
    plain = {"deadline": None, "database": None, "derandomize": True, "phases": [Phase.generate],
             "suppress_health_check": list(HealthCheck)}  # fmt: skip

    @settings(max_examples=count, **plain)
    @given(question=QUESTIONS)
    def rows(question: Any) -> None:
        found.append((question.actor, question))

    @settings(max_examples=count, **plain)
    @given(asking=grouping.questions())
    def groups(asking: Any) -> None:
        found.append((EVERYBODY[asking[1]], asking[0]))

    rows()
    groups()
    return found


GENERATED = generated(150)


def questions(engine: Engine, random: Random, count: int, text: str = "") -> list[Reading]:
    """Returns what different questions read, most of them made for keys; `text` is in all of their statements."""
    found: list[Reading] = []
    while len(found) < count:
        if random.random() < 0.3:
            actor, question = random.choice(GENERATED)
            if isinstance(question, grouping.Question):
                ask = grouping.asked(engine, question)
            else:
                ask = asked(engine, question.resource, question.data, question.order, limit=question.size)
        else:
            actor, ask = random.choice(list(EVERYBODY.values())), pointed(engine, random)
        try:
            read = reading(engine, actor, ask)
        except ServiceError:
            continue
        if read is not None and text in read.statement.text:
            found.append(read)
    return found


def pointed(engine: Engine, random: Random) -> Ask:
    """Returns a question for rows by their keys, with what hangs on them."""
    plural = random.choice([*SPECS, "books", "copies", "loans"])
    search = random.choice(WORDS) if SPECS[plural].resource.search and random.random() < 0.1 else None
    ask = asked(engine, plural, keyed_filter(plural, random), search=search, limit=random.choice([1, 3, 1000]))
    spec = ask.read.resource
    fields = list(ask.read.fields) if random.random() < 0.3 else [each for each in ask.read.fields if each.key == "id"]
    for name in random.sample(sorted(spec.relations), min(len(spec.relations), random.choice([0, 0, 1, 1, 2]))):
        options: dict[str, Any] = {} if not spec.relations[name].join.many else {"limit": random.choice([1, 100])}
        if options and random.random() < 0.4:
            options["envelope"] = PAGE
        fields.append(nested(spec, name, ["id"] if random.random() < 0.5 else None, **options))
    envelope = PAGE if random.random() < 0.3 else None
    read = replace(ask.read, fields=tuple(fields), envelope=envelope)
    return Ask(read=read, values=ask.values)


KEYED = {"id", "enum"}


def keyed_filter(plural: str, random: Random, depth: int = 2) -> dict[str, Any]:
    """Returns a filter by keys: columns that have such values, or relations to rows that do."""
    spec = SPECS[plural]
    way = random.choice(["column"] * 4 + (["and", "or", "or", "not", "relation", "relation"] if depth else []))
    match way:
        case "column":
            names = [
                name
                for name, field in spec.fields.items()
                if field.declared.filter and (field.column.kind.name in KEYED or field.column.unique)
            ]
            return _compared(plural, random.choice(names), random)
        case "not":
            return {"not": keyed_filter(plural, random, depth - 1)}
        case "relation":
            name = random.choice(sorted(spec.relations))
            relation = spec.relations[name]
            inner = keyed_filter(relation.target.plural, random, depth - 1)
            quantifier = random.choice(["some", "every", "every", "none"])
            return {name: {quantifier: inner} if relation.join.many else inner}
        case _:
            return {way: [keyed_filter(plural, random, depth - 1) for _ in range(2)]}


def _compared(plural: str, name: str, random: Random) -> dict[str, Any]:
    known = values_of(SPECS[plural], name)
    kind = SPECS[plural].fields[name].column.kind.name
    some: list[Any] = [
        *known,
        *([NOWHERE] if kind == "id" else ["isbn-00", "ISBN-07", "north"] if kind == "text" else []),
    ]
    match random.choice(["eq", "eq", "eq", "in", "in", "ne", "not_in", "is_null", "ieq", "none"]):
        case "in":
            return {name: {"in": random.choices(some, k=random.choice([0, 1, 2, 5]))}}
        case "not_in":
            return {name: {"not_in": random.choices(some, k=2)}}
        case "ne":
            return {name: {"ne": random.choice(some)}}
        case "is_null":
            return {name: {"is_null": random.random() < 0.5}}
        case "ieq" if kind == "text":
            return {name: {"ieq": random.choice(some).swapcase()}}
        case "none":
            return {name: {"eq": None}}
        case _:
            return {name: {"eq": random.choice(some)}}
