"""The error tree in GraphQL: every error has `extensions.code`, from the same words as REST's `error_code`."""

from __future__ import annotations

import logging
from typing import Any

from graphql import GraphQLError

from twofold.errors import OutOfScope, ServiceError, TooManyRequests
from twofold_graphql.names import camel

__all__ = ["error_entry", "refusal_entry"]

log = logging.getLogger("twofold.graphql")


def error_entry(error: GraphQLError, request_id: str | None, *, code: str) -> dict[str, Any]:
    """Returns the entry of `errors` for an error of the executor.

    `code` is that of an error of GraphQL itself: `malformed` when the document cannot be parsed, else `invalid`. An
    error that nobody foresaw says nothing but the request's id, under which the log has all of it.
    """
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    entry: dict[str, Any] = {"message": error.message}
    if error.locations:
        entry["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    if error.path:
        entry["path"] = error.path
    if isinstance(cause, ServiceError):
        entry["message"] = cause.message
        entry["extensions"] = _extensions(cause, request_id)
    elif cause is None or not error.path:
        entry["extensions"] = {"code": code, "requestId": request_id}
    else:
        log.error("request %s failed at %s", request_id, error.path, exc_info=cause)
        entry["message"] = "Something went wrong on our side."
        entry["extensions"] = {"code": "internal", "requestId": request_id}
    return entry


def refusal_entry(error: ServiceError, request_id: str | None) -> dict[str, Any]:
    """Returns the entry of `errors` for a request that was refused before anything was executed."""
    return {"message": error.message, "extensions": _extensions(error, request_id)}


def _extensions(error: ServiceError, request_id: str | None) -> dict[str, Any]:
    extensions: dict[str, Any] = {"code": error.code, "requestId": request_id}
    if error.field_errors:
        extensions["fieldErrors"] = [
            {"field": ".".join(camel(str(part)) for part in each.path), "code": each.code, "message": each.message}
            for each in error.field_errors
        ]
    if isinstance(error, OutOfScope):
        extensions["scope"] = error.scope
    if isinstance(error, TooManyRequests):
        extensions["retryAfter"] = error.retry_after_s
    if error.hint:
        extensions["hint"] = error.hint
    return extensions
