"""Faults of writing, each in one face or one entry path: what the matrix must catch. They are planted at any time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pytest

from support.matrix.faults import Fault, Plant
from twofold import perform, write, writing
from twofold.actor import Actor
from twofold.errors import Forbidden, NotFound, Unauthenticated
from twofold.events import Event
from twofold.insert import default_of
from twofold.recorder import Recorder
from twofold.spec import RelationSpec
from twofold.writing import Writing
from twofold_graphql import execute, mutations
from twofold_graphql.execute import Executing
from twofold_graphql.mutations import Mutations
from twofold_rest import batch, errors, shortcut, writes
from twofold_rest.batch import Batches
from twofold_rest.writes import Writes

__all__ = ["WRITE_FAULTS"]

When: TypeAlias = Callable[[Writing], bool]


@dataclass(frozen=True)
class WriteFault(Fault):
    """A fault of writing, which is looked for in one of the worlds."""

    domain: str = "storefront"


_among_several: ContextVar[bool] = ContextVar("among_several", default=False)


# -- rules -------------------------------------------------------------------------------------------------------


def rules_skipped(when: When, *, fields_only: bool = False, several: bool = False) -> Plant:
    """Some changes are made whatever the rules say of them; of fields only, or among several changes only."""

    def plant(patch: pytest.MonkeyPatch, _: Actor) -> None:
        refuse = Writing._refuse_unless
        if several:
            _notice_several(patch)

        def lenient(self: Writing, held: Any) -> None:
            if when(self) and (not several or _among_several.get()):
                held = [held[0], *[True] * (len(held) - 1)] if fields_only else [True] * len(held)
            refuse(self, held)

        patch.setattr(Writing, "_refuse_unless", lenient)

    return plant


def _notice_several(patch: pytest.MonkeyPatch) -> None:
    """Notes when a change is one of several: of an array, or of a batch."""
    attempt = write._attempt

    async def noted(*given: Any) -> Any:
        token = _among_several.set(True)
        try:
            return await attempt(*given)
        finally:
            _among_several.reset(token)

    patch.setattr(write, "_attempt", noted)


def by(face: str, *verbs: str) -> When:
    """Says of which writings a fault is: those by a face, of some verbs."""
    return lambda each: each.recorder.origin.face == face and each.verb.name in verbs


def result_unchecked(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """What is written by REST need not be within the rule."""
    require = Writing._require

    async def unless_written(self: Writing, *, written: bool = False) -> None:
        if not (written and self.recorder.origin.face == "rest" and not self.verb.creates):
            await require(self, written=written)

    patch.setattr(Writing, "_require", unless_written)


def rules_asked_afterwards(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """Rules of a new row are asked when it is there, and may be what they look for."""

    async def unforeseen(_: Writing) -> bool:
        return False

    patch.setattr(Writing, "_foreseen", unforeseen)
    patch.setattr(writing, "apart_from", lambda test, *_given: test)


def hidden_is_forbidden(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """REST says of a row that is hidden that it is forbidden, and so that it is there."""
    require = Writing._require

    async def telling(self: Writing, *, written: bool = False) -> None:
        try:
            await require(self, written=written)
        except NotFound:
            raise (Forbidden if self.recorder.origin.face == "rest" else NotFound) from None

    patch.setattr(Writing, "_require", telling)


def upsert_finds_all(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """An upsert finds rows that are hidden, and says that they may not be changed."""

    async def found(recorder: Recorder, task: Any) -> Any:
        sought = {each.column.name: task.values.get(each.name) for each in task.spec.natural_key}
        if None in sought.values():
            return None
        return await task.spec.table.model.filter(**sought).first().values_list(task.spec.table.pk.name, flat=True)

    patch.setattr(perform, "_find", found)


async def _nothing(*_given: Any, **_named: Any) -> None:
    return None


def _unscoped(offered: Any) -> Any:
    return lambda spec, name, actor: offered(spec, name, replace(actor, scopes=None))


# -- who asks ----------------------------------------------------------------------------------------------------


def rest_actions_unscoped(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """Declared actions of REST forget the scopes of a key."""
    answer = Writes._answer

    async def unscoped(self: Writes, request: Any, actor: Actor, query: Any, change: Any) -> Any:
        is_one = change.action in self.spec.actions
        return await answer(self, request, replace(actor, scopes=None) if is_one else actor, query, change)

    patch.setattr(Writes, "_answer", unscoped)


def graphql_written(change: Callable[[Actor, Any, dict[str, Any]], tuple[Actor, dict[str, Any]]]) -> Plant:
    """GraphQL writes by another actor, or with other arguments."""

    def plant(patch: pytest.MonkeyPatch, _: Actor) -> None:
        original = Mutations.write

        async def written(self: Mutations, actor: Actor, origin: Any, offer: Any, arguments: Any) -> Any:
            other, given = change(actor, offer, dict(arguments))
            return await original(self, other, origin, offer, given)

        patch.setattr(Mutations, "write", written)

    return plant


def _without(name: str, *actions: str) -> Plant:
    """GraphQL does not hear an argument."""
    return graphql_written(
        lambda actor, offer, given: (
            actor,
            {key: value for key, value in given.items() if key != name or (actions and offer.action not in actions)},
        )
    )


def batch_by_another(patch: pytest.MonkeyPatch, widest: Actor) -> None:
    """A batch is made by somebody who may do more."""
    authenticate = batch.authenticate

    async def wider(identity: Any, scope: Any) -> Actor:
        actor = await authenticate(identity, scope)
        return widest if actor.user_id is not None else actor

    patch.setattr(batch, "authenticate", wider)


def answered_to_another(face: str) -> Plant:
    """What was written is shown as somebody sees it who sees more."""

    def plant(patch: pytest.MonkeyPatch, widest: Actor) -> None:
        if face == "rest":
            shown = writes.object_of
            patch.setattr(writes, "object_of", lambda engine, _, *rest: shown(engine, widest, *rest))
        else:
            read = Mutations._row
            patch.setattr(Mutations, "_row", lambda self, _, *rest: read(self, widest, *rest))

    return plant


# -- what is told ------------------------------------------------------------------------------------------------


def told_otherwise(change: Callable[[Recorder, Any, str, list[Any]], list[Any]], *, several: bool = False) -> Plant:
    """Some events or entries of the audit are others, or are missing."""

    def plant(patch: pytest.MonkeyPatch, _: Actor) -> None:
        told = Recorder._told
        if several:
            _notice_several(patch)

        async def other(self: Recorder, table: Any, made: Any, happened: str, *rest: Any) -> list[Any]:
            rows = await told(self, table, made, happened, *rest)
            return change(self, made, happened, rows) if not several or _among_several.get() else rows

        patch.setattr(Recorder, "_told", other)

    return plant


def _without_entry(self: Recorder, _made: Any, happened: str, rows: list[Any]) -> list[Any]:
    is_it = self.origin.face == "graphql" and happened == "deleted"
    return rows[:1] if is_it else rows


def _without_event(self: Recorder, _made: Any, _happened: str, rows: list[Any]) -> list[Any]:
    return [each for each in rows if each[0].model is not Event]


def _without_changes(self: Recorder, _made: Any, happened: str, rows: list[Any]) -> list[Any]:
    if self.origin.face == "rest" and happened == "updated":
        return [(table, {**row, "changes": {}} if "changes" in row else row) for table, row in rows]
    return rows


def _untold_along(self: Recorder, made: Any, _happened: str, rows: list[Any]) -> list[Any]:
    return [] if self.origin.face == "graphql" and made.action != self.action else rows


def _without_id(told: Any) -> Any:
    def forgetful(request: Any) -> dict[str, Any]:
        given = told(request)
        return {**given, "origin": replace(given["origin"], request_id=None)}

    return forgetful


def version_stays(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """Among several, changes do not count as new versions."""
    _notice_several(patch)
    change = Recorder.change

    async def uncounted(self: Recorder, table: Any, made: Any, *rest: Any) -> Any:
        written = await change(self, table, made, *rest)
        if _among_several.get() and table.version is not None:
            name = table.version.name
            await table.model.filter(pk=made.id).update(**{name: getattr(made.before, name)})
        return written

    patch.setattr(Recorder, "change", uncounted)


# -- translation -------------------------------------------------------------------------------------------------


def replaced(module: Any, name: str, make: Callable[[Any], Any]) -> Plant:
    """What a module, or a class, calls by a name is another thing, made from it."""
    return lambda patch, _: patch.setattr(module, name, make(getattr(module, name)))


def other_status(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """REST answers a conflict with the status of another error."""
    patch.setitem(errors.STATUSES, "conflict", 422)


def _always_200(answer: Any) -> Any:
    return lambda data, _status=200, headers=(): answer(data, 200, headers)


def _without_headers(answer: Any) -> Any:
    return lambda data, status=200, _headers=(): answer(data, status)


def _without_if_match(make: Any) -> Any:
    def made(self: Any, request: Any, action: str, *body: Any) -> Any:
        change = make(self, request, action, *body)
        return replace(change, if_match=None) if action == "delete" else change

    return made


def _without_path(told: Any) -> Any:
    return lambda error, *place: [
        {**each, "path": list(place) if each["code"] == "taken" else each["path"]} for each in told(error, *place)
    ]


def _without_nulls(given_of: Any) -> Any:
    return lambda *given: {name: value for name, value in given_of(*given).items() if value is not None}


def _as_forbidden(respond: Any) -> Any:
    return lambda request, error: respond(request, Forbidden() if isinstance(error, Unauthenticated) else error)


def missing_is_null(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """GraphQL says of a row that is not there what it says of one that cannot be changed."""
    original = Mutations.write

    async def written(self: Mutations, *given: Any) -> Any:
        try:
            return await original(self, *given)
        except NotFound:
            raise Forbidden from None

    patch.setattr(Mutations, "write", written)


# -- all or nothing ----------------------------------------------------------------------------------------------


def _never_atomic(parse: Any) -> Any:
    return lambda body: parse(body).model_copy(update={"atomic": False})


def one_by_one(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """The fields of a mutation that is to be done as a whole are done one after another."""

    async def answered(self: Executing, request: Any, asked: Any, variables: Any) -> Any:
        assert self.schema.mutation_type is not None
        return await self._answer(self.schema.mutation_type, request, asked, variables)

    patch.setattr(Executing, "_all_or_nothing", answered)


# -- rows --------------------------------------------------------------------------------------------------------


def replace_resets_all(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """A replacement gives fields with rules of their own their defaults too."""
    complete = Writing._complete

    def wholly(self: Writing) -> None:
        complete(self)
        for each in self.spec.writable:
            if not isinstance(each, RelationSpec) and each.declared.write and each.name not in self.change.values:
                self.change.values[each.name] = default_of(each.column)

    patch.setattr(Writing, "_complete", wholly)


def no_hook_after(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """What is to follow from a change does not, by GraphQL."""
    end = Writing.end

    async def unless(self: Writing) -> None:
        if self.recorder.origin.face != "graphql":
            await end(self)

    patch.setattr(Writing, "end", unless)


def links_forgotten(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """REST does not write many-to-many relations."""
    link = Writing._link

    async def unless(self: Writing) -> Mapping[str, Any]:
        return {} if self.recorder.origin.face == "rest" else await link(self)

    patch.setattr(Writing, "_link", unless)


def key_ignored(told: Any) -> Any:
    """Makes what REST says of a write say nothing of an idempotency key."""
    return lambda request: {**told(request), "idempotency_key": None}


def batch_ignores_versions(patch: pytest.MonkeyPatch, _: Actor) -> None:
    """The operations of a batch are of any version."""
    make = Batches._write
    patch.setattr(Batches, "_write", lambda self, index, said: replace(make(self, index, said), if_match="*"))


def _first_only(parse: Any) -> Any:
    return lambda body: parse(body)[:1]


WRITE_FAULTS = (
    # REST
    WriteFault("REST's PATCH skips the rules", rules_skipped(by("rest", "patch"))),
    WriteFault("REST's PUT skips the rules of single fields", rules_skipped(by("rest", "replace"), fields_only=True),
               near=("replace",)),
    WriteFault("REST lets a row be given to another", result_unchecked, near=("patch", "reference"), domain="library"),
    WriteFault("REST restores rows for whoever would see them", rules_skipped(by("rest", "restore")),
               near=("restore",)),
    WriteFault("REST says forbidden of a hidden row", hidden_is_forbidden),
    WriteFault("REST's DELETE ignores If-Match", replaced(Writes, "_write", _without_if_match), near=("version",)),
    WriteFault("REST's declared actions ignore scopes", rest_actions_unscoped, near=("declared action",)),
    WriteFault("REST's answers show what others see", answered_to_another("rest")),
    WriteFault("REST answers a conflict with another status", other_status),
    WriteFault("REST answers 200 to what it made", replaced(writes, "json_answer", _always_200)),
    WriteFault("REST does not say where a new row is", replaced(writes, "json_answer", _without_headers)),
    WriteFault("REST asks visitors not to sign in", replaced(shortcut, "service_error", _as_forbidden)),
    WriteFault("REST ignores idempotency keys", replaced(writes, "told", key_ignored), near=("sent twice",)),
    WriteFault("REST's audit entries know no request", replaced(writes, "told", _without_id)),
    WriteFault("REST's audit entries do not say what changed", told_otherwise(_without_changes)),
    WriteFault("REST writes no many-to-many relations", links_forgotten),
    WriteFault("REST writes only the first of an array", replaced(writes, "array_of", _first_only)),
    WriteFault("REST's batch acts as somebody who may do more", batch_by_another),
    WriteFault("REST's batch is not atomic", replaced(batch, "_parsed", _never_atomic)),
    WriteFault("REST's batch ignores if_match", batch_ignores_versions, near=("batch",)),
    # GraphQL
    WriteFault("GraphQL's delete skips the rule", rules_skipped(by("graphql", "delete"))),
    WriteFault("GraphQL's update ignores ifMatch", _without("ifMatch", "patch"), near=("version",)),
    WriteFault("GraphQL ignores idempotency keys", _without("idempotencyKey"), near=("sent twice",)),
    WriteFault("GraphQL's several are not atomic", graphql_written(
        lambda actor, offer, given: (actor, given | ({"atomic": False} if offer.many else {})))),
    WriteFault("GraphQL's several ignore scopes", graphql_written(
        lambda actor, offer, given: (replace(actor, scopes=None) if offer.many else actor, given)), near=("several",)),
    WriteFault("GraphQL's answers show what others see", answered_to_another("graphql")),
    WriteFault("GraphQL does not write null", replaced(mutations, "given_of", _without_nulls), near=("patch",)),
    WriteFault("GraphQL does not say which field is taken", replaced(mutations, "input_errors", _without_path)),
    WriteFault("GraphQL refuses a row that is not there", missing_is_null),
    WriteFault("GraphQL's entries in the audit name the other face", replaced(
        execute, "Origin", lambda origin: lambda **given: origin(**{**given, "face": "rest"}))),
    WriteFault("GraphQL's deletions leave no entry in the audit", told_otherwise(_without_entry)),
    WriteFault("GraphQL's nested writes are told to nobody", told_otherwise(_untold_along),
               near=("nested in new", "nested in change")),
    WriteFault("GraphQL's @atomic undoes nothing", one_by_one, near=("batch",)),
    WriteFault("nothing follows from changes by GraphQL", no_hook_after),
    # one entry path, on both faces
    WriteFault("a new row may admit itself", rules_asked_afterwards, near=("create",)),
    WriteFault("nested new rows skip their own rule", rules_skipped(lambda each: each.known is not None),
               near=("nested in change", "nested in new"), domain="library"),
    WriteFault("nested rows need no scope", replaced(perform, "offered", _unscoped), near=("nested in change",)),
    WriteFault("nested changes reach rows of others", replaced(perform, "_check_there", lambda _: lambda *_given: None),
               near=("nested in change",)),
    WriteFault("references lead to hidden rows", replaced(writing, "check_references", lambda _: _nothing),
               near=("reference",)),
    WriteFault("several changes skip the rules of single fields",
          rules_skipped(lambda _: True, fields_only=True, several=True), near=("several",)),
    WriteFault("declared actions in a batch skip their rule",
          rules_skipped(lambda each: each.verb.action is not None, several=True), near=("batch",)),
    WriteFault("several changes leave no event", told_otherwise(_without_event, several=True)),
    WriteFault("several changes make no new version", version_stays),
    WriteFault("an upsert finds hidden rows", upsert_finds_all, near=("upsert",)),
    WriteFault("a replacement resets what has rules of its own", replace_resets_all, near=("replace",)),
    WriteFault("a replacement leaves what is not named", replaced(Writing, "_complete", lambda _: lambda _self: None),
               near=("replace",)),
)  # fmt: skip
