"""Applications and signing keys from the command line: `clients` and `signing`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar
from uuid import UUID

import typer

from twofold.cli.common import load_application
from twofold.engine import Engine
from twofold.errors import NotFound, ServiceError
from twofold.identity import credentials
from twofold.identity.identity import From, Identity
from twofold.identity.models import User
from twofold.identity.oauth import clients
from twofold.identity.oauth.models import Client, SigningKey
from twofold.identity.oauth.signing import SigningKeys
from twofold.settings import Settings

__all__ = ["clients_app", "signing_app"]

clients_app = typer.Typer(no_args_is_help=True, help="Applications that may ask for tokens.")
signing_app = typer.Typer(no_args_is_help=True, help="Keys that sign ID tokens.")

_T = TypeVar("_T")


@clients_app.command("create")
def create_client(
    name: Annotated[str, typer.Argument(help="What people are asked to allow something.")],
    redirect_uri: Annotated[list[str] | None, typer.Option(help="Where browsers come back to; repeatable.")] = None,
    owner: Annotated[str | None, typer.Option(help="The e-mail of who owns it; needed for client_credentials.")] = None,
    grant: Annotated[list[str] | None, typer.Option(help="A grant type; repeatable.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="What it may ask for; repeatable. None: to read.")] = None,
    public: Annotated[bool, typer.Option(help="Without a secret: it runs where nobody can keep one.")] = False,
) -> None:
    """Registers an application, and prints its id and then its secret, once."""
    metadata = {
        "client_name": name,
        "redirect_uris": redirect_uri or [],
        "grant_types": grant or ["authorization_code", "refresh_token"],
        "scope": " ".join(scope) if scope else None,
        "token_endpoint_auth_method": "none" if public else "client_secret_basic",
    }

    async def create(identity: Identity) -> clients.RegisteredClient:
        return await clients.register(identity, metadata, await _owner_id(identity, owner), From())

    made = _run(create)
    typer.echo(made.client.id)
    if made.client_secret is not None:
        typer.echo(made.client_secret)
        typer.echo("Store the secret now, it is not shown again.", err=True)


@clients_app.command("list")
def list_clients() -> None:
    """Lists applications by name, one a line, tab-separated: id, secret or public, owner, grant types, name."""

    async def read(identity: Identity) -> list[Client]:
        with identity.database.use():
            return await Client.all().order_by("name", "id").select_related("owner")

    for client in _run(read):
        owner = client.owner.email if client.owner else "-"
        _echo_row(
            client.id, "secret" if client.secret_hash else "public", owner, ",".join(client.grant_types), client.name
        )


@clients_app.command("delete")
def delete_client(client_id: Annotated[UUID, typer.Argument(help="Its id, as `clients list` shows it.")]) -> None:
    """Deletes an application; whatever people allowed it ends."""

    async def delete(identity: Identity) -> None:
        with identity.database.use():
            client = await Client.get_or_none(id=client_id)
        if client is None:
            raise NotFound("There is no such application.")
        await clients.delete_client(identity, client, From())

    _run(delete)
    typer.echo(f"Deleted {client_id}.")


@signing_app.command("list")
def list_keys() -> None:
    """Lists signing keys, one a line, tab-separated: id, algorithm, state, when it was made."""

    async def read(identity: Identity) -> list[SigningKey]:
        with identity.database.use():
            return await SigningKey.all().order_by("algorithm", "created_at", "id")

    for key in _run(read):
        _echo_row(key.id, key.algorithm, key.state, f"{key.created_at:%Y-%m-%d %H:%M}")


@signing_app.command("rotate")
def rotate_keys(
    algorithm: Annotated[Literal["RS256", "ES256"] | None, typer.Option(help="Only this one's. None: all.")] = None,
) -> None:
    """Makes the next key sign and publishes one after it; what the old one signed stays good."""
    _run(lambda identity: SigningKeys(identity).rotate(algorithm))
    typer.echo(f"Rotated {algorithm or 'RS256 and ES256'}.")


def _run(work: Callable[[Identity], Awaitable[_T]]) -> _T:
    """Returns what `work` returns on an open database; a refusal ends the command with its sentences."""

    async def run() -> _T:
        settings = Settings()
        engine = Engine(load_application(settings), settings)
        await engine.database.open()
        try:
            return await work(engine.identity)
        finally:
            await engine.database.close()

    try:
        return asyncio.run(run())
    except ServiceError as error:
        typer.echo(error.message, err=True)
        for field_error in error.field_errors:
            typer.echo(f"  {'.'.join(map(str, field_error.path))}: {field_error.message}", err=True)
        raise typer.Exit(1) from error


async def _owner_id(identity: Identity, email: str | None) -> UUID | None:
    if email is None:
        return None
    with identity.database.use():
        user = await User.get_or_none(email=credentials.email_of(email) or "")
    if user is None:
        raise NotFound(f"There is no user {email}.")
    return user.id


def _echo_row(*cells: object) -> None:
    typer.echo("\t".join(str(cell) for cell in cells))
