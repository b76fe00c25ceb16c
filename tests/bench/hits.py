"""How far is an answer that is kept from constant bytes through the same middleware, authentication included?"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import httpx

from bench import in_process, misses
from bench.kept_questions import LOGIN, ONE_PRODUCT, SIGN_IN, Question, fill, questions
from bench.processes import MissingTool, Server, cpu_s, load, require_tools, serving, write_requests
from bench.questions import Asked

WARM_S = 1


def main() -> None:
    """Measures as the command line asks."""
    options = _options()
    try:
        require_tools()
    except MissingTool as error:
        raise SystemExit(str(error)) from None
    if options.misses:
        misses.measure(options.seconds, options.rounds)
        return
    with tempfile.TemporaryDirectory(prefix="twofold-bench-") as folder:
        url = f"sqlite://{folder}/shop.sqlite3"
        asyncio.run(fill(url))
        if options.in_process:
            in_process.measure(url, options.rounds)
            return
        with serving("bench.cached_service:app", {"TWOFOLD_DATABASE_URL": url}) as server:
            print("| question | bytes | bare req/s | ours req/s | bare us | ours us | ours to bare | by CPU |")  # noqa: T201
            print("|---|---:|---:|---:|---:|---:|---:|---:|")  # noqa: T201
            for question in _asked(server.url):
                print(_measured(server, question, Path(folder), options), flush=True)  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench/cached.py", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2, help="how long each is measured in each round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--misses", action="store_true", help="what it costs to keep what nobody asks for again")
    parser.add_argument("--in-process", action="store_true", help="without a server; a round takes milliseconds")
    return parser.parse_args()


def _asked(url: str) -> Iterator[Question]:
    token: str = httpx.post(f"{url}{SIGN_IN}", json=LOGIN).json()["access_token"]
    return questions(token, httpx.get(f"{url}{ONE_PRODUCT}").json()["data"][0]["id"])


def _measured(server: Server, question: Question, folder: Path, options: argparse.Namespace) -> str:
    """Measures both in turns, and returns the medians as a row of a table."""
    found: dict[str, list[tuple[float, float]]] = {"bare": [], "ours": []}
    asked = {"bare": question.bare, "ours": question.ours}
    bodies = {name: _answer(server, each, question.token) for name, each in asked.items()}
    if bodies["bare"] != bodies["ours"]:
        raise SystemExit(f"{question.name}: the two do not answer the same")
    for name, each in asked.items():
        write_requests(folder / name, [each], question.token)
        load(server.url, folder / name, WARM_S)
    for number in range(options.rounds):
        for name in sorted(asked, reverse=bool(number % 2)):
            before = cpu_s(server.pid)
            done = load(server.url, folder / name, options.seconds)
            if done.errors:
                raise SystemExit(f"{question.name}: {done.errors} errors")
            found[name].append((done.rps, (cpu_s(server.pid) - before) / done.requests * 1e6))
    pairs = list(zip(found["ours"], found["bare"], strict=True))
    ratio = median(ours / bare for (ours, _), (bare, _) in pairs)
    by_cpu = median(bare / ours for (_, ours), (_, bare) in pairs)
    rps = {name: median(each for each, _ in figures) for name, figures in found.items()}
    cpu_us = {name: median(each for _, each in figures) for name, figures in found.items()}
    cells = [question.name, len(bodies["ours"]), f"{rps['bare']:.0f}", f"{rps['ours']:.0f}", f"{cpu_us['bare']:.1f}",
             f"{cpu_us['ours']:.1f}", f"{ratio:.2f}", f"{by_cpu:.2f}"]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def _answer(server: Server, asked: Asked, token: str) -> bytes:
    headers = {"Content-Type": "application/json"} if asked.body else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    answer = httpx.request(asked.method, server.url + asked.path, content=asked.body, headers=headers)
    if answer.is_error or b'"errors"' in answer.content:
        raise SystemExit(f"{asked} is answered with {answer.status_code}: {answer.text}")
    return answer.content


if __name__ == "__main__":
    main()
