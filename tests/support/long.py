"""The long form of suites whose cases are generated: `pytest --long`."""

from __future__ import annotations

import pytest

_config: pytest.Config | None = None


def pytest_configure(config: pytest.Config) -> None:
    global _config  # noqa: PLW0603  # tests ask while they are imported, where there are no fixtures
    _config = config


def examples(short: int, long: int) -> int:
    """Returns how many examples to generate: `short`, or `long` where the run asks for it."""
    return long if _config is not None and _config.getoption("--long") else short
