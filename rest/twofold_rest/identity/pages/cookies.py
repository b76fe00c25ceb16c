"""The cookies of pages: HttpOnly, of this host, sent along by links from other sites but not by their forms."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from fastapi import Request, Response

from twofold.settings import Settings

__all__ = ["Cookie", "Cookies"]

Cookie: TypeAlias = Literal["session", "visit", "challenge", "provider", "shown"]

_NAMES: Final[dict[Cookie, str]] = {
    "session": "twofold",
    "visit": "twofold_visit",
    "challenge": "twofold_challenge",
    "provider": "twofold_provider",
    "shown": "twofold_shown",
}


class Cookies:
    """Reads and sets cookies.

    Where the server is reached by https their names begin with `__Host-`, so that no other host of the domain can set
    them (RFC 6265bis §4.1.3.2).
    """

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.public_url.startswith("https:")

    def name(self, cookie: Cookie) -> str:
        """Returns the name by which browsers know it."""
        return f"__Host-{_NAMES[cookie]}" if self._secure else _NAMES[cookie]

    def get(self, request: Request, cookie: Cookie) -> str:
        """Returns its value; empty when the request has none."""
        return request.cookies.get(self.name(cookie), "")

    def set(self, response: Response, cookie: Cookie, value: str, *, max_age_s: int | None = None) -> None:
        """Sets it: for so long, or until the browser is closed."""
        response.set_cookie(
            self.name(cookie), value, max_age=max_age_s, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def drop(self, response: Response, cookie: Cookie) -> None:
        """Makes the browser forget it."""
        response.delete_cookie(self.name(cookie), path="/", secure=self._secure, httponly=True, samesite="lax")
