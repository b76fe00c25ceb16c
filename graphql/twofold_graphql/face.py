"""GraphQL over HTTP, and GraphiQL: the transport."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from twofold.answer import Answer, read_body
from twofold.engine import Engine
from twofold.errors import Forbidden, Malformed, NotFound, OutOfScope, ServiceError, Unauthenticated, Unavailable
from twofold.etag import etag, is_known
from twofold.identity.authenticate import WHO_ASKS, authenticate, challenge
from twofold.page import to_json
from twofold_graphql.contract import GraphQLContract
from twofold_graphql.documents import Documents
from twofold_graphql.errors import refusal_entry
from twofold_graphql.execute import Executing, NotAQuery
from twofold_graphql.execute import Request as GraphQLRequest
from twofold_graphql.graphiql import CSP, STATIC, Example, graphiql_off, graphiql_page
from twofold_graphql.parameters import parameters

__all__ = ["GraphQLFace"]

RESPONSE_TYPE = b"application/graphql-response+json"
VARY = f"Accept, {WHO_ASKS}"
"""What the answer to one and the same URL depends on."""
DOCUMENT = ("query", "documentId", "extensions")
"""The parameters that can say which document is meant."""


class GraphQLFace:
    """Serves the GraphQL schema at `path`, with GraphiQL for browsers that open it."""

    def __init__(self, *, path: str = "/graphql", examples: Sequence[Example] = ()) -> None:
        self.path = path
        self.examples = examples

    def mount(self, app: FastAPI, engine: Engine) -> None:
        """Adds the endpoint, and the files of GraphiQL, to the app.

        Raises:
            WrongSetting: the trusted documents in the engine's settings are wrong.
        """
        static = f"{self.path}/static"
        page = graphiql_page(endpoint=self.path, static=static, examples=self.examples)
        if engine.settings.only_trusted_documents:
            page = graphiql_off()
        executing = Executing(engine)
        app.state.contracts["GraphQL"] = GraphQLContract(executing.schema, self.path)
        endpoint = _Endpoint(engine, executing, Documents(executing, engine.settings), page)
        if STATIC.is_dir():  # not there when the scripts could not be built at install; the page says so
            app.router.routes.append(Mount(static, StaticFiles(directory=STATIC), name="graphiql"))
        app.router.routes.append(Route(self.path, endpoint.serve, methods=["GET", "POST"]))


class _Endpoint:
    def __init__(self, engine: Engine, executing: Executing, documents: Documents, page: bytes) -> None:
        self.engine = engine
        self.executing = executing
        self.documents = documents
        self.page = page

    async def serve(self, request: Request) -> ASGIApp:
        """A request by whichever method."""
        return await (self.post(request) if request.method == "POST" else self.get(request))

    async def get(self, request: Request) -> ASGIApp:
        """GraphiQL for a browser; a query in the URL is answered."""
        given = request.query_params
        if not any(name in given for name in DOCUMENT) and "text/html" in request.headers.get("accept", ""):
            headers = {"Content-Security-Policy": CSP, "Vary": VARY}
            return Response(self.page, media_type="text/html", headers=headers)
        if len(given) < len(given.multi_items()):
            return self._refuse(request, Malformed("A parameter is there more than once."), 400)
        return await self._answer(request, dict(given), from_url=True)

    async def post(self, request: Request) -> ASGIApp:
        """A request in a JSON body."""
        media_type = _header(request, b"content-type").partition(b";")[0].strip().lower()
        if media_type != b"application/json":
            error = Malformed("Send the request as application/json.")
            return self._refuse(request, error, 415)
        try:
            body = orjson.loads(await read_body(request.receive))
        except orjson.JSONDecodeError as error:
            return self._refuse(request, Malformed(f"The body is not JSON: {error}."), 400)
        return await self._answer(request, body, from_url=False)

    async def _answer(self, request: Request, data: Any, *, from_url: bool) -> ASGIApp:
        try:
            asked = parameters(data, from_url=from_url)
            actor = await authenticate(self.engine.identity, request.scope)
        except Unauthenticated as error:
            return self._refuse(request, error, 401, (b"www-authenticate", (challenge(error) or "").encode()))
        except Forbidden as error:
            return self._refuse(request, error, 403)
        except Unavailable as error:
            return self._refuse(request, error, 503, (b"retry-after", b"1"))
        except ServiceError as error:
            return self._refuse(request, error, 400)
        try:
            query = await self.documents.text(asked)
        except (Forbidden, NotFound) as error:
            return self._refuse(request, error, _refused(request))
        except ServiceError as error:
            return self._refuse(request, error, 400)
        to_execute = GraphQLRequest(
            query=query,
            variables=asked.variables,
            operation_name=asked.operation_name,
            actor=actor,
            request_id=request.scope.get("request_id"),
            show_cost=any(name == b"x-cost" for name, _ in request.scope["headers"]),
            only_query=from_url,
        )
        try:
            answer = await self.executing.execute(to_execute)
        except NotAQuery:
            return self._refuse(request, Malformed("Send mutations by POST."), 405, (b"allow", b"POST"))
        status = 200 if "data" in answer else _refused(request)
        return _response(request, answer, status, *(_asked_scope(answer) if "errors" in answer else ()))

    def _refuse(self, request: Request, error: ServiceError, status: int, *headers: tuple[bytes, bytes]) -> ASGIApp:
        answer = {"errors": [refusal_entry(error, request.scope.get("request_id"))]}
        return _response(request, answer, status, *headers)


def _asked_scope(answer: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """Which scope was missing, as RFC 6750 §3 tells it; a header can say the first one only."""
    for entry in answer["errors"]:
        scope = entry.get("extensions", {}).get("scope")
        if scope is not None:
            yield b"www-authenticate", (challenge(OutOfScope(scope)) or "").encode()
            return


def _header(request: Request, name: bytes) -> bytes:
    """The value of a header, or nothing."""
    for known, value in request.scope["headers"]:
        if known == name:
            found: bytes = value
            return found
    return b""


def _wants_statuses(request: Request) -> bool:
    """Whether the client takes the media type under which a refused document has a status of its own."""
    return RESPONSE_TYPE in _header(request, b"accept")


def _refused(request: Request) -> int:
    """The status of a well-formed request whose document is not executed."""
    return 400 if _wants_statuses(request) else 200


def _response(request: Request, answer: dict[str, Any], status: int, *headers: tuple[bytes, bytes]) -> Answer:
    """Returns the answer, with its ETag when it was read without an error: 304 to who has it."""
    media_type = RESPONSE_TYPE if _wants_statuses(request) else b"application/json"
    body, said = to_json(answer), [*headers]
    if request.method == "GET":
        said.append((b"vary", VARY.encode()))
        if "errors" not in answer:
            tag = etag(body)
            said.append((b"etag", tag))
            if is_known(tag, request.scope["headers"]):
                return Answer(304, b"", said)
    return Answer(status, body, [(b"content-type", media_type + b"; charset=utf-8"), *said])
