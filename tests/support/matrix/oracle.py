"""What an application must answer, worked out from its declarations over its rows in plain Python.

Of the engine it uses the declarations only (names, rules, relations): neither its conditions nor its plans nor its SQL.

What it does not say: fields worked out by anything but arithmetic of columns, Count, Sum, Min and Max, for which it
raises CannotSay; where they may be read at all it knows of every field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from tortoise import Model
from tortoise.expressions import Q

from support.matrix.made import CannotSay, Parts, made_of, work_out
from support.matrix.rows import Record, Rows, relation_of, target_of
from support.matrix.truth import COMPARE, Truth, bare, compared, conjunction, disjunction, negation
from twofold.actor import Actor
from twofold.resource import Expression
from twofold.rules import EVERYONE, Rule
from twofold.spec import RelationSpec, ResourceSpec

__all__ = ["CannotSay", "Oracle", "wire"]

LOOKUPS = {"": "eq", "not": "ne", "in": "in", "lt": "lt", "lte": "lte", "gt": "gt", "gte": "gte"}
QUANTIFIERS = {"some": any, "none": lambda met: not any(met), "every": all}


class Oracle:
    """Says of every actor which rows they see, and which values on them."""

    def __init__(self, specs: Sequence[ResourceSpec], rows: Rows) -> None:
        self.specs = {spec.plural: spec for spec in specs}
        self.rows = rows
        self._spec_of = {spec.table.model: spec for spec in specs}
        self._seen: dict[tuple[Actor, str], dict[Any, Record]] = {}
        self._known_rules: dict[tuple[str, str], list[Rule]] = {}
        self._hidden: dict[tuple[Actor, str, str], bool] = {}

    # -- rules --------------------------------------------------------------------------------------------------

    def allowed(self, rule: Rule, spec: ResourceSpec, row: Record, actor: Actor) -> Truth:
        """Returns whether a rule admits a row for an actor; None where it compares with null."""
        said = rule.rows(actor)
        return said if isinstance(said, bool) else self._holds(spec.table.model, said, row)

    def ever(self, rule: Rule, actor: Actor) -> bool:
        """Returns whether a rule may admit any row at all for an actor, whatever rows there are."""
        said = rule.rows(actor)
        return said if isinstance(said, bool) else _can_hold(said)

    def _holds(self, model: type[Model], q: Q, row: Record) -> Truth:
        if q._is_negated and _compares_with_none(q):
            return False  # comparing with None never holds, nor does its negation
        together = q.join_type == Q.AND
        items = [self._holds(model, child, row) for child in q.children]
        paths = [(path.split("__"), value) for path, value in q.filters.items()]
        items += self._lookups(model, paths, row, together=together)
        held = conjunction(items) if together else disjunction(items)
        return negation(held) if q._is_negated else held

    def _lookups(self, model: type[Model], paths: Iterable[tuple[list[str], Any]], row: Record, *, together: bool
                 ) -> list[Truth]:  # fmt: skip
        """What each lookup says of a row; those across the same relation speak of the same row behind it."""
        items: list[Truth] = []
        across: dict[tuple[str, int], list[tuple[list[str], Any]]] = {}
        for number, ((first, *rest), value) in enumerate(paths):
            name = model._meta.pk_attr if first == "pk" else first
            if relation_of(model, name) is None:
                items.append(_looked_up(row[name], "__".join(rest), value))
            else:
                across.setdefault((name, 0 if together else number), []).append((rest, value))
        return items + [self._across(model, name, rest, row) for (name, _), rest in across.items()]

    def _across(self, model: type[Model], name: str, paths: list[tuple[list[str], Any]], row: Record) -> bool:
        behind, target = self.rows.behind(model, name, row), target_of(model, name)
        if [path for path, _ in paths] == [["isnull"]]:
            return bool(behind) != paths[0][1]
        paths = [(path or ["pk"], value) for path, value in paths]
        return any(conjunction(self._lookups(target, paths, each, together=True)) is True for each in behind)

    # -- rows ---------------------------------------------------------------------------------------------------

    def scoped(self, spec: ResourceSpec, actor: Actor) -> bool:
        """Returns whether the actor's credential covers reading a resource."""
        return actor.scopes is None or f"{spec.plural}:read" in actor.scopes

    def refusal(self, spec: ResourceSpec, actor: Actor) -> str | None:
        """Returns the code with which an actor who asks for rows of a resource is refused, or None."""
        if not self.scoped(spec, actor):
            return "forbidden"
        is_closed = actor.is_anonymous and not self.ever(spec.resource.read, actor)
        return "unauthenticated" if is_closed else None

    def seen(self, spec: ResourceSpec, actor: Actor) -> Mapping[Any, Record]:
        """Returns the rows that an actor sees, by their keys."""
        known = self._seen.get((actor, spec.plural))
        if known is None:
            rows = self.rows.by_key[spec.table.model]
            known = {key: row for key, row in rows.items() if self._is_visible(spec, row, actor)}
            self._seen[actor, spec.plural] = known
        return known

    def visible(self, spec: ResourceSpec, actor: Actor) -> list[Record]:
        """Returns the rows that an actor sees."""
        return list(self.seen(spec, actor).values())

    def _is_visible(self, spec: ResourceSpec, row: Record, actor: Actor) -> bool:
        deleted = getattr(spec.resource, "soft_delete", None)
        if not self.scoped(spec, actor) or (deleted is not None and row[deleted] is not None):
            return False
        return self.allowed(spec.resource.read, spec, row, actor) is True

    def behind(self, spec: ResourceSpec, relation: RelationSpec, row: Record, actor: Actor) -> list[Record]:
        """Returns the rows behind a relation of a row that an actor sees."""
        seen, key = self.seen(relation.target, actor), relation.target.pk.name
        return [each for each in self.rows.behind(spec.table.model, relation.name, row) if each[key] in seen]

    # -- values -------------------------------------------------------------------------------------------------

    def parts(self, spec: ResourceSpec, name: str) -> Parts:
        """Returns what a field is made of: columns of its row, and columns behind relations to many."""
        declared = getattr(type(spec.resource), name, None)
        return made_of(declared.said) if isinstance(declared, Expression) else Parts()

    def _rules(self, spec: ResourceSpec, name: str) -> list[Rule]:
        """The read rules of a field and of the columns of its row that it is made of."""
        known = self._known_rules.get((spec.plural, name))
        if known is None:
            found = [spec.fields[each] for each in (name, *self.parts(spec, name).own) if each in spec.fields]
            known = [each.declared.read for each in found if each.declared.read is not EVERYONE]
            self._known_rules[spec.plural, name] = known
        return known

    def hides(self, spec: ResourceSpec, name: str, actor: Actor) -> bool:
        """Returns whether an actor may read a field on no row at all, so that asking for it by name is refused."""
        known = self._hidden.get((actor, spec.plural, name))
        if known is None:
            known = self._hidden[actor, spec.plural, name] = self._hides(spec, name, actor)
        return known

    def _hides(self, spec: ResourceSpec, name: str, actor: Actor) -> bool:
        if name in spec.computed:
            return any(self.hides(spec, need.name, actor) for need in spec.computed[name].needs)
        if not all(self.ever(rule, actor) for rule in self._rules(spec, name)):
            return True
        for relation, column in self.parts(spec, name).behind:
            target = self._spec_of[target_of(spec.table.model, relation)]
            if not self.scoped(target, actor) or (column in target.fields and self._hides_own(target, column, actor)):
                return True
        return False

    def _hides_own(self, spec: ResourceSpec, name: str, actor: Actor) -> bool:
        return not self.ever(spec.fields[name].declared.read, actor)

    def readable(self, spec: ResourceSpec, name: str, row: Record, actor: Actor) -> bool:
        """Returns whether an actor sees the value of a field on a row that they see."""
        if self.hides(spec, name, actor):
            return False
        return all(self.allowed(rule, spec, row, actor) is True for rule in self._rules(spec, name))

    def value(self, spec: ResourceSpec, name: str, row: Record, actor: Actor) -> Any:
        """Returns the value of a field as an actor sees it: None where they may not.

        Raises:
            CannotSay: it is worked out in a way that is not known here.
        """
        if name in spec.computed:
            made = spec.computed[name]
            needs = {need.name: wire(self.value(spec, need.name, row, actor)) for need in made.needs}
            return made.declared.resolve([needs])[0]
        if not self.readable(spec, name, row, actor):
            return None
        declared = getattr(type(spec.resource), name, None)
        if not isinstance(declared, Expression):
            return bare(row[name])

        def over(relation: str, column: str) -> list[Any]:
            return self._over(spec, relation, column, row, actor)

        return work_out(declared.said, row, over, self._said(spec, row))

    def _said(self, spec: ResourceSpec, row: Record) -> Any:
        return lambda q: self._holds(spec.table.model, q, row) is True

    def _over(self, spec: ResourceSpec, relation: str, column: str, row: Record, actor: Actor) -> list[Any]:
        """The values of a column, or all keys without one, on the rows behind a relation that an actor sees."""
        target = self._spec_of[target_of(spec.table.model, relation)]
        key = target.pk.name
        seen = self.seen(target, actor)
        rows = [each for each in self.rows.behind(spec.table.model, relation, row) if each[key] in seen]
        if not column or column == "pk":
            return [each[key] for each in rows]
        if column in target.fields:
            values = [self.value(target, column, each, actor) for each in rows]
        else:
            values = [bare(each[column]) for each in rows]
        return [each for each in values if each is not None]

    def shown(self, spec: ResourceSpec, name: str, row: Record, actor: Actor) -> Any:
        """Returns the value of a field as an actor sees it in JSON.

        Raises:
            CannotSay: as `value`.
        """
        return wire(self.value(spec, name, row, actor))

    # -- filters and orders -------------------------------------------------------------------------------------

    def meets(self, spec: ResourceSpec, data: Mapping[str, Any], row: Record, actor: Actor) -> Truth:
        """Returns whether a filter, whose values are Python's own, holds for a row as an actor sees it.

        Raises:
            CannotSay: as `value`.
        """
        return conjunction(self._entry(spec, name, value, row, actor) for name, value in data.items())

    def _entry(self, spec: ResourceSpec, name: str, value: Any, row: Record, actor: Actor) -> Truth:
        if name in ("and", "or"):
            items = [self.meets(spec, each, row, actor) for each in value]
            return conjunction(items) if name == "and" else disjunction(items)
        if name == "not":
            return negation(self.meets(spec, value, row, actor))
        relation = spec.relations.get(name)
        if relation is None:
            seen = self.value(spec, name, row, actor)
            return conjunction(compared(seen, operator, other) for operator, other in value.items())
        quantified = value if relation.join.many else {"some": value}
        rows = self.behind(spec, relation, row, actor)
        return all(
            QUANTIFIERS[quantifier]([self.meets(relation.target, inner, each, actor) is True for each in rows])
            for quantifier, inner in quantified.items()
        )

    def sorted_by(self, spec: ResourceSpec, path: str, row: Record, actor: Actor) -> Any:
        """Returns what a row is sorted or grouped by: at the end of a path, null where a row on it is not seen.

        Raises:
            CannotSay: as `value`.
        """
        first, _, rest = path.partition(".")
        if not rest:
            return self.value(spec, first, row, actor)
        relation = spec.relations[first]
        behind = self.behind(spec, relation, row, actor)
        return self.sorted_by(relation.target, rest, behind[0], actor) if behind else None

    def ordered(self, spec: ResourceSpec, rows: Iterable[Record], order: Sequence[tuple[str, bool]], actor: Actor
                ) -> list[Record]:  # fmt: skip
        """Returns rows in an order of paths and whether they descend; nulls last going up, first going down.

        Raises:
            CannotSay: as `value`.
        """
        order = order or [(name.removeprefix("-"), name.startswith("-")) for name in spec.resource.ordering]
        found, key = list(rows), spec.pk.name
        if not any(path == key for path, _ in order):
            order = [*order, (key, bool(order) and order[-1][1])]
        for path, descending in reversed(order):
            pairs = [(self.sorted_by(spec, path, row, actor), row) for row in found]
            known = sorted((pair for pair in pairs if pair[0] is not None), key=_first, reverse=descending)
            nulls = [pair for pair in pairs if pair[0] is None]
            found = [row for _, row in (nulls + known if descending else known + nulls)]
        return found


