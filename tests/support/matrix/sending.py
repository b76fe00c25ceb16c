"""One change in both spellings, alone, in an array or in a batch, and what came of it in one form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import httpx

from support.matrix.asking import aliased, path_of
from support.matrix.reading import readable
from support.matrix.worlds import Who, World
from twofold.spec import ROW_ID, ResourceSpec
from twofold_graphql.input_types import type_of
from twofold_graphql.names import camel
from twofold_graphql.offers import Offer, offers

__all__ = ["REFUSED", "Came", "Flaw", "Sent", "Several", "by_graphql", "by_rest", "in_batch", "in_mutation",
           "several_by_graphql", "several_by_rest"]  # fmt: skip

Flaw: TypeAlias = Literal["value", "shape"]
"""What is wrong with an input: a value that does not fit, or one that GraphQL's types rule out already."""
Wrong: TypeAlias = tuple[tuple[str, str], ...]

STATUSES = {
    "malformed": 400, "unauthenticated": 401, "forbidden": 403, "not_found": 404, "conflict": 409,
    "precondition_failed": 412, "invalid": 422, "items_failed": 422, "too_costly": 422, "precondition_required": 428,
}  # fmt: skip
"""As docs/contract.md has them."""
REFUSED = "refused"
"""What stands for `invalid` and `conflict`: a payload of GraphQL tells their fields, and not which of them it is."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A change that both faces are asked for, in REST's names."""

    spec: ResourceSpec
    action: str
    key: str | None = None
    input: Mapping[str, Any] | None = None
    if_match: str | None = None
    flaw: Flaw | None = None

    def __str__(self) -> str:
        given = [self.key, None if self.input is None else dict(self.input), self.flaw and f"({self.flaw})",
                 self.if_match and f"If-Match {self.if_match}"]  # fmt: skip
        return " ".join([self.action, *(str(each) for each in given if each is not None)])

    @property
    def creates(self) -> bool:
        """Whether it names no row."""
        declared = self.spec.actions.get(self.action)
        return declared.creates if declared is not None else self.action in ("create", "upsert")


def _row_named(sent: Sent) -> object:
    """The row that a change names, by its key or by what is unique; nothing that another one could name too."""
    if sent.action == "upsert":
        return tuple(str((sent.input or {}).get(each.name)) for each in sent.spec.natural_key)
    return id(sent) if sent.key is None else sent.key


