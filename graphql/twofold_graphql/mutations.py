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
from twofold.errors import Conflict, FieldError, Invalid, ItemsFailed, NotFound, ServiceError, TooCostly, TooDeep
from twofold.fetch import plain
from twofold.late import Late, settled
from twofold.request import Ask, Constant
from twofold.spec import ROW_ID
from twofold.write import Write, Written
from twofold_graphql.compile import KEY, Compiler, Scope
from twofold_graphql.errors import error_entry
from twofold_graphql.input_types import given_of
from twofold_graphql.names import Names, camel
from twofold_graphql.offers import Offer

__all__ = ["Done", "Mutation", "Mutations"]

WRITTEN = ""
"""Where what was written is among what a request brings; no variable has this name."""


@dataclass(frozen=True)
class Errors:
    """The part of a payload that lists what is wrong with the input: of each error, what is selected."""

    parts: tuple[tuple[str, str | Constant], ...]


Part: TypeAlias = Ask | Errors | Constant | Literal["deleted"]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A field at the top of a mutation: its write, and by response key what its payload has."""

    offer: Offer
    field: GraphQLField
    details: FieldDetails
    payload: Mapping[str, tuple[FieldDetails, Part]]


@dataclass(frozen=True, kw_only=True)
class Done:
    """What came of a mutation: of each row its key, None where it was not written, and what was wrong."""

    keys: Sequence[Any] = ()
    wrong: Sequence[Mapping[str, Any]] = ()

    @property
    def key(self) -> Any:
        """The key of the one row; None when it was not written."""
        return self.keys[0] if self.keys else None


class Mutations:
    """Makes mutations of the fields of one schema, and executes them."""

    def __init__(self, engine: Engine, compiler: Compiler) -> None:
        self.engine = engine
        self.compiler = compiler

    def compile(self, offer: Offer, scope: Scope, field: GraphQLField, found: list[FieldDetails]) -> Mutation:
        """Returns a mutation whose payload is compiled, so that it costs one statement.

        Raises:
            NotPlannable: the reference executor must answer the operation.
            ServiceError: the payload asks for what cannot be answered.
        """
        type_ = get_named_type(field.type)
        payload: dict[str, tuple[FieldDetails, Part]] = {
            key: (below[0], self._part(offer, scope, type_, below)) for key, below in scope.below(type_, found).items()
        }
        return Mutation(offer=offer, field=field, details=found[0], payload=payload)

    def _part(self, offer: Offer, scope: Scope, type_: Any, found: list[FieldDetails]) -> Part:
        name = found[0].node.name.value
        match name:
            case "__typename":
                return Constant(name, type_.name)
            case "deletedId" | "deletedIds":
                return "deleted"
            case "errors":
                errors = get_named_type(type_.fields[name].type)
                return Errors(tuple((key, _member(errors, below)) for key, below in scope.below(errors, found).items()))
        late = Late((WRITTEN,))
        ask = self.compiler.some if offer.many else self.compiler.one
        return ask(offer.spec, scope, found, late)

    def check(self, actor: Actor, asked: Mutation) -> None:
        """Checks that the payload can be answered, before anything is written for it.

        Raises:
            Forbidden, Unauthenticated, TooCostly: it cannot, as `Engine.cost` says.
        """
        for _, part in asked.payload.values():
            if isinstance(part, Ask):
                self.engine.cost(actor, part.read)

    async def write(self, actor: Actor, origin: Origin, offer: Offer, arguments: Mapping[str, Any]) -> Done:
        """Writes what a mutation with these arguments asks for.

        Raises:
            ServiceError: nothing was written, for a reason that no form could show.
        """
        told: dict[str, Any] = {"origin": origin, "idempotency_key": arguments.get("idempotencyKey")}
        try:
            if not offer.many:
                write = _write_of(offer, arguments, self.compiler.names)
                return Done(keys=[(await self.engine.write(actor, write, **told)).key])
            atomic = arguments.get("atomic")
            writes = _writes_of(offer, arguments, self.compiler.names)
            outcomes = await self.engine.write_all(actor, writes, atomic=atomic is None or atomic, **told)
        except ItemsFailed as error:
            return Done(wrong=_item_errors(error.failed))
        except (Invalid, Conflict) as error:
            return Done(wrong=input_errors(error))
        failed = {index: each for index, each in enumerate(outcomes) if isinstance(each, ServiceError)}
        keys = [each.key if isinstance(each, Written) else None for each in outcomes]
        return Done(keys=keys, wrong=_item_errors(failed))

    async def execute(self, actor: Actor, origin: Origin, asked: Mutation, variables: VariableValues) -> Done:
        """Writes what a mutation asks for, once it is known that its payload can be answered.

        Raises:
            ServiceError: nothing was written, for a reason that no form could show.
            GraphQLError: an argument is wrong, which could not be known before.
        """
        fragment = asked.details.fragment_variable_values
        arguments = get_argument_values(asked.field, asked.details.node, variables, fragment)
        self.check(actor, asked)
        return await self.write(actor, origin, asked.offer, arguments)

    async def payload(self, actor: Actor, origin: Origin, asked: Mutation, done: Done, path: str,
                      variables: VariableValues) -> tuple[dict[str, Any], list[dict[str, Any]]]:  # fmt: skip
        """Returns the payload, and the errors of what could not be read of it."""
        payload: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        for name, (details, part) in asked.payload.items():
            payload[name] = [] if asked.offer.many else None
            try:
                payload[name] = await self._value(actor, asked.offer, part, done, variables)
            except ServiceError as error:
                refused = GraphQLError(error.message, [details.node], path=[path, name], original_error=error)
                errors.append(error_entry(refused, origin.request_id, code=error.code))
        return payload, errors

    async def _value(self, actor: Actor, offer: Offer, part: Part, done: Done, variables: VariableValues) -> Any:
        match part:
            case Constant(value=value):
                return value
            case Errors(parts):
                return [
                    {name: what.value if isinstance(what, Constant) else each[what] for name, what in parts}
                    for each in done.wrong
                ]
            case "deleted":
                keys = plain(list(done.keys))
                return keys if offer.many else keys[0] if keys else None
            case Ask() if offer.many:
                return await self._rows(actor, part, done.keys, variables)
            case Ask():
                return None if done.key is None else await self._row(actor, part, done.key, variables)

    async def _row(self, actor: Actor, ask: Ask, key: Any, variables: VariableValues) -> Any:
        try:
            return await self._read(actor, ask, key, variables)
        except NotFound:
            return None

    async def _rows(self, actor: Actor, ask: Ask, keys: Sequence[Any], variables: VariableValues) -> list[Any]:
        written = [key for key in keys if key is not None]
        rows = await self._read(actor, ask, written, variables) if written else []
        found = {str(row.pop(KEY)): row for row in rows}
        return [None if key is None else found.get(str(key)) for key in keys]

    async def _read(self, actor: Actor, ask: Ask, written: Any, variables: VariableValues) -> Any:
        values = settled(ask.values, {**variables.coerced, WRITTEN: written})
        try:
            return await self.engine.read(actor, Ask(read=ask.read, values=values))
        except TooDeep:
            raise TooCostly("It is written, but the answer is too deep for one statement here.") from None


def _member(type_: Any, found: list[FieldDetails]) -> str | Constant:
    name = found[0].node.name.value
    return Constant(name, type_.name) if name == "__typename" else name


def _write_of(offer: Offer, arguments: Mapping[str, Any], names: Names) -> Write:
    return _one(offer, arguments.get("input", {}), names, arguments.get("ifMatch"))


def _writes_of(offer: Offer, arguments: Mapping[str, Any], names: Names) -> list[Write]:
    if offer.action == "delete":
        return [Write(resource=offer.spec, action="delete", id=key) for key in arguments["ids"]]
    return [_one(offer, given, names) for given in arguments["input"]]


def _one(offer: Offer, given: Mapping[str, Any], names: Names, if_match: str | None = None) -> Write:
    values = given_of(offer, given, names)
    key = None if offer.creates or offer.action == "upsert" else values.pop(ROW_ID)
    return Write(resource=offer.spec, action=offer.action, id=key, input=values, if_match=if_match)


def input_errors(error: ServiceError, *place: str) -> list[dict[str, Any]]:
    """Returns what is wrong with an input as a payload says it; `place` is where the input is among several."""
    found = error.field_errors or [FieldError(path=(), code=error.code, message=error.message)]
    return [
        {"code": each.code, "message": each.message, "path": [*place, *(camel(str(step)) for step in each.path)],
         "hint": error.hint}
        for each in found
    ]  # fmt: skip


def _item_errors(failed: Mapping[int, ServiceError]) -> list[dict[str, Any]]:
    return [each for index, error in failed.items() for each in input_errors(error, str(index))]
