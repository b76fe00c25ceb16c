"""Signing out because an application asks for it (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from twofold.errors import Malformed
from twofold.identity.oauth.logout import LoggingOut, asked_to_log_out
from twofold.identity.oauth.protocol import ProtocolError, parameters_of
from twofold.identity.oauth.server import Server
from twofold.identity.sessions import end_session
from twofold_rest.identity.pages.form import read_form
from twofold_rest.identity.pages.frame import HEADERS, Pages

__all__ = ["add_pages"]

PATH = "/oauth/logout"


def add_pages(pages: Pages, server: Server) -> None:
    """Adds the logout endpoint."""
    handler: Callable[[Pages, Request], Coroutine[Any, Any, Response]] = partial(_log_out, server)
    pages.get(PATH, handler)
    pages.post(PATH, handler)


async def _log_out(server: Server, pages: Pages, request: Request) -> Response:
    """Signs out who is certain to be meant, and asks anybody else.

    An application may post its request too (§2). The browser sends no cookie along then, if the page is of another
    site: so it is told to come again by GET, with its cookies.
    """
    session, confirmed = pages.session(request), False
    query: bytes = request.scope["query_string"]
    if request.method == "POST":
        sent = await read_form(request)
        confirmed = bool(sent.one("csrf_token"))
        if not confirmed:
            return pages.see(f"{PATH}?{urlencode(sent.pairs())}")
        pages.check(request, sent)
    try:
        parameters = parameters_of(query)
    except ProtocolError as error:
        raise Malformed(error.description) from error
    asked = await asked_to_log_out(server, parameters, session)
    if session is not None and not asked.is_certain and not confirmed:
        action = f"{PATH}?{query.decode('ascii')}"
        return pages.render(request, "logout.html", client=asked.client, action=action)
    response = _gone(pages, asked)
    if session is not None:
        await end_session(pages.identity, session.id, session.user.id, pages.origin(request))
        pages.cookies.drop(response, "session")
    return response


def _gone(pages: Pages, asked: LoggingOut) -> Response:
    if asked.location is None:
        return pages.see("/account/sign-in?said=out")
    return Response(status_code=303, headers={**HEADERS, "Location": asked.location})
