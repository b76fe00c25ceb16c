"""Asking both faces for a change, in each way, and judging what they answered and did.

Each face is asked in a transaction that is undone. Their answers must be the same, and so must be what the database
noted meanwhile: rows of every table, entries of the audit, events. And the oracle must find that it was to be refused
if, and only if, it was refused by a rule; what is refused leaves nothing behind.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from support.matrix import made_changes
from support.matrix.effects import Effects, effects, plainer, rows_of, told_alike, undone
from support.matrix.made_changes import row_of
from support.matrix.made_inputs import name_of, settable
from support.matrix.oracle import wire
from support.matrix.sending import (
    REFUSED,
    Came,
    Sent,
    Several,
    by_graphql,
    by_rest,
    in_batch,
    in_mutation,
    several_by_graphql,
    several_by_rest,
)
from support.matrix.worlds import Who
from support.matrix.write_worlds import WritingWorld
from twofold.events import Event
from twofold.insert import default_of
from twofold.spec import RelationSpec, ResourceSpec

__all__ = ["WAYS"]

Send: TypeAlias = Callable[[], Awaitable[Came]]
Cases: TypeAlias = Callable[[WritingWorld, ResourceSpec], "Iterator[Any] | Sequence[Any]"]
Differs: TypeAlias = Callable[[WritingWorld, Who, ResourceSpec, Any], Awaitable[str | None]]

BY_RULE = ("unauthenticated", "forbidden", "not_found", "precondition_failed", "precondition_required")
"""Codes that only rules, references and versions lead to, so that the oracle knows of each."""
KEY = "a key of the matrix"


# -- trying ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """What a face answered to a change, and what came of it."""

    came: Came
    effects: Effects
    told: list[str]


async def _tried(world: WritingWorld, face: str, *sends: Send) -> tuple[Tried, list[Came]]:
    """What the last of some requests answered, and what came of all; all answers as they are compared."""
    async with undone(world.engine):
        came = [await send() for send in sends]
        found = await effects(world.engine)
    world.writes += bool(found)
    ids = [each.request_id for each in came if each.request_id]
    told = told_alike(world.engine, found, face=face, request_ids=ids)
    names = {each.row["id"]: f"new {each.table}" for each in found if each.before is None and "id" in each.row}
    plain = [_plain(each, {str(key): name for key, name in names.items()}) for each in came]
    return Tried(plain[-1], found, told), plain


def _plain(came: Came, names: Mapping[str, str]) -> Came:
    value = json.loads(plainer(json.dumps(came.value, sort_keys=True), names))
    wrong = tuple((plainer(path, names), code) for path, code in came.wrong)
    return replace(came, value=value, wrong=wrong)


def _apart(rest: Tried, graphql: Tried) -> str | None:
    """How the answers and effects of the two faces differ from each other."""
    if rest.came != graphql.came:
        return f"REST: {rest.came}; GraphQL: {graphql.came}"
    if rest.told != graphql.told:
        ours, theirs = (
            [line for line in one.told if line not in other.told] for one, other in ((rest, graphql), (graphql, rest))
        )
        return f"effects of REST only: {ours}; of GraphQL only: {theirs}"
    return None


# -- judging -----------------------------------------------------------------------------------------------------


async def alone(world: WritingWorld, who: Who, spec: ResourceSpec, sent: Sent) -> str | None:
    """A change by its own route, and as its own mutation."""
    rest, _ = await _tried(world, "rest", lambda: by_rest(world, who, sent))
    graphql, _ = await _tried(world, "graphql", lambda: by_graphql(world, who, sent))
    return _judged(world, who, sent, rest, graphql)


def _judged(world: WritingWorld, who: Who, sent: Sent, rest: Tried, graphql: Tried) -> str | None:
    code = world.refusals.code(sent, who.actor)
    is_typed = sent.flaw == "shape" and graphql.came.code == "invalid" and not graphql.effects
    apart = None if is_typed else _apart(rest, graphql)
    if apart:
        return apart
    found = rest.came.code
    if code is not None and found != code and not (code == "forbidden" and found == REFUSED and _may_refuse(sent)):
        return f"both: {rest.came}; the oracle: {code}"
    if code is None and found in BY_RULE:
        return f"both: {rest.came}; the oracle knows no reason"
    if found is not None:
        return f"refused with {rest.came}, but: {rest.told}" if rest.effects else None
    return _undone_or_untold(world, who, sent, rest.effects)


def _may_refuse(sent: Sent) -> bool:
    """Whether a hook may refuse a change before it is known that its result is against the rule."""
    return sent.creates or sent.action in ("patch", "replace")


def _undone_or_untold(world: WritingWorld, who: Who, sent: Sent, found: Effects) -> str | None:
    """What is missing of what must come of a change that was made."""
    own = rows_of(found, sent.spec.table)
    if sent.creates and sent.action != "upsert" and not any(each.before is None for each in own):
        return f"nothing was made: {found}"
    if sent.action in ("delete", "restore") and not own:
        return f"nothing was done: {found}"
    if sent.action == "patch" and not found and _changes(world, sent):
        return "nothing was changed"
    return _untold(world, who, sent.spec, found)


def _changes(world: WritingWorld, sent: Sent) -> bool:
    """Whether a patch says anything of columns that is not so already."""
    spec = sent.spec
    row = row_of(world, spec, str(sent.key))
    given = [(spec.fields.get(name), value) for name, value in (sent.input or {}).items()]
    return any(each is not None and wire(row[each.column.name]) != value for each, value in given)


def _untold(world: WritingWorld, who: Who, spec: ResourceSpec, found: Effects) -> str | None:
    """Rows of a resource that changed without a new version, an event, or an entry in the audit."""
    engine, table = world.engine, spec.table
    events = _named(found, engine.tables[Event].name)
    audit = engine.application.audit
    entries = None if audit is None else _named(found, engine.tables[audit].name)
    user = None if who.actor is None or who.actor.user_id is None else str(who.actor.user_id)
    for each in rows_of(found, table):
        said = (spec.plural, str(each.row[table.pk.db_name]), user)
        if said not in events:
            return f"no event of {said}, but {events}"
        if entries is not None and said not in entries:
            return f"no entry of {said}, but {entries}"
        if table.version is not None and each.before is not None and each.after is not None:
            name = table.version.db_name
            if each.after[name] <= each.before[name]:
                return f"the version stays {each.after[name]}"
    return None


def _named(found: Effects, table: str) -> list[tuple[str, str, str | None]]:
    """What new events or entries are of: resource, row and actor."""
    return [(each.row["resource"], each.row["row_id"], each.row["actor_id"])
            for each in found if each.table == table and each.before is None]  # fmt: skip


async def replaced(world: WritingWorld, who: Who, spec: ResourceSpec, sent: Sent) -> str | None:
    """`PUT`, and the mutation that names every field with what it must be then."""
    update = replace(sent, action="patch", input=_completed(world, spec, sent.input or {}))
    rest, _ = await _tried(world, "rest", lambda: by_rest(world, who, sent))
    graphql, _ = await _tried(world, "graphql", lambda: by_graphql(world, who, update))
    told = [line.replace('"action": "replace"', '"action": "patch"') for line in rest.told]
    return _judged(world, who, sent, replace(rest, told=told), graphql)


def _completed(world: WritingWorld, spec: ResourceSpec, given: Mapping[str, Any]) -> dict[str, Any]:
    """An input with the defaults of what it leaves out."""
    found = dict(given)
    for each in settable(spec, "replace"):
        if each.declared.write is True and name_of(each) not in found:
            is_link = isinstance(each, RelationSpec)
            found[name_of(each)] = [] if is_link else wire(default_of(each.column))
    return found


async def alone_or_replaced(world: WritingWorld, who: Who, spec: ResourceSpec, sent: Sent) -> str | None:
    """A change of either sort."""
    return await (replaced if sent.action == "replace" else alone)(world, who, spec, sent)


async def twice(world: WritingWorld, who: Who, spec: ResourceSpec, sent: Sent) -> str | None:
    """A change that comes again with its idempotency key, by the other face."""
    rest, graphql = partial(by_rest, world, who, sent, KEY), partial(by_graphql, world, who, sent, KEY)
    once, _ = await _tried(world, "rest", rest)
    by_graphql_again, one = await _tried(world, "rest", rest, graphql)
    by_rest_again, other = await _tried(world, "graphql", graphql, rest)
    if any(each != once.came for each in (*one, *other)):
        return f"once: {once.came}; then: {one} and {other}"
    for again in (by_graphql_again, by_rest_again):
        if again.told != once.told:
            return f"effects once: {once.told}; twice: {again.told}"
    return _judged(world, who, sent, once, once)


async def together(world: WritingWorld, who: Who, spec: ResourceSpec, given: Several) -> str | None:
    """An array by REST, and a mutation of several rows."""
    items, atomic = given.items, given.atomic
    rest, _ = await _tried(world, "rest", lambda: several_by_rest(world, who, items, atomic=atomic))
    graphql, _ = await _tried(world, "graphql", lambda: several_by_graphql(world, who, items, atomic=atomic))
    apart = _apart(rest, graphql)
    if apart:
        return apart
    code = world.refusals.admitted(spec, items[0].action, who.actor)
    if code is not None:
        return None if rest.came.code == code and not rest.effects else f"both: {rest.came}; the oracle: {code}"
    return _items_judged(world, who, given, rest)


def _items_judged(world: WritingWorld, who: Who, given: Several, tried: Tried, *, first_only: bool = False
                  ) -> str | None:  # fmt: skip
    if given.is_of_one_row:
        return None
    came, one = tried.came, given.items[0]
    items = given.items
    if who.actor is not None and world.refusals.depends_on_others(one.spec, one.action, who.actor):
        items = items[:1]  # this one may be of what decides about the others
    codes = [world.refusals.code(each, who.actor) for each in items]
    failed = {int(path.split(".")[0]) for path, _ in came.wrong}
    for index, code in enumerate(codes):
        told = [found for path, found in came.wrong if path.split(".")[0] == str(index)]
        if first_only and failed and index > min(failed):
            break
        if code is None and any(each in BY_RULE for each in told):
            return f"both: {came}; the oracle knows no reason for {index}"
        is_told = bool(told) if code in (REFUSED, "forbidden") else code in told
        if code is not None and not is_told:
            return f"both: {came}; the oracle: {code} for {index}"
    if given.atomic and failed:
        return f"refused, but: {tried.told}" if tried.effects or came.code != REFUSED else None
    return _untold(world, who, one.spec, tried.effects)


async def batched(world: WritingWorld, who: Who, spec: ResourceSpec, given: Several) -> str | None:
    """`POST /batch`, and the fields of one mutation that is done as a whole."""
    rest, _ = await _tried(world, "rest", lambda: in_batch(world, who, given.items))
    graphql, _ = await _tried(world, "graphql", lambda: in_mutation(world, who, given.items))
    return _apart(rest, graphql) or _items_judged(world, who, given, rest, first_only=True)


# -- ways ---------------------------------------------------------------------------------------------------------

WAYS: Mapping[str, tuple[Cases, Differs]] = {
    "create": (made_changes.creations, alone),
    "create: one field": (made_changes.fields_of_new_rows, alone),
    "patch": (made_changes.patches, alone),
    "replace": (made_changes.replacements, replaced),
    "upsert": (made_changes.upserts, alone),
    "delete": (made_changes.deletions, alone),
    "restore": (made_changes.restorations, alone),
    "declared action": (made_changes.deeds, alone),
    "no fitting input": (made_changes.wrong_inputs, alone),
    "duplicate": (made_changes.duplicates, alone),
    "reference": (made_changes.references, alone),
    "version": (made_changes.versions, alone_or_replaced),
    "no such row": (made_changes.nowhere, alone),
    "sent twice": (made_changes.repeated, twice),
    "several": (made_changes.arrays, together),
    "batch": (made_changes.batches, batched),
    "nested in new": (made_changes.nested_in_new, alone),
    "nested in change": (made_changes.nested_in_changes, alone),
}
"""By name: which changes there are, and how both faces are asked for one."""
