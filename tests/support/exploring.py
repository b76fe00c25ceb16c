"""Requests that Schemathesis makes of an OpenAPI document, and what of the answers contradicts that document.

Schemathesis runs in a thread of its own. Its requests reach the application in the loop where its database was opened,
through a `Door` that gives each of them a caller in turn, so that one generated request stands for all callers.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import schemathesis
from schemathesis import Config, Response
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.engine import Status, events, from_schema
from schemathesis.generation.case import Case
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.hooks import HookContext
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SEED = 20261121
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

CHECKS = {
    "not_a_server_error": True,
    "status_code_conformance": True,
    "content_type_conformance": True,
    "response_schema_conformance": True,
    "response_headers_conformance": True,
    "negative_data_rejection": True,
    "missing_required_header": True,
    "unsupported_method": True,
    "allow_header_conformance": True,
    "use_after_free": True,
    "ensure_resource_availability": True,
    # What fits the schema is refused with good reason: a row that is not there, a rule, a caller without the right.
    "positive_data_acceptance": False,
    # Anybody may ask anything here; what visitors may not is decided by rules, and told by 401 where it is.
    "ignored_auth": False,
    # Takes two callers for strangers to each other's rows, which rules decide: tests/parity knows the rules.
    "object_level_authorization": False,
    # A machine with something else to do would fail it; tests/bench measures.
    "max_response_time": False,
}
"""Schemathesis' checks, and why some are left out."""

GRAMMARS = ("fields", "include", "filter", "after", "before")
"""Parameters that are any text to the document."""

LISTS = ("sort", "group_by", "aggregate")
"""Parameters that are lists, with commas between their items."""

UNIT_PHASES = ("examples", "coverage", "fuzzing")
STATEFUL = ("stateful",)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who asks: the headers that say who, and those with which to sign out, which ends another sign-in."""

    name: str
    headers: Mapping[str, str]
    parting: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Which phases of Schemathesis to run, and how much of each."""

    phases: Sequence[str]
    examples: int
    """Fuzzed requests of each operation; chains of requests in the stateful phase."""
    alike: int | None
    """Requests of the coverage phase for one operation, one parameter and one kind of mistake; None: all there are."""
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Ids of rows, by the names that they have in inputs (`product_id`, `tag_ids`) and by the paths of resources."""


@dataclass
class Found:
    """What came of the requests."""

    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """How many by operation (`GET /path/{id}`), caller and status."""
    faults: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """What contradicts the document: by check, operation and kind, with the first request that showed it."""

    def asked(self, operation: str) -> Counter[str]:
        """Returns who asked for an operation, and how often."""
        who: Counter[str] = Counter()
        for (name, caller, _), number in self.answers.items():
            if name == operation:
                who[caller] += number
        return who

    def told(self) -> str:
        """Returns the faults for who reads a failed test."""
        return "\n\n".join(f"{' | '.join(place)}\n{text}" for place, text in self.faults.items())


class Door:
    """An ASGI application before another one, which lives in another loop: it decides who comes in, and counts.

    Each operation is asked by the callers in turn. Requests to sign out carry a sign-in that nothing else uses, and
    changes of an account that is used here go to another one: callers who have lost their account are all visitors.
    """

    def __init__(self, app: ASGIApp, operations: Sequence[str], callers: Sequence[Caller], *,
                 accounts: Mapping[str, str] | None = None) -> None:  # fmt: skip
        self.app = app
        self.callers = callers
        self.accounts = accounts or {}
        """Ids of accounts that stay as they are, with the ids of those to be changed in their place."""
        self.found = Found()
        self._loop = asyncio.get_running_loop()
        self._asked: Counter[str] = Counter()
        self._paths = [(name, _pattern(name.partition(" ")[2])) for name in operations]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; the application's lifespan is another's business."""
        if scope["type"] != "http":
            raise NotImplementedError
        message = await receive()
        answering = asyncio.run_coroutine_threadsafe(self._answer(scope, message), self._loop)
        for each in await asyncio.wrap_future(answering):
            await send(each)

    async def _answer(self, scope: Scope, message: Message) -> list[Message]:
        operation = self._operation(scope)
        caller = self.callers[self._asked[operation] % len(self.callers)]
        self._asked[operation] += 1
        answer: list[Message] = []

        async def receive() -> Message:
            return {**message, "body": self._elsewhere(message.get("body", b""))}

        async def send(part: Message) -> None:
            answer.append(part)

        await self.app(self._let_in(scope, caller), receive, send)
        self.found.answers[operation, caller.name, answer[0]["status"]] += 1
        return answer

    def _operation(self, scope: Scope) -> str:
        method, path = scope["method"], scope["path"]
        return next((name for name, pattern in self._paths
                     if name.startswith(f"{method} ") and pattern.fullmatch(path)), f"{method} elsewhere")  # fmt: skip

    def _let_in(self, scope: Scope, caller: Caller) -> Scope:
        sent = caller.parting if scope["path"] == "/auth/logout" else caller.headers
        # The id of a request comes back with the answer: so a fault tells who had asked.
        headers = [*scope["headers"], (b"x-request-id", caller.name.encode()),
                   *((name.lower().encode(), value.encode()) for name, value in sent.items())]  # fmt: skip
        path = scope["path"].encode()
        path = path if scope["method"] == "GET" else self._elsewhere(path)
        return {**scope, "headers": headers, "path": path.decode()}

    def _elsewhere(self, text: bytes) -> bytes:
        for kept, other in self.accounts.items():
            text = text.replace(kept.encode(), other.encode())
        return text


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]*", re.escape(path)), re.DOTALL)


