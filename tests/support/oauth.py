"""The authorization server in this process, with clients, and browsers that are signed in without the pages for it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

import httpx
from starlette.types import ASGIApp

from support.authority import Registered, new_client
from support.shop import EMAILS, Shop, opened
from support.visitors import SECRET
from twofold.identity.identity import From, Identity
from twofold.identity.models import Session, User
from twofold.identity.oauth.models import Client
from twofold.identity.sessions import csrf_token, start_session

__all__ = ["AUTHORIZE", "CHALLENGE", "DEVICE_CODE", "ISSUER", "STATE", "VERIFIER", "WEB_CALLBACK", "Browser",
           "Provider", "basic",
           "error_of", "forms", "params_of", "provider", "query_of", "raw_basic"]  # fmt: skip

ISSUER = "http://shop"
AUTHORIZE = "/oauth/authorize"
STATE = "a-state-of-the-test"
VERIFIER = "a-verifier-of-the-test-that-has-forty-three-characters-and-more"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
ADDRESS = "192.0.2.7"
WEB_CALLBACK = "https://client.example/callback"
"""Of clients that cannot be mistaken for others, so that a consent is remembered for them."""
LEFT_OUT: None = None
"""As the value of a parameter: it is not sent."""


def basic(client: Registered) -> dict[str, str]:
    """Returns the header by which a client shows who it is (RFC 6749 §2.3.1)."""
    return raw_basic(f"{quote_plus(client.client_id)}:{quote_plus(client.secret or '')}")


def raw_basic(pair: str | bytes) -> dict[str, str]:
    """Returns a Basic header of whatever is given."""
    encoded = base64.b64encode(pair if isinstance(pair, bytes) else pair.encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def params_of(client: Registered, **changed: Any) -> dict[str, Any]:
    """Returns the parameters of a good authorization request, changed; those that are None are left out."""
    said = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": client.redirect_uri,
        "scope": "openid products:read", "state": STATE, "code_challenge": CHALLENGE,
        "code_challenge_method": "S256", **changed,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not LEFT_OUT}


def query_of(location: str) -> dict[str, str]:
    """Returns the parameters with which a browser was sent somewhere, each of which is there once."""
    pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True)
    assert len(pairs) == len(dict(pairs)), location
    return dict(pairs)


def error_of(answer: httpx.Response) -> str:
    """Returns the error of an endpoint for programs, whose form is that of RFC 6749 §5.2."""
    body = answer.json()
    assert set(body) <= {"error", "error_description", "error_uri"}, body
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert all(" " <= each <= "~" and each not in '"\\' for each in body.get("error_description", "")), body
    error: str = body["error"]
    return error


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({"action": given.get("action", "")})
        elif tag == "input" and self.found:
            self.found[-1][given.get("name", "")] = given.get("value", "")


def forms(page: httpx.Response) -> list[dict[str, str]]:
    """Returns the fields of a page's forms, and where each leads as `action`."""
    reader = _Forms()
    reader.feed(page.text)
    return reader.found


@dataclass(kw_only=True)
class Browser:
    """A browser, which follows no redirects itself; `session` is None for a visitor's."""

    client: httpx.AsyncClient
    user: User | None = None
    session: Session | None = None
    cookie: str = field(default="", repr=False)

    @property
    def csrf(self) -> str:
        """What its forms carry."""
        return csrf_token(self.cookie)

    async def authorize(self, client: Registered, **changed: Any) -> httpx.Response:
        """Returns the answer to an authorization request."""
        return await self.client.get(AUTHORIZE, params=params_of(client, **changed))

    async def decide(self, client: Registered, decision: str = "allow", **changed: Any) -> httpx.Response:
        """Returns the answer to the form of consent; where no scope is asked for, the page says for which."""
        params = params_of(client, **changed)
        url, shown = f"{AUTHORIZE}?{urlencode(params, doseq=True)}", ""
        if "scope" not in params:
            shown = next((each["scope"] for each in forms(await self.client.get(url)) if "scope" in each), "")
        return await self.send(url, decision=decision, scope=shown)

    async def send(self, path: str, **fields: Any) -> httpx.Response:
        """Returns the answer to a form with the right CSRF token."""
        return await self.client.post(path, data={"csrf_token": self.csrf, **fields})

    async def code(self, client: Registered, **changed: Any) -> str:
        """Returns a new code, which the person allows."""
        answer = await self.decide(client, **changed)
        assert answer.status_code == 303, answer.text
        return query_of(answer.headers["Location"])["code"]


