"""The applications that somebody registered: their list, and a page for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response

from twofold.errors import FieldError, Invalid, NotFound
from twofold.identity.oauth.clients import (
    change_client,
    client_of,
    clients_of,
    delete_client,
    new_client_secret,
    register,
)
from twofold.identity.oauth.metadata import DEVICE_CODE, metadata_of
from twofold.identity.oauth.models import Client
from twofold.identity.scopes import Scope
from twofold_rest.identity.pages.form import Form
from twofold_rest.identity.pages.frame import Pages

__all__ = ["add_pages"]

LIST: Final = "/account/developer"
ONE: Final = f"{LIST}/{{client_id}}"

GRANTS: Final = {
    "authorization_code": "People sign in to it in their browser",
    "refresh_token": "It stays connected, by refresh tokens",
    DEVICE_CODE: "People connect a device that has no browser",
    "client_credentials": "It acts for itself, with your permissions (needs a secret)",
}
NEW: Final = {
    "client_name": "", "client_uri": "", "redirect_uris": [], "post_logout_redirect_uris": [],
    "grant_types": ["authorization_code", "refresh_token"], "scope": "openid profile email",
    "token_endpoint_auth_method": "none",
}  # fmt: skip


def add_pages(pages: Pages) -> None:
    """Adds the pages of who makes applications; others' applications are not there."""
    pages.get(LIST, _show_all)
    pages.post(LIST, _create)
    pages.get(ONE, _show)
    pages.post(ONE, _change)
    pages.post(f"{ONE}/secret", _renew)
    pages.post(f"{ONE}/delete", _delete)


async def _show_all(pages: Pages, request: Request) -> Response:
    return await _list(pages, request, NEW)


async def _create(pages: Pages, request: Request) -> Response:
    user_id = pages.signed_in(request).user.id
    asked = _told(await pages.form(request))
    try:
        made = await register(pages.identity, asked, user_id, pages.origin(request))
    except Invalid as error:
        return await _list(pages, request, asked, _errors(error))
    response = pages.see(f"{LIST}/{made.client.id}")
    if made.client_secret is not None:
        pages.show_once(request, response, [str(made.client.id), made.client_secret])
    return response


async def _show(pages: Pages, request: Request) -> Response:
    client = await _asked_for(pages, request)
    return _page(pages, request, client, NEW | metadata_of(client))


async def _change(pages: Pages, request: Request) -> Response:
    client = await _asked_for(pages, request)
    asked = _told(await pages.form(request))
    try:
        await change_client(pages.identity, client, asked, pages.origin(request))
    except Invalid as error:
        return _page(pages, request, client, asked, _errors(error))
    return pages.see(f"{LIST}/{client.id}?said=saved")


async def _renew(pages: Pages, request: Request) -> Response:
    client = await _asked_for(pages, request)
    await pages.form(request)
    secret = await new_client_secret(pages.identity, client, pages.origin(request))
    response = pages.see(f"{LIST}/{client.id}")
    pages.show_once(request, response, [str(client.id), secret])
    return response


async def _delete(pages: Pages, request: Request) -> Response:
    client = await _asked_for(pages, request)
    await pages.form(request)
    await delete_client(pages.identity, client, pages.origin(request))
    return pages.see(LIST)


async def _asked_for(pages: Pages, request: Request) -> Client:
    """Returns the application that the path names, of who is signed in."""
    user_id = pages.signed_in(request).user.id
    try:
        client_id = UUID(request.path_params["client_id"])
    except ValueError as error:
        raise NotFound("There is no such application.") from error
    return await client_of(pages.identity, user_id, client_id)


async def _list(pages: Pages, request: Request, told: Mapping[str, Any], errors: Sequence[FieldError] = ()) -> Response:
    clients = await clients_of(pages.identity, pages.signed_in(request).user.id)
    return pages.render(
        request, "developer.html", status=422 if errors else 200, errors=errors, clients=clients, told=told,
        grants=GRANTS, subjects=_subjects(pages),
    )  # fmt: skip


def _page(pages: Pages, request: Request, client: Client, told: Mapping[str, Any], errors: Sequence[FieldError] = ()
          ) -> Response:  # fmt: skip
    shown = pages.shown(request)
    return pages.render(
        request, "developer_client.html", status=422 if errors else 200, errors=errors, client=client, told=told,
        grants=GRANTS, subjects=_subjects(pages), is_saved=request.query_params.get("said") == "saved",
        secret=shown[1] if isinstance(shown, list) and shown[0] == str(client.id) else None,
    )  # fmt: skip


def _subjects(pages: Pages) -> list[tuple[str, list[Scope]]]:
    """Returns all scopes by what they are about, in the catalogue's order."""
    return [(subject, list(of)) for subject, of in groupby(pages.identity.scopes.values(), lambda each: each.subject)]


def _told(form: Form) -> dict[str, Any]:
    """Returns what a form tells of an application, by the names of RFC 7591 §2."""
    return {
        "client_name": form.one("client_name"),
        "client_uri": form.one("client_uri").strip(),
        "redirect_uris": form.one("redirect_uris").split(),
        "post_logout_redirect_uris": form.one("post_logout_redirect_uris").split(),
        "grant_types": form.all("grant_types"),
        "scope": " ".join(form.all("scope")),
        "token_endpoint_auth_method": form.one("token_endpoint_auth_method") or "none",
    }


def _errors(error: Invalid) -> Sequence[FieldError]:
    return error.field_errors or [FieldError(path=(), code=error.code, message=error.message)]
