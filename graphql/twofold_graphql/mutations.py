"""Mutations: a write, and a payload that says what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from graphql import GraphQLError, GraphQLField, get_named_type
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues, get_argument_values

from twofold.actor import Actor
from twofold.audit import Origin
from twofold.engine import Engine
from twofold.errors import Conflict, FieldError, Invalid, NotFound, ServiceError, TooCostly, TooDeep
from twofold.fetch import plain
from twofold.late import Late, settled
from twofold.request import Ask, Constant
from twofold.spec import ResourceSpec
from twofold.write import Write
from twofold_graphql.compile import Compiler, Scope
from twofold_graphql.errors import error_entry
from twofold_graphql.names import Names, camel

__all__ = ["Action", "Mutation", "Mutations", "input_errors", "write_of"]

Action: TypeAlias = Literal["create", "update", "delete"]

WRITTEN = ""
"""Where the key of the written row is among what a request brings; no variable has this name."""


@dataclass(frozen=True)
class Errors:
    """The part of a payload that lists what is wrong with the input: of each error, what is selected."""

    parts: tuple[tuple[str, str | Constant], ...]


Part: TypeAlias = Ask | ServiceError | Errors | Constant | Literal["deleted_id"]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A field at the top of a mutation: its write, and by response key what its payload has."""

    spec: ResourceSpec
    action: Action
    field: GraphQLField
    details: FieldDetails
    payload: Mapping[str, tuple[FieldDetails, Part]]


class Mutations:
    """Makes mutations of the fields of one schema, and executes them."""

    def __init__(self, engine: Engine, compiler: Compiler) -> None:
        self.engine = engine
        self.compiler = compiler

    def compile(self, spec: ResourceSpec, action: Action, scope: Scope, field: GraphQLField, found: list[FieldDetails]
                ) -> Mutation:  # fmt: skip
        """Returns a mutation whose payload is compiled, so that it costs one statement.

        Raises:
            NotPlannable: the reference executor must answer the operation.
        """
        type_ = get_named_type(field.type)
        payload: dict[str, tuple[FieldDetails, Part]] = {
            key: (below[0], self._part(spec, scope, type_, below)) for key, below in scope.below(type_, found).items()
        }
        return Mutation(spec=spec, action=action, field=field, details=found[0], payload=payload)

    def _part(self, spec: ResourceSpec, scope: Scope, type_: Any, found: list[FieldDetails]) -> Part:
        name = found[0].node.name.value
        match name:
            case "__typename":
                return Constant(name, type_.name)
            case "deletedId":
                return "deleted_id"
            case "errors":
                errors = get_named_type(type_.fields[name].type)
                return Errors(tuple((key, _member(errors, below)) for key, below in scope.below(errors, found).items()))
        try:
            return self.compiler.one(spec, scope, found, Late((WRITTEN,)))
        except ServiceError as error:
            return error

    async def execute(self, actor: Actor, request_id: str | None, asked: Mutation, path: str, variables: VariableValues
                      ) -> tuple[dict[str, Any], list[dict[str, Any]]]:  # fmt: skip
        """Returns the payload, and the errors of what could not be read of it.

        Raises:
            ServiceError: nothing was written, for a reason that no form could show.
            GraphQLError: an argument is wrong, which could not be known before.
        """
        fragment = asked.details.fragment_variable_values
        arguments = get_argument_values(asked.field, asked.details.node, variables, fragment)
        write = write_of(asked.spec, asked.action, arguments, self.compiler.names, request_id)
        try:
            key, wrong = await self.engine.write(actor, write), []
        except (Invalid, Conflict) as error:
            key, wrong = None, input_errors(error)
        payload: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        for name, (details, part) in asked.payload.items():
            payload[name] = None
            try:
                payload[name] = await self._value(actor, part, key, wrong, variables)
            except ServiceError as error:
                refused = GraphQLError(error.message, [details.node], path=[path, name], original_error=error)
                errors.append(error_entry(refused, request_id, code=error.code))
        return payload, errors

    async def _value(self, actor: Actor, part: Part, key: Any, wrong: Sequence[Mapping[str, Any]],
                     variables: VariableValues) -> Any:  # fmt: skip
        match part:
            case Constant(value=value):
                return value
            case Errors(parts):
                return [
                    {name: what.value if isinstance(what, Constant) else each[what] for name, what in parts}
                    for each in wrong
                ]
            case _ if key is None:
                return None
            case "deleted_id":
                return plain(key)
            case Ask(read=read, values=values):
                try:
                    ask = Ask(read=read, values=settled(values, {**variables.coerced, WRITTEN: key}))
                    return await self.engine.read(actor, ask)
                except NotFound:
                    return None
                except TooDeep:
                    raise TooCostly("It is written, but the answer is too deep for one statement here.") from None
            case ServiceError():
                raise part


def _member(type_: Any, found: list[FieldDetails]) -> str | Constant:
    name = found[0].node.name.value
    return Constant(name, type_.name) if name == "__typename" else name


def write_of(spec: ResourceSpec, action: Action, arguments: Mapping[str, Any], names: Names, request_id: str | None
             ) -> Write:  # fmt: skip
    """Returns the change that a mutation with these arguments asks for."""
    given = {names.snake(name): value for name, value in arguments["input"].items()}
    key = None if action == "create" else given.pop("id")
    return Write(
        resource=spec,
        action="patch" if action == "update" else action,
        id=key,
        input=given,
        origin=Origin(face="graphql", request_id=request_id),
        idempotency_key=arguments.get("idempotencyKey"),
    )


def input_errors(error: Invalid | Conflict) -> list[dict[str, Any]]:
    """Returns what is wrong with an input as a payload says it."""
    found = error.field_errors or [FieldError(path=(), code=error.code, message=error.message)]
    return [
        {"code": each.code, "message": each.message, "path": [camel(str(step)) for step in each.path],
         "hint": error.hint}
        for each in found
    ]  # fmt: skip
