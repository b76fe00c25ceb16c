"""How far is an answer that is kept from constant bytes through the same middleware, authentication included?"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
import orjson

from bench import misses
from bench.processes import MissingTool, Server, cpu_s, load, require_tools, serving, write_requests
from bench.questions import Asked
from storefront.seed import ACCOUNTS, DEMO_PASSWORD, seed
from support.databases import APPS, MIGRATIONS, open_database
from twofold.identity.passwords import hash_password_now
from twofold.migrate import upgrade

LIST = "?limit=50&sort=name&fields=name,slug,price,currency,stock,status,created_at"
NODES = "{ products(first: 50, orderBy: {name: ASC}) { nodes { id name slug price currency stock status createdAt } } }"
ONE = "query One($id: ID!) { product(id: $id) { id name slug price currency stock } }"
WARM_S = 1


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question to the service, and to the bare bytes."""

    name: str
    ours: Asked
    bare: Asked
    token: str


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
        asyncio.run(_fill(url))
        with serving("bench.cached_service:app", {"TWOFOLD_DATABASE_URL": url}) as server:
            print("| question | bytes | bare req/s | ours req/s | bare us | ours us | ours to bare | by CPU |")  # noqa: T201
            print("|---|---:|---:|---:|---:|---:|---:|---:|")  # noqa: T201
            for question in _questions(server.url):
                print(_measured(server, question, Path(folder), options), flush=True)  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench/cached.py", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2, help="how long each is measured in each round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--misses", action="store_true", help="what it costs to keep what nobody asks for again")
    return parser.parse_args()


async def _fill(url: str) -> None:
    database = open_database(url)
    await database.open()
    try:
        await upgrade(database, MIGRATIONS, APPS)
        await seed(database, scale=1, password_hash=hash_password_now(DEMO_PASSWORD))
    finally:
        await database.close()


def _questions(url: str) -> Iterator[Question]:
    account = {"email": ACCOUNTS[0].email, "password": ACCOUNTS[0].password}
    token: str = httpx.post(f"{url}/auth/login", json=account).json()["access_token"]
    id_ = httpx.get(f"{url}/api/v1/products?limit=1&fields=id").json()["data"][0]["id"]
    for who, credential in (("visitor", ""), ("token", token)):
        for name, path in (("REST, one", f"products/{id_}?fields=name,slug,price,currency,stock,status,created_at"),
                           ("REST, 50", f"products{LIST}")):  # fmt: skip
            yield Question(name=f"{name}, {who}", ours=Asked(method="GET", path=f"/api/v1/{path}"),
                           bare=Asked(method="GET", path=f"/api/v1/bare-{who}-{path}"), token=credential)  # fmt: skip
        for name, said in (("one", {"query": ONE, "variables": {"id": id_}}), ("50", {"query": NODES})):
            body = orjson.dumps(said)
            bare = Asked(method="POST", path=f"/bare-{who}-{name}", body=body)
            yield Question(name=f"GraphQL, {name}, {who}", ours=Asked(method="POST", path="/graphql", body=body),
                           bare=bare, token=credential)  # fmt: skip


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
