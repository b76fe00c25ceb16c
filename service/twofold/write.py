"""The story of a write: authorise, validate, one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from uuid import UUID

from tortoise import Model

from twofold.actor import Actor
from twofold.audit import INSIDE, Difference, Origin, difference, entry
from twofold.condition import ALWAYS, NEVER, Condition
from twofold.constraints import VIOLATIONS, refusal
from twofold.decide import decide
from twofold.errors import FieldError, Forbidden, Invalid, NotFound, Unauthenticated
from twofold.events import Event, event
from twofold.fields import new_id
from twofold.idempotency import claim, complete, fingerprint
from twofold.insert import NEW_KEY, complete_row, default_of, insert
from twofold.policy import condition_of
from twofold.references import check_references
from twofold.resource import hooked
from twofold.rules import Rule
from twofold.spec import RelationSpec, ResourceSpec
from twofold.sql import select_allowed
from twofold.tables import Table

if TYPE_CHECKING:
    from twofold.engine import Engine
    from twofold.inputs import InputForm

__all__ = ["Change", "Key", "Write", "write"]

HAPPENED = {"create": "created", "replace": "updated", "patch": "updated", "delete": "deleted"}
"""What an event says of an action."""

Key: TypeAlias = UUID | int
"""A primary key."""


@dataclass(frozen=True, kw_only=True)
class Write:
    """A change that a face asks for. `input` is JSON text or a mapping of JSON values; `id` is as it came."""

    resource: ResourceSpec
    action: Literal["create", "replace", "patch", "delete"]
    id: str | int | None = None
    input: Mapping[str, Any] | bytes = field(default_factory=dict)
    origin: Origin = INSIDE
    idempotency_key: str | None = None

    @property
    def permission(self) -> Literal["create", "update", "delete"]:
        """The rule and scope that the change falls under."""
        if self.action == "create" or self.action == "delete":  # narrows the type
            return self.action
        return "update"


@dataclass(kw_only=True)
class Change:
    """A change under way, as a resource's hooks see it. `before_write` may alter `values`."""

    actor: Actor
    action: Literal["create", "replace", "patch", "delete"]
    id: Key | None
    """None on a new row until it is written, where the database makes the key."""
    values: dict[str, Any]
    before: Any = None
    """The row as it was, as an instance of the model; None for a new one."""

    def value(self, name: str) -> Any:
        """Returns a column's value as it will be, or, where the change leaves it alone, as it is."""
        return self.values[name] if name in self.values else getattr(self.before, name, None)

    def refuse(self, name: str, code: str, message: str) -> Invalid:
        """Returns the error that refuses the value of one field; raise it."""
        return Invalid(field_errors=[FieldError(path=(name,), code=code, message=message)])


async def write(engine: Engine, actor: Actor, request: Write) -> Key:
    """Makes the change, in one transaction, and returns the key of its row.

    Raises:
        Unauthenticated: visitors may not do that at all.
        Forbidden: the actor may see the row but not do that, or not set one of the fields.
        NotFound: there is no such row, or the actor may not see it.
        Malformed, Invalid: the input is not JSON, or fields do not fit.
        Conflict: it contradicts what is stored.
    """
    rule = _offered(request, actor)
    values: dict[str, Any] = {}
    if request.action != "delete":
        values = engine.inputs.parse(request.resource, _form(request), request.input)
    key = _new_key(request.resource) if request.action == "create" else parse_key(request.resource, request.id)
    change = Change(actor=actor, action=request.action, id=key, values=values)
    writing = _Writing(engine, request.resource, change, rule, frozenset(values), request.origin)
    try:
        if request.idempotency_key is None and writing.is_one_statement:
            with engine.database.use():  # a statement is a transaction by itself
                await writing.run()
        else:
            async with engine.database.transaction():
                await _once(writing, request)
    except VIOLATIONS as error:
        raise refusal(error, request.resource, deleting=request.action == "delete") from None
    assert change.id is not None  # noqa: S101  # it was written
    return change.id


async def _once(writing: _Writing, request: Write) -> None:
    """Makes the change, unless its idempotency key says that it was made before."""
    key, change = request.idempotency_key, writing.change
    if key is None:
        return await writing.run()
    print_ = fingerprint(request.resource.plural, request.action, request.id, change.values)
    known = await claim(writing.engine.database, change.actor, key, print_)
    if known is not None:
        change.id = parse_key(request.resource, known)
        return None
    await writing.run()
    return await complete(change.actor, key, change.id)


def _new_key(spec: ResourceSpec) -> UUID | None:
    return None if spec.pk.column.made_by_database else new_id()


