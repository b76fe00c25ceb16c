"""Resolvers for graphql-core's executor: one field at a time, rows gathered by dataloaders.

They answer what the plan cannot (introspection beside data, mutations, a connection selected in two ways), and they are
the reference that the planned answers are compared with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeAlias

from graphql import GraphQLField, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails
from strawberry.dataloader import DataLoader

from twofold.actor import Actor
from twofold.audit import Origin
from twofold.condition import Compare, Slot
from twofold.cost import check_cost, cost
from twofold.engine import Engine
from twofold.errors import NotFound
from twofold.fetch import plain
from twofold.plan import plan
from twofold.request import Ask, Leaf, Nested, Read
from twofold.spec import ComputedSpec, RelationSpec, ResourceSpec
from twofold.write import parse_key
from twofold_graphql.aggregates import aggregate_key
from twofold_graphql.compile import Compiler, Scope
from twofold_graphql.mutations import Mutations
from twofold_graphql.node import parse_ids, wanted
from twofold_graphql.offers import Offer

__all__ = [
    "TYPE",
    "Context",
    "SortDirection",
    "aggregate",
    "all_written",
    "computed",
    "from_row",
    "many",
    "mutation",
    "node",
    "nodes",
    "one",
    "related",
    "written",
]

Resolver: TypeAlias = Callable[[Any, GraphQLResolveInfo[Any]], Awaitable[Any]]

KEY = "__key"
TYPE = "__type"
"""Under which name an object of an abstract type says its own."""


class SortDirection(Enum):
    """Which end comes first. Null comes last going up, and first going down."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass
class Context:
    """What the resolvers of one request share; the dataloaders are in it, and never outlive it."""

    engine: Engine
    actor: Actor
    compiler: Compiler
    """The one whose Reads are good for their bounds also where they cannot be planned."""
    mutations: Mutations
    scope: Scope
    origin: Origin
    loaders: dict[Any, DataLoader[Any, Any]] = field(default_factory=dict)

    def check(self, ask: Ask) -> None:
        """Refuses what the plan would refuse, so that no bound is loose on the way of each field by itself."""
        plan(ask.read, self.engine.policies.of(self.actor))
        check_cost(cost(ask.read), self.engine.settings.max_cost)

    async def read(self, ask: Ask) -> Any:
        """Returns the service's answer as plain values."""
        return plain(await self.engine.read(self.actor, ask))


def from_row(row: Mapping[str, Any], name: str) -> Any:
    """Returns what an object has under a name; objects are rows, as dictionaries."""
    return row.get(name)


def one(spec: ResourceSpec) -> Resolver:
    """Returns the resolver of `product(id)`."""

    async def resolve(_: Any, info: GraphQLResolveInfo[Any]) -> Any:
        context, details = _here(info)
        return await _by_key(context, spec, details, _arguments(info)["id"])

    return resolve


async def node(_: Any, info: GraphQLResolveInfo[Any]) -> Any:
    """Returns the first object with an id among the types that the fragments name."""
    context, details = _here(info)
    compiler, key = context.compiler, _arguments(info)["id"]
    specs = wanted(compiler.nodes, context.scope, details)
    try:
        asks = [compiler.one(spec, context.scope, details, key) for spec in specs]
    except NotFound:
        return None
    for ask in asks:
        context.check(ask)
    for spec in specs:
        found = await _by_key(context, spec, details, key)
        if found is not None:
            return found | {TYPE: spec.type_name}
    return None


async def nodes(_: Any, info: GraphQLResolveInfo[Any]) -> list[Any]:
    """Returns objects of the types that the fragments name, in the places of their ids."""
    context, details = _here(info)
    compiler, found = context.compiler, dict[str, Any]()
    specs = wanted(compiler.nodes, context.scope, details)
    keys = parse_ids(compiler.nodes, _arguments(info)["ids"])
    sought = list(dict.fromkeys(each for each in keys if each is not None))
    for ask in [compiler.some(spec, context.scope, details, sought) for spec in specs if sought]:
        context.check(ask)
    for spec in specs:
        if len(found) < len(sought):
            columns = compiler.columns(spec, context.scope, details)
            rows = await context.read(Ask(read=compiler.by_keys(spec, columns, len(sought)), values=(sought,)))
            found |= {row[spec.pk.name]: row | {TYPE: spec.type_name} for row in rows}
    return [None if each is None else found.get(str(each)) for each in keys]


def many(spec: ResourceSpec) -> Resolver:
    """Returns the resolver of `products(…)`."""

    async def resolve(_: Any, info: GraphQLResolveInfo[Any]) -> Any:
        context, details = _here(info)
        context.check(context.compiler.many(spec, context.scope, _field(info), details))
        values: list[Any] = []
        read = context.compiler.connection_columns(spec, context.scope, _field(info), details, values)
        return await context.read(Ask(read=read, values=tuple(values)))

    return resolve


