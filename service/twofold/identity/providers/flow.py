"""The way to a provider and back: the authorization code flow with PKCE, as a client of it (OpenID Connect Core §3.1).

What the way back is checked by is held by the browser, sealed, so that nobody can come back with what began elsewhere.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.base_client.errors import OAuthError
from authlib.oauth2.client import OAuth2Client

from twofold.errors import Forbidden, Malformed, TooManyRequests
from twofold.identity.identity import From, Identity
from twofold.identity.providers.id_token import claims_of_id_token
from twofold.identity.providers.known import KnownProvider, Metadata, Unacceptable, json_at
from twofold.identity.sealed import NotOurs

with warnings.catch_warnings():
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # it wishes for another name of httpx
    from authlib.integrations.httpx_client import AsyncOAuth2Client

__all__ = ["FLOW_S", "Callback", "Flow", "Person", "StartAgain", "begin", "finish"]

FLOW_S: Final = 600
"""How long a person may take at the provider."""
PURPOSE: Final = "provider"
SCOPE: Final = "openid email profile"
RECENT_S: Final = 300
MAX_RETURN_CHARACTERS: Final = 2000
"""Of where to go afterwards: a cookie has room for 4096 bytes, sealed."""


class StartAgain(Malformed):
    """This sign-in began in another browser, took too long, or was used already. Begin again."""


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What a provider sends a browser back with (RFC 6749 §4.1.2, RFC 9207 §2); None: not there."""

    code: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    iss: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sign-in that is under way at a provider."""

    provider: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    return_to: str
    linking: str
    """The session whose user links the provider; empty: somebody signs in."""
    again: bool
    """Whether they are signed in, and show once more who they are."""
    began_at: int

    def sealed(self, identity: Identity) -> str:
        """Returns it as the browser holds it."""
        return identity.sealer.seal(PURPOSE, json.dumps(vars(self)))

    @staticmethod
    def opened(identity: Identity, provider: KnownProvider, sealed: str, state: str | None) -> Flow:
        """Returns what this browser holds, if it is what this way back belongs to.

        Raises:
            StartAgain: it holds none, or one of another provider, with another state, or begun FLOW_S seconds ago.
        """
        try:
            flow = Flow(**json.loads(identity.sealer.open(PURPOSE, sealed, max_age_s=FLOW_S)))
        except NotOurs as error:
            raise StartAgain from error
        if state is None or not hmac.compare_digest(flow.state.encode(), state.encode(errors="replace")):
            raise StartAgain
        if flow.provider != provider.name:
            raise StartAgain
        return flow


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who somebody is, as a provider has just said."""

    provider: KnownProvider = field(repr=False)
    subject: str
    """The provider's name for them, which it gives to nobody else, ever."""
    email: str
    """An address that is theirs, as the provider made sure; empty: it has none of which it says so."""
    name: str


async def begin(
    identity: Identity, provider: KnownProvider, return_to: str, *, linking: str = "", again: bool = False
) -> tuple[str, Flow]:
    """Returns where the browser goes to sign in, and what it is to hold until it is back.

    Raises:
        ProviderFailed: the provider does not say where that is.
    """
    metadata = await provider.metadata()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    flow = Flow(
        provider=provider.name, state=state, nonce=nonce, verifier=verifier, linking=linking, again=again,
        return_to=return_to if len(return_to) <= MAX_RETURN_CHARACTERS else "", began_at=int(time.time()),
    )  # fmt: skip
    client = OAuth2Client(
        None, provider.client_id, scope=SCOPE, redirect_uri=_redirect_uri(identity, provider),
        code_challenge_method="S256",
    )  # fmt: skip
    asking: dict[str, Any] = {"prompt": "login", "max_age": str(RECENT_S)} if again else {}
    url, _ = client.create_authorization_url(
        metadata.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce, **asking
    )
    return str(url), flow


