"""The providers that the operator named: what they say of themselves, and the keys that they sign with."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from ssl import SSLContext
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from pydantic import BaseModel, ConfigDict, ValidationError

from twofold.errors import NotFound, Unavailable
from twofold.settings import Provider

__all__ = ["Key", "KnownProvider", "KnownProviders", "Metadata", "ProviderFailed", "Unacceptable"]

log = logging.getLogger("twofold.identity")

MAX_BYTES: Final = 262_144
"""Of an answer of a provider."""
WAIT_S: Final = 4.0
"""For a provider to connect, and for each piece of its answer."""
TOTAL_S: Final = 8.0
"""For all that is asked of a provider in one step."""
MEMORY_S: Final = 3600.0
"""For its document and its keys; an ID token by another key has them read again."""
MAX_KEYS: Final = 50

FAILURES: Final = (httpx.HTTPError, httpx.InvalidURL, TimeoutError, JoseError, ValueError, TypeError, LookupError,
                   RecursionError)  # fmt: skip
"""What libraries raise over an answer that is none, or none that makes sense: JSON may nest too deeply to be read."""

Key = RSAKey | ECKey | OKPKey

_ADDRESS = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?][!\"$-~]*)?")
"""Printable ASCII without a user, a password or a fragment."""


class ProviderFailed(Unavailable):
    """The other provider cannot sign you in at the moment."""


class Unacceptable(Exception):
    """What a provider sent cannot be taken; the text says why, for the log, and holds nothing of it."""


class Metadata(BaseModel):
    """What counts in a provider's document (OpenID Connect Discovery 1.0 §3)."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False

    @property
    def origin(self) -> str:
        """Where people sign in, as a source of a Content-Security-Policy."""
        parts = urlsplit(self.authorization_endpoint)
        return f"{parts.scheme}://{parts.netloc}"


class KnownProvider:
    """A provider; what it says is remembered for MEMORY_S seconds. Make one of each in a process."""

    def __init__(self, said: Provider, all_: KnownProviders) -> None:
        self.said = said
        self.name, self.title, self.issuer, self.client_id = said.name, said.title, said.issuer, said.client_id
        self._all = all_
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, Sequence[Key]] | None = None

    async def metadata(self) -> Metadata:
        """Returns what the provider says of itself.

        Raises:
            ProviderFailed: it does not answer, or says it of another issuer, or not as it should.
        """
        if self._metadata is None or monotonic() > self._metadata[0] + MEMORY_S:
            async with self.asked("its document") as client:
                url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                self._metadata = (monotonic(), self._acceptable(await json_at(client, url)))
        return self._metadata[1]

    async def keys(self, *, afresh: bool = False) -> Sequence[Key]:
        """Returns the public keys that it signs with (RFC 7517 §5); those that nobody here can use are left out.

        Raises:
            ProviderFailed: it does not answer, or not with keys.
        """
        if afresh or self._keys is None or monotonic() > self._keys[0] + MEMORY_S:
            metadata = await self.metadata()
            async with self.asked("its keys") as client:
                found = await json_at(client, metadata.jwks_uri)
                listed = found.get("keys")
                if not isinstance(listed, list):
                    raise Unacceptable("its set of keys is none")
                self._keys = (monotonic(), [*_usable(listed[:MAX_KEYS])])
        return self._keys[1]

    @property
    def options(self) -> dict[str, Any]:
        """What every client that asks it is made with: short waits, bounded answers, no redirects."""
        return {
            "timeout": WAIT_S,
            "follow_redirects": False,
            "event_hooks": {"response": [_bound]},
            "headers": {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "twofold"},
            "verify": self._all.tls,
            "transport": self._all.transport,
        }

    @asynccontextmanager
    async def asked(self, what: str) -> AsyncIterator[httpx.AsyncClient]:
        """Gives a client to ask it by, for TOTAL_S seconds.

        Raises:
            ProviderFailed: it failed within the block; the log says how.
        """
        with self.failures(what):
            async with self.time_limit(), httpx.AsyncClient(**self.options) as client:
                yield client

    @staticmethod
    def time_limit() -> asyncio.Timeout:
        """Returns what ends a block after TOTAL_S seconds, however slowly the provider sends something."""
        return asyncio.timeout(TOTAL_S)

    @contextmanager
    def failures(self, what: str) -> Iterator[None]:
        """Turns what goes wrong with an answer of the provider into ProviderFailed; the log has only its kind."""
        try:
            yield
        except Unacceptable as error:
            raise self._failed(what, str(error)) from error
        except FAILURES as error:
            raise self._failed(what, type(error).__name__) from error

    def _failed(self, what: str, how: str) -> ProviderFailed:
        log.warning("provider %s failed at %s: %s", self.name, what, how)
        return ProviderFailed(f"{self.title} cannot sign you in at the moment. Try again later, or in another way.")

    def _acceptable(self, document: Mapping[str, Any]) -> Metadata:
        """Returns the document of this issuer and no other (OpenID Connect Discovery 1.0 §4.3)."""
        try:
            metadata = Metadata.model_validate(document)
        except ValidationError as error:
            raise Unacceptable("its document lacks something") from error
        if metadata.issuer != self.issuer:
            raise Unacceptable("its document is of another issuer")
        needed = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
        if not all(self._is_safe(url) for url in (*needed, metadata.userinfo_endpoint or metadata.jwks_uri)):
            raise Unacceptable("its document has an address that is not https")
        return metadata

    def _is_safe(self, url: str) -> bool:
        """Whether the address is https, or as near as a provider on this machine itself."""
        if not _ADDRESS.fullmatch(url):
            return False
        return url.startswith("https://") or (self.said.is_near and Provider.is_loopback(url))


