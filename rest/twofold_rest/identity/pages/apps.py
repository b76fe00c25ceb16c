"""The applications that somebody allowed something, and the way to take it back."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import Request, Response

from twofold.errors import NotFound
from twofold.identity.oauth.consents import connected_apps, revoke_app
from twofold_rest.identity.pages.frame import Pages

__all__ = ["add_pages"]

PATH: Final = "/account/apps"


def add_pages(pages: Pages) -> None:
    """Adds the page of connected applications."""
    pages.get(PATH, _show)
    pages.post(PATH, _revoke)


async def _show(pages: Pages, request: Request) -> Response:
    apps = await connected_apps(pages.identity, pages.signed_in(request).user.id)
    return pages.render(request, "apps.html", apps=apps, is_revoked=request.query_params.get("said") == "revoked")


async def _revoke(pages: Pages, request: Request) -> Response:
    user_id = pages.signed_in(request).user.id
    form = await pages.form(request)
    try:
        client_id = UUID(form.one("client_id"))
    except ValueError as error:
        raise NotFound("There is no such application.") from error
    await revoke_app(pages.identity, user_id, client_id, pages.origin(request))
    return pages.see(f"{PATH}?said=revoked")
