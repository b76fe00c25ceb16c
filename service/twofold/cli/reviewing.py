"""Reviewing migrations and the API's changes from the command line: `migrate review`."""

import asyncio
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from twofold.application import Application
from twofold.cli.common import load_application, load_asgi, open_database
from twofold.contract import contracts_of
from twofold.errors import Unavailable
from twofold.migrate.files import MigrationFile, migration_files
from twofold.migrate.review import Finding, Landed, Severity, Sizes, review, sizes_of
from twofold.migrate.review.api import NotTold, api_diff
from twofold.migrate.review.git import NoRevision, base_of, files_since
from twofold.migrate.review.report import lines, summary
from twofold.migrate.review.selection import NoSuchMigration, landed_of, named_ones, new_ones, pending_ones
from twofold.settings import Settings

__all__ = ["review_migrations"]


class Fails(StrEnum):
    """From which severity on the command fails."""

    critical = "critical"
    major = "major"
    minor = "minor"
    never = "never"


def review_migrations(
    names: Annotated[
        list[str] | None, typer.Argument(help="Migrations, such as storefront/1. None: those that the database lacks.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All migrations.")] = False,
    since: Annotated[str | None, typer.Option(help="Those that are new or changed since a git revision.")] = None,
    against: Annotated[
        str | None,
        typer.Option(help="The git revision that is out there. None: the latest tag, or where the branch began."),
    ] = None,
    fail_on: Annotated[
        Fails, typer.Option(help="The severity from which on it fails, with exit code 1.")
    ] = Fails.critical,
    api: Annotated[bool, typer.Option(help="Compare the API and who may do what, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Prints JSON, for programs.")] = False,
) -> None:
    """Says what migrations would lose, lock or break, worst first, with place, reason and fix. Nothing is run."""
    settings = Settings()
    application = load_application(settings)
    try:
        reviewing = _Reviewing(settings, application, against)
        answer = asyncio.run(reviewing.answer(names or [], since, everything=all_))
        if api:
            reviewing.add_api(answer)
    except (FileNotFoundError, NoSuchMigration, NoRevision) as error:
        raise typer.BadParameter(str(error)) from None
    _print(answer, as_json=as_json)
    if fail_on is not Fails.never and any(each.severity >= Severity[fail_on] for each in answer["findings"]):
        raise typer.Exit(1)


def _print(answer: dict[str, Any], *, as_json: bool) -> None:
    findings: list[Finding] = answer["findings"]
    if as_json:
        typer.echo(json.dumps(answer | {"findings": [each.as_json() for each in findings]}, indent=2))
        return
    for line in lines(findings):
        typer.echo(line)
    if answer["api_additions"]:
        typer.echo("Changes of the API that break nothing:")
    for each in answer["api_additions"]:
        typer.echo(f"  {each}")
    for note in answer["notes"]:
        typer.echo(note)
    typer.echo(f"Reviewed {', '.join(answer['reviewed']) or 'no migration'}.")
    typer.echo(summary(findings))


class _Reviewing:
    """One run of the command."""

    def __init__(self, settings: Settings, application: Application, against: str | None) -> None:
        self.settings = settings
        self.application = application
        self.against = against
        self.notes: list[str] = []

    async def answer(self, names: list[str], since: str | None, *, everything: bool) -> dict[str, Any]:
        """Returns what is printed.

        Raises:
            NoSuchMigration, NoRevision: somebody named what is not there.
        """
        folder, apps = self.settings.migrations, list(self.application.models)
        files = [file for app in apps for file in migration_files(folder, app)]
        sizes, pending = await self._database(apps)
        landed = self._landed(folder, apps)
        if everything:
            chosen = {file.name for file in files}
        elif names:
            chosen = named_ones(files, names)
        elif since is not None:
            chosen = new_ones(files, files_since(folder, base_of(folder, since)[1]))
        else:
            chosen = pending if pending is not None else self._new(files, folder)
        findings = review(files, chosen, sizes=sizes, landed=landed)
        return {"reviewed": [file.name for file in files if file.name in chosen], "findings": findings,
                "api_additions": [], "notes": self.notes}  # fmt: skip

    def add_api(self, answer: dict[str, Any]) -> None:
        """Adds what changed of the API since the revision that is out there."""
        try:
            name, revision = base_of(self.settings.migrations, self.against)
            diff = api_diff(self.settings.migrations, revision, self.settings.application,
                            contracts_of(load_asgi(self.settings)))  # fmt: skip
        except (NoRevision, NotTold) as error:
            self.notes.append(f"The API was not compared: {error}.")
            return
        answer["findings"] = sorted([*answer["findings"], *diff.findings], key=lambda each: -each.severity)
        answer["api_additions"] = diff.others
        self.notes.append(f"The API was compared with {name}.")

    async def _database(self, apps: list[str]) -> tuple[Sizes, set[str] | None]:
        """Returns the sizes of tables and what is pending; None without a database. A file that is not there is not
        made."""
        if not _may_be_there(self.settings.database_url):
            self.notes.append("There is no database: sizes are not known, and a lock counts as major.")
            return Sizes(), None
        try:
            async with open_database(self.settings) as database:
                return await sizes_of(database), await pending_ones(database, self.settings.migrations, apps)
        except Unavailable:
            self.notes.append("The database cannot be reached: sizes are not known, and a lock counts as major.")
            return Sizes(), None

    def _landed(self, folder: Path, apps: list[str]) -> Landed:
        try:
            name, revision = base_of(folder, self.against)
            return Landed(revision=name, changed=landed_of(folder, apps, files_since(folder, revision)))
        except NoRevision as error:
            if self.against is not None:
                raise
            self.notes.append(f"Whether released files were changed is not known: {error}.")
            return Landed()

    def _new(self, files: list[MigrationFile], folder: Path) -> set[str]:
        try:
            return new_ones(files, files_since(folder, base_of(folder, self.against)[1]))
        except NoRevision:
            return set()


def _may_be_there(database_url: str) -> bool:
    """Whether there is something to open: SQLite would make a file that is not there."""
    scheme, _, path = database_url.partition("://")
    return scheme != "sqlite" or Path(path.partition("?")[0]).is_file()
