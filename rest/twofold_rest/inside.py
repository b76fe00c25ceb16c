"""Comparisons inside a JSON column, as the query string spells them: `filter[details.sizes.0][gte]=40`."""

from collections.abc import Sequence
from typing import Any

import orjson

from twofold.filters import QUANTIFIERS
from twofold.kinds import LISTS, TEXTUAL
from twofold.spec import ResourceSpec

__all__ = ["comparison", "json_column"]

MAX_DIGITS = 10


def json_column(spec: ResourceSpec, path: Sequence[str]) -> int | None:
    """Returns at which place of a path there is a JSON column, or None; what follows there leads into its values."""
    for number, name in enumerate(path):
        if name in spec.relations:
            spec = spec.relations[name].target
        elif name not in (*QUANTIFIERS, "not"):
            known = spec.fields.get(name)
            return number if known is not None and known.column.kind.name == "json" else None
    return None


def comparison(steps: Sequence[str], operator: str, text: str) -> dict[str, Any]:
    """Returns the comparison in the service's grammar.

    Steps of digits are places in a list. A value that is a JSON number, true, false, null or a quoted text is just
    that, and everything else is text; where an operator looks at text only, the value is text as it stands.
    """
    value = [_value(part) for part in text.split(",")] if operator in LISTS else _value(text)
    if operator in (*TEXTUAL, "is_null"):
        value = text
    path = {"path": [_step(step) for step in steps]} if steps else {}
    return {**path, operator: value}


def _step(text: str) -> str | int:
    is_place = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and (text == "0" or text[0] != "0")
    return int(text) if is_place else text


def _value(text: str) -> Any:
    try:
        return orjson.loads(text) if text == text.strip() else text
    except orjson.JSONDecodeError:
        return text
