"""The authorization servers that are held against each other, each with a client that it knows."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench import cluster
from bench.processes import OTHER_CORE, PORT, MissingTool, Server, children_of, pin, running, serving
from bench.questions import Asked
from storefront.config import MODELS
from twofold.database import Database, tortoise_config
from twofold.identity.models import User
from twofold.identity.oauth.models import Client
from twofold.identity.tokens import hash_of, new_secret
from twofold.migrate import upgrade

__all__ = ["FIRST", "PEERS", "SCOPE", "Contender"]

HARNESS = Path(__file__).with_name("oauth_peers")
SCOPE = "products:read"
INSTALL_S = 300
DJANGO = ("django-oauth-toolkit==3.4.1", "gunicorn==27.0.1")
FIRST = "twofold, SQLite"
"""Whom the others are held against, round by round."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A server, and the request by which a client gets a token of it."""

    name: str
    server: Server
    asked: Asked


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
               "--no-control-socket", "--log-level", "critical"]  # fmt: skip
    with running(command, copy, environment) as server:
        yield [
            Contender(name=f"django-oauth-toolkit, {kind} secret", server=server,
                      asked=_asked("/oauth/token/", kind, secret))
            for kind in ("plain", "hashed")
        ]  # fmt: skip


def _call(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=folder, env={**os.environ, **(environment or {})}, capture_output=True,
                          text=True, timeout=INSTALL_S, check=False)  # fmt: skip
    if done.returncode:
        raise MissingTool(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


PEERS = (_ours_on_sqlite, _ours_on_postgres, _node, _django)
