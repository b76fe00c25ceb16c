"""What does an answer that is kept cost beside constant bytes, in one process and without a server?

The server's own time, and that of the sockets, is in neither, and the fastest of many short blocks counts: what else is
done on the machine can only make one slower.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any, TypeAlias

import httpx

from bench.kept_questions import LOGIN, ONE_PRODUCT, SIGN_IN, Question, questions
from bench.questions import Asked

__all__ = ["measure"]

REQUESTS = 500
WARM = 200

Message: TypeAlias = MutableMapping[str, Any]


def measure(url: str, blocks: int) -> None:
    """Prints a table about the filled shop at `url`."""
    os.environ["TWOFOLD_DATABASE_URL"] = url
    asyncio.run(_measure(blocks))


async def _measure(blocks: int) -> None:
    from bench.cached_service import app  # noqa: PLC0415  # it serves what the environment names

    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        token = (await client.post(SIGN_IN, json=LOGIN)).json()["access_token"]
        id_ = (await client.get(ONE_PRODUCT)).json()["data"][0]["id"]
        print("| question | bare us | ours us | a hit adds us |")  # noqa: T201  # what it is for
        print("|---|---:|---:|---:|")  # noqa: T201
        for question in questions(token, id_):
            bare_us, ours_us = await _fastest_us(app, question, blocks)
            print(f"| {question.name} | {bare_us:.1f} | {ours_us:.1f} | {ours_us - bare_us:.1f} |", flush=True)  # noqa: T201


async def _fastest_us(app: Any, question: Question, blocks: int) -> tuple[float, float]:
    asked = (question.bare, question.ours)
    for each in asked:
        await _block_us(app, each, question.token, WARM)
    gc.collect()
    gc.freeze()
    times = [[await _block_us(app, each, question.token, REQUESTS) for each in asked] for _ in range(blocks)]
    bare, ours = zip(*times, strict=True)
    return min(bare), min(ours)


async def _block_us(app: Any, asked: Asked, token: str, requests: int) -> float:
    async def receive() -> Message:
        return {
            "type": "http.request",
            "body": bytes(bytearray(asked.body)),
            "more_body": False,
        }  # as new as from a socket

    async def send(message: Message) -> None:
        pass

    scope = _scope(asked, token)
    begun = perf_counter()
    for _ in range(requests):
        await app({**scope, "headers": [*scope["headers"]]}, receive, send)
    return (perf_counter() - begun) / requests * 1e6


def _scope(asked: Asked, token: str) -> Message:
    path, _, query = asked.path.partition("?")
    headers = [(b"host", b"shop")]
    if asked.body:
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(asked.body))]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    return {
        "type": "http", "http_version": "1.1", "method": asked.method, "path": path, "query_string": query.encode(),
        "root_path": "", "headers": headers, "client": ("127.0.0.1", 1), "server": ("shop", 80), "state": {},
    }  # fmt: skip
