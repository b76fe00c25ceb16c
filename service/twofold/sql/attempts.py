"""Counting attempts: each statement is whole by itself, so that no two processes count one and the same."""

import re
from functools import cache

from twofold.database import Dialect

__all__ = ["count_attempt", "take_back"]

_COUNT = """
    INSERT INTO {p}attempts AS a (key_hash, number, began_at) VALUES ($1, 1, $2)
    ON CONFLICT (key_hash) DO UPDATE SET
        number = CASE WHEN a.began_at <= $3 THEN 1 ELSE a.number + 1 END,
        began_at = CASE WHEN a.began_at <= $4 THEN excluded.began_at ELSE a.began_at END
    RETURNING number, began_at
"""
_TAKE_BACK = "UPDATE {p}attempts SET number = number - 1 WHERE key_hash = $1 AND began_at = $2 AND number > 0"


@cache
def count_attempt(dialect: Dialect, prefix: str = "") -> str:
    """Returns the statement for number and start of the window that an attempt falls into.

    Its parameters are the key, the time of now, and twice the time before which a window that began is over; `prefix`
    is that of the engine's tables.
    """
    return _text(_COUNT, dialect, prefix)


@cache
def take_back(dialect: Dialect, prefix: str = "") -> str:
    """Returns the statement that takes an attempt back; it does nothing when another window has begun.

    Its parameters are the key and the start of its window.
    """
    return _text(_TAKE_BACK, dialect, prefix)


def _text(sql: str, dialect: Dialect, prefix: str) -> str:
    text = sql.format(p=prefix)
    return text if dialect == "postgres" else re.sub(r"\$\d", "?", text)
