"""`adopt`: a project from a database that is there."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from twofold.adopt import AdoptFailed
from twofold.adopt import adopt as make_project

__all__ = ["adopt"]


def adopt(
    database_url: Annotated[str, typer.Argument(help="sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE")],
    folder: Annotated[Path | None, typer.Argument(help="A new folder; by default, one of the database's name.")] = None,
) -> None:
    """Makes a project that serves an existing database, closed until you say who may see what."""
    try:
        made = asyncio.run(make_project(database_url, folder))
    except AdoptFailed as error:
        typer.echo(f"Nothing was made: {error}.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Wrote {made.folder} with {made.resources} resources, {made.read_only} of them read only.")
    if made.left_out:
        typer.echo(f"Left out: {made.left_out} columns or other things; README.md and models.py say why.")
    typer.echo(f"Serve it: cd {made.folder} && twofold serve. README.md says how to open the first resource.")
