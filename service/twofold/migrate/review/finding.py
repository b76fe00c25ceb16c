"""What a review finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from twofold.migrate.review.codes import Code

__all__ = ["Finding", "Severity"]

EXCERPT = 100
"""How many characters of a statement are shown."""


class Severity(IntEnum):
    """How bad it is. Critical: data is lost, the migration fails, or everybody waits for long."""

    minor = 1
    major = 2
    critical = 3

    @property
    def lower(self) -> Severity:
        """The next lower one, if there is one."""
        return Severity(max(Severity.minor, self - 1))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that a reviewer would say: where it is, why it matters and what to do instead."""

    severity: Severity
    code: Code
    """A word for it, as `docs/migrations-review.md` lists them."""
    file: str
    """`app/version` of a migration; of the API's own changes, the name of what changed."""
    reason: str
    fix: str
    direction: str | None = None
    dialect: str | None = None
    statement: int | None = None
    """The number of the step, from 1, in that direction on that dialect."""
    sql: str | None = None

    @property
    def place(self) -> str:
        """Where it is, for people: `storefront/2_x.py, UP on postgres, statement 3`."""
        said = [self.file]
        if self.direction is not None:
            said.append(self.direction.upper() + (f" on {self.dialect}" if self.dialect else ""))
        if self.statement is not None:
            said.append(f"statement {self.statement}")
        return ", ".join(said)

    @property
    def excerpt(self) -> str | None:
        """The beginning of the statement, on one line."""
        if self.sql is None:
            return None
        line = " ".join(self.sql.split())
        return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1]}…"

    def as_json(self) -> dict[str, Any]:
        """Returns the finding as JSON holds it."""
        return {
            "severity": self.severity.name, "code": self.code, "file": self.file, "direction": self.direction,
            "dialect": self.dialect, "statement": self.statement, "sql": self.excerpt, "reason": self.reason,
            "fix": self.fix,
        }  # fmt: skip