def operations_of(document: Mapping[str, Any]) -> list[str]:
    """Returns the operations of a document as Schemathesis names them; words come before the ids in their place."""
    names = [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]
    return sorted(names, key=lambda name: name.count("{"))


def thinned(document: Mapping[str, Any], members: int) -> dict[str, Any]:
    """Returns the document with at most so many members in each object of a query string, others in each parameter.

    All operations and parameters are there, and all answers. What is left out is the tenth operator of the tenth
    filter: most of what Schemathesis would generate, and the same code as the first one's.
    """
    thin = deepcopy(dict(document))
    parameters = [parameter for methods in thin["paths"].values() for said in methods.values()
                  for parameter in said.get("parameters", []) if parameter.get("style") == "deepObject"]  # fmt: skip
    for number, parameter in enumerate(parameters):
        schema = parameter["schema"]
        schema["properties"] = _some(schema["properties"], members, number)
        for below in schema["properties"].values():
            if "properties" in below:
                below["properties"] = _some(below["properties"], members, number)
    return thin


def linked(document: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the document without the questions that nothing leads on from: aggregates, lists behind an object."""
    paths = {path: methods for path, methods in document["paths"].items()
             if {*methods} != {"get"} or path.endswith("}") or path.count("/") == 3}  # fmt: skip
    return {**document, "paths": paths}


def _some(properties: Mapping[str, Any], members: int, number: int) -> dict[str, Any]:
    names = [*properties]
    start = number % len(names)
    return {name: properties[name] for name in (names[start:] + names[:start])[:members]}


async def explore(document: dict[str, Any], door: Door, plan: Plan) -> Found:
    """Returns what is found when every operation of the document is asked as the plan says."""
    await asyncio.to_thread(_explore, document, door, plan)
    return door.found


def _explore(document: dict[str, Any], door: Door, plan: Plan) -> None:
    schema = schemathesis.openapi.from_dict(document, config=_config(plan))
    schema.app = door
    schema.hook(_answerable(plan.ids))
    schema.hook(filter_failure)
    if plan.alike is not None:
        schema.hook(_sampled(plan.alike))
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(event, door.found)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            door.found.faults["Schemathesis gave up", "", type(event).__name__] = str(event)


def _config(plan: Plan) -> Config:
    return Config.from_dict(
        {
            "seed": SEED,
            "workers": 1,
            "base-url": "http://shop",
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "checks": {name: {"enabled": enabled} for name, enabled in CHECKS.items() if name != "max_response_time"},
            "phases": {name: {"enabled": name in plan.phases} for name in (*UNIT_PHASES, *STATEFUL)},
            "generation": {
                "deterministic": True,
                "max-examples": plan.examples,
                # A wrong request ends a chain: the other phases have made it already.
                "mode": "positive" if plan.phases == STATEFUL else "all",
                "no-shrink": True,  # a fault is shown as it was met; to shrink it would ask thousands of times again
                "database": "none",
                "with-security-parameters": False,  # the door says who asks
            },
        }
    )


def _sampled(alike: int) -> Callable[[HookContext, Case], bool]:
    """Lets through the first requests of each kind: there are thousands for one wrong type in each of the operators."""
    taken: Counter[tuple[str, str | None, str]] = Counter()

    def filter_case(context: HookContext, case: Case) -> bool:
        about = case.meta.phase.data if case.meta is not None else None
        if not isinstance(about, CoveragePhaseData):
            return True
        kind = (case.operation.label, about.parameter, str(about.scenario))
        taken[kind] += 1
        return taken[kind] <= alike

    return filter_case


def _answerable(ids: Mapping[str, Sequence[str]]) -> Callable[[HookContext, Case], Case]:
    """Puts ids of rows where ids may be, half of the time, and leaves most texts away that have a grammar of their own.

    What is not there, or cannot be parsed, is refused before anything else is looked at. Only a UUID gives way to
    another one, and only a text that the document allows is left out: so a request stays as right or wrong as it was
    meant.
    """

    def chosen(name: str, value: Any, seed: int) -> Any:
        match value:
            case str() if UUID.fullmatch(value) and name in ids:
                place = crc32(value.encode(), seed)
                return ids[name][place // 2 % len(ids[name])] if place % 2 else value
            case list():
                return [chosen(name, each, seed) for each in value]
            case dict():
                return {key: chosen(name if key == "id" else key, each, seed) for key, each in value.items()}
        return value

    def map_case(context: HookContext, case: Case) -> Case:
        root = case.operation.path.partition("/{")[0]
        seed = crc32(repr((case.body, case.path_parameters)).encode())
        if "id" in case.path_parameters:
            case.path_parameters["id"] = chosen(root, case.path_parameters["id"], seed)
        if isinstance(case.body, dict | list):
            case.body = chosen(root, case.body, seed)
        for name in GRAMMARS:
            if seed % 4 and isinstance(case.query.get(name), str):
                del case.query[name]
        return case

    return map_case


def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Returns whether a failure counts: `sort=` is how no items at all are sent, not only one empty item."""
    is_empty = any(case.query.get(name) in ("", [""]) for name in LISTS)
    return not (is_empty and isinstance(failure, AcceptedNegativeData))


def _note(event: events.ScenarioFinished, found: Found) -> None:
    for case, checks in event.recorder.checks.items():
        for check in checks:
            if check.status == Status.FAILURE and check.failure_info is not None:
                failure = check.failure_info.failure
                operation = event.recorder.cases[case].value.operation.label
                place = (check.name, operation, f"{failure.title} {failure._unique_key}")
                found.faults.setdefault(place, f"{failure.message}\n{check.failure_info.code_sample}")
