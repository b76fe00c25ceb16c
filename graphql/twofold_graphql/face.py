"""GraphQL over HTTP, and GraphiQL: the transport."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from twofold.actor import Actor
from twofold.answer import Answer, address_of, json_of, read_body
from twofold.cache.answers import Asked
from twofold.cache.finished import Finished, finished
from twofold.engine import Engine
from twofold.errors import (
    Forbidden,
    Malformed,
    NotFound,
    OutOfScope,
    ServiceError,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from twofold.etag import etag
from twofold.identity.authenticate import WHO_ASKS, authenticate, challenge
from twofold.page import to_json
from twofold_graphql.contract import GraphQLContract
from twofold_graphql.documents import Documents
from twofold_graphql.errors import refusal_entry
from twofold_graphql.execute import Executing, NotAQuery
from twofold_graphql.execute import Request as GraphQLRequest
from twofold_graphql.graphiql import CSP, STATIC, Example, graphiql_off, graphiql_page
from twofold_graphql.parameters import Parameters, parameters

__all__ = ["GraphQLFace"]

JSON_TYPE = b"application/json"
RESPONSE_TYPE = b"application/graphql-response+json"
VARY = f"Accept, {WHO_ASKS}"
"""What the answer to one and the same URL depends on."""
MAX_KEPT_BYTES = 16_384
"""Answers to longer requests are not kept."""
DOCUMENT = ("query", "documentId", "extensions")
"""The parameters that can say which document is meant."""
WAITING = (TooManyRequests.code, Unavailable.code)
"""The codes of errors after which one may try again; where they do not say when, in a second."""


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
        """A query in the URL, or a request in a JSON body; GraphiQL for a browser that comes without one.

        What is kept is found right here: each step further down costs a hit more than finding it.
        """
        scope = request.scope
        headers: dict[bytes, bytes] = dict(scope["headers"])
        from_url = scope["method"] != "POST"
        if not from_url:
            if not _is_json(headers.get(b"content-type", b"")):
                return self._refuse(request, Malformed("Send the request as application/json."), 415)
            said = await read_body(request.receive)
        elif _wants_page(request, headers):
            return Response(self.page, media_type="text/html", headers={"Content-Security-Policy": CSP, "Vary": VARY})
        else:
            said = scope["query_string"]
        asked = _asked(headers, said, from_url=from_url)
        actor: Actor | ServiceError
        try:
            actor = await authenticate(self.engine.identity, scope)
            found = None if asked is None else await self.engine.answers.find(actor, asked)
        except ServiceError as error:
            actor, found = error, None  # what is wrong with the request itself is told before that
        if found is not None:
            return found.to(scope["headers"]) if b"if-none-match" in headers else found.whole
        return await self._answer(request, actor, said, asked, from_url=from_url)

    async def _answer(self, request: Request, actor: Actor | ServiceError, said: bytes, asked: Asked | None, *,
                      from_url: bool) -> ASGIApp:  # fmt: skip
        """Answers what is not kept; `actor` is an error where nobody can be told by the credential."""
        try:
            given = parameters(_in_url(request) if from_url else json_of(said), from_url=from_url)
            if isinstance(actor, ServiceError):
                raise actor
        except Unauthenticated as error:
            return self._refuse(request, error, 401, (b"www-authenticate", (challenge(error) or "").encode()))
        except Forbidden as error:
            return self._refuse(request, error, 403)
        except Unavailable as error:
            return self._refuse(request, error, 503)
        except ServiceError as error:
            return self._refuse(request, error, 400)
        return await self._executed(request, actor, given, asked, from_url=from_url)

    async def _executed(self, request: Request, actor: Actor, given: Parameters, asked: Asked | None, *, from_url: bool
                        ) -> ASGIApp:  # fmt: skip
        try:
            query = await self.documents.text(given)
        except (Forbidden, NotFound) as error:
            return self._refuse(request, error, _refused(request))
        except ServiceError as error:
            return self._refuse(request, error, 400)
        to_execute = GraphQLRequest(
            query=query,
            variables=given.variables,
            operation_name=given.operation_name,
            actor=actor,
            request_id=request.scope.get("request_id"),
            address=address_of(request.scope),
            show_cost=b"x-cost" in dict(request.scope["headers"]),
            only_query=from_url,
        )
        try:
            answer = await self.executing.execute(to_execute)
        except NotAQuery:
            return self._refuse(request, Malformed("Send mutations by POST."), 405, (b"allow", b"POST"))
        if "errors" in answer:
            status = 200 if "data" in answer else _refused(request)
            return _response(request, answer, status)
        done = _finished(request, answer, to_execute)
        if asked is not None and not given.is_sent_to_be_kept:
            await self.engine.answers.keep(actor, asked, done, to_execute.basis)
        return done.to(request.scope["headers"])

    def _refuse(self, request: Request, error: ServiceError, status: int, *headers: tuple[bytes, bytes]) -> ASGIApp:
        answer = {"errors": [refusal_entry(error, request.scope.get("request_id"))]}
        return _response(request, answer, status, *headers)


def _wants_page(request: Request, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser has opened the endpoint, and not the address of a query."""
    return b"text/html" in headers.get(b"accept", b"") and not any(name in request.query_params for name in DOCUMENT)