@dataclass(frozen=True)
class Several:
    """Changes of one sort that are sent together."""

    items: tuple[Sent, ...]
    atomic: bool = True

    def __str__(self) -> str:
        return f"{'' if self.atomic else 'not atomic: '}{'; '.join(map(str, self.items))}"

    @property
    def is_of_one_row(self) -> bool:
        """Whether two of them are of the same row, so that what comes of one depends on the other."""
        named = [_row_named(each) for each in self.items]
        return len(set(named)) < len(named)


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came of it: the code of a refusal with what is wrong where, or the object that the actor sees then."""

    code: str | None = None
    wrong: Wrong = ()
    value: Any = None
    request_id: str = field(default="", compare=False)


# -- REST --------------------------------------------------------------------------------------------------------


def _route(sent: Sent) -> tuple[str, str]:
    many = path_of(sent.spec)
    one = f"{many}/{sent.key}"
    known = {
        "create": ("POST", many), "upsert": ("PUT", many), "patch": ("PATCH", one), "replace": ("PUT", one),
        "delete": ("DELETE", one), "restore": ("POST", f"{one}/restore"),
    }  # fmt: skip
    return known.get(sent.action) or ("POST", f"{many if sent.creates else one}/{sent.action.replace('_', '-')}")


async def by_rest(world: World, who: Who, sent: Sent, idempotency_key: str | None = None) -> Came:
    """Sends a change to its route."""
    method, path = _route(sent)
    said = {"if-match": sent.if_match, "idempotency-key": idempotency_key}
    response = await _requested(world, who, method, path, sent.input, said)
    if response.status_code >= 400:
        return _refused(response)
    if sent.action == "delete":
        return _expecting(response, {204}, {"id": sent.key})
    found = response.json()["data"]
    statuses = {200, 201} if sent.action == "upsert" else {201} if sent.creates else {200}
    version = sent.spec.table.version
    tag = f'"{found[version.name]}-' if version is not None and version.name in found else ""
    if not response.headers.get("etag", "").startswith(tag):
        return Came(code=f"the tag {response.headers.get('etag')}")
    if (response.status_code == 201) != response.headers.get("location", "").endswith(f"/{found[sent.spec.pk.name]}"):
        return Came(code=f"the location {response.headers.get('location')}")
    return _expecting(response, statuses, _shown(sent.spec, found))


async def several_by_rest(world: World, who: Who, sent: Sequence[Sent], *, atomic: bool) -> Came:
    """Sends changes of one sort in an array, or the ids of rows to delete."""
    spec, action = sent[0].spec, sent[0].action
    path = path_of(spec) + ("" if atomic else "?atomic=false")
    if action == "delete":
        path += ("?" if atomic else "&") + "ids=" + ",".join(str(each.key) for each in sent)
    method = {"create": "POST", "patch": "PATCH", "upsert": "PUT", "delete": "DELETE"}[action]
    body = None if action == "delete" else [_with_key(each) for each in sent]
    response = await _requested(world, who, method, path, body)
    if response.status_code >= 400:
        return _refused(response)
    if action == "delete" and atomic:
        return _expecting(response, {204}, [each.key for each in sent])
    answer = response.json()
    found = answer["data"] if action == "delete" else [_shown(spec, each) for each in answer["data"]]
    came = _expecting(response, {201 if action == "create" and atomic else 200}, found)
    return Came(code=came.code, wrong=_of_items(answer.get("item_errors", ())), value=found, request_id=came.request_id)


async def in_batch(world: World, who: Who, sent: Sequence[Sent]) -> Came:
    """Sends changes to REST's batch; of those that fail, the first is told."""
    operations = [
        {name: value for name, value in {
            "resource": each.spec.plural, "action": each.action, "id": each.key, "input": each.input,
            "if_match": each.if_match,
        }.items() if value is not None}
        for each in sent
    ]  # fmt: skip
    response = await _requested(world, who, "POST", "/batch", {"operations": operations})
    if response.status_code >= 400:
        return _first(_refused(response))
    found = response.json()["data"]
    told = [each and (each["resource"], each["action"]) for each in found]
    if told != [(each.spec.plural, each.action) for each in sent]:
        return Came(code=f"the batch tells of {told}")
    objects = [
        {"id": each["id"]} if one.action == "delete" else _shown(one.spec, each["object"])
        for one, each in zip(sent, found, strict=True)
    ]  # fmt: skip
    return _expecting(response, {200}, objects)


async def _requested(world: World, who: Who, method: str, path: str, body: Any = None,
                     headers: Mapping[str, str | None] | None = None) -> httpx.Response:  # fmt: skip
    said = {name: value for name, value in (headers or {}).items() if value is not None}
    content = {} if body is None else {"json": body}
    return await world.client.request(method, f"/api/v1{path}", headers={**who.headers, **said}, **content)


def _expecting(response: httpx.Response, statuses: set[int], value: Any) -> Came:
    is_right = response.status_code in statuses
    return Came(
        code=None if is_right else f"status {response.status_code}",
        value=value,
        request_id=response.headers["x-request-id"],
    )


def _refused(response: httpx.Response) -> Came:
    body = response.json()
    code, request_id = body["error_code"], response.headers["x-request-id"]
    if response.status_code != STATUSES.get(code):
        return Came(code=f"status {response.status_code} of {code}")
    if "item_errors" in body:
        return Came(code=REFUSED, wrong=_of_items(body["item_errors"]), request_id=request_id)
    wrong = tuple(sorted((_camels(each["field"]), each["code"]) for each in body.get("field_errors", ())))
    if code in ("invalid", "conflict"):
        return Came(code=REFUSED, wrong=wrong or (("", code),), request_id=request_id)
    return Came(code=code, wrong=wrong, request_id=request_id)


def _of_items(errors: Iterable[Mapping[str, Any]]) -> Wrong:
    found = [
        (f"{each['index']}.{_camels(one['field'])}".rstrip("."), one["code"])
        for each in errors
        for one in each.get("field_errors", ({"field": "", "code": each["error_code"]},))
    ]
    return tuple(sorted(found))


