"""A PostgreSQL server that lives as long as the tests, and statements that make and drop its databases."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

INSTALLED = Path("/usr/lib/postgresql")
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


class MissingPrograms(Exception):
    """PostgreSQL's server programs are not installed."""


def program(name: str) -> str:
    """Returns the path of one of PostgreSQL's programs, the newest release's when it is not on PATH.

    Raises:
        MissingPrograms: there is none.
    """
    found = shutil.which(name)
    if found:
        return found
    releases = sorted(INSTALLED.glob(f"*/bin/{name}"), key=lambda path: float(path.parent.parent.name), reverse=True)
    if not releases:
        raise MissingPrograms(
            f"PostgreSQL's {name} is neither on PATH nor under {INSTALLED}/*/bin; install PostgreSQL,"
            " or name a server in TWOFOLD_TEST_POSTGRES_URL"
        )
    return str(releases[0])


@contextmanager
def throw_away_server() -> Iterator[str]:
    """Runs a server on a free port and yields the URL of its first database; nothing of it is left.

    Raises:
        MissingPrograms: PostgreSQL is not installed.
    """
    folder = Path(tempfile.mkdtemp(prefix="twofold-pg-"))
    try:
        with running_server(folder, SETTINGS, stop="immediate") as url:
            yield url
    finally:
        shutil.rmtree(folder)


@contextmanager
def running_server(folder: Path, settings: Mapping[str, str], *, stop: str) -> Iterator[str]:
    """Runs a server on a free port, with data, log and unix socket in `folder`; yields the URL of its first database.

    The data are made when there are none yet. `stop` is how pg_ctl ends the server: fast or immediate.

    Raises:
        MissingPrograms: PostgreSQL is not installed.
    """
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    owner = account(folder)
    port = _free_port()
    options = [f"-c {name}={value}" for name, value in settings.items()]
    options += [f"-c port={port}", f"-c unix_socket_directories={folder}"]
    data = ["--pgdata", str(folder / "data")]
    if not (folder / "data").exists():
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        encoding = ["--encoding=UTF8", f"--locale={locale}"]
        _call(owner, initdb, *data, *encoding, "--auth=trust", "--username=postgres", "--no-sync")
    log = ["--log", str(folder / "log")]
    _call(owner, pg_ctl, *data, *log, "--wait", "--options", " ".join(options), "start")
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        if (folder / "data" / "postmaster.pid").exists():  # a test may have stopped it
            _call(owner, pg_ctl, *data, "--wait", f"--mode={stop}", "stop")


def restart(folder: Path, *, mode: str = "immediate") -> None:
    """Restarts the server of `running_server` with the same port and settings; `mode` is how it is stopped."""
    _control(folder, "restart", f"--mode={mode}")


def stop(folder: Path, *, mode: str = "immediate") -> None:
    """Stops the server of `running_server`; `restart` starts it again."""
    _control(folder, "stop", f"--mode={mode}")


def _control(folder: Path, *what: str) -> None:
    log = ["--log", str(folder / "log")]
    _call(account(folder), program("pg_ctl"), "--pgdata", str(folder / "data"), *log, "--wait", *what)


def execute(url: str, *statements: str) -> None:
    """Runs statements on a server from code that is not asynchronous; the tests' own event loop does not notice."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _execute(url, statements)).result()


def base_backup(url: str, folder: Path) -> None:
    """Makes the data of a streaming replica of a server in a folder, for `running_server` to run."""
    data = ["--pgdata", str(folder / "data"), "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
    _call(account(folder), program("pg_basebackup"), "--dbname", url, *data)


def copy(source: str, target: str) -> None:
    """Copies what is in one database into another, an empty one of another server."""
    dump = subprocess.run([program("pg_dump"), "--dbname", source], capture_output=True, check=True)
    subprocess.run([program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "--dbname", target], input=dump.stdout,
                   capture_output=True, check=True)  # fmt: skip


def with_database(url: str, name: str) -> str:
    """Returns the URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def _execute(url: str, statements: Sequence[str]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def account(folder: Path) -> dict[str, Any]:
    """Returns the arguments that run a program as somebody else when this is root, whom PostgreSQL refuses to serve."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _call(account: dict[str, Any], *command: str) -> None:
    result = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **account)
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
