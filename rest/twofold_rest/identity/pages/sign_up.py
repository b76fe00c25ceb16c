"""Making an account, and confirming its e-mail address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import Request, Response

from twofold.errors import FieldError
from twofold.identity.accounts import request_verification, sign_up, verify_email
from twofold.identity.credentials import account_errors, email_of
from twofold.identity.links import address_of_link
from twofold_rest.identity.pages.frame import Pages
from twofold_rest.identity.pages.return_to import HOME, return_to_of, with_return

__all__ = ["add_pages"]

SIGN_UP: Final = "/account/sign-up"
VERIFY: Final = "/account/verify"


def add_pages(pages: Pages) -> None:
    """Adds the pages of signing up and of confirming an address."""
    pages.get(SIGN_UP, _show)
    pages.post(SIGN_UP, _sign_up)
    pages.get(VERIFY, _show_verify)
    pages.post(VERIFY, _verify)
    pages.post(f"{VERIFY}/again", _verify_again)


async def _show(pages: Pages, request: Request) -> Response:
    if pages.session(request):
        return pages.see(HOME)
    return _sign_up_page(pages, request, return_to_of(request.query_params.get("return_to")))


async def _sign_up(pages: Pages, request: Request) -> Response:
    form, origin = await pages.form(request), pages.origin(request)
    name, email, password = form.one("name"), form.one("email"), form.one("password")
    return_to = return_to_of(form.one("return_to"))
    if errors := account_errors(email, name, password):
        return _sign_up_page(pages, request, return_to, name=name, email=email, errors=errors)
    await pages.identity.attempts.begin("sign_up", email_of(email), origin.address or None)
    work = pages.later(sign_up, pages.identity, email_of(email), name, password, origin)
    return pages.see(with_return("/account/sign-in", return_to, said="letter"), then=work)


async def _show_verify(pages: Pages, request: Request) -> Response:
    token = request.query_params.get("token", "")
    email = await address_of_link(pages.identity, "verify", token)
    return pages.render(request, "verify.html", email=email, token=token)


async def _verify(pages: Pages, request: Request) -> Response:
    form = await pages.form(request)
    await verify_email(pages.identity, form.one("token"), pages.origin(request))
    return pages.see(f"{HOME if pages.session(request) else '/account/sign-in'}?said=verified")


async def _verify_again(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    await pages.form(request)
    await request_verification(pages.identity, session.user, pages.origin(request))
    return pages.see(f"{HOME}?said=letter")


def _sign_up_page(pages: Pages, request: Request, return_to: str, *, name: str = "", email: str = "",
                  errors: Sequence[FieldError] = ()) -> Response:  # fmt: skip
    return pages.render(
        request, "sign_up.html", status=422 if errors else 200, errors=errors, name=name, email=email,
        return_to=return_to, sign_in_path=with_return("/account/sign-in", return_to),
    )  # fmt: skip
