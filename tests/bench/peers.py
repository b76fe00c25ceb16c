"""Measures how many tokens a second a client gets for its credentials, here and from other authorization servers."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import httpx

from bench import cluster
from bench.processes import (
    OTHER_CORE,
    PORT,
    Load,
    MissingTool,
    Server,
    children_of,
    cpu_s,
    load,
    pin,
    require_tools,
    running,
    serving,
    write_requests,
)
from bench.questions import Asked
from storefront.config import MODELS
from support import postgres
from twofold.database import Database, tortoise_config
from twofold.identity.models import User
from twofold.identity.oauth.models import Client
from twofold.identity.tokens import hash_of, new_secret
from twofold.migrate import upgrade

HARNESS = Path(__file__).with_name("oauth_peers")
CACHE = Path("/var/tmp")  # noqa: S108  # a disk, where /tmp may be memory
SCOPE = "products:read"
INSTALL_S = 300
WARM_S = 2
IDLE_S = 0.3
DJANGO = ("django-oauth-toolkit==3.4.1", "gunicorn==27.0.1")
FIRST = "twofold, SQLite"
"""Whom the others are held against, round by round."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A server, and the request by which a client gets a token of it."""

    name: str
    server: Server
    asked: Asked


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a contender did in one round; the server's CPU time is per token, its database's not counted."""

    load: Load
    server_us: float


def main() -> None:
    """Runs the comparison as the command line asks."""
    options = _options()
    try:
        require_tools()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="twofold-peers-", dir=CACHE)))
            folder.chmod(0o755)  # PostgreSQL, which is another user where this is root, has its data inside
            contenders = [stack.enter_context(each(folder)) for each in PEERS]
            flat = [one for several in contenders for one in several]
            figures = _measure(flat, folder, options.seconds, options.rounds)
    except (MissingTool, postgres.MissingPrograms) as error:
        raise SystemExit(str(error)) from None
    print(_table(figures))  # noqa: T201  # what the command is for


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench/oauth_peers.py", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long each server is measured in each round")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


# -- measuring ---------------------------------------------------------------------------------------------------


def _measure(
    contenders: Sequence[Contender], folder: Path, seconds: float, rounds: int
) -> dict[str, list[Figures]]:  # fmt: skip
    for each in contenders:
        _check(each)
        write_requests(_requests(folder, each), [each.asked])
        load(each.server.url, _requests(folder, each), WARM_S)
        _wait_until_idle(each.server)
    figures: dict[str, list[Figures]] = {each.name: [] for each in contenders}
    for _ in range(rounds):
        for each in contenders:
            before = _cpu_s(each.server)
            done = load(each.server.url, _requests(folder, each), seconds)
            used = _cpu_s(each.server) - before
            _wait_until_idle(each.server)
            figures[each.name].append(Figures(load=done, server_us=used / max(1, done.requests) * 1e6))
    return figures


def _requests(folder: Path, contender: Contender) -> Path:
    return folder / contender.name.replace(" ", "-").replace(",", "")


def _wait_until_idle(server: Server) -> None:
    """Waits for what a slow server still has in its queue when the load is over; it would slow the next one down."""
    before = -1.0
    while (now := _cpu_s(server)) > before + IDLE_S / 10:
        before = now
        time.sleep(IDLE_S)


def _cpu_s(server: Server) -> float:
    return sum(cpu_s(pid) for pid in (server.pid, *children_of(server.pid)))


def _check(contender: Contender) -> None:
    """Sees that two requests get two tokens, good for an hour and for what was asked.

    Raises:
        RuntimeError: they do not.
    """
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    url, body = contender.server.url + contender.asked.path, contender.asked.body
    answers = [httpx.post(url, content=body, headers=form, timeout=30) for _ in range(2)]
    if any(each.status_code != 200 for each in answers):
        raise RuntimeError(f"{contender.name} answers {answers[-1].status_code}: {answers[-1].text}")
    first, second = (each.json() for each in answers)
    said = (first["token_type"].lower(), first["expires_in"], first["scope"])
    if first["access_token"] == second["access_token"] or said != ("bearer", 3600, SCOPE):
        raise RuntimeError(f"{contender.name} gives no new token each time, or another one than asked: {said}")


def _table(figures: dict[str, list[Figures]]) -> str:
    lines = ["| server | tokens/s | p50 ms | p99 ms | errors | server us | to Twofold on SQLite |",
             "|--------|---------:|-------:|-------:|-------:|----------:|---------------------:|"]  # fmt: skip
    for name, rounds in figures.items():
        ratios = [one.load.rps / first.load.rps for one, first in zip(rounds, figures[FIRST], strict=True)]
        rps, p50, p99 = (median(getattr(one.load, what) for one in rounds) for what in ("rps", "p50_ms", "p99_ms"))
        errors, server_us = sum(one.load.errors for one in rounds), median(one.server_us for one in rounds)
        lines.append(
            f"| {name} | {rps:.0f} | {p50:.1f} | {p99:.1f} | {errors} | {server_us:.0f} | {median(ratios):.2f} |"
        )
    return "\n".join(lines)


# -- who is measured ---------------------------------------------------------------------------------------------


def _asked(path: str, client_id: str, secret: str) -> Asked:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, "scope": SCOPE}
    return Asked(method="POST", path=path, body=urlencode(form).encode())


@contextmanager
def _ours_on_sqlite(folder: Path) -> Iterator[list[Contender]]:
    with _ours(FIRST, f"sqlite://{folder / 'twofold.sqlite3'}", folder) as contender:
        yield [contender]


@contextmanager
def _ours_on_postgres(folder: Path) -> Iterator[list[Contender]]:
    with cluster.server(folder / "postgres") as url:
        pid = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        for each in (pid, *children_of(pid)):
            pin(each, OTHER_CORE)
        with _ours("twofold, PostgreSQL", url, folder) as contender:
            yield [contender]


@contextmanager
def _ours(name: str, database_url: str, folder: Path) -> Iterator[Contender]:
    secret = new_secret("client")
    client_id = asyncio.run(_prepared(database_url, secret))
    environment = {"TWOFOLD_DATABASE_URL": database_url, "TWOFOLD_SECRET_FILE": str(folder / "secret")}
    with serving("storefront.asgi:app", environment) as server:
        yield Contender(name=name, server=server, asked=_asked("/oauth/token", client_id, secret))


async def _prepared(database_url: str, secret: str) -> str:
    """Makes the tables and a client, and returns its id."""
    database = Database(tortoise_config(database_url, MODELS, pool_size=2))
    await database.open()
    try:
        await upgrade(database, cluster.MIGRATIONS, tuple(MODELS))
        with database.use():
            owner = await User.create(email="bench@example.com", name="Bench", password_hash="")
            client = await Client.create(
                owner=owner, name="Bench", secret_hash=hash_of(secret), grant_types=["client_credentials"],
                scopes=[SCOPE], auth_method="client_secret_post",
            )  # fmt: skip
    finally:
        await database.close()
    return str(client.id)


@contextmanager
def _node(folder: Path) -> Iterator[list[Contender]]:
    """Node's oidc-provider, which keeps its tokens in memory."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise MissingTool("The comparison needs Node.js with npm: on Debian `apt install nodejs npm`.")
    copy = folder / "node"
    shutil.copytree(HARNESS / "node", copy, ignore=shutil.ignore_patterns("node_modules"))
    _call([npm, "ci", "--loglevel=error", "--prefer-offline"], copy)
    secret = new_secret("client")
    environment = {"CLIENT_ID": "bench", "CLIENT_SECRET": secret, "SCOPE": SCOPE, "NODE_ENV": "production"}
    with running([node, "server.mjs", PORT], copy, environment) as server:
        asked = _asked("/oauth/token", "bench", secret)
        yield [Contender(name="node oidc-provider, memory", server=server, asked=asked)]


