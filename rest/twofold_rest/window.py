"""Which part of a list: a numbered page with the total, a cursor's neighbourhood, or an offset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn
from urllib.parse import quote

from twofold.errors import FieldError, Invalid
from twofold.request import Envelope, PageInfo, Rows, Total
from twofold_rest.selection import DEFAULT_LIMIT, MAX_LIMIT

__all__ = ["MAX_OFFSET", "MAX_PAGE", "PARAMETERS", "Window", "finished", "links", "parse_window"]

MAX_PAGE = 1_000_000
MAX_OFFSET = 100_000_000

PARAMETERS = ("page", "page_size", "limit", "offset", "after", "before")
TURNING = ("page", "limit", "offset", "after", "before")
"""Those that links to other pages say themselves."""
SAFE = "&=%+-._~!$'()*,;:@/?"
ENCODED = re.compile(rf"[A-Za-z0-9{re.escape(SAFE)}]*")
"""What stays as it is in a query string that was received; all else is percent-encoded again."""
FACTS = "page"
"""Under which key the facts of a page come, until they are put into the answer."""

ENVELOPES: Mapping[str, Envelope] = {
    "page": (Rows("data"), Total("total")),
    "cursor": (Rows("data"), PageInfo(FACTS, (("next", "has_next_page"), ("prev", "has_previous_page"),
                                              ("start", "start_cursor"), ("end", "end_cursor")))),
    "offset": (Rows("data"), PageInfo(FACTS, (("next", "has_next_page"),))),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Window:
    """At most `size` rows after the first `offset`, or on one side of a cursor."""

    kind: Literal["page", "cursor", "offset"]
    size: int
    offset: int = 0
    cursor: str | None = None
    backwards: bool = False

    @property
    def envelope(self) -> Envelope:
        """What the answer says of the list beside its rows."""
        return ENVELOPES[self.kind]

    @property
    def page(self) -> int:
        """The number of a page; the first is 1."""
        return self.offset // self.size + 1


def parse_window(parameters: dict[str, str]) -> Window:
    """Takes the window's parameters out of all of them.

    Raises:
        Invalid: a number is out of range, or parameters of two ways to turn pages are mixed.
    """
    given = [name for name in PARAMETERS if name in parameters]
    if not given:
        return FIRST_PAGE
    for name, others in MIXED:
        if name in given and any(other in given for other in others):
            _refuse(name, "mixed", f"{name!r} does not go with {' or '.join(map(repr, others))}. {WAYS}")
    if "page" in given or "page_size" in given:
        page, size = _number(parameters, "page", 1, 1, MAX_PAGE), _size(parameters, "page_size")
        return Window(kind="page", size=size, offset=(page - 1) * size)
    size = _size(parameters, "limit")
    if "offset" in given:
        return Window(kind="offset", size=size, offset=_number(parameters, "offset", 0, 0, MAX_OFFSET))
    after, before = parameters.pop("after", None), parameters.pop("before", None)
    return Window(kind="cursor", size=size, cursor=before if after is None else after, backwards=before is not None)


FIRST_PAGE = Window(kind="page", size=DEFAULT_LIMIT)
MIXED = (
    ("page", ("limit", "offset", "after", "before")),
    ("page_size", ("limit", "offset", "after", "before")),
    ("offset", ("after", "before")),
    ("after", ("before",)),
)
WAYS = (
    "Turn pages by 'page' and 'page_size' (with the total), by 'limit' and 'after' or 'before' (cursors), "
    "or by 'limit' and 'offset'."
)


def _size(parameters: dict[str, str], name: str) -> int:
    return _number(parameters, name, DEFAULT_LIMIT, 1, MAX_LIMIT)


def _number(parameters: dict[str, str], name: str, default: int, low: int, high: int) -> int:
    text = parameters.pop(name, None)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or not low <= int(text) <= high:
        _refuse(name, "out_of_range", f"{name!r} is a whole number from {low} to {high}.")
    return int(text)


def _refuse(name: str, code: str, message: str) -> NoReturn:
    raise Invalid(field_errors=[FieldError(path=(name,), code=code, message=message)])


# -- the answer --------------------------------------------------------------------------------------------------


def finished(window: Window, answer: dict[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Puts the window's facts into the answer; returns the windows of the lists beside it, by `rel` (RFC 8288)."""
    facts = answer.pop(FACTS, {})
    match window.kind:
        case "page":
            answer |= {"page": window.page, "page_size": window.size}
            return {rel: {"page": page} for rel, page in _pages(window, answer["total"]).items()}
        case "cursor":
            answer["next"] = facts["end"] if facts["next"] else None
            answer["prev"] = facts["start"] if facts["prev"] else None
            sides = {"prev": ("before", answer["prev"]), "next": ("after", answer["next"])}
            return {rel: {"limit": window.size, name: at} for rel, (name, at) in sides.items() if at is not None}
        case "offset":
            offsets = {"prev": max(0, window.offset - window.size)} if window.offset else {}
            if facts["next"]:
                offsets["next"] = window.offset + window.size
            return {rel: {"limit": window.size, "offset": offset} for rel, offset in offsets.items()}


def _pages(window: Window, total: int) -> dict[str, int]:
    """The numbers of the first, last and neighbouring pages."""
    last = max(1, -(-total // window.size))
    pages = {"first": 1, "last": last}
    if window.page > 1:
        pages["prev"] = min(window.page - 1, last)
    if window.page < last:
        pages["next"] = window.page + 1
    return pages


def links(path: str, query: bytes, beside: Mapping[str, Mapping[str, Any]]) -> str:
    """Returns the Link header to the lists beside this one: the same query string, with another window."""
    parts = [part for part in query.decode("ascii").split("&") if part and part.partition("=")[0] not in TURNING]
    kept = "".join(f"{part}&" for part in parts)
    if ENCODED.fullmatch(kept) is None:
        kept = quote(kept, safe=SAFE)
    return ", ".join(
        f'<{path}?{kept}{"&".join(f"{name}={value}" for name, value in window.items())}>; rel="{rel}"'
        for rel, window in beside.items()
    )
