"""The authorization endpoint: what a browser is to be asked, and where it goes on (RFC 6749 §4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from urllib.parse import unquote_plus, urlencode

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error

from twofold.identity.identity import From
from twofold.identity.models import Session
from twofold.identity.oauth.bridge import bridged
from twofold.identity.oauth.consents import consent, consented
from twofold.identity.oauth.grants import CodeGrant
from twofold.identity.oauth.models import Client, Grant
from twofold.identity.oauth.protocol import AFTER, Answer, ProtocolRequest
from twofold.identity.oauth.pushing import forget_pushed, pushed_parameters
from twofold.identity.oauth.server import Server
from twofold.identity.scopes import Scope
from twofold.identity.sealed import NotOurs
from twofold.identity.sessions import hold_session

__all__ = ["Authorizing", "Consenting", "SigningIn"]

PATH: Final = "/oauth/authorize"
MARK_S: Final = 900
"""How long after being sent to sign in a person may come back; then they sign in once more."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class SigningIn:
    """The person has to sign in first, and then to come back to `return_to`."""

    return_to: str
    again: bool
    """Whether they are signed in, and have to do it again."""


@dataclass(frozen=True, kw_only=True)
class Consenting:
    """The person has to say whether the client may do this."""

    client: Client
    scopes: Sequence[Scope]
    redirect_uri: str


Outcome: TypeAlias = Answer | SigningIn | Consenting


