"""Counting attempts: each statement is whole by itself, so that no two processes count one and the same."""

import re
from collections.abc import Mapping

from twofold.database import Dialect

__all__ = ["COUNT_ATTEMPT", "TAKE_BACK"]

_COUNT = """
    INSERT INTO attempts (key_hash, number, began_at) VALUES ($1, 1, $2)
    ON CONFLICT (key_hash) DO UPDATE SET
        number = CASE WHEN attempts.began_at <= $3 THEN 1 ELSE attempts.number + 1 END,
        began_at = CASE WHEN attempts.began_at <= $4 THEN excluded.began_at ELSE attempts.began_at END
    RETURNING number, began_at
"""
_TAKE_BACK = "UPDATE attempts SET number = number - 1 WHERE key_hash = $1 AND began_at = $2 AND number > 0"


def _by_dialect(sql: str) -> Mapping[Dialect, str]:
    return {"postgres": sql, "sqlite": re.sub(r"\$\d", "?", sql)}


COUNT_ATTEMPT: Mapping[Dialect, str] = _by_dialect(_COUNT)
"""Number and start of the window that an attempt falls into, for its key, the time of now, and twice the time before
which a window that began is over."""
TAKE_BACK: Mapping[Dialect, str] = _by_dialect(_TAKE_BACK)
"""For its key and the start of its window; nothing when another window has begun."""
