"""A process of the cache oracle: the storefront behind both faces, asked by lines of JSON.

A line is a request (`method`, `path`, `headers`, `body`) or `do`: what the process does to itself; first of all it is
told to `open` a database.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from random import Random
from typing import Any

import orjson
from starlette.types import ASGIApp, Message

from storefront.application import STOREFRONT
from storefront.products import Product
from storefront.tags import Tag
from support.oracle_faults import Pauses, Planted
from twofold.engine import Engine
from twofold.settings import Settings
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

__all__ = ["ask"]

MAX_LINE_BYTES = 16 * 1024 * 1024
KEPT_S = 20


async def ask(app: ASGIApp, line: dict[str, Any]) -> dict[str, Any]:
    """Returns the answer to a request: status, tag and text."""
    path, _, query = line["path"].partition("?")
    body = orjson.dumps(line["body"]) if line.get("body") is not None else b""
    headers = {"host": "shop", "content-type": "application/json"} | line.get("headers", {})
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": line["method"],
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("shop", 80), "state": {},
    }  # fmt: skip
    sent: list[Message] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if waiting:
            return waiting.pop()
        await asyncio.Event().wait()
        raise AssertionError("it never comes")

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    found = {name.decode().lower(): value.decode() for name, value in sent[0].get("headers", [])}
    text = b"".join(message.get("body", b"") for message in sent[1:]).decode()
    return {"status": sent[0]["status"], "etag": found.get("etag"), "text": text}


class Process:
    """Answers lines, many at once."""

    def __init__(self) -> None:
        self._opened = AsyncExitStack()
        self._engine: Engine
        self._app: ASGIApp
        self._pauses: Pauses
        self._planted: Planted

    async def answer(self, line: dict[str, Any]) -> None:
        """Answers one line."""
        try:
            said = await self._do(line) if "do" in line else await ask(self._app, line)
        except Exception as error:  # the driver fails with it
            said = {"status": 599, "etag": None, "text": repr(error)}
        sys.stdout.buffer.write(orjson.dumps({"id": line["id"], **said}) + b"\n")
        sys.stdout.buffer.flush()

    async def _do(self, line: dict[str, Any]) -> dict[str, Any]:
        match line["do"]:
            case "open":
                await self._open(line["settings"], line["seed"])
            case "plant":
                await self._planted.plant(line["fault"])
            case "stats":
                return {"status": 200, "stats": asdict(self._engine.stats)}
            case "die":
                self._pauses.dies_at = line["at"]
            case "stock":
                await self._write_stock(line["ids"], line["stock"])
            case "link":
                await self._link(line["product"], line["tags"])
        return {"status": 200, "text": "{}"}

    async def _open(self, settings: dict[str, Any], seed: str) -> None:
        """Serves with these settings from now on."""
        await self._opened.aclose()
        engine = self._engine = Engine(STOREFRONT, Settings(**settings))
        app = self._app = create_app(engine, [GraphQLFace()])
        await self._opened.enter_async_context(app.router.lifespan_context(app))
        self._pauses = Pauses(Random(seed), die=lambda: os.kill(os.getpid(), signal.SIGKILL))  # noqa: S311
        self._planted = self._opened.enter_context(Planted(engine, self._pauses))
        async with asyncio.timeout(KEPT_S):  # it is agreed first which Redis counts
            while not engine.stats.hits:
                await ask(app, {"method": "GET", "path": "/api/v1/tags?limit=1", "headers": {}})
                await asyncio.sleep(0.02)

    # Writes by the application's own code, of which nobody knows the rows.

    async def _write_stock(self, ids: list[str], stock: int) -> None:
        async with self._engine.database.transaction():
            await Product.filter(id__in=ids).update(stock=stock)

    async def _link(self, product_id: str, tags: list[str]) -> None:
        async with self._engine.database.transaction():
            product = await Product.get(id=product_id)
            await product.tags.clear()
            if tags:
                await product.tags.add(*await Tag.filter(id__in=tags))


async def serve() -> None:
    """Answers until there is nothing more to read."""
    process = Process()
    reader = asyncio.StreamReader(limit=MAX_LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with asyncio.TaskGroup() as tasks:
        async for line in reader:
            tasks.create_task(process.answer(orjson.loads(line)))


if __name__ == "__main__":
    asyncio.run(serve())
