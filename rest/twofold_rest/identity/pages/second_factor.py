"""Setting up the second factor, and taking it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import segno
from fastapi import Request, Response
from markupsafe import Markup

from twofold.errors import FieldError, Invalid
from twofold.identity import second_factor
from twofold.identity.second_factor import SetUp
from twofold_rest.identity.pages.frame import Pages
from twofold_rest.identity.pages.sign_in import again_first

__all__ = ["add_pages"]

PATH: Final = "/account/second-factor"


def add_pages(pages: Pages) -> None:
    """Adds the page, and what its forms are sent to."""
    pages.get(PATH, _show)
    pages.post(f"{PATH}/start", _start)
    pages.post(f"{PATH}/cancel", _cancel)
    pages.post(f"{PATH}/confirm", _confirm)
    pages.post(f"{PATH}/codes", _new_codes)
    pages.post(f"{PATH}/off", _turn_off)


async def _show(pages: Pages, request: Request) -> Response:
    return await _page(pages, request)


async def _start(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    await pages.form(request)
    if (first := again_first(session, PATH)) is not None:
        return pages.see(first)
    await second_factor.start_set_up(pages.identity, session.user.id)
    return pages.see(PATH)


async def _cancel(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    await pages.form(request)
    await second_factor.cancel_set_up(pages.identity, session.user.id)
    return pages.see(PATH)


async def _confirm(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    code = (await pages.form(request)).one("code")
    if (first := again_first(session, PATH)) is not None:
        return pages.see(first)
    try:
        codes = await second_factor.confirm(pages.identity, session.user, code, pages.origin(request))
    except Invalid as error:
        return await _page(pages, request, error.field_errors)
    return _with_codes(pages, request, codes)


async def _new_codes(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    proof = (await pages.form(request)).one("proof")
    try:
        codes = await second_factor.new_recovery_codes(pages.identity, session.user, proof, pages.origin(request))
    except Invalid as error:
        return await _page(pages, request, error.field_errors)
    return _with_codes(pages, request, codes)


async def _turn_off(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    proof = (await pages.form(request)).one("proof")
    try:
        await second_factor.turn_off(pages.identity, session.user, proof, pages.origin(request))
    except Invalid as error:
        return await _page(pages, request, error.field_errors)
    return pages.see(PATH)


def _with_codes(pages: Pages, request: Request, codes: list[str]) -> Response:
    response = pages.see(PATH)
    pages.show_once(request, response, {"codes": codes})
    return response


async def _page(pages: Pages, request: Request, errors: Sequence[FieldError] = ()) -> Response:
    user, shown = pages.signed_in(request).user, pages.shown(request) or {}
    is_on = await second_factor.has_second_factor(pages.identity, user.id)
    set_up = None if is_on else await second_factor.setting_up(pages.identity, user)
    return pages.render(
        request, "second_factor.html", status=422 if errors else 200, errors=errors, is_on=is_on, set_up=set_up,
        qr=_picture(set_up) if set_up else None, codes=shown.get("codes", []),
        left=await second_factor.recovery_codes_left(pages.identity, user.id),
    )  # fmt: skip


def _picture(set_up: SetUp) -> Markup:
    """The QR code as SVG without a style, which the content policy would refuse."""
    return Markup(segno.make(set_up.uri, error="m").svg_inline(omitsize=True))  # noqa: S704  # made by us