class KnownProviders:
    """The providers in the settings."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._by_name = {each.name: KnownProvider(each, self) for each in providers}
        self.transport: httpx.AsyncBaseTransport | None = None
        """What requests to providers go through; None: the network, by proxies that the environment names."""

    def of(self, name: str) -> KnownProvider:
        """Returns the provider of that name.

        Raises:
            NotFound: there is none.
        """
        if name not in self._by_name:
            raise NotFound("There is no such way to sign in.")
        return self._by_name[name]

    def all(self) -> Sequence[KnownProvider]:
        """Returns all of them, as the operator ordered them."""
        return [*self._by_name.values()]

    @cached_property
    def tls(self) -> SSLContext:
        """Which certificates are good; reading them takes a while, and happens once."""
        return httpx.create_ssl_context()


async def json_at(client: httpx.AsyncClient, url: str, **options: Any) -> Mapping[str, Any]:
    """Returns the JSON object at an address.

    Raises:
        Unacceptable: the answer is none, or of another status than 200.
        httpx.HTTPError, ValueError: it could not be had, or read.
    """
    answer = await client.get(url, **options)
    if answer.status_code != httpx.codes.OK:
        raise Unacceptable(f"it answered with {answer.status_code}")
    found = answer.json()
    if not isinstance(found, dict):
        raise Unacceptable("it answered with something else than an object")
    return found


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._stream:
            read += len(chunk)
            if read > MAX_BYTES:
                raise Unacceptable(f"it answered with more than {MAX_BYTES} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx.Response) -> None:
    """Stops reading an answer that is too long; a compressed one, for which nobody asked, could grow while unpacked."""
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unacceptable("its answer is compressed")
    if isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _Bounded(response.stream)


def _usable(listed: Sequence[Any]) -> Iterator[Key]:
    for each in listed:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig" or "d" in each:
            continue
        try:
            key = import_key(each)
        except (JoseError, ValueError, TypeError, LookupError):
            continue  # of a kind that is not known here, or broken (RFC 7517 §5)
        if isinstance(key, RSAKey | ECKey | OKPKey):
            yield key
