"""What to ask of the values inside the books' details."""

from __future__ import annotations

from typing import Any

from support.library.rows import DETAILS
from twofold.kinds import IGNORING_CASE, TEXTUAL

CASES = ["STRASSE", "straße", "SS", "i\u0307STANBUL", "ISTANBUL", "ΟΔΟΣ", "\u03c3", "ς", "K", "É", "E\u0301", "FI"]
"""Texts whose case is not plain: letters that become two, that depend on their neighbours, that have two of them."""
FRAGMENTS = ["", "a", "\n", "\\", "%", "_", "'", "\U0001f600", "smile", "́", "zzz" * 30]


def _paths(value: Any) -> list[list[str | int]]:
    """Every path that leads into a JSON value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [[step, *rest] for step, below in members for rest in ([], *_paths(below))]


THERE = [path for each in DETAILS for path in _paths(each)]
"""Paths to what is there, as often as it is."""
PATHS = [list(path) for path in sorted({tuple(path) for path in THERE}, key=repr)]
PATHS += [["n", "n"], ["0"], [0, 0], [2**31 - 1], ["tags", "0"], ["nothing"], ["'; --"], ["$.n"], ["n"] * 10]
SCALARS = [1, 0, 1.0, "1", True, False, "n", "", "a", "A", "\uffff", "\U0001f600", 9007199254740993, 9007199254740992,
           9007199254740992.0, 2**63 - 1, -(2**63), 1e21, 0.1, 0.30000000000000004, 0.3, -1.5,
           "zero", "null"]  # fmt: skip


def comparisons_inside(path: list[str | int]) -> list[dict[str, Any]]:
    """Every operator at a path, with values of each type."""
    texts = [each for each in SCALARS if isinstance(each, str)]
    ordered = [each for each in SCALARS if not isinstance(each, bool)]
    some = ([], SCALARS, [1], ["1", True], [False, 0.1], [1, "a", "strasse"])
    found: list[dict[str, Any]] = [{"is_null": True}, {"is_null": False}, {"eq": None}, {"ne": None}]
    found += [{operator: each} for operator in ("eq", "ne") for each in SCALARS]
    found += [{operator: each} for operator in ("lt", "lte", "gt", "gte") for each in ordered]
    found += [{operator: each} for operator in TEXTUAL for each in (CASES if operator in IGNORING_CASE else texts)]
    found += [{operator: each} for operator in TEXTUAL for each in FRAGMENTS[:5]]
    found += [{operator: each} for operator in ("in", "not_in") for each in some]
    found += [{"gte": 0, "lt": 2}, {"ne": 1, "is_null": False}]
    return [{"path": path, **each} for each in found]
