"""Signing in and out in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response

from twofold.errors import FieldError, Unauthenticated
from twofold.identity.models import Session, User
from twofold.identity.password_check import check_password
from twofold.identity.second_factor import has_second_factor
from twofold.identity.sessions import IssuedSession, end_session
from twofold.identity.sign_in import (
    CHALLENGE_S,
    Challenge,
    NoChallenge,
    challenge_of,
    pass_challenge,
    seal_challenge,
    sign_in_browser,
)
from twofold_rest.identity.pages.frame import Pages
from twofold_rest.identity.pages.return_to import return_to_of, with_return

__all__ = ["add_pages", "again_first", "first_step_passed"]

SIGN_IN = "/account/sign-in"
SECOND_FACTOR = "/account/sign-in/second-factor"
RECENT = timedelta(minutes=10)
"""How long ago somebody may have shown who they are, before something that could shut the owner of a session out."""


def add_pages(pages: Pages) -> None:
    """Adds the pages of signing in and out."""
    pages.get(SIGN_IN, _show)
    pages.post(SIGN_IN, _sign_in)
    pages.get(SECOND_FACTOR, _show_second_factor)
    pages.post(SECOND_FACTOR, _second_factor)
    pages.post("/account/sign-out", _sign_out)


def again_first(session: Session, return_to: str) -> str | None:
    """Returns where a user shows once more who they are, and then comes back; None if they did lately."""
    if session.authenticated_at > datetime.now(UTC) - RECENT:
        return None
    return with_return(SIGN_IN, return_to, again="1")


async def first_step_passed(pages: Pages, request: Request, user: User, methods: Sequence[str], return_to: str
                            ) -> Response:  # fmt: skip
    """Returns the answer to a user who has just proved who they are, by `methods` (RFC 8176).

    It signs them in, or asks for their second factor. To be called within a transaction, while the account cannot
    change, which is committed before the answer is sent. `return_to` is a path that `return_to_of` gave.
    """
    if await has_second_factor(pages.identity, user.id):
        response = pages.see(with_return(SECOND_FACTOR, return_to))
        sealed = seal_challenge(pages.identity, user, methods)
        pages.cookies.set(response, "challenge", sealed, max_age_s=CHALLENGE_S)
        return response
    before = pages.session(request)
    issued = await sign_in_browser(pages.identity, user, methods, pages.origin(request), before=before)
    return _signed_in(pages, issued, return_to)


async def _show(pages: Pages, request: Request) -> Response:
    return_to = return_to_of(request.query_params.get("return_to"))
    if pages.session(request) and "again" not in request.query_params:
        return pages.see(return_to)
    return _sign_in_page(pages, request, return_to)


async def _sign_in(pages: Pages, request: Request) -> Response:
    form = await pages.form(request)
    return_to = return_to_of(form.one("return_to"))
    try:
        checked = await check_password(pages.identity, form.one("email"), form.one("password"), pages.origin(request))
        async with pages.identity.database.transaction():
            await checked.hold()
            return await first_step_passed(pages, request, checked.user, ["pwd"], return_to)
    except Unauthenticated as error:
        wrong = FieldError(path=(), code="wrong", message=error.message)
        return _sign_in_page(pages, request, return_to, status=401, email=form.one("email"), errors=[wrong])


async def _show_second_factor(pages: Pages, request: Request) -> Response:
    return_to = return_to_of(request.query_params.get("return_to"))
    try:
        _challenge(pages, request)
    except NoChallenge:
        return pages.see(with_return(SIGN_IN, return_to, said="again"))
    return pages.render(request, "sign_in_second_factor.html", return_to=return_to)


async def _second_factor(pages: Pages, request: Request) -> Response:
    form = await pages.form(request)
    return_to = return_to_of(form.one("return_to"))
    try:
        issued = await pass_challenge(
            pages.identity,
            _challenge(pages, request),
            form.one("code"),
            pages.origin(request),
            before=pages.session(request),
        )
    except NoChallenge:
        return pages.see(with_return(SIGN_IN, return_to, said="again"))
    except Unauthenticated as error:
        wrong = FieldError(path=("code",), code="wrong", message=error.message)
        return pages.render(request, "sign_in_second_factor.html", status=401, errors=[wrong], return_to=return_to)
    return _signed_in(pages, issued, return_to)


async def _sign_out(pages: Pages, request: Request) -> Response:
    await pages.form(request)
    session = pages.session(request)
    if session is not None:
        await end_session(pages.identity, session.id, session.user.id, pages.origin(request))
    response = pages.see(f"{SIGN_IN}?said=out")
    pages.cookies.drop(response, "session")
    return response


def _signed_in(pages: Pages, issued: IssuedSession, return_to: str) -> Response:
    response = pages.see(return_to)
    pages.cookies.set(response, "session", issued.cookie, max_age_s=pages.engine.settings.session_ttl_s)
    for spent in ("challenge", "visit"):
        pages.cookies.drop(response, spent)
    return response


def _challenge(pages: Pages, request: Request) -> Challenge:
    return challenge_of(pages.identity, pages.cookies.get(request, "challenge"))


def _sign_in_page(pages: Pages, request: Request, return_to: str, *, status: int = 200, email: str = "",
                  errors: Sequence[FieldError] = ()) -> Response:  # fmt: skip
    session = pages.session(request)
    providers = [
        {"title": each.title, "path": with_return(f"{SIGN_IN}/with/{each.name}", return_to)}
        for each in pages.engine.settings.providers
    ]
    return pages.render(
        request, "sign_in.html", status=status, errors=errors, return_to=return_to, providers=providers,
        email=email or (session.user.email if session else ""),
        sign_up_path=with_return("/account/sign-up", return_to), reset_path="/account/reset",
    )  # fmt: skip
