"""Requests to identity that nobody sends in good faith: mostly near to right ones, and some near to nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from hypothesis import strategies as st

from support.oauth import CHALLENGE, STATE, VERIFIER, WEB_CALLBACK

__all__ = ["EVIL", "GOODBYE", "MARK", "PROGRAMS", "Attempt", "attempts"]

GOODBYE = "https://client.example/goodbye"
MARK = "xss7f3a"
EVIL = "evil.example"
PROGRAMS = ("/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/userinfo", "/oauth/register",
            "/oauth/device_authorization", "/oauth/par")  # fmt: skip
FORM = b"application/x-www-form-urlencoded"
PARAMETERS: tuple[str, ...] = (
    "client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt",
    "max_age", "code_challenge", "code_challenge_method", "request", "request_uri", "resource", "signed_in_after",
    "grant_type", "code", "code_verifier", "refresh_token", "device_code", "user_code", "token", "token_type_hint",
    "id_token_hint", "post_logout_redirect_uri", "login_hint", "decision", "csrf_token", "email", "password", "name",
    "new_password", "current_password", "return_to", "again", "said", "scopes", "expires", "session_id", "key_id", "id",
    "redirect_uris", "grant_types", "uri", "public", "auth_method",
)  # fmt: skip
KNOWN = ("<client>", "<secret>", "<csrf>", "<code>", "<token>", "<refresh>", "<hint>", "<device>", "<user_code>",
         "<pushed>", "<own>", WEB_CALLBACK, GOODBYE, "code", "openid orders:read", "S256", CHALLENGE, VERIFIER,
         "none", "login",
         "consent", "0", "authorization_code", "refresh_token", "client_credentials", "allow", "deny", "orders:read",
         "urn:ietf:params:oauth:grant-type:device_code", "customer@example.com", "a-good-password", "/account",
         "on")  # fmt: skip
"""Values that are right somewhere; those in brackets are put in when the request is sent."""
BAD = (
    "", " ", "\x00", "a\x00b", "\r\nSet-Cookie: a=b", f'"><{MARK}>', f"'><{MARK}>", f"javascript:{MARK}", "é",
    "😀" * 50,
    "\u2028", "\u202e", "a" * 300, "a" * 5000, "%", "%ff", "-1", "1e309", "9" * 400, "0x10", "null", "[]", "{}",
    "NaN", "\\",
    f"https://{EVIL}/", f"//{EVIL}", f"/\\{EVIL}", f"/\t/{EVIL}", f"{WEB_CALLBACK}@{EVIL}", f"{WEB_CALLBACK}.{EVIL}",
    f"https:{EVIL}", f"http://127.0.0.1:1@{EVIL}", "http://[", "https://[::1", "http://a:b:c", "{{7*7}}",
                                                                         "../../etc/passwd",
    "' OR 1=1 --", "\ud7ff\ufffe", "tft_" + 43 * "A", "tfs_" + 43 * "A", "a.b.c", "e30.e30.",
    "urn:ietf:params:oauth:request_uri:",
    "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
ATTACKS = (f'"><{MARK}>', f"'><{MARK}>", f"https://{EVIL}/", f"//{EVIL}", f"/\\{EVIL}", f"{WEB_CALLBACK}@{EVIL}",
           f"{WEB_CALLBACK}.{EVIL}", f"javascript:{MARK}")  # fmt: skip
"""Of what is bad, that which leads elsewhere or into a page."""
ENCODED = (b"%ED%A0%80", b"%FF%FE", b"%C0%80", b"%", b"%zz", b"\xff\xfe", "é".encode(), b"+", b";", b"&&==&", b"%00")
"""What stands in a query or form as it is: halves of surrogate pairs, what is not UTF-8, what is no encoding."""
PLACES: tuple[tuple[str, dict[str, str]], ...] = (
    ("/oauth/authorize", {"response_type": "code", "client_id": "<client>", "redirect_uri": WEB_CALLBACK,
                          "state": STATE,
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


def _pair(name: str, value: str | bytes) -> bytes:
    return quote_plus(name).encode() + b"=" + (value if isinstance(value, bytes) else _encoded(value))


def _encoded(value: str) -> bytes:
    return value.encode() if value.startswith("<") and value.endswith(">") else quote_plus(value).encode()


VALUES = st.one_of(st.sampled_from(KNOWN), st.sampled_from(BAD), st.sampled_from(ENCODED), st.text(max_size=30))


@st.composite
def _parameters(draw: st.DrawFn, base: dict[str, str]) -> bytes:
    """Parameters near to right ones: one is an attack, or some are left out, changed, added, or there twice."""
    pairs: list[tuple[str, str | bytes]] = list(base.items())
    if pairs and draw(st.integers(0, 2)) == 0:
        place = draw(st.integers(0, len(pairs) - 1))
        pairs[place] = (pairs[place][0], draw(st.sampled_from(ATTACKS)))
        return b"&".join(_pair(name, value) for name, value in pairs)
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


COOKIES = st.sampled_from([b"twofold=", b"twofold=x", b"twofold=tfs_" + 43 * b"A", b"twofold_visit=\xff", b";;;=",
                           b"a" * 5000,
                           b'twofold_shown="\\"', b"twofold_challenge=gAAAAA==", b"twofold=\x00; twofold=y",
                           b"\xff\xfe"])  # fmt: skip
AUTHORIZATIONS = st.one_of(
    st.sampled_from([b"Basic", b"Basic =", b"Basic \xff", b"Bearer", b"Bearer <token>", b"Bearer \xff\x00", b"x",
                     b"", b"Digest a=b",
                     b"Basic <basic>", b"Bearer <hint>", b"basic <basic>"]),
    st.binary(max_size=40).map(lambda each: b"Basic " + base64.b64encode(each)),
    st.tuples(VALUES, VALUES).map(
        lambda pair: b"Basic " + base64.b64encode(b":".join(
            each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass") for each in pair
        ))
    ),
)  # fmt: skip
MEDIA = st.sampled_from([b"application/json", b"multipart/form-data; boundary=x", b"text/plain", b"", b"\xff",
                         FORM.upper(),
                         FORM + b"; charset=utf-16", b"application/x-www-form-urlencoded;;;"])  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(KNOWN), st.sampled_from(BAD),
              st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(PARAMETERS), inner,
                                                                         max_size=4)),
    max_leaves=8,
)  # fmt: skip
REGISTRATION = ("client_name", "client_uri", "redirect_uris", "post_logout_redirect_uris", "grant_types",
                "response_types",
                "token_endpoint_auth_method", "scope", "id_token_signed_response_alg", "application_type",
                "contacts", "jwks",
                "logo_uri", "software_statement")  # fmt: skip
_MEMBERS = st.dictionaries(st.sampled_from(REGISTRATION), st.one_of(JSON, st.lists(st.sampled_from(BAD))), max_size=5)
METADATA = st.one_of(JSON, _MEMBERS.map(lambda more: {"redirect_uris": [WEB_CALLBACK]} | more))


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
            name = draw(st.sampled_from([b"accept", b"origin", b"x-request-id", b"user-agent", b"x-forwarded-for",
                                         b"x-csrf-token",
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
        path, base = draw(st.sampled_from((*PLACES, *4 * PLACES[:1])))  # most can go wrong at the first
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
