"""Settings, read from the environment (`TWOFOLD_…`) and from a `.env` file."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


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
    max_cost: int = Field(
        default=100_000,
        ge=1,
        description="How many rows may be read for one request; the contract says how they count.",
    )
    token_ttl_s: int = Field(default=8 * 3600, ge=60, description="How long a sign-in lasts, in seconds.")
    credential_memory_s: float = Field(
        default=2.0,
        ge=0,
        le=60,
        description="How long a process remembers whom a token or key stands for, in seconds; 0: not at all.",
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
