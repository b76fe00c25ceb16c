"""What does it cost to keep answers that nobody asks for again? The same questions with the cache on and off."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench import cluster
from bench.processes import OTHER_CORE, Server, children_of, cpu_s, load, pin, serving, write_requests
from bench.questions import SCENARIOS, draw

__all__ = ["measure"]

NAMES = ("R1", "G1", "R2", "G2")
SMALL_MB = "1"
"""So little that whatever is kept is gone before it is asked for again: there are 4,000 different requests."""
WARM_S = 2


def measure(seconds: float, rounds: int) -> None:
    """Prints a table."""
    with ExitStack() as stack:
        server_url = stack.enter_context(cluster.server(cluster.CACHE))
        database_pid = int((cluster.CACHE / "data" / "postmaster.pid").read_text().split()[0])
        for pid in (database_pid, *children_of(database_pid)):
            pin(pid, OTHER_CORE)
        url = asyncio.run(cluster.prepared_database(server_url))
        settings = {"TWOFOLD_DATABASE_URL": url, "TWOFOLD_CREDENTIAL_MEMORY_S": "60", "TWOFOLD_CACHE_MB": SMALL_MB}
        servers = {
            place: stack.enter_context(serving("bench.service:app", {**settings, "TWOFOLD_CACHE": place}))
            for place in ("off", "memory")
        }
        token = asyncio.run(cluster.new_token(url))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="twofold-bench-")))
        keys = asyncio.run(cluster.keys_in(url))
        print("| question | off req/s | on req/s | off us | on us | on to off | by CPU |")  # noqa: T201  # what it is for
        print("|---|---:|---:|---:|---:|---:|---:|")  # noqa: T201
        for name in NAMES:
            scenario = SCENARIOS[name]
            asked = [scenario.ask["twofold"](each) for each in draw(scenario, keys)]
            for who, credential in (("visitor", ""), ("token", token)):
                write_requests(folder / "requests", asked, credential)
                print(_measured(f"{name}, {who}", servers, folder / "requests", seconds, rounds), flush=True)  # noqa: T201


def _measured(name: str, servers: dict[str, Server], requests: Path, seconds: float, rounds: int) -> str:
    found: dict[str, list[tuple[float, float]]] = {place: [] for place in servers}
    for server in servers.values():
        load(server.url, requests, WARM_S)
    for number in range(rounds):
        for place in sorted(servers, reverse=bool(number % 2)):
            before = cpu_s(servers[place].pid)
            done = load(servers[place].url, requests, seconds, start=number * 1000)
            found[place].append((done.rps, (cpu_s(servers[place].pid) - before) / done.requests * 1e6))
    pairs = list(zip(found["off"], found["memory"], strict=True))
    ratio = median(on / off for (off, _), (on, _) in pairs)
    by_cpu = median(off / on for (_, off), (_, on) in pairs)
    rps = [median(each for each, _ in figures) for figures in found.values()]
    cpu_us = [median(each for _, each in figures) for figures in found.values()]
    cells = [
        name,
        *(f"{each:.0f}" for each in rps),
        *(f"{each:.0f}" for each in cpu_us),
        f"{ratio:.2f}",
        f"{by_cpu:.2f}",
    ]
    return f"| {' | '.join(cells)} |"
