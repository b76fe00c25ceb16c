"""`twofold serve` as a process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
START_S = 60
STOP_S = 15


def free_port() -> int:
    """Returns a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def start(database: Path, port: int) -> subprocess.Popen[str]:
    """Returns `twofold serve`, started; its output is piped."""
    environment = {**os.environ, "TWOFOLD_DATABASE_URL": f"sqlite://{database}"}
    command = [str(Path(sys.executable).parent / "twofold"), "serve", "--port", str(port)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@contextmanager
def serving(database: Path) -> Iterator[str]:
    """Gives the URL of a started server; afterwards Ctrl-C must have stopped it cleanly."""
    port = free_port()
    process = start(database, port)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_answers(url, process)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=STOP_S)
    assert process.returncode == 0, output
    assert "Traceback" not in output, output


def wait_until_it_answers(url: str, process: subprocess.Popen[Any]) -> None:
    """Returns once the server answers; fails when it ended, or takes longer than START_S."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {process.stdout.read() if process.stdout else ''}")
        try:
            httpx.get(f"{url}/api/v1/tags")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the server did not answer within {START_S} s")
