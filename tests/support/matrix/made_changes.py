"""What there is to write of a resource, in each way: changes made from declarations, and from the rows that are there.

Rows are chosen with the oracle, so that for each actor there are some that they may change, some that they only see,
and some that they do not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

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
from support.matrix.sending import Sent, Several
from support.matrix.write_oracle import fits, permission, removed
from support.matrix.write_worlds import WritingWorld
from twofold.idempotency import IdempotencyKey
from twofold.identity.models import User
from twofold.spec import ROW_ID, FieldSpec, NestedOperation, RelationSpec, ResourceSpec

NO_KEYS = ("no-id", "00000000-0000-7000-8000-000000000000")
"""Keys of nothing."""


# -- rows to change -------------------------------------------------------------------------------------------------


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


def row_of(world: WritingWorld, spec: ResourceSpec, key: str) -> Record:
    return world.oracle.rows.by_key[spec.table.model][UUID(key)]


def _version(world: WritingWorld, spec: ResourceSpec, key: str | None) -> str | None:
    """What a change must say where it must say of which version it is."""
    version = spec.table.version
    if key is None or version is None or not spec.resource.require_version:
        return None
    return f'"{row_of(world, spec, key)[version.name]}"'


def patch_of(world: WritingWorld, spec: ResourceSpec, key: str, given: Mapping[str, Any]) -> Sent:
    """Returns a change of a row."""
    return Sent(spec=spec, action="patch", key=key, input=given, if_match=_version(world, spec, key))


def creations(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """New rows like those that are there, whole and with the least that an input must say."""
    if spec.rule("create") is None:
        return
    for sent in world.known_good(spec, "create"):
        yield sent
        least = _least(world, spec, "create", sent.input or {})
        if fits(world, spec, "create", least) is not None:
            yield replace(sent, input=least)
    for row in samples(world, spec, 3):
        given = fresh(world, spec, copied(world, spec, row, "create"), number=3)
        if fits(world, spec, "create", given) is not None:
            yield Sent(spec=spec, action="create", input=given)
    yield from _of_oneself(world, spec)


def _least(world: WritingWorld, spec: ResourceSpec, action: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What of an input must be said."""
    without = {name: {each: value for each, value in given.items() if each != name} for name in given}
    return {name: value for name, value in given.items() if fits(world, spec, action, without[name]) is None}


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
        row = row_of(world, spec, key)
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
        whole = copied(world, spec, row_of(world, spec, key), "replace")
        other = fresh(world, spec, whole, "replace", 5)
        least = _least(world, spec, "replace", whole)
        guarded = [
            {**whole, name_of(each): value}
            for each in settable(spec, "replace")
            if each.declared.write is not True
            for value in new_values(world, spec, each, row_of(world, spec, key), "patch")[:1]
        ]
        for given in (whole, other, least, *guarded):
            if fits(world, spec, "replace", given) is not None:
                yield replace(patch_of(world, spec, key, given), action="replace")


def upserts(world: WritingWorld, spec: ResourceSpec) -> Iterator[Sent]:
    """Rows that are there, with one field changed, and new ones."""
    if not spec.natural_key:
        return
    for key in targets(world, spec, "patch", 5):
        row = row_of(world, spec, key)
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
            now = 1 if version is None else row_of(world, spec, key)[version.name]
            if action in ("patch", "replace"):
                given: Any = copied(world, spec, row_of(world, spec, key), "replace")
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
            values = [] if each is None else new_values(world, spec, each, row_of(world, spec, key), "patch")
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
        for each in [*settable(spec, "patch")][:5]:
            items = [one for key in keys for one in _one_patch(world, spec, each, key)]
            for pair in pairwise(items):
                yield from _both(*pair)
            if items:
                yield from _both(items[0], replace(items[0], key=NO_KEYS[1]))
    if spec.rule("delete") is not None:
        keys = [*dict.fromkeys([*(str(each.key) for each in world.known_good(spec, "delete")),
                                *targets(world, spec, "delete")])]  # fmt: skip
        for pair in pairwise(keys):
            yield from _both(*(Sent(spec=spec, action="delete", key=key) for key in pair))
        yield from _both(*(Sent(spec=spec, action="delete", key=key) for key in (*keys[:1], NO_KEYS[1])))
    if spec.natural_key:
        changed = [*upserts(world, spec)]
        for one, other in zip(changed, changed[-1:] + changed[1:], strict=False):
            yield from _both(one, other)


def _one_patch(world: WritingWorld, spec: ResourceSpec, each: Any, key: str) -> list[Sent]:
    for value in new_values(world, spec, each, row_of(world, spec, key), "patch")[:1]:
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
    target = relation.target
    behind = [] if row is None else world.oracle.rows.behind(relation.join.source.model, relation.name, row)
    others = [each for each in samples(world, target, 6) if not removed(target, each)]
    for operation in operations:
        if not relation.offers(operation, new=row is None):
            continue
        for values in _values_of(world, relation, operation, behind, others):
            if relation.join.many:
                yield {operation: values}
            else:
                yield {operation: values[0]}


def _values_of(world: WritingWorld, relation: RelationSpec, operation: NestedOperation, behind: Sequence[Record],
               others: Sequence[Record]) -> Iterator[list[Any]]:  # fmt: skip
    """What an operation may be done with: lists, of which a relation to one takes the only value."""
    target, many = relation.target, relation.join.many
    key = target.pk.name
    match operation:
        case "create":
            made = _made(world, relation)
            yield from ([each] for each in made)
            if many and made:
                yield [made[0], fresh(world, target, made[0], number=32)]
        case "connect":
            yield from ([str(each[key])] for each in (*others[:1], *others[-1:]))
        case "update":
            for each in (*behind[:2], *others[:1]):
                named = {ROW_ID: str(each[key])} if many else {}
                yield from ([{**named, **given}] for given in _changes_of(world, target, each))
        case "disconnect" if not many:
            yield [True]
        case _:
            yield from ([str(each[key])] for each in (*behind[:1], *others[-1:]))


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