def _first(pair: tuple[Any, Record]) -> Any:
    return pair[0]


def _looked_up(value: Any, lookup: str, other: Any) -> Truth:
    """What a lookup of a rule says; unlike a filter's, it is unknown wherever the value is null."""
    value, other = bare(value), bare(other)
    if lookup == "isnull":
        return (value is None) == other
    if other is None:
        return False
    if lookup == "in":
        other = [each for each in other if each is not None]
        if not other:
            return False
    if value is None:
        return True if lookup == "not" else None  # null is different from every value
    operator = LOOKUPS[lookup]
    return bool(value != other) if operator == "ne" else COMPARE[operator](value, other)


def _compares_with_none(q: Q) -> bool:
    return None in q.filters.values() or any(_compares_with_none(each) for each in q.children)


def _can_hold(q: Q) -> bool:
    """Whether a Q may hold for any row: it does not compare with None, or with nothing, where that decides."""
    if q._is_negated:
        return not _compares_with_none(q)
    items = [_can_hold(each) for each in q.children]
    items += [value is not None and [each for each in _listed(path, value) if each is not None] != []
              for path, value in q.filters.items()]  # fmt: skip
    return all(items) if q.join_type == Q.AND else any(items)


def _listed(path: str, value: Any) -> list[Any]:
    return list(value) if path.endswith("__in") else [value]


def wire(value: Any) -> Any:
    """Returns a value as it is in JSON; amounts have the places that they are stored with."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case _:
            return value
