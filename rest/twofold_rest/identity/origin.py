"""Where a request came from, for the audit and for what is limited by address."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from twofold.identity.identity import From

__all__ = ["origin_of"]

MAX_ADDRESS_CHARACTERS: Final = 45
"""Of an IPv6 address, with a dotted end; what a proxy says may be longer."""


def origin_of(request: Request, face: str) -> From:
    """Returns where a request came from; `face` is `pages`, `oauth` or `rest`."""
    return From(
        face=face,
        request_id=request.scope.get("request_id"),
        address=request.client.host[:MAX_ADDRESS_CHARACTERS] if request.client else "",
        user_agent=request.headers.get("user-agent", ""),
    )
