"""The ways in which a client gets tokens: by a code, a refresh token, in its own name, or from a device."""

# pyright: reportIncompatibleMethodOverride=false, reportArgumentType=false
# Authlib asks what it is given for what it needs; bundled types say more than that.

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceCodeGrant as AuthlibDeviceCodeGrant
from authlib.oauth2.rfc8628 import ExpiredTokenError

from twofold.identity.models import User
from twofold.identity.oauth.bridge import wait
from twofold.identity.oauth.client import KnownClient
from twofold.identity.oauth.families import consume, end_family
from twofold.identity.oauth.models import AuthorizationCode, DeviceCode, Grant, RefreshToken
from twofold.identity.oauth.protocol import ProtocolRequest
from twofold.identity.tokens import hash_of, new_secret

__all__ = ["GRANTS", "S256", "ClientCredentialsGrant", "CodeGrant", "DeviceGrant", "RefreshGrant", "check_request",
           "check_resource"]  # fmt: skip

SECRET_METHODS: Final = ["client_secret_basic", "client_secret_post"]
EVERY_METHOD: Final = [*SECRET_METHODS, "none"]
CODE_TTL: Final = timedelta(seconds=60)
SLOWER_S: Final = 5
PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})
MAX_NONCE: Final = 512
NOT_TAKEN: Final = {"request": "request_not_supported", "registration": "registration_not_supported"}


def check_request(request: ProtocolRequest) -> None:
    """Checks those parameters of an authorization request of which Authlib knows nothing.

    Raises:
        OAuth2Error: `invalid_request`, or one that OpenID Connect Core 1.0 §3.1.2.6 has for what is not supported.
    """
    said = request.payload.data
    for name, error in NOT_TAKEN.items():
        if name in said:
            raise OAuth2Error(f"The parameter {name} is not supported.", error=error)
    if said.get("response_mode", "query") != "query":
        raise InvalidRequestError("The response mode is query, always.")
    prompts = set(said.get("prompt", "").split())
    if not prompts <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequestError("The prompt is none, or some of login, consent and select_account.")
    max_age = said.get("max_age", "0")
    if not (max_age.isascii() and max_age.isdigit() and len(max_age) <= 9):
        raise InvalidRequestError("The max_age is a number of seconds.")
    if len(said.get("nonce", "")) > MAX_NONCE:
        raise InvalidRequestError(f"The nonce has at most {MAX_NONCE} characters.")
    check_resource(request)


def check_resource(request: ProtocolRequest) -> None:
    """Checks that the tokens asked for are to be used here: there is no other resource server (RFC 8707 §2).

    Raises:
        OAuth2Error: `invalid_target`.
    """
    for resource in request.payload.datalist.get("resource", ()):
        is_here = resource == request.issuer or resource.startswith(f"{request.issuer}/")
        if not is_here or "#" in resource:
            raise OAuth2Error("The tokens are for this server only.", error="invalid_target")


class S256(CodeChallenge):  # type: ignore[misc]
    """Proof Key for Code Exchange, of every client and by SHA-256 only (OAuth 2.1 §7.5)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]
    CODE_CHALLENGE_METHODS = {"S256": CodeChallenge.CODE_CHALLENGE_METHODS["S256"]}

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Refuses a request without a challenge, or with one by another method."""
        said = grant.request.payload.data
        if "code_challenge" not in said or said.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send a code_challenge with the code_challenge_method S256 (RFC 7636).")
        if len(said["code_challenge"]) != 43:  # of the 32 bytes of a SHA-256
            raise InvalidRequestError("The code_challenge of a SHA-256 has 43 characters.")
        super().validate_code_challenge(grant, redirect_uri)
        check_request(grant.request)

    def get_authorization_code_challenge_method(self, _: Any) -> str:
        """Returns the only method that there is."""
        return "S256"


