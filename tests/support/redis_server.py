"""A Redis server of a test's own, which it may kill and start again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.needs import cannot
from support.server import free_port

__all__ = ["RedisServer", "redis_server"]

START_S = 10


class RedisServer:
    """A server on a port of its own. It keeps what it knows in a file only when it is asked to (SAVE)."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            assert self._process.poll() is None, "redis-server ended"
            if self._answers():
                return
            time.sleep(0.02)
        raise AssertionError(f"redis-server did not answer within {START_S} s")

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(START_S)
        self._process = None

    def hang(self) -> None:
        """Lets it take connections and answer nothing, until it goes on."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Lets it answer again."""
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        """Ends it, if it runs."""
        if self._process is not None:
            self.kill()

    def _signal(self, what: signal.Signals) -> None:
        assert self._process is not None, "start it first"
        self._process.send_signal(what)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Gives a server that answers; nothing of it is left."""
    program = shutil.which("redis-server")
    if program is None:
        cannot("redis-server is not installed")
    folder = Path(tempfile.mkdtemp(prefix="twofold-redis-"))
    server = RedisServer(program, folder)
    server.start()
    try:
        yield server
    finally:
        server.end()
        shutil.rmtree(folder)
