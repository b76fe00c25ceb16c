"""The routes of a resource: each makes a Read or a Write of a request, and an envelope of the answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from twofold.answer import Answer
from twofold.engine import Engine
from twofold.errors import NotFound
from twofold.request import Ask
from twofold.spec import RelationSpec, ResourceSpec
from twofold.write import parse_key
from twofold_rest.aggregate_openapi import aggregate_operation
from twofold_rest.aggregates import parse_aggregates
from twofold_rest.batch import Batches
from twofold_rest.openapi import Action, Operation, operation
from twofold_rest.query import RELATED, VERSION, ListQuery, Queries
from twofold_rest.respond import Made, Reading, read_answer
from twofold_rest.shortcut import Endpoint, Shortcuts
from twofold_rest.window import finished, links
from twofold_rest.write_openapi import batch_operation
from twofold_rest.writes import Writes

__all__ = ["PREFIX", "add_batch", "add_routes", "path_of"]

PREFIX = "/api/v1"


class PlainRoute(APIRoute):
    """A route whose endpoint takes the request as it is.

    FastAPI documents it; the dependencies, validation and serialisation that it would run for every request are not
    there, because the service has validated the input and the database has made the answer.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Returns the endpoint itself."""
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


def path_of(spec: ResourceSpec) -> str:
    """Returns the path of the resource's list: `/api/v1/order-lines`."""
    return f"{PREFIX}/{spec.plural.replace('_', '-')}"


def add_routes(router: APIRouter, shortcuts: Shortcuts, engine: Engine, spec: ResourceSpec) -> None:
    """Adds the routes that the resource's declaration offers: to FastAPI, and to the short way before it."""
    for method, path, endpoint, described in _Handlers(engine, spec).table():
        _add(router, shortcuts, method, path, endpoint, described, tag=spec.plural)


def add_batch(router: APIRouter, shortcuts: Shortcuts, engine: Engine) -> None:
    """Adds the route of several changes in one transaction."""
    _add(router, shortcuts, "POST", f"{PREFIX}/batch", Batches(engine).run, batch_operation(), tag="batch")


def _add(router: APIRouter, shortcuts: Shortcuts, method: str, path: str, endpoint: Endpoint, described: Operation,
         *, tag: str) -> None:  # fmt: skip
    shortcuts.add(method, path, endpoint)
    router.add_api_route(
        path,
        endpoint,
        methods=[method],
        status_code=described.status,
        response_class=Response,
        response_model=None,
        tags=[tag],
        summary=described.summary,
        operation_id=described.operation_id,
        openapi_extra=described.document,
        route_class_override=PlainRoute,
    )


@dataclass
class _Handlers:
    engine: Engine
    spec: ResourceSpec
    queries: Queries = field(init=False)

    def __post_init__(self) -> None:
        self.queries = Queries(self.spec)

    def table(self) -> Iterator[tuple[str, str, Endpoint, Operation]]:
        """Method, path, endpoint, and what the document says."""
        many, one = path_of(self.spec), f"{path_of(self.spec)}/{{id}}"
        yield "GET", many, self.list, self._described("list")
        yield "GET", f"{many}/aggregate", self.aggregate, aggregate_operation(self.spec)  # {id} would take it too
        yield "GET", one, self.get, self._described("get")
        yield from Writes(self.engine, self.spec, self.queries, many).table()
        for relation in self.spec.relations.values():
            if relation.join.many:
                behind = _Behind(self.engine, self.spec, relation)
                path = f"{one}/{relation.name.replace('_', '-')}"
                yield "GET", path, behind.list, operation(self.spec, "list", relation)

    def _described(self, action: Action) -> Operation:
        return operation(self.spec, action)

    async def list(self, request: Request) -> Answer:
        return await read_answer(self.engine, request, self._list)

    async def aggregate(self, request: Request) -> Answer:
        return await read_answer(self.engine, request, self._aggregate)

    async def get(self, request: Request) -> Answer:
        return await read_answer(self.engine, request, self._get)

    async def _list(self, reading: Reading) -> Made:
        query = self.queries.many(reading.request.scope["query_string"])
        return _listed(reading, query, query.ask, await self._read(reading, query.ask))

    async def _aggregate(self, reading: Reading) -> Made:
        query = parse_aggregates(self.spec, reading.request.scope["query_string"])
        if isinstance(query, ListQuery):
            return _listed(reading, query, query.ask, await self._read(reading, query.ask))
        return Made(query, await self._read(reading, query))

    async def _get(self, reading: Reading) -> Made:
        query = self.queries.one(reading.request.scope["query_string"])
        ask = query.ask(parse_key(self.spec, reading.request.path_params["id"]))
        found = await self._read(reading, ask)
        if found is None:
            raise _not_found(self.spec)
        version = found.pop(VERSION, None)
        return Made(ask, {"data": found}, version=version)

    async def _read(self, reading: Reading, ask: Ask) -> Any:
        return await self.engine.read(reading.actor, ask, reading.basis)


class _Behind:
    """A sub-resource: the rows behind a relation of one object, as a list like any other."""

    def __init__(self, engine: Engine, spec: ResourceSpec, relation: RelationSpec) -> None:
        self.engine = engine
        self.spec = spec
        self.relation = relation
        self.queries = Queries(relation.target)

    async def list(self, request: Request) -> Answer:
        return await read_answer(self.engine, request, self._list)

    async def _list(self, reading: Reading) -> Made:
        query = self.queries.many(reading.request.scope["query_string"])
        key = parse_key(self.spec, reading.request.path_params["id"])
        ask = query.behind(self.relation, self.spec, key)
        found = await self.engine.read(reading.actor, ask, reading.basis)
        if found is None:
            raise _not_found(self.spec)
        return _listed(reading, query, ask, found[RELATED])


def _listed(reading: Reading, query: ListQuery, ask: Ask, answer: dict[str, Any]) -> Made:
    beside = finished(query.window, answer)
    return Made(ask, answer, link=links(quote(reading.request.scope["path"]), query.query, beside))


def _not_found(spec: ResourceSpec) -> NotFound:
    return NotFound(f"There is no {spec.noun} with this id, or you may not see it.")