def parse_key(spec: ResourceSpec, text: object) -> Any:
    """Returns a primary key from its text.

    Raises:
        NotFound: no row can have such a key.
    """
    try:
        return spec.pk.column.kind.adapter.validate_python(text)
    except ValueError:
        raise NotFound(f"There is no {spec.singular.replace('_', ' ')} with this id, or you may not see it.") from None


def _form(request: Write) -> InputForm:
    return "patch" if request.action == "delete" else request.action


def _offered(request: Write, actor: Actor) -> Rule:
    """Returns the rule the change falls under, when it can admit anything at all for the actor."""
    spec, permission = request.resource, request.permission
    rule = spec.rule(permission)
    if rule is None:
        raise Forbidden(f"Nobody can {permission} {spec.plural.replace('_', ' ')} here.")
    scope = f"{spec.plural}:{permission}"
    if not actor.allows(scope):
        raise Forbidden(f"This needs the scope {scope}, which your token or key does not have.")
    if condition_of(rule, spec.table, actor, []) == NEVER:
        if actor.is_anonymous:
            raise Unauthenticated(f"Sign in to {permission} {spec.plural.replace('_', ' ')}.")
        raise Forbidden(hint=rule.reason)
    return rule


@dataclass
class _Writing:
    """One change inside its transaction."""

    engine: Engine
    spec: ResourceSpec
    change: Change
    rule: Rule
    sent: frozenset[str]
    """What the client set, for the rules of single fields; hooks may set more."""
    origin: Origin

    @property
    def is_one_statement(self) -> bool:
        """Whether all that is written is, and nothing is asked of the database after it."""
        spec = self.spec
        return (
            self.change.action == "create"
            and self.engine.dialect.writes_many_tables
            and not hooked(spec.resource)
            and not any(each.key in self.change.values for each in spec.links)
            and None not in self._held
        )

    async def run(self) -> None:
        change = self.change
        if change.action != "create":
            await self._require()
            change.before = await self._model.get(pk=change.id)
        await check_references(self.engine, change.actor, self.spec, change.values)
        if change.action == "replace":
            self._complete()
        await self.spec.resource.before_write(change)
        # What the application's audit says of it is asked while the row is still there.
        own = await self.spec.resource.audit_columns(change) if self.engine.application.audit else {}
        # The rules must hold for the new row as well, or one could give a product to another vendor.
        decided = change.action == "delete" or self._decided()
        await self._apply(own)
        if not decided:
            await self._require(written=True)
        await self.spec.resource.after_write(change)

    # -- rules --------------------------------------------------------------------------------------------------

    async def _require(self, *, written: bool = False) -> None:
        """Checks that the rules hold for the row as it is now, and unless it was just written, that it is visible."""
        policy = self.engine.policies.of(self.change.actor)
        tests, values = self._tests(policy.values)
        visible = ALWAYS if written else policy.visible(self.spec.table)
        statement = select_allowed(self.spec.table, tests, visible, self.engine.dialect, lock=not written)
        rows = await self.engine.database.fetch(statement.text, statement.bind([self.change.id], values))
        if not rows:
            raise NotFound(f"There is no {self._noun} with this id, or you may not see it.")
        self._refuse_unless([bool(test) for test in list(rows[0])[1:]])

    def _decided(self) -> bool:
        """Whether the rules are known to hold for a new row before it is written.

        Raises:
            Forbidden: they are known not to hold.
        """
        if None in self._held:
            return False
        self._refuse_unless(self._held)
        return True

    @cached_property
    def _held(self) -> list[bool | None]:
        """Of each rule, whether it holds for the new row; None where only the database can tell."""
        tests, values = self._tests(())
        return [decide(test, self._row, values) if self.change.action == "create" else None for test in tests]

    def _tests(self, values: Sequence[Any]) -> tuple[tuple[Condition, ...], list[Any]]:
        """The rules that a change falls under, as conditions; what they compare with comes after `values`."""
        compared = list(values)
        rules = [self.rule, *(rule for _, rule in self._field_rules)]
        tests = [condition_of(rule, self.spec.table, self.change.actor, compared) for rule in rules]
        return tuple(tests), compared

    def _refuse_unless(self, held: Sequence[bool | None]) -> None:
        if not held[0]:
            raise Forbidden(hint=self.rule.reason)
        for (name, rule), holds in zip(self._field_rules, held[1:], strict=True):
            if not holds:
                raise Forbidden(f"You may not set {name} of this {self._noun}.", hint=rule.reason)

    @cached_property
    def _field_rules(self) -> list[tuple[str, Rule]]:
        rules: list[tuple[str, Rule]] = []
        for each in self.spec.writable:
            name = each.key if isinstance(each, RelationSpec) else each.name
            who = each.declared.write
            if self.change.action == "create":
                who = each.declared.create or who
            if name in self.sent and isinstance(who, Rule):
                rules.append((name, who))
        return rules

    # -- rows ---------------------------------------------------------------------------------------------------

    def _complete(self) -> None:
        """Gives the fields that a replacement leaves out their defaults; those under a rule of their own stay."""
        for each in self.spec.writable:
            if each.declared.write is not True:
                continue
            if isinstance(each, RelationSpec):
                self.change.values.setdefault(each.key, [])
            elif each.name not in self.change.values:
                self.change.values[each.name] = default_of(each.column)

    async def _apply(self, own: Mapping[str, Any]) -> None:
        """Writes the row, and what is told of it; nothing at all when it is so already."""
        change, database = self.change, self.engine.database
        match change.action:
            case "create":
                await self._insert(own)
            case "delete":
                await self._model.filter(pk=change.id).delete()
                await insert(database, self._told(difference(self.spec, self._before, None, {}), own))
            case _:
                changes = await self._update()
                if changes:
                    await insert(database, self._told(changes, own))

    async def _insert(self, own: Mapping[str, Any]) -> None:
        """Writes a new row: together with what is told of it, unless it is linked, for which it must be there."""
        spec = self.spec
        first = [(spec.table, self._row)]
        if any(each.key in self.change.values for each in spec.links):
            await self._write_new(first)
            first = []
        changes = difference(spec, None, self._row, await self._link())
        await self._write_new([*first, *self._told(changes, own)])

    async def _write_new(self, rows: Sequence[tuple[Table, dict[str, Any]]]) -> None:
        key = await insert(self.engine.database, rows)
        if self.change.id is None:
            self.change.id = key

    @cached_property
    def _row(self) -> dict[str, Any]:
        """The new row; where the database makes its key, without it."""
        key = {} if self.change.id is None else {self.spec.table.pk.name: self.change.id}
        return complete_row(self.spec.table, self._of_columns() | key)

    def _told(self, changes: Difference, own: Mapping[str, Any]) -> list[tuple[Table, dict[str, Any]]]:
        """The event, and the audit's entry where the application keeps one, as rows."""
        change, tables, audit = self.change, self.engine.tables, self.engine.application.audit
        row_id = NEW_KEY if change.id is None else str(change.id)
        happened = event(self.spec.plural, HAPPENED[change.action], row_id, change.actor.user_id, changes)
        rows = [(tables[Event], complete_row(tables[Event], happened))]
        if audit is not None:
            said = entry(self.spec, change.action, row_id, change.actor, self.origin, changes)
            rows.append((tables[audit], complete_row(tables[audit], {**said, **own})))
        return rows

    async def _update(self) -> Difference:
        links = await self._link()
        before, values = self._before, self._of_columns()
        values = {name: value for name, value in values.items() if before[name] != value}
        if not values and not links:
            return {}
        values |= {column.name: datetime.now(UTC) for column in self.spec.table.columns.values() if column.touched}
        if values:
            await self._model.filter(pk=self.change.id).update(**values)
        return difference(self.spec, before, before | values, links)

    @property
    def _before(self) -> dict[str, Any]:
        """The row's columns as they were."""
        return {name: getattr(self.change.before, name) for name in self.spec.table.columns}

    async def _link(self) -> Difference:
        """Writes the many-to-many relations that were sent, and returns which keys changed."""
        changes: dict[str, Mapping[str, Any]] = {}
        for each in self.spec.links:
            keys = self.change.values.get(each.key)
            if keys is None:
                continue
            row = self._model(**{self.spec.table.pk.name: self.change.id})
            row._saved_in_db = True
            relation = getattr(row, each.name)
            is_new = self.change.action == "create"
            linked = [] if is_new else await relation.all().values_list(each.target.pk.name, flat=True)
            before = sorted(map(str, linked))
            after = sorted({str(key) for key in keys})
            if before == after:
                continue
            if before:
                await relation.clear()
            if keys:
                await relation.add(*await each.target.table.model.filter(pk__in=keys))
            changes[each.key] = {"after": after} if is_new else {"before": before, "after": after}
        return changes

    def _of_columns(self) -> dict[str, Any]:
        columns = self.spec.table.columns
        return {name: value for name, value in self.change.values.items() if name in columns}

    @property
    def _model(self) -> type[Model]:
        return self.spec.table.model

    @property
    def _noun(self) -> str:
        return self.spec.singular.replace("_", " ")
