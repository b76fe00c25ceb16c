"""Registering a client by program (RFC 7591): /oauth/register."""

from __future__ import annotations

import hmac
import re
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response

from twofold.errors import Invalid
from twofold.identity.identity import Identity
from twofold.identity.oauth.clients import RegisteredClient, register
from twofold.identity.oauth.metadata import metadata_of
from twofold_rest.identity.origin import origin_of

__all__ = ["add_registration"]

MAX_BODY_BYTES: Final = 65_536
NOT_TOLD = re.compile(r"[^ !#-\[\]-~]")
"""What an `error_description` must not hold (RFC 6749 §5.2)."""


def add_registration(router: APIRouter, identity: Identity) -> None:
    """Adds the endpoint, which refuses unless the setting `registration` allows it."""

    @router.post("/oauth/register", include_in_schema=False)
    async def register_client(request: Request) -> Response:
        return _refusal(request, identity) or await _registered(request, identity)


def _refusal(request: Request, identity: Identity) -> Response | None:
    """Returns the answer to who may not register at all."""
    settings = identity.settings
    if settings.registration == "off":
        return _error(403, "access_denied", "Applications cannot register themselves here.")
    if settings.registration == "token":
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        token = settings.registration_token.get_secret_value() if settings.registration_token else ""
        is_right = hmac.compare_digest(given.strip().encode(), token.encode())
        if not token or scheme.lower() != "bearer" or not is_right:
            return _unauthorized("invalid_token" if scheme else None)
    return None


async def _registered(request: Request, identity: Identity) -> Response:
    body = await request.body()
    if len(body) > MAX_BODY_BYTES:
        return _error(413, "invalid_client_metadata", f"The body may have at most {MAX_BODY_BYTES} bytes.")
    origin = origin_of(request, "oauth")
    if identity.settings.registration == "open":
        await identity.attempts.begin("registration", origin.address)
    try:
        made = await register(identity, orjson.loads(body), None, origin)
    except orjson.JSONDecodeError:
        return _error(400, "invalid_client_metadata", "The body is no JSON.")
    except Invalid as error:
        return _wrong(error)
    return _answer(201, _as_json(made))


def _as_json(made: RegisteredClient) -> dict[str, Any]:
    secret = {} if made.client_secret is None else {"client_secret": made.client_secret, "client_secret_expires_at": 0}
    return {
        "client_id": str(made.client.id),
        "client_id_issued_at": int(made.client.created_at.timestamp()),
        **secret,
        **metadata_of(made.client),
    }


def _wrong(error: Invalid) -> Response:
    """Returns the answer to metadata that is wrong (RFC 7591 §3.2.2)."""
    fields = [str(each.path[0]) for each in error.field_errors]
    code = "invalid_redirect_uri" if fields and set(fields) == {"redirect_uris"} else "invalid_client_metadata"
    said = " ".join(f"{'.'.join(map(str, each.path))}: {each.message}" for each in error.field_errors)
    return _error(400, code, said or error.message)


def _unauthorized(error: str | None) -> Response:
    """Returns the answer to who did not send the initial access token (RFC 6750 §3)."""
    answer = _error(401, "invalid_token", "Send the initial access token as a bearer token.")
    answer.headers["WWW-Authenticate"] = "Bearer" if error is None else f'Bearer error="{error}"'
    return answer


def _error(status: int, error: str, description: str) -> Response:
    said = NOT_TOLD.sub("'", description)[:500]
    return _answer(status, {"error": error, "error_description": said})


def _answer(status: int, body: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(orjson.dumps(body), status, headers, media_type="application/json")
