"""A PgBouncer in transaction mode between the tests and a PostgreSQL server."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from support import postgres
from support.needs import cannot
from support.server import free_port

__all__ = ["pooled"]

START_S = 10
INI = """
[databases]
* = host={host} port={server_port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
logfile = {folder}/log
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
"""


@contextmanager
def pooled(url: str, size: int = 2) -> Iterator[str]:
    """Gives the URL of the database at `url` through a pooler that has `size` sessions of the server."""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if program is None:
        cannot("pgbouncer is not installed")
    server, port = urlsplit(url), free_port()
    folder = Path(tempfile.mkdtemp(prefix="twofold-pgbouncer-"))
    given = {"host": server.hostname, "server_port": server.port, "port": port, "folder": folder, "size": size}
    (folder / "pgbouncer.ini").write_text(INI.format(**given))
    (folder / "users").write_text(f'"{server.username}" ""\n')
    account = postgres.account(folder)  # it does not run as root
    process = subprocess.Popen([program, "-q", str(folder / "pgbouncer.ini")], cwd="/", **account)
    try:
        _wait_for(port, process)
        yield server._replace(netloc=f"{server.username}@127.0.0.1:{port}").geturl()
    finally:
        process.terminate()
        process.wait(START_S)
        shutil.rmtree(folder)


def _wait_for(port: int, process: subprocess.Popen[Any]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, "pgbouncer ended"
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"pgbouncer did not answer within {START_S} s")
