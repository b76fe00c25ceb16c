"""What a review does not look into, so that nobody takes its silence for praise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twofold.migrate.review.case import Case, Check
from twofold.migrate.review.facts import Opaque, Other
from twofold.migrate.review.finding import Finding, Severity

__all__ = ["CHECKS"]

HEAVY = ("cluster", "vacuum", "reindex", "refresh")


def unread(case: Case) -> Iterator[Finding]:
    """Code may do anything: a person has to read it."""
    for act in case.course.acts:
        match act.fact:
            case Opaque(what):
                fix = "Read it yourself: what it locks, how long it takes, and what it deletes."
                yield case.finding(act, "unread", Severity.minor, f"The review does not look into {what}.", fix)
            case Other(word) if word in HEAVY and case.course.dialect == "postgres":
                yield case.finding(act, "heavy-command", Severity.major,
                                   f"{word.upper()} may write a whole table anew, under a lock that all wait for.",
                                   "Run it apart from migrations, at a quiet time.")  # fmt: skip
            case _:
                pass


CHECKS: Sequence[Check] = (unread,)
