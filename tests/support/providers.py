"""Other providers for the shop to sign in with: a copy of itself, and one that says whatever a test wants."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from support.authority import new_client
from support.databases import new_copy
from support.people import Person
from support.shop import EMAILS, Shop, opened
from support.visitor import Visitor
from support.visitors import SECRET
from twofold.identity.models import Attempt, ExternalIdentity, Session, User
from twofold.identity.providers.known import KnownProviders

__all__ = ["ACME", "COPY", "Acme", "Federation"]

ACME = "http://127.0.0.1:4001"
OTHER = "http://127.0.0.1:4002"
COPY = "http://127.0.0.1:4003"
"""Nobody listens at these: requests go to applications in this process."""
START = "/account/sign-in/with"


class Network(httpx.AsyncBaseTransport):
    """Leads requests to applications by their origin; to any other nobody answers."""

    def __init__(self, applications: Mapping[str, ASGIApp]) -> None:
        self.applications = dict(applications)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        origin = f"{request.url.scheme}://{request.url.netloc.decode()}"
        if origin not in self.applications:
            raise httpx.ConnectError("nobody listens there", request=request)
        return await httpx.ASGITransport(self.applications[origin]).handle_async_request(request)


@dataclass
class Acme:
    """A provider that says what it is told to say."""

    issuer: str = ACME
    claims: dict[str, Any] = field(default_factory=dict)
    """Of the ID token, over those that are right; None: left out."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    key: RSAKey | ECKey | OKPKey | OctKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first"}))
    algorithm: str = "ES256"
    published: list[dict[str, Any]] | None = None
    """The keys that it shows; None: that which signs."""
    answers: dict[str, Response] = field(default_factory=dict)
    """What it answers at a path, instead of what is right."""
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """What was asked of it, with the forms."""
    _nonces: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> ASGIApp:
        """It as an application."""
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    def sign_in(self, url: str, code: str = "a-code") -> str:
        """Returns where it sends a browser back to that came by `url` and signed in."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["code_challenge_method"] == "S256"
        self._nonces[code] = asked["nonce"]
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode(back)}"

    def id_token(self, nonce: str) -> str:
        """Returns an ID token; unsigned, where its algorithm is `none`."""
        now = int(time.time())
        right = {"iss": self.issuer, "aud": "us", "sub": "someone", "iat": now, "exp": now + 60, "nonce": nonce,
                 "email": "Someone@Example.com", "email_verified": True, "name": "Some One"}  # fmt: skip
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm == "none":
            parts = (json.dumps(header), json.dumps(claims), "")
            return ".".join(_base64url(part) for part in parts)
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.seen.append((path, form))
        if path in self.answers:
            return self.answers[path]
        match path:
            case "/.well-known/openid-configuration":
                return JSONResponse(self._document())
            case "/keys":
                keys = [self.key.as_dict(private=False)] if self.published is None else self.published
                return JSONResponse({"keys": keys})
            case "/token":
                nonce = self._nonces.pop(form["code"], "")
                tokens = {"access_token": "an-access-token", "token_type": "Bearer"}
                return JSONResponse({**tokens, "id_token": self.id_token(nonce)})
            case "/userinfo":
                return JSONResponse(self.userinfo)
        return Response(status_code=404)

    def _document(self) -> dict[str, Any]:
        right = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize?lang=en",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo", "authorization_response_iss_parameter_supported": True,
        }  # fmt: skip
        return {name: value for name, value in {**right, **self.document}.items() if value is not None}


@dataclass
class Federation:
    """The shop, and who else it lets people sign in with: Acme, another like it, and a copy of the shop itself."""

    shop: Shop
    acme: Acme
    other: Acme
    network: Network
    copy: Shop

    def visitor(self) -> Visitor:
        """Returns somebody at the shop with a browser of their own."""
        return Visitor(self.shop.app)

    async def come_back(self, visitor: Visitor, return_to: str = "", name: str = "acme") -> httpx.Response:
        """Returns the shop's answer to somebody who comes back from Acme."""
        return await visitor.client.get(await self.way_back(visitor, return_to, name))

    async def way_back(self, visitor: Visitor, return_to: str = "", name: str = "acme") -> str:
        """Returns where the browser of somebody who signed in at Acme is sent to."""
        query = f"?{urlencode({'return_to': return_to})}" if return_to else ""
        answer = await visitor.client.get(f"{START}/{name}{query}")
        assert answer.status_code == 303, answer.text
        return (self.other if name == "other" else self.acme).sign_in(answer.headers["location"])

    @asynccontextmanager
    async def person_at_copy(self, who: str) -> AsyncIterator[Person]:
        """Gives one of the copy's people, with a browser that is there."""
        transport = httpx.ASGITransport(self.copy.app)
        async with httpx.AsyncClient(transport=transport, base_url=COPY) as client:
            yield Person(client, EMAILS.get(who, who))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def both_urls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The URLs of two databases with the demo shop."""
    ours, theirs = (new_copy(request, "seeded", request.param, tmp_path_factory.mktemp("shop")) for _ in range(2))
    return ours, theirs


@pytest.fixture(scope="module")
async def shop_and_copy(both_urls: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
                        ) -> AsyncIterator[tuple[Shop, Shop]]:  # fmt: skip
    """The shop and a copy of it as its provider, each over a database of its own."""
    ours, theirs = both_urls
    folder = tmp_path_factory.mktemp("mail")
    async with AsyncExitStack() as stack:
        copy = await stack.enter_async_context(opened(theirs, secret=SECRET, public_url=COPY, mail_folder=folder))
        callback = f"http://localhost:4000{START}/copy/callback"
        known = await new_client(copy.engine.database, "The shop", redirect_uris=[callback])
        providers = [
            _entry("acme", ACME, "us"),
            _entry("other", OTHER, "us"),
            {**_entry("copy", COPY, known.client_id), "client_secret": known.secret},
        ]
        shop = await stack.enter_async_context(
            opened(ours, secret=SECRET, public_url="http://localhost:4000", mail_folder=folder, providers=providers)
        )
        yield shop, copy


@pytest.fixture
async def federation(shop_and_copy: tuple[Shop, Shop]) -> Federation:
    """The shop with its providers, in this process; nobody has signed in so yet."""
    shop, copy = shop_and_copy
    identity, acme, other = shop.engine.identity, Acme(), Acme(issuer=OTHER)
    identity.providers = KnownProviders(identity.settings.providers)
    identity.providers.transport = network = Network({ACME: acme.app, OTHER: other.app, COPY: copy.app})
    with identity.database.use():
        await User.filter(password_hash="").delete()
        for model in (ExternalIdentity, Session, Attempt):
            await model.all().delete()
    return Federation(shop=shop, acme=acme, other=other, network=network, copy=copy)


def _entry(name: str, issuer: str, client_id: str) -> dict[str, Any]:
    return {"name": name, "title": name.title(), "issuer": issuer, "client_id": client_id, "client_secret": "secret"}


def _base64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
