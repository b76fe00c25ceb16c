"""Answers as bytes: what is read carries a tag of its bytes, so that who has them already is not sent them again."""

from typing import Any

from starlette.types import Scope

from twofold.answer import Answer
from twofold.etag import etag, is_known
from twofold.identity.authenticate import WHO_ASKS
from twofold.page import to_json

__all__ = ["json_answer", "read_answer", "tagged", "wants_cost"]

JSON = (b"content-type", b"application/json")
BY_WHO = (b"vary", WHO_ASKS.encode())


def json_answer(data: Any, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """Returns `data` as the answer to a change."""
    return Answer(status, to_json(data), [JSON, *headers])


def tagged(answer: Answer, version: int | None) -> Answer:
    """Returns the answer to a change with the ETag that a read would have, for the next change's If-Match."""
    if version is not None:
        answer.headers.append((b"etag", etag(answer.body, version)))
    return answer


def wants_cost(scope: Scope) -> bool:
    """Returns whether the request has a header X-Cost, so that the answer says what it cost."""
    return any(name == b"x-cost" for name, _ in scope["headers"])


def read_answer(scope: Scope, data: Any, headers: tuple[tuple[bytes, bytes], ...] = (), version: int | None = None
                ) -> Answer:  # fmt: skip
    """Returns `data` as the answer to a read, with its ETag; 304 without a body to who has it."""
    body = to_json(data)
    tag = etag(body, version)
    if is_known(tag, scope["headers"]):
        return Answer(304, b"", [(b"etag", tag), BY_WHO, *headers])
    return Answer(200, body, [JSON, (b"etag", tag), BY_WHO, *headers])
