"""A review as people and programs read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import fill

from twofold.migrate.review.finding import Finding, Severity

__all__ = ["lines", "summary"]

WIDTH = 110


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yields the findings, the worst first; what is said of both databases is said once."""
    groups: dict[Finding, list[Finding]] = {}
    for each in findings:
        is_step = each.statement is not None
        alike = replace(each, dialect=None, statement=None, sql=None) if is_step else replace(each, reason="")
        groups.setdefault(alike, []).append(each)
    for finding, group in groups.items():
        yield f"{finding.severity.name:<8}  {finding.code}  {_places(group)}"
        if group[0].excerpt:
            yield f"          {group[0].excerpt}"
        for reason in dict.fromkeys(each.reason for each in group):
            yield fill(reason, WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 10)
        yield fill(f"Fix: {finding.fix}", WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 10)
        yield ""


def _places(group: Sequence[Finding]) -> str:
    first = group[0].place
    others = [f"{each.dialect} {each.statement}" for each in group[1:] if each.statement is not None]
    return f"{first} (and on {', '.join(others)})" if others else first


def summary(findings: Sequence[Finding]) -> str:
    """Returns how many findings there are of each severity."""
    counts = [(each.name, sum(finding.severity == each for finding in findings)) for each in reversed(Severity)]
    return "Found " + ", ".join(f"{number} {name}" for name, number in counts) + "."
