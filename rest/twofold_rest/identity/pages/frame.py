"""What every page has: its frame, its headers, who is signed in, and that forms come from us."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from twofold.engine import Engine
from twofold.errors import FieldError, Forbidden, ServiceError, TooManyRequests
from twofold.identity.identity import From
from twofold.identity.models import Session
from twofold.identity.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS
from twofold.identity.sealed import NotOurs
from twofold.identity.sessions import csrf_token, is_csrf_token, session_of
from twofold.outages import outages
from twofold_rest.errors import STATUSES
from twofold_rest.identity.origin import origin_of
from twofold_rest.identity.pages.cookies import Cookies
from twofold_rest.identity.pages.form import Form, read_form
from twofold_rest.identity.pages.return_to import with_return

__all__ = ["Pages"]

log = logging.getLogger("twofold.pages")

HERE: Final = Path(__file__).parents[1]
SHOWN_S: Final = 60

HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action {form_action}; base-uri 'none'; "
    "frame-ancestors 'none'"
)

PASSWORD: Final = {
    "password_hint": f"{MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters.",
    "password_bounds": {"minlength": MIN_PASSWORD_CHARACTERS, "maxlength": MAX_PASSWORD_CHARACTERS},
}
"""What the pages say of a new password; the service keeps to it."""

Handler: TypeAlias = "Callable[[Pages, Request], Awaitable[Response]]"
"""What answers a request for a page, or a form."""


SAID: Final = {
    "again": "That took too long. Sign in again.",
    "letter": "If there is something to send, an e-mail is on its way. Follow the link in it.",
    "name": "Your name was changed.",
    "out": "You are signed out.",
    "password": "Your password was changed, and all other browsers and applications were signed out.",
    "reset": "Your password is new. Sign in with it.",
    "verified": "Your e-mail address is confirmed.",
    "device": "Done. Your device goes on by itself.",
    "no_device": "The device was told that you do not allow it.",
    "linked": "Done. You can sign in with it from now on.",
    "unlinked": "Done. Nobody can sign in with it any more.",
}
"""What a page says first, by the word in its address that the page before it put there."""


class SignInFirst(Exception):
    """The page is for those who are signed in; its route answers with the way to sign in and back."""


class Pages:
    """What a page is made with. A module of pages adds its own with `get` and `post`, and answers by `render` or `see`.

    A handler may raise any ServiceError: it becomes a page. `request.state.session` is the Session of who is signed
    in, with its user, or None.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.identity = engine.identity
        self.cookies = Cookies(engine.settings)
        self.routes: list[Route] = []
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= PASSWORD
        self._environment.filters["moment"] = moment

    def get(self, path: str, handler: Handler) -> None:
        """Adds a page."""
        self.routes.append(Route(path, self._served(handler), methods=["GET"], include_in_schema=False))

    def post(self, path: str, handler: Handler) -> None:
        """Adds what a form is sent to; the handler reads it by `form`, which sees that it is ours."""
        self.routes.append(Route(path, self._served(handler), methods=["POST"], include_in_schema=False))

    def render(
        self, request: Request, template: str, *, status: int = 200, errors: Sequence[FieldError] = (),
        form_action: str = "'self'", **context: Any,
    ) -> Response:  # fmt: skip
        """Returns a page made from a template, which extends `base.html` and takes its fields from `forms.html`.

        `errors` stand in a summary, and each beside the field that its path begins with; without a path, only in the
        summary. `form_action` is for a form whose answer leads to another origin, which browsers ask the policy about.
        """
        session, visit = self.session(request), self.cookies.get(request, "visit")
        new_visit = "" if session or visit else secrets.token_urlsafe(32)
        beside: dict[str, str] = {}
        for each in errors:
            if each.path:
                beside.setdefault(str(each.path[0]), each.message)
        key = self.cookies.get(request, "session") if session else visit or new_visit
        html = self._environment.get_template(template).render(
            application=self.engine.application.name, path=request.scope["path"], session=session, errors=errors,
            beside=beside, csrf_token=csrf_token(key), said=SAID.get(request.query_params.get("said", "")), **context,
        )  # fmt: skip
        headers = HEADERS | {"Content-Security-Policy": CSP.format(form_action=form_action)}
        response = HTMLResponse(html, status, headers=headers)
        if new_visit:
            self.cookies.set(response, "visit", new_visit)
        if self.cookies.get(request, "shown"):
            self.cookies.drop(response, "shown")
        return response

    def see(self, path: str, *, then: BackgroundTask | None = None) -> Response:
        """Returns the way to another page of ours, after a form or instead of a page; `then` runs after the answer."""
        return RedirectResponse(path, 303, headers=HEADERS, background=then)

    def session(self, request: Request) -> Session | None:
        """Returns the session of who is signed in, with its user."""
        found: Session | None = request.state.session
        return found

    def signed_in(self, request: Request) -> Session:
        """Returns the session of who is signed in; anybody else is sent to sign in, and comes back afterwards."""
        session = self.session(request)
        if session is None:
            raise SignInFirst
        return session

    async def form(self, request: Request) -> Form:
        """Returns the form that was sent.

        Raises:
            Forbidden: its CSRF token is missing, or is not that of this browser.
        """
        form = await read_form(request)
        self.check(request, form)
        return form

    def check(self, request: Request, form: Form) -> None:
        """Sees that a form which was read is ours.

        Raises:
            Forbidden: its CSRF token is missing, or is not that of this browser.
        """
        cookie = self.cookies.get(request, "session" if self.session(request) else "visit")
        if not cookie or not is_csrf_token(cookie, form.one("csrf_token")):
            raise Forbidden("This form is too old, or was not ours. Open the page again, and send it once more.")

    def origin(self, request: Request) -> From:
        """Returns where a request came from, for the audit."""
        return origin_of(request, "pages")

    def later(self, function: Callable[..., Awaitable[None]], *args: Any) -> BackgroundTask:
        """Returns what `see` runs after the answer, whose time then tells nothing of it. That it failed is logged."""
        return BackgroundTask(_quietly, function, args)

    def show_once(self, request: Request, response: Response, what: Any) -> None:
        """Keeps JSON in the browser for the next page, which may show it by `shown` before it is forgotten."""
        sealed = self.identity.sealer.seal("shown", json.dumps([str(self.signed_in(request).id), what]))
        self.cookies.set(response, "shown", sealed, max_age_s=SHOWN_S)

    def shown(self, request: Request) -> Any:
        """Returns what `show_once` kept for this page in this session; None when there is nothing."""
        sealed = self.cookies.get(request, "shown")
        if not sealed:
            return None
        try:
            session_id, what = json.loads(self.identity.sealer.open("shown", sealed, max_age_s=SHOWN_S))
        except NotOurs:
            return None
        return what if session_id == str(self.signed_in(request).id) else None

    def refused(self, request: Request, status: int, message: str) -> Response:
        """Returns the page that says why there is no other."""
        return self.render(request, "refused.html", status=status, message=message)

    def _served(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def served(request: Request) -> Response:
            request.state.session = None
            try:
                await request.body()  # first: who sends it slowly must not act by a session that ended meanwhile
                with outages():
                    cookie = self.cookies.get(request, "session")
                    request.state.session = await session_of(self.identity, cookie) if cookie else None
                    return await handler(self, request)
            except SignInFirst:
                return self.see(with_return("/account/sign-in", _place(request)))
            except HTTPException as error:
                return self.refused(request, error.status_code, error.detail)
            except ServiceError as error:
                return self._refused_by(request, error)

        return served

    def _refused_by(self, request: Request, error: ServiceError) -> Response:
        response = self.refused(request, STATUSES[error.code], error.message)
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response


def moment(at: datetime) -> Markup:
    """Returns a time as pages show it."""
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


async def _quietly(function: Callable[..., Awaitable[None]], args: tuple[Any, ...]) -> None:
    try:
        await function(*args)
    except Exception as error:  # its text may hold what must not be in the log
        log.error("after the answer, %s failed: %s", function.__name__, type(error).__name__)  # noqa: TRY400


def _place(request: Request) -> str:
    """Returns what was asked for, if it can be asked for again."""
    path: str = request.scope["path"]
    query = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query and request.method == "GET" else path
