"""Which application asks: looked up for every token, so that its text is not made anew each time."""

from functools import cache

from twofold.database import Dialect

__all__ = ["active_client"]


@cache
def active_client(dialect: Dialect, prefix: str = "") -> str:
    """Returns the statement for an application by its id, unless it or its owner may do nothing any more.

    `prefix` is that of the engine's tables.
    """
    return f"""
        SELECT c.* FROM {prefix}clients c LEFT JOIN {prefix}users u ON u.id = c.owner_id
        WHERE c.id = {"$1" if dialect == "postgres" else "?"} AND c.is_active AND (c.owner_id IS NULL OR u.is_active)
    """
