"""The command line."""

import sys

import typer
from pydantic import ValidationError

from twofold.cli.adopting import adopt
from twofold.cli.caching import cache_app
from twofold.cli.contracts import openapi, schema
from twofold.cli.identity import keys_app, users_app
from twofold.cli.migrations import migrate_app
from twofold.cli.oauth import clients_app, signing_app
from twofold.cli.purging import purge
from twofold.cli.serving import seed, serve
from twofold.errors import ServiceError, WrongDeclaration, WrongSetting

__all__ = ["app", "main"]

app = typer.Typer(
    help="Serves one service layer as GraphQL and REST.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local variable may hold a password
)
app.command()(serve)
app.command()(seed)
app.command()(purge)
app.command()(adopt)
app.command()(schema)
app.command()(openapi)
app.add_typer(migrate_app, name="migrate")
app.add_typer(cache_app, name="cache")
app.add_typer(users_app, name="users")
app.add_typer(keys_app, name="keys")
app.add_typer(clients_app, name="clients")
app.add_typer(signing_app, name="signing")


def main() -> None:
    """Runs a command; what is wrong with the settings, the declarations or the database is said in a sentence."""
    try:
        app()
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            name = "_".join(["TWOFOLD", *map(str, each["loc"])]).upper()
            typer.echo(f"{name}: {each['msg']}.", err=True)
        sys.exit(2)
    except (ServiceError, WrongDeclaration, WrongSetting) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
