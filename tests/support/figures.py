"""One line of figures for each suite at the end of a run: how much was compared, not only that it was equal."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

_counted: defaultdict[str, Counter[str]] = defaultdict(Counter)


def count(suite: str, what: str, number: int = 1) -> None:
    """Adds to a suite's figures."""
    _counted[suite][what] += number


def counted(suite: str, what: str) -> int:
    """Returns a figure of a suite as it is now."""
    return _counted[suite][what] if suite in _counted else 0


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Of several processes, each sends what it counted to the one that sums up."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["figures"] = {suite: dict(figures) for suite, figures in _counted.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for suite, figures in getattr(node, "workeroutput", {}).get("figures", {}).items():
        _counted[suite].update(figures)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for suite, figures in sorted(_counted.items()):
        terminalreporter.write_line(f"{suite}: {', '.join(f'{number} {what}' for what, number in figures.items())}")
