"""The OAuth endpoints that programs ask: forms in, JSON out, errors as RFC 6749 §5.2 has them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from twofold.answer import read_body
from twofold.engine import Engine
from twofold.errors import TooManyRequests, Unauthenticated, Unavailable
from twofold.identity.models import User
from twofold.identity.oauth.devices import authorize_device
from twofold.identity.oauth.discovery import server_metadata
from twofold.identity.oauth.issuing import claims_of
from twofold.identity.oauth.protocol import Answer, ProtocolError, ProtocolRequest
from twofold.identity.oauth.pushing import push
from twofold.identity.oauth.server import NO_STORE, Server
from twofold.identity.oauth.token_status import introspect, revoke
from twofold.outages import outages
from twofold_rest.identity.origin import origin_of

__all__ = ["endpoint_routes"]

log = logging.getLogger("twofold.identity")

FORM: Final = "application/x-www-form-urlencoded"
PUBLIC: Final = {"Cache-Control": "public, max-age=300"}
Respond: TypeAlias = Callable[[Server, ProtocolRequest], Awaitable[Answer]]


def endpoint_routes(engine: Engine, server: Server) -> list[Route]:
    """Returns the routes of token, revocation, introspection, device, pushed requests, userinfo, keys and metadata."""
    posts: dict[str, Respond] = {
        "/oauth/token": _token,
        "/oauth/revoke": revoke,
        "/oauth/introspect": introspect,
        "/oauth/device_authorization": authorize_device,
        "/oauth/par": push,
    }
    metadata = server_metadata(engine.identity)

    async def keys(_: Request) -> Response:
        return JSONResponse(await server.keys.jwks(), headers=PUBLIC)

    async def described(_: Request) -> Response:
        return JSONResponse(metadata, headers=PUBLIC)

    async def userinfo(request: Request) -> Response:
        return await _userinfo(engine, request)

    return [
        *(Route(path, _posted(server, respond), methods=["POST"]) for path, respond in posts.items()),
        Route("/oauth/userinfo", userinfo, methods=["GET", "POST"]),
        Route("/oauth/jwks", keys, methods=["GET"]),
        Route("/.well-known/oauth-authorization-server", described, methods=["GET"]),
        Route("/.well-known/openid-configuration", described, methods=["GET"]),
    ]


async def _token(server: Server, request: ProtocolRequest) -> Answer:
    await server.keys.ensure()  # before the transaction, which making keys would hold open
    return await server.token(request)


def _posted(server: Server, respond: Respond) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        try:
            asked = await _asked(server, request)
            with outages():
                return _sent(await respond(server, asked))
        except ProtocolError as error:
            return _sent(server.handle_error_response(None, error))
        except (TooManyRequests, Unavailable) as error:
            return _later(error)

    return serve


async def _asked(server: Server, request: Request) -> ProtocolRequest:
    """Returns the request in the protocol's terms.

    Raises:
        ProtocolError: its body is no form, or there are parameters in the URL, which ends up in logs (OAuth 2.1 §3.2).
    """
    if request.scope["query_string"]:  # as it came: a URL can only be made of it where it is UTF-8
        raise ProtocolError("Send the parameters in the body, not in the URL.", error="invalid_request")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise ProtocolError(f"Send the parameters as {FORM}.", error="invalid_request")
    authorizations = request.headers.getlist("authorization")
    if len(authorizations) > 1:
        raise ProtocolError("There is more than one Authorization header.", error="invalid_request")
    body = await read_body(request.receive)
    authorization = authorizations[0] if authorizations else None
    return server.request(request.scope["path"], body, origin_of(request, "oauth"), authorization=authorization)


def _sent(answer: Answer) -> Response:
    return JSONResponse(answer.body, answer.status, headers=_without_type(answer))


def _without_type(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower() != "content-type"}


def _later(error: TooManyRequests | Unavailable) -> Response:
    status, wait_s = (429, error.retry_after_s) if isinstance(error, TooManyRequests) else (503, 1)
    body = {"error": "temporarily_unavailable", "error_description": error.message}
    return JSONResponse(body, status, headers={**NO_STORE, "Retry-After": str(wait_s)})


async def _userinfo(engine: Engine, request: Request) -> Response:
    """Who the token's person is (OpenID Connect Core 1.0 §5.3)."""
    try:
        with outages():
            return await _told(engine, _bearer(request))
    except Unauthenticated as error:
        return _refused(401, "invalid_token", error.message)
    except Unavailable as error:
        return _later(error)


async def _told(engine: Engine, token: str) -> Response:
    actor = await engine.actors.of(token)
    if actor.scopes is None or "openid" not in actor.scopes:
        return _refused(403, "insufficient_scope", "This needs the scope openid, which the token does not have.")
    with engine.database.use():
        user = await User.get(id=actor.user_id)
    return JSONResponse(claims_of(user, sorted(actor.scopes)), headers=NO_STORE)


def _bearer(request: Request) -> str:
    sent = request.headers.getlist("authorization")
    scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    return token.strip()


def _refused(status: int, code: str, description: str) -> Response:
    """RFC 6750 §3."""
    body: dict[str, Any] = {"error": code, "error_description": description}
    return JSONResponse(body, status, headers={**NO_STORE, "WWW-Authenticate": f'Bearer error="{code}"'})
