"""Where somebody is signed in."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import Request, Response

from twofold.errors import NotFound
from twofold.identity.sessions import end_session, end_sessions, live_sessions
from twofold_rest.identity.pages.frame import Pages

__all__ = ["add_pages"]

PATH: Final = "/account/sessions"
BROWSERS: Final = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrom": "Chrome", "Safari": "Safari"}
SYSTEMS: Final = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "macOS",
                  "Linux": "Linux"}  # fmt: skip
"""What stands in a user agent, in the order in which it tells most: Chrome says that it is Safari too."""


def add_pages(pages: Pages) -> None:
    """Adds the page, and what its forms are sent to."""
    pages.get(PATH, _show)
    pages.post(f"{PATH}/end", _end)
    pages.post(f"{PATH}/end-others", _end_others)


async def _show(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    sessions = [
        {"id": each.id, "browser": _browser(each.user_agent), "address": each.address,
         "since": each.authenticated_at, "is_this": each.id == session.id}
        for each in await live_sessions(pages.identity, session.user.id)
    ]  # fmt: skip
    return pages.render(request, "sessions.html", sessions=sessions)


async def _end(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    form = await pages.form(request)
    try:
        session_id = UUID(form.one("id"))
    except ValueError:
        raise NotFound from None
    await end_session(pages.identity, session_id, session.user.id, pages.origin(request))
    return pages.see(PATH)


async def _end_others(pages: Pages, request: Request) -> Response:
    session = pages.signed_in(request)
    await pages.form(request)
    await end_sessions(pages.identity, session.user.id, pages.origin(request), except_=session.id)
    return pages.see(PATH)


def _browser(user_agent: str) -> str:
    """What people call the browser that says this of itself."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "A browser")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), None)
    return f"{browser} on {system}" if system else browser
