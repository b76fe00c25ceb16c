"""One line of figures for each suite at the end of a run: how much was compared, not only that it was equal."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

_counted: defaultdict[str, Counter[str]] = defaultdict(Counter)


def count(suite: str, what: str, number: int = 1) -> None:
    """Adds to a suite's figures."""
    _counted[suite][what] += number


def counted(suite: str, what: str) -> int:
    """Returns a figure of a suite as it is now."""
    return _counted[suite][what] if suite in _counted else 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for suite, figures in sorted(_counted.items()):
        terminalreporter.write_line(f"{suite}: {', '.join(f'{number} {what}' for what, number in figures.items())}")
