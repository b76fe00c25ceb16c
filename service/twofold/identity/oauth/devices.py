"""Devices without a browser: they show a code, which somebody enters elsewhere (RFC 8628)."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from authlib.oauth2.rfc6749.errors import InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from twofold.errors import NotFound
from twofold.identity.identity import From, Identity
from twofold.identity.models import Session
from twofold.identity.oauth.bridge import wait
from twofold.identity.oauth.grants import EVERY_METHOD, check_resource
from twofold.identity.oauth.models import DeviceCode, Grant
from twofold.identity.oauth.protocol import Answer, ProtocolRequest
from twofold.identity.oauth.server import Server
from twofold.identity.sessions import hold_session
from twofold.identity.tokens import hash_of, new_secret

__all__ = ["authorize_device", "decide_device", "waiting_device"]

LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no words come out, and none that look alike (RFC 8628 §6.1)."""
TTL: Final = timedelta(minutes=10)
INTERVAL_S: Final = 5
GONE: Final = (
    "There is no device waiting with this code. Codes are good for ten minutes; look at your device for a new one."
)


async def authorize_device(server: Server, request: ProtocolRequest) -> Answer:
    """Answers a device that wants to be allowed something: with its codes (RFC 8628 §3.2)."""

    def respond() -> Answer:
        client = server.authenticate_client(request, EVERY_METHOD)
        if not client.check_grant_type(DEVICE_CODE_GRANT_TYPE):
            raise UnauthorizedClientError("The client may not use the device flow.")
        check_resource(request)
        server.validate_requested_scope(request.payload.scope)
        scope = client.get_allowed_scope(request.payload.scope)
        if scope is None:
            raise InvalidScopeError
        device_code, user_code = new_secret("device"), "".join(secrets.choice(LETTERS) for _ in range(8))
        wait(DeviceCode.create(
            client=client.row, device_code_hash=hash_of(device_code), user_code_hash=hash_of(user_code),
            scopes=scope.split(), interval_s=INTERVAL_S, expires_at=datetime.now(UTC) + TTL,
        ))  # fmt: skip
        shown, page = f"{user_code[:4]}-{user_code[4:]}", f"{server.identity.issuer}/device"
        body = {
            "device_code": device_code,
            "user_code": shown,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={shown}",
            "expires_in": int(TTL.total_seconds()),
            "interval": INTERVAL_S,
        }
        return server.handle_response(200, body, [])

    return await server.answer(request, respond)


async def waiting_device(identity: Identity, session: Session, user_code: str, origin: From) -> DeviceCode:
    """Returns the device, with its client, that waits with the code that a person typed, in whatever case and spacing.

    Raises:
        NotFound: there is none.
        TooManyRequests: the person guessed too often.
    """
    attempt = await identity.attempts.begin("user_code", str(session.user.id), origin.address)
    code = re.sub(r"[\s-]", "", user_code).upper()
    with identity.database.use():
        undecided = DeviceCode.filter(grant_id__isnull=True, denied_at__isnull=True, expires_at__gt=datetime.now(UTC))
        device = await undecided.filter(user_code_hash=hash_of(code)).select_related("client").first()
    if device is None or not device.client.is_active:
        raise NotFound(GONE)
    await attempt.succeeded()
    return device


async def decide_device(identity: Identity, session: Session, user_code: str, origin: From, *, allowed: bool) -> None:
    """Allows or denies a device what it asks for, once.

    Raises:
        NotFound: it does not wait any more.
        TooManyRequests: the person guessed too often.
        Unauthenticated: their session has ended meanwhile.
    """
    device = await waiting_device(identity, session, user_code, origin)
    async with identity.database.transaction():
        await hold_session(session)
        undecided = DeviceCode.filter(id=device.id, grant_id__isnull=True, denied_at__isnull=True)
        if allowed:
            # Not bound to the session: the device goes on when the person signs out here.
            grant = await Grant.create(user=session.user, client=device.client, scopes=device.scopes,
                                       authenticated_at=session.authenticated_at)  # fmt: skip
            done = await undecided.update(grant_id=grant.id)
        else:
            done = await undecided.update(denied_at=datetime.now(UTC))
        if not done:
            raise NotFound(GONE)
        said = "client_allowed" if allowed else "client_denied"
        client = str(device.client.id)
        await identity.tell(said, session.user.id, origin, client=client, scopes=device.scopes, device=True)
