"""A client as Authlib asks of it, over the row in the database."""

# pyright: reportIncompatibleMethodOverride=false, reportArgumentType=false
# Authlib asks what it is given for what it needs; bundled types say more than that.

from __future__ import annotations

import hmac
from collections.abc import Collection
from uuid import UUID

from authlib.oauth2.rfc6749 import ClientMixin

from twofold.identity.identity import Identity
from twofold.identity.oauth.models import Client
from twofold.identity.oauth.redirects import is_registered
from twofold.identity.scopes import OPENID_SCOPES
from twofold.identity.tokens import hash_of
from twofold.sql.clients import active_client

__all__ = ["KnownClient", "find_client"]


class KnownClient(ClientMixin):  # type: ignore[misc]
    """Answers Authlib's questions about a registered client."""

    def __init__(self, row: Client, catalogue: Collection[str]) -> None:
        self.row = row
        self.scopes = [each for each in row.scopes if each in catalogue]
        """What it may ask for, as far as there is such a thing still."""

    def __repr__(self) -> str:
        return f"client {self.row.id}"

    @property
    def client_id(self) -> str:
        """The id by which the protocol knows it."""
        return str(self.row.id)

    def get_client_id(self) -> str:
        """Returns the `client_id`."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Returns none: OAuth 2.1 §4.1.1 lets a server ask for it always."""
        return

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Returns what is asked for; all that the client may ask for when nothing is; None when that is too much."""
        if not scope:
            return " ".join(self.scopes)
        asked = list(dict.fromkeys(scope.split()))
        return " ".join(asked) if set(asked) <= set(self.scopes) else None

    def own_scope(self, scope: str | None) -> str | None:
        """Returns what it may ask for without a person: as `get_allowed_scope`, but nothing about a person."""
        allowed = self.get_allowed_scope(scope)
        return None if allowed is None else " ".join(each for each in allowed.split() if each not in OPENID_SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Returns whether the client registered this URI."""
        return is_registered(self.row.redirect_uris, redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        """Returns whether this is its secret, in constant time."""
        known = self.row.secret_hash or ""
        return hmac.compare_digest(known, hash_of(client_secret)) and bool(known)

    def check_endpoint_auth_method(self, method: str, _: str) -> bool:
        """Returns whether it may show who it is by this method: Basic and the form are as good as each other."""
        return (method == "none") == (self.row.secret_hash is None)

    def check_response_type(self, response_type: str) -> bool:
        """Returns whether it may ask for this: a code is all that there is."""
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        """Returns whether it may get tokens in this way."""
        return grant_type in self.row.grant_types


async def find_client(identity: Identity, client_id: str | None) -> Client | None:
    """Returns a client that is active, as its owner is if it has one; None where there is none of that id."""
    try:
        key = UUID(client_id or "")
    except ValueError:
        return None
    if str(key) != client_id:
        return None  # one client has one name
    database = identity.database
    rows = await database.read(
        active_client(*database.speech), [client_id if database.dialect == "sqlite" else key], primary=True
    )
    return Client._init_from_db(**dict(rows[0])) if rows else None  # pyright: ignore[reportPrivateUsage]