def related(spec: ResourceSpec, relation: RelationSpec) -> Resolver:
    """Returns the resolver of a relation: one statement for all objects of a level."""

    async def resolve(row: Mapping[str, Any], info: GraphQLResolveInfo[Any]) -> Any:
        context, details = _here(info)
        place = (relation, tuple(id(each.node) for each in details))
        loader = context.loaders.get(place)
        if loader is None:
            gather = _gatherer(context, spec, relation, _field(info), details)
            loader = context.loaders[place] = DataLoader(load_fn=gather)
        return await loader.load(row[spec.pk.name])

    return resolve


def _gatherer(context: Context, spec: ResourceSpec, relation: RelationSpec, field: GraphQLField,
              details: list[FieldDetails]) -> Callable[[list[str]], Awaitable[list[Any]]]:  # fmt: skip
    async def gather(keys: list[str]) -> list[Any]:
        values: list[Any] = [[parse_key(spec, key) for key in keys]]
        target, compiler = relation.target, context.compiler
        if relation.join.many:
            nested = compiler.connection_columns(target, context.scope, field, details, values)
        else:
            nested = Read(resource=target, fields=compiler.columns(target, context.scope, details), one=True)
        read = Read(
            resource=spec,
            fields=(Leaf(KEY, spec.pk), Nested("found", relation, nested)),
            filter=Compare(spec.pk.column, "in", Slot("read", 0)),
            limit=len(keys),
        )
        rows = await context.read(Ask(read=read, values=tuple(values)))
        found = {row[KEY]: row["found"] for row in rows}
        return [found.get(key) for key in keys]

    return gather


async def aggregate(connection: Mapping[str, Any], info: GraphQLResolveInfo[Any]) -> Any:
    """Returns what the connection's own statement found of all its rows, or of groups of them."""
    return connection[aggregate_key(str(info.path.key))]


def computed(made: ComputedSpec) -> Resolver:
    """Returns the resolver of a field made in Python: one call for all objects of a level."""

    async def resolve(row: Mapping[str, Any], info: GraphQLResolveInfo[Any]) -> Any:
        context: Context = info.context
        loader = context.loaders.get(made)
        if loader is None:

            async def gather(rows: list[Mapping[str, Any]]) -> Sequence[Any]:
                return made.declared.resolve(rows)

            loader = context.loaders[made] = DataLoader(load_fn=gather, cache=False)
        return await loader.load({need.name: row[f"__{need.name}"] for need in made.needs})

    return resolve


def mutation(offer: Offer) -> Resolver:
    """Returns the resolver of a mutation: what a form can show is in the payload, the rest are top-level errors."""

    async def resolve(_: Any, info: GraphQLResolveInfo[Any]) -> Any:
        context, details = _here(info)
        mutations, arguments = context.mutations, _arguments(info)
        asked = mutations.compile(offer, context.scope, _field(info), details)
        mutations.check(context.actor, asked)
        done = await mutations.write(context.actor, context.origin, offer, arguments)
        return {
            "errors": done.wrong, KEY: plain(list(done.keys)), "deleted_ids": plain(list(done.keys)),
            "deleted_id": plain(done.key),
        }  # fmt: skip

    return resolve


def written(spec: ResourceSpec) -> Resolver:
    """Returns the resolver of the object in a mutation's payload."""

    async def resolve(payload: Mapping[str, Any], info: GraphQLResolveInfo[Any]) -> Any:
        context, details = _here(info)
        keys = payload[KEY]
        return await _by_key(context, spec, details, keys[0]) if keys else None

    return resolve


def all_written(spec: ResourceSpec) -> Resolver:
    """Returns the resolver of the objects in the payload of a mutation of several."""

    async def resolve(payload: Mapping[str, Any], info: GraphQLResolveInfo[Any]) -> Any:
        context, details = _here(info)
        return [None if key is None else await _by_key(context, spec, details, key) for key in payload[KEY]]

    return resolve


async def _by_key(context: Context, spec: ResourceSpec, details: list[FieldDetails], key: str) -> Any:
    try:
        ask = context.compiler.one(spec, context.scope, details, key)
    except NotFound:
        return None
    context.check(ask)
    fields = context.compiler.columns(spec, context.scope, details)
    return await context.read(Ask(read=replace(ask.read, fields=fields), values=ask.values[:1]))


def _here(info: GraphQLResolveInfo[Any]) -> tuple[Context, list[FieldDetails]]:
    return info.context, [FieldDetails(node, None) for node in info.field_nodes]


def _field(info: GraphQLResolveInfo[Any]) -> GraphQLField:
    field: GraphQLField = info.parent_type.fields[info.field_name]
    return field


def _arguments(info: GraphQLResolveInfo[Any]) -> dict[str, Any]:
    context, details = _here(info)
    return context.scope.arguments(_field(info), details[0])
