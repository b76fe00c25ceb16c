"""Authorization requests that the client sends ahead, so that the browser carries only a name of them (RFC 9126)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error

from twofold.identity.oauth.bridge import wait
from twofold.identity.oauth.grants import EVERY_METHOD
from twofold.identity.oauth.models import PushedRequest
from twofold.identity.oauth.protocol import AFTER, Answer, ProtocolRequest
from twofold.identity.oauth.server import Server
from twofold.identity.tokens import hash_of, new_secret

__all__ = ["forget_pushed", "push", "pushed_parameters"]

URN: Final = "urn:ietf:params:oauth:request_uri:"
TTL: Final = timedelta(minutes=10)
"""While it lasts, a person can sign in, and up if need be."""
NOT_KEPT: Final = frozenset({"client_secret", AFTER})


async def push(server: Server, request: ProtocolRequest) -> Answer:
    """Answers a client that sends its request ahead: with the name of it (RFC 9126 §2)."""

    def respond() -> Answer:
        client = server.authenticate_client(request, EVERY_METHOD)
        if "request_uri" in request.form:
            raise InvalidRequestError("A request that is sent ahead names no other one.")
        request.form.setdefault("client_id", client.client_id)
        request.payload.datalist.setdefault("client_id", [client.client_id])
        try:
            server.get_consent_grant(request)
        except OAuth2Error as error:
            error.redirect_uri = error.state = None  # the client itself is told, and no browser
            raise
        if not request.payload.redirect_uri:
            raise InvalidRequestError("Send the redirect_uri.")
        name = new_secret("pushed")
        said = {key: values for key, values in request.payload.datalist.items() if key not in NOT_KEPT}
        wait(PushedRequest.create(
            client=client.row, uri_hash=hash_of(name), parameters=said, expires_at=datetime.now(UTC) + TTL
        ))  # fmt: skip
        return server.handle_response(201, {"request_uri": URN + name, "expires_in": int(TTL.total_seconds())}, [])

    return await server.answer(request, respond)


async def pushed_parameters(server: Server, request: ProtocolRequest) -> ProtocolRequest:
    """Returns the request that was pushed under the name that this one carries.

    Raises:
        InvalidRequestError: there is none of this client, or not any more.
    """
    name, client_id = request.form["request_uri"], request.form.get("client_id")
    with server.identity.database.use():
        found = await PushedRequest.filter(
            uri_hash=hash_of(name.removeprefix(URN)), expires_at__gt=datetime.now(UTC)
        ).first()
    if found is None or str(found.client_id) != client_id:
        raise InvalidRequestError("The request_uri is unknown, or too old.")
    parameters = dict(found.parameters)  # and no others, whatever the browser adds (RFC 9126 §4, RFC 9101 §6.3)
    if AFTER in request.form:
        parameters[AFTER] = [request.form[AFTER]]
    pushed = ProtocolRequest("GET", "/oauth/authorize", parameters, request.origin, request.issuer)
    pushed.pushed = found
    return pushed


async def forget_pushed(request: ProtocolRequest) -> None:
    """Makes the name of a pushed request useless, in the running transaction: it is good for one code.

    Raises:
        InvalidRequestError: another request used it.
    """
    if request.pushed is not None and not await PushedRequest.filter(id=request.pushed.id).delete():
        raise InvalidRequestError("The request_uri was used already.")
