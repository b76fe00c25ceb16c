"""Whether a change must be refused, worked out from declarations over rows in plain Python.

It says of rules, scopes, references, versions and nested changes what the contract says. What hooks, actions and
constraints refuse it does not know: those answers are compared with each other only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from tortoise import Model
from tortoise.expressions import Q

from support.matrix.oracle import Oracle
from support.matrix.rows import Record, Rows, relation_of, target_of
from support.matrix.sending import REFUSED, Sent
from support.matrix.worlds import World
from twofold.actor import Actor
from twofold.errors import Invalid, Malformed
from twofold.identity.models import User
from twofold.inputs import InputForm
from twofold.resource import Field, Relation
from twofold.rules import Rule
from twofold.spec import ROW_ID, RelationSpec, ResourceSpec

__all__ = ["Refusals", "fits", "permission", "removed"]

PERMISSIONS = {"replace": "update", "patch": "update", "restore": "delete"}
FORMS: Mapping[str, InputForm] = {"create": "create", "upsert": "create", "replace": "replace", "patch": "patch"}


class _Refused(Exception):
    """A change is refused with a code."""

    def __init__(self, code: str) -> None:
        self.code = code


def permission(action: str) -> str:
    """Returns the rule and scope that an action falls under."""
    return PERMISSIONS.get(action, action)


def removed(spec: ResourceSpec, row: Record) -> bool:
    """Returns whether a row was deleted and is kept."""
    name = spec.resource.soft_delete
    return name is not None and row[name] is not None


def fits(world: World, spec: ResourceSpec, action: str, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Returns the values of an input as Python's, or None where it does not fit."""
    try:
        if action in spec.actions:
            return vars(world.engine.inputs.parse_action(spec.actions[action], given or {}))
        return world.engine.inputs.parse(spec, FORMS[action], given or {}) if action in FORMS else {}
    except (Invalid, Malformed):
        return None


class Refusals:
    """Says with which code a change of a world must be refused."""

    def __init__(self, world: World) -> None:
        self.world = world

    def code(self, sent: Sent, actor: Actor | None) -> str | None:
        """Returns the code of the refusal, `invalid` among those that are told as REFUSED; None: rules admit it."""
        if actor is None:
            return "unauthenticated"
        try:
            self._admit(sent.spec, sent.action, actor)
            if sent.flaw is not None:
                return REFUSED
            values = fits(self.world, sent.spec, sent.action, sent.input)
            assert values is not None, sent
            _Change(self.world.oracle, actor).check(sent, values)
        except _Refused as refused:
            return refused.code
        return None

    def depends_on_others(self, spec: ResourceSpec, action: str, actor: Actor) -> bool:
        """Returns whether a row of a resource decides what may be done to another one."""
        rule = spec.rule("update" if action == "upsert" else permission(action))
        rules = [spec.resource.read, *([] if rule is None else [rule])]
        return any(_leads_back(spec.table.model, each.rows(actor)) for each in rules)

    def admitted(self, spec: ResourceSpec, action: str, actor: Actor | None) -> str | None:
        """Returns the code where an actor may not do that to any row at all, or None."""
        if actor is None:
            return "unauthenticated"
        try:
            self._admit(spec, action, actor)
        except _Refused as refused:
            return refused.code
        return None

    def _admit(self, spec: ResourceSpec, action: str, actor: Actor) -> None:
        change = _Change(self.world.oracle, actor)
        if action != "upsert":
            change.admit(spec, action)
            return
        try:
            change.admit(spec, "create")
        except _Refused as refused:
            if refused.code != "forbidden":
                raise
            change.admit(spec, "patch")


