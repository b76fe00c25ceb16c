"""Databases of other people's making, adopted by the command, and served by another."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from support.adopted.domain import Domain
from support.server import ROOT, STOP_S, free_port, wait_until_it_answers
from twofold.database import Database, Dialect, tortoise_config

__all__ = ["Project", "adopt", "database", "make", "run", "serving"]

TWOFOLD = str(Path(sys.executable).parent / "twofold")
OPENED = re.compile(r"read = NOBODY")


@dataclass(frozen=True, kw_only=True)
class Project:
    """An adopted database and the project that serves it."""

    domain: Domain
    dialect: Dialect
    url: str
    folder: Path

    @property
    def package(self) -> str:
        """The name of its package."""
        return self.folder.name

    def open(self, **rules: str) -> None:
        """Says who may read, as the README tells: everyone, or by resource what `rules` say."""
        path = self.folder / self.package / "resources.py"
        text = path.read_text().replace("import NOBODY", "import EVERYONE, NOBODY")
        for resource, more in rules.items():
            text = re.sub(rf"(class {resource}\(.*?)read = NOBODY", rf"\1{more}", text, flags=re.DOTALL)
        path.write_text(OPENED.sub("read = EVERYONE", text))


def database(url: str) -> Database:
    """Returns the database at `url`, not opened yet, without models."""
    return Database(tortoise_config(url, {"twofold": ["aerich.models"]}, 2))


@contextmanager
def _environment(project_url: str | None) -> Iterator[dict[str, str]]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("TWOFOLD_")}
    given["PYTHONPATH"] = os.pathsep.join(str(ROOT / each) for each in ("service", "graphql", "rest"))
    yield given if project_url is None else {**given, "TWOFOLD_DATABASE_URL": project_url}


def run(*arguments: str, cwd: Path, url: str | None = None) -> subprocess.CompletedProcess[str]:
    """Returns how the command ended."""
    with _environment(url) as environment:
        return subprocess.run(
            [TWOFOLD, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60
        )


async def make(domain: Domain, url: str, dialect: Dialect) -> None:
    """Makes a domain's tables and rows."""
    it = database(url)
    await it.open()
    try:
        for statement in domain.statements(dialect):
            await it.fetch(statement)
    finally:
        await it.close()


def adopt(domain: Domain, dialect: Dialect, url: str, folder: Path) -> Project:
    """Adopts the database as people do: by the command."""
    done = run("adopt", url, str(folder), cwd=folder.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return Project(domain=domain, dialect=dialect, url=url, folder=folder)


@contextmanager
def serving(project: Project) -> Iterator[httpx.Client]:
    """Gives a client of `twofold serve` in the project's folder; afterwards Ctrl-C must have stopped it cleanly."""
    port = free_port()
    with _environment(None if project.dialect == "sqlite" else project.url) as environment:
        process = subprocess.Popen(
            [TWOFOLD, "serve", "--port", str(port)], cwd=project.folder, env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_answers(url, process)
        with httpx.Client(base_url=url) as client:
            yield client
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=STOP_S)
    assert process.returncode == 0, output
    assert "Traceback" not in output, output
