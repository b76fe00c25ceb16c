"""Databases of other people's making, adopted by the command, and served by another."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from support.adopted.domain import Domain
from support.server import ROOT, STOP_S, free_port, wait_until_it_answers
from twofold.database import Database, Dialect, tortoise_config
from twofold.schema import Schema
from twofold.schema.inspect import inspect

__all__ = ["Project", "adopt", "database", "inspected", "make", "run", "serving"]

TWOFOLD = str(Path(sys.executable).parent / "twofold")
CLOSED = "read = NOBODY"
OPENED = "read = EVERYONE"
WRITABLE = "\n    ".join([OPENED, *(f"{verb} = EVERYONE" for verb in ("create", "update", "delete"))])


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

    def open(self, writable: Iterable[str]) -> None:
        """Says, as the README tells, that everyone may read, and write the resources `writable`."""
        path = self.folder / self.package / "resources.py"
        text = path.read_text().replace("import NOBODY", "import EVERYONE")
        for resource in writable:
            name = resource.replace("_", " ").title().replace(" ", "")
            text, number = re.subn(rf"(class {name}\(.*?){CLOSED}", rf"\1{WRITABLE}", text, count=1, flags=re.DOTALL)
            assert number == 1, resource
        path.write_text(text.replace(CLOSED, OPENED))


def database(url: str) -> Database:
    """Returns the database at `url`, not opened yet, without models."""
    return Database(tortoise_config(url, {"twofold": ["aerich.models"]}, 2))


async def inspected(url: str) -> Schema:
    """Returns the schema of a database."""
    it = database(url)
    await it.open()
    try:
        return await inspect(it)
    finally:
        await it.close()


async def make(statements: Iterable[str], url: str) -> None:
    """Runs statements on a database."""
    it = database(url)
    await it.open()
    try:
        for statement in statements:
            await it.fetch(statement)
    finally:
        await it.close()


def _environment(url: str | None) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("TWOFOLD_")}
    given["PYTHONPATH"] = os.pathsep.join(str(ROOT / each) for each in ("service", "graphql", "rest"))
    return given if url is None else {**given, "TWOFOLD_DATABASE_URL": url}


def run(
    *arguments: str, cwd: Path, url: str | None = None, said: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Returns how the command ended."""
    return subprocess.run(
        [TWOFOLD, *arguments],
        cwd=cwd,
        env=_environment(url),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        input=said,
    )


def adopt(domain: Domain, dialect: Dialect, url: str, folder: Path) -> Project:
    """Adopts the database as people do: by the command."""
    done = run("adopt", url, str(folder), cwd=folder.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return Project(domain=domain, dialect=dialect, url=url, folder=folder)


@contextmanager
def serving(project: Project) -> Iterator[httpx.Client]:
    """Gives a client of `twofold serve` in the project's folder; afterwards Ctrl-C must have stopped it cleanly."""
    port = free_port()
    process = subprocess.Popen(
        [TWOFOLD, "serve", "--port", str(port)], cwd=project.folder, env=_environment(None), stdout=subprocess.PIPE,
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
