"""What is kept of the database's answers: `cache stats`, `cache purge`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, fields
from typing import Annotated, Any, NamedTuple, NoReturn

import typer

from twofold.cache.board import Numbers, Process
from twofold.cache.counting import board_of
from twofold.cache.place import said_of_place
from twofold.cache.stats import Stats
from twofold.cache.tags import same_name
from twofold.cli.common import open_database
from twofold.database import Database
from twofold.settings import Settings
from twofold.shared.redis_size import Size, size_of

__all__ = ["cache_app"]

cache_app = typer.Typer(no_args_is_help=True, help="What is kept of the database's answers.")

MIB = 1024 * 1024


class Redis(NamedTuple):
    """How Redis is."""

    size: Size | None
    """None: it does not answer."""
    state: str
    """`kept`, or why what is there is gone round."""


COLUMNS = (*(each.name for each in fields(Stats)), "hit rate", "over-invalidated", "entries", "MiB", "evicted")
NO_PROCESS = "No process of this user on this machine serves now."


@cache_app.command("stats")
def show_stats(
    as_json: Annotated[bool, typer.Option("--json", help="Prints JSON, for programs.")] = False,
) -> None:
    """Shows what the cache of each process of this machine has done, and how Redis is where there is one."""
    settings = Settings()

    async def run() -> tuple[list[Process], Redis | None]:
        async with open_database(settings) as database:
            return board_of(database).processes(), await _redis(database)

    said = said_of_place(settings)
    processes, redis = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(_as_json(settings, processes, redis), indent=2))
        return
    typer.echo(f"Answers are kept {said}.")
    if redis is not None:
        typer.echo(_said_of_redis(redis))
    typer.echo("\n".join(_table(processes)) if processes else NO_PROCESS)


@cache_app.command("purge")
def purge_kept(
    table: Annotated[
        list[str] | None, typer.Option(help="Only what depends on this table of the database; repeatable.")
    ] = None,
) -> None:
    """Makes all processes ask the database again: after rows were changed by other means than the service."""

    async def run() -> list[Process]:
        async with open_database() as database:
            await _purge(database, table or [])
            return board_of(database).processes()

    processes = asyncio.run(run())
    typer.echo(f"Purged {', '.join(table) if table else 'everything'}.")
    if not processes:
        typer.echo(NO_PROCESS)


async def _purge(database: Database, tables: Sequence[str]) -> None:
    unknown = sorted({same_name(each) for each in tables} - database.watch.tables)
    if unknown:
        known = ", ".join(sorted(database.watch.tables))
        raise typer.BadParameter(f"there is no table {', '.join(unknown)}; there are {known}")
    if not database.shared.spans_machines and not await database.shared.answers():
        _fail("The file that processes share cannot be had: nothing was purged.")
    await database.fetch("SELECT 1")  # after which no replica is read that has not yet got what was committed
    if tables:
        await database.watch.forget(tables)
    else:
        await database.watch.forget_all()


def _fail(said: str) -> NoReturn:
    typer.echo(said, err=True)
    raise typer.Exit(1)


async def _redis(database: Database) -> Redis | None:
    """How Redis is; None where there is none."""
    doubts = database.doubts
    if doubts is None:
        return None
    size = await size_of(database.shared)
    await doubts.life()  # which looks
    return Redis(size, doubts.state)


def _said_of_redis(redis: Redis) -> str:
    size = redis.size
    if size is None:
        return "Redis does not answer."
    few = "" if size.is_all else "more than "
    about = f"ours are {few}{size.keys} keys, about {size.bytes / MIB:.1f} MiB"
    return f"Redis answers; {about}. What is there is {redis.state}."


def _all(processes: Sequence[Process]) -> Numbers:
    return sum((each.numbers for each in processes), Numbers())


def _table(processes: Sequence[Process]) -> list[str]:
    rows = [("process", "since", *COLUMNS)]
    rows += [(str(each.pid), f"{each.began_at:%Y-%m-%d %H:%M}", *_cells(each.numbers)) for each in processes]
    rows.append(("in all", "", *_cells(_all(processes))))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _cells(numbers: Numbers) -> list[str]:
    stats = numbers.stats
    return [
        *map(str, astuple(stats)), _percent(stats.hit_rate), _percent(stats.over_invalidation), str(numbers.entries),
        f"{numbers.bytes / MIB:.1f}", str(numbers.evicted),
    ]  # fmt: skip


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _as_json(settings: Settings, processes: Sequence[Process], redis: Redis | None) -> dict[str, Any]:
    return {
        "place": settings.cache_place,
        "processes": [
            {"pid": each.pid, "since": each.began_at.isoformat(), **_numbers(each.numbers)} for each in processes
        ],
        "all": _numbers(_all(processes)),
        "redis": None if redis is None else {"answers": redis.size is not None, "state": redis.state,
                                             **({} if redis.size is None else asdict(redis.size))},
    }  # fmt: skip


def _numbers(numbers: Numbers) -> dict[str, Any]:
    stats = numbers.stats
    rates = {"hit_rate": stats.hit_rate, "over_invalidation": stats.over_invalidation}
    return {**asdict(stats), **rates, **{name: value for name, value in asdict(numbers).items() if name != "stats"}}
