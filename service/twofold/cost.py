"""What a question costs, known before it is asked: the rows that may be read for its answer."""

from __future__ import annotations

from collections.abc import Iterable

from twofold.aggregate import Groups, Summary
from twofold.errors import TooCostly
from twofold.request import Edges, Nested, PageInfo, Read, Rows, Total

__all__ = ["ROWS_OF_ALL", "check_cost", "cost"]

ROWS_OF_ALL = 100
"""What a total or an aggregate counts for: it walks over all rows, and how many there are is not known before."""


def cost(read: Read) -> int:
    """Returns how many rows may be read: each window times what is nested in it, and totals and aggregates.

    A total or an aggregate counts as 100 rows, groups as as many more as may be answered. The actor's rules and the
    values of the request play no part, so that a question costs the same whoever asks it, by whichever face.
    """
    below = sum(cost(each.read) for each in read.fields if isinstance(each, Nested))
    return _window(read) * (1 + below) + _of_all(read.envelope or ())


def _window(read: Read) -> int:
    has_rows = read.envelope is None or any(isinstance(part, Rows | Edges | PageInfo) for part in read.envelope)
    return 1 if read.one else read.limit if has_rows else 0


def _of_all(envelope: Iterable[object]) -> int:
    rows = 0
    for part in envelope:
        if isinstance(part, Total | Summary | Groups):
            rows += ROWS_OF_ALL + (part.limit if isinstance(part, Groups) else 0)
    return rows


def check_cost(found: int, limit: int) -> None:
    """Does nothing when a request may cost so much.

    Raises:
        TooCostly: it may not.
    """
    if found > limit:
        raise TooCostly(
            f"The request costs {found} rows that may be read; the limit is {limit}.",
            hint="Ask for smaller pages (first, limit) of the nested lists, and for fewer totals and aggregates.",
        )
