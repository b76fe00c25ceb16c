"""The story of a write: authorise, validate, one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from twofold import errors
from twofold.actor import Actor
from twofold.admission import Admission
from twofold.audit import INSIDE, Origin
from twofold.change import Change, Key
from twofold.constraints import refusal
from twofold.errors import Deadlocked, FieldError, Forbidden, Invalid, ItemsFailed, NotFound, ServiceError, TooCostly
from twofold.idempotency import claim, complete, fingerprint
from twofold.inputs import InputForm
from twofold.outages import VIOLATIONS
from twofold.perform import Task, Written, perform, writing_of
from twofold.recorder import Budget, Recorder
from twofold.spec import ROW_ID, ResourceSpec
from twofold.verbs import Verb, offered, rules_of

if TYPE_CHECKING:
    from twofold.engine import Engine

__all__ = ["MAX_ITEMS", "Change", "Key", "Outcome", "Write", "Written", "parse_key", "write", "write_all"]

MAX_ITEMS = 200
"""Changes in one request."""
MAX_TRIES = 3
"""How often changes are tried that wait in a circle with others."""

T = TypeVar("T")

Outcome: TypeAlias = Written | ServiceError
"""What came of one of several changes."""

FORMS: Mapping[str, InputForm] = {"create": "create", "upsert": "create", "replace": "replace", "patch": "patch"}


@dataclass(frozen=True, kw_only=True)
class Write:
    """A change that a face asks for.

    `action` is create, replace, patch, upsert, delete, restore, or an action that the resource declares. `input` is
    JSON text or a mapping of JSON values, `id` is as it came, and `if_match` says of which version the change is (see
    `check_version`).
    """

    resource: ResourceSpec
    action: str
    id: object = None
    input: Mapping[str, Any] | bytes = field(default_factory=dict)
    if_match: str | None = None


async def write(engine: Engine, actor: Actor, request: Write, *, origin: Origin = INSIDE,
                idempotency_key: str | None = None) -> Written:  # fmt: skip
    """Makes one change, in one transaction, and returns the key of its row.

    A change that came before with the same idempotency key is not made again; what came of it is returned.

    Raises:
        Unauthenticated: visitors may not do that at all.
        Forbidden: the actor may see the row but not do that, or not set one of the fields.
        NotFound: there is no such row, or the actor may not see it.
        Malformed, Invalid: the input is not JSON, or fields do not fit.
        Conflict: it contradicts what is stored.
        PreconditionFailed, PreconditionRequired: it is not of the row as it is now.
        TooManyRequests: there were too many of its kind.
    """
    task = _understood(engine, actor, request)
    await _admit(engine, origin, task)
    if idempotency_key is None and task.action == "create" and not task.nested:
        written = await _in_one_statement(Recorder(engine, actor, origin, task.action), task)
        if written is not None:
            return written

    async def make() -> Written:
        async with engine.database.transaction():
            known = await _known(engine, actor, idempotency_key, [task], atomic=True)
            if known is not None:
                [outcome] = known
                assert isinstance(outcome, Written)  # noqa: S101  # a change that was refused left no key
                return outcome
            outcome = await perform(Recorder(engine, actor, origin, task.action), task)
            await _remember(actor, idempotency_key, [outcome])
            return outcome

    return await _unless_deadlocked(engine, make)


async def write_all(engine: Engine, actor: Actor, requests: Sequence[Write], *, atomic: bool = True,
                    origin: Origin = INSIDE, idempotency_key: str | None = None) -> list[Outcome]:  # fmt: skip
    """Makes several changes in their order, in one transaction, and returns what came of each.

    With `atomic`, all are made or none. Otherwise each is made or not by itself, and an error takes its place.

    Raises:
        ItemsFailed: some were refused, so that none was made.
        Unauthenticated, Forbidden: the actor may not do one of these things to any row at all.
        TooCostly: there are too many.
        TooManyRequests: one comes too often; none was made.
    """
    if len(requests) > MAX_ITEMS:
        raise TooCostly(f"There are {len(requests)} items; the limit is {MAX_ITEMS}.")
    for request in requests:
        _admitted(request.resource, request.action, actor)
    tasks = [_outcome_of(engine, actor, request) for request in requests]
    _raise_failed(tasks, atomic=atomic)
    for task in tasks:
        if isinstance(task, Task):
            await _admit(engine, origin, task)

    async def make() -> list[Outcome]:
        async with engine.database.transaction():
            known = await _known(engine, actor, idempotency_key, tasks, atomic=atomic)
            if known is not None:
                return known
            budget = Budget()
            outcomes = [await _attempt(engine, actor, origin, task, budget) for task in tasks]
            _raise_failed(outcomes, atomic=atomic)
            await _remember(actor, idempotency_key, outcomes)
            return outcomes

    return await _unless_deadlocked(engine, make)


def parse_key(spec: ResourceSpec, text: object) -> Any:
    """Returns a primary key from its text.

    Raises:
        NotFound: no row can have such a key.
    """
    try:
        return spec.pk.column.kind.adapter.validate_python(text)
    except ValueError:
        raise NotFound(f"There is no {spec.noun} with this id, or you may not see it.") from None


async def _in_one_statement(recorder: Recorder, task: Task) -> Written | None:
    """Makes a new row without a transaction, which a statement is by itself; None when it takes more than that."""
    writing = writing_of(recorder, task)
    if not writing.is_one_statement:
        return None
    try:
        with recorder.engine.database.use():
            await writing.write()
    except VIOLATIONS as error:
        raise refusal(error, task.spec, deleting=False) from None
    assert writing.change.id is not None  # noqa: S101  # it was written
    return Written(key=writing.change.id, created=True)


async def _unless_deadlocked(engine: Engine, make: Callable[[], Awaitable[T]]) -> T:
    """Makes changes in a transaction, and again when another one was waiting for it while it waited for that one."""
    for _ in range(MAX_TRIES - 1):
        try:
            return await make()
        except Deadlocked:
            if engine.database.in_transaction:  # of somebody else, all of which is undone
                raise
    return await make()


# -- understanding -----------------------------------------------------------------------------------------------


def _admitted(spec: ResourceSpec, action: str, actor: Actor) -> Verb | None:
    """Returns what is to be done, when it can be done at all by the actor; None: that depends on what is there.

    Raises:
        Unauthenticated, Forbidden: it cannot.
    """
    if action != "upsert":
        return offered(spec, action, actor)
    if not rules_of(spec, "upsert"):
        raise Forbidden(f"Nobody can upsert {spec.nouns} here.")
    try:
        offered(spec, "create", actor)
    except Forbidden:
        offered(spec, "patch", actor)
    return None


def _understood(engine: Engine, actor: Actor, request: Write) -> Task:
    spec, action = request.resource, request.action
    verb = _admitted(spec, action, actor)
    creates = verb is None or verb.creates
    values: dict[str, Any] = {}
    given = None
    if action in spec.actions:
        given = engine.inputs.parse_action(spec.actions[action], request.input)
    elif action in FORMS:
        values = engine.inputs.parse(spec, FORMS[action], request.input)
    else:
        engine.inputs.parse_nothing(request.input)
    if not creates and request.id is None:
        raise Invalid(field_errors=[FieldError(path=(ROW_ID,), code="missing", message="Field required.")])
    if verb is not None and verb.creates and request.if_match is not None:
        raise Invalid("What is not there yet has no version; leave If-Match out.")
    key = None if creates else parse_key(spec, request.id)
    return Task(spec=spec, action=action, verb=verb, key=key, values=values, input=given, expected=request.if_match)


def _outcome_of(engine: Engine, actor: Actor, request: Write) -> Task | ServiceError:
    try:
        return _understood(engine, actor, request)
    except ServiceError as error:
        return error


async def _admit(engine: Engine, origin: Origin, task: Task) -> None:
    """Lets a declared action do what comes before its transaction."""
    action = task.verb.action if task.verb is not None else None
    if action is not None and action.admit is not None:
        admission = Admission(attempts=engine.identity.attempts, address=origin.address)
        await action.admit(admission, *([] if action.input is None else [task.input]))


async def _attempt(engine: Engine, actor: Actor, origin: Origin, task: Task | ServiceError, budget: Budget) -> Outcome:
    """Makes one of several changes; if it is refused, nothing is left of it, and the others can go on."""
    if isinstance(task, ServiceError):
        return task
    try:
        async with engine.database.transaction():  # a savepoint
            return await perform(Recorder(engine, actor, origin, task.action, budget), task)
    except errors.Unavailable:
        raise
    except ServiceError as error:
        return error


def _raise_failed(outcomes: Sequence[object], *, atomic: bool) -> None:
    failed = {index: each for index, each in enumerate(outcomes) if isinstance(each, ServiceError)}
    if failed and atomic:
        raise ItemsFailed(failed)


# -- idempotency -------------------------------------------------------------------------------------------------


async def _known(engine: Engine, actor: Actor, key: str | None, tasks: Sequence[Task | ServiceError], *, atomic: bool
                 ) -> list[Outcome] | None:  # fmt: skip
    """What came of the same changes before, if they came with the same idempotency key.

    Refusals are among it only where each change is made or not by itself; so that is part of what tells writes apart.
    """
    if key is None:
        return None
    said = [
        each.message if isinstance(each, ServiceError) else (each.spec.plural, each.action, each.key, each.values,
                                                             each.input)
        for each in tasks
    ]  # fmt: skip
    known = await claim(engine.database, actor, key, fingerprint([atomic, *said]))
    if known is None:
        return None
    return [_outcome(each, task) for each, task in zip(known, tasks, strict=True)]


async def _remember(actor: Actor, key: str | None, outcomes: Sequence[Outcome]) -> None:
    if key is not None:
        await complete(actor, key, [_record(each) for each in outcomes])


def _record(outcome: Outcome) -> list[Any]:
    """What is kept of an outcome, as JSON."""
    if isinstance(outcome, Written):
        return [outcome.key if isinstance(outcome.key, int) else str(outcome.key), outcome.created]
    told = [[each.path, each.code, each.message] for each in outcome.field_errors]
    return [outcome.code, outcome.message, outcome.hint, told]


CLASSES = {each.code: each for each in (
    errors.Malformed, errors.Invalid, errors.Unauthenticated, errors.Forbidden, errors.NotFound, errors.Conflict,
    errors.PreconditionFailed, errors.PreconditionRequired, errors.TooCostly,
)}  # fmt: skip


def _outcome(record: list[Any], task: Task | ServiceError) -> Outcome:
    if len(record) == 2 and isinstance(task, Task):
        return Written(key=parse_key(task.spec, record[0]), created=record[1])
    code, message, hint, told = record
    found = [FieldError(path=tuple(path), code=each, message=said) for path, each, said in told]
    return CLASSES[code](message, hint=hint, field_errors=found)
