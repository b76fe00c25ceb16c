"""Signing out because a client asks for it (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from twofold.errors import Invalid
from twofold.identity.models import Session
from twofold.identity.oauth.client import find_client
from twofold.identity.oauth.models import Client
from twofold.identity.oauth.server import Server

__all__ = ["LoggingOut", "asked_to_log_out"]


@dataclass(frozen=True, kw_only=True)
class LoggingOut:
    """What a client asks for: to sign the person out, and to send the browser on."""

    client: Client | None
    is_certain: bool
    """Whether the client showed that it knows who is signed in: then the person need not be asked."""
    location: str | None
    """Where the browser goes on; None: it stays here."""


async def asked_to_log_out(server: Server, parameters: Mapping[str, Sequence[str]], session: Session | None
                           ) -> LoggingOut:  # fmt: skip
    """Returns what a request at the logout endpoint asks for.

    Raises:
        Invalid: the hint is not ours, names another client, or the address to go on to is not one that the client
            registered: the browser goes nowhere then (§3).
    """
    said = {name: values[0] for name, values in parameters.items()}
    hint, client_id = said.get("id_token_hint"), said.get("client_id")
    claims = None if hint is None else await server.keys.verify(hint, audience=client_id)
    client = await find_client(server.identity, client_id if claims is None else str(claims["aud"]))
    location = said.get("post_logout_redirect_uri")
    if location is not None:
        if client is None or location not in client.post_logout_redirect_uris:
            raise Invalid("The application did not register this address to go on to after signing out.")
        if "state" in said:
            location += ("&" if "?" in location else "?") + urlencode({"state": said["state"]})
    is_theirs = session is None or (claims is not None and claims["sub"] == str(session.user.id))
    return LoggingOut(client=client, is_certain=is_theirs, location=location)
