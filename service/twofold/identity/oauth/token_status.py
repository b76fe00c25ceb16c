"""Ending tokens (RFC 7009) and telling of them (RFC 7662)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError

from twofold.identity.models import AccessToken
from twofold.identity.oauth.bridge import wait
from twofold.identity.oauth.client import KnownClient
from twofold.identity.oauth.families import end_family
from twofold.identity.oauth.grants import EVERY_METHOD, SECRET_METHODS
from twofold.identity.oauth.models import RefreshToken
from twofold.identity.oauth.protocol import Answer, ProtocolRequest
from twofold.identity.oauth.server import Server
from twofold.identity.tokens import hash_of

__all__ = ["introspect", "revoke"]


async def revoke(server: Server, request: ProtocolRequest) -> Answer:
    """Answers a client that ends one of its tokens; with a refresh token, all that came with it ends too.

    One that is unknown is ended already (RFC 7009 §2.2); one of another client's is refused (§2.1). Which kind it is
    says the token itself, whatever the hint.
    """

    def respond() -> Answer:
        client = server.authenticate_client(request, EVERY_METHOD)
        token = wait(_found(_token_in(request)))
        if token is not None:
            if not _is_theirs(token, client):
                raise InvalidGrantError("The token is another client's.")
            wait(_end(server, token, request))
        return server.handle_response(200, {}, [])

    return await server.answer(request, respond)


async def introspect(server: Server, request: ProtocolRequest) -> Answer:
    """Answers a client with a secret what one of its own tokens is good for; of others it learns nothing."""

    def respond() -> Answer:
        client = server.authenticate_client(request, SECRET_METHODS)
        token = wait(_found(_token_in(request)))
        said = {"active": False} if token is None or not _is_theirs(token, client) else _told(server, token)
        return server.handle_response(200, said, [])

    return await server.answer(request, respond)


def _token_in(request: ProtocolRequest) -> str:
    if "token" not in request.form:
        raise InvalidRequestError("Send the token.")
    return request.form["token"]


async def _found(token: str) -> AccessToken | RefreshToken | None:
    key = hash_of(token)
    access = await AccessToken.filter(token_hash=key).select_related("user", "grant").first()
    if access is not None:
        return access
    return await RefreshToken.filter(token_hash=key).select_related("grant", "grant__user").first()


def _is_theirs(token: AccessToken | RefreshToken, client: KnownClient) -> bool:
    holder = token.client_id if isinstance(token, AccessToken) else token.grant.client_id
    return holder == client.row.id


async def _end(server: Server, token: AccessToken | RefreshToken, request: ProtocolRequest) -> None:
    if isinstance(token, RefreshToken):
        await end_family(server.identity, token.grant.id, "revoked by the client", request.origin)
    elif await AccessToken.filter(id=token.id, revoked_at__isnull=True).update(revoked_at=datetime.now(UTC)):
        await server.identity.tell("token_revoked", token.user.id, request.origin, client=request.client.client_id)


def _told(server: Server, token: AccessToken | RefreshToken) -> dict[str, Any]:
    """What is known of a token (RFC 7662 §2.2)."""
    user = token.user if isinstance(token, AccessToken) else token.grant.user
    is_used = token.revoked_at if isinstance(token, AccessToken) else token.consumed_at
    ended = is_used is not None or (token.grant is not None and token.grant.revoked_at is not None)
    if ended or token.expires_at <= datetime.now(UTC) or not user.is_active:
        return {"active": False}
    scopes = token.scopes if isinstance(token, AccessToken) else token.grant.scopes
    client_id = token.client_id if isinstance(token, AccessToken) else token.grant.client_id
    return {
        "active": True,
        "scope": " ".join(scopes or []),
        "client_id": str(client_id),
        "sub": str(user.id),
        "iss": server.identity.issuer,
        "aud": server.identity.issuer,
        "iat": int(token.created_at.timestamp()),
        "exp": int(token.expires_at.timestamp()),
        **({"token_type": "Bearer"} if isinstance(token, AccessToken) else {}),
    }