class _Change:
    """The refusals of one change by one actor, over the rows as they are when each of its parts is made."""

    def __init__(self, oracle: Oracle, actor: Actor) -> None:
        self.oracle = oracle
        self.actor = actor

    def check(self, sent: Sent, values: Mapping[str, Any]) -> None:
        """Goes through what is checked, in the order in which the contract has it.

        Raises:
            _Refused: it is refused.
        """
        spec, action = sent.spec, sent.action
        if action == "upsert":
            self._upsert(spec, values)
        elif action in spec.actions:
            if spec.actions[action].creates:
                made = _new(spec, values, self.actor)  # what is given under the name of a column is taken for it
                self._held(spec, made, [spec.actions[action].rule])
                return
            self._held(spec, self._row(spec, sent.key, action), [spec.actions[action].rule])
            self._versioned(spec, sent)
        elif action == "create":
            self.create(spec, values, {})
        else:
            row = self._row(spec, sent.key, action)
            rule = spec.rule(permission(action))
            assert rule is not None
            self._held(spec, row, [rule, *self._field_rules(spec, values, creates=False)])
            self._versioned(spec, sent)
            if action in ("patch", "replace"):
                self.change(spec, row, {**_reset(spec), **values} if action == "replace" else values, rule)

    def admit(self, spec: ResourceSpec, action: str) -> None:
        """Checks that it can be done to any row at all."""
        rule = spec.rule(permission(action))
        assert rule is not None, (spec, action)
        if self.actor.scopes is not None and f"{spec.plural}:{permission(action)}" not in self.actor.scopes:
            raise _Refused("forbidden")
        if not self.oracle.ever(rule, self.actor):
            raise _Refused("unauthenticated" if self.actor.is_anonymous else "forbidden")

    # -- rows ---------------------------------------------------------------------------------------------------

    def _row(self, spec: ResourceSpec, key: object, action: str) -> Record:
        """The row that an actor sees; of those that were deleted, the one that they would see."""
        known = _uuid(key)
        if known is None:
            raise _Refused("not_found")
        if not self.oracle.scoped(spec, self.actor):
            raise _Refused("forbidden")
        row = self.oracle.rows.by_key[spec.table.model].get(known)
        if row is None or removed(spec, row) != (action == "restore"):
            raise _Refused("not_found")
        if self.oracle.allowed(spec.resource.read, spec, row, self.actor) is not True:
            raise _Refused("not_found")
        return row

    def _held(self, spec: ResourceSpec, row: Record, rules: Sequence[Rule]) -> None:
        if not all(self.oracle.allowed(rule, spec, row, self.actor) is True for rule in rules):
            raise _Refused("forbidden")

    def _field_rules(self, spec: ResourceSpec, values: Mapping[str, Any], *, creates: bool, known: str = ""
                     ) -> Iterator[Rule]:  # fmt: skip
        nested = {each.key: each for name, each in spec.nested.items() if values.get(name) is not None}
        for each in spec.writable:
            name = each.key if isinstance(each, RelationSpec) else each.name
            who = _who(each.declared, creates=creates)
            if isinstance(who, Rule) and name != known and (name in values or name in nested):
                yield who

    def _versioned(self, spec: ResourceSpec, sent: Sent) -> None:
        version = spec.table.version
        if sent.if_match is None:
            if spec.resource.require_version:
                raise _Refused("precondition_required")
            return
        if sent.if_match == "*":
            return
        if version is None:
            raise _Refused(REFUSED)
        row = self.oracle.rows.by_key[spec.table.model][_uuid(sent.key)]
        if str(row[version.name]) != sent.if_match.strip('"').partition("-")[0]:
            raise _Refused("precondition_failed")

    # -- what is written ----------------------------------------------------------------------------------------

    def create(self, spec: ResourceSpec, values: Mapping[str, Any], given: Mapping[str, Any]) -> Record:
        """Checks a new row and what is nested in it; `given` is the key of the row that it is nested in itself."""
        self.admit(spec, "create")
        own = {**values, **given}
        self._ahead(spec, None, own)
        self._references(spec, {name: value for name, value in own.items() if name not in given})
        row = _new(spec, own, self.actor)
        rule = spec.rule("create")
        assert rule is not None
        self._held(spec, row, [rule, *self._field_rules(spec, values, creates=True)])
        if any(values.get(name) and each.pointing is not None for name, each in spec.nested.items()):
            _Change(_with(self.oracle, spec, row, row), self.actor)._behind(spec, row, values)
        return row

    def change(self, spec: ResourceSpec, row: Record, values: Mapping[str, Any], rule: Rule) -> None:
        """Checks the changes of a row that may be changed, and what is nested in them."""
        own = dict(values)
        self._ahead(spec, row, own)
        self._references(spec, own)
        after = row | {name: value for name, value in own.items() if name in row}
        rules = [rule, *self._field_rules(spec, values, creates=False)]
        if any(_leads_back(spec.table.model, each.rows(self.actor)) for each in rules):
            # Where it is now, a row is no reason why it may be there; where it was before, it is what it becomes.
            there = None if _moved(spec, row, after) else after
            _Change(_with(self.oracle, spec, after, there), self.actor)._held(spec, after, rules)
        else:
            self._held(spec, after, rules)
        self._behind(spec, after, values)

    def _references(self, spec: ResourceSpec, values: Mapping[str, Any]) -> None:
        sent = [
            (relation.target, value if isinstance(value, list) else [value])
            for each in spec.writable
            if (relation := each if isinstance(each, RelationSpec) else each.relation) is not None
            and (value := values.get(each.key if isinstance(each, RelationSpec) else each.name))
        ]
        for target, _ in sent:
            code = self.oracle.refusal(target, self.actor)
            if code is not None:
                raise _Refused(code)
        for target, keys in sent:
            if any(key not in self.oracle.seen(target, self.actor) for key in keys):
                raise _Refused(REFUSED)

    def _upsert(self, spec: ResourceSpec, values: Mapping[str, Any]) -> None:
        sought = {each.name: values.get(each.name) for each in spec.natural_key}
        row = None
        if None not in sought.values():
            if not self.oracle.scoped(spec, self.actor):
                known = [each for each in self.oracle.rows.of(spec.table.model) if _equal(each, sought)]
                if known:
                    raise _Refused("forbidden")
            seen = self.oracle.seen(spec, self.actor).values()
            row = next((each for each in seen if _equal(each, sought)), None)
        if row is None:
            self.create(spec, values, {})
            return
        self._patch(spec, row[spec.pk.name], {})  # who may not change it is told nothing of it
        fixed = [each.name for each in spec.fields.values() if not each.declared.write]
        if any(name in values and values[name] != row[name] for name in fixed):
            raise _Refused(REFUSED)
        rest = {name: value for name, value in values.items() if name not in fixed}
        self._patch(spec, row[spec.pk.name], rest)

    def _patch(self, spec: ResourceSpec, key: Any, values: Mapping[str, Any]) -> None:
        """A change of a row that is part of another change."""
        self.admit(spec, "patch")
        row = self._row(spec, key, "patch")
        rule = spec.rule("update")
        assert rule is not None
        self._held(spec, row, [rule, *self._field_rules(spec, values, creates=False)])
        if spec.resource.require_version:
            raise _Refused("precondition_required")
        self.change(spec, row, values, rule)

    # -- nested -------------------------------------------------------------------------------------------------

    def _ahead(self, spec: ResourceSpec, row: Record | None, values: dict[str, Any]) -> None:
        """Checks what is written before the row, because it points there; what it will point to joins the values."""
        for name, relation in spec.nested.items():
            said = values.get(name)
            if not said or relation.pointing is not None:
                continue
            if relation.join.many:
                self._linked(relation, row, said)
            else:
                self._pointed(relation, row, said, values)

    def _pointed(self, relation: RelationSpec, row: Record | None, said: Mapping[str, Any], values: dict[str, Any]
                 ) -> None:  # fmt: skip
        name, target = relation.join.near.name, relation.target
        [(operation, value)] = said.items()
        match operation:
            case "connect":
                values[name] = value
            case "disconnect":
                values[name] = None
            case "create":
                made = self._child(self.create, target, value, {})
                # The new row must be seen to be referred to, as any other one.
                self.oracle = _with(self.oracle, target, made, made)
                values[name] = made[target.pk.name]
            case _:
                key = None if row is None else row[name]
                if key is None:
                    raise _Refused(REFUSED)
                self._child(self._patch, target, key, value)

    def _linked(self, relation: RelationSpec, row: Record | None, said: Mapping[str, Any]) -> None:
        target = relation.target
        if said.get("connect"):
            if not self.oracle.scoped(target, self.actor):
                raise _Refused("forbidden")
            if any(key not in self.oracle.seen(target, self.actor) for key in said["connect"]):
                raise _Refused(REFUSED)
        for each in said.get("create") or ():
            self._child(self.create, target, each, {})
        there = [] if row is None else self.oracle.rows.behind(relation.join.source.model, relation.name, row)
        self._children(target, said, {each[target.pk.name] for each in there})

    def _behind(self, spec: ResourceSpec, row: Record, values: Mapping[str, Any]) -> None:
        """Checks what is written after the row, because it points to it."""
        for name, relation in spec.nested.items():
            said, pointing = values.get(name), relation.pointing
            if not said or pointing is None:
                continue
            target, key = relation.target, row[spec.pk.name]
            behind = self.oracle.rows.behind(spec.table.model, name, row)
            there = {each[target.pk.name] for each in behind}
            for each in said.get("disconnect") or ():
                self._belongs(each, there)
                self._child(self._patch, target, each, {pointing.name: None})
            self._children(target, said, there)
            for each in said.get("connect") or ():
                self._child(self._patch, target, each, {pointing.name: key})
            for each in said.get("create") or ():
                self._child(self.create, target, each, {pointing.name: key})

    def _children(self, target: ResourceSpec, said: Mapping[str, Any], there: set[Any]) -> None:
        for each in said.get("delete") or ():
            self._belongs(each, there)
            self._child(self._delete, target, each)
        for each in said.get("update") or ():
            key = each[ROW_ID]
            rest = {name: value for name, value in each.items() if name != ROW_ID}
            self._belongs(key, there)
            self._child(self._patch, target, key, rest)

    def _delete(self, target: ResourceSpec, key: Any) -> None:
        self.admit(target, "delete")
        rule = target.rule("delete")
        assert rule is not None
        self._held(target, self._row(target, key, "delete"), [rule])

    def _belongs(self, key: Any, there: set[Any]) -> None:
        if key not in there:
            raise _Refused(REFUSED)

    def _child(self, check: Callable[..., Any], *given: Any) -> Any:
        """A part of the change: what is not there is wrong with the whole one's input."""
        try:
            return check(*given)
        except _Refused as refused:
            raise _Refused(REFUSED if refused.code == "not_found" else refused.code) from None


