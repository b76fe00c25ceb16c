"""Applications that may ask for tokens: registered, changed and deleted by who owns them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from twofold.errors import Invalid, NotFound
from twofold.identity.identity import From, Identity
from twofold.identity.oauth.metadata import ClientMetadata, read_metadata
from twofold.identity.oauth.models import Client
from twofold.identity.tokens import hash_of, new_secret

__all__ = ["RegisteredClient", "change_client", "client_of", "clients_of", "delete_client", "new_client_secret",
           "register"]  # fmt: skip

MAX_CLIENTS: Final = 100
"""How many applications one person may have."""


@dataclass(frozen=True, kw_only=True)
class RegisteredClient:
    """A client, and its secret, which is shown here and nowhere else; None: a public client has none."""

    client: Client
    client_secret: str | None = field(repr=False)


async def register(identity: Identity, metadata: object, owner_id: UUID | None, origin: From) -> RegisteredClient:
    """Returns a new client of what is told of it (RFC 7591 §2); without an owner it has registered itself.

    Raises:
        Invalid: something told is wrong, see `read_metadata`; or its owner has MAX_CLIENTS already.
    """
    told = read_metadata(metadata, identity.scopes, has_owner=owner_id is not None)
    secret = None if told.is_public else new_secret("client")
    async with identity.database.transaction():
        if owner_id is not None and await Client.filter(owner_id=owner_id).count() >= MAX_CLIENTS:
            raise Invalid(f"Nobody may have more than {MAX_CLIENTS} applications; delete one first.")
        client = await Client.create(
            owner_id=owner_id,
            secret_hash=secret and hash_of(secret),
            auth_method=told.token_endpoint_auth_method,
            **_columns(told),
        )
        await identity.tell("client_registered", owner_id, origin, client_id=str(client.id), name=client.name)
    return RegisteredClient(client=client, client_secret=secret)


async def clients_of(identity: Identity, user_id: UUID) -> Sequence[Client]:
    """Returns the clients that a user owns, by name."""
    with identity.database.use():
        return await Client.filter(owner_id=user_id).order_by("name", "id")


async def client_of(identity: Identity, user_id: UUID, client_id: UUID) -> Client:
    """Returns a client that the user owns.

    Raises:
        NotFound: there is none, or it is not theirs.
    """
    with identity.database.use():
        client = await Client.get_or_none(id=client_id, owner_id=user_id)
    if client is None:
        raise NotFound("There is no such application.")
    return client


async def change_client(identity: Identity, client: Client, metadata: dict[str, Any], origin: From) -> Client:
    """Returns the client as it is after it was told anew; whether it has a secret never changes.

    Raises:
        Invalid: as `register` does.
    """
    asked = metadata | {"token_endpoint_auth_method": client.auth_method}
    columns = _columns(read_metadata(asked, identity.scopes, has_owner=client.owner_id is not None))
    changed = sorted(name for name, value in columns.items() if getattr(client, name) != value)
    if changed:
        async with identity.database.transaction():
            await Client.filter(id=client.id).update(**columns)
            await _tell(identity, "client_changed", client, origin, fields=changed)
        client.update_from_dict(columns)
    return client


async def new_client_secret(identity: Identity, client: Client, origin: From) -> str:
    """Returns a new secret of a client, shown here and nowhere else; the one before is good no longer.

    Raises:
        Invalid: it is a public client.
    """
    if client.secret_hash is None:
        raise Invalid("This application has no secret: nobody can keep one in what is given to others.")
    secret = new_secret("client")
    async with identity.database.transaction():
        await Client.filter(id=client.id).update(secret_hash=hash_of(secret))
        await _tell(identity, "client_secret_changed", client, origin)
    return secret


async def delete_client(identity: Identity, client: Client, origin: From) -> None:
    """Deletes a client, and with it all that it was allowed and holds."""
    async with identity.database.transaction():
        await Client.filter(id=client.id).delete()
        await _tell(identity, "client_deleted", client, origin, name=client.name)


def _columns(told: ClientMetadata) -> dict[str, Any]:
    return {
        "name": told.client_name,
        "uri": told.client_uri,
        "redirect_uris": told.redirect_uris,
        "post_logout_redirect_uris": told.post_logout_redirect_uris,
        "grant_types": list(dict.fromkeys(told.grant_types)),
        "scopes": (told.scope or "").split(),
        "id_token_alg": told.id_token_signed_response_alg,
    }


async def _tell(identity: Identity, action: str, client: Client, origin: From, **facts: Any) -> None:
    await identity.tell(action, client.owner_id, origin, client_id=str(client.id), **facts)
