"""The authorization server: Authlib's protocol over our tables, one transaction for each request."""

# pyright: reportIncompatibleMethodOverride=false, reportArgumentType=false
# Authlib asks what it is given for what it needs; bundled types say more than that.

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import AuthorizationServer
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnsupportedResponseTypeError,
)

from twofold.identity.identity import From, Identity
from twofold.identity.oauth.bridge import bridged, wait
from twofold.identity.oauth.client import KnownClient, find_client
from twofold.identity.oauth.grants import GRANTS, S256, CodeGrant, check_resource, grant_of
from twofold.identity.oauth.issuing import Issued, Issuing
from twofold.identity.oauth.protocol import Answer, ProtocolRequest, parameters_of
from twofold.identity.oauth.signing import SigningKeys

__all__ = ["NO_STORE", "Server", "refusal"]

NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""RFC 6749 §5.1."""


class _Refused(Exception):
    """Undoes the transaction of a request that is answered with an error."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server over an application's identity."""

    def __init__(self, identity: Identity) -> None:
        super().__init__(scopes_supported=list(identity.scopes))
        self.identity = identity
        self.keys = SigningKeys(identity)
        self.issuing = Issuing(identity, self.keys)
        for grant in GRANTS:
            self.register_grant(grant, [S256(required=True)] if grant is CodeGrant else None)
        self.register_token_generator("default", self._generate)

    # -- requests ------------------------------------------------------------------------------------------------

    def request(self, path: str, encoded: bytes, origin: From, *, method: str = "POST",
                authorization: str | None = None) -> ProtocolRequest:  # fmt: skip
        """Returns a request as it came: `encoded` is the query string of a GET, the form of a POST.

        Raises:
            OAuth2Error: it is malformed.
        """
        return ProtocolRequest(method, path, parameters_of(encoded), origin, self.identity.issuer, authorization)

    async def answer(self, request: ProtocolRequest, respond: Callable[[], Answer]) -> Answer:
        """Returns what `respond` answers, which Authlib works out synchronously in one transaction.

        A refusal undoes all that was written for it, and then does what must be done nevertheless: end a family
        whose code was stolen, remember when a device asked.
        """
        try:
            return await self._transact(request, respond)
        except _Refused as refused:
            return refused.answer
        finally:
            for act in request.afterwards:
                await act()

    async def begin_public(self, request: ProtocolRequest) -> None:
        """Counts a request that leaves something behind, if whoever knows a client without a secret can make it.

        Raises:
            TooManyRequests: there were too many from this address.
        """
        if request.basic is None and "client_secret" not in request.form:
            await self.identity.attempts.begin("public_client", request.origin.address)

    async def token(self, request: ProtocolRequest) -> Answer:
        """Answers at the token endpoint (RFC 6749 §3.2)."""

        def respond() -> Answer:
            check_resource(request)
            return cast("Answer", self.create_token_response(request))

        return await self.answer(request, respond)

    async def _transact(self, request: ProtocolRequest, respond: Callable[[], Answer]) -> Answer:
        async with self.identity.database.transaction():
            answer = await bridged(lambda: self._respond(request, respond))
            if answer.status >= 400:
                raise _Refused(answer)
            return answer

    def _respond(self, request: ProtocolRequest, respond: Callable[[], Answer]) -> Answer:
        try:
            return respond()
        except OAuth2Error as error:
            return self.handle_error_response(request, error)

    # -- what Authlib asks for -----------------------------------------------------------------------------------

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        """Returns the request, which is in Authlib's form already."""
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        """Returns an answer; a browser is sent on with the issuer's name (RFC 9207), by 303 (OAuth 2.1 §7.5.2)."""
        said = dict(headers)
        if "Location" in said:
            return Answer(303, None, {"Location": add_params_to_uri(said["Location"], [("iss", self.identity.issuer)])})
        return Answer(status, body, {**said, **NO_STORE})

    def handle_error_response(self, request: ProtocolRequest | None, error: OAuth2Error) -> Answer:
        """Returns the answer to an error, which Authlib makes; the request is None where it could not be read."""
        if isinstance(error, UnsupportedResponseTypeError):
            error.description = "The response_type is code, always."  # Authlib says what was sent, and nothing else
        answer: Any = super().handle_error_response(request, error)
        return answer if answer.location else refusal(answer)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tells nobody."""

    def query_client(self, client_id: str) -> KnownClient | None:
        """Returns a client by its id, whoever asks."""
        row = wait(find_client(self.identity, client_id))
        return None if row is None else KnownClient(row, self.identity.scopes)

    def authenticate_client(self, request: ProtocolRequest, methods: list[str], _: str = "token") -> KnownClient:
        """Returns the client that has shown who it is, by the secret it has, or by its id where it has none.

        Raises:
            InvalidClientError: it did not (RFC 6749 §5.2); it counts as a failure.
            InvalidRequestError: it did so twice (RFC 6749 §2.3).
        """
        client_id, secret = _credentials(request)
        row = wait(find_client(self.identity, client_id))
        client = None if row is None else KnownClient(row, self.identity.scopes)
        if client is not None and self._is_shown(client, secret, methods):
            request.auth_method = "none" if secret is None else "client_secret_basic"
            request.client, request.row = client, client.row
            return client
        request.afterwards.append(lambda: self._count_failure(request, client_id))
        raise InvalidClientError("The client is unknown, or did not show who it is.", status_code=401)

    def _is_shown(self, client: KnownClient, secret: str | None, methods: list[str]) -> bool:
        if secret is None:
            return client.row.secret_hash is None and "none" in methods
        return client.check_client_secret(secret)

    async def _count_failure(self, request: ProtocolRequest, client_id: str | None) -> None:
        await self.identity.attempts.failed("client", client_id, request.origin.address)

    def _generate(self, *, scope: str | None, include_refresh_token: bool, **_: Any) -> Issued:
        """Returns what is to be issued; `save_token` makes it, when it knows for which request."""
        return Issued(scope=scope or "", renewable=include_refresh_token)

    def save_token(self, token: Issued, request: ProtocolRequest) -> None:
        """Makes the tokens, and an ID token where the scope `openid` is among what was allowed."""
        wait(self._issue(token, request))

    async def _issue(self, token: Issued, request: ProtocolRequest) -> None:
        grant, client = grant_of(request), request.client.row
        scopes = [each for each in token.pop("scope").split() if each in request.client.scopes or grant is None]
        renewable = token.pop("renewable")
        user_id = grant.user_id if grant is not None else client.owner_id
        assert user_id is not None  # noqa: S101  # a client that acts in its own name has an owner
        token |= await self.issuing.tokens(client, user_id, scopes, grant=grant, renewable=renewable)
        if grant is not None and "openid" in scopes:
            nonce = request.authorization_code.row.nonce if request.authorization_code else None
            token["id_token"] = await self.issuing.id_token(
                client, grant.user, grant, scopes, access_token=token["access_token"], nonce=nonce
            )

    def validate_requested_scope(self, scope: str | None) -> None:
        """Checks that all that is asked for is there to be asked for.

        Raises:
            InvalidScopeError: it is not.
        """
        if not set((scope or "").split()) <= set(self.identity.scopes):
            raise InvalidScopeError("There is no such scope; the metadata document lists all.")


def _credentials(request: ProtocolRequest) -> tuple[str | None, str | None]:
    """Returns the id and the secret that a client shows, in one way.

    Raises:
        InvalidRequestError: it uses two (RFC 6749 §2.3).
    """
    form: Mapping[str, str] = request.form
    if request.basic is None:
        return form.get("client_id"), form.get("client_secret")
    if "client_secret" in form or form.get("client_id", request.basic[0]) != request.basic[0]:
        raise InvalidRequestError("Show who the client is in one way: in the header, or in the form.")
    return request.basic


def refusal(answer: Answer) -> Answer:
    """Returns the answer to an error at an endpoint for programs, as RFC 6749 §5.2 has it."""
    body = dict(answer.body) if not isinstance(answer.body, dict) else answer.body
    headers = {**answer.headers, **NO_STORE}
    if answer.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="oauth"'
    return Answer(answer.status, body, headers)
