"""One change inside its transaction: rules, hooks, the row, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tortoise import Model

from twofold.audit import Difference
from twofold.change import Change
from twofold.condition import ALWAYS, Condition, Slot, apart_from
from twofold.decide import EXACT, decide, is_exact
from twofold.errors import Forbidden, NotFound
from twofold.insert import complete_row, default_of
from twofold.links import Links
from twofold.policy import condition_of
from twofold.recorder import Recorder, new_row
from twofold.references import check_references
from twofold.resource import Input, hooked
from twofold.rules import Rule
from twofold.spec import FieldSpec, RelationSpec, ResourceSpec
from twofold.sql import select_allowed, select_foreseen
from twofold.verbs import Verb
from twofold.version import check_version

if TYPE_CHECKING:
    from twofold.engine import Engine

__all__ = ["Writing"]


@dataclass
class Writing:
    """One change, in a transaction that is running, by rules that may still refuse it."""

    engine: Engine
    spec: ResourceSpec
    verb: Verb
    change: Change
    recorder: Recorder
    sent: frozenset[str]
    """What the client set, for the rules of single fields; hooks may set more."""
    expected: str | None = None
    """Of which version the change is; see `check_version`."""
    input: Input | None = None
    """What a declared action takes."""
    known: FieldSpec | None = None
    """The field of a nested change that leads to the row that it is nested in."""
    links: Links = field(default_factory=Links)

    @property
    def is_one_statement(self) -> bool:
        """Whether all that is written is, and nothing is asked of the database after it."""
        return (
            self.verb.name == "create"
            and self.engine.dialect.writes_many_tables
            and not hooked(self.spec.resource)
            and not self._is_linked
            and None not in self._held
        )

    async def begin(self) -> None:
        """Looks the row up and locks it, unless the change makes a new one.

        Raises:
            NotFound: there is no such row, or the actor may not see it.
            Forbidden: the actor may not do that to it, or not set one of the fields.
            PreconditionFailed, PreconditionRequired: it is of another version.
        """
        await self._lock_whole()
        if self.verb.creates:
            return
        await self._require()
        self.change.before = await self._model.get(pk=self.change.id)
        check_version(self.spec, self.change.before, self.expected)

    async def write(self) -> None:
        """Writes the row, once `begin` has admitted it.

        Raises:
            Forbidden: the rule does not hold for the row as it would be.
            Invalid, Conflict: a reference, a hook or an action refuses it.
        """
        change, spec, verb = self.change, self.spec, self.verb
        given = {self.known.name} if self.known is not None else frozenset[str]()
        await check_references(self.engine, change.actor, spec, change.values, given)
        if verb.action is not None:
            await verb.action.run(spec.resource, change, *([] if verb.action.input is None else [self.input]))
        else:
            if verb.name == "replace":
                self._complete()
            await spec.resource.before_write(change)
        decided = not verb.binds_result or self._decided() or await self._foreseen()
        await self._apply()
        if not decided:
            await self._require(written=True)

    async def end(self) -> None:
        """Does what the resource wants to follow from the change."""
        if self.verb.action is None:
            await self.spec.resource.after_write(self.change)

    async def _lock_whole(self) -> None:
        """Locks the row that this one is a part of: always before the part, or two changes would wait in a circle."""
        whole = self.spec.whole
        if whole is None:
            return
        name = whole.join.near.name
        keys: list[Any] = [self.change.values.get(name)]
        if not self.verb.creates:
            keys = [*await self._model.filter(pk=self.change.id).values_list(name, flat=True)]
        await whole.target.table.model.filter(pk__in=keys).select_for_update(no_key=True)

    # -- rules --------------------------------------------------------------------------------------------------

    async def _require(self, *, written: bool = False) -> None:
        """Checks that the rules hold for the row as it is now, and unless it was just written, that it is visible."""
        table, policy = self.spec.table, self.engine.policies.of(self.change.actor)
        tests, values = self._tests(policy.values)
        if written and self._came:
            # A row is no reason why it may be there: nobody joins a vendor by writing that they are its owner.
            tests = tuple(apart_from(test, table.pk, Slot("read", 0)) for test in tests)
        visible: Condition = ALWAYS
        if not written:
            visible = policy.visible(table)  # asked in any case, for the scope
            visible = policy.removed[table] if self.verb.name == "restore" else visible
        statement = select_allowed(table, tests, visible, self.engine.dialect, lock=not written)
        rows = await self.engine.database.fetch(statement.text, statement.bind([self.change.id], values))
        if not rows:
            raise NotFound(f"There is no {self.spec.noun} with this id, or you may not see it.")
        self._refuse_unless([bool(test) for test in list(rows[0])[1:]])

    @property
    def _came(self) -> bool:
        """Whether the row was not where it is now: it is new, or one of its keys of other rows is."""
        keys = {join.near.name for join in self.spec.table.joins.values() if join.near is not self.spec.table.pk}
        values, before = self.change.values, self.change.before
        return self.verb.creates or any(values[name] != getattr(before, name) for name in keys & values.keys())

    def _decided(self) -> bool:
        """Whether the rules are known to hold for a new row before it is written.

        Raises:
            Forbidden: they are known not to hold.
        """
        if None in self._held:
            return False
        self._refuse_unless(self._held)
        return True

    async def _foreseen(self) -> bool:
        """Whether the database knows that the rules will hold for a new row; False where it must be there to tell.

        Where it can tell, it is asked before: whoever may not write a row is not told that there is one like it.

        Raises:
            Forbidden: it knows that they will not hold.
        """
        tests, values = self._tests(())
        if not (self.verb.creates and all(map(is_exact, tests))) or self._is_linked:
            return False
        columns = tuple(each for each in self.spec.table.columns.values() if each.kind.name in EXACT)
        row = [self._row.get(each.name) for each in columns]
        statement = select_foreseen(columns, tests, self.engine.dialect)
        [held] = await self.engine.database.fetch(statement.text, statement.bind(row, values))
        self._refuse_unless([bool(test) for test in held])
        return True

    @cached_property
    def _held(self) -> list[bool | None]:
        """Of each rule, whether it holds for the new row; None where only the database can tell."""
        tests, values = self._tests(())
        return [decide(test, self._row, values) if self.verb.creates else None for test in tests]

    def _tests(self, values: Sequence[Any]) -> tuple[tuple[Condition, ...], list[Any]]:
        """The rules that a change falls under, as conditions; what they compare with comes after `values`."""
        compared = list(values)
        rules = [self.verb.rule, *(rule for _, rule in self._field_rules)]
        tests = [condition_of(rule, self.spec.table, self.change.actor, compared) for rule in rules]
        return tuple(tests), compared

    def _refuse_unless(self, held: Sequence[bool | None]) -> None:
        if not held[0]:
            raise Forbidden(hint=self.verb.rule.reason)
        for (name, rule), holds in zip(self._field_rules, held[1:], strict=True):
            if not holds:
                raise Forbidden(f"You may not set {name} of this {self.spec.noun}.", hint=rule.reason)

    @cached_property
    def _field_rules(self) -> list[tuple[str, Rule]]:
        rules: list[tuple[str, Rule]] = []
        for each in self.spec.writable:
            name = each.key if isinstance(each, RelationSpec) else each.name
            who = each.declared.write
            if self.verb.creates:
                who = each.declared.create or who
            if name in self.sent and isinstance(who, Rule):
                rules.append((name, who))
        return rules

    # -- rows ---------------------------------------------------------------------------------------------------

    def _complete(self) -> None:
        """Gives the fields that a replacement leaves out their defaults; those under a rule of their own stay.

        So does a key whose row is changed along.
        """
        for each in self.spec.writable:
            if each.declared.write is not True:
                continue
            if isinstance(each, RelationSpec):
                if each.name not in self.links.named:
                    self.change.values.setdefault(each.key, [])
            elif each.name not in self.change.values and each.name not in self.sent:
                self.change.values[each.name] = default_of(each.column)

    async def _apply(self) -> None:
        table, change, happened = self.spec.table, self.change, self.verb.happened
        removed_at = self.spec.removed_at
        if self.verb.creates:
            await self._insert()
        elif self.verb.name == "delete" and removed_at is None:
            await self.recorder.remove(table, change)
        else:
            if self.verb.name == "restore" and removed_at is not None:
                change.values[removed_at.name] = None
            elif self.verb.name == "delete" and removed_at is not None:
                change.values[removed_at.name] = datetime.now(UTC)
            await self.recorder.change(table, change, happened, await self._link())

    async def _insert(self) -> None:
        """Writes a new row: together with what is told of it, unless it is linked, for which it must be there."""
        table, happened = self.spec.table, self.verb.happened
        if not self._is_linked:
            await self.recorder.insert(table, self.change, happened, self._row)
            return
        await self.recorder.insert_untold(table, self.change, self._row)
        await self.recorder.tell_of_new(table, self.change, happened, self._row, await self._link())

    @cached_property
    def _row(self) -> dict[str, Any]:
        """The new row; where the database makes its key, without it."""
        return complete_row(self.spec.table, new_row(self.spec.table, self.change))

    @property
    def _is_linked(self) -> bool:
        """Whether the change says anything of many-to-many relations."""
        return bool(self.links.named) or any(each.key in self.change.values for each in self.spec.links)

    async def _link(self) -> Difference:
        changes: dict[str, Mapping[str, Any]] = {}
        for each in self.spec.links:
            changed = await self.links.write(self.engine, self.change, each, is_new=self.verb.creates)
            if changed:
                changes[each.key] = changed
        return changes

    @property
    def _model(self) -> type[Model]:
        return self.spec.table.model