@dataclass(kw_only=True)
class Provider:
    """The authorization server, asked through its ASGI application."""

    shop: Shop
    app: ASGIApp
    client: httpx.AsyncClient
    """For what programs ask; it has no cookies."""
    _opened: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        """The identity behind it."""
        return self.shop.engine.identity

    async def register(self, name: str = "A client", **fields: Any) -> Registered:
        """Returns a new client, as `new_client` makes it."""
        return await new_client(self.identity.database, name, **fields)

    async def web_client(self, **fields: Any) -> Registered:
        """Returns a new client whose consents are remembered."""
        return await self.register(redirect_uris=[WEB_CALLBACK], **fields)

    async def user(self, who: str) -> User:
        """Returns one of the shop's people, or somebody by their e-mail."""
        with self.identity.database.use():
            return await User.get(email=EMAILS.get(who, who))

    async def person(self, email: str, role: str = "customer") -> User:
        """Returns somebody new, who cannot sign in by a password."""
        with self.identity.database.use():
            return await User.create(email=email, name="Somebody", password_hash="", role=role)

    async def browser(self, who: str | User | None = "customer", *, authenticated_at: datetime | None = None,
                      address: str = ADDRESS) -> Browser:  # fmt: skip
        """Returns a new browser, in which somebody is signed in, since another moment if one is given."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 50000))
        client = httpx.AsyncClient(transport=transport, base_url=ISSUER)
        self._opened.append(client)
        if who is None:
            return Browser(client=client)
        user = who if isinstance(who, User) else await self.user(who)
        issued = await start_session(self.identity, user, ["pwd"], From(address=address))
        if authenticated_at is not None:
            with self.identity.database.use():
                await Session.filter(id=issued.session.id).update(authenticated_at=authenticated_at)
        client.cookies.set("twofold", issued.cookie)
        return Browser(client=client, user=user, session=issued.session, cookie=issued.cookie)

    async def post(self, path: str, client: Registered | None = None, **form: Any) -> httpx.Response:
        """Returns the answer to a form of a client, which shows who it is as it can: by Basic, or by its id."""
        headers = basic(client) if client is not None and client.secret is not None else {}
        given = {} if client is None or client.secret is not None else {"client_id": client.client_id}
        sent = {name: value for name, value in {**given, **form}.items() if value is not LEFT_OUT}
        return await self.client.post(path, data=sent, headers=headers)

    async def token(self, client: Registered | None, **form: Any) -> httpx.Response:
        """Returns the answer of the token endpoint."""
        return await self.post("/oauth/token", client, **form)

    async def redeem(self, client: Registered, code: str, **changed: Any) -> httpx.Response:
        """Returns the answer to a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri,
                "code_verifier": VERIFIER, **changed}  # fmt: skip
        return await self.token(client, **form)

    async def refresh(self, client: Registered, refresh_token: str | None, **changed: Any) -> httpx.Response:
        """Returns the answer to a refresh token."""
        return await self.token(client, grant_type="refresh_token", refresh_token=refresh_token, **changed)

    async def tokens(self, client: Registered, browser: Browser, **changed: Any) -> dict[str, Any]:
        """Returns the tokens that somebody allows a client."""
        answer = await self.redeem(client, await browser.code(client, **changed))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def own_token(self, client: Registered, **form: Any) -> dict[str, Any]:
        """Returns a client's own token."""
        answer = await self.token(client, grant_type="client_credentials", **form)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def statuses(self, credential: str) -> tuple[int, int]:
        """Returns the statuses of both faces for a credential, of which each is asked for what is not for everybody."""
        headers = {"Authorization": f"Bearer {credential}"}
        rest = await self.client.get("/api/v1/orders?page_size=1", headers=headers)
        graphql = await self.client.post("/graphql", json={"query": "{orders{totalCount}}"}, headers=headers)
        if graphql.status_code == 200 and "errors" in graphql.json():
            return rest.status_code, 403
        return rest.status_code, graphql.status_code

    async def end(self, client: Registered) -> None:
        """Deactivates a client."""
        with self.identity.database.use():
            await Client.filter(id=client.client_id).update(is_active=False)

    async def close(self) -> None:
        """Closes all browsers."""
        for each in self._opened:
            await each.aclose()


@asynccontextmanager
async def provider(url: str, folder: Path, **settings: Any) -> AsyncIterator[Provider]:
    """Gives the authorization server over the demo shop at `url`; clients may register themselves."""
    given = {"secret": SECRET, "mail_folder": folder / "mail", "public_url": ISSUER, "registration": "open", **settings}
    async with opened(url, **given) as shop:
        transport = httpx.ASGITransport(shop.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
            found = Provider(shop=shop, app=shop.app, client=client)
            try:
                yield found
            finally:
                await found.close()
