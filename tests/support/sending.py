"""A write as a request, which either face can be asked, and what each of them answers, in the same words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import httpx

from twofold_graphql.names import camel

__all__ = ["FACES", "Answer", "Face", "WriteRequest", "connected", "other", "send", "send_patiently"]

Face: TypeAlias = Literal["rest", "graphql"]
FACES: tuple[Face, Face] = ("rest", "graphql")
RETRIES = 5


@dataclass(frozen=True, kw_only=True)
class WriteRequest:
    """A write, with the token of who asks for it. Names are in REST's spelling."""

    token: str
    resource: str
    singular: str
    action: str = "create"
    id: str | None = None
    """The row that is there already, which an action is done to."""
    input: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    """The idempotency key."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a write: the row, or why there is none."""

    status: int
    error_code: str | None = None
    """Of the refusal; by GraphQL only of one that no field is to blame for."""
    row: Mapping[str, Any] | None = None
    codes: tuple[str, ...] = ()
    """Of the errors of fields."""
    sentences: tuple[str, ...] = ()
    retries: int = 0
    """How often the request was sent again, because the server asked to wait."""

    @property
    def id(self) -> str | None:
        """The key of the row that was written."""
        return None if self.row is None else str(self.row["id"])


class Unavailable(Exception):
    """The server asks to wait."""

    def __init__(self, response: httpx.Response) -> None:
        self.retry_after_s = float(response.headers.get("retry-after", "1"))
        super().__init__(response.text)


def connected(number: int) -> httpx.AsyncClient:
    """Returns a client for as many requests at once, straight to the servers."""
    # A server closes what it has not heard from for five seconds; a request that comes in that moment is lost.
    limits = httpx.Limits(max_connections=number, keepalive_expiry=2)
    return httpx.AsyncClient(timeout=120, limits=limits, trust_env=False)


def other(face: Face) -> Face:
    """Returns the face that this one is not."""
    return "graphql" if face == "rest" else "rest"


async def send_patiently(client: httpx.AsyncClient, url: str, face: Face, request: WriteRequest) -> Answer:
    """Returns the answer of the server at `url`; while it says 503, waits as long as it says and sends it again.

    Raises:
        httpx.TransportError: the server ended meanwhile, or is not there.
        Unavailable: it asks to wait all the time.
    """
    for retries in range(RETRIES):
        try:
            answer = await send(client, url, face, request)
        except Unavailable as busy:
            await asyncio.sleep(busy.retry_after_s)
        else:
            return Answer(**{**vars(answer), "retries": retries})
    return await send(client, url, face, request)


async def send(client: httpx.AsyncClient, url: str, face: Face, request: WriteRequest) -> Answer:
    """Returns the answer of the server at `url`.

    Raises:
        httpx.TransportError: the server ended meanwhile, or is not there.
        Unavailable: it asks to wait.
    """
    return await (_by_rest if face == "rest" else _by_graphql)(client, url, request)


async def _by_rest(client: httpx.AsyncClient, url: str, request: WriteRequest) -> Answer:
    path = f"/api/v1/{request.resource.replace('_', '-')}"
    if request.id is not None:
        path += f"/{request.id}/{request.action}"
    headers = {"Authorization": f"Bearer {request.token}"}
    if request.key is not None:
        headers["Idempotency-Key"] = request.key
    response = await client.post(f"{url}{path}", headers=headers, json=dict(request.input))
    said = _said(response)
    if response.is_success:
        return Answer(status=response.status_code, row=said["data"])
    errors = said.get("field_errors", ())
    return Answer(
        status=response.status_code,
        error_code=said["error_code"],
        codes=tuple(each["code"] for each in errors),
        sentences=(said["detail"], *(each["message"] for each in errors)),
    )


async def _by_graphql(client: httpx.AsyncClient, url: str, request: WriteRequest) -> Answer:
    noun, name = camel(request.singular), camel(f"{request.action}_{request.singular}")
    query = f"""mutation($input: {name[0].upper()}{name[1:]}Input!, $key: String) {{
      {name}(input: $input, idempotencyKey: $key) {{ {noun} {{ id }} errors {{ code message path }} }}
    }}"""
    row = {} if request.id is None else {"id": request.id}
    variables = {"input": row | {camel(each): value for each, value in request.input.items()}, "key": request.key}
    headers = {"Authorization": f"Bearer {request.token}"}
    body = {"query": query, "variables": variables}
    response = await client.post(f"{url}/graphql", headers=headers, json=body)
    said = _said(response)
    refusals = said.get("errors", [])
    payload = (said["data"] or {}).get(name) or {noun: None, "errors": []}
    return Answer(
        status=response.status_code,
        error_code=_code(refusals[0]) if refusals else None,
        row=payload[noun],
        codes=tuple(each["code"] for each in payload["errors"]),
        sentences=tuple(each["message"] for each in [*refusals, *payload["errors"]]),
    )


def _code(error: Mapping[str, Any]) -> str:
    code: str = error["extensions"]["code"]
    return code


def _said(response: httpx.Response) -> Any:
    """The answer's JSON, which must be that of a server without faults.

    Raises:
        Unavailable: it is that the server asks to wait.
    """
    said = response.json()
    codes = [_code(each) for each in said.get("errors", ())]
    if response.status_code == 503 or "unavailable" in codes:
        raise Unavailable(response)
    assert response.status_code < 500, response.text
    assert "internal" not in codes, response.text
    return said
