"""Accounts and API keys from the command line: `users` and `keys`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from twofold.cli.common import open_database
from twofold.database import Database
from twofold.errors import NotFound, ServiceError
from twofold.identity import credentials, keys
from twofold.identity.models import ApiKey, User

__all__ = ["keys_app", "users_app"]

users_app = typer.Typer(no_args_is_help=True, help="Accounts.")
keys_app = typer.Typer(no_args_is_help=True, help="API keys, for programs.")

_T = TypeVar("_T")


@users_app.command("create")
def create_user(
    email: Annotated[str, typer.Argument(help="The e-mail address to sign in with.")],
    name: Annotated[str, typer.Option(help="The name that others see.")],
    role: Annotated[str, typer.Option(help="The role, a word that the application's rules know.")] = "customer",
) -> None:
    """Creates a user. Asks for the password, or reads it from the first line of a piped input."""
    password = _read_password()
    user_id = _run(lambda database: credentials.create_user(database, email, name, password, role))
    typer.echo(f"Created {email} as {role}: {user_id}")


@users_app.command("list")
def list_users() -> None:
    """Lists all users by e-mail, one a line, tab-separated: id, e-mail, role, active or inactive, name."""

    async def read(database: Database) -> list[User]:
        with database.use():
            return await User.all().order_by("email")

    for user in _run(read):
        _echo_row(user.id, user.email, user.role, "active" if user.is_active else "inactive", user.name)


@keys_app.command("create")
def create_key(
    email: Annotated[str, typer.Argument(help="The user on whose behalf the key acts.")],
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[str] | None, typer.Option(help="A `resource:action` word; repeatable. None: all.")] = None,
    expires_days: Annotated[int, typer.Option(min=0, max=3650, help="Days until the key expires; 0: never.")] = 90,
) -> None:
    """Creates an API key and prints it once."""

    async def create(database: Database) -> keys.IssuedKey:
        user = await _user_of(database, email)
        expires_at = datetime.now(UTC) + timedelta(days=expires_days) if expires_days else None
        return await keys.create_key(database, user.id, name, scope or [], expires_at)

    issued = _run(create)
    typer.echo(issued.key)
    what = ", ".join(scope or []) or f"all that {email} may do"
    until = issued.expires_at.strftime("%Y-%m-%d %H:%M UTC") if issued.expires_at else "it is revoked"
    typer.echo(f"Store it now, it is not shown again. For: {what}. Good until {until}. Id: {issued.id}", err=True)


@keys_app.command("list")
def list_keys(
    email: Annotated[str | None, typer.Argument(help="Only this user's keys.")] = None,
) -> None:
    """Lists API keys, newest first, one a line, tab-separated: id, prefix, e-mail, state, scopes, name."""

    async def read(database: Database) -> list[ApiKey]:
        owner = {"user_id": (await _user_of(database, email)).id} if email is not None else {}
        with database.use():
            return await ApiKey.filter(**owner).order_by("-created_at").select_related("user")

    for key in _run(read):
        _echo_row(key.id, key.prefix, key.user.email, _state_of(key), ",".join(key.scopes) or "all", key.name)


@keys_app.command("revoke")
def revoke_key(
    email: Annotated[str, typer.Argument(help="The user whose key it is.")],
    key_id: Annotated[UUID, typer.Argument(help="The key's id, as `keys list` shows it.")],
) -> None:
    """Revokes an API key: running servers of this machine refuse it from the next request on."""

    async def revoke(database: Database) -> None:
        await keys.revoke_key(database, (await _user_of(database, email)).id, key_id)

    _run(revoke)
    typer.echo(f"Revoked {key_id}.")


def _run(work: Callable[[Database], Awaitable[_T]]) -> _T:
    """Returns what `work` returns on an open database; a refusal ends the command with its sentences."""

    async def run() -> _T:
        async with open_database() as database:
            return await work(database)

    try:
        return asyncio.run(run())
    except ServiceError as error:
        typer.echo(error.message, err=True)
        for field_error in error.field_errors:
            typer.echo(f"  {'.'.join(map(str, field_error.path))}: {field_error.message}", err=True)
        raise typer.Exit(1) from error


def _read_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


async def _user_of(database: Database, email: str) -> User:
    with database.use():
        user = await User.get_or_none(email=credentials.email_of(email) or "")
    if user is None:
        raise NotFound(f"There is no user {email}.")
    return user


def _state_of(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "never expires"
    day = f"{key.expires_at:%Y-%m-%d}"
    return f"expired {day}" if key.expires_at <= datetime.now(UTC) else f"expires {day}"


def _echo_row(*cells: object) -> None:
    typer.echo("\t".join(str(cell) for cell in cells))
