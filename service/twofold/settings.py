"""Settings, read from the environment (`TWOFOLD_…`) and from a `.env` file."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from twofold.connecting import Connecting, Limits
from twofold.errors import WrongSetting

__all__ = ["Provider", "Settings"]


class Provider(BaseModel):
    """Another OpenID provider, with whose accounts people may sign in."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="A word for URLs: `acme`.")
    title: str = Field(min_length=1, max_length=60, description="What people know it as: `Acme`.")
    issuer: str = Field(max_length=255, description="Its name as an issuer: https, or http on this machine itself.")
    client_id: str = Field(min_length=1)
    client_secret: SecretStr

    @property
    def is_near(self) -> bool:
        """Whether it is on this machine itself, so that nobody in between could read what is said in plain."""
        return self.is_loopback(self.issuer)

    @staticmethod
    def is_loopback(url: str) -> bool:
        """Returns whether an address is of this machine itself."""
        return re.match(r"https?://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?(/|$)", url) is not None

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, issuer: str) -> str:
        """OpenID Connect Discovery 1.0 §3: https, without a query or fragment."""
        if not re.fullmatch(r"https?://[^?#@\s]+", issuer):
            raise ValueError("an issuer is an address without a query, fragment or user")
        if not issuer.startswith("https://") and not cls.is_loopback(issuer):
            raise ValueError("an issuer is reached by https, or by http on this machine itself")
        return issuer


