"""Executing a document: the plan answers queries, one statement a root field; graphql-core's executor the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any
from uuid import UUID

from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLObjectType,
    is_non_null_type,
    located_error,
)
from graphql.execution.values import VariableValues

from twofold.actor import Actor
from twofold.audit import Origin
from twofold.cache.basis import Basis
from twofold.engine import Engine
from twofold.errors import NotFound, ServiceError, TooCostly, TooDeep
from twofold.late import settled
from twofold.request import Ask
from twofold_graphql.ahead import Ahead
from twofold_graphql.asking import Asked, Asker, Fetched, First, Known, Placed
from twofold_graphql.compile import KEY, Compiler, NotPlannable
from twofold_graphql.errors import error_entry, refusal_entry
from twofold_graphql.mutations import Done, Mutation, Mutations
from twofold_graphql.operations import Operation
from twofold_graphql.parsing import Parser
from twofold_graphql.resolvers import Context
from twofold_graphql.schema import build_schema

__all__ = ["Executing", "NotAQuery", "Request"]

NOT_ATOMIC = "This cannot be done in one transaction; leave out @atomic, or select each field in one way only."


@dataclass(slots=True, kw_only=True)
class Request:
    """A GraphQL request, as the transport understood it."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    actor: Actor
    request_id: str | None
    address: str = ""
    """The client's; empty where nobody knows."""
    show_cost: bool = False
    """Whether the answer says in `extensions.cost` how many rows may have been read."""
    only_query: bool = False
    """Whether anything but a query is refused: a GET must not change anything."""
    basis: Basis = field(default_factory=Basis)
    """What the answer turns out to be based on."""

    @property
    def origin(self) -> Origin:
        """Where a change came in."""
        return Origin(face="graphql", request_id=self.request_id, address=self.address)


class _Failed(Exception):
    """One of several mutations that are all done or none was refused."""

    def __init__(self, done: Done) -> None:
        self.done = done