async def finish(identity: Identity, provider: KnownProvider, flow: Flow, callback: Callback, origin: From) -> Person:
    """Returns who signed in at the provider. A flow is finished once, however it ends.

    Raises:
        StartAgain: it was finished before.
        Forbidden: they, or the provider, said no.
        ProviderFailed: the provider cannot be reached, or what it says cannot be believed; the log says why.
        TooManyRequests: too many have failed from this address.
    """
    attempt = await identity.attempts.begin("provider", origin.address or None)
    try:
        await identity.attempts.begin("provider_state", flow.state)
    except TooManyRequests as error:
        raise StartAgain from error
    metadata = await provider.metadata()
    with provider.failures("its answer in the browser"):
        _check_issuer(provider, metadata, callback)
        if callback.error not in (None, "access_denied"):
            raise Unacceptable(f"it said {callback.error!a:.60}")
    if callback.error is not None:
        raise Forbidden(f"You did not sign in at {provider.title}, or it did not let you.")
    person = await _redeem(identity, provider, metadata, flow, callback.code)
    await attempt.succeeded()
    return person


def _redirect_uri(identity: Identity, provider: KnownProvider) -> str:
    return f"{identity.issuer}/account/sign-in/with/{provider.name}/callback"


def _check_issuer(provider: KnownProvider, metadata: Metadata, callback: Callback) -> None:
    """Sees that the answer is of this provider: another one could have sent what it got from this one (RFC 9207 §2.4).

    For providers that do not say who they are, each has a way back of its own (RFC 9700 §4.4.2.2).
    """
    if callback.iss is None:
        if metadata.authorization_response_iss_parameter_supported:
            raise Unacceptable("the answer does not say whose it is")
    elif callback.iss != provider.issuer:
        raise Unacceptable("the answer is of another issuer")


async def _redeem(identity: Identity, provider: KnownProvider, metadata: Metadata, flow: Flow, code: str | None
                  ) -> Person:  # fmt: skip
    with provider.failures("its tokens"):
        if not code:
            raise Unacceptable("there is no code in its answer")
        tokens = await _tokens(identity, provider, metadata, flow, code)
        access_token = tokens.get("access_token")
        if not isinstance(access_token, str) or not access_token.isascii():
            raise Unacceptable("there is no access token")
        claims = await claims_of_id_token(
            provider, tokens.get("id_token"), nonce=flow.nonce, access_token=access_token,
            since=flow.began_at if flow.again else None,
        )  # fmt: skip
    if "email" not in claims and metadata.userinfo_endpoint:
        claims = {**await _userinfo(provider, metadata.userinfo_endpoint, access_token, claims["sub"]), **claims}
    verified, email, name = claims.get("email_verified"), claims.get("email"), claims.get("name")
    is_verified = verified is True or verified == "true"  # as some write it
    return Person(
        provider=provider,
        subject=claims["sub"],
        email=email if is_verified and isinstance(email, str) else "",
        name=name if isinstance(name, str) else "",
    )


async def _tokens(identity: Identity, provider: KnownProvider, metadata: Metadata, flow: Flow, code: str
                  ) -> Mapping[str, Any]:  # fmt: skip
    """Returns what the token endpoint gives for the code; its errors are told by their code only."""
    in_header = "client_secret_basic" in metadata.token_endpoint_auth_methods_supported
    client = cast("Any", AsyncOAuth2Client)(  # Authlib has no types, and those that checkers bring are not right
        provider.client_id,
        provider.said.client_secret.get_secret_value(),
        token_endpoint_auth_method="client_secret_basic" if in_header else "client_secret_post",
        redirect_uri=_redirect_uri(identity, provider),
        **provider.options,
    )
    try:
        async with provider.time_limit(), client:
            tokens: Mapping[str, Any] = await client.fetch_token(
                metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=flow.verifier,
            )  # fmt: skip
    except OAuthError as error:
        raise Unacceptable(f"it refused the code with {error.error!a:.60}") from None
    return tokens


async def _userinfo(provider: KnownProvider, url: str, access_token: str, subject: str) -> Mapping[str, Any]:
    """Returns more of the same person (OpenID Connect Core §5.3)."""
    async with provider.asked("who the person is") as client:
        found = await json_at(client, url, headers={"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != subject:
            raise Unacceptable("it told of another person")
        return found