class Code:
    """An authorization code as Authlib asks of it."""

    def __init__(self, row: AuthorizationCode) -> None:
        self.row = row
        self.code_challenge = row.code_challenge

    def get_redirect_uri(self) -> str:
        """Returns where the code was sent."""
        return self.row.redirect_uri

    def get_scope(self) -> str:
        """Returns what the person allowed."""
        return " ".join(self.row.grant.scopes)


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """A code that came by a browser, for tokens (RFC 6749 §4.1)."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY_METHOD
    request: ProtocolRequest

    def generate_authorization_code(self) -> str:
        """Returns a new code."""
        return new_secret("code")

    def save_authorization_code(self, code: str, request: ProtocolRequest) -> None:
        """Writes down what the code stands for; `request.user` is the grant that the person gave."""
        wait(AuthorizationCode.create(
            grant=request.user, code_hash=hash_of(code), redirect_uri=request.payload.redirect_uri,
            code_challenge=request.form["code_challenge"], nonce=request.form.get("nonce"),
            expires_at=datetime.now(UTC) + CODE_TTL,
        ))  # fmt: skip

    def query_authorization_code(self, code: str, client: KnownClient) -> Code | None:
        """Returns what a code stands for; one that was used already ends all that came of it (RFC 6749 §4.1.2)."""
        found = wait(
            AuthorizationCode.filter(code_hash=hash_of(code), grant__client_id=client.row.id)
            .select_related("grant", "grant__user")
            .first()
        )
        if found is None:
            return None
        if found.consumed_at is not None:
            self._replayed(found)
            return None
        is_good = found.grant.revoked_at is None and found.expires_at > datetime.now(UTC)
        return Code(found) if is_good else None

    def authenticate_user(self, authorization_code: Code) -> User | None:
        """Returns who allowed it, if they may still sign in."""
        user = authorization_code.row.grant.user
        return user if user.is_active else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Uses the code up: of requests that come at once, one does.

        Raises:
            InvalidGrantError: another one did, and all that comes of the code is ended.
        """
        if not wait(consume(authorization_code.row)):
            self._replayed(authorization_code.row)
            raise InvalidGrantError("The code was used already.")

    def _replayed(self, code: AuthorizationCode) -> None:
        request, server = self.request, self.server
        request.afterwards.append(lambda: end_family(server.identity, code.grant.id, "code used twice", request.origin))


class Renewable:
    """A refresh token as Authlib asks of it."""

    def __init__(self, row: RefreshToken) -> None:
        self.row = row

    def get_scope(self) -> str:
        """Returns what the person allowed."""
        return " ".join(self.row.grant.scopes)

    def check_client(self, client: KnownClient) -> bool:
        """Returns whether it is this client's."""
        is_theirs: bool = self.row.grant.client_id == client.row.id
        return is_theirs


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """The next tokens for a refresh token, which a new one replaces (OAuth 2.1 §4.3.1)."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY_METHOD
    INCLUDE_NEW_REFRESH_TOKEN = True
    request: ProtocolRequest

    def authenticate_refresh_token(self, refresh_token: str) -> Renewable | None:
        """Returns what a token stands for; one that was used already ends its family, whoever sends it."""
        found = wait(
            RefreshToken.filter(token_hash=hash_of(refresh_token)).select_related("grant", "grant__user").first()
        )
        if found is None or found.grant.client_id != self.request.row.id:
            return None
        if found.consumed_at is not None:
            self._reused(found)
            return None
        is_good = found.grant.revoked_at is None and found.expires_at > datetime.now(UTC)
        return Renewable(found) if is_good else None

    def authenticate_user(self, refresh_token: Renewable) -> User:
        """Returns whose it is.

        Raises:
            InvalidGrantError: they may not sign in any more.
        """
        user = refresh_token.row.grant.user
        if not user.is_active:
            raise InvalidGrantError
        return user

    def revoke_old_credential(self, refresh_token: Renewable) -> None:
        """Uses the token up: of requests that come at once, one does.

        Raises:
            InvalidGrantError: another one did, and the family is ended.
        """
        if not wait(consume(refresh_token.row)):
            self._reused(refresh_token.row)
            raise InvalidGrantError("The refresh token was used already.")

    def _reused(self, token: RefreshToken) -> None:
        request, server = self.request, self.server
        request.afterwards.append(
            lambda: end_family(server.identity, token.grant.id, "refresh token used twice", request.origin)
        )


class ClientCredentialsGrant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """A client's own token, with which it acts for its owner within its scopes (RFC 6749 §4.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_METHODS
    request: ProtocolRequest

    def validate_token_request(self) -> None:
        """Checks the client, and what it asks for."""
        super().validate_token_request()
        client: KnownClient = self.request.client
        if client.row.owner_id is None:
            raise UnauthorizedClientError("This client has no owner for whom it could act.")
        scope = client.own_scope(self.request.payload.scope)
        if scope is None:
            raise InvalidScopeError
        self.request.payload.data["scope"] = scope