class Settings(BaseSettings):
    """What an operator may set. Every default serves one machine with nothing else installed."""

    model_config = SettingsConfigDict(env_prefix="TWOFOLD_", env_file=".env", extra="ignore")

    application: str = Field(
        default="storefront.application:STOREFRONT",
        description="Where the application is: `module:NAME` of an Application.",
    )
    migrations: Path = Field(default=Path("migrations"), description="The folder with the migrations of each app.")
    database_url: str = Field(
        default="sqlite://twofold.db",
        description="`sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.",
    )
    database_pool: int = Field(default=10, ge=1, description="PostgreSQL connections a process holds at most.")
    statement_timeout_s: float = Field(
        default=10.0, ge=0.001, le=3600, description="How long a statement may take, in seconds."
    )
    lock_timeout_s: float = Field(
        default=5.0, ge=0.001, le=3600, description="How long a statement on PostgreSQL waits for a lock, in seconds."
    )
    idle_transaction_timeout_s: float = Field(
        default=30.0,
        ge=0.001,
        le=3600,
        description="After how many seconds PostgreSQL ends a transaction in which nothing happens.",
    )
    database_wait_s: float = Field(
        default=5.0,
        ge=0.001,
        le=3600,
        description="How long a request waits for a connection while all are in use, in seconds; then it is answered"
        " 503.",
    )
    database_connect_timeout_s: float = Field(
        default=5.0, ge=0.001, le=3600, description="How long connecting to PostgreSQL may take, in seconds."
    )
    database_application_name: str = Field(
        default="twofold", max_length=63, description="What PostgreSQL calls the connections in `pg_stat_activity`."
    )
    database_pooler: bool = Field(
        default=False, description="Whether a pooler in transaction mode (PgBouncer) is between us and PostgreSQL."
    )
    replica_url: str | None = Field(
        default=None,
        description="Replicas of the PostgreSQL, by URLs with commas between them; they answer reads that they are far"
        " enough for.",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="`redis://USER:PASSWORD@HOST:PORT/NUMBER`: what processes on several machines share. Without, those"
        " of one machine share a file.",
    )
    sqlite_readers: int = Field(
        default=4, ge=0, le=64, description="Connections to a SQLite file that only read, beside the one that writes."
    )
    sqlite_synchronous: Literal["full", "normal"] = Field(
        default="full",
        description="When a commit to SQLite reaches the disk: `full`: before it is answered; `normal`: soon, so that"
        " the last ones may be lost when the power fails.",
    )
    cache: Literal["auto", "off", "memory", "redis"] = Field(
        default="auto",
        description="Where answers are kept: in the `memory` of each process, whose processes must then all be of one"
        " user on one machine, or in `redis`; `auto`: in Redis where there is one, in memory on SQLite, and nowhere on"
        " PostgreSQL without Redis, which several machines may share.",
    )
    cache_mb: int = Field(default=64, ge=1, description="How much memory a process keeps answers in, in MiB.")
    cache_ttl_s: float = Field(
        default=300.0,
        gt=0,
        le=86400,
        description="How long an answer is kept at most, in seconds, where its resource says nothing else.",
    )
    metrics: bool = Field(
        default=False,
        description="Whether `/metrics` tells what the cache does, in Prometheus' format, to whoever can reach it.",
    )
    max_cost: int = Field(
        default=100_000,
        ge=1,
        description="How many rows may be read for one request; the contract says how they count.",
    )
    token_ttl_s: int = Field(default=8 * 3600, ge=60, description="How long a sign-in lasts, in seconds.")
    credential_memory_s: float | None = Field(
        default=None,
        ge=0,
        le=60,
        description="How long a process remembers whom a credential stands for, in seconds; 0: not at all. What ends a"
        " credential counts at once in all processes that share a Redis, or else are of one user on one machine, and"
        " that late in others. By default 60 on SQLite or with Redis, and 0 on PostgreSQL without, which several"
        " machines may share.",
    )
    max_body_bytes: int = Field(
        default=1_048_576, ge=1024, description="The largest request body that is read, in bytes."
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="A JSON file of GraphQL documents by their ids, which requests may then name instead.",
    )
    only_trusted_documents: bool = Field(
        default=False, description="Whether GraphQL refuses every document that is not a trusted one."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="Where people and programs reach the service; its name as an issuer too. No slash at the end.",
        pattern=r"^https?://[^/?#@\s]+$",
    )
    secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="What encrypts signing keys and second factors in the database: the same for all processes.",
    )
    secret_file: Path = Field(
        default=Path("twofold.secret"),
        description="Where that is when TWOFOLD_SECRET is not set; made at first need, for one machine.",
    )
    session_ttl_s: int = Field(default=14 * 86400, ge=60, description="How long a browser stays signed in, in seconds.")
    oauth_token_ttl_s: int = Field(default=3600, ge=10, description="How long an application's access token is good.")
    refresh_token_ttl_s: int = Field(default=30 * 86400, ge=60, description="How long a refresh token is good.")
    registration: Literal["off", "open", "token"] = Field(
        default="off", description="Who may register applications by program (RFC 7591): nobody, all, or by a token."
    )
    registration_token: SecretStr | None = Field(
        default=None, min_length=32, description="The initial access token, where `registration` is `token`."
    )
    providers: list[Provider] = Field(default=[], description="Other OpenID providers to sign in with, as JSON.")
    smtp_url: SecretStr | None = Field(
        default=None, description="`smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`; without, mail goes to files."
    )
    mail_from: str = Field(default="Twofold <no-reply@localhost>", description="The sender of e-mails.")
    mail_folder: Path = Field(default=Path("mail"), description="Where e-mails are written that are not sent.")
    cors_origins: list[str] = Field(
        default=["*"], description="Web origins whose pages may call the API with a token; cookies never cross origins."
    )

    @property
    def connecting(self) -> Connecting:
        """How connections to the database are made."""
        return Connecting(
            wait_s=self.database_wait_s,
            connect_timeout_s=self.database_connect_timeout_s,
            application_name=self.database_application_name,
            pooler=self.database_pooler,
            readers=self.sqlite_readers,
            synchronous=self.sqlite_synchronous,
        )

    @property
    def replicas(self) -> Sequence[str]:
        """The URLs of the replicas."""
        return [each.strip() for each in (self.replica_url or "").split(",") if each.strip()]

    @property
    def redis(self) -> str | None:
        """The URL of Redis."""
        return None if self.redis_url is None else self.redis_url.get_secret_value()

    @property
    def cache_place(self) -> Literal["off", "memory", "redis"]:
        """Where answers are kept.

        Raises:
            WrongSetting: they are to be kept in Redis, and there is none.
        """
        if self.cache != "auto":
            if self.cache == "redis" and self.redis_url is None:
                raise WrongSetting("TWOFOLD_CACHE is redis, but there is no TWOFOLD_REDIS_URL")
            return self.cache
        if self.redis_url is not None:
            return "redis"
        return "memory" if self.database_url.startswith("sqlite:") else "off"

    @property
    def limits(self) -> Limits:
        """How long things in the database may take."""
        return Limits(
            statement_s=self.statement_timeout_s,
            lock_s=self.lock_timeout_s,
            idle_transaction_s=self.idle_transaction_timeout_s,
        )

    @field_validator("providers")
    @classmethod
    def _differ(cls, providers: list[Provider]) -> list[Provider]:
        """Each issuer once: what one of them says of a person must not count as another's word."""
        for what in ("name", "issuer"):
            if len({getattr(each, what) for each in providers}) < len(providers):
                raise ValueError(f"two providers have one {what}")
        return providers
