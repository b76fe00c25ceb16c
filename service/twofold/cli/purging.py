"""Deleting what has ended, from the command line: `purge`."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer

from twofold.cli.common import open_database
from twofold.identity import purge as ended

__all__ = ["purge"]


def purge(
    days: Annotated[int, typer.Option(min=0, max=3650, help="Days since it ended.")] = 30,
    idempotency_days: Annotated[int, typer.Option(min=0, max=3650, help="Days that idempotency keys are kept.")] = 7,
) -> None:
    """Deletes tokens, codes, sessions, permissions and counters that ended a while ago. Run it daily."""

    async def run() -> Mapping[str, int]:
        async with open_database() as database:
            return await ended.purge(database, days=days, idempotency_days=idempotency_days)

    for table, number in asyncio.run(run()).items():
        typer.echo(f"{table:<20}  {number}")
