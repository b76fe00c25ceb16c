"""Signing in with the account of another provider, and which of them an account is linked with."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response

from twofold.errors import FieldError, Forbidden, NotFound, ServiceError, TooManyRequests
from twofold.identity.models import Session
from twofold.identity.providers.accounts import (
    METHOD,
    AccountExists,
    account_of,
    hold,
    is_linked,
    link,
    linked_providers,
    may_link,
    unlink,
)
from twofold.identity.providers.flow import FLOW_S, Callback, Flow, Person, StartAgain, begin, finish
from twofold.identity.providers.known import KnownProvider
from twofold_rest.errors import STATUSES
from twofold_rest.identity.pages.frame import HEADERS, Pages
from twofold_rest.identity.pages.return_to import return_to_of, with_return
from twofold_rest.identity.pages.sign_in import again_first, first_step_passed

__all__ = ["add_pages"]

SIGN_IN: Final = "/account/sign-in"
WITH: Final = f"{SIGN_IN}/with"
LINKED: Final = "/account/providers"


def add_pages(pages: Pages) -> None:
    """Adds the way to providers and back, and the page of those that an account is linked with."""
    pages.get(f"{WITH}/{{provider}}", _with_way_back(_start))
    pages.post(f"{WITH}/{{provider}}", _with_way_back(_start_linking))
    pages.get(f"{WITH}/{{provider}}/callback", _with_way_back(_callback))
    pages.get(LINKED, _show_linked)
    pages.post(LINKED, _unlink)


Handler = Callable[[Pages, Request], Coroutine[Any, Any, Response]]


def _with_way_back(handler: Handler) -> Handler:
    """Makes a page of what goes wrong on the way, from which people can begin again or sign in otherwise."""

    @wraps(handler)
    async def handled(pages: Pages, request: Request) -> Response:
        provider = _provider(pages, request)
        try:
            return await handler(pages, request)
        except ServiceError as error:
            response = pages.render(
                request, "provider_failed.html", status=STATUSES[error.code], message=error.message,
                provider=provider, start=f"{WITH}/{provider.name}",
                first=with_return(SIGN_IN, f"{WITH}/{provider.name}") if isinstance(error, AccountExists) else "",
            )  # fmt: skip
            if isinstance(error, TooManyRequests):
                response.headers["Retry-After"] = str(error.retry_after_s)
            return response

    return handled


async def _start(pages: Pages, request: Request) -> Response:
    """Sends a browser to the provider; who is signed in, and not by it, is asked whether they want to link it."""
    provider, session = _provider(pages, request), pages.session(request)
    return_to = return_to_of(request.query_params.get("return_to"))
    if session is None:
        return await _go(pages, provider, return_to)
    if await is_linked(pages.identity, session.user.id, provider):
        return await _go(pages, provider, return_to, again=True)
    if (first := _before_linking(session, provider)) is not None:
        return pages.see(first)
    source = (await provider.metadata()).origin
    return pages.render(
        request, "provider_link.html", form_action=f"'self' {source}", provider=provider,
        action=f"{WITH}/{provider.name}", allowed=may_link(session.user),
    )  # fmt: skip


async def _start_linking(pages: Pages, request: Request) -> Response:
    session, provider = pages.signed_in(request), _provider(pages, request)
    await pages.form(request)
    if not may_link(session.user):
        raise Forbidden("Confirm your e-mail address first.")
    if (first := _before_linking(session, provider)) is not None:
        return pages.see(first)
    return await _go(pages, provider, LINKED, linking=str(session.id))


async def _callback(pages: Pages, request: Request) -> Response:
    """Takes a browser back; what it held is void as soon as it is known to belong to this way back."""
    provider, callback = _provider(pages, request), _said(request)
    flow = Flow.opened(pages.identity, provider, pages.cookies.get(request, "provider"), callback.state)
    person = await finish(pages.identity, provider, flow, callback, pages.origin(request))
    response = await (_linked if flow.linking else _signed_in)(pages, request, flow, person)
    pages.cookies.drop(response, "provider")
    return response


async def _signed_in(pages: Pages, request: Request, flow: Flow, person: Person) -> Response:
    external = await account_of(pages.identity, person, pages.origin(request))
    async with pages.identity.database.transaction():
        user = await hold(external)
        return await first_step_passed(pages, request, user, [METHOD], return_to_of(flow.return_to))


async def _linked(pages: Pages, request: Request, flow: Flow, person: Person) -> Response:
    session = pages.session(request)
    if session is None or str(session.id) != flow.linking:
        raise StartAgain
    await link(pages.identity, session, person, pages.origin(request))
    return pages.see(f"{LINKED}?said=linked")


async def _show_linked(pages: Pages, request: Request) -> Response:
    return await _linked_page(pages, request, pages.signed_in(request))


async def _unlink(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    form = await pages.form(request)
    try:
        await unlink(pages.identity, session.user.id, _id(form.one("linked")), pages.origin(request))
    except ServiceError as error:
        wrong = FieldError(path=(), code=error.code, message=error.message)
        return await _linked_page(pages, request, session, status=STATUSES[error.code], errors=[wrong])
    return pages.see(f"{LINKED}?said=unlinked")


async def _linked_page(pages: Pages, request: Request, session: Session, **options: Any) -> Response:
    linked = await linked_providers(pages.identity, session.user.id)
    titles = {each.title for each in linked}
    others = [
        {"title": each.title, "path": f"{WITH}/{each.name}"}
        for each in pages.identity.providers.all()
        if each.title not in titles
    ]
    return pages.render(request, "providers.html", linked=linked, others=others, **options)


async def _go(pages: Pages, provider: KnownProvider, return_to: str, *, linking: str = "", again: bool = False
              ) -> Response:  # fmt: skip
    url, flow = await begin(pages.identity, provider, return_to, linking=linking, again=again)
    response = Response(status_code=303, headers={**HEADERS, "Location": url})
    pages.cookies.set(response, "provider", flow.sealed(pages.identity), max_age_s=FLOW_S)
    return response


def _before_linking(session: Session, provider: KnownProvider) -> str | None:
    """Returns where a user shows who they are, before a link that gives whoever holds it a way in for good."""
    return again_first(session, f"{WITH}/{provider.name}")


def _provider(pages: Pages, request: Request) -> KnownProvider:
    return pages.identity.providers.of(request.path_params["provider"])


def _said(request: Request) -> Callback:
    """Returns what the provider says by the browser.

    Raises:
        StartAgain: it says one thing twice (RFC 6749 §3.1).
    """
    said: dict[str, str | None] = {}
    for name in ("code", "state", "iss", "error"):
        values = request.query_params.getlist(name)
        if len(values) > 1:
            raise StartAgain
        said[name] = values[0] if values else None
    return Callback(**said)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("You are not linked with this provider.") from error
