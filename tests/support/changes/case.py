"""A change of models, as a test says it: two versions, what is asked of a person, and the rows before and after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from support.changes.models import Version
from twofold.database import Dialect

__all__ = ["JUST_NOW", "NOTHING", "ROWS", "Case", "Data", "links", "rows"]

Data = Mapping[str, Mapping[str, Sequence[Any]]]
"""Rows by table, as columns of values."""

ROWS: Data = {
    "kinds": {"id": [1, 2, 3], "slug": ["a", "b", "c"]},
    "things": {"id": [1, 2, 4], "name": ["one", "O'Two", "vier ☃"]},
    "parts": {"id": [1, 2, 3], "thing_id": [1, 1, 4], "label": ["lid", None, ""]},
}
NOTHING = [None, None, None]


class _JustNow:
    """Equal to the text of an instant of this hour, in the form in which SQLite has instants."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", other):
            return False
        return abs(datetime.now(UTC) - datetime.fromisoformat(other)) < timedelta(hours=1)

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __repr__(self) -> str:
        return "<an instant of this hour>"


JUST_NOW = _JustNow()


def rows(**things: Sequence[Any]) -> Data:
    """Returns the usual rows, where each thing has more columns."""
    return {**ROWS, "things": {**ROWS["things"], **things}}


def links(table: str, **columns: Sequence[Any]) -> Data:
    """Returns the usual rows, and those of one more table."""
    return {**ROWS, table: columns}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A change. `down` are the rows after the downgrade, where it cannot bring back those before; `again` are those
    after the second upgrade, where they differ from those after the first.
    """

    name: str
    before: Version
    after: Version
    rows: Data
    up: Data
    down: Data | None = None
    again: Data | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    """What a person says: `{"things.x": "y"}` of a column, `{"things": "items"}` of a table."""
    fillers: Mapping[str, str] = field(default_factory=dict)
    """What a person says rows get: `{"things.x": "'unknown'"}`."""
    meanwhile: Sequence[str] = ()
    """What is written between the upgrade and the downgrade."""
    acts_on: Sequence[Dialect] = ("sqlite", "postgres")
    """Where there is something to do at all; elsewhere nothing may be generated."""
    searched: tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]] = ({}, {})
    """The columns that full-text search looks in, before and after."""

    def expected(self) -> Mapping[str, Data]:
        """Returns the rows after each step, by its name."""
        down = self.rows if self.down is None else self.down
        return {"up": self.up, "down": down, "again": self.up if self.again is None else self.again}