def _camels(path: str) -> str:
    return ".".join(camel(step) for step in path.split("."))


def _with_key(sent: Sent) -> dict[str, Any]:
    key = {} if sent.creates or sent.key is None else {ROW_ID: sent.key}
    return {**key, **(sent.input or {})}


def _shown(spec: ResourceSpec, found: Any) -> Any:
    """An object, or None where its writer sees nothing of it but its key."""
    return None if found is None or set(found) == {spec.pk.name} else found


def _first(came: Came) -> Came:
    """Of what is wrong with several changes, that with the first of them that fails; all fall with it."""
    if came.code is None or not came.wrong:
        return came if came.code in (None, REFUSED) else Came(code=REFUSED, wrong=(("0", came.code),))
    if came.code != REFUSED:
        return Came(code=REFUSED, wrong=tuple((f"0.{path}".rstrip("."), code) for path, code in came.wrong))
    first = min(int(path.split(".")[0]) for path, _ in came.wrong)
    told = tuple((path, code) for path, code in came.wrong if int(path.split(".")[0]) == first)
    return Came(code=REFUSED, wrong=told, request_id=came.request_id)


# -- GraphQL -----------------------------------------------------------------------------------------------------


async def by_graphql(world: World, who: Who, sent: Sent, idempotency_key: str | None = None) -> Came:
    """Sends a change as a mutation of its own."""
    given = {"ifMatch": sent.if_match, "idempotencyKey": idempotency_key}
    text, variables = _field(world, who, sent, "", given)
    answer, request_id = await _answered(world, who, _document([(text, variables)]), variables)
    return _one(sent, answer, "done", request_id)


async def in_mutation(world: World, who: Who, sent: Sequence[Sent]) -> Came:
    """Sends changes as the fields of one mutation that is done as a whole; of those that fail, the first is told."""
    fields = [_field(world, who, each, str(n), {"ifMatch": each.if_match}) for n, each in enumerate(sent)]
    variables = {name: value for _, each in fields for name, value in each.items()}
    answer, request_id = await _answered(world, who, _document(fields, "@atomic"), variables)
    if "errors" in answer:
        return _in_place(_at_top(answer), answer["errors"][0].get("path", ["done0"])[0])
    came = [_one(each, answer, f"done{number}", request_id) for number, each in enumerate(sent)]
    for number, each in enumerate(came):
        if each.code is not None and each.wrong != (("", "rolled_back"),):
            return _in_place(each, f"done{number}")
    return Came(value=[each.value for each in came], request_id=request_id)


def _in_place(came: Came, field_name: str) -> Came:
    place = field_name.removeprefix("done")
    wrong = came.wrong or (("", str(came.code)),)
    return Came(code=REFUSED, wrong=tuple((f"{place}.{path}".rstrip("."), code) for path, code in wrong))


async def several_by_graphql(world: World, who: Who, sent: Sequence[Sent], *, atomic: bool) -> Came:
    """Sends changes of one sort as one mutation of several rows."""
    spec, action = sent[0].spec, sent[0].action
    offer = _offer(spec, action, many=True)
    name, shown = camel(offer.name), camel(spec.plural)
    if action == "delete":
        kind, given, body, variable = "[ID!]!", "ids", "deletedIds", [each.key for each in sent]
    else:
        kind, given, variable = f"[{type_of(offer)}!]!", "input", [_camel_input(each) for each in sent]
        body = _payload(world, who, spec, shown)
    query = (
        f"mutation M($given: {kind}, $atomic: Boolean) {{ done: {name}({given}: $given, atomic: $atomic) "
        f"{{ {body} errors {{ code path }} }} }}"
    )
    answer, request_id = await _answered(world, who, query, {"given": variable, "atomic": None if atomic else False})
    if "errors" in answer:
        return _at_top(answer)
    done = answer["data"]["done"]
    wrong = tuple(sorted((".".join(each["path"]), each["code"]) for each in done["errors"]))
    if atomic and wrong:
        return Came(code=REFUSED, wrong=wrong, request_id=request_id)
    objects = done.get("deletedIds") if action == "delete" else [_filled(spec, each) for each in done.get(shown, ())]
    value = objects or [None] * len(sent)
    return Came(wrong=wrong, value=value, request_id=request_id)


