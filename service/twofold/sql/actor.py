"""Whom a credential stands for: the one statement that authentication costs."""

import re
from collections.abc import Mapping

from twofold.database import Dialect

__all__ = ["ACTOR_OF"]

_ACTOR_OF = {
    "token": """
        SELECT u.id, u.role, NULL, c.expires_at FROM access_tokens c JOIN users u ON u.id = c.user_id
        WHERE c.token_hash = $1 AND c.revoked_at IS NULL AND c.expires_at > $2 AND u.is_active
    """,
    "key": """
        SELECT u.id, u.role, c.scopes, c.expires_at FROM api_keys c JOIN users u ON u.id = c.user_id
        WHERE c.key_hash = $1 AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2) AND u.is_active
    """,
}

ACTOR_OF: Mapping[Dialect, Mapping[str, str]] = {
    "postgres": _ACTOR_OF,
    "sqlite": {kind: re.sub(r"\$\d", "?", sql) for kind, sql in _ACTOR_OF.items()},
}
"""By dialect and kind of credential: id and role of its user, its scopes and end, for its hash and the time of now."""