class Waiting:
    """A device's request as Authlib asks of it."""

    def __init__(self, row: DeviceCode) -> None:
        self.row = row

    def get_client_id(self) -> str:
        """Returns whose device it is."""
        return str(self.row.client_id)

    def get_user_code(self) -> DeviceCode:
        """Returns what `query_user_grant` is asked with."""
        return self.row

    def get_scope(self) -> str:
        """Returns what was asked for."""
        return " ".join(self.row.scopes)

    def is_expired(self) -> bool:
        """Returns whether it is too late."""
        return self.row.expires_at <= datetime.now(UTC)


class DeviceGrant(AuthlibDeviceCodeGrant):  # type: ignore[misc]
    """Tokens for a device, once somebody allowed it elsewhere (RFC 8628 §3.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY_METHOD
    request: ProtocolRequest

    def query_device_credential(self, device_code: str) -> Waiting:
        """Returns what a device asked for.

        Raises:
            InvalidGrantError: there is no such code of this client, or it was used (RFC 8628 §3.5).
        """
        row = wait(
            DeviceCode.filter(device_code_hash=hash_of(device_code), client_id=self.request.row.id)
            .select_related("grant", "grant__user")
            .first()
        )
        if row is None or row.consumed_at is not None:
            raise InvalidGrantError
        return Waiting(row)

    def validate_device_credential(self, credential: Waiting) -> User:
        """Returns who allowed it.

        Raises:
            ExpiredTokenError, AccessDeniedError, AuthorizationPendingError, SlowDownError: they did not, or not yet.
        """
        grant = credential.row.grant
        if grant is not None and (grant.revoked_at is not None or not grant.user.is_active):
            raise AccessDeniedError
        if credential.is_expired():
            raise ExpiredTokenError
        user: User = super().validate_device_credential(credential)
        return user

    def query_user_grant(self, row: DeviceCode) -> tuple[User | None, bool] | None:
        """Returns who decided and what; None while nobody has."""
        if row.denied_at is not None:
            return None, False
        return None if row.grant is None else (row.grant.user, True)

    def should_slow_down(self, credential: Waiting) -> bool:
        """Returns whether the device asks more often than it may; its interval is five seconds longer then."""
        row, now = credential.row, datetime.now(UTC)
        too_soon = row.polled_at is not None and now < row.polled_at + timedelta(seconds=row.interval_s)
        interval = row.interval_s + SLOWER_S if too_soon else row.interval_s

        async def remember() -> None:
            with self.server.identity.database.use():
                await DeviceCode.filter(id=row.id).update(polled_at=now, interval_s=interval)

        self.request.afterwards.append(remember)
        return too_soon

    def create_token_response(self) -> Any:
        """Uses the code up before the tokens are made.

        Raises:
            InvalidGrantError: another request did.
        """
        credential: Any = self.request.credential
        if not wait(consume(credential.row)):
            raise InvalidGrantError
        return super().create_token_response()


GRANTS: Final = (CodeGrant, RefreshGrant, ClientCredentialsGrant, DeviceGrant)


def grant_of(request: ProtocolRequest) -> Grant | None:
    """Returns the family that a token request belongs to; none where a client acts in its own name."""
    steps: tuple[Any, ...] = (request.authorization_code, request.refresh_token, request.credential)
    for step in steps:
        if step is not None:
            grant: Grant = step.row.grant
            return grant
    return None
