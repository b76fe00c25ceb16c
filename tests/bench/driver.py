"""Measures the service against the raw limit: the same questions in turns, on the same database."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import orjson

from bench import cluster
from bench.processes import (
    OTHER_CORE,
    MissingTool,
    Server,
    children_of,
    cpu_s,
    load,
    pin,
    require_tools,
    rss_mb,
    serving,
    write_requests,
)
from bench.questions import SCENARIOS, Asked, Scenario, draw, facts
from bench.report import Figures, as_json, rows_of, table
from support import postgres

REVIEWS = 500_000
CHECKED = 25
"""How many answers of each target are compared before a scenario is measured."""
WARM_S = 2


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A target in a scenario: its server, and the requests it gets."""

    name: str
    server: Server
    asked: Sequence[Asked]
    token: str = ""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a run has at hand."""

    database_url: str
    database_pid: int
    servers: Mapping[str, Server]
    token: str
    folder: Path
    seconds: float


class Disagreement(Exception):
    """Two targets gave other facts to the same question."""


def main() -> None:
    """Runs the benchmark as the command line asks."""
    options = _options()
    try:
        require_tools()
        with _bench(options) as bench:
            figures = _measure(bench, [SCENARIOS[name] for name in options.scenarios], options.rounds)
    except (MissingTool, postgres.MissingPrograms, Disagreement) as error:
        raise SystemExit(str(error)) from None
    rows = rows_of(figures)
    print(table(rows))  # noqa: T201  # what the command is for
    if options.json:
        about = {"seconds": options.seconds, "rounds": options.rounds, "scenarios": options.scenarios}
        options.json.write_bytes(orjson.dumps(as_json(figures, rows, **about), option=orjson.OPT_INDENT_2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench/run.py", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="how long each target is measured in each round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scenarios", type=_scenarios, default=list(SCENARIOS), help="R1,R2,…; all of them by default")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    parser.add_argument("--cache", type=Path, default=cluster.CACHE, help="where the database is kept between runs")
    return parser.parse_args()


def _scenarios(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in SCENARIOS:
            raise argparse.ArgumentTypeError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    return names


@contextmanager
def _bench(options: argparse.Namespace) -> Iterator[Bench]:
    with ExitStack() as stack:
        server_url = stack.enter_context(cluster.server(options.cache))
        database_pid = int((options.cache / "data" / "postmaster.pid").read_text().split()[0])
        for pid in (database_pid, *children_of(database_pid)):
            pin(pid, OTHER_CORE)
        url = asyncio.run(cluster.prepared_database(server_url))
        asyncio.run(cluster.tidy(url, REVIEWS))
        servers = {
            f"limit {mode}": stack.enter_context(
                serving("bench.limit:app", {"LIMIT_DATABASE_URL": url, "LIMIT_MODE": mode})
            )
            for mode in ("rows", "json")
        }
        settings = {"TWOFOLD_DATABASE_URL": url, "TWOFOLD_CREDENTIAL_MEMORY_S": "2"}
        servers["twofold"] = stack.enter_context(serving("bench.service:app", settings))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="twofold-bench-")))
        token = asyncio.run(cluster.new_token(url))
        yield Bench(
            database_url=url, database_pid=database_pid, servers=servers, token=token, folder=folder,
            seconds=options.seconds,
        )  # fmt: skip


# -- measuring ---------------------------------------------------------------------------------------------------


def _measure(bench: Bench, scenarios: Sequence[Scenario], rounds: int) -> list[Figures]:
    keys = asyncio.run(cluster.keys_in(bench.database_url))
    figures: list[Figures] = []
    for scenario in scenarios:
        parameters = draw(scenario, keys)
        asked = {target: [ask(each) for each in parameters] for target, ask in scenario.ask.items()}
        contenders = [
            Contender(name=name, server=server, asked=asked["limit" if name.startswith("limit") else "twofold"])
            for name, server in bench.servers.items()
        ]
        contenders.append(replace(contenders[-1], name="twofold, token", token=bench.token))
        _check(scenario, contenders)
        for contender in contenders:
            write_requests(_requests(bench, contender), contender.asked, contender.token)
            load(contender.server.url, _requests(bench, contender), WARM_S)
        for number in range(rounds):
            for contender in contenders:
                if scenario.writes:
                    asyncio.run(cluster.tidy(bench.database_url, REVIEWS))
                figures.append(_figures(bench, scenario, contender, number))
        if scenario.writes:
            asyncio.run(cluster.tidy(bench.database_url, REVIEWS))
        measured = rows_of(each for each in figures if each.scenario == scenario.name)
        print(table(measured), file=sys.stderr)  # noqa: T201  # a run is long, and the next scenario may fail
    return figures


def _requests(bench: Bench, contender: Contender) -> Path:
    return bench.folder / contender.name.replace(" ", "-")


def _figures(bench: Bench, scenario: Scenario, contender: Contender, number: int) -> Figures:
    server, database = cpu_s(contender.server.pid), _database_cpu_s(bench)
    done = load(contender.server.url, _requests(bench, contender), bench.seconds, start=number * 1000)
    requests = max(1, done.requests)
    return Figures(
        scenario=scenario.name,
        target=contender.name,
        round=number,
        rps=done.rps,
        p50_ms=done.p50_ms,
        p99_ms=done.p99_ms,
        errors=done.errors,
        server_us=(cpu_s(contender.server.pid) - server) / requests * 1e6,
        database_us=(_database_cpu_s(bench) - database) / requests * 1e6,
        rss_mb=rss_mb(contender.server.pid),
    )


def _database_cpu_s(bench: Bench) -> float:
    """All of PostgreSQL's processes; what has ended is counted with its parent."""
    return sum(cpu_s(pid) for pid in (bench.database_pid, *children_of(bench.database_pid)))


# -- checking ----------------------------------------------------------------------------------------------------


def _check(scenario: Scenario, contenders: Sequence[Contender]) -> None:
    """Compares what the targets say.

    Raises:
        Disagreement: they do not say the same.
    """
    for number in range(CHECKED):
        said = {each.name: facts(scenario, _answer(each, each.asked[number])) for each in contenders}
        first, *others = said
        for other in others:
            if said[other] != said[first]:
                raise Disagreement(
                    f"{scenario.name}: {other} and {first} disagree about {contenders[0].asked[number]}:\n"
                    f"{said[other]}\n{said[first]}"
                )


def _answer(contender: Contender, asked: Asked) -> bytes:
    headers = {"Content-Type": "application/json"} if asked.body else {}
    if contender.token:
        headers["Authorization"] = f"Bearer {contender.token}"
    answer = httpx.request(asked.method, contender.server.url + asked.path, content=asked.body, headers=headers)
    if answer.is_error:
        raise Disagreement(f"{contender.name} answers {asked} with {answer.status_code}: {answer.text}")
    return answer.content


if __name__ == "__main__":
    main()
