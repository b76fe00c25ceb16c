"""`node` and `nodes`: which types are looked for is what the selection's fragments say, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    SelectionSetNode,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import get_directive_values

from twofold.errors import Invalid, NotFound, TooCostly
from twofold.spec import ResourceSpec
from twofold.write import parse_key
from twofold_graphql.scalars import key_of

if TYPE_CHECKING:
    from twofold_graphql.compile import Scope

__all__ = ["NODE", "is_node", "parse_ids", "wanted"]

NODE = "Node"
MAX_IDS = 200
NO_TYPE = "Say by a fragment which types to look for, for example {name}(…) {{ ... on {example} {{ id }} }}."


def is_node(spec: ResourceSpec) -> bool:
    """Returns whether the resource's objects are nodes: their key is called id, and is of no other resource's rows.

    Keys that count up are not: they are whole numbers, where Node has an ID, and the same in each table.
    """
    return spec.pk.name == "id" and key_of(spec) == "ID"


def wanted(types: Mapping[str, ResourceSpec], scope: Scope, details: Sequence[FieldDetails]) -> list[ResourceSpec]:
    """Returns the resources that the fragments below a field name, in the order in which they come.

    Raises:
        Invalid: there are none.
    """
    sets = [each.node.selection_set for each in details if each.node.selection_set is not None]
    found = list(dict.fromkeys(name for each in sets for name in _named(scope, each) if name in types))
    if not found:
        raise Invalid(NO_TYPE.format(name=details[0].node.name.value, example=next(iter(types))))
    return [types[name] for name in found]


def _named(scope: Scope, selections: SelectionSetNode) -> Iterator[str]:
    """The type conditions of the fragments; within one on Node, or on none, of those below it."""
    for each in selections.selections:
        if isinstance(each, FieldNode) or not _included(scope, each):
            continue
        fragment: Any = scope.fragments[each.name.value].definition if isinstance(each, FragmentSpreadNode) else each
        condition = fragment.type_condition
        if condition is None or condition.name.value == NODE:
            yield from _named(scope, fragment.selection_set)
        else:
            yield condition.name.value


def _included(scope: Scope, node: Any) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, node, scope.variables)
    include = get_directive_values(GraphQLIncludeDirective, node, scope.variables)
    return not (skip and skip["if"]) and (include is None or include["if"])


def parse_ids(types: Mapping[str, ResourceSpec], ids: Sequence[str]) -> list[UUID | None]:
    """Returns the keys that the ids stand for; None for what can be no row's.

    Raises:
        TooCostly: they are too many.
    """
    if len(ids) > MAX_IDS:
        raise TooCostly(f"The request names {len(ids)} ids; the limit is {MAX_IDS}.")
    spec = next(iter(types.values()))  # the keys of all nodes are alike
    keys: list[UUID | None] = []
    for each in ids:
        try:
            keys.append(parse_key(spec, each))
        except NotFound:
            keys.append(None)
    return keys
