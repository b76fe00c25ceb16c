"""What there is to write of a resource, by each way, and asking both faces for it.

Each face is asked in a transaction that is undone. Their answers must be the same, and so must be what the database
noted meanwhile: rows of every table, entries of the audit, events. And the oracle must find that it was to be refused
if, and only if, it was refused by a rule; what is refused leaves nothing behind.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import UUID

from support.matrix.effects import Effects, effects, plainer, rows_of, told_alike, undone
from support.matrix.made_inputs import (
    action_inputs,
    copied,
    covering,
    fresh,
    misfits,
    name_of,
    new_values,
    settable,
    unique_sets,
    value_of,
)
from support.matrix.oracle import wire
from support.matrix.reading import samples
from support.matrix.rows import Record
from support.matrix.sending import (
    REFUSED,
    Came,
    Sent,
    by_graphql,
    by_rest,
    in_batch,
    in_mutation,
    several_by_graphql,
    several_by_rest,
)
from support.matrix.worlds import Who
from support.matrix.write_oracle import fits, permission, removed
from support.matrix.write_worlds import WritingWorld
from twofold.events import Event
from twofold.idempotency import IdempotencyKey
from twofold.identity.models import User
from twofold.insert import default_of
from twofold.spec import FieldSpec, NestedOperation, RelationSpec, ResourceSpec

__all__ = ["WAYS"]

Send: TypeAlias = Callable[[], Awaitable[Came]]
Cases: TypeAlias = Callable[[WritingWorld, ResourceSpec], "Iterator[Any] | Sequence[Any]"]
Differs: TypeAlias = Callable[[WritingWorld, Who, ResourceSpec, Any], Awaitable[str | None]]

NO_KEYS = ("no-id", "00000000-0000-7000-8000-000000000000")
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

    @property
    def answer(self) -> str:
        """The answer, and the effects, as text in which only what must be the same is the same."""
        return json.dumps([self.came.code, self.came.wrong, self.told], indent=1)


async def _tried(world: WritingWorld, face: str, *sends: Send) -> tuple[Tried, list[Came]]:
    """What the last of some requests answered, and what came of all; all answers as they are compared."""
    came = []
    async with undone(world.engine):
        for send in sends:
            came.append(await send())
        found = await effects(world.engine)
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
    row = _row(world, spec, str(sent.key))
    given = [(spec.fields[name].column.name, value) for name, value in (sent.input or {}).items() if name in spec.fields]
    return any(wire(row[name]) != value for name, value in given)


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
            found[name_of(each)] = [] if is_link else wire(default_of(each.column))  # type: ignore[union-attr]
    return found


async def twice(world: WritingWorld, who: Who, spec: ResourceSpec, sent: Sent) -> str | None:
    """A change that comes again with its idempotency key, by the other face."""
    rest = lambda: by_rest(world, who, sent, KEY)  # noqa: E731
    graphql = lambda: by_graphql(world, who, sent, KEY)  # noqa: E731
    once, _ = await _tried(world, "rest", rest)
    by_graphql_again, one = await _tried(world, "rest", rest, graphql)
    by_rest_again, other = await _tried(world, "graphql", graphql, rest)
    if any(each != once.came for each in (*one, *other)):
        return f"once: {once.came}; then: {one} and {other}"
    first = [line.replace("this request", "") for line in once.told]
    for again in (by_graphql_again, by_rest_again):
        told = [line.replace("this request", "") for line in again.told]
        if told != first:
            return f"once: {[each for each in first if each not in told]}; twice: {[x for x in told if x not in first]}"
    return _judged(world, who, sent, once, once)


def _row_named(sent: Sent) -> object:
    """The row that a change names, by its key or by what is unique; nothing that another one could name too."""
    if sent.action == "upsert":
        return tuple(str((sent.input or {}).get(each.name)) for each in sent.spec.natural_key)
    return id(sent) if sent.key is None else sent.key


@dataclass(frozen=True)
class Several:
    """Changes of one sort that are sent together."""

    items: tuple[Sent, ...]
    atomic: bool = True

    def __str__(self) -> str:
        return f"{'' if self.atomic else 'not atomic: '}{'; '.join(map(str, self.items))}"

    @property
    def is_of_one_row(self) -> bool:
        """Whether two of them are of the same row, so that what comes of one depends on the other."""
        named = [_row_named(each) for each in self.items]
        return len(set(named)) < len(named)


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
    codes = [world.refusals.code(each, who.actor) for each in given.items]
    came = tried.came
    failed = {int(path.split(".")[0]) for path, _ in came.wrong}
    for index, code in enumerate(codes):
        told = [found for path, found in came.wrong if path.split(".")[0] == str(index)]
        if first_only and failed and index > min(failed):
            break
        if index and who.actor and world.refusals.depends_on_others(given.items[0].spec, given.items[0].action, who.actor):
            break  # the first change may have been of what decides about the others
        if code is None and any(each in BY_RULE for each in told):
            return f"both: {came}; the oracle knows no reason for {index}"
        is_told = bool(told) if code in (REFUSED, "forbidden") else code in told
        if code is not None and not is_told:
            return f"both: {came}; the oracle: {code} for {index}"
    if given.atomic and failed:
        return f"refused, but: {tried.told}" if tried.effects or came.code != REFUSED else None
    return _untold(world, who, given.items[0].spec, tried.effects)


async def batched(world: WritingWorld, who: Who, spec: ResourceSpec, given: Several) -> str | None:
    """`POST /batch`, and the fields of one mutation that is done as a whole."""
    rest, _ = await _tried(world, "rest", lambda: in_batch(world, who, given.items))
    graphql, _ = await _tried(world, "graphql", lambda: in_mutation(world, who, given.items))
    return _apart(rest, graphql) or _items_judged(world, who, given, rest, first_only=True)


# -- what there is to write --------------------------------------------------------------------------------------


def targets(world: WritingWorld, spec: ResourceSpec, action: str, most: int = 4) -> list[str]:
    """Keys of rows that each actor may, sees only, or does not see; for restoring, also of some that are not gone."""
    known = world.targets.get((spec.plural, action, most))
    if known is None:
        known = world.targets[spec.plural, action, most] = _targets(world, spec, action, most)
    return known


def _targets(world: WritingWorld, spec: ResourceSpec, action: str, most: int) -> list[str]:
    rule = spec.rule(permission(action))
    assert rule is not None

    def sort_of(row: Record, actor: Any) -> object:
        return (removed(spec, row), world.holds(spec.resource.read, spec, row, actor),
                world.holds(rule, spec, row, actor))  # fmt: skip

    return [str(row[spec.pk.name]) for row in covering(world, world.notable(spec), sort_of, most)]


def _row(world: WritingWorld, spec: ResourceSpec, key: str) -> Record:
    return world.oracle.rows.by_key[spec.table.model][UUID(key)]


def _version(world: WritingWorld, spec: ResourceSpec, key: str | None) -> str | None:
    """What a change must say where it must say of which version it is."""
    version = spec.table.version
    if key is None or version is None or not spec.resource.require_version:
        return None
    return f'"{_row(world, spec, key)[version.name]}"'


def patch_of(world: WritingWorld, spec: ResourceSpec, key: str, given: Mapping[str, Any]) -> Sent:
    """Returns a change of a row."""
    return Sent(spec=spec, action="patch", key=key, input=given, if_match=_version(world, spec, key))


def creations(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """New rows like those that are there, whole and with the least that an input must say."""
    if spec.rule("create") is None:
        return
    for sent in world.known_good(spec, "create"):
        yield sent
        least = {name: value for name, value in (sent.input or {}).items()
                 if fits(world, spec, "create", {each: v for each, v in (sent.input or {}).items() if each != name})
                 is None}  # fmt: skip
        if fits(world, spec, "create", least) is not None:
            yield replace(sent, input=least)
    for row in samples(world, spec, 3):
        given = fresh(world, spec, copied(world, spec, row, "create"), number=3)
        if fits(world, spec, "create", given) is not None:
            yield Sent(spec=spec, action="create", input=given)
    yield from _of_oneself(world, spec)


def _of_oneself(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """New rows that say of each actor what others say of somebody: nobody becomes an owner by saying so."""
    people = dict.fromkeys(who.actor.user_id for who in world.actors.values() if who.actor and who.actor.user_id)
    for each in settable(spec, "create"):
        if isinstance(each, RelationSpec) or not _is_of_a_user(each):
            continue
        for sent in world.known_good(spec, "create"):
            for user in people:
                given = {**(sent.input or {}), each.name: str(user)}
                if fits(world, spec, "create", given) is not None:
                    yield replace(sent, input=given)


def _is_of_a_user(each: FieldSpec) -> bool:
    """Whether a field says which user a row is about; applications without accounts have such without a reference."""
    if each.relation is not None:
        return each.relation.target.table.model is User
    return each.column.kind.name == "id" and each.name == "user_id"


def base_of(world: WritingWorld, spec: ResourceSpec) -> dict[str, Any] | None:
    """Returns an input of which a new row can be made."""
    known = world.known_good(spec, "create")
    return dict(known[0].input or {}) if known else None


def fields_of_new_rows(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Each field that a new row may be given, with another value."""
    base = base_of(world, spec)
    if spec.rule("create") is None or base is None or not samples(world, spec, 1):
        return
    for each in settable(spec, "create"):
        for value in new_values(world, spec, each, samples(world, spec, 3)[-1], "create")[:2]:
            given = {**base, name_of(each): value}
            if fits(world, spec, "create", given) is not None:
                yield Sent(spec=spec, action="create", input=given)


