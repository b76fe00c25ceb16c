"""Migrations from the command line: `migrate up`, `migrate down`, `migrate status`."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer

from twofold.cli import making, rehearsing
from twofold.cli.common import load_application, open_database
from twofold.cli.reviewing import review_migrations
from twofold.migrate import MigrationFailed, MigrationStatus, downgrade, status, upgrade
from twofold.settings import Settings

__all__ = ["migrate_app"]

T = TypeVar("T")

migrate_app = typer.Typer(no_args_is_help=True, help="The schema of the database.")
migrate_app.command("review")(review_migrations)
migrate_app.command()(making.make)
migrate_app.command()(making.check)
migrate_app.command()(rehearsing.rehearse)


@migrate_app.command()
def up() -> None:
    """Applies what is pending. Any number of processes may do it at once: each migration is applied once."""

    async def run() -> list[str]:
        settings = Settings()
        async with open_database(settings) as database:
            return await upgrade(database, settings.migrations, load_application(settings).models)

    _report("Applied", _run(run()))


@migrate_app.command()
def down(
    app: Annotated[str, typer.Argument(help="The app whose migration is undone.")],
    version: Annotated[int, typer.Argument(help="Its number: this one and all later ones; -1: the last one.")] = -1,
) -> None:
    """Undoes migrations of one app."""

    async def run() -> list[str]:
        settings = Settings()
        async with open_database(settings) as database:
            return await downgrade(database, settings.migrations, app, version)

    _report("Undid", _run(run()))


@migrate_app.command("status")
def show_status() -> None:
    """Shows which migrations are applied and which are pending."""

    async def run() -> list[MigrationStatus]:
        settings = Settings()
        async with open_database(settings) as database:
            return await status(database, settings.migrations, load_application(settings).models)

    for each in _run(run()):
        typer.echo(f"{each.state:<12}  {each.app}/{each.version}")


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except MigrationFailed as error:
        typer.echo(f"Migration failed: {error}", err=True)
        raise typer.Exit(1) from None


def _report(word: str, names: list[str]) -> None:
    for name in names:
        typer.echo(f"{word} {name}")
    if not names:
        typer.echo("Nothing to do.")
