"""Which application asks: looked up for every token, so that its text is not made anew each time."""

from collections.abc import Mapping

from twofold.database import Dialect

__all__ = ["ACTIVE_CLIENT"]

_ACTIVE_CLIENT = """
    SELECT c.* FROM clients c LEFT JOIN users u ON u.id = c.owner_id
    WHERE c.id = $1 AND c.is_active AND (c.owner_id IS NULL OR u.is_active)
"""

ACTIVE_CLIENT: Mapping[Dialect, str] = {"postgres": _ACTIVE_CLIENT, "sqlite": _ACTIVE_CLIENT.replace("$1", "?")}
"""By dialect: an application by its id, unless it or its owner may do nothing any more."""
