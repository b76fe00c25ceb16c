"""What all of identity works with: the database, the settings, and who is told of what happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from twofold.audit import AuditRecord
from twofold.database import Database
from twofold.identity.actors import Actors
from twofold.identity.attempts import Attempts
from twofold.identity.mail import Mailer, mailer_of
from twofold.identity.providers.known import KnownProviders
from twofold.identity.scopes import Scope, scopes_of
from twofold.identity.sealed import Sealer
from twofold.settings import Settings
from twofold.spec import ResourceSpec

__all__ = ["From", "Identity"]


@dataclass(frozen=True, kw_only=True)
class From:
    """Where a request of identity came from."""

    face: str = "inside"
    """`pages`, `oauth`, `rest`, or `inside`: as the audit has it."""
    request_id: str | None = None
    address: str = ""
    """The client's IP address; empty where nobody knows."""
    user_agent: str = ""


class Identity:
    """Accounts, sessions, applications and their permissions, over one database."""

    def __init__(
        self, database: Database, settings: Settings, resources: Sequence[ResourceSpec], audit: type[AuditRecord] | None
    ) -> None:
        self.database = database
        self.settings = settings
        self.issuer = settings.public_url
        self.session_cookie = "__Host-twofold" if settings.public_url.startswith("https:") else "twofold"
        """The name of the cookie of a signed-in browser; browsers take `__Host-` from this host and by TLS only."""
        self.actors = Actors(database, memory_s=settings.credential_memory_s)
        self.attempts = Attempts(database)
        self.sealer = Sealer(settings)
        self.mailer: Mailer = mailer_of(settings)
        self.providers = KnownProviders(settings.providers)
        self.scopes: Mapping[str, Scope] = scopes_of(resources)
        self._audit = audit

    async def tell(self, action: str, user_id: UUID | None, origin: From, *, by: UUID | None = None,
                   **facts: Any) -> None:  # fmt: skip
        """Writes a security event into the audit, in the running transaction if there is one.

        `action` is what happened to the user: `signed_in`, `sign_in_failed`, `password_changed`, `client_allowed`, …
        `by` is who did it, where it was not the user. `facts` say more, and never hold a secret.
        """
        if self._audit is None:
            return
        with self.database.use():
            await self._audit.create(
                actor_id=by or user_id,
                face=origin.face,
                request_id=origin.request_id,
                resource="identity",
                action=action,
                row_id=str(user_id or ""),
                changes={name: {"after": value} for name, value in facts.items()} | _place(origin),
            )


def _place(origin: From) -> dict[str, Any]:
    return {"address": {"after": origin.address}} if origin.address else {}
