"""Operations compiled once: what is asked is kept, and a request brings only the values of its variables.

A variable is *late* if it is used only where values go: in an `id`, an `offset`, or a comparison of a filter. What else
a variable says (a size, an order, a switch, which fields a filter has) is part of the question, and of its key.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Undefined,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    coerce_input_value,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    type_from_ast,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

from twofold.late import Late

__all__ = ["Operation", "prepare"]

LATE_ARGUMENTS = ("id", "filter", "offset")
WRITTEN = ("input", "idempotencyKey")
"""Arguments of mutations, which are read when the mutation is executed: what is compiled does not depend on them."""
CURSORS = ("after", "before")
JSON_FILTER = "JSONFilter"
BY_VALUE = ("Boolean", "JSON")
"""Scalars whose value decides what is asked: null or not, a text or a number."""
MAX_ERRORS = 50


@dataclass(frozen=True, kw_only=True, eq=False)
class Operation:
    """An operation of a document: all that does not depend on a request."""

    schema: GraphQLSchema
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    root: GraphQLObjectType
    late: Mapping[str, GraphQLInputType]
    """Variables that are late, and their types."""
    written: Set[str]
    """Variables that are only in what a mutation writes."""
    cursors: Set[str]
    """Variables that hold a cursor."""
    plain: Sequence[GraphQLVariableSignature] | None
    """The variables, when none of them can nest."""
    length: int
    """The characters of its document."""

    @property
    def is_query(self) -> bool:
        """Whether it changes nothing."""
        return self.node.operation is OperationType.QUERY

    @property
    def is_atomic(self) -> bool:
        """Whether all of a mutation's fields are to be done, or none."""
        return any(each.name.value == "atomic" for each in self.node.directives or ())

    def holds_cursor(self, variables: VariableValues) -> bool:
        """Returns whether a request turns a page by a variable: what is asked then depends on what is in it."""
        return any(variables.coerced.get(name) is not None for name in self.cursors)

    def variables(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """Returns the values of its variables, coerced, or what is wrong with them."""
        return self._all_given(given) or get_variable_values(
            self.schema, self.node.variable_definitions or (), dict(given), max_errors=MAX_ERRORS
        )

    def _all_given(self, given: Mapping[str, Any]) -> VariableValues | None:
        """The short way, for a request that gives a plain value to each variable, and right ones."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature in self.plain or ():
            value = given.get(signature.name)
            found = Undefined if value is None else coerce_input_value(value, signature.type)
            if found is Undefined:
                return None
            sources[signature.name] = VariableValueSource(signature, value)
            coerced[signature.name] = found
        return None if self.plain is None else VariableValues(sources, coerced)

    def form(self, variables: VariableValues) -> tuple[Hashable, VariableValues]:
        """Returns the form of a request's variables: the key of what is asked, and the values with `Late` ones."""
        keys: list[Hashable] = []
        marked: dict[str, Any] = {}
        for name, value in variables.coerced.items():
            if name in self.written:
                marked[name] = value
                continue
            type_ = self.late.get(name)
            marked[name], key = (value, _by_value(value)) if type_ is None else _marked(type_, value, (name,))
            keys.append((name, key))
        return tuple(keys), VariableValues(variables.sources, marked)


def prepare(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode,
            fragments: dict[str, FragmentDetails]) -> Operation:  # fmt: skip
    """Returns what is to be kept of an operation of a valid document."""
    root = schema.get_root_type(node.operation)
    assert root is not None  # noqa: S101  # the document is valid
    assert document.loc is not None  # noqa: S101  # it was parsed from a text
    used = _Uses(TypeInfo(schema))
    visit(document, TypeInfoVisitor(used.types, used))
    types = {each.variable.name.value: type_from_ast(schema, each.type) for each in node.variable_definitions or ()}
    late = {name: type_ for name, type_ in types.items() if type_ is not None and name not in used.settled}
    return Operation(
        schema=schema, node=node, fragments=fragments, root=root, late=late,  # type: ignore[arg-type]
        written=used.written - used.read, cursors=used.cursors, plain=_plain(schema, node),
        length=len(document.loc.source.body),
    )  # fmt: skip


def _plain(schema: GraphQLSchema, node: OperationDefinitionNode) -> Sequence[GraphQLVariableSignature] | None:
    signatures = [get_variable_signature(schema, each) for each in node.variable_definitions or ()]
    plain = [each for each in signatures if not isinstance(each, GraphQLError) and _is_flat(each.type)]
    return plain if len(plain) == len(signatures) else None


def _is_flat(type_: GraphQLInputType) -> bool:
    """Whether a type is of single values, or an object of these and of lists of them, so that it cannot nest."""
    inner = get_nullable_type(type_)
    if isinstance(inner, GraphQLInputObjectType):
        return all(is_leaf_type(get_named_type(field.type)) for field in inner.fields.values())
    return is_leaf_type(inner)


class _Uses(Visitor):
    """Which variables of a document are used where they cannot be late, and which hold cursors."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.settled: set[str] = set()
        self.cursors: set[str] = set()
        self.written: set[str] = set()
        self.read: set[str] = set()

    def enter_variable(self, node: VariableNode, _key: object, parent: Any, _path: object, ancestors: list[Any]
                       ) -> None:  # fmt: skip
        """Looks at one use."""
        if isinstance(parent, VariableDefinitionNode):
            return
        above = [*ancestors, parent]
        argument = next((each.name.value for each in reversed(above) if isinstance(each, ArgumentNode)), None)
        (self.written if argument in WRITTEN else self.read).add(node.name.value)
        if argument in CURSORS:
            self.cursors.add(node.name.value)
        if argument not in LATE_ARGUMENTS or isinstance(ancestors[-1], ListValueNode) or self._inside_json():
            self.settled.add(node.name.value)

    def _inside_json(self) -> bool:
        type_ = self.types.get_parent_input_type()
        return type_ is not None and get_named_type(type_).name == JSON_FILTER


def _marked(type_: GraphQLInputType, value: Any, path: tuple[str | int, ...]) -> tuple[Any, Hashable]:
    """A value with its late parts marked, and the key of what is left of it."""
    if value is None:
        return None, None
    match get_nullable_type(type_):
        case GraphQLList() as listed if isinstance(get_named_type(listed), GraphQLInputObjectType):
            items: Any = listed.of_type  # an input type, as all in an input type
            parts = [_marked(items, each, (*path, number)) for number, each in enumerate(value)]
            return [part for part, _ in parts], tuple(key for _, key in parts)
        case GraphQLInputObjectType() as object_ if object_.name != JSON_FILTER:
            fields = {name: _marked(object_.fields[name].type, each, (*path, name)) for name, each in value.items()}
            return {name: part for name, (part, _) in fields.items()}, tuple(
                (name, key) for name, (_, key) in fields.items()
            )
        case inner:
            named = get_named_type(inner)
            if isinstance(named, GraphQLEnumType | GraphQLInputObjectType) or named.name in BY_VALUE:
                return value, _by_value(value)
            return Late(path), "late"


def _by_value(value: Any) -> Hashable:
    if isinstance(value, dict | list):
        return repr(value)
    return type(value).__name__, value