@contextmanager
def _django(folder: Path) -> Iterator[list[Contender]]:
    """django-oauth-toolkit, with a secret that it keeps as it is and with one that it hashes, its default."""
    copy = folder / "django"
    shutil.copytree(HARNESS / "django", copy)
    _call([sys.executable, "-m", "venv", "venv"], copy)
    programs = copy / "venv" / "bin"
    _call([str(programs / "pip"), "install", "-q", *DJANGO], copy)
    secret = new_secret("client")
    environment = {"DATABASE": str(copy / "django.sqlite3"), "CLIENT_SECRET": secret, "SCOPE": SCOPE}
    _call([str(programs / "python"), "-c", "import peer; peer.prepare()"], copy, environment)
    command = [str(programs / "gunicorn"), "peer:app", "--workers", "1", "--bind", f"127.0.0.1:{PORT}",
               "--no-control-socket", "--log-level", "warning"]  # fmt: skip
    with running(command, copy, environment) as server:
        yield [
            Contender(name=f"django-oauth-toolkit, {kind} secret", server=server,
                      asked=_asked("/oauth/token/", kind, secret))
            for kind in ("plain", "hashed")
        ]  # fmt: skip


PEERS = (_ours_on_sqlite, _ours_on_postgres, _node, _django)


def _call(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=folder, env={**os.environ, **(environment or {})}, capture_output=True,
                          text=True, timeout=INSTALL_S, check=False)  # fmt: skip
    if done.returncode:
        raise MissingTool(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
