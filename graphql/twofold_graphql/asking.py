"""What an operation asks of the service: a question for each field at its top, known before anything is answered."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from graphql import GraphQLError, GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues

from twofold.cost import check_cost, cost
from twofold.engine import Engine
from twofold.errors import NotFound, ServiceError, TooCostly
from twofold.kept import Kept
from twofold.request import Ask
from twofold_graphql.compile import Compiler, NotPlannable, Scope
from twofold_graphql.mutations import Mutation, Mutations
from twofold_graphql.names import camel
from twofold_graphql.node import parse_ids, wanted
from twofold_graphql.offers import offers
from twofold_graphql.operations import Operation
from twofold_graphql.parsing import MAX_KEPT_CHARACTERS

__all__ = ["Asked", "Asker", "Fetched", "First", "Known", "Placed"]

MAX_ROOT_FIELDS = 30
"""Fields at the top of an operation, aliases counted; each has the bounds of a whole request."""
MAX_KEPT = 1024
"""Forms of all operations."""


@dataclass(frozen=True)
class Known:
    """An answer that needs no asking."""

    value: str | None


@dataclass(frozen=True)
class First:
    """The first of several questions for an object that finds one."""

    asks: tuple[Ask, ...]


@dataclass(frozen=True)
class Placed:
    """Objects of several types, in the places of their keys; None is in the place of what can be no key."""

    keys: tuple[UUID | None, ...]
    asks: tuple[Ask, ...]


Fetched: TypeAlias = Ask | First | Placed | Known | ServiceError
Question: TypeAlias = Fetched | Mutation


class Asked(NamedTuple):
    """A field at the top of an operation, and what it asks of the service."""

    key: str
    details: list[FieldDetails]
    question: Question


class Asking(NamedTuple):
    """All that an operation asks, and how many rows may be read for it."""

    fields: list[Asked]
    cost: int


class Asker:
    """Finds what operations ask: by the compiler of `mutations` where the plan answers them.

    The bounds of those that graphql-core's executor answers are found by the reference compiler.
    """

    def __init__(self, engine: Engine, schema: GraphQLSchema, mutations: Mutations, reference_compiler: Compiler
                 ) -> None:  # fmt: skip
        self._max_cost = engine.settings.max_cost
        self._schema = schema
        self._mutations = mutations
        self._compiler = mutations.compiler
        self._reference_compiler = reference_compiler
        self._ones = {camel(spec.singular): spec for spec in engine.resources}
        self._manys = {camel(spec.plural): spec for spec in engine.resources}
        self._offers = {camel(each.name): each for spec in engine.resources for each in offers(spec)}
        self._kept: Kept[tuple[Operation, Hashable], Asking] = Kept(MAX_KEPT)

    def asked(self, operation: Operation, variables: VariableValues) -> Asking:
        """Returns what the operation asks with such variables: known, or compiled.

        Raises:
            GraphQLError: an argument is wrong, which could not be known before.
            NotPlannable: the reference executor must answer the operation.
            TooCostly: it asks for more than a request may.
        """
        if operation.holds_cursor(variables):
            return self._compiled(operation, variables)
        form, marked = operation.form(variables)
        asked = self._kept.get((operation, form))
        if asked is None:
            asked = self._compiled(operation, marked)
            if any(isinstance(each.question, ServiceError) for each in asked.fields):
                return self._compiled(operation, variables)  # what is wrong first may be a value
            if operation.length + len(repr(form)) <= MAX_KEPT_CHARACTERS:  # a variable may be as long as a request
                self._kept[operation, form] = asked
        return asked

    def _compiled(self, operation: Operation, variables: VariableValues) -> Asking:
        scope = self.scope(operation, variables)
        found = scope.root(operation.root)
        _check_root(found)
        fields = [Asked(key, details, self._question(operation.root, scope, details, self._compiler))
                  for key, details in found.items()]  # fmt: skip
        rows = sum(_cost(each.question) for each in fields)
        check_cost(rows, self._max_cost)
        return Asking(fields, rows)

    def _question(self, type_: GraphQLObjectType, scope: Scope, found: list[FieldDetails], compiler: Compiler
                  ) -> Question:  # fmt: skip
        """What a field at the top asks of the service; a word or null that needs no asking; or why it is refused.

        Raises:
            NotPlannable: the reference executor must answer the operation.
        """
        name = found[0].node.name.value
        if name == "__typename":
            return Known(type_.name)
        if name.startswith("__"):
            raise NotPlannable
        try:
            if type_ is self._schema.mutation_type:
                return self._mutations.compile(self._offers[name], scope, type_.fields[name], found)
            if name in self._manys:
                return compiler.many(self._manys[name], scope, type_.fields[name], found)
            if name == "nodes":
                return self._placed(scope, scope.arguments(type_.fields[name], found[0])["ids"], found, compiler)
            key = scope.arguments(type_.fields[name], found[0])["id"]
            if name == "node":
                specs = wanted(compiler.nodes, scope, found)
                return First(tuple(compiler.one(spec, scope, found, key) for spec in specs))
            return compiler.one(self._ones[name], scope, found, key)
        except NotFound:
            return Known(None)
        except ServiceError as error:
            return error

    def _placed(self, scope: Scope, ids: Sequence[str], found: list[FieldDetails], compiler: Compiler) -> Placed:
        specs = wanted(compiler.nodes, scope, found)
        keys = parse_ids(compiler.nodes, ids)
        sought = list(dict.fromkeys(each for each in keys if each is not None))
        return Placed(tuple(keys), tuple(compiler.some(spec, scope, found, sought) for spec in specs if sought))

    def check_bounds(self, operation: Operation, variables: VariableValues) -> int:
        """Returns the cost of an operation that the reference executor answers; the reads behind a write cost nothing.

        Raises:
            TooCostly: it asks for more than a request may.
        """
        scope, rows = self.scope(operation, variables), 0
        try:
            found = scope.root(operation.root)
        except GraphQLError:
            return 0  # a switch is null: so says the executor
        _check_root(found)
        for details in found.values() if operation.is_query else ():
            with suppress(NotPlannable, GraphQLError):  # of the schema, or refused when it is executed
                rows += _cost(self._question(operation.root, scope, details, self._reference_compiler))
        check_cost(rows, self._max_cost)
        return rows

    def scope(self, operation: Operation, variables: VariableValues) -> Scope:
        """Returns where the fields of an operation are looked up."""
        return Scope(schema=self._schema, operation=operation.node, fragments=operation.fragments, variables=variables)


def _check_root(asked: Mapping[str, Any]) -> None:
    if len(asked) > MAX_ROOT_FIELDS:
        raise TooCostly(f"The operation asks {len(asked)} questions at its top; the limit is {MAX_ROOT_FIELDS}.")


def _cost(question: Question) -> int:
    match question:
        case Ask(read=read):
            return cost(read)
        case First(asks=asks) | Placed(asks=asks):
            return sum(cost(ask.read) for ask in asks)
        case _:
            return 0
