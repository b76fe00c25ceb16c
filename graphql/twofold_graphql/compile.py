"""From a GraphQL selection to a Read: graphql-core's own collectors say what is selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
)
from graphql.execution.collect_fields import (
    FieldDetails,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues, get_argument_values

from twofold.aggregate import Groups, Summary
from twofold.condition import ALWAYS, Compare, Slot
from twofold.engine import Engine
from twofold.errors import FieldError, Invalid
from twofold.filters import parse_filter, parse_order
from twofold.late import Late, later
from twofold.page import keyset
from twofold.request import (
    Ask,
    Constant,
    Edges,
    Envelope,
    Leaf,
    Made,
    Nested,
    PageFact,
    PageInfo,
    Read,
    Rows,
    Selected,
    Total,
)
from twofold.search import parse_search
from twofold.spec import RelationSpec, ResourceSpec
from twofold.write import MAX_ITEMS, parse_key
from twofold_graphql.aggregates import Selecting, aggregate_key
from twofold_graphql.names import Names
from twofold_graphql.node import is_node

__all__ = ["KEY", "Compiler", "NotPlannable", "Scope"]

KEY = " key"
"""Under which name a row of `nodes` holds its key. No response key begins with a space."""
DEFAULT_WINDOW = 50
MAX_WINDOW = 200

PAGE_FACTS: dict[str, PageFact] = {
    "hasNextPage": "has_next_page",
    "hasPreviousPage": "has_previous_page",
    "startCursor": "start_cursor",
    "endCursor": "end_cursor",
}


class NotPlannable(Exception):
    """The plan has no form for this selection; the reference executor answers it."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a selection is read with: the operation, its fragments and the values of its variables."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues

    def root(self, type_: GraphQLObjectType) -> dict[str, list[FieldDetails]]:
        """Returns the operation's fields by response key."""
        return collect_fields(self.schema, self.fragments, self.variables, type_, self.operation).grouped_field_set

    def below(self, type_: GraphQLNamedType, details: list[FieldDetails]) -> dict[str, list[FieldDetails]]:
        """Returns the fields selected below a field, by response key."""
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101  # the schema has no abstract types
        return collect_subfields(
            self.schema, self.fragments, self.variables, self.operation, type_, details
        ).grouped_field_set

    def arguments(self, field: GraphQLField, details: FieldDetails) -> dict[str, Any]:
        """Returns a field's arguments, coerced; what was left out is not there."""
        return get_argument_values(field, details.node, self.variables, details.fragment_variable_values)