def _reset(spec: ResourceSpec) -> dict[str, Any]:
    """What a replacement sets of what it does not name: defaults, but for what has rules of its own."""
    known = spec.table.model._meta.fields_map
    names = [each.name for each in spec.fields.values() if each.declared.write is True and each.name in known]
    return {name: known[name].default for name in names if not callable(known[name].default)}


def _who(declared: Field | Relation, *, creates: bool) -> bool | Rule:
    return (declared.create or declared.write) if creates else declared.write


def _uuid(key: object) -> UUID | None:
    try:
        return UUID(str(key))
    except ValueError:
        return None


def _equal(row: Record, sought: Mapping[str, Any]) -> bool:
    return all(row[name] == value for name, value in sought.items())


NEW = UUID(int=0xFFFF)
"""Stands for the key of a new row."""


def _new(spec: ResourceSpec, values: Mapping[str, Any], actor: Actor) -> Record:
    """A new row as it will be: with the model's defaults, and with its writer where hooks fill in whose it is."""
    row: Record = {}
    for name, known in spec.table.model._meta.fields_map.items():
        if name in spec.table.columns:
            row[name] = None if callable(known.default) else known.default
    for name in spec.resource.fills:
        joins = [each for each in spec.table.joins.values() if not each.many and each.near.name == name]
        if any(each.target.model is User for each in joins):
            row[name] = actor.user_id
    row |= {name: value for name, value in values.items() if name in row}
    row[spec.pk.name] = NEW
    return row


def _leads_back(model: type[Model], said: Q | bool) -> bool:
    """Whether a rule looks at other rows of the same model, among which the changed one is then too."""
    if isinstance(said, bool):
        return False
    for path in said.filters:
        here = model
        for step in path.split("__"):
            if relation_of(here, step) is None:
                break
            here = target_of(here, step)
            if here is model:
                return True
    return any(_leads_back(model, each) for each in said.children)


def _moved(spec: ResourceSpec, row: Record, after: Record) -> bool:
    """Whether a change makes a row refer to another one than before."""
    joins = [join.near.name for join in spec.table.joins.values() if join.near is not spec.table.pk]
    return any(row[name] != after[name] for name in joins)


def _with(oracle: Oracle, spec: ResourceSpec, row: Record, there: Record | None) -> Oracle:
    """The same with another row in the place of one, or without it."""
    model, key = spec.table.model, row[spec.pk.name]
    others = {known: each for known, each in oracle.rows.by_key[model].items() if known != key}
    by_key = {**oracle.rows.by_key, model: others if there is None else {**others, key: there}}
    return Oracle(list(oracle.specs.values()), Rows(by_key=by_key, links=oracle.rows.links))
