"""Where a request came from, for the audit and for what is limited by address."""

from __future__ import annotations

from starlette.requests import Request

from twofold.answer import address_of
from twofold.identity.identity import From

__all__ = ["origin_of"]


def origin_of(request: Request, face: str) -> From:
    """Returns where a request came from; `face` is `pages`, `oauth` or `rest`."""
    return From(
        face=face,
        request_id=request.scope.get("request_id"),
        address=address_of(request.scope),
        user_agent=request.headers.get("user-agent", ""),
    )
