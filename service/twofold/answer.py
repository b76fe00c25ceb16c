"""An answer as bytes, and the bytes of a request: plain ASGI, for the hot ways of both faces."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import orjson

from twofold.errors import Malformed

__all__ = ["Answer", "Disconnected", "address_of", "json_of", "read_body"]

MAX_ADDRESS_CHARACTERS: Final = 45
"""Of an IPv6 address, with a dotted end; what a proxy says may be longer."""

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


@dataclass(slots=True)
class Answer:
    """A response that is its own ASGI application, without what frameworks do for other kinds of response."""

    status: int
    body: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Sends it."""
        headers = self.headers
        if self.status not in (204, 304):
            headers = [*headers, (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def address_of(scope: Mapping[str, Any]) -> str:
    """Returns the client's address as the server, or the proxy that it believes, tells it; empty if it does not."""
    client = scope.get("client")
    return str(client[0])[:MAX_ADDRESS_CHARACTERS] if client else ""


class Disconnected(Exception):
    """The client went away before its request was there."""


async def read_body(receive: Receive) -> bytes:
    """Returns the body of a request.

    Raises:
        Disconnected: the client went away before all of it was there.
    """
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def json_of(body: bytes) -> Any:
    """Returns what a body of JSON says.

    Raises:
        Malformed: it is no JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error}.") from None
