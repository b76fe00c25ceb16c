"""The filter grammar and the sort grammar, which both faces share; each face only spells them its own way.

A filter is a mapping: a field to its operators (`{"price": {"gte": 10}}`), a to-one relation to a filter of the other
side, a to-many relation to `some`, `every` or `none` of one; `and`, `or` (lists) and `not` combine filters. A JSON
column takes one comparison or a list of them, each with its path (see `twofold.inside`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from twofold.condition import ALWAYS, Compare, Condition, Inside, Not, Or, Related, Slot, Step, all_of
from twofold.errors import Invalid, TooCostly
from twofold.inside import check_value, parse_path
from twofold.invalid import invalid, refused
from twofold.kinds import LISTS
from twofold.late import later
from twofold.request import Order
from twofold.search import RANK
from twofold.spec import FieldSpec, RelationSpec, ResourceSpec

__all__ = ["parse_filter", "parse_order", "parse_value"]

MAX_COMPARISONS = 200
MAX_RELATIONS = 20
"""PostgreSQL plans a hundred tests of related rows for ten seconds, and two hundred for minutes."""
MAX_DEPTH = 12
MAX_LIST = 10_000
MAX_SORT_KEYS = 10
MAX_SORT_DEPTH = 5
"""How many relations lead to a field to sort by. All keys together stay below the 64 tables that SQLite joins."""
QUANTIFIERS: tuple[Literal["some", "every", "none"], ...] = ("some", "every", "none")

Path = tuple[str | int, ...]


def parse_filter(spec: ResourceSpec, data: object, values: list[Any]) -> Condition:
    """Returns the condition that a filter means; the values it compares with join `values`, those that come later too.

    Raises:
        Invalid: it names a field that cannot be filtered, or a value does not fit; `field_errors` say where.
        TooCostly: it is larger or deeper than a request may be.
    """
    return _Parser(values).filter(spec, data, ("filter",), depth=0)


def parse_order(spec: ResourceSpec, keys: Sequence[tuple[str, bool]], search: Slot | None = None) -> tuple[Order, ...]:
    """Returns the order that pairs of field name and descending mean; the resource's own order when there are none.

    Dots lead through to-one relations: `category.name`. What a search finds comes best matches first, unless keys say
    another order; among equal matches, in the resource's own order.

    Raises:
        Invalid: a field cannot be sorted by.
        TooCostly: there are more keys, or longer paths, than a request may have.
    """
    first = (Order(RANK),) if search is not None and not keys else ()
    keys = keys or [(name.removeprefix("-"), name.startswith("-")) for name in spec.resource.ordering]
    if len(keys) > MAX_SORT_KEYS:
        raise TooCostly(f"The order has {len(keys)} keys; the limit is {MAX_SORT_KEYS}.")
    return (*first, *(_order(spec, name, descending) for name, descending in keys))


def _order(spec: ResourceSpec, name: str, descending: bool) -> Order:
    *relations, last = name.split(".")
    if len(relations) > MAX_SORT_DEPTH:
        raise TooCostly(f"The order leads through more than {MAX_SORT_DEPTH} relations.")
    path: list[RelationSpec] = []
    for each in relations:
        relation = spec.relations.get(each)
        if relation is None or not relation.sortable:
            raise _not_sortable(spec, name)
        path.append(relation)
        spec = relation.target
    known = spec.fields.get(last)
    if known is None or not known.declared.sort:
        raise _not_sortable(spec, name)
    return Order(known, descending, tuple(path))


def _not_sortable(spec: ResourceSpec, name: str) -> Invalid:
    names = [each.name for each in spec.fields.values() if each.declared.sort]
    names += [f"{each.name}.…" for each in spec.relations.values() if each.sortable]
    return refused(("sort",), "not_sortable", f"{spec.plural} cannot be sorted by {name!r}; use {', '.join(names)}.")


def parse_value(known: FieldSpec, value: object, path: Path) -> Any:
    """Returns one value as the column's Python type.

    Raises:
        Invalid: it does not fit.
    """
    try:
        return known.column.kind.adapter.validate_python(value)
    except ValidationError as error:
        raise invalid(error, path) from None


@dataclass
class _Parser:
    values: list[Any]
    comparisons: int = field(default=0)
    relations: int = field(default=0)

    def filter(self, spec: ResourceSpec, data: object, path: Path, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise TooCostly(f"The filter nests deeper than {MAX_DEPTH} levels.")
        if not isinstance(data, Mapping):
            raise refused(path, "not_an_object", "A filter is an object of fields, for example price with gte.")
        if not data:
            self._count()
        return all_of([self._entry(spec, str(name), value, (*path, str(name)), depth) for name, value in data.items()])

    def _entry(self, spec: ResourceSpec, name: str, value: object, path: Path, depth: int) -> Condition:
        if name in ("and", "or"):
            if not isinstance(value, list | tuple):
                raise refused(path, "not_a_list", f"{name!r} takes a list of filters.")
            if not value:
                self._count()
            items = [self.filter(spec, item, (*path, index), depth + 1) for index, item in enumerate(value)]
            return all_of(items) if name == "and" else Or(tuple(items))
        if name == "not":
            return Not(self.filter(spec, value, path, depth + 1))
        relation = spec.relations.get(name)
        if relation is not None and relation.declared.filter:
            return self._related(relation, value, path, depth)
        known = spec.fields.get(name)
        if known is None or not known.declared.filter:
            names = [each.name for each in spec.fields.values() if each.declared.filter]
            names += [each.name for each in spec.relations.values() if each.declared.filter]
            message = f"{spec.plural} cannot be filtered by {name!r}; use {', '.join(names)}."
            raise refused(path, "not_filterable", message)
        return self._compare(known, value, path)

    def _related(self, relation: RelationSpec, value: object, path: Path, depth: int) -> Condition:
        join = relation.join
        self.relations += len(value) if join.many and isinstance(value, Mapping) else 1
        if self.relations > MAX_RELATIONS:
            raise TooCostly(f"The filter leads through more than {MAX_RELATIONS} relations.")
        if not join.many:
            return Related(join, "some", self.filter(relation.target, value, path, depth + 1), ALWAYS)
        if not isinstance(value, Mapping) or not value or not set(value) <= set(QUANTIFIERS):
            raise refused(path, "no_quantifier", f"{relation.name!r} has many rows: say some, every or none.")
        return all_of([
            Related(join, quantifier, self.filter(relation.target, value[quantifier], (*path, quantifier), depth + 1),
                    ALWAYS)
            for quantifier in QUANTIFIERS if quantifier in value
        ])  # fmt: skip

    def _compare(self, known: FieldSpec, value: object, path: Path) -> Condition:
        if known.column.kind.name == "json":
            several = isinstance(value, list | tuple)
            places = enumerate(value) if isinstance(value, list | tuple) else [(0, value)]
            return all_of([self._inside(known, each, (*path, n) if several else path) for n, each in places])
        operators = value if isinstance(value, Mapping) else {"eq": value}
        if not operators:
            self._count()
        return all_of([self._operator(known, str(name), each, (*path, str(name))) for name, each in operators.items()])

    def _inside(self, known: FieldSpec, data: object, path: Path) -> Condition:
        """A comparison inside a JSON column, which says where it looks; without a path, the column is null or not."""
        if not isinstance(data, Mapping):
            raise refused(path, "not_an_object", 'Say where to look, and how: {"path": ["colour"], "eq": "red"}.')
        steps = parse_path(data["path"], self.values, (*path, "path")) if "path" in data else ()
        if not data:
            self._count()
        if steps and len(data) == 1:
            raise refused(path, "no_operator", f"Say how to compare: {', '.join(known.column.kind.operators)}.")
        return all_of([
            self._operator(known, str(name), each, (*path, str(name)), steps)
            for name, each in data.items() if name != "path"
        ])  # fmt: skip

    def _operator(self, known: FieldSpec, operator: str, value: object, path: Path, steps: tuple[Step, ...] = ()
                  ) -> Condition:  # fmt: skip
        self._count()
        column, kind = known.column, known.column.kind
        if operator not in kind.operators:
            message = f"{known.name!r} has no operator {operator!r}; use {', '.join(kind.operators)}."
            raise refused(path, "unknown_operator", message)
        if kind.name == "json" and not steps and operator != "is_null":
            raise refused(path, "no_path", 'Say where to look: {"path": ["colour"], "eq": "red"}.')
        if operator == "is_null" or value is None:
            holds = _is_null(operator, value, path)
            null = Inside(column, steps, "is_null") if steps else Compare(column, "is_null")
            return null if holds else Not(null)
        if steps:
            if operator in LISTS:
                _check_list(value, path)
            type_ = check_value(operator, value, path)
            self.values.append(value)
            return Inside(column, steps, operator, type_, Slot("read", len(self.values) - 1))
        self.values.append(later(value, lambda each: _parsed(known, operator, each, path)))
        return Compare(column, operator, Slot("read", len(self.values) - 1))

    def _count(self) -> None:
        """Counts a comparison, or a filter that is empty: the leaves, to which the statement is in proportion."""
        self.comparisons += 1
        if self.comparisons > MAX_COMPARISONS:
            raise TooCostly(f"The filter has more than {MAX_COMPARISONS} comparisons.")


def _check_list(value: object, path: Path) -> None:
    if not isinstance(value, list | tuple):
        raise refused(path, "not_a_list", f"{path[-1]!r} takes a list of values.")
    if len(value) > MAX_LIST:
        raise TooCostly(f"The list has {len(value)} values; the limit is {MAX_LIST}.")


def _parsed(known: FieldSpec, operator: str, value: object, path: Path) -> Any:
    if operator not in LISTS:
        return parse_value(known, value, path)
    _check_list(value, path)
    try:
        return known.column.kind.list_adapter.validate_python(value)
    except ValidationError as error:
        raise invalid(error, path) from None


def _is_null(operator: str, value: object, path: Path) -> bool:
    """Whether a comparison of null by an operator asks for null, or for anything else."""
    if operator in ("eq", "ne"):
        return operator == "eq"
    if operator != "is_null":
        raise refused(path, "null", f"null cannot be compared by {operator!r}; use is_null.")
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise refused(path, "not_a_boolean", "'is_null' takes true or false.")
