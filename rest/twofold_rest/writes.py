"""The routes that change a resource's rows: one at a time, several in an array, and by declared actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException

from twofold.actor import Actor
from twofold.answer import Answer, address_of, json_of, read_body
from twofold.audit import Origin
from twofold.engine import Engine
from twofold.errors import Forbidden, Malformed, NotFound, Unauthenticated
from twofold.fetch import plain
from twofold.identity.authenticate import authenticate
from twofold.resource import Action
from twofold.spec import ROW_ID, ResourceSpec
from twofold.verbs import rules_of
from twofold.write import Write, Written
from twofold_rest.errors import item_errors
from twofold_rest.openapi import Operation
from twofold_rest.query import KEY, VERSION, ItemQuery, Queries, parse_ids, parse_nothing
from twofold_rest.respond import json_answer, tagged
from twofold_rest.shortcut import Endpoint
from twofold_rest.write_openapi import WriteRoute, write_operation

__all__ = ["Writes", "body_of", "object_of", "told"]


@dataclass
class Writes:
    """The handlers of one resource; `path` is that of its list."""

    engine: Engine
    spec: ResourceSpec
    queries: Queries
    path: str

    def table(self) -> Iterator[tuple[str, str, Endpoint, Operation]]:
        """Method, path, endpoint, and what the document says."""
        spec, many, one = self.spec, self.path, f"{self.path}/{{id}}"
        if rules_of(spec, "create"):
            yield "POST", many, self._create, self._described("create")
        if rules_of(spec, "upsert"):
            yield "PUT", many, self._upsert, self._described("upsert")
        if rules_of(spec, "patch"):
            yield "PATCH", many, self._patch_all, self._described("patch_all")
            yield "PUT", one, self._replace, self._described("replace")
            yield "PATCH", one, self._patch, self._described("patch")
        if rules_of(spec, "delete"):
            yield "DELETE", many, self._delete_all, self._described("delete_all")
            yield "DELETE", one, self._delete, self._described("delete")
        if rules_of(spec, "restore"):
            yield "POST", f"{one}/restore", self._restore, self._described("restore")
        for name, action in spec.actions.items():
            path = f"{many if action.creates else one}/{name.replace('_', '-')}"
            yield "POST", path, self._acting(action), write_operation(self.engine, spec, "act", action)

    def _described(self, route: WriteRoute) -> Operation:
        return write_operation(self.engine, self.spec, route)

    # -- one ----------------------------------------------------------------------------------------------------

    async def _create(self, request: Request) -> Answer:
        return await self._sent(request, "create")

    async def _upsert(self, request: Request) -> Answer:
        return await self._sent(request, "upsert")

    async def _replace(self, request: Request) -> Answer:
        return await self._change(request, "replace", await body_of(request))

    async def _patch(self, request: Request) -> Answer:
        return await self._change(request, "patch", await body_of(request))

    async def _restore(self, request: Request) -> Answer:
        return await self._change(request, "restore", await _no_body(request))

    def _acting(self, action: Action) -> Endpoint:
        async def act(request: Request) -> Answer:
            body = await body_of(request) if action.input is not None else await _no_body(request)
            return await self._change(request, action.name, body)

        return act

    async def _delete(self, request: Request) -> Answer:
        actor = await authenticate(self.engine.identity, request.scope)
        parse_nothing(request.scope["query_string"])
        await self.engine.write(actor, self._write(request, "delete"), **told(request))
        return Answer(204)

    async def _change(self, request: Request, action: str, body: bytes) -> Answer:
        actor, query, _ = await self._asker(request)
        return await self._answer(request, actor, query, self._write(request, action, body))

    async def _answer(self, request: Request, actor: Actor, query: ItemQuery, write: Write) -> Answer:
        written = await self.engine.write(actor, write, **told(request))
        found = await object_of(self.engine, actor, self.spec, query, written)
        version = found.pop(VERSION, None)
        body, status = {"data": found}, 200
        headers: list[tuple[bytes, bytes]] = []
        if written.created:
            status = 201
            headers.append((b"location", f"{self.path}/{written.key}".encode()))
        return tagged(json_answer(body, status, tuple(headers)), version)

    async def _asker(self, request: Request) -> tuple[Actor, ItemQuery, bool]:
        """The actor, what is to be answered, and whether all is done or nothing.

        What cannot be answered is refused before anything is written; a whole object always can, if only its id.
        """
        actor = await authenticate(self.engine.identity, request.scope)
        query, atomic = self.queries.written(request.scope["query_string"])
        if query.is_named:
            self.engine.cost(actor, query.read)
        return actor, query, atomic

    def _write(self, request: Request, action: str, body: Any = b"{}") -> Write:
        if_match = request.headers.get("if-match")
        return Write(
            resource=self.spec, action=action, id=request.path_params.get("id"), input=body, if_match=if_match
        )  # fmt: skip

    # -- several ------------------------------------------------------------------------------------------------

    async def _sent(self, request: Request, action: str) -> Answer:
        """Writes the object or the array of objects in the body."""
        body = await body_of(request)
        if not body.lstrip().startswith(b"["):
            return await self._change(request, action, body)
        actor, query, atomic = await self._asker(request)
        writes = [Write(resource=self.spec, action=action, input=each) for each in array_of(body)]
        return await self._write_all(request, actor, query, writes, 201 if action == "create" else 200, atomic=atomic)

    async def _patch_all(self, request: Request) -> Answer:
        body = await body_of(request)
        actor, query, atomic = await self._asker(request)
        writes = [self._patch_of(each) for each in array_of(body)]
        return await self._write_all(request, actor, query, writes, 200, atomic=atomic)

    def _patch_of(self, item: Any) -> Write:
        if not isinstance(item, dict):
            return Write(resource=self.spec, action="patch", id="", input=item)
        rest = {name: value for name, value in item.items() if name != ROW_ID}
        return Write(resource=self.spec, action="patch", id=item.get(ROW_ID), input=rest)

    async def _delete_all(self, request: Request) -> Answer:
        actor = await authenticate(self.engine.identity, request.scope)
        ids, atomic = parse_ids(request.scope["query_string"])
        _refuse_version(request)
        writes = [Write(resource=self.spec, action="delete", id=each) for each in ids]
        outcomes = await self.engine.write_all(actor, writes, atomic=atomic, **told(request))
        if atomic:
            return Answer(204)
        gone = [plain(each.key) if isinstance(each, Written) else None for each in outcomes]
        return json_answer({"data": gone, "item_errors": item_errors(outcomes)})

    async def _write_all(self, request: Request, actor: Actor, query: ItemQuery, writes: Sequence[Write], status: int,
                         *, atomic: bool) -> Answer:  # fmt: skip
        _refuse_version(request)
        outcomes = await self.engine.write_all(actor, writes, atomic=atomic, **told(request))
        written = [each for each in outcomes if isinstance(each, Written)]
        found = await self._objects(actor, query, written)
        data = [found[each.key] if isinstance(each, Written) else None for each in outcomes]
        if atomic:
            return json_answer({"data": data}, status)
        return json_answer({"data": data, "item_errors": item_errors(outcomes)})

    async def _objects(self, actor: Actor, query: ItemQuery, written: Sequence[Written]) -> dict[Any, Any]:
        """The objects as they are now, by key; only the id of one that its writer may not see (any more)."""
        name = self.spec.pk.name
        found: dict[Any, Any] = {each.key: {name: each.key} for each in written}
        keys = {str(key): key for key in found}
        with suppress(Forbidden, Unauthenticated):
            for row in await self.engine.read(actor, query.some(list(found))) if found else ():
                row.pop(VERSION, None)
                found[keys[str(row.pop(KEY))]] = row
        return found


async def object_of(engine: Engine, actor: Actor, spec: ResourceSpec, query: ItemQuery, written: Written
                    ) -> dict[str, Any]:  # fmt: skip
    """Returns the object as it is now; only its id when its writer may not see it (any more, or by this token)."""
    try:
        found = await engine.read(actor, query.ask(written.key))
    except (NotFound, Forbidden, Unauthenticated):
        found = None
    return {spec.pk.name: written.key} if found is None else dict(found)


def told(request: Request) -> dict[str, Any]:
    """Returns what every write says of itself: where it came in, and its idempotency key."""
    scope = request.scope
    origin = Origin(face="rest", request_id=scope.get("request_id"), address=address_of(scope))
    return {"origin": origin, "idempotency_key": request.headers.get("idempotency-key")}


async def body_of(request: Request) -> bytes:
    """Returns the JSON body of a request.

    Raises:
        HTTPException: 415, it is something else.
    """
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise HTTPException(415, "Send the body as application/json")
    return await read_body(request.receive)


async def _no_body(request: Request) -> bytes:
    """The body of what takes nothing: none, or an empty object."""
    return await body_of(request) or b"{}"


def array_of(body: bytes) -> list[Any]:
    """Returns the items of a JSON array.

    Raises:
        Malformed: the body is something else.
    """
    items = json_of(body)
    if not isinstance(items, list):
        raise Malformed("The body must be a JSON array of objects.")
    return items


def _refuse_version(request: Request) -> None:
    if "if-match" in request.headers:
        raise Malformed("If-Match is for one object; in a batch, each operation has its own if_match.")