class Authorizing:
    """Decides about requests at the authorization endpoint."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._identity = server.identity

    async def consider(self, query: bytes, session: Session | None, origin: From) -> Outcome:
        """Returns what comes next for a browser: to sign in, to consent, or to go back to the client.

        An Answer with a location goes back to the client, with a code or an error; one without must be shown, since
        nobody knows where the client is (RFC 6749 §4.1.2.1).
        """
        try:
            return await self._considered(query, session, origin)
        except OAuth2Error as error:
            return self._refused(error)

    async def decide(self, query: bytes, session: Session, origin: From, *, allowed: bool, shown: str) -> Outcome:
        """Returns where the browser goes when the person has decided about the scopes that they were `shown`."""
        try:
            return await self._decided(query, session, origin, allowed, shown)
        except OAuth2Error as error:
            return self._refused(error)

    async def _considered(self, query: bytes, session: Session | None, origin: From) -> Outcome:
        request, checked = await self._understood(query, origin)
        waiting = self._has_to_sign_in(request, query, session)
        if waiting is not None:
            return self._unless_silent(request, waiting, "login_required")
        assert session is not None  # noqa: S101  # or they would have to sign in
        client, scopes = request.client.row, request.scope.split()
        if not await self._is_known(request, client, scopes, session):
            return self._unless_silent(request, self._consenting(request), "consent_required")
        return await self._allow(request, checked, session)

    async def _decided(self, query: bytes, session: Session, origin: From, allowed: bool, shown: str
                       ) -> Outcome:  # fmt: skip
        request, checked = await self._understood(query, origin)
        waiting = self._has_to_sign_in(request, query, session)
        if waiting is not None:
            return waiting
        if not allowed:
            await self._identity.tell("client_denied", session.user.id, origin, client=request.client.client_id)
            return self._back(request, "access_denied")
        if not request.payload.scope and request.scope.split() != shown.split():
            return self._consenting(request)  # all that the client may ask for, which its owner changed meanwhile
        return await self._allow(request, checked, session)

    async def _understood(self, query: bytes, origin: From) -> tuple[ProtocolRequest, CodeGrant]:
        """Returns the request, with all that was pushed ahead of it, and what checked it and can answer it."""
        server = self._server
        request = server.request(PATH, query, origin, method="GET")
        if "request_uri" in request.form:
            request = await pushed_parameters(server, request)
        checked = await bridged(lambda: server.get_consent_grant(request))
        if not request.payload.redirect_uri:
            raise InvalidRequestError("Send the redirect_uri (OAuth 2.1 section 4.1.1).")
        return request, checked

    def _has_to_sign_in(self, request: ProtocolRequest, query: bytes, session: Session | None) -> SigningIn | None:
        """Returns where they come back to, unless who they are is known well enough (OpenID Connect Core §3.1.2.1)."""
        said, now = request.payload.data, datetime.now(UTC)
        since = datetime.fromtimestamp(0, UTC)
        if not {"login", "select_account"}.isdisjoint(said.get("prompt", "").split()):
            since = NEVER
        if "max_age" in said:
            since = max(since, now - timedelta(seconds=int(said["max_age"])))
        if session is not None and session.authenticated_at >= min(since, self._sent_at(said.get(AFTER))):
            return None
        kept = [part for part in query.decode("ascii").split("&") if unquote_plus(part.partition("=")[0]) != AFTER]
        mark = urlencode({AFTER: self._identity.sealer.seal(AFTER, now.isoformat())})
        return SigningIn(return_to=f"{PATH}?{'&'.join([*kept, mark])}", again=session is not None)

    def _sent_at(self, mark: str | None) -> datetime:
        """Returns when this server sent the person to sign in; never, where nothing shows that it did.

        Only the server makes such marks, or else whoever sits at a browser could go around signing in.
        """
        try:
            return datetime.fromisoformat(self._identity.sealer.open(AFTER, mark or "", max_age_s=MARK_S))
        except NotOurs:
            return NEVER

    async def _is_known(self, request: ProtocolRequest, client: Client, scopes: list[str], session: Session) -> bool:
        """Returns whether the person allowed this before, to a client that cannot be mistaken for another.

        A program on the person's own machine can be, so that it is asked for always (RFC 8252 §8.6).
        """
        if "consent" in request.payload.data.get("prompt", "").split():
            return False
        redirect_uri: str = request.payload.redirect_uri
        is_certain = client.secret_hash is not None or redirect_uri.startswith("https://")
        known = await consented(self._identity, session.user.id, client.id)
        return is_certain and known is not None and set(scopes) <= known

    def _consenting(self, request: ProtocolRequest) -> Consenting:
        asked = [self._identity.scopes[name] for name in request.scope.split()]
        return Consenting(client=request.client.row, scopes=asked, redirect_uri=request.payload.redirect_uri)

    def _unless_silent(self, request: ProtocolRequest, waiting: Outcome, error: str) -> Outcome:
        """Returns what the person has to do; an error where the client wants them not to be asked."""
        is_silent = "none" in request.payload.data.get("prompt", "").split()
        return self._back(request, error) if is_silent else waiting

    def _refused(self, error: OAuth2Error) -> Answer:
        answer: Answer = self._server.handle_error_response(None, error)
        return answer

    def _back(self, request: ProtocolRequest, error: str) -> Answer:
        redirect_uri = request.payload.redirect_uri
        refused = OAuth2Error(error=error, redirect_uri=redirect_uri, state=request.payload.state)
        return self._server.handle_error_response(request, refused)

    async def _allow(self, request: ProtocolRequest, checked: CodeGrant, session: Session) -> Answer:
        """Writes down what the person allows, and sends the code for it."""
        server, identity, client = self._server, self._identity, request.client.row
        scopes = request.scope.split()
        async with identity.database.transaction():
            await hold_session(session)
            family = await Grant.create(
                user=session.user, client=client, session=session, scopes=scopes,
                authenticated_at=session.authenticated_at,
            )  # fmt: skip
            await consent(identity, session.user.id, client.id, scopes)
            await forget_pushed(request)
            sent: Any = await bridged(
                lambda: server.create_authorization_response(request, grant_user=family, grant=checked)
            )
            await identity.tell("client_allowed", session.user.id, request.origin, client=str(client.id), scopes=scopes)
        answer: Answer = sent
        return answer
