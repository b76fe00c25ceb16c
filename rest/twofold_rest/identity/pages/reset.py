"""A new password for who does not know the old one any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import Request, Response

from twofold.errors import FieldError, Invalid
from twofold.identity.accounts import reset_password, send_reset
from twofold.identity.credentials import email_of
from twofold.identity.links import address_of_link
from twofold_rest.identity.pages.frame import Pages

__all__ = ["add_pages"]

RESET: Final = "/account/reset"


def add_pages(pages: Pages) -> None:
    """Adds the pages that lead to a new password."""
    pages.get(RESET, _show)
    pages.post(RESET, _request_reset)
    pages.get(f"{RESET}/new", _show_new)
    pages.post(f"{RESET}/new", _reset)


async def _show(pages: Pages, request: Request) -> Response:
    return pages.render(request, "reset.html", email="")


async def _request_reset(pages: Pages, request: Request) -> Response:
    form, origin = await pages.form(request), pages.origin(request)
    email = email_of(form.one("email"))
    if email is None:
        error = FieldError(path=("email",), code="invalid", message="This is not an e-mail address.")
        return pages.render(request, "reset.html", status=422, errors=[error], email=form.one("email"))
    await pages.identity.attempts.begin("reset", email, origin.address or None)
    return pages.see(f"{RESET}?said=letter", then=pages.later(send_reset, pages.identity, email, origin))


async def _show_new(pages: Pages, request: Request) -> Response:
    return await _new_page(pages, request, request.query_params.get("token", ""))


async def _reset(pages: Pages, request: Request) -> Response:
    form = await pages.form(request)
    token = form.one("token")
    try:
        await reset_password(pages.identity, token, form.one("new_password"), pages.origin(request))
    except Invalid as error:
        return await _new_page(pages, request, token, status=422, errors=error.field_errors)
    return pages.see("/account/sign-in?said=reset")


async def _new_page(pages: Pages, request: Request, token: str, *, status: int = 200,
                    errors: Sequence[FieldError] = ()) -> Response:  # fmt: skip
    email = await address_of_link(pages.identity, "reset", token)
    return pages.render(request, "reset_new.html", status=status, errors=errors, email=email, token=token)
