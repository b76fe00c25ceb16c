"""Whom a credential stands for: the one statement that authentication costs."""

import re
from collections.abc import Mapping

from twofold.database import Dialect

__all__ = ["ACTOR_OF"]

_ACTOR_OF = {
    "token": """
        SELECT u.id, u.role, c.scopes, c.expires_at, c.client_id FROM access_tokens c JOIN users u ON u.id = c.user_id
        LEFT JOIN clients a ON a.id = c.client_id LEFT JOIN users o ON o.id = a.owner_id
        LEFT JOIN grants g ON g.id = c.grant_id
        WHERE c.token_hash = $1 AND c.revoked_at IS NULL AND c.expires_at > $2 AND u.is_active
            AND (c.client_id IS NULL OR a.is_active AND (a.owner_id IS NULL OR o.is_active)) AND g.revoked_at IS NULL
    """,
    "key": """
        SELECT u.id, u.role, c.scopes, c.expires_at, NULL FROM api_keys c JOIN users u ON u.id = c.user_id
        WHERE c.key_hash = $1 AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2) AND u.is_active
    """,
    "session": """
        SELECT u.id, u.role, NULL, c.expires_at, NULL FROM sessions c JOIN users u ON u.id = c.user_id
        WHERE c.token_hash = $1 AND c.revoked_at IS NULL AND c.expires_at > $2 AND u.is_active
    """,
}

ACTOR_OF: Mapping[Dialect, Mapping[str, str]] = {
    "postgres": _ACTOR_OF,
    "sqlite": {kind: re.sub(r"\$\d", "?", sql) for kind, sql in _ACTOR_OF.items()},
}
"""By dialect and kind of credential: id and role of its user, its scopes, end and application, for its hash and the
time of now."""
