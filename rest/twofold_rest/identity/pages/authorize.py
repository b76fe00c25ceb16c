"""Asking a person whether an application may have what it asks for: the authorization endpoint, and devices."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request, Response

from twofold.errors import FieldError, Malformed, NotFound
from twofold.identity.oauth.authorizing import Authorizing, Consenting, SigningIn
from twofold.identity.oauth.devices import decide_device, waiting_device
from twofold.identity.oauth.protocol import Answer
from twofold.identity.oauth.server import Server
from twofold.identity.scopes import Scope
from twofold_rest.identity.pages.frame import HEADERS, Pages
from twofold_rest.identity.pages.return_to import with_return

__all__ = ["add_pages"]

PATH: Final = "/oauth/authorize"
DEVICE: Final = "/device"
WEB: Final = ("https", "http")


def add_pages(pages: Pages, server: Server) -> None:
    """Adds the authorization endpoint and the page for devices."""
    authorizing = Authorizing(server)
    pages.get(PATH, _with(_authorize, authorizing))
    pages.post(PATH, _with(_decide, authorizing))
    pages.get(DEVICE, _device)
    pages.post(DEVICE, _decide_device)


def _with(handler: Callable[..., Coroutine[Any, Any, Response]], authorizing: Authorizing
          ) -> Callable[[Pages, Request], Coroutine[Any, Any, Response]]:  # fmt: skip
    return partial(handler, authorizing)


async def _authorize(authorizing: Authorizing, pages: Pages, request: Request) -> Response:
    outcome = await authorizing.consider(_query(request), pages.session(request), pages.origin(request))
    return _answered(pages, request, outcome)


async def _decide(authorizing: Authorizing, pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    form = await pages.form(request)
    decision = _decision(form.one("decision"))
    outcome = await authorizing.decide(
        _query(request), session, pages.origin(request), allowed=decision, shown=form.one("scope")
    )
    return _answered(pages, request, outcome)


def _answered(pages: Pages, request: Request, outcome: Answer | SigningIn | Consenting) -> Response:
    match outcome:
        case SigningIn(return_to=return_to, again=again):
            return pages.see(with_return("/account/sign-in", return_to, **({"again": "1"} if again else {})))
        case Consenting(client=client, scopes=scopes, redirect_uri=redirect_uri):
            return pages.render(
                request, "consent.html", client=client, subjects=_by_subject(scopes), target=_target(redirect_uri),
                action=f"{PATH}?{_query(request).decode('ascii')}", form_action=f"'self' {_source(redirect_uri)}",
                user_code="", shown=" ".join(scope.name for scope in scopes),
            )  # fmt: skip
        case Answer(location=str(location)):
            return Response(status_code=303, headers={**HEADERS, "Location": location})
        case Answer(body=body):
            said = body.get("error_description") or body["error"]
            return pages.refused(request, 400, f"The application asked for something that cannot be: {said}")


def _query(request: Request) -> bytes:
    query: bytes = request.scope["query_string"]
    return query


def _decision(said: str) -> bool:
    if said not in ("allow", "deny"):
        raise Malformed("Press one of the two buttons.")
    return said == "allow"


def _by_subject(scopes: Iterable[Scope]) -> list[tuple[str, list[Scope]]]:
    """Returns what is asked for by what it is about, in the order of the catalogue."""
    return [(subject, list(about)) for subject, about in groupby(scopes, lambda scope: scope.subject)]


def _target(redirect_uri: str) -> str:
    """Returns where the person goes afterwards, as people read it.

    What follows a scheme of an application's own is no host, though it may look like one.
    """
    parts = urlsplit(redirect_uri)
    return parts.netloc if parts.scheme in WEB else f"{parts.scheme}:"


def _source(redirect_uri: str) -> str:
    """Returns where the form leads in the end, for the policy: browsers ask it about redirects too (CSP3 §6.4.2)."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in WEB else f"{parts.scheme}:"


# -- devices -----------------------------------------------------------------------------------------------------


async def _device(pages: Pages, request: Request) -> Response:
    pages.signed_in(request)
    return pages.render(request, "device.html", user_code=request.query_params.get("user_code", "")[:20])


async def _decide_device(pages: Pages, request: Request) -> Response:
    session, origin = pages.signed_in(request), pages.origin(request)
    form = await pages.form(request)
    user_code = form.one("user_code")
    try:
        if not form.one("decision"):
            device = await waiting_device(pages.identity, session, user_code, origin)
            asked = [scope for name, scope in pages.identity.scopes.items() if name in device.scopes]
            return pages.render(
                request, "consent.html", client=device.client, subjects=_by_subject(asked), target="", action=DEVICE,
                user_code=user_code,
            )  # fmt: skip
        allowed = _decision(form.one("decision"))
        await decide_device(pages.identity, session, user_code, origin, allowed=allowed)
    except NotFound as error:
        wrong = FieldError(path=("user_code",), code="unknown", message=error.message)
        return pages.render(request, "device.html", status=404, user_code=user_code, errors=[wrong])
    return pages.see(f"{DEVICE}?said={'device' if allowed else 'no_device'}")
