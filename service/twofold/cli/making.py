"""Migrations that are made and held against the models: `migrate make`, `migrate check`."""

import asyncio
import re
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from twofold.cli.common import load_application, open_database
from twofold.migrate.check import check_database, check_files
from twofold.migrate.files import MigrationFailed
from twofold.migrate.make import Draft, draft, moved, write
from twofold.migrate.plan import MissingFiller
from twofold.migrate.wanted import Wanted
from twofold.settings import Settings

__all__ = ["check", "make"]

NAME = re.compile(r"[a-z][a-z0-9_]*")


def make(
    name: Annotated[str, typer.Argument(help="What changes, in a few words: product_weight.")] = "changes",
    app: Annotated[str | None, typer.Option(help="Only this app.")] = None,
    rename: Annotated[
        list[str] | None, typer.Option(help="TABLE.COLUMN=NEW, or TABLE=NEW: the same under another name.")
    ] = None,
    no_renames: Annotated[bool, typer.Option("--no-renames", help="What is not said to be renamed is not.")] = False,
    fill: Annotated[
        list[str] | None,
        typer.Option(help="TABLE.COLUMN=SQL: what rows that are there get; without SQL: none lacks a value."),
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="One without steps, for changes of data by hand.")] = False,
    baseline: Annotated[bool, typer.Option("--baseline", help="Take the models for what is there.")] = False,
) -> None:
    """Writes the migrations that the models ask for. Asks what may be a rename, and what rows get; never guesses."""
    if not NAME.fullmatch(name):
        raise typer.BadParameter("a migration's name has lower-case letters, digits and underscores")
    settings = Settings()
    wanted = Wanted(load_application(settings))
    if app is not None and app not in wanted.apps:
        raise typer.BadParameter(f"there is no app {app}; there are {', '.join(wanted.apps)}")
    if empty and app is None:
        raise typer.BadParameter("--empty makes a migration of one app; say which by --app")
    made = []
    try:
        drafts = [
            draft(settings.migrations, each, wanted, baseline=baseline) for each in ([app] if app else wanted.apps)
        ]
        _say(drafts, rename or [], fill or [])
        for it in drafts:
            for table, other in moved(it, wanted):
                _refuse_if(True, _how_to_move(table, it.app, other))
            _answer(it, no_renames=no_renames or baseline)
            _refuse_if(empty and it.is_needed, f"the models of {it.app} have changed; make that migration first")
            if empty or baseline or it.is_needed:
                made.append(_write(it, settings, wanted, name, without_steps=empty or baseline))
    except (MigrationFailed, MissingFiller) as error:
        typer.echo(f"No migration was made: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo("\n".join(f"Wrote {each}" for each in made) or "The models ask for nothing new.")


def _refuse_if(wrong: bool, why: str) -> None:
    if wrong:
        raise MigrationFailed(why)


def _how_to_move(table: str, app: str, other: str) -> str:
    return (
        f"the table {table} goes from the app {app} to {other}, and its rows would be lost there; when nothing else"
        f" has changed, run `twofold migrate make --baseline --app {app}`, and the same with --app {other}:"
        " these leave the database as it is"
    )


def _say(drafts: Sequence[Draft], renames: Sequence[str], fillers: Sequence[str]) -> None:
    """Tells the drafts what the options say; tables before their columns."""
    for said in sorted(renames, key=lambda each: "." in each):
        place, _, after = said.partition("=")
        table, _, column = place.partition(".")
        _whose(drafts, table).rename(table, column, after)
    for said in fillers:
        place, _, sql = said.partition("=")
        table, _, column = place.partition(".")
        _whose(drafts, table).fill(table, column, sql or None)


def _whose(drafts: Sequence[Draft], table: str) -> Draft:
    for each in drafts:
        if each.knows(table):
            return each
    raise MigrationFailed(f"there is no table {table}, and there was none")


def _answer(it: Draft, *, no_renames: bool) -> None:
    while not no_renames and it.questions:
        _ask(it, *it.questions[0])


def _ask(it: Draft, table: str, before: str, after: str) -> None:
    old, new = (f"{table}.{before}", f"{table}.{after}") if before else (table, after)
    if not sys.stdin.isatty():
        raise MigrationFailed(
            f"{old} goes and {new} comes; say --rename {old}={after} if it is the same under another name,"
            " or --no-renames if it is not"
        )
    if typer.confirm(f"{old} goes and {new} comes. Is it the same under another name?"):
        it.rename(table, before, after)
    else:
        it.apart.add((table, before, after))


def _write(it: Draft, settings: Settings, wanted: Wanted, name: str, *, without_steps: bool) -> str:
    while True:
        try:
            return str(write(it, settings.migrations, wanted, name, without_steps=without_steps))
        except MissingFiller as missing:
            if not sys.stdin.isatty():
                raise
            place = f"{missing.table}.{missing.column}"
            question = f"What do the rows that are there get in {place}? As SQL; nothing if none lacks a value"
            it.fillers[missing.table, missing.column] = typer.prompt(question, default="", show_default=False) or None


def check(
    files_only: Annotated[bool, typer.Option("--files-only", help="Ask no database: models against files.")] = False,
) -> None:
    """Tells where models, migrations and the database do not say the same; for CI. It changes nothing."""
    settings = Settings()
    wanted = Wanted(load_application(settings))
    found = check_files(settings.migrations, wanted)

    async def run() -> list[str]:
        async with open_database(settings) as database:
            return await check_database(database, settings.migrations, wanted)

    if not files_only:
        found += asyncio.run(run())
    for each in found:
        typer.echo(each, err=True)
    if found:
        raise typer.Exit(1)
    typer.echo("Models, migrations and database say the same." if not files_only else "Models and migrations agree.")
