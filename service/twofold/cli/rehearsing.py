"""`twofold migrate rehearse`: migrations are tried on a copy, and what they lose is told."""

import asyncio
import json
import sqlite3
from dataclasses import asdict
from typing import Annotated

import asyncpg
import typer

from twofold.cli.common import load_application, open_database
from twofold.errors import ServiceError
from twofold.migrate.files import MigrationFailed
from twofold.migrate.rehearse import Report
from twofold.migrate.rehearse import rehearse as rehearsed
from twofold.settings import Settings

__all__ = ["rehearse"]


def rehearse(
    last: Annotated[int, typer.Option(min=0, help="The last so many migrations, instead of what is pending.")] = 0,
    generated: Annotated[
        int, typer.Option(min=0, help="So many made-up rows in each table of an empty database, instead of a copy.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Write the report as JSON.")] = False,
) -> None:
    """Runs migrations up, down and up on a copy of the database, and tells what was lost or changed; for CI, too.

    Ends with 1 when something was lost that the file does not announce, or did not work.
    """

    async def run() -> Report:
        settings = Settings()
        async with open_database(settings) as database:
            models = load_application(settings).models
            return await rehearsed(database, settings.database_url, models, settings.migrations,
                                   last=last, generated=generated)  # fmt: skip

    try:
        report = asyncio.run(run())
    except (MigrationFailed, ServiceError, asyncpg.PostgresError, sqlite3.Error) as error:
        typer.echo(f"Nothing was rehearsed: {error}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(asdict(report) | {"is_fine": report.is_fine}, indent=2))
    else:
        typer.echo("\n".join(report.lines()))
    if not report.is_fine:
        raise typer.Exit(1)
