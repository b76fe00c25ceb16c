"""Sends requests to identity that nobody sends in good faith, and knows what no answer to them may be."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from starlette.routing import Route

from support.authority import Registered
from support.figures import count
from support.fuzzed_requests import GOODBYE, MARK, PROGRAMS, Attempt, attempts
from support.oauth import CHALLENGE, WEB_CALLBACK, Provider, provider
from twofold.identity.attempts import LIMITS, Attempts, Limit
from twofold.identity.identity import From
from twofold.identity.sessions import csrf_token, session_of, start_session

__all__ = ["Fuzzer", "fuzz"]

VISIT = "a-visit-of-the-fuzzer"
PREFIXES = ("/oauth/", "/account", "/device", "/.well-known/", "/auth/")


@dataclass(frozen=True)
class Answered:
    """What was answered."""

    status: int
    headers: dict[str, str]
    text: str


class _Faults(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(logging.Formatter().format(record))


@dataclass
class Fuzzer:
    """Sends requests to an authorization server of its own, and holds each answer against what none may be."""

    url: str
    folder: Path
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    tried: int = 0
    server: Provider = field(init=False)
    known: dict[str, str] = field(default_factory=dict)
    _faults: _Faults = field(default_factory=_Faults)
    _cookie: str = ""

    def __enter__(self) -> Fuzzer:
        self.runner.run(self._open())
        logging.getLogger().addHandler(self._faults)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self._faults)
        self.runner.run(self.stack.aclose())
        self.runner.close()

    @property
    def routes(self) -> list[tuple[str, str]]:
        """All methods and paths of identity."""
        assert isinstance(self.server.app, FastAPI)
        found = {(method, route.path) for route in self.server.app.router.routes
                 if isinstance(route, Route) and route.path.startswith(PREFIXES)
                 for method in route.methods or ()}  # fmt: skip
        paths = {"/oauth/register", "/auth/login", "/auth/logout"}
        return sorted({*found, *(("POST", path) for path in paths), ("GET", "/auth/session")} - {("HEAD", "")})

    def send(self, attempt: Attempt) -> Answered:
        """Returns the answer to a request, if it is one that may be."""
        answer = self.runner.run(self._send(attempt))
        self.tried += 1
        self._judge(attempt, answer)
        return answer

    async def _open(self) -> None:
        self.server = await self.stack.enter_async_context(provider(self.url, self.folder))
        most = {
            name: Limit(window_s=each.window_s, most=dict.fromkeys(each.most, 10**9)) for name, each in LIMITS.items()
        }
        self.server.identity.attempts = Attempts(self.server.identity.database, limits=most)
        self.user = await self.server.person(f"fuzzer-{token_hex(4)}@example.com")
        self.client = await self.server.web_client(post_logout_redirect_uris=[GOODBYE])
        await self._sign_in()
        await self._renew()

    async def _sign_in(self) -> None:
        issued = await start_session(self.server.identity, self.user, ["pwd"], From())
        self._cookie = issued.cookie

    async def _renew(self) -> None:
        """Makes new codes and tokens, since those before are used up."""
        server, client = self.server, self.client
        browser = await server.browser(self.user)
        tokens = await server.tokens(client, browser, scope="openid orders:read")
        device = (await server.post("/oauth/device_authorization", client, scope="openid")).json()
        pushed = await server.post(
            "/oauth/par", client, response_type="code", redirect_uri=WEB_CALLBACK, code_challenge=CHALLENGE,
            code_challenge_method="S256",
        )  # fmt: skip
        own: Registered = await server.register("Own", owner=self.user.email)
        pair = f"{client.client_id}:{client.secret}".encode()
        self.known = {
            "client": client.client_id, "secret": client.secret or "", "code": await browser.code(client),
            "token": tokens["access_token"], "refresh": tokens["refresh_token"], "hint": tokens["id_token"],
            "device": device["device_code"], "user_code": device["user_code"], "pushed": pushed.json()["request_uri"],
            "own": own.client_id, "basic": base64.b64encode(pair).decode(),
        }  # fmt: skip

    async def _send(self, attempt: Attempt) -> Answered:
        if self.tried % 50 == 49:
            await self._renew()
        if attempt.signed_in and await session_of(self.server.identity, self._cookie) is None:
            await self._sign_in()
        cookie = f"twofold={self._cookie}" if attempt.signed_in else f"twofold_visit={VISIT}"
        key = self._cookie if attempt.signed_in else VISIT
        values = {**self.known, "csrf": csrf_token(key)}

        def filled(text: bytes, how: Callable[[str], str] = quote_plus) -> bytes:
            for name, value in values.items():
                text = text.replace(f"<{name}>".encode(), how(value).encode())
            return text

        headers = [*((name, filled(value, str)) for name, value in attempt.headers), (b"cookie", cookie.encode())]
        path = filled(attempt.path.encode(), str).decode()
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": attempt.method,
            "scheme": "http",
            "path": path, "raw_path": quote(path).encode(), "query_string": filled(attempt.query), "root_path": "",
            "headers": headers, "client": (f"10.{self.tried >> 16 & 255}.{self.tried >> 8 & 255}.{self.tried & 255}",
                                           1),
            "server": ("shop", 80),
        }  # fmt: skip
        body, sent = filled(attempt.body), False
        status, answered, text = 0, list[tuple[bytes, bytes]](), bytearray()

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                await asyncio.sleep(3600)
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], list(message["headers"])
            text.extend(message.get("body", b""))

        await self.server.app(scope, receive, send)
        return Answered(
            status, {name.decode().lower(): value.decode("latin-1") for name, value in answered}, text.decode()
        )

    def _judge(self, attempt: Attempt, answer: Answered) -> None:
        """Fails where an answer is of a kind that none may be."""
        faults, self._faults.found = self._faults.found, []
        assert not faults, faults[0]
        assert 200 <= answer.status < 500, answer
        assert "Traceback" not in answer.text
        assert answer.headers.get("set-cookie", "").count("a=b") == 0
        self._judge_location(answer.headers.get("location"))
        assert answer.headers["x-content-type-options"] == "nosniff", "JSON, which may repeat names, is no page"
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            assert f"<{MARK}" not in answer.text, "what was sent stands in the page as it was"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        if answer.status >= 400 and attempt.method != "HEAD":
            self._judge_error(attempt, answer, kind)
        count("oauth", "fuzzed requests")

    def _judge_location(self, location: str | None) -> None:
        if location is None:
            return
        leads = f"this leads to {location!r}"
        assert location.isascii(), leads
        assert location.isprintable(), leads
        if not location.startswith("/"):
            assert location.startswith((f"{WEB_CALLBACK}?", GOODBYE)), leads
            assert urlsplit(location).netloc == "client.example", leads
            return
        assert not location.startswith(("//", "/\\")), leads

    def _judge_error(self, attempt: Attempt, answer: Answered, kind: str) -> None:
        """The errors of RFC 6749 §5.2 for programs, pages for people, and the contract's for all the rest."""
        if kind.startswith("text/html"):
            assert attempt.path not in PROGRAMS, answer
            assert 'role="alert"' in answer.text, answer
            return
        assert kind.startswith(("application/json", "application/problem+json")), answer
        body = json.loads(answer.text)
        assert "error_code" in body or (attempt.path in PROGRAMS and set(body) <= {"error", "error_description"}), (
            answer
        )


SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example)


def fuzz(fuzzer: Fuzzer, number: int, *, at_random: bool = False, only_find: bool = False) -> None:
    """Tries that many requests.

    Raises:
        AssertionError: an answer was of a kind that none may be; the request is the smallest found that shows it.
    """
    phases = [Phase.generate] if only_find else [Phase.generate, Phase.shrink]

    @settings(max_examples=number, deadline=None, database=None, derandomize=not at_random, phases=phases,
              report_multiple_bugs=False, suppress_health_check=SLOW)  # fmt: skip
    @given(attempts(fuzzer.routes))
    def run(attempt: Attempt) -> None:
        fuzzer.send(attempt)

    run()
