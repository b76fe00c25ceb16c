"""People with a browser that has no scripts: they read pages, fill in forms and press buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

from storefront.seed import DEMO_PASSWORD

__all__ = ["Button", "Form", "Page", "Person", "at_origin"]

MAX_STEPS = 12
"""Redirects and pages in a row; more is a loop."""
ALLOW, DENY, SIGN_OUT = "Allow", "Deny", "Sign out"
LOG_OUT = "/oauth/logout"


@dataclass(frozen=True)
class Button:
    """What sends a form, and what it adds to it."""

    text: str
    name: str
    value: str


@dataclass
class Form:
    """A form as the page has it: the values that its fields have already, hidden ones too."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)

    def button(self, word: str) -> Button | None:
        """Returns the button that begins with a word, or none; of an empty word the first one."""
        return next((each for each in self.buttons if each.text.lower().startswith(word.lower())), None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text = ""
        self._button: dict[str, str] | None = None
        self._values: list[str] = []
        self._said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif self.forms and tag == "input" and given.get("name"):
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            values = self.forms[-1].fields.setdefault(given["name"], [])
            values += [given.get("value", "on" if given.get("type") == "checkbox" else "")] if ticked else []
        elif self.forms and tag in ("select", "textarea") and given.get("name"):
            self._values, self._said = self.forms[-1].fields.setdefault(given["name"], []), ""
        elif self.forms and tag == "option" and "selected" in given:
            self._values.append(given.get("value", ""))
        elif self.forms and tag == "button" and given.get("type", "submit") == "submit":
            self._button, self._said = given, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._button is not None:
            given, self._button = self._button, None
            self.forms[-1].buttons.append(Button(self._said.strip(), given.get("name", ""), given.get("value", "")))

        elif tag == "textarea" and self.forms:
            self._values.append(self._said)

    def handle_data(self, data: str) -> None:
        self.text += data
        self._said += data


@dataclass(frozen=True, kw_only=True)
class Page:
    """Where a browser came to. `left` is the address of another origin that it was sent to, which nobody asked."""

    url: str
    status: int = 0
    html: str = ""
    left: str = ""

    @property
    def forms(self) -> list[Form]:
        """All forms of the page, in their order."""
        return self._read().forms

    @property
    def text(self) -> str:
        """What the page says, on one line."""
        return " ".join(self._read().text.split())

    def form_with(self, name: str) -> Form | None:
        """Returns the form that has this field, or none."""
        return next((each for each in self.forms if name in each.fields), None)

    def form_to(self, path: str) -> Form | None:
        """Returns the form that is sent to an address that ends like this, or none."""
        return next((each for each in self.forms if each.action.endswith(path)), None)

    def form_by(self, word: str) -> Form | None:
        """Returns the form that has a button which begins with this word, or none."""
        return next((each for each in self.forms if each.button(word)), None)

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.html)
        return reader


@dataclass
class Person:
    """Somebody with an account and a browser, whose cookies the client holds; it must not follow redirects itself."""

    client: httpx.AsyncClient
    email: str
    password: str = DEMO_PASSWORD
    one_time_code: Callable[[], str] | None = None
    """What their second factor shows now."""

    async def open(self, url: str) -> Page:
        """Returns the page at an address, after all redirects within the origin."""
        return await self._follow(await self.client.get(url))

    async def press(self, page: Page, form: Form | None, word: str = "", **values: str) -> Page:
        """Returns the page that comes of a form, sent by the button that begins with `word`, with other values."""
        assert form is not None, f"no such form at {page.url}: {page.text}"
        fields = {**form.fields, **{name: [value] for name, value in values.items()}}
        button = form.button(word)
        assert button is not None, f"no button {word!r} at {page.url}: {form.buttons}"
        if button.name:
            fields[button.name] = [button.value]
        url = urljoin(page.url, form.action)
        if form.method == "get":
            return await self._follow(await self.client.get(url, params=fields))
        headers = {"Origin": at_origin(page.url)}
        return await self._follow(await self.client.post(url, data=fields, headers=headers))

    async def sign_in(self) -> Page:
        """Returns the page after signing in."""
        return await self._prove(await self.open("/account/sign-in"))

    async def allow(self, url: str) -> str:
        """Returns where an authorization request led after signing in and allowing it, as far as that was asked."""
        return await self._decide(url, ALLOW)

    async def deny(self, url: str) -> str:
        """Returns where an authorization request led after signing in and denying it."""
        return await self._decide(url, DENY)

    async def allow_device(self, user_code: str, word: str = ALLOW) -> Page:
        """Returns the page after typing the code of a device and allowing it what it wants, or denying it."""
        page = await self._prove(await self.open("/device"))
        page = await self._prove(await self.press(page, page.form_with("user_code"), user_code=user_code))
        page = await self.press(page, page.form_by(word), word)
        assert page.status < 400, f"{page.status} at {page.url}: {page.text}"
        return page

    async def log_out(self, url: str) -> str:
        """Returns where an application's request to sign out led, after saying yes if that was asked."""
        page = await self.open(url)
        asked = [each for each in page.forms if each.button(SIGN_OUT) and urlsplit(each.action).path == LOG_OUT]
        if asked:
            page = await self.press(page, asked[0], SIGN_OUT)
        return page.left or page.url

    async def _decide(self, url: str, word: str) -> str:
        page = await self._prove(await self.open(url))
        if not page.left:
            page = await self.press(page, page.form_by(word), word)
        assert page.left, f"{page.status} at {page.url}: {page.text}"
        return page.left

    async def _prove(self, page: Page) -> Page:
        """Answers when the page asks who they are."""
        for _ in range(MAX_STEPS):
            if (form := page.form_with("password")) and "email" in form.fields:
                page = await self.press(page, form, email=self.email, password=self.password)
            elif self.one_time_code and (form := page.form_with("code")):
                page = await self.press(page, form, code=self.one_time_code())
            else:
                return page
        raise AssertionError(f"{self.email} is asked again and again who they are: {page.text}")

    async def _follow(self, answer: httpx.Response) -> Page:
        for _ in range(MAX_STEPS):
            url = str(answer.url)
            if not answer.has_redirect_location:
                return Page(url=url, status=answer.status_code, html=answer.text)
            location = urljoin(url, answer.headers["Location"])
            if at_origin(location) != at_origin(url):
                return Page(url=url, status=answer.status_code, left=location)
            answer = await self.client.get(location)
        raise AssertionError(f"too many redirects: {answer.url}")


def at_origin(url: str) -> str:
    """Returns the origin of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
