"""What people allowed applications: asked, remembered, shown, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from twofold.errors import NotFound
from twofold.identity.identity import From, Identity
from twofold.identity.oauth.models import Client, Consent, Grant
from twofold.identity.scopes import Scope

__all__ = ["ConnectedApp", "connected_apps", "consent", "consented", "revoke_app"]


@dataclass(frozen=True, kw_only=True)
class ConnectedApp:
    """An application that a user allowed something."""

    client: Client
    scopes: Sequence[Scope]
    since: datetime


async def consented(identity: Identity, user_id: UUID, client_id: UUID) -> set[str] | None:
    """Returns the scopes for which a user need not be asked again; None where they never allowed it anything."""
    with identity.database.use():
        known = await Consent.get_or_none(user_id=user_id, client_id=client_id)
    return set(known.scopes) if known else None


async def consent(identity: Identity, user_id: UUID, client_id: UUID, scopes: Iterable[str]) -> None:
    """Remembers that a user allowed a client these scopes too, in the running transaction if there is one."""
    asked = sorted(set(scopes))
    async with identity.database.transaction():
        known, is_new = await Consent.get_or_create({"scopes": asked}, user_id=user_id, client_id=client_id)
        if not is_new:
            locked = await Consent.filter(id=known.id).select_for_update().get_or_none()
            if locked is None:  # taken back in this moment
                await Consent.create(user_id=user_id, client_id=client_id, scopes=asked)
            else:
                await Consent.filter(id=known.id).update(scopes=sorted({*locked.scopes, *asked}))


async def connected_apps(identity: Identity, user_id: UUID) -> list[ConnectedApp]:
    """Returns the applications that a user allowed something that lasts, by name."""
    with identity.database.use():
        consents = await Consent.filter(user_id=user_id).select_related("client")
        grants = await Grant.filter(user_id=user_id, revoked_at__isnull=True).select_related("client")
    by_client: dict[UUID, list[Consent | Grant]] = {}
    given: list[Consent | Grant] = [*consents, *grants]
    for each in given:
        by_client.setdefault(each.client.id, []).append(each)
    apps = [_connected(identity, each) for each in by_client.values()]
    return sorted(apps, key=lambda app: (app.client.name.casefold(), str(app.client.id)))


async def revoke_app(identity: Identity, user_id: UUID, client_id: UUID, origin: From) -> None:
    """Takes back all that a user allowed a client: whatever tokens it holds for them are useless from now on.

    Raises:
        NotFound: the user has allowed it nothing.
    """
    mine = {"user_id": user_id, "client_id": client_id}
    async with identity.database.transaction():
        forgotten = await Consent.filter(**mine).delete()
        ended = await Grant.filter(**mine, revoked_at__isnull=True).update(revoked_at=datetime.now(UTC))
        if not forgotten and not ended:
            raise NotFound("There is no such application.")
        await identity.tell("client_revoked", user_id, origin, client_id=str(client_id))


def _connected(identity: Identity, given: Sequence[Consent | Grant]) -> ConnectedApp:
    allowed = {scope for each in given for scope in each.scopes}
    return ConnectedApp(
        client=given[0].client,
        scopes=[scope for name, scope in identity.scopes.items() if name in allowed],
        since=min(each.created_at for each in given),
    )
