"""Executing a document: the plan answers queries, one statement a root field; graphql-core's executor the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLObjectType,
    is_non_null_type,
    located_error,
    parse,
    specified_rules,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues
from strawberry.schema.schema import validate_document

from twofold.actor import Actor
from twofold.cost import check_cost, cost
from twofold.engine import Engine
from twofold.errors import NotFound, ServiceError, TooCostly, TooDeep
from twofold.kept import Kept
from twofold.late import settled
from twofold.request import Ask
from twofold_graphql.compile import KEY, Compiler, NotPlannable, Scope
from twofold_graphql.errors import error_entry, refusal_entry
from twofold_graphql.limits import MAX_TOKENS, check_document, check_length
from twofold_graphql.mutations import Done, Mutation, Mutations
from twofold_graphql.names import camel
from twofold_graphql.node import parse_ids, wanted
from twofold_graphql.offers import offers
from twofold_graphql.operations import Operation, prepare
from twofold_graphql.resolvers import Context
from twofold_graphql.schema import build_schema

__all__ = ["Executing", "Request"]

TOO_MANY_TOKENS = f"more than {MAX_TOKENS} tokens"
"""What graphql-core's parser says when it stops."""
TOO_LONG = f"The document has {TOO_MANY_TOKENS}, which is the limit; send what changes in variables."
NOT_ATOMIC = "This cannot be done in one transaction; leave out @atomic, or select each field in one way only."
MAX_ROOT_FIELDS = 30
"""Fields at the top of an operation, aliases counted; each has the bounds of a whole request."""
MAX_KEPT_CHARACTERS = 16_384
"""Longer documents are not kept, so that the kept ones have a bound in bytes too."""


