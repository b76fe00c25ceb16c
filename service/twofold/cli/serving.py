"""Running the application: `serve` and `seed`."""

import asyncio
import os
from collections.abc import Mapping
from typing import Annotated

import typer
import uvicorn

from twofold.application import Application
from twofold.cache.place import said_of_place
from twofold.cli.common import load_application, open_database
from twofold.migrate import upgrade
from twofold.settings import Settings

__all__ = ["seed", "serve"]


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="How many processes serve.", min=1)] = 1,
    demo: Annotated[bool, typer.Option(help="Fill an empty database with demo data.")] = True,
) -> None:
    """Brings the database up to date, fills an empty one with demo data, and serves both faces until Ctrl-C."""
    settings = Settings()
    application = load_application(settings)
    asyncio.run(_prepare(application, settings, demo=demo))
    url = _url(host, port)
    if "public_url" not in settings.model_fields_set:
        os.environ["TWOFOLD_PUBLIC_URL"] = _public(host, port)  # for the application, which the processes load later
    config = uvicorn.Config(application.asgi, host=host, port=port, workers=workers, log_level="warning")
    welcome = _welcome(application, settings, url, demo=demo)
    try:
        if workers == 1:
            _Announced(config, welcome).run()
        else:
            config.load()  # what stops the start is said once, and not by every process that is started again
            typer.echo(welcome)
            uvicorn.run(application.asgi, host=host, port=port, workers=workers, log_level="warning")
    except KeyboardInterrupt:  # uvicorn has shut down, and passes Ctrl-C on
        typer.echo("Stopped.")


def seed(
    scale: Annotated[int, typer.Option(help="How many times the usual amount of data.", min=1, max=1000)] = 1,
) -> None:
    """Fills an empty database with demo data: the same rows at every run."""
    settings = Settings()
    application = load_application(settings)
    counts = asyncio.run(_prepare(application, settings, demo=True, scale=scale))
    if counts is None:
        typer.echo("The database has data already; nothing was written.", err=True)
        raise typer.Exit(1)


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _public(host: str, port: int) -> str:
    """Where a browser on this machine reaches the service, also when it listens on all addresses."""
    return _url({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104


class _Announced(uvicorn.Server):
    """Says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self._welcome = welcome

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Starts to listen; the welcome comes only when that went well."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if not self.should_exit:
            typer.echo(self._welcome)


async def _prepare(
    application: Application, settings: Settings, *, demo: bool, scale: int = 1
) -> Mapping[str, int] | None:
    """Migrates and seeds; returns how many rows each table got, or None when nothing was written."""
    async with open_database(settings) as database:
        applied = await upgrade(database, settings.migrations, application.models)
        if applied:
            typer.echo(f"Applied {len(applied)} migrations.")
        if not demo or application.seed is None or not await application.seed.is_empty(database):
            return None
        counts = await application.seed.run(database, scale)
        typer.echo(f"Wrote demo data: {sum(counts.values())} rows in {len(counts)} tables.")
        return counts


def _welcome(application: Application, settings: Settings, url: str, *, demo: bool) -> str:
    lines = [
        "",
        f"{application.name} is served:",
        f"  GraphiQL   {url}/graphql",
        f"  REST       {url}/api/v1/docs",
        f"  OpenAPI    {url}/api/v1/openapi.json",
        f"  Account    {url}/account",
        "",
        f"Answers are kept {said_of_place(settings)}.",
    ]
    accounts = application.seed.accounts if application.seed and demo else ()
    if accounts:
        lines += ["", "Demo accounts:"]
        lines += [f"  {each.title:<10} {each.email:<24} {each.password}" for each in accounts]
        body = f'{{"email":"{accounts[0].email}","password":"{accounts[0].password}"}}'
        lines += ["", "Sign in:", f"  curl -s {url}/auth/login -H 'Content-Type: application/json' -d '{body}'"]
    for client in application.seed.clients if application.seed and demo else ():
        lines += ["", f"Application for OAuth: {client.title}, without a secret"]
        lines += [f"  client_id    {client.client_id}", f"  redirect_uri {client.redirect_uri} (any port)"]
        lines += [f"  discovery    {url}/.well-known/openid-configuration"]
    lines += ["", "Try:", f"  curl -s '{url}{application.first_request}'", "", "Ctrl-C stops it."]
    return "\n".join(lines)
