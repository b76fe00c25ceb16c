"""A git repository of the application as it is now, in which tests plant changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.needs import cannot

__all__ = ["Repository"]

ROOT = Path(__file__).parents[3]
PARTS = ("service", "graphql", "rest", "migrations")
MAIN = "from twofold.cli import main; main()"


class Repository:
    """The application's code in a folder of its own, committed."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("git") is None:
            cannot("there is no git on PATH (Debian: apt-get install git)")
        self.folder = folder
        for part in PARTS:
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / ".gitignore").write_text("__pycache__\n")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def git(self, *arguments: str) -> str:
        names = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(self.folder), *names, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A state")

    def change(self, file: str, *replacements: tuple[str, str]) -> None:
        path = self.folder / file
        text = path.read_text()
        for old, new in replacements:
            assert text.count(old) == 1, (file, old)
            text = text.replace(old, new)
        path.write_text(text)

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Runs `twofold` with the folder's code, in the folder, where no database is."""
        environment: Mapping[str, str] = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(self.folder / part) for part in PARTS[:3]),
            "TWOFOLD_DATABASE_URL": "sqlite://none.db",
            **settings,
        }
        return subprocess.run(
            [sys.executable, "-P", "-c", MAIN, *arguments],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    def review(self, *arguments: str, **settings: str) -> dict[str, Any]:
        """Returns what `migrate review --json` says."""
        done = self.run("migrate", "review", "--json", *arguments, **settings)
        assert done.returncode in (0, 1), done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        assert not (self.folder / "none.db").exists()
        return said | {"failed": done.returncode == 1}
