"""Answers as bytes: what is read carries a tag of its bytes, so that who has them already is not sent them again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeAlias

from fastapi import Request

from twofold.actor import Actor
from twofold.answer import Answer
from twofold.cache.basis import Basis
from twofold.cache.finished import Finished, finished
from twofold.engine import Engine
from twofold.etag import etag
from twofold.identity.authenticate import WHO_ASKS, authenticate
from twofold.page import to_json
from twofold.request import Ask

__all__ = ["Made", "Reading", "json_answer", "read_answer", "tagged"]

JSON_TYPE = b"application/json"
JSON = (b"content-type", JSON_TYPE)
BY_WHO = WHO_ASKS.encode()


class Reading(NamedTuple):
    """A request that reads, who asks, and what the answer turns out to be based on."""

    request: Request
    actor: Actor
    basis: Basis


class Made(NamedTuple):
    """What was made of a reading: the data, and what goes beside it."""

    ask: Ask
    data: Any
    version: int | None = None
    link: str = ""


Make: TypeAlias = Callable[[Reading], Awaitable[Made]]


def json_answer(data: Any, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """Returns `data` as the answer to a change."""
    return Answer(status, to_json(data), [JSON, *headers])


def tagged(answer: Answer, version: int | None) -> Answer:
    """Returns the answer to a change with the ETag that a read would have, for the next change's If-Match."""
    if version is not None:
        answer.headers.append((b"etag", etag(answer.body, version)))
    return answer


async def read_answer(engine: Engine, request: Request, make: Make) -> Answer:
    """Returns the answer to a request that reads: the one that is kept, if it is good, or else one that is made.

    It has an ETag; who has it already gets 304 without a body.
    """
    scope = request.scope
    actor = await authenticate(engine.identity, scope)
    headers = dict(scope["headers"])
    if b"x-cost" in headers:
        return await _answer_with_cost(engine, Reading(request, actor, Basis()), make)
    asked = "rest", scope["path"], scope["query_string"]
    found = await engine.answers.find(actor, asked)
    if found is None:
        reading = Reading(request, actor, Basis())
        found = _finished(reading, await make(reading))
        await engine.answers.keep(actor, asked, found, reading.basis)
    return found.to(scope["headers"]) if b"if-none-match" in headers else found.whole


async def _answer_with_cost(engine: Engine, reading: Reading, make: Make) -> Answer:
    """The cost is a header, so that neither the bytes nor the tag are others for who asks for it."""
    reading.basis.about(None)
    made = await make(reading)
    answer = _finished(reading, made).to(reading.request.scope["headers"])
    cost = engine.cost(reading.actor, made.ask.read)
    return Answer(answer.status, answer.body, [*answer.headers, (b"x-cost", str(cost).encode())])


def _finished(reading: Reading, made: Made) -> Finished:
    body = to_json(made.data)
    beside = ((b"link", made.link.encode()),) if made.link else ()
    return finished(body, JSON_TYPE, actor=reading.actor, basis=reading.basis, vary=BY_WHO,
                    tag=etag(body, made.version), headers=beside)  # fmt: skip
