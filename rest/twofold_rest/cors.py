"""Cross-origin sharing: pages of other origins may call the API with a token, and never with cookies (Fetch §3.3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SHARED", "Cors"]

SHARED: Final[tuple[str, ...]] = (
    "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/oauth/register", "/oauth/device_authorization", "/oauth/jwks",
)  # fmt: skip
"""What scripts of applications call. People are sent to the other paths, and servers need no permission."""
SHARED_FOLDERS: Final = ("/api/", "/oauth/register/", "/.well-known/")

METHODS: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
SENT: Final = (b"Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-API-Key, X-Cost, "
               b"X-Request-ID")  # fmt: skip
"""X-CSRF-Token is not among them: it goes with a cookie."""
SHOWN: Final = b"ETag, Link, Location, Retry-After, WWW-Authenticate, X-Cost, X-Request-ID"
MAX_AGE_S: Final = b"7200"
"""No browser remembers for longer."""


class Cors:
    """Tells browsers which pages may call the application.

    `Access-Control-Allow-Credentials` is never sent: no script of another origin reads what a cookie gave.
    """

    def __init__(self, app: ASGIApp, *, origins: Sequence[str], paths: Collection[str]) -> None:
        self.app = app
        self.paths = paths
        self._origins = frozenset(each.encode() for each in origins)
        self._all = b"*" in self._origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; one without `Origin` goes on as it is."""
        origin = _value(scope, b"origin") if scope["type"] == "http" else None
        if origin is None or not self._is_shared(scope):
            await self.app(scope, receive, send)
            return
        added = self._permission(origin)
        if scope["method"] == "OPTIONS" and _value(scope, b"access-control-request-method") is not None:
            await _preflight(added, send)
            return

        async def send_with_permission(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with(message["headers"], added)
            await send(message)

        await self.app(scope, receive, send_with_permission)

    def _is_shared(self, scope: Scope) -> bool:
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        return path in self.paths or path.startswith(SHARED_FOLDERS)

    def _permission(self, origin: bytes) -> list[tuple[bytes, bytes]]:
        if self._all:
            return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", SHOWN)]
        varies = (b"vary", b"Origin")
        if origin not in self._origins:
            return [varies]
        return [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", SHOWN), varies]


async def _preflight(added: list[tuple[bytes, bytes]], send: Send) -> None:
    """Answers what a browser asks before it sends a request that a form could not (Fetch §3.3.2)."""
    headers = [
        *added,
        (b"access-control-allow-methods", METHODS),
        (b"access-control-allow-headers", SENT),
        (b"access-control-max-age", MAX_AGE_S),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _with(headers: Sequence[tuple[bytes, bytes]], added: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Returns the headers with those added; `Vary` stays one."""
    said = b", ".join(value for name, value in [*headers, *added] if name == b"vary")
    names = b", ".join(dict.fromkeys(said.split(b", ")))
    rest = [each for each in [*headers, *added] if each[0] != b"vary"]
    return [*rest, (b"vary", names)] if names else rest


def _value(scope: Scope, wanted: bytes) -> bytes | None:
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return None
