"""Each of the 37 checks of the authorization server has a test, which names it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from support.figures import count

pytestmark = pytest.mark.oauth

HERE = Path(__file__).parent
NUMBER = re.compile(r"\b[Cc]heck (\d+)\b")
CHECKS = range(1, 38)


def named() -> dict[int, list[str]]:
    """Returns the tests of each check, by what their docstrings begin with."""
    found: dict[int, list[str]] = {}
    for path in sorted(HERE.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                said = (ast.get_docstring(node) or "").partition("\n")[0]
                for number in NUMBER.findall(said) if said.startswith("Check") else ():
                    found.setdefault(int(number), []).append(f"{path.relative_to(HERE)}::{node.name}")
    return found


def test_each_has_a_test() -> None:
    """No check is without a test."""
    found = named()
    assert [number for number in CHECKS if number not in found] == []
    count("oauth", "checks with a test", len(found))
