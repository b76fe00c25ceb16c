"""API keys: made with a name, permissions and an end, and shown once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response

from twofold.errors import FieldError, Invalid, NotFound
from twofold.identity.own_keys import create_own_key, live_keys, revoke_own_key
from twofold.identity.scopes import OPENID_SCOPES, Scope
from twofold_rest.identity.pages.form import Form
from twofold_rest.identity.pages.frame import Pages

__all__ = ["add_pages"]

PATH: Final = "/account/keys"
DAYS: Final[Mapping[str, str]] = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year", "": "Never"}
NOTHING: Final = FieldError(path=("scopes",), code="missing", message="Tick what the key may do.")
NO_TERM: Final = FieldError(path=("days",), code="invalid", message="Choose one of these terms.")


def add_pages(pages: Pages) -> None:
    """Adds the page, and what its forms are sent to."""
    pages.get(PATH, _show)
    pages.post(PATH, _create)
    pages.post(f"{PATH}/revoke", _revoke)


async def _show(pages: Pages, request: Request) -> Response:
    return await _page(pages, request, {"access": "some", "days": "90"})


async def _create(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    form = await pages.form(request)
    try:
        scopes = _scopes(form)
        issued = await create_own_key(
            pages.identity, session.user.id, form.one("name"), scopes, _expiry(form), pages.origin(request)
        )
    except Invalid as error:
        said = {name: form.one(name) for name in ("name", "access", "days")} | {"scopes": form.all("scopes")}
        return await _page(pages, request, said, error.field_errors)
    response = pages.see(PATH)
    pages.show_once(request, response, {"key": issued.key})
    return response


async def _revoke(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    form = await pages.form(request)
    try:
        key_id = UUID(form.one("id"))
    except ValueError:
        raise NotFound from None
    await revoke_own_key(pages.identity, session.user.id, key_id, pages.origin(request))
    return pages.see(PATH)


def _scopes(form: Form) -> Sequence[str]:
    """What the key may do: nothing ticked must not come to everything, as it would in a key without scopes."""
    if form.one("access") == "all":
        return []
    scopes = form.all("scopes")
    if not scopes:
        raise Invalid(NOTHING.message, field_errors=[NOTHING])
    return scopes


def _expiry(form: Form) -> datetime | None:
    days = form.one("days")
    if days not in DAYS:
        raise Invalid(NO_TERM.message, field_errors=[NO_TERM])
    return datetime.now(UTC) + timedelta(days=int(days)) if days else None


async def _page(pages: Pages, request: Request, said: Mapping[str, Any], errors: Sequence[FieldError] = ()
                ) -> Response:  # fmt: skip
    session, shown = pages.signed_in(request), pages.shown(request) or {}
    subjects: dict[str, list[Scope]] = {}
    for scope in pages.identity.scopes.values():
        if scope.name not in OPENID_SCOPES:
            subjects.setdefault(scope.subject, []).append(scope)
    return pages.render(
        request, "keys.html", status=422 if errors else 200, errors=errors, subjects=subjects, terms=DAYS,
        form={"name": "", "scopes": [], **said}, keys=await live_keys(pages.identity, session.user.id),
        new_key=shown.get("key"),
    )  # fmt: skip
