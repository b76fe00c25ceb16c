"""Databases that were there before, adopted: closed at first, and once opened, served on both faces as they are."""

from __future__ import annotations

import pytest

from support.adopted.project import Project, serving

pytestmark = pytest.mark.adopt
pytest_plugins = ("support.adopted.fixtures",)


def test_first(adopted: Project) -> None:
    for path in sorted(adopted.folder.rglob("*.py")):
        if "migrations" not in str(path):
            print(path.name)
            print(path.read_text())
    with serving(adopted) as client:
        assert client.get("/api/v1/openapi.json").status_code == 200