class Compiler:
    """Makes Reads of the fields of one schema."""

    def __init__(self, engine: Engine, schema: GraphQLSchema, *, plannable: bool = True) -> None:
        self.plannable = plannable
        """Whether a selection that the plan has no form for is refused; else its Read is good for its bounds only."""
        self.names = Names(engine.resources)
        self.schema = schema
        self.types = {spec.type_name: spec for spec in engine.resources}
        self.nodes = {name: spec for name, spec in self.types.items() if is_node(spec)}

    # -- whole trees --------------------------------------------------------------------------------------------

    def one(self, spec: ResourceSpec, scope: Scope, details: list[FieldDetails], key: object) -> Ask:
        """Returns the question for one object with all that is selected below it.

        Raises:
            NotFound: the key is none that a row can have.
        """
        values: list[Any] = [later(key, lambda each: parse_key(spec, each))]
        by_key = Compare(spec.pk.column, "eq", Slot("read", 0))
        fields = self._selected(spec, scope, details, values)
        return Ask(read=Read(resource=spec, fields=fields, filter=by_key, one=True), values=tuple(values))

    def some(self, spec: ResourceSpec, scope: Scope, details: list[FieldDetails], keys: Sequence[object] | Late
             ) -> Ask:  # fmt: skip
        """Returns the question for the objects with these keys; each has its own under KEY."""
        values: list[Any] = [keys if isinstance(keys, Late) else list(keys)]
        fields = (Leaf(KEY, spec.pk), *self._selected(spec, scope, details, values))
        count = MAX_ITEMS if isinstance(keys, Late) else len(keys)
        return Ask(read=self.by_keys(spec, fields, count), values=tuple(values))

    def by_keys(self, spec: ResourceSpec, fields: tuple[Selected, ...], count: int) -> Read:
        """Returns the Read of so many objects, whose keys are its first value."""
        return Read(resource=spec, fields=fields, filter=Compare(spec.pk.column, "in", Slot("read", 0)), limit=count)

    def many(self, spec: ResourceSpec, scope: Scope, field: GraphQLField, details: list[FieldDetails]) -> Ask:
        """Returns the question for a connection with all that is selected below it."""
        values: list[Any] = []
        read = self._connection(spec, scope, field, details, values)
        return Ask(read=read, values=tuple(values))

    def _selected(self, spec: ResourceSpec, scope: Scope, details: list[FieldDetails], values: list[Any]
                  ) -> tuple[Selected, ...]:  # fmt: skip
        type_ = self.schema.get_type(spec.type_name)
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101  # made from the same resources
        selected: list[Selected] = []
        for key, found in scope.below(type_, details).items():
            name = self.names.snake(found[0].node.name.value)
            if name == "__typename":
                selected.append(Constant(key, spec.type_name))
            elif name in spec.fields:
                selected.append(Leaf(key, spec.fields[name]))
            elif name in spec.computed:
                selected.append(Made(key, spec.computed[name]))
            else:
                relation, field = spec.relations[name], type_.fields[found[0].node.name.value]
                selected.append(Nested(key, relation, self._nested(relation, scope, field, found, values)))
        return tuple(selected)

    def _nested(self, relation: RelationSpec, scope: Scope, field: GraphQLField, details: list[FieldDetails],
                values: list[Any]) -> Read:  # fmt: skip
        if relation.join.many:
            return self._connection(relation.target, scope, field, details, values)
        fields = self._selected(relation.target, scope, details, values)
        return Read(resource=relation.target, fields=fields, one=True)

    def _connection(self, spec: ResourceSpec, scope: Scope, field: GraphQLField, details: list[FieldDetails],
                    values: list[Any]) -> Read:  # fmt: skip
        envelope, selections = self._envelope(spec, scope, get_named_type(field.type), details, values)
        if len(selections) > 1 and self.plannable:
            raise NotPlannable  # nodes are fetched with one selection
        fields = tuple(each for nodes in selections for each in self._selected(spec, scope, nodes, values))
        arguments = scope.arguments(field, details[0])
        return self.window(spec, arguments, fields, envelope, values)

    def _envelope(self, spec: ResourceSpec, scope: Scope, type_: GraphQLNamedType, details: list[FieldDetails],
                  values: list[Any]) -> tuple[Envelope, list[list[FieldDetails]]]:  # fmt: skip
        """The parts of a connection, and the selections of its nodes."""
        parts: list[Rows | Edges | PageInfo | Total | Summary | Groups | Constant] = []
        selections: list[list[FieldDetails]] = []
        for key, found in scope.below(type_, details).items():
            below = (
                get_named_type(_field(type_, found).type) if found[0].node.name.value in ("edges", "pageInfo") else None
            )
            match found[0].node.name.value:
                case "__typename":
                    parts.append(Constant(key, type_.name))
                case "totalCount":
                    parts.append(Total(key))
                case "aggregates" | "groupBy":
                    parts.append(self._aggregate(spec, scope, key, _field(type_, found), found, values))
                case "nodes":
                    parts.append(Rows(key))
                    selections.append(found)
                case "edges" if below is not None:
                    parts.append(Edges(key, self._edge(scope, below, found, selections)))
                case _ if below is not None:
                    facts = scope.below(below, found)
                    parts.append(PageInfo(key, tuple(_fact(each, below, some) for each, some in facts.items())))
                case _:
                    raise NotPlannable
        return tuple(parts), selections

    def _aggregate(self, spec: ResourceSpec, scope: Scope, key: str, field: GraphQLField, details: list[FieldDetails],
                   values: list[Any], *, by_name: bool = False) -> Summary | Groups:  # fmt: skip
        selecting = Selecting(spec=spec, names=self.names, scope=scope, by_name=by_name)
        if details[0].node.name.value == "groupBy":
            return selecting.groups(key, field, details, values)
        selecting.select(get_named_type(field.type), details)
        return selecting.summary(key)

    def _edge(self, scope: Scope, type_: GraphQLNamedType, details: list[FieldDetails],
              selections: list[list[FieldDetails]]) -> tuple[Any, ...]:  # fmt: skip
        parts: list[Any] = []
        for key, found in scope.below(type_, details).items():
            name = found[0].node.name.value
            if name == "__typename":
                parts.append((key, Constant(key, type_.name)))
            else:
                parts.append((key, name))
                if name == "node":
                    selections.append(found)
        return tuple(parts)

    # -- one level ----------------------------------------------------------------------------------------------

    def columns(self, spec: ResourceSpec, scope: Scope, *selections: list[FieldDetails]) -> tuple[Selected, ...]:
        """Returns what one object needs of its own row, by the service's names: for resolvers of each field."""
        type_ = self.schema.get_type(spec.type_name)
        assert type_ is not None  # noqa: S101  # made from the same resources
        needed: dict[str, Selected] = {spec.pk.name: Leaf(spec.pk.name, spec.pk)}
        for found in (each for details in selections for each in scope.below(type_, details).values()):
            name = self.names.snake(found[0].node.name.value)
            if name in spec.fields:
                needed[name] = Leaf(name, spec.fields[name])
            elif name in spec.computed:
                needed |= {f"__{need.name}": Leaf(f"__{need.name}", need) for need in spec.computed[name].needs}
        return tuple(needed.values())

    def connection_columns(self, spec: ResourceSpec, scope: Scope, field: GraphQLField, details: list[FieldDetails],
                           values: list[Any]) -> Read:  # fmt: skip
        """Returns the Read of a connection with what its objects need of their own rows."""
        type_ = get_named_type(field.type)
        selections: list[list[FieldDetails]] = []
        parts: dict[str, Rows | Edges | PageInfo | Total | Summary | Groups] = {}
        for key, found in scope.below(type_, details).items():
            match found[0].node.name.value:
                case "totalCount":
                    parts["total"] = Total("total_count")
                case "aggregates" | "groupBy":
                    place = aggregate_key(key)
                    parts[place] = self._aggregate(spec, scope, place, _field(type_, found), found, values,
                                                   by_name=True)  # fmt: skip
                case "nodes":
                    parts["nodes"] = Rows("nodes")
                    selections.append(found)
                case "edges":
                    edge = scope.below(get_named_type(_field(type_, found).type), found).values()
                    selections += [each for each in edge if each[0].node.name.value == "node"]
                    parts["edges"] = Edges("edges", (("node", "node"), ("cursor", "cursor")))
                case "pageInfo":
                    parts["info"] = PageInfo("page_info", tuple((fact, fact) for fact in PAGE_FACTS.values()))
        fields = self.columns(spec, scope, *selections)
        return self.window(spec, scope.arguments(field, details[0]), fields, tuple(parts.values()), values)

    # -- arguments ----------------------------------------------------------------------------------------------

    def window(self, spec: ResourceSpec, arguments: Mapping[str, Any], fields: tuple[Selected, ...],
               envelope: Envelope, values: list[Any]) -> Read:  # fmt: skip
        """Returns the Read of a connection with these arguments.

        Raises:
            Invalid, Malformed, TooCostly: an argument does not fit.
        """
        given = arguments.get("filter")
        condition = ALWAYS if given is None else parse_filter(spec, self.names.all_snake(given), values)
        said = arguments.get("search")
        search = None if said is None else parse_search(spec, said, values)
        keys = [key for each in arguments.get("orderBy") or [] for key in self._order(each)]
        size, cursor, backwards = _window(arguments)
        order = parse_order(spec, keys, search)
        read = Read(resource=spec, fields=fields, filter=condition, search=search, order=order, limit=size,
                    offset=_offset(arguments, values), backwards=backwards, envelope=envelope)  # fmt: skip
        return read if cursor is None else replace(read, keyset=keyset(read, cursor, values))

    def _order(self, given: Mapping[str, Any], path: str = "") -> list[tuple[str, bool]]:
        """A sort key as the service says it: `{category: {name: DESC}}` is category.name, descending."""
        keys: list[tuple[str, bool]] = []
        for name, below in given.items():
            place = path + self.names.snake(name)
            if isinstance(below, Mapping):
                keys += self._order(below, f"{place}.")
            else:
                keys.append((place, below is not None and below.value == "DESC"))
        return keys


