"""Whom a credential stands for: the one statement that authentication costs."""

import re
from collections.abc import Mapping
from functools import cache

from twofold.database import Dialect

__all__ = ["statements_of_actor", "tables_of_actor"]

_ACTOR_OF = {
    "token": """
        SELECT u.id, u.role, c.scopes, c.expires_at, c.client_id FROM {p}access_tokens c
        JOIN {p}users u ON u.id = c.user_id LEFT JOIN {p}clients a ON a.id = c.client_id
        LEFT JOIN {p}users o ON o.id = a.owner_id
        LEFT JOIN {p}grants g ON g.id = c.grant_id
        WHERE c.token_hash = $1 AND c.revoked_at IS NULL AND c.expires_at > $2 AND u.is_active
            AND (c.client_id IS NULL OR a.is_active AND (a.owner_id IS NULL OR o.is_active)) AND g.revoked_at IS NULL
    """,
    "key": """
        SELECT u.id, u.role, c.scopes, c.expires_at, NULL FROM {p}api_keys c JOIN {p}users u ON u.id = c.user_id
        WHERE c.key_hash = $1 AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2) AND u.is_active
    """,
    "session": """
        SELECT u.id, u.role, NULL, c.expires_at, NULL FROM {p}sessions c JOIN {p}users u ON u.id = c.user_id
        WHERE c.token_hash = $1 AND c.revoked_at IS NULL AND c.expires_at > $2 AND u.is_active
    """,
}


@cache
def statements_of_actor(dialect: Dialect, prefix: str = "") -> Mapping[str, str]:
    """Returns by kind of credential the statement for id and role of its user, its scopes, end and application.

    Its parameters are the credential's hash and the time of now; `prefix` is that of the engine's tables.
    """
    texts = {kind: sql.format(p=prefix) for kind, sql in _ACTOR_OF.items()}
    return texts if dialect == "postgres" else {kind: re.sub(r"\$\d", "?", sql) for kind, sql in texts.items()}


@cache
def tables_of_actor(prefix: str = "") -> Mapping[str, frozenset[str]]:
    """Returns by kind of credential the tables that its statement reads: whatever changes its answer changes them."""
    return {
        kind: frozenset(prefix + name for name in re.findall(r"\{p\}(\w+)", sql)) for kind, sql in _ACTOR_OF.items()
    }
