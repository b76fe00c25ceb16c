"""The error tree as HTTP: one table of statuses, one body."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from fastapi import Request, Response
from starlette.exceptions import HTTPException

from twofold.errors import ItemsFailed, ServiceError, TooManyRequests
from twofold.identity.authenticate import challenge

__all__ = ["ERROR_CODES", "STATUSES", "error_response", "http_error", "internal_error", "item_errors", "service_error"]

STATUSES: Mapping[str, int] = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "precondition_failed": 412,
    "invalid": 422,
    "items_failed": 422,
    "too_costly": 422,
    "precondition_required": 428,
    "too_many_requests": 429,
    "unavailable": 503,
}
HTTP_CODES: Mapping[int, str] = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
ERROR_CODES = sorted({*STATUSES, *HTTP_CODES.values(), "internal"})

PROBLEM = "application/problem+json"


def service_error(request: Request, error: Exception) -> Response:
    """Returns the response to what the service refused."""
    assert isinstance(error, ServiceError)  # noqa: S101  # registered for this class
    headers: dict[str, str] = {}
    status = STATUSES[error.code]
    if (asked := challenge(error)) is not None:
        headers["WWW-Authenticate"] = asked
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_s)
    if status == 503:
        headers["Retry-After"] = "1"
    return error_response(request, status, _body(error), headers)


def item_errors(outcomes: Iterable[object]) -> list[dict[str, Any]]:
    """Returns what an answer says of the items that failed, each with its place."""
    return [{"index": index, **_body(each)} for index, each in enumerate(outcomes) if isinstance(each, ServiceError)]


def _body(error: ServiceError) -> dict[str, Any]:
    body: dict[str, Any] = {"detail": error.message, "error_code": error.code}
    if error.field_errors:
        body["field_errors"] = [
            {"field": ".".join(map(str, each.path)), "code": each.code, "message": each.message}
            for each in error.field_errors
        ]
    if isinstance(error, ItemsFailed):
        body["item_errors"] = [{"index": index, **_body(each)} for index, each in error.failed.items()]
    if error.hint:
        body["hint"] = error.hint
    return body


def http_error(request: Request, error: Exception) -> Response:
    """Returns the response to what never reached the service: a path or method that there is not."""
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for this class
    code = HTTP_CODES.get(error.status_code, "malformed")
    detail = error.detail.rstrip(".") + "."
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = _allowed(request) or headers.get("Allow", "")
    return error_response(request, error.status_code, {"detail": detail, "error_code": code}, headers)


def _allowed(request: Request) -> str:
    """The methods of the path, which RFC 9110 §15.5.6 asks for; Starlette gives those of one of its routes only."""
    paths = request.app.openapi()["paths"] if "app" in request.scope else {}
    template = getattr(request.scope.get("route"), "path", "")
    return ", ".join(sorted(method.upper() for method in paths.get(template, {})))


def internal_error(request: Request, _: Exception | None = None) -> Response:
    """Returns the response to a fault of ours: it says nothing but the id under which the log tells all."""
    body = {"detail": "Something went wrong on our side.", "error_code": "internal"}
    return error_response(request, 500, body, {})


def error_response(request: Request, status: int, body: dict[str, Any], headers: Mapping[str, str]) -> Response:
    """Returns the error body, as problem+json (RFC 9457) to who asks for that."""
    body["request_id"] = request.scope.get("request_id")
    media_type = "application/json"
    if PROBLEM in request.headers.get("accept", ""):
        media_type = PROBLEM
        title = body["error_code"].replace("_", " ").capitalize()
        body = {"type": "about:blank", "title": title, "status": status, **body}
    return Response(orjson.dumps(body), status, headers=dict(headers), media_type=media_type)
