"""Cursors: where a row stands in an order, as opaque text that only the same question takes back."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from pydantic import ValidationError

from twofold.condition import And, Compare, Condition, Inside, Matches, Not, Or, Related, Slot
from twofold.errors import Malformed
from twofold.plan import sort_key, total_order
from twofold.request import Keyset, Read

__all__ = ["cursor", "fingerprint", "keyset", "to_json"]

JSON_OPTIONS = orjson.OPT_UTC_Z


def to_json(data: Any) -> bytes:
    """Returns `data` as JSON: the one encoder of both faces and both databases."""
    return orjson.dumps(data, option=JSON_OPTIONS)


def fingerprint(read: Read, values: Sequence[Any]) -> str:
    """Returns what a cursor is bound to: the resource, its filter and search with their values, and its order."""
    order = [(key.name, key.descending) for key in total_order(read)]
    search = () if read.search is None else (values[read.search.index],)
    text = repr((read.resource.plural, order, _said(read.filter, values), *search))
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _said(condition: Condition, values: Sequence[Any]) -> object:
    match condition:
        case Compare(column, operator, Slot(_, index)):
            return (column.name, operator, _value(values[index]))
        case Compare(column, operator):
            return (column.name, operator, None)  # a Word is in rules only
        case Inside(column, path, operator, _, slot):
            steps = [values[step.slot.index] for step in path]
            return (column.name, steps, operator, None if slot is None else repr(values[slot.index]))
        case Related(join, quantifier, inner):
            return (join.name, quantifier, _said(inner, values))
        case And(items) | Or(items):
            return (type(condition).__name__, [_said(item, values) for item in items])
        case Not(item):
            return ("Not", _said(item, values))
        case Matches(_, slot):
            return ("Matches", values[slot.index])


def _value(value: Any) -> object:
    """A value in one spelling: 12.5 and 12.50 ask the same."""
    match value:
        case Decimal():
            return str(value.normalize())
        case list():
            return [_value(each) for each in value]
        case _:
            return str(value)


def cursor(print_: str, row: Mapping[str, Any], keys: int) -> str:
    """Returns the cursor of a row that holds its sort keys under `sort_key(0)`, `sort_key(1)`, …"""
    data = to_json([print_, *[row[sort_key(index)] for index in range(keys)]])
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def keyset(read: Read, text: str, values: list[Any]) -> Keyset:
    """Returns the rows beyond a cursor of the same question as `read`; the sort keys' values join `values`.

    Raises:
        Malformed: the cursor is not one of ours, or belongs to another filter or order.
    """
    order = total_order(read)
    expected = fingerprint(read, values)
    try:
        padded = text + "=" * (-len(text) % 4)
        print_, *keys = orjson.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, TypeError):
        raise Malformed("The cursor cannot be read; use one that an answer gave you, unchanged.") from None
    if print_ != expected or len(keys) != len(order):
        raise Malformed(
            "The cursor belongs to another question: its resource, filter, search or order was different.",
            hint="Start again without a cursor after changing the filter, the search or the order.",
        )
    slots: list[Slot | None] = []
    for key, value in zip(order, keys, strict=True):
        if value is None and (key.path or key.field is not read.resource.pk):
            slots.append(None)
            continue
        try:
            values.append(key.field.column.kind.adapter.validate_python(value))
        except ValidationError:
            raise Malformed("The cursor cannot be read; use one that an answer gave you, unchanged.") from None
        slots.append(Slot("read", len(values) - 1))
    return Keyset(tuple(slots))
