"""What a protocol request says, read strictly before Authlib sees it, and what is answered."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from authlib.oauth2.rfc6749 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from twofold.identity.identity import From
from twofold.identity.oauth.client import KnownClient
from twofold.identity.oauth.models import Client, PushedRequest

__all__ = ["AFTER", "Answer", "ProtocolError", "ProtocolRequest", "parameters_of"]

MAX_PARAMETERS: Final = 50
MAX_CHARACTERS: Final = 4000
PRINTABLE = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
"""What an error's description may repeat (RFC 6749 §5.2): no quotes, no backslash, ASCII."""
FREE: Final = frozenset({"state", "nonce", "login_hint", "client_secret", "id_token_hint", "ui_locales", "claims"})
"""Parameters that are never repeated in an error's description."""
REPEATABLE: Final = frozenset({"resource"})
"""RFC 8707 §2."""
AFTER: Final = "signed_in_after"
"""The server's own parameter, with which a browser comes back that had to sign in: a sealed mark of when it was
sent."""
HERE: Final = "https://issuer.invalid"
"""Authlib wants TLS; whether there is any is said by the public URL, since it may end at a proxy."""


ProtocolError = OAuth2Error
"""Why a request is refused, in the protocol's words."""


@dataclass
class Answer:
    """What is sent back: JSON, or a way to go on for a browser."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str | None:
        """Where the browser goes."""
        return self.headers.get("Location")


def parameters_of(encoded: bytes) -> dict[str, list[str]]:
    """Returns the parameters of a query string or form (application/x-www-form-urlencoded); empty ones are not there.

    Raises:
        InvalidRequestError: they are not UTF-8, too many or too long, not printable, or there more than once
            (RFC 6749 §3.1 and §3.2).
    """
    try:
        pairs = parse_qsl(encoded.decode("ascii"), errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise InvalidRequestError("The parameters are not UTF-8, or too many.") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in found and name not in REPEATABLE:
            raise InvalidRequestError("A parameter is there more than once.")
        found.setdefault(name, []).append(value)
        if len(value) > MAX_CHARACTERS or not _is_plain(name, value):
            raise InvalidRequestError("A parameter is too long, or has characters that it cannot have.")
    return found


def _is_plain(name: str, value: str) -> bool:
    return "\x00" not in value if name in FREE else PRINTABLE.fullmatch(value) is not None


class Payload(BasicOAuth2Payload):  # type: ignore[misc]
    """The parameters as Authlib reads them."""

    def __init__(self, parameters: Mapping[str, Sequence[str]]) -> None:
        super().__init__({name: values[0] for name, values in parameters.items()})
        self._datalist = {name: list(values) for name, values in parameters.items()}


class ProtocolRequest(OAuth2Request):  # type: ignore[misc]
    """A request to the authorization server."""

    payload: Payload
    client: KnownClient
    row: Client
    """The client that has shown who it is; not there before that."""

    def __init__(self, method: str, path: str, parameters: Mapping[str, Sequence[str]], origin: From, issuer: str,
                 authorization: str | None = None) -> None:  # fmt: skip
        super().__init__(method, HERE + path, headers={})
        self.payload = Payload(parameters)
        self.origin = origin
        self.issuer = issuer
        self.basic = None if authorization is None else _basic(authorization)
        self.pushed: PushedRequest | None = None
        """Where the parameters come from, when the client sent them ahead."""
        self.afterwards: list[Callable[[], Awaitable[None]]] = []
        """What must happen although the request is refused and its transaction undone."""

    @property
    def form(self) -> dict[str, str]:
        """The parameters: our endpoints take none in the URL that they also take in the body."""
        data: dict[str, str] = self.payload.data
        return data

    @property
    def args(self) -> dict[str, str]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The same."""
        return self.form


def _basic(authorization: str) -> tuple[str, str]:
    """Returns client and secret, each decoded as a form's value is (RFC 6749 §2.3.1).

    Raises:
        InvalidClientError: it is another scheme, or not well-formed.
    """
    scheme, _, encoded = authorization.partition(" ")
    pair, colon = ("", ""), ""
    try:
        client, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        pair = unquote_plus(client, errors="strict"), unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError):
        colon = ""
    if scheme.lower() != "basic" or not colon:
        raise InvalidClientError("Send client and secret as RFC 6749 section 2.3.1 says.", status_code=401)
    return pair