def patches(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Each writable field by itself, of rows that are one's own, seen, and hidden; nothing; and all as it is."""
    if spec.rule("update") is None:
        return
    for key in targets(world, spec, "patch"):
        row = _row(world, spec, key)
        for each in settable(spec, "patch"):
            for value in new_values(world, spec, each, row, "patch")[:2]:
                given = {name_of(each): value}
                if fits(world, spec, "patch", given) is not None:
                    yield patch_of(world, spec, key, given)
        yield patch_of(world, spec, key, {})
        same = copied(world, spec, row, "patch")
        if fits(world, spec, "patch", same) is not None:
            yield patch_of(world, spec, key, same)


def replacements(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Rows replaced by what they are, by the least that must be said, and with each field that has its own rule."""
    if spec.rule("update") is None:
        return
    for key in targets(world, spec, "replace"):
        whole = copied(world, spec, _row(world, spec, key), "replace")
        other = fresh(world, spec, whole, "replace", 5)
        least = {name: value for name, value in whole.items()
                 if fits(world, spec, "replace", {each: v for each, v in whole.items() if each != name}) is None}  # fmt: skip
        guarded = [
            {**whole, name_of(each): value}
            for each in settable(spec, "replace")
            if each.declared.write is not True
            for value in new_values(world, spec, each, _row(world, spec, key), "patch")[:1]
        ]
        for given in (whole, other, least, *guarded):
            if fits(world, spec, "replace", given) is not None:
                yield replace(patch_of(world, spec, key, given), action="replace")


def upserts(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Rows that are there, with one field changed, and new ones."""
    if not spec.natural_key:
        return
    for key in targets(world, spec, "patch", 5):
        row = _row(world, spec, key)
        whole = copied(world, spec, row, "create")
        named = {each.name for each in spec.natural_key}
        for each in [each for each in settable(spec, "create") if name_of(each) not in named][:3]:
            for value in new_values(world, spec, each, row, "create")[:1]:
                given = {**whole, name_of(each): value}
                if fits(world, spec, "upsert", given) is not None:
                    yield Sent(spec=spec, action="upsert", input=given)
    for sent in world.known_good(spec, "create"):
        yield replace(sent, action="upsert")


def deletions(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Rows that one may delete, sees only, or does not see; and some to which nothing refers."""
    if spec.rule("delete") is None:
        return
    keys = dict.fromkeys(targets(world, spec, "delete"))
    keys |= dict.fromkeys(str(each.key) for each in world.known_good(spec, "delete"))
    for key in keys:
        yield Sent(spec=spec, action="delete", key=key, if_match=_version(world, spec, key))


def restorations(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Rows that were deleted, and some that were not."""
    if spec.removed_at is not None:
        yield from world.known_good(spec, "restore")
        for key in targets(world, spec, "restore", 6):
            yield Sent(spec=spec, action="restore", key=key)


def deeds(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Every declared action with whatever it takes, of rows for which somebody can do it, and of others."""
    for name, declared in spec.actions.items():
        yield from world.known_good(spec, name)
        for given, flaw in action_inputs(world, declared):
            keys: Sequence[str | None] = [None] if declared.creates else targets(world, spec, name)
            for key in keys:
                yield Sent(spec=spec, action=name, key=key, input=given, flaw=flaw)


def wrong_inputs(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """For each field, values that it may not have; a field that there is not, and one that is missing."""
    base = base_of(world, spec)
    if spec.rule("create") is not None and base is not None:
        for each in settable(spec, "create"):
            for value, flaw in misfits(world, spec, each, "create"):
                yield Sent(spec=spec, action="create", input={**base, name_of(each): value}, flaw=flaw)
            rest = {name: value for name, value in base.items() if name != name_of(each)}
            if fits(world, spec, "create", rest) is None:
                yield Sent(spec=spec, action="create", input=rest, flaw="shape")
        yield Sent(spec=spec, action="create", input={**base, "no_such_field": 1}, flaw="shape")
    if spec.rule("update") is not None:
        for key in targets(world, spec, "patch", 2):
            for each in settable(spec, "patch"):
                for value, flaw in misfits(world, spec, each, "patch"):
                    yield replace(patch_of(world, spec, key, {name_of(each): value}), flaw=flaw)


def duplicates(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """What must be unique, as another row has it."""
    for names in unique_sets(spec):
        base = base_of(world, spec)
        for other in samples(world, spec, 3):
            taken = {name: wire(other[name]) for name in names if name in spec.fields}
            if spec.rule("create") is not None and base is not None and fits(world, spec, "create", {**base, **taken}):
                yield Sent(spec=spec, action="create", input={**base, **taken})
            if spec.rule("update") is None or not fits(world, spec, "patch", taken):
                continue
            for key in targets(world, spec, "patch", 3):
                if key != str(other[spec.pk.name]):
                    yield patch_of(world, spec, key, taken)


def references(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Each reference to a row that few see, to one that was deleted, and to none at all."""
    base = base_of(world, spec)
    for each in spec.writable:
        relation = each if isinstance(each, RelationSpec) else each.relation
        if relation is None:
            continue
        rows = samples(world, relation.target, 8)
        rows = [*rows[:2], *[row for row in world.oracle.rows.of(relation.target.table.model)
                             if removed(relation.target, row)][:1]]  # fmt: skip
        for key in (*(str(row[relation.target.pk.name]) for row in rows), NO_KEYS[1]):
            given = {name_of(each): [key] if isinstance(each, RelationSpec) else key}
            if spec.rule("create") is not None and base is not None and each in [*settable(spec, "create")]:
                yield Sent(spec=spec, action="create", input={**base, **given})
            if spec.rule("update") is not None and each in [*settable(spec, "patch")]:
                for target in targets(world, spec, "patch", 2):
                    yield patch_of(world, spec, target, given)


def versions(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Changes of a version that is the row's, and of others."""
    version = spec.table.version
    offered = [name for name in ("patch", "replace", "delete") if spec.rule(permission(name)) is not None]
    offered += [name for name, declared in spec.actions.items() if not declared.creates and declared.input is None][:2]
    for action in offered:
        good = [str(each.key) for each in world.known_good(spec, action)][:1]
        for key in dict.fromkeys([*good, *targets(world, spec, action, 2)]):
            now = 1 if version is None else _row(world, spec, key)[version.name]
            if action in ("patch", "replace"):
                given: Any = copied(world, spec, _row(world, spec, key), "replace")
                if fits(world, spec, action, given) is None:
                    continue
            else:
                given = None
            for said in (f'"{now}"', f'"{now + 1}"', f'"{now}-abc"', "*", "nonsense", None):
                yield Sent(spec=spec, action=action, key=key, input=given, if_match=said)


def nowhere(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Ids that no row has."""
    offered = [name for name in ("patch", "delete") if spec.rule(permission(name)) is not None]
    offered += ["restore"] if spec.removed_at is not None else []
    for action in (*offered, *(name for name, declared in spec.actions.items() if not declared.creates)):
        given: Any = {} if action == "patch" else None
        if action in spec.actions:
            given = action_inputs(world, spec.actions[action])[0][0]
        for key in NO_KEYS:
            yield Sent(spec=spec, action=action, key=key, input=given)


def repeated(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Changes that somebody can make, and some that not, to be sent twice; where keys are kept."""
    if IdempotencyKey not in world.engine.tables:
        return
    yield from world.known_good(spec, "create")
    yield from [*upserts(world, spec)][:2]
    for action in ("delete", "restore", *spec.actions):
        yield from world.known_good(spec, action)[:2]
    if spec.rule("update") is not None:
        for key in targets(world, spec, "patch", 3):
            each = next((each for each in settable(spec, "patch") if each.declared.write is True), None)
            values = [] if each is None else new_values(world, spec, each, _row(world, spec, key), "patch")
            if each is not None and values:
                yield patch_of(world, spec, key, {name_of(each): values[0]})


# -- several -----------------------------------------------------------------------------------------------------


def _both(*items: Sent) -> Iterator[Several]:
    yield Several(items)
    yield Several(items, atomic=False)


def arrays(world: WritingWorld, spec: ResourceSpec) -> Iterator[Several]:
    """Two or three changes of one sort: of rows that not the same actors may change, with one that cannot be."""
    yield from _new_rows_together(world, spec)
    if spec.rule("update") is not None:
        keys = targets(world, spec, "patch", 5)
        for each in [each for each in settable(spec, "patch")][:5]:
            items = [one for key in keys for one in _one_patch(world, spec, each, key)]
            for pair in zip(items, items[1:], strict=False):
                yield from _both(*pair)
            if items:
                yield from _both(items[0], replace(items[0], key=NO_KEYS[1]))
    if spec.rule("delete") is not None:
        keys = [*dict.fromkeys([*(str(each.key) for each in world.known_good(spec, "delete")),
                                *targets(world, spec, "delete")])]  # fmt: skip
        for one, other in zip(keys, keys[1:], strict=False):
            yield from _both(*(Sent(spec=spec, action="delete", key=key) for key in (one, other)))
        yield from _both(*(Sent(spec=spec, action="delete", key=key) for key in (*keys[:1], NO_KEYS[1])))
    if spec.natural_key:
        changed = [*upserts(world, spec)]
        for one, other in zip(changed, changed[-1:] + changed[1:], strict=False):
            yield from _both(one, other)


def _one_patch(world: WritingWorld, spec: ResourceSpec, each: Any, key: str) -> list[Sent]:
    for value in new_values(world, spec, each, _row(world, spec, key), "patch")[:1]:
        if fits(world, spec, "patch", {name_of(each): value}) is not None:
            return [Sent(spec=spec, action="patch", key=key, input={name_of(each): value})]
    return []


def _new_rows_together(world: WritingWorld, spec: ResourceSpec) -> Iterator[Several]:
    if spec.rule("create") is None:
        return
    for sent in creations(world, spec):
        given = dict(sent.input or {})
        for number in (2, 1):  # the second time, what must be unique is there already
            other = replace(sent, input=fresh(world, spec, given, number=number))
            if fits(world, spec, "create", other.input) is not None:
                yield from _both(sent, other)


def batches(world: WritingWorld, spec: ResourceSpec) -> Iterator[Several]:
    """One change alone, and two of the same sort, one after another."""
    lists = [creations, deletions, restorations, upserts, versions]
    lists.append(lambda world, spec: (each for each in patches(world, spec) if each.input))
    lists.append(lambda world, spec: (each for each in deeds(world, spec) if each.flaw is None))
    for make in lists:
        by_action: dict[str, list[Sent]] = {}
        for each in make(world, spec):
            if each.action != "replace" and all(each != other for other in by_action.get(each.action, ())):
                by_action.setdefault(each.action, []).append(each)
        for found in by_action.values():
            some = found[:12]
            for one, other in zip(some, [*some[1:], some[0]], strict=True):
                yield Several((one,))
                if not Several((one, other)).is_of_one_row:
                    yield Several((one, other))


# -- nested ------------------------------------------------------------------------------------------------------


def nested_in_new(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """New rows together with rows behind each relation that may be written along."""
    base = base_of(world, spec)
    if spec.rule("create") is None or base is None:
        return
    for sent in world.known_good(spec, "create"):
        for name, relation in spec.nested.items():
            rest = {each: value for each, value in (sent.input or {}).items() if each != relation.key}
            for said in _said(world, relation, None, ("create", "connect")):
                if fits(world, spec, "create", {**rest, name: said}) is not None:
                    yield replace(sent, input={**rest, name: said})


def nested_in_changes(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Changes of rows behind each relation that may be written along, of rows with and without such."""
    if spec.rule("update") is None:
        return
    rule = spec.rule("update")
    assert rule is not None
    for name, relation in spec.nested.items():

        def sort_of(row: Record, actor: Any, name: str = name) -> object:
            has_some = bool(world.oracle.rows.behind(spec.table.model, name, row))
            return (removed(spec, row), world.holds(spec.resource.read, spec, row, actor),
                    world.holds(rule, spec, row, actor), has_some)  # fmt: skip

        for row in covering(world, world.notable(spec), sort_of, 5):
            for said in _said(world, relation, row, ("create", "connect", "update", "disconnect", "delete")):
                if fits(world, spec, "patch", {name: said}) is not None:
                    yield patch_of(world, spec, str(row[spec.pk.name]), {name: said})


def _said(world: WritingWorld, relation: RelationSpec, row: Record | None, operations: Sequence[NestedOperation]
          ) -> Iterator[dict[str, Any]]:  # fmt: skip
    """What an input may say of a relation of a row: each operation by itself, of rows behind it and of others."""
    target, many = relation.target, relation.join.many
    behind = [] if row is None else world.oracle.rows.behind(relation.join.source.model, relation.name, row)
    key = target.pk.name
    others = [each for each in samples(world, target, 6) if not removed(target, each)]
    for operation in operations:
        if not relation.offers(operation):
            continue
        match operation:
            case "create":
                for number, made in enumerate(_made(world, relation)):
                    yield {"create": [made]} if many else {"create": made}
                    if many and number == 0:
                        yield {"create": [made, fresh(world, target, made, number=32)]}
            case "connect":
                for each in (*others[:1], *others[-1:]):
                    yield {"connect": [str(each[key])] if many else str(each[key])}
            case "update":
                for each in (*behind[:2], *others[:1]):
                    for given in _changes_of(world, target, each):
                        yield {"update": [{key: str(each[key]), **given}]} if many else {"update": given}
            case "disconnect" if not many:
                yield {"disconnect": True}
            case _:
                for each in (*behind[:1], *others[-1:]):
                    yield {operation: [str(each[key])]}


def _made(world: WritingWorld, relation: RelationSpec) -> list[dict[str, Any]]:
    """New rows behind a relation, without what leads back."""
    target, pointing = relation.target, relation.pointing
    known = [dict(each.input or {}) for each in world.known_good(target, "create")]
    known += [copied(world, target, row, "create") for row in samples(world, target, 2)]
    made = [fresh(world, target, each, number=31) for each in known[:3]]
    return [{name: value for name, value in each.items() if pointing is None or name != pointing.name} for each in made]


def _changes_of(world: WritingWorld, target: ResourceSpec, row: Record) -> Iterator[dict[str, Any]]:
    """Two changes of a row: the first of its fields that may have another value, and the first with its own rule."""
    kinds = [lambda each: each.declared.write is True, lambda each: each.declared.write is not True]
    for is_kind in kinds:
        for each in filter(is_kind, settable(target, "change")):
            values = new_values(world, target, each, row, "patch")
            if values and values[0] != value_of(world, target, each, row):
                yield {name_of(each): values[0]}
                break


WAYS: Mapping[str, tuple[Cases, Differs]] = {
    "create": (creations, alone),
    "create: one field": (fields_of_new_rows, alone),
    "patch": (patches, alone),
    "replace": (replacements, replaced),
    "upsert": (upserts, alone),
    "delete": (deletions, alone),
    "restore": (restorations, alone),
    "declared action": (deeds, alone),
    "no fitting input": (wrong_inputs, alone),
    "duplicate": (duplicates, alone),
    "reference": (references, alone),
    "version": (versions, lambda world, who, spec, sent: DIFFERS[sent.action == "replace"](world, who, spec, sent)),
    "no such row": (nowhere, alone),
    "sent twice": (repeated, twice),
    "several": (arrays, together),
    "batch": (batches, batched),
    "nested in new": (nested_in_new, alone),
    "nested in change": (nested_in_changes, alone),
}
DIFFERS: Mapping[bool, Differs] = {True: replaced, False: alone}
