"""Measures how many tokens a second a client gets for its credentials, here and from other authorization servers."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from bench.peer_servers import FIRST, PEERS, SCOPE, Contender
from bench.processes import Load, MissingTool, Server, children_of, cpu_s, load, require_tools, write_requests
from support import postgres

CACHE = Path("/var/tmp")  # noqa: S108  # a disk, where /tmp may be memory
WARM_S = 2
IDLE_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a contender did in one round; the server's CPU time is per token, its database's not counted."""

    load: Load
    server_us: float


def main() -> None:
    """Runs the comparison as the command line asks."""
    options = _options()
    try:
        require_tools()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="twofold-peers-", dir=CACHE)))
            folder.chmod(0o755)  # PostgreSQL, which is another user where this is root, has its data inside
            contenders = [stack.enter_context(each(folder)) for each in PEERS]
            flat = [one for several in contenders for one in several]
            figures = _measure(flat, folder, options.seconds, options.rounds)
    except (MissingTool, postgres.MissingPrograms) as error:
        raise SystemExit(str(error)) from None
    print(_table(figures))  # noqa: T201  # what the command is for


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench/oauth_peers.py", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long each server is measured in each round")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


# -- measuring ---------------------------------------------------------------------------------------------------


def _measure(
    contenders: Sequence[Contender], folder: Path, seconds: float, rounds: int
) -> dict[str, list[Figures]]:  # fmt: skip
    for each in contenders:
        _check(each)
        write_requests(_requests(folder, each), [each.asked])
        load(each.server.url, _requests(folder, each), WARM_S)
        _wait_until_idle(each.server)
    figures: dict[str, list[Figures]] = {each.name: [] for each in contenders}
    for _ in range(rounds):
        for each in contenders:
            before = _cpu_s(each.server)
            done = load(each.server.url, _requests(folder, each), seconds)
            used = _cpu_s(each.server) - before
            _wait_until_idle(each.server)
            figures[each.name].append(Figures(load=done, server_us=used / max(1, done.requests) * 1e6))
    return figures


def _requests(folder: Path, contender: Contender) -> Path:
    return folder / contender.name.replace(" ", "-").replace(",", "")


def _wait_until_idle(server: Server) -> None:
    """Waits for what a slow server still has in its queue when the load is over; it would slow the next one down."""
    before = -1.0
    while (now := _cpu_s(server)) > before + IDLE_S / 10:
        before = now
        time.sleep(IDLE_S)


def _cpu_s(server: Server) -> float:
    return sum(cpu_s(pid) for pid in (server.pid, *children_of(server.pid)))


def _check(contender: Contender) -> None:
    """Sees that two requests get two tokens, good for an hour and for what was asked.

    Raises:
        RuntimeError: they do not.
    """
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    url, body = contender.server.url + contender.asked.path, contender.asked.body
    answers = [httpx.post(url, content=body, headers=form, timeout=30) for _ in range(2)]
    if any(each.status_code != 200 for each in answers):
        raise RuntimeError(f"{contender.name} answers {answers[-1].status_code}: {answers[-1].text}")
    first, second = (each.json() for each in answers)
    said = (first["token_type"].lower(), first["expires_in"], first["scope"])
    if first["access_token"] == second["access_token"] or said != ("bearer", 3600, SCOPE):
        raise RuntimeError(f"{contender.name} gives no new token each time, or another one than asked: {said}")


def _table(figures: dict[str, list[Figures]]) -> str:
    lines = ["| server | tokens/s | p50 ms | p99 ms | errors | server us | to Twofold on SQLite |",
             "|--------|---------:|-------:|-------:|-------:|----------:|---------------------:|"]  # fmt: skip
    for name, rounds in figures.items():
        ratios = [one.load.rps / first.load.rps for one, first in zip(rounds, figures[FIRST], strict=True)]
        rps, p50, p99 = (median(getattr(one.load, what) for one in rounds) for what in ("rps", "p50_ms", "p99_ms"))
        errors, server_us = sum(one.load.errors for one in rounds), median(one.server_us for one in rounds)
        lines.append(
            f"| {name} | {rps:.0f} | {p50:.1f} | {p99:.1f} | {errors} | {server_us:.0f} | {median(ratios):.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
