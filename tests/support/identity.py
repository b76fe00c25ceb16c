"""Identity over a database alone, without an application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from twofold.database import Database
from twofold.identity.attempts import Attempts
from twofold.identity.identity import From, Identity
from twofold.identity.sign_in import sign_in
from twofold.identity.tokens import IssuedToken
from twofold.settings import Settings

__all__ = ["identity_over", "sign_in_over"]

SECRET = SecretStr("a secret of at least thirty-two characters")


def identity_over(database: Database, attempts: Attempts | None = None, **settings: Any) -> Identity:
    """Returns identity with these settings, without resources and audit."""
    identity = Identity(database, Settings(secret=SECRET, mail_folder=Path("/dev/null/mail"), **settings), [], None)
    if attempts is not None:
        identity.attempts = attempts
    return identity


async def sign_in_over(database: Database, email: str, password: str, *, ttl_s: int = 3600, address: str = "",
                       attempts: Attempts | None = None) -> IssuedToken:  # fmt: skip
    """Returns a new token for a user with this e-mail and password."""
    identity = identity_over(database, attempts, token_ttl_s=ttl_s)
    return await sign_in(identity, email, password, origin=From(address=address))
