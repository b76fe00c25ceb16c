"""Where a browser goes after signing in: a place of this server only, so that no link leads through us elsewhere."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

__all__ = ["HOME", "return_to_of", "with_return"]

HOME: Final = "/account"
MAX_CHARACTERS: Final = 8000

_PLACE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""One slash, then printable ASCII but for the backslash, which browsers read as a slash."""


def return_to_of(text: str | None) -> str:
    """Returns the path to go to; HOME where `text` is none, or leads elsewhere."""
    return text if text and len(text) <= MAX_CHARACTERS and _PLACE.fullmatch(text) else HOME


def with_return(path: str, return_to: str, **more: str) -> str:
    """Returns `path` with where to go afterwards, unless that is HOME anyway."""
    query = more if return_to == HOME else more | {"return_to": return_to}
    return f"{path}?{urlencode(query)}" if query else path
