"""From a request to the actor behind it: one place for both faces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from twofold.actor import ANONYMOUS, Actor
from twofold.errors import Forbidden, InvalidToken, OutOfScope, ServiceError, Unauthenticated
from twofold.identity.identity import Identity
from twofold.identity.sessions import is_csrf_token
from twofold.identity.tokens import kind_of

__all__ = ["WHO_ASKS", "authenticate", "challenge", "credential_of", "session_cookie"]

WHO_ASKS: Final = "Authorization, Cookie, X-API-Key"
"""Request headers that say who is asking."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110 §9.2.1)."""
_WHERE_FROM: Final = "Send the header X-CSRF-Token with the `csrf_token` that GET /auth/session answers."
_SIGN_IN_AGAIN: Final = "Sign in again at /account/sign-in, or send a token."


async def authenticate(identity: Identity, scope: Mapping[str, Any]) -> Actor:
    """Returns who is behind the request with this ASGI scope; a visitor when it carries no credential.

    Raises:
        Unauthenticated, InvalidToken, Forbidden: as `credential_of` does.
        InvalidToken: the token or key is not valid (any more).
        Unauthenticated: nobody is signed in (any more) in the browser that sent the cookie.
    """
    credential = credential_of(identity, scope)
    if credential is None:
        return ANONYMOUS
    try:
        return await identity.actors.of(credential)
    except InvalidToken as error:
        if kind_of(credential) != "session":
            raise
        raise Unauthenticated("Your session has ended.", hint=_SIGN_IN_AGAIN) from error


def credential_of(identity: Identity, scope: Mapping[str, Any]) -> str | None:
    """Returns the token, key or session's cookie that a request carries, or None.

    A token or key is in `Authorization: Bearer …` (RFC 6750 §2.1) or in `X-API-Key`, and then a cookie does not count;
    never in the URL, which ends up in logs (§2.3).

    Raises:
        Unauthenticated: there are two, one in the URL, or a scheme other than Bearer.
        InvalidToken: there is a cookie's secret in a header.
        Forbidden: a cookie came with a method that may change something, but without its CSRF token.
    """
    found: list[str] = []
    cookies: list[bytes] = []
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, credential = value.decode("latin-1").partition(" ")
            if scheme.lower() != "bearer":
                raise Unauthenticated("Send `Authorization: Bearer` and a token or key.")
            found.append(credential.strip())
        elif name == b"x-api-key":
            found.append(value.decode("latin-1").strip())
        elif name == b"cookie":
            cookies.append(value)
    if b"access" in scope["query_string"]:
        _refuse_in_url(scope["query_string"])
    if len(found) > 1:
        raise Unauthenticated("Send one token or key, not several.")
    if found:
        if kind_of(found[0]) == "session":
            raise InvalidToken
        return found[0]
    return _cookie_of(identity, scope, cookies) if cookies else None


def session_cookie(identity: Identity, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Returns the value of the session's cookie, the first if there are several; None if there is none."""
    return _value(identity.session_cookie, [value for name, value in headers if name == b"cookie"])


def challenge(error: ServiceError) -> str | None:
    """Returns the `WWW-Authenticate` that goes with a refusal (RFC 6750 §3), or None.

    Who sent no token is told no error (§3.1).
    """
    match error:
        case InvalidToken():
            return 'Bearer error="invalid_token"'
        case Unauthenticated():
            return "Bearer"
        case OutOfScope():
            return f'Bearer error="insufficient_scope", scope="{error.scope}"'
        case _:
            return None


def _refuse_in_url(query: bytes) -> None:
    if any(name == "access_token" for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)):
        raise Unauthenticated("Send the token as `Authorization: Bearer …`; URLs end up in logs.")


def _cookie_of(identity: Identity, scope: Mapping[str, Any], cookies: list[bytes]) -> str | None:
    cookie = _value(identity.session_cookie, cookies)
    if cookie is None:
        return None
    if kind_of(cookie) != "session":
        raise Unauthenticated("Your session has ended.", hint=_SIGN_IN_AGAIN)
    if scope["method"] not in SAFE and not is_csrf_token(cookie, _csrf_token_of(scope)):
        raise Forbidden("A request with a cookie that may change something needs its CSRF token.",
                        hint=_WHERE_FROM)  # fmt: skip
    return cookie


def _csrf_token_of(scope: Mapping[str, Any]) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-csrf-token"), "")


def _value(wanted: str, cookies: list[bytes]) -> str | None:
    """Returns the value of a cookie in `Cookie` headers (RFC 6265 §4.2), of which HTTP/2 allows several."""
    for pair in b";".join(cookies).decode("latin-1").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == wanted and value:
            return value
    return None
