"""Servers, the load on them, and what they use: each on a core of its own, read from /proc."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.questions import Asked

__all__ = ["PORT", "Load", "MissingTool", "Server", "children_of", "cpu_s", "load", "pin", "require_tools", "rss_mb",
           "running", "serving", "write_requests"]  # fmt: skip

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("load.lua")
SERVER_CORE, OTHER_CORE = 0, 1
CONNECTIONS = 16
PORT = "{port}"
START_S = 60
TICKS = os.sysconf("SC_CLK_TCK")


class MissingTool(Exception):
    """A program that the benchmark needs is not installed."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server: where it answers, and its process."""

    url: str
    pid: int


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came of a load: requests and errors in all, requests a second, latencies."""

    requests: int
    errors: int
    rps: float
    p50_ms: float
    p99_ms: float


def require_tools() -> None:
    """Checks for what must be installed.

    Raises:
        MissingTool: a program is not there; the sentence says how to get it.
    """
    for name, package in (("wrk", "wrk"), ("taskset", "util-linux")):
        if shutil.which(name) is None:
            raise MissingTool(f"The benchmark needs {name}: install it, on Debian with `apt install {package}`.")
    if (os.cpu_count() or 1) < 2:
        raise MissingTool("The benchmark needs two cores: one for the server, one for the database and the load.")


def pin(pid: int, core: int) -> None:
    """Keeps a process, and what it starts from now on, on a core."""
    os.sched_setaffinity(pid, {core})


@contextmanager
def serving(application: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Runs an ASGI application under uvicorn, one process on its core, until the block ends."""
    paths = [str(ROOT / "tests"), *(str(ROOT / name) for name in ("service", "graphql", "rest"))]
    command = [
        sys.executable, "-m", "uvicorn", application, "--port", PORT,
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    with running(command, ROOT, {"PYTHONPATH": os.pathsep.join(paths), **environment}) as server:
        yield server


@contextmanager
def running(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Iterator[Server]:
    """Runs a server in a folder, on its core, until the block ends; PORT in the command stands for a free one."""
    port = _free_port()
    given = [part.replace(PORT, str(port)) for part in command]
    process = subprocess.Popen(
        ["taskset", "-c", str(SERVER_CORE), *given], cwd=folder, env={**os.environ, **environment}
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield Server(url=f"http://127.0.0.1:{port}", pid=process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(START_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered; its output is above")
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {START_S} s")


# -- load --------------------------------------------------------------------------------------------------------


def write_requests(path: Path, asked: Sequence[Asked], token: str = "") -> None:
    """Writes requests in the form that load.lua reads."""
    lines = [f"{each.method}\t{each.path}\t{each.body.decode()}\t{token}\n" for each in asked]
    path.write_text("".join(lines))


def load(url: str, requests: Path, seconds: float, start: int = 0) -> Load:
    """Sends requests for so long, and returns what came of it."""
    command = [
        "taskset", "-c", str(OTHER_CORE), "wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration",
        f"{max(1, round(seconds))}s", "--timeout", "10s", "--script", str(SCRIPT), url, "--", str(requests), str(start),
    ]  # fmt: skip
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = json.loads(output.splitlines()[-1])
    return Load(
        requests=found["requests"],
        errors=found["errors"],
        rps=found["requests"] / found["duration_us"] * 1e6,
        p50_ms=found["p50_us"] / 1000,
        p99_ms=found["p99_us"] / 1000,
    )


# -- use ---------------------------------------------------------------------------------------------------------


def cpu_s(pid: int) -> float:
    """Returns the CPU time of a process and of its children that have ended, in seconds; 0 when it has ended itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS


def children_of(pid: int) -> list[int]:
    """Returns the processes that a process has started and that are still there."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def rss_mb(pid: int) -> float:
    """Returns the memory that a process holds, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