def _field(world: World, who: Who, sent: Sent, number: str, arguments: Mapping[str, str | None]
           ) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """A field of a mutation under the name `done`, and its variables by their declarations."""
    offer = _offer(sent.spec, sent.action)
    given, variables = [], dict[str, Any]()
    kind = type_of(offer)
    if kind is not None:
        variables[f"$input{number}: {kind}!"] = _camel_input(sent)
        given.append(f"input: $input{number}")
    for name, value in arguments.items():
        if value is not None:
            variables[f"${name}{number}: String"] = value
            given.append(f"{name}: ${name}{number}")
    said = f"({', '.join(given)})" if given else ""
    shown = "deletedId" if sent.action == "delete" else _payload(world, who, sent.spec, camel(sent.spec.singular))
    return f"done{number}: {camel(offer.name)}{said} {{ {shown} errors {{ code path }} }}", variables


def _document(fields: Sequence[tuple[str, Mapping[str, Any]]], directive: str = "") -> str:
    declared = ", ".join(name for _, variables in fields for name in variables)
    return f"mutation M{f'({declared})' if declared else ''} {directive} {{ {' '.join(text for text, _ in fields)} }}"


async def _answered(world: World, who: Who, query: str, variables: Mapping[str, Any]) -> tuple[Any, str]:
    given = {name.removeprefix("$").partition(":")[0]: value for name, value in variables.items()}
    body = {"query": query, "variables": given}
    response = await world.client.post("/graphql", json=body, headers=dict(who.headers))
    return response.json(), response.headers["x-request-id"]


def _offer(spec: ResourceSpec, action: str, *, many: bool = False) -> Offer:
    return next(each for each in offers(spec) if each.action == action and each.many == many)


def _payload(world: World, who: Who, spec: ResourceSpec, name: str) -> str:
    """What is selected of the rows: all that the actor may ask for by name; nothing where they may see none."""
    if who.actor is None or world.oracle.refusal(spec, who.actor) is not None:
        return "__typename"
    names = " ".join(aliased(each) for each in readable(world, spec, who))
    return f"{name} {{ {names} }}"


def _one(sent: Sent, answer: Mapping[str, Any], name: str, request_id: str) -> Came:
    if "errors" in answer:
        return _at_top(answer)
    done = answer["data"][name]
    wrong = tuple(sorted((".".join(each["path"]), each["code"]) for each in done["errors"]))
    if wrong:
        return Came(code=REFUSED, wrong=wrong, request_id=request_id)
    if sent.action == "delete":
        return Came(value={"id": done["deletedId"]}, request_id=request_id)
    return Came(value=_filled(sent.spec, done.get(camel(sent.spec.singular))), request_id=request_id)


def _at_top(answer: Mapping[str, Any]) -> Came:
    codes = {each["extensions"]["code"] for each in answer["errors"]}
    told = [each for error in answer["errors"] for each in error["extensions"].get("fieldErrors", ())]
    wrong = tuple(sorted((each["field"], each["code"]) for each in told))
    return Came(code=" ".join(sorted(codes)), wrong=wrong)


def _filled(spec: ResourceSpec, found: Mapping[str, Any] | None) -> Any:
    """An object as REST has it whole: fields that may not be asked for by name are null."""
    return None if found is None else {name: found.get(name) for name in (*spec.fields, *spec.computed)}


def _camel_input(sent: Sent) -> dict[str, Any]:
    key = {} if sent.creates else {ROW_ID: sent.key}
    if sent.action in sent.spec.actions:
        return key | {camel(name): value for name, value in (sent.input or {}).items()}
    return key | _camel_row(sent.spec, sent.input or {})


def _camel_row(spec: ResourceSpec, given: Mapping[str, Any]) -> dict[str, Any]:
    """An input by GraphQL's names; what is in a JSON column stays as it is."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        relation = spec.nested.get(name)
        if relation is None or not isinstance(value, Mapping):
            found[camel(name)] = value
            continue
        found[camel(name)] = {operation: _camel_rows(relation.target, said) for operation, said in value.items()}
    return found


def _camel_rows(spec: ResourceSpec, said: Any) -> Any:
    if isinstance(said, Mapping):
        return _camel_row(spec, said)
    return [_camel_rows(spec, each) for each in said] if isinstance(said, list) else said
