"""What surrounds every request of either face: its id, HEAD, the bound on its body, the headers, the last resort."""

from __future__ import annotations

import logging
import os
import re
from itertools import count

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twofold.answer import Disconnected
from twofold_rest.errors import internal_error

__all__ = ["Surroundings"]

log = logging.getLogger("twofold.http")

STARTED = os.urandom(8).hex()
NUMBERS = count(1)
"""Ids of requests that have none: of when this program started, its process, and a number."""
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"private, no-cache"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
NAMES = frozenset(name for name, _ in HEADERS)


class Surroundings:
    """Gives each request an id (its own `X-Request-ID`, if it is plain), which the answer and the log carry.

    HEAD is answered as GET would be, without the body. A body of more than `max_body_bytes` is answered with 413, and
    whatever goes wrong unexpectedly with a 500 that tells nothing but the id.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope["request_id"] = _request_id(scope)
        only_head = scope["method"] == "HEAD"
        if only_head:
            scope = {**scope, "method": "GET"}  # the server keeps its own, and looks there what it was asked
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                present = [name for name, _ in message["headers"]]
                added = HEADERS if NAMES.isdisjoint(present) else [each for each in HEADERS if each[0] not in present]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *added]
            elif only_head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(scope, self._bounded(receive), send_with_headers)
        except Disconnected:
            log.info("request %s was not sent whole: %s %s", request_id, scope["method"], scope["path"])
        except Exception:
            log.exception("request %s failed: %s %s", request_id, scope["method"], scope["path"])
            if not started:
                await internal_error(Request(scope))(scope, receive, send_with_headers)

    def _bounded(self, receive: Receive) -> Receive:
        left = self.max_body_bytes

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"The body may have at most {self.max_body_bytes} bytes")
            return message

        return bounded


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return bytes(value).decode()
    return f"{STARTED}{os.getpid():x}-{next(NUMBERS):x}"
