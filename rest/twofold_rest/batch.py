"""`POST /api/v1/batch`: changes of any resources in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from twofold.actor import Actor
from twofold.answer import Answer, json_of
from twofold.engine import Engine
from twofold.errors import Malformed
from twofold.identity.authenticate import authenticate
from twofold.invalid import invalid, refused
from twofold.spec import ResourceSpec
from twofold.verbs import COMMON
from twofold.write import Outcome, Write, Written
from twofold_rest.errors import item_errors
from twofold_rest.query import VERSION, Queries, parse_nothing
from twofold_rest.respond import json_answer
from twofold_rest.writes import body_of, object_of, told

__all__ = ["Batches"]


class Operation(BaseModel):
    """One change of a batch."""

    model_config = ConfigDict(strict=True, extra="forbid")

    resource: str
    action: str
    id: Any = None
    input: dict[str, Any] = Field(default_factory=dict)
    if_match: str | None = None


class Batch(BaseModel):
    """The body of a batch."""

    model_config = ConfigDict(strict=True, extra="forbid")

    atomic: bool = True
    operations: list[Operation]


class Batches:
    """The handler of batches of an engine's resources."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._specs: Mapping[str, ResourceSpec] = {spec.plural: spec for spec in engine.resources}
        self._queries = {spec.plural: Queries(spec) for spec in engine.resources}

    async def run(self, request: Request) -> Answer:
        """Makes the changes in the body, and answers what came of each."""
        body = await body_of(request)  # first: who sends it slowly must not act by what was revoked meanwhile
        actor = await authenticate(self.engine.identity, request.scope)
        parse_nothing(request.scope["query_string"])
        batch = _parsed(body)
        writes = [self._write(index, each) for index, each in enumerate(batch.operations)]
        outcomes = await self.engine.write_all(actor, writes, atomic=batch.atomic, **told(request))
        data = [await self._done(actor, write, each) for write, each in zip(writes, outcomes, strict=True)]
        errors = {} if batch.atomic else {"item_errors": item_errors(outcomes)}
        return json_answer({"data": data, **errors})

    def _write(self, index: int, said: Operation) -> Write:
        spec = self._specs.get(said.resource)
        if spec is None:
            names = ", ".join(self._specs)
            raise refused(
                ("operations", index, "resource"), "unknown", f"There is no such resource; there are {names}."
            )
        known = (*COMMON, *spec.actions)
        if said.action not in known:
            message = f"There is no such action here; there are {', '.join(known)}."
            raise refused(("operations", index, "action"), "unknown", message)
        return Write(resource=spec, action=said.action, id=said.id, input=said.input, if_match=said.if_match)

    async def _done(self, actor: Actor, write: Write, outcome: Outcome) -> dict[str, Any] | None:
        """What is told of a change that was made."""
        if not isinstance(outcome, Written):
            return None
        spec, found = write.resource, None
        if write.action != "delete":
            query, _ = self._queries[spec.plural].written(b"")
            found = await object_of(self.engine, actor, spec, query, outcome)
            found.pop(VERSION, None)
        return {"resource": spec.plural, "action": write.action, "id": outcome.key, "object": found}


def _parsed(body: bytes) -> Batch:
    said = json_of(body)  # not by Pydantic, which takes NaN for JSON
    if not isinstance(said, dict):
        raise Malformed("The body must be a JSON object with `operations`.")
    try:
        return Batch.model_validate(said)
    except ValidationError as error:
        raise invalid(error) from None
