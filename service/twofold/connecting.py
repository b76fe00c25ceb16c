"""How connections are made: Tortoise's configuration for a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from tortoise.backends.base.config_generator import expand_db_url

from twofold.errors import WrongSetting

__all__ = ["Connecting", "Limits", "credentials_of", "replica_credentials", "tortoise_config"]

POSTGRES = ("postgres", "postgresql")
TLS_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""What libpq calls `sslmode`."""
REPLICA_CONNECT_S = 1.0
"""The primary can answer for a replica that takes longer."""


@dataclass(frozen=True, kw_only=True)
class Connecting:
    """What an operator may say about connections; see the settings of these names."""

    wait_s: float = 5.0
    connect_timeout_s: float = 5.0
    application_name: str = "twofold"
    pooler: bool = False
    readers: int = 4
    synchronous: Literal["full", "normal"] = "full"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long PostgreSQL lets a statement run, wait for a lock, and a transaction do nothing; None: as it likes."""

    statement_s: float | None = None
    lock_s: float | None = None
    idle_transaction_s: float | None = None

    def settings(self) -> dict[str, str]:
        """Returns them as PostgreSQL's settings, in milliseconds."""
        given = {
            "statement_timeout": self.statement_s,
            "lock_timeout": self.lock_s,
            "idle_in_transaction_session_timeout": self.idle_transaction_s,
        }
        return {name: str(max(1, round(limit_s * 1000))) for name, limit_s in given.items() if limit_s is not None}


def tortoise_config(
    database_url: str,
    apps: Mapping[str, Sequence[str]],
    pool_size: int = 10,
    connecting: Connecting = Connecting(),
    *,
    engine_prefix: str = "",
) -> dict[str, Any]:
    """Returns Tortoise's configuration for `database_url`.

    `apps` maps an app's label to the modules its models are in. aerich's tracking table is in the app `twofold`.
    The names of the engine's tables begin with `engine_prefix`.

    Raises:
        ValueError: the URL is neither SQLite nor PostgreSQL, or its `sslmode` is none.
    """
    scheme = urlsplit(database_url).scheme
    connection: dict[str, Any]
    if scheme == "sqlite":
        connection = expand_db_url(database_url) | {"engine": "twofold.sqlite"}
        given = {"synchronous": connecting.synchronous.upper(), **connection["credentials"]}
        connection["credentials"] = given | {"readers": connecting.readers, "wait_s": connecting.wait_s}
    elif scheme in POSTGRES:
        credentials = credentials_of(database_url, pool_size, connecting)
        connection = {"engine": "twofold.postgres", "credentials": credentials}
    else:
        raise ValueError(f"the database URL begins with {scheme!r}; use sqlite:// or postgres://")
    return {
        "connections": {"default": connection},
        "apps": {label: {"models": list(modules), "default_connection": "default"} for label, modules in apps.items()},
        "engine_prefix": engine_prefix,
    }


def credentials_of(url: str, pool_size: int, connecting: Connecting) -> dict[str, Any]:
    """Returns what a client for the PostgreSQL at `url` is made with.

    Its sessions do not compile statements: that takes seconds where the planner fears the tests of row rules.

    Raises:
        ValueError: the URL is not PostgreSQL's, or its `sslmode` is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in POSTGRES:
        raise ValueError(f"the URL of a PostgreSQL begins with {parts.scheme!r}; use postgres://")
    options = dict(parse_qsl(parts.query))
    mode = options.pop("sslmode", None) or options.pop("ssl", None)
    credentials: dict[str, Any] = {
        "application_name": connecting.application_name,
        **expand_db_url(parts._replace(scheme="postgres", query=urlencode(options)).geturl())["credentials"],
        "maxsize": pool_size,
        "timeout": connecting.connect_timeout_s,
        "wait_s": connecting.wait_s,
        "pooler": connecting.pooler,
        "settings": {"jit": "off"},
    }
    return credentials if mode is None else credentials | {"ssl": _tls(mode)}


def _tls(mode: str) -> str | bool:
    """What asyncpg calls a mode; `true` verifies the server by the certificates that the machine trusts."""
    if mode.lower() in ("true", "1"):
        return True
    if mode.lower() in ("false", "0"):
        return "disable"
    if mode not in TLS_MODES:
        raise ValueError(f"the database URL says sslmode={mode}; use one of {', '.join(TLS_MODES)}")
    return mode


def replica_credentials(url: str, primary: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what a client for a replica is made with: the same as for its primary, but where it is.

    Raises:
        WrongSetting: the primary is not PostgreSQL, or the URL is not that of one.
    """
    if "settings" not in primary:
        raise WrongSetting("TWOFOLD_REPLICA_URL names a replica, and TWOFOLD_DATABASE_URL is not PostgreSQL.")
    try:
        own = credentials_of(url, primary["maxsize"], Connecting())
    except ValueError as error:
        raise WrongSetting(f"TWOFOLD_REPLICA_URL: {error}.") from None
    same = {name: primary[name] for name in ("settings", "wait_s", "pooler", "application_name")}
    return own | same | {"timeout": min(primary["timeout"], REPLICA_CONNECT_S)}