class _Undone(Exception):
    """Nothing of an operation may stay; its answer is known."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer


class NotAQuery(Exception):
    """A mutation came by GET."""


class Executing:
    """Executes requests against the schema of an engine's resources."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.strawberry = build_schema(engine)
        self.schema = self.strawberry._schema
        self.compiler = Compiler(engine, self.schema)
        self.reference_compiler = Compiler(engine, self.schema, plannable=False)
        self.parser = Parser(self.schema)
        self.mutations = Mutations(engine, self.compiler)
        self.asker = Asker(engine, self.schema, self.mutations, self.reference_compiler)

    async def execute(self, request: Request, *, planned: bool = True) -> dict[str, Any]:
        """Returns the response: `errors` and `data`; without `data` when nothing was executed.

        With `planned=False`, graphql-core's executor answers everything: the reference to compare with.

        Raises:
            NotAQuery: the operation is no query, and `only_query` is set.
        """
        known = self.parser.document(request.query)
        if known.document is None or known.errors:
            return self._refused(known.errors, request, known.code)
        operation = self.parser.operation(known, request.operation_name, request.variables)
        if isinstance(operation, list):
            return self._refused(operation, request, "invalid")
        if not operation.is_query:
            request.basis.refuse()
            if request.only_query:
                raise NotAQuery
        variables = operation.variables(request.variables)
        if isinstance(variables, list):
            return self._refused(variables, request, "invalid")
        try:
            return await self._executed(known.document, operation, variables, request, planned=planned)
        except TooCostly as error:
            return {"errors": [refusal_entry(error, request.request_id)]}

    async def _executed(self, document: DocumentNode, operation: Operation, variables: VariableValues,
                        request: Request, *, planned: bool) -> dict[str, Any]:  # fmt: skip
        """Answers by the plan where it can; what is all done or not at all has no other way."""
        if request.show_cost:
            request.basis.about(None)
        try:
            if planned or operation.is_atomic:
                return await self._planned(operation, variables, request)
        except (NotPlannable, GraphQLError):  # an argument can be wrong at run time: null by a variable's default
            if operation.is_atomic:
                return self._refused([GraphQLError(NOT_ATOMIC)], request, "invalid")
        except TooDeep:
            pass  # SQLite cannot parse the whole; the reference executor asks level by level
        rows = self.asker.check_bounds(operation, variables)  # nothing was asked of the database yet
        return _with_cost(await self._by_reference(document, operation, variables, request), request, rows)

    async def _by_reference(self, document: DocumentNode, operation: Operation, variables: VariableValues,
                            request: Request) -> dict[str, Any]:  # fmt: skip
        request.basis.refuse()  # its reads do not say what they are based on
        request.basis.about(None)
        ahead = Ahead()
        built = Executor.build(
            self.schema,
            document,
            raw_variable_values=dict(request.variables),
            operation_name=request.operation_name,
            context_value=Context(self.engine, request.actor, self.reference_compiler,
                                  Mutations(self.engine, self.reference_compiler),
                                  self.asker.scope(operation, variables), request.origin),
            is_awaitable=ahead.is_awaitable,
        )  # fmt: skip
        assert isinstance(built, Executor)  # noqa: S101  # its variables are known to fit
        try:
            result = built.execute_operation()
            executed: Any = await result if isawaitable(result) else result
        finally:
            ahead.close()
        return self._response(executed, request)

    # -- planned ------------------------------------------------------------------------------------------------

    async def _planned(self, operation: Operation, variables: VariableValues, request: Request) -> dict[str, Any]:
        """Answers by the plan.

        Raises:
            GraphQLError: an argument is wrong, which could not be known before.
            NotPlannable, TooDeep: the reference executor must answer the operation.
            TooCostly: it asks too many questions.
        """
        asking = self.asker.asked(operation, variables)
        if operation.is_atomic:
            answer = await self._all_or_nothing(request, asking.fields, variables)
        else:
            answer = await self._answer(operation.root, request, asking.fields, variables)
        return _with_cost(answer, request, asking.cost)

    async def _answer(self, type_: GraphQLObjectType, request: Request, asked: Sequence[Asked],
                      variables: VariableValues) -> dict[str, Any]:  # fmt: skip
        """Asks one question after another, up to the first whose refusal leaves nothing of the answer.

        Raises:
            TooDeep: one of them is too deep for one statement.
            GraphQLError: an argument is wrong, which could not be known before.
        """
        data: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        for each in asked:
            value, wrong = None, list[dict[str, Any]]()
            try:
                if isinstance(each.question, Mutation):
                    value, wrong = await self._mutated(request, each.key, each.question, variables)
                else:
                    value = await self._value(request, each.question, variables.coerced)
            except TooDeep:
                raise
            except (ServiceError, GraphQLError) as error:
                if isinstance(error, GraphQLError) and type_ is not self.schema.mutation_type:
                    raise
                wrong = [self._refusal(each, error, request)]
                if is_non_null_type(type_.fields[each.details[0].node.name.value].type):
                    return {"errors": wrong, "data": None}
            errors += wrong
            data[each.key] = value
        return {"errors": errors, "data": data} if errors else {"data": data}

    async def _mutated(self, request: Request, key: str, asked: Mutation, variables: VariableValues
                       ) -> tuple[dict[str, Any], list[dict[str, Any]]]:  # fmt: skip
        done = await self.mutations.execute(request.actor, request.origin, asked, variables)
        return await self.mutations.payload(request.actor, request.origin, asked, done, key, variables)

    async def _all_or_nothing(self, request: Request, asked: Sequence[Asked], variables: VariableValues
                              ) -> dict[str, Any]:  # fmt: skip
        """Answers a mutation whose fields are all done, in one transaction, or none of them."""
        for each in asked:
            if isinstance(each.question, ServiceError):  # what cannot be answered is not begun
                return {"errors": [self._refusal(each, each.question, request)], "data": None}
        data: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        try:
            async with self.engine.database.transaction():
                for each in asked:
                    try:
                        payload = await self._done(request, each, variables)
                    except (ServiceError, GraphQLError) as error:
                        raise _Undone({"errors": [self._refusal(each, error, request)], "data": None}) from None
                    except _Failed as failed:
                        raise _Undone(await self._undone(request, asked, each, failed.done, variables)) from None
                    data[each.key] = payload[0]
                    errors += payload[1]
        except _Undone as undone:
            return undone.answer
        return {"errors": errors, "data": data} if errors else {"data": data}

    async def _done(self, request: Request, asked: Asked, variables: VariableValues
                    ) -> tuple[Any, list[dict[str, Any]]]:  # fmt: skip
        """Does one of several, and returns its payload with the errors of what could not be read of it."""
        if not isinstance(asked.question, Mutation):
            return await self._value(request, asked.question, variables.coerced), []
        done = await self.mutations.execute(request.actor, request.origin, asked.question, variables)
        if done.wrong:
            raise _Failed(done)
        return await self.mutations.payload(
            request.actor, request.origin, asked.question, done, asked.key, variables
        )  # fmt: skip

    async def _undone(self, request: Request, asked: Sequence[Asked], failed: Asked, done: Done,
                      variables: VariableValues) -> dict[str, Any]:  # fmt: skip
        """The answer when one of several failed: it says why, and the others that they were not done."""
        message = f"Nothing was written, because {failed.key} failed."
        wrong: dict[str, Any] = {"code": "rolled_back", "message": message, "path": [], "hint": None}
        data: dict[str, Any] = {}
        for each in asked:
            if isinstance(each.question, Mutation):
                came = Done(wrong=done.wrong) if each is failed else Done(wrong=[wrong])
                data[each.key], _ = await self.mutations.payload(
                    request.actor, request.origin, each.question, came, each.key, variables
                )
            else:
                data[each.key] = await self._value(request, each.question, variables.coerced)
        return {"data": data}

    def _refusal(self, asked: Asked, error: ServiceError | GraphQLError, request: Request) -> dict[str, Any]:
        nodes = [found.node for found in asked.details]
        if isinstance(error, ServiceError):
            refused = GraphQLError(error.message, nodes, path=[asked.key], original_error=error)
            return error_entry(refused, request.request_id, code=error.code)
        return error_entry(located_error(error, nodes, [asked.key]), request.request_id, code="invalid")

    async def _value(self, request: Request, question: Fetched, given: Mapping[str, Any]) -> Any:
        match question:
            case Known(value):
                return value
            case Ask():
                return await self._first(request, (question,), given)
            case First(asks):
                return await self._first(request, asks, given)
            case Placed(keys, asks):
                ready = [Ask(read=ask.read, values=settled(ask.values, given)) for ask in asks]
                found = await self._found(request, ready, {each for each in keys if each is not None})
                return [None if each is None else found.get(str(each)) for each in keys]
            case ServiceError():
                raise question

    async def _first(self, request: Request, asks: Sequence[Ask], given: Mapping[str, Any]) -> Any:
        """What the first question finds that finds anything. Whether one is refused depends on nothing found."""
        try:
            ready = [Ask(read=ask.read, values=settled(ask.values, given)) for ask in asks]
        except NotFound:
            return None
        if len(ready) > 1:
            self._check(request.actor, ready)
        for ask in ready:
            found = await self.engine.read(request.actor, ask, request.basis)
            if found is not None:
                return found
        return None

    async def _found(self, request: Request, asks: Sequence[Ask], keys: Set[UUID]) -> dict[str, Any]:
        """Objects by their keys, up to the type with which all are found."""
        self._check(request.actor, asks)
        found: dict[str, Any] = {}
        for ask in asks:
            if len(found) < len(keys):
                rows = await self.engine.read(request.actor, ask, request.basis)
                found |= {str(row.pop(KEY)): row for row in rows}
        return found

    def _check(self, actor: Actor, asks: Sequence[Ask]) -> None:
        for ask in asks:
            self.engine.cost(actor, ask.read)

    # -- responses ----------------------------------------------------------------------------------------------

    def _refused(self, errors: tuple[GraphQLError, ...] | list[GraphQLError], request: Request, code: str
                 ) -> dict[str, Any]:  # fmt: skip
        return {"errors": [error_entry(each, request.request_id, code=code) for each in errors]}

    def _response(self, result: ExecutionResult, request: Request) -> dict[str, Any]:
        if not result.errors:
            return {"data": result.data}
        # Where nothing is left of the answer, the last error says why; others may or may not have been found before.
        told = result.errors if result.data is not None else result.errors[-1:]
        errors = [error_entry(each, request.request_id, code="invalid") for each in told]
        return {"errors": errors, "data": result.data}


def _with_cost(answer: dict[str, Any], request: Request, rows: int) -> dict[str, Any]:
    return answer | {"extensions": {"cost": rows}} if request.show_cost else answer
