"""The words for findings; `docs/migrations-review.md` says what each means."""

from typing import Literal, TypeAlias

__all__ = ["Code"]

Code: TypeAlias = Literal[
    "access-differs", "access-gained", "access-lost", "api-breaks", "api-may-break", "cannot-be-loaded", "cascades",
    "changed-after-release", "concurrently-in-transaction", "constraint-not-split", "dialects-disagree",
    "drop-index-not-concurrent", "drops-column", "drops-table", "empties-table", "foreign-key-without-index", "format",
    "heavy-command", "index-not-concurrent", "locks-table", "long-lock", "many-locks", "narrows-type",
    "never-validated", "no-way-back", "not-null-without-default", "numbering", "rebuilds-table", "referred-to",
    "renames", "rewrites-table", "scans-for-not-null", "sqlite-cannot", "unfilled", "unique-not-using-index", "unread",
    "updates-whole-table", "validates-under-lock",
]  # fmt: skip
