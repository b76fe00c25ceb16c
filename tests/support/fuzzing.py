"""Requests to identity that nobody sends in good faith, and what no answer to them may be."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from support.authority import Registered
from support.figures import count
from support.oauth import CHALLENGE, STATE, VERIFIER, WEB_CALLBACK, Provider, provider
from twofold.identity.attempts import LIMITS, Attempts, Limit
from twofold.identity.identity import From
from twofold.identity.sessions import csrf_token, session_of, start_session

__all__ = ["Attempt", "Fuzzer", "fuzz"]

GOODBYE = "https://client.example/goodbye"
MARK = "xss7f3a"
EVIL = "evil.example"
VISIT = "a-visit-of-the-fuzzer"
PREFIXES = ("/oauth/", "/account", "/device", "/.well-known/", "/auth/")
PROGRAMS = ("/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/userinfo", "/oauth/register",
            "/oauth/device_authorization", "/oauth/par")  # fmt: skip
FORM = b"application/x-www-form-urlencoded"
PARAMETERS = (
    "client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt",
    "max_age", "code_challenge", "code_challenge_method", "request", "request_uri", "resource", "signed_in_after",
    "grant_type", "code", "code_verifier", "refresh_token", "device_code", "user_code", "token", "token_type_hint",
    "id_token_hint", "post_logout_redirect_uri", "login_hint", "decision", "csrf_token", "email", "password", "name",
    "new_password", "current_password", "return_to", "again", "said", "scopes", "expires", "session_id", "key_id", "id",
    "redirect_uris", "grant_types", "uri", "public", "auth_method",
)  # fmt: skip
KNOWN = ("<client>", "<secret>", "<csrf>", "<code>", "<token>", "<refresh>", "<hint>", "<device>", "<user_code>",
         "<pushed>", "<own>", WEB_CALLBACK, GOODBYE, "code", "openid orders:read", "S256", CHALLENGE, VERIFIER, "none", "login",
         "consent", "0", "authorization_code", "refresh_token", "client_credentials", "allow", "deny", "orders:read",
         "urn:ietf:params:oauth:grant-type:device_code", "customer@example.com", "a-good-password", "/account", "on")  # fmt: skip
"""Values that are right somewhere; those in brackets are put in when the request is sent."""
BAD = (
    "", " ", "\x00", "a\x00b", "\r\nSet-Cookie: a=b", f'"><{MARK}>', f"'><{MARK}>", f"javascript:{MARK}", "é", "😀" * 50,
    "\u2028", "\u202e", "a" * 300, "a" * 5000, "%", "%ff", "-1", "1e309", "9" * 400, "0x10", "null", "[]", "{}", "NaN", "\\",
    f"https://{EVIL}/", f"//{EVIL}", f"/\\{EVIL}", f"/\t/{EVIL}", f"{WEB_CALLBACK}@{EVIL}", f"{WEB_CALLBACK}.{EVIL}",
    f"https:{EVIL}", f"http://127.0.0.1:1@{EVIL}", "http://[", "https://[::1", "http://a:b:c", "{{7*7}}", "../../etc/passwd",
    "' OR 1=1 --", "\ud7ff\ufffe", "tft_" + 43 * "A", "tfs_" + 43 * "A", "a.b.c", "e30.e30.", "urn:ietf:params:oauth:request_uri:",
    "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
ENCODED = (b"%ED%A0%80", b"%FF%FE", b"%C0%80", b"%", b"%zz", b"\xff\xfe", "é".encode(), b"+", b";", b"&&==&", b"%00")
"""What stands in a query or form as it is: halves of surrogate pairs, what is not UTF-8, what is no encoding."""
PLACES: tuple[tuple[str, dict[str, str]], ...] = (
    ("/oauth/authorize", {"response_type": "code", "client_id": "<client>", "redirect_uri": WEB_CALLBACK, "state": STATE,
                          "scope": "openid orders:read", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}),
    ("/oauth/token", {"grant_type": "authorization_code", "code": "<code>", "redirect_uri": WEB_CALLBACK,
                      "client_id": "<client>", "client_secret": "<secret>", "code_verifier": VERIFIER}),
    ("/oauth/token", {"grant_type": "refresh_token", "refresh_token": "<refresh>", "client_id": "<client>",
                      "client_secret": "<secret>"}),
    ("/oauth/token", {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "<device>",
                      "client_id": "<client>", "client_secret": "<secret>"}),
    ("/oauth/token", {"grant_type": "client_credentials", "client_id": "<client>", "client_secret": "<secret>",
                      "scope": "orders:read"}),
    ("/oauth/revoke", {"token": "<token>", "client_id": "<client>", "client_secret": "<secret>"}),
    ("/oauth/introspect", {"token": "<token>", "client_id": "<client>", "client_secret": "<secret>"}),
    ("/oauth/device_authorization", {"client_id": "<client>", "client_secret": "<secret>", "scope": "orders:read"}),
    ("/oauth/par", {"response_type": "code", "client_id": "<client>", "client_secret": "<secret>", "scope": "openid",
                    "redirect_uri": WEB_CALLBACK, "code_challenge": CHALLENGE, "code_challenge_method": "S256"}),
    ("/oauth/logout", {"id_token_hint": "<hint>", "post_logout_redirect_uri": GOODBYE, "client_id": "<client>"}),
    ("/device", {"user_code": "<user_code>", "decision": "allow"}),
    ("/account/sign-in", {"email": "customer@example.com", "password": "wrong password", "return_to": "/account"}),
    ("/account/sign-up", {"email": "new@example.com", "name": "New", "new_password": "a-good-password",
                          "return_to": "/account"}),
    ("/account/reset", {"email": "customer@example.com"}),
    ("/account/name", {"name": "Another"}),
    ("/account/developer", {"name": "An app", "redirect_uris": WEB_CALLBACK, "scopes": "orders:read"}),
    ("/account/keys", {"name": "A key", "scopes": "orders:read", "expires": "30"}),
)  # fmt: skip
"""Requests that are right; what is tried is mostly near one of them."""


@dataclass(frozen=True)
class Attempt:
    """A request, with the names of what is known in it."""

    method: str
    path: str
    query: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    signed_in: bool


@dataclass(frozen=True)
class Answered:
    """What was answered."""

    status: int
    headers: dict[str, str]
    text: str


def _pair(name: str, value: str | bytes) -> bytes:
    return quote_plus(name).encode() + b"=" + (value if isinstance(value, bytes) else _encoded(value))


def _encoded(value: str) -> bytes:
    return value.encode() if value.startswith("<") and value.endswith(">") else quote_plus(value).encode()


VALUES = st.one_of(st.sampled_from(KNOWN), st.sampled_from(BAD), st.sampled_from(ENCODED), st.text(max_size=30))


@st.composite
def _parameters(draw: st.DrawFn, base: dict[str, str]) -> bytes:
    """Parameters near to right ones: some left out, changed, added, or there twice."""
    pairs: list[tuple[str, str | bytes]] = list(base.items())
    for _ in range(draw(st.integers(0, 3))):
        how = draw(st.sampled_from(["change", "change", "change", "add", "add", "twice", "drop"]))
        if how == "add" or not pairs:
            name = draw(st.one_of(st.sampled_from(PARAMETERS), st.text(max_size=10)))
            pairs.append((name, draw(VALUES)))
            continue
        place = draw(st.integers(0, len(pairs) - 1))
        if how == "change":
            pairs[place] = (pairs[place][0], draw(VALUES))
        elif how == "twice":
            pairs.append(pairs[place])
        else:
            del pairs[place]
    return b"&".join(_pair(name, value) for name, value in pairs)


COOKIES = st.sampled_from([b"twofold=", b"twofold=x", b"twofold=tfs_" + 43 * b"A", b"twofold_visit=\xff", b";;;=", b"a" * 5000,
                           b'twofold_shown="\\"', b"twofold_challenge=gAAAAA==", b"twofold=\x00; twofold=y", b"\xff\xfe"])  # fmt: skip
AUTHORIZATIONS = st.one_of(
    st.sampled_from([b"Basic", b"Basic =", b"Basic \xff", b"Bearer", b"Bearer <token>", b"Bearer \xff\x00", b"x", b"", b"Digest a=b",
                     b"Basic <basic>", b"Bearer <hint>", b"basic <basic>"]),
    st.binary(max_size=40).map(lambda each: b"Basic " + base64.b64encode(each)),
    st.tuples(VALUES, VALUES).map(
        lambda pair: b"Basic " + base64.b64encode(b":".join(
            each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass") for each in pair
        ))
    ),
)  # fmt: skip
MEDIA = st.sampled_from([b"application/json", b"multipart/form-data; boundary=x", b"text/plain", b"", b"\xff", FORM.upper(),
                         FORM + b"; charset=utf-16", b"application/x-www-form-urlencoded;;;"])  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(KNOWN), st.sampled_from(BAD), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(PARAMETERS), inner, max_size=4)),
    max_leaves=8,
)  # fmt: skip
REGISTRATION = ("client_name", "client_uri", "redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types",
                "token_endpoint_auth_method", "scope", "id_token_signed_response_alg", "application_type", "contacts", "jwks",
                "logo_uri", "software_statement")  # fmt: skip
METADATA = st.one_of(JSON, st.dictionaries(st.sampled_from(REGISTRATION), st.one_of(JSON, st.lists(st.sampled_from(BAD))),
                                           max_size=5).map(lambda more: {"redirect_uris": [WEB_CALLBACK]} | more))  # fmt: skip


@st.composite
def _headers(draw: st.DrawFn, media: bytes) -> tuple[tuple[bytes, bytes], ...]:
    found = [(b"host", b"shop"), (b"content-type", media)]
    kinds = st.sampled_from(["authorization", "cookie", "content-type", "host", "other"])
    for kind in draw(st.lists(kinds, max_size=2)):
        if kind == "authorization":
            found.append((b"authorization", draw(AUTHORIZATIONS)))
        elif kind == "cookie":
            found.append((b"cookie", draw(COOKIES)))
        elif kind == "content-type":
            found[1] = (b"content-type", draw(MEDIA))
        elif kind == "host":
            found[0] = (
                b"host",
                draw(st.sampled_from([b"", b"[", b"\xff", EVIL.encode(), b"a b", b"shop:x", b"a@b", b"?#"])),
            )
        else:
            name = draw(st.sampled_from([b"accept", b"origin", b"x-request-id", b"user-agent", b"x-forwarded-for", b"x-csrf-token",
                                         b"content-length", b"transfer-encoding", b"referer"]))  # fmt: skip
            found.append(
                (name, draw(st.sampled_from([b"", b"\xff", b"a" * 3000, f"https://{EVIL}".encode(), b"null", b"-1"])))
            )
    return tuple(found)


@st.composite
def attempts(draw: st.DrawFn, routes: Sequence[tuple[str, str]]) -> Attempt:
    """Requests of all kinds: half of them are near to a right one."""
    signed_in = draw(st.booleans())
    if draw(st.booleans()):
        path, base = draw(st.sampled_from(PLACES))
        method = draw(st.sampled_from([each for each, known in routes if known == path] or ["GET"]))
    else:
        method, path = draw(st.sampled_from(routes))
        base = dict(draw(st.lists(st.tuples(st.sampled_from(PARAMETERS), st.sampled_from(KNOWN)), max_size=4)))
    if draw(st.integers(0, 19)) == 0:
        method = draw(st.sampled_from(["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "X"]))
    if "{" in path:
        head, _, rest = path.partition("{")
        path = head + draw(
            st.sampled_from(["<own>", "<client>", "x", "\x00", "é", "00000000-0000-0000-0000-000000000000", MARK])
        )
        path += rest.partition("}")[2]
    if method == "GET" or path == "/oauth/authorize":
        query, body = draw(_parameters(base)), draw(_parameters({"decision": "allow", "csrf_token": "<csrf>"}))
    else:
        ours = {} if path in PROGRAMS else {"csrf_token": "<csrf>"}
        query, body = draw(st.sampled_from([b"", b"", b"", b"a=b", b"\xff", b"%ff"])), draw(_parameters(base | ours))
    media = FORM
    if path == "/oauth/register" or path.startswith("/auth/") or draw(st.integers(0, 19)) == 0:
        media, body = b"application/json", draw(_json())
    return Attempt(method, path, query, body, draw(_headers(media)), signed_in)


@st.composite
def _json(draw: st.DrawFn) -> bytes:
    told = draw(METADATA)
    body = json.dumps(told, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    return draw(st.sampled_from([body, body, body, body[:-1], b"[" * 2000, b"\xff" + body, b'"\\ud800"', b""]))


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
        self.user = await self.server.person("fuzzer@example.com")
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
        own: Registered = await server.register("Own", owner="fuzzer@example.com")
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
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": attempt.method, "scheme": "http",
            "path": path, "raw_path": quote(path).encode(), "query_string": filled(attempt.query), "root_path": "",
            "headers": headers, "client": (f"10.{self.tried >> 16 & 255}.{self.tried >> 8 & 255}.{self.tried & 255}", 1),
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
        assert f"<{MARK}" not in answer.text, "what was sent stands in the page as it was"
        assert answer.headers.get("set-cookie", "").count("a=b") == 0
        self._judge_location(answer.headers.get("location"))
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        if answer.status >= 400 and attempt.method != "HEAD":
            self._judge_error(attempt, answer, kind)
        count("oauth", "fuzzed requests")

    def _judge_location(self, location: str | None) -> None:
        if location is None:
            return
        assert location.isascii(), location
        assert location.isprintable(), location
        if not location.startswith("/"):
            assert location.startswith((f"{WEB_CALLBACK}?", GOODBYE)), location
            assert urlsplit(location).netloc == "client.example", location
            return
        assert not location.startswith(("//", "/\\")), location

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


def fuzz(fuzzer: Fuzzer, number: int, *, at_random: bool = False, only_find: bool = False) -> None:
    """Tries that many requests.

    Raises:
        AssertionError: an answer was of a kind that none may be; the request is the smallest found that shows it.
    """
    phases = [Phase.generate] if only_find else [Phase.generate, Phase.shrink]

    @settings(max_examples=number, deadline=None, database=None, derandomize=not at_random, phases=phases,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(attempts(fuzzer.routes))
    def run(attempt: Attempt) -> None:
        fuzzer.send(attempt)

    run()
