"""Web processes of the storefront over one database, which a test may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.server import ROOT, STOP_S, free_port, wait_until_it_answers

__all__ = ["Worker", "working"]

LAST = 5000
"""Characters of a log that a failing test shows."""


class Worker:
    """A web process on a port of its own, so that a test knows which one it asks; what it says goes to a file."""

    def __init__(self, database_url: str, log: Path, port: int | None = None, **environment: str) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        given = {"TWOFOLD_DATABASE_URL": database_url, "UVICORN_LOG_LEVEL": "warning", **environment}
        self._environment = {**os.environ, **given}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> str:
        """All that the process has said, and those that were in its place before."""
        return self._log.read_text() if self._log.exists() else ""

    def launch(self) -> None:
        """Starts the process; it does not answer yet."""
        uvicorn = str(Path(sys.executable).parent / "uvicorn")
        options = ["--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [uvicorn, "storefront.asgi:app", *options],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Returns once the process answers; fails when it ended, or takes too long."""
        assert self._process is not None, "launch it first"
        wait_until_it_answers(self.url, self._process)

    def kill(self) -> None:
        """Ends the process in the middle of whatever it does (SIGKILL): it can finish nothing, and tell nobody."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends the process as an operator does; kills it if it does not end."""
        try:
            self._end(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(STOP_S)


@contextmanager
def working(
    database_url: str, folder: Path, number: int = 2, *, first_port: int | None = None, **environment: str
) -> Iterator[list[Worker]]:
    """Gives as many web processes, which answer; afterwards none is left, and none must have logged a traceback.

    `first_port` is for a first process whose URL must be known before; `environment` is set for all of them.
    """
    ports = [first_port, *(number - 1) * [None]]
    workers = [
        Worker(database_url, folder / f"worker_{place}.log", port, **environment) for place, port in enumerate(ports)
    ]
    try:
        _start(workers)
        yield workers
    except BaseException as error:
        error.add_note(_logs(workers))
        raise
    finally:
        _stop(workers)
    assert not any("Traceback" in each.said for each in workers), _logs(workers)


def _start(workers: list[Worker]) -> None:
    for each in workers:
        each.launch()
    for each in workers:
        each.wait()


def _stop(workers: list[Worker]) -> None:
    """Stops all of them, also when one does not want to."""
    if workers:
        try:
            workers[0].stop()
        finally:
            _stop(workers[1:])


def _logs(workers: list[Worker]) -> str:
    return "\n".join(f"{each.url} said at last:\n{each.said[-LAST:]}" for each in workers)