def _said_in_headers(answer: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """What errors say in headers too: which scope was missing (RFC 6750 §3), and how long to wait (RFC 9110 §10.2.3).

    A header can say the first scope only, and the longest wait.
    """
    said = [entry.get("extensions", {}) for entry in answer["errors"]]
    scope = next((each["scope"] for each in said if "scope" in each), None)
    if scope is not None:
        yield b"www-authenticate", (challenge(OutOfScope(scope)) or "").encode()
    waits_s = [each.get("retryAfter", 1) for each in said if each.get("code") in WAITING]
    if waits_s:
        yield b"retry-after", str(max(waits_s)).encode()


def _header(request: Request, name: bytes) -> bytes:
    """The value of a header, or nothing."""
    headers: dict[bytes, bytes] = dict(request.scope["headers"])
    return headers.get(name, b"")


def _wants_statuses(request: Request) -> bool:
    """Whether the client takes the media type under which a refused document has a status of its own."""
    return RESPONSE_TYPE in _header(request, b"accept")


def _refused(request: Request) -> int:
    """The status of a well-formed request whose document is not executed."""
    return 400 if _wants_statuses(request) else 200


def _media_type(request: Request) -> bytes:
    return (RESPONSE_TYPE if _wants_statuses(request) else JSON_TYPE) + b"; charset=utf-8"


def _response(request: Request, answer: dict[str, Any], status: int, *headers: tuple[bytes, bytes]) -> Answer:
    """Returns an answer with an error."""
    by_whom = [(b"vary", VARY.encode())] if request.method == "GET" else []
    told = [(b"content-type", _media_type(request)), *headers, *_said_in_headers(answer), *by_whom]
    return Answer(status, to_json(answer), told)


def _finished(request: Request, answer: dict[str, Any], executed: GraphQLRequest) -> Finished:
    """Returns an answer that was read without an error: with its ETag, where that can be sent back."""
    body, media_type = to_json(answer), _media_type(request)
    if request.method != "GET":
        return Finished(body, media_type, ())
    return finished(body, media_type, actor=executed.actor, basis=executed.basis, vary=VARY.encode(), tag=etag(body))


def _is_json(content_type: bytes) -> bool:
    return content_type == JSON_TYPE or content_type.partition(b";")[0].strip().lower() == JSON_TYPE


def _asked(headers: Mapping[bytes, bytes], said: bytes, *, from_url: bool) -> Asked | None:
    """All that the answer depends on but who asks; None, where it is not to be kept."""
    if len(said) > MAX_KEPT_BYTES or b"x-cost" in headers:
        return None
    return "graphql", from_url, RESPONSE_TYPE in headers.get(b"accept", b""), said


def _in_url(request: Request) -> dict[str, str]:
    """The parameters of a query string.

    Raises:
        Malformed: there is one more than once.
    """
    given = request.query_params
    if len(given) < len(given.multi_items()):
        raise Malformed("A parameter is there more than once.")
    return dict(given)