@dataclass(slots=True, kw_only=True)
class Request:
    """A GraphQL request, as the transport understood it."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    actor: Actor
    request_id: str | None
    show_cost: bool = False
    """Whether the answer says in `extensions.cost` how many rows may have been read."""
    only_query: bool = False
    """Whether anything but a query is refused: a GET must not change anything."""


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


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed document and what is wrong with it."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    code: str = "invalid"
    operations: dict[str | None, Operation] = field(default_factory=dict)
    """Those that were asked for, by the name that the request gave."""


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


class Executing:
    """Executes requests against the schema of an engine's resources."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.strawberry = build_schema(engine)
        self.schema = self.strawberry._schema
        self.compiler = Compiler(engine, self.schema)
        self.reference_compiler = Compiler(engine, self.schema, plannable=False)
        self._documents: Kept[str, Document] = Kept(512)
        self.mutations = Mutations(engine, self.compiler)
        self._ones = {camel(spec.singular): spec for spec in engine.resources}
        self._manys = {camel(spec.plural): spec for spec in engine.resources}
        self._offers = {camel(each.name): each for spec in engine.resources for each in offers(spec)}

    async def execute(self, request: Request, *, planned: bool = True) -> dict[str, Any]:
        """Returns the response: `errors` and `data`; without `data` when nothing was executed.

        With `planned=False`, graphql-core's executor answers everything: the reference to compare with.

        Raises:
            NotAQuery: the operation is no query, and `only_query` is set.
        """
        known = self._document(request.query)
        if known.document is None or known.errors:
            return self._refused(known.errors, request, known.code)
        operation = self._operation(known, request)
        if isinstance(operation, list):
            return self._refused(operation, request, "invalid")
        if request.only_query and not operation.is_query:
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
        try:
            if planned or operation.is_atomic:
                return await self._planned(operation, variables, request)
        except (NotPlannable, GraphQLError):  # an argument can be wrong at run time: null by a variable's default
            if operation.is_atomic:
                return self._refused([GraphQLError(NOT_ATOMIC)], request, "invalid")
        except TooDeep:
            pass  # SQLite cannot parse the whole; the reference executor asks level by level
        rows = self._check_bounds(operation, variables)  # nothing was asked of the database yet
        return _with_cost(await self._by_reference(document, operation, variables, request), request, rows)

    async def _by_reference(self, document: DocumentNode, operation: Operation, variables: VariableValues,
                            request: Request) -> dict[str, Any]:  # fmt: skip
        built = Executor.build(
            self.schema,
            document,
            raw_variable_values=dict(request.variables),
            operation_name=request.operation_name,
            context_value=Context(self.engine, request.actor, self.reference_compiler,
                                  Mutations(self.engine, self.reference_compiler),
                                  self._scope(operation, variables), request.request_id),
        )  # fmt: skip
        assert isinstance(built, Executor)  # noqa: S101  # its variables are known to fit
        result = built.execute_operation()
        executed: Any = await result if isawaitable(result) else result
        return self._response(executed, request)

    def _operation(self, known: Document, request: Request) -> Operation | list[GraphQLError]:
        """Returns the operation that the request names, or what is wrong with that name."""
        operation = known.operations.get(request.operation_name)
        if operation is None:
            assert known.document is not None  # noqa: S101  # a document that cannot be parsed was refused
            built = Executor.build(self.schema, known.document, raw_variable_values=dict(request.variables),
                                   operation_name=request.operation_name)  # fmt: skip
            if isinstance(built, list):
                return built
            operation = prepare(self.schema, known.document, built.operation, built.fragments)
            known.operations[request.operation_name] = operation
        return operation

    def _scope(self, operation: Operation, variables: VariableValues) -> Scope:
        return Scope(schema=self.schema, operation=operation.node, fragments=operation.fragments, variables=variables)

    def _check_root(self, asked: Mapping[str, Any]) -> None:
        if len(asked) > MAX_ROOT_FIELDS:
            raise TooCostly(f"The operation asks {len(asked)} questions at its top; the limit is {MAX_ROOT_FIELDS}.")

    def faults(self, text: str) -> Sequence[GraphQLError]:
        """Returns what is wrong with a document, whatever its variables are."""
        return self._document(text).errors

    def _check_bounds(self, operation: Operation, variables: VariableValues) -> int:
        """Returns the cost of an operation that the reference executor answers; the reads behind a write cost nothing.

        Raises:
            TooCostly: it asks for more than a request may.
        """
        scope, rows = self._scope(operation, variables), 0
        try:
            found = scope.root(operation.root)
        except GraphQLError:
            return 0  # a switch is null: so says the executor
        self._check_root(found)
        for details in found.values() if operation.is_query else ():
            with suppress(NotPlannable, GraphQLError):  # of the schema, or refused when it is executed
                rows += _cost(self._question(operation.root, scope, details, self.reference_compiler))
        check_cost(rows, self.engine.settings.max_cost)
        return rows

    def _document(self, text: str) -> Document:
        known = self._documents.get(text)
        if known is None:
            known = self._parse(text)
            if len(text) <= MAX_KEPT_CHARACTERS:
                self._documents[text] = known
        return known

    def _parse(self, text: str) -> Document:
        try:
            check_length(text)
            document = parse(text, max_tokens=MAX_TOKENS)
            check_document(document)
        except ServiceError as error:
            return Document(document=None, errors=(GraphQLError(error.message, original_error=error),))
        except GraphQLError as error:
            if TOO_MANY_TOKENS not in error.message:
                return Document(document=None, errors=(error,), code="malformed")
            return Document(document=None, errors=(GraphQLError(TOO_LONG),), code="too_costly")
        return Document(
            document=document, errors=tuple(validate_document(self.schema, document, tuple(specified_rules)))
        )

    # -- planned ------------------------------------------------------------------------------------------------

    async def _planned(self, operation: Operation, variables: VariableValues, request: Request) -> dict[str, Any]:
        """Answers by the plan.

        Raises:
            GraphQLError: an argument is wrong, which could not be known before.
            NotPlannable, TooDeep: the reference executor must answer the operation.
            TooCostly: it asks too many questions.
        """
        asking = self._asked(operation, variables)
        if operation.is_atomic:
            answer = await self._all_or_nothing(request, asking.fields, variables)
        else:
            answer = await self._answer(operation.root, request, asking.fields, variables)
        return _with_cost(answer, request, asking.cost)

    def _asked(self, operation: Operation, variables: VariableValues) -> Asking:
        """What the operation asks with such variables: known, or compiled."""
        if operation.holds_cursor(variables):
            return self._compiled(operation, variables)
        form, marked = operation.form(variables)
        asked = operation.compiled.get(form)
        if asked is None:
            asked = self._compiled(operation, marked)
            if any(isinstance(each.question, ServiceError) for each in asked.fields):
                return self._compiled(operation, variables)  # what is wrong first may be a value
            operation.compiled[form] = asked
        return asked

    def _compiled(self, operation: Operation, variables: VariableValues) -> Asking:
        scope = self._scope(operation, variables)
        found = scope.root(operation.root)
        self._check_root(found)
        fields = [Asked(key, details, self._question(operation.root, scope, details, self.compiler))
                  for key, details in found.items()]  # fmt: skip
        rows = sum(_cost(each.question) for each in fields)
        check_cost(rows, self.engine.settings.max_cost)
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
            if type_ is self.schema.mutation_type:
                return self.mutations.compile(self._offers[name], scope, type_.fields[name], found)
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
                    value = await self._value(request.actor, each.question, variables.coerced)
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
        done = await self.mutations.execute(request.actor, request.request_id, asked, variables)
        return await self.mutations.payload(request.actor, request.request_id, asked, done, key, variables)

    async def _all_or_nothing(self, request: Request, asked: Sequence[Asked], variables: VariableValues
                              ) -> dict[str, Any]:  # fmt: skip
        """Answers a mutation whose fields are all done, in one transaction, or none of them."""
        for each in asked:
            if isinstance(each.question, ServiceError):  # nothing that stands before it needs to be tried
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
            return await self._value(request.actor, asked.question, variables.coerced), []
        done = await self.mutations.execute(request.actor, request.request_id, asked.question, variables)
        if done.wrong:
            raise _Failed(done)
        return await self.mutations.payload(
            request.actor, request.request_id, asked.question, done, asked.key, variables
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
                    request.actor, request.request_id, each.question, came, each.key, variables
                )
            else:
                data[each.key] = await self._value(request.actor, each.question, variables.coerced)
        return {"data": data}

    def _refusal(self, asked: Asked, error: ServiceError | GraphQLError, request: Request) -> dict[str, Any]:
        nodes = [found.node for found in asked.details]
        if isinstance(error, ServiceError):
            refused = GraphQLError(error.message, nodes, path=[asked.key], original_error=error)
            return error_entry(refused, request.request_id, code=error.code)
        return error_entry(located_error(error, nodes, [asked.key]), request.request_id, code="invalid")

    async def _value(self, actor: Actor, question: Fetched, given: Mapping[str, Any]) -> Any:
        match question:
            case Known(value):
                return value
            case Ask():
                return await self._first(actor, (question,), given)
            case First(asks):
                return await self._first(actor, asks, given)
            case Placed(keys, asks):
                ready = [Ask(read=ask.read, values=settled(ask.values, given)) for ask in asks]
                found = await self._found(actor, ready, {each for each in keys if each is not None})
                return [None if each is None else found.get(str(each)) for each in keys]
            case ServiceError():
                raise question

    async def _first(self, actor: Actor, asks: Sequence[Ask], given: Mapping[str, Any]) -> Any:
        """What the first question finds that finds anything. Whether one is refused depends on nothing found."""
        try:
            ready = [Ask(read=ask.read, values=settled(ask.values, given)) for ask in asks]
        except NotFound:
            return None
        if len(ready) > 1:
            self._check(actor, ready)
        for ask in ready:
            found = await self.engine.read(actor, ask)
            if found is not None:
                return found
        return None

    async def _found(self, actor: Actor, asks: Sequence[Ask], keys: Set[UUID]) -> dict[str, Any]:
        """Objects by their keys, up to the type with which all are found."""
        self._check(actor, asks)
        found: dict[str, Any] = {}
        for ask in asks:
            if len(found) < len(keys):
                found |= {str(row.pop(KEY)): row for row in await self.engine.read(actor, ask)}
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


def _cost(question: Question) -> int:
    match question:
        case Ask(read=read):
            return cost(read)
        case First(asks=asks) | Placed(asks=asks):
            return sum(cost(ask.read) for ask in asks)
        case _:
            return 0


def _with_cost(answer: dict[str, Any], request: Request, rows: int) -> dict[str, Any]:
    return answer | {"extensions": {"cost": rows}} if request.show_cost else answer