def _field(type_: GraphQLNamedType, details: list[FieldDetails]) -> GraphQLField:
    assert isinstance(type_, GraphQLObjectType)  # noqa: S101  # the schema has no abstract types
    field: GraphQLField = type_.fields[details[0].node.name.value]
    return field


def _fact(key: str, type_: GraphQLNamedType, details: list[FieldDetails]) -> tuple[str, Any]:
    name = details[0].node.name.value
    return key, Constant(key, type_.name) if name == "__typename" else PAGE_FACTS[name]


def _window(arguments: Mapping[str, Any]) -> tuple[int, str | None, bool]:
    """The size of a page, the cursor it starts from, and whether it is counted backwards."""
    first, last = arguments.get("first"), arguments.get("last")
    after, before = arguments.get("after"), arguments.get("before")
    if (first is not None and last is not None) or (after is not None and before is not None):
        raise _invalid("first", "Page forwards with first and after, or backwards with last and before, not both.")
    backwards = last is not None or before is not None
    if backwards and (first is not None or after is not None):
        raise _invalid("last", "Page forwards with first and after, or backwards with last and before, not both.")
    name, size = ("last", last) if backwards else ("first", first)
    if size is None:
        size = DEFAULT_WINDOW
    if not 0 <= size <= MAX_WINDOW:
        raise _invalid(name, f"{name!r} is a whole number from 0 to {MAX_WINDOW}.")
    return size, before if backwards else after, backwards


def _offset(arguments: Mapping[str, Any], values: list[Any]) -> Slot | None:
    """The slot of the number of rows to leave out, which joins `values`; None when there are none."""
    offset = arguments.get("offset")
    if offset is None:
        return None
    if any(arguments.get(name) is not None for name in ("after", "before", "last")):
        raise _invalid("offset", "offset goes with first, not with after, before or last.")
    values.append(later(offset, _checked_offset))
    return Slot("read", len(values) - 1)


def _checked_offset(offset: int) -> int:
    if offset < 0:
        raise _invalid("offset", "'offset' is a whole number from 0.")
    return offset


def _invalid(name: str, message: str) -> Invalid:
    return Invalid(message, field_errors=[FieldError(path=(name,), code="out_of_range", message=message)])
