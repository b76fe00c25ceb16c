"""What a test does where the machine lacks what it needs."""

import os
from typing import NoReturn

import pytest


def cannot(reason: str) -> NoReturn:
    """Skip with the reason; where nobody reads skips, fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
