"""The first page of an account: who it is, and the password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import Request, Response

from twofold.errors import FieldError, Invalid
from twofold.identity.accounts import change_name, change_password
from twofold_rest.identity.pages.frame import Pages
from twofold_rest.identity.pages.return_to import HOME

__all__ = ["add_pages"]

NAME: Final = "/account/name"
PASSWORD: Final = "/account/password"  # noqa: S105  # a path


def add_pages(pages: Pages) -> None:
    """Adds the page, and what its forms are sent to."""
    pages.get(HOME, _show)
    pages.post(NAME, _change_name)
    pages.post(PASSWORD, _change_password)


async def _show(pages: Pages, request: Request) -> Response:
    return _page(pages, request, pages.signed_in(request).user.name)


async def _change_name(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    name = (await pages.form(request)).one("name")
    try:
        await change_name(pages.identity, session.user.id, name, pages.origin(request))
    except Invalid as error:
        return _page(pages, request, name, error.field_errors)
    return pages.see(f"{HOME}?said=name")


async def _change_password(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    form = await pages.form(request)
    current, new = form.one("current_password"), form.one("new_password")
    try:
        await change_password(pages.identity, session, current, new, pages.origin(request))
    except Invalid as error:
        return _page(pages, request, session.user.name, error.field_errors)
    return pages.see(f"{HOME}?said=password")


def _page(pages: Pages, request: Request, name: str, errors: Sequence[FieldError] = ()) -> Response:
    return pages.render(request, "profile.html", status=422 if errors else 200, errors=errors, name=name,
                        user=pages.signed_in(request).user, providers=pages.identity.providers.all())  # fmt: skip
