"""What OpenAPI 3.1 says of changes: made from the declarations, as all the rest."""

from __future__ import annotations

from typing import Literal, TypeAlias

from twofold.engine import Engine
from twofold.inputs import FORMS, InputForm
from twofold.resource import Action
from twofold.spec import ResourceSpec
from twofold.verbs import COMMON, PERMISSIONS, rules_of
from twofold.write import MAX_ITEMS
from twofold_rest.openapi import (
    READ_ERRORS,
    Operation,
    Schema,
    header,
    id_parameter,
    object_schema,
    refused,
    security,
    selection_parameters,
    text_parameter,
)

__all__ = ["WriteRoute", "batch_operation", "write_components", "write_operation"]

WriteRoute: TypeAlias = Literal["create", "upsert", "replace", "patch", "patch_all", "delete", "delete_all", "restore",
                                "act"]  # fmt: skip

BODIES: dict[WriteRoute, InputForm] = {"create": "create", "upsert": "create", "replace": "replace", "patch": "patch"}
"""What the body of one object is."""
ON_ITEM = ("replace", "patch", "delete", "restore", "act")
REFS = "#/components/schemas/{model}"

IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": "^[ -~]{1,255}$"},
    "description": "Of your own making, a UUID for example: a write that is sent again with it has one effect.",
}  # fmt: skip

IF_MATCH: Schema = {
    "name": "If-Match", "in": "header", "schema": {"type": "string"},
    "description": "The ETag or the version of what you have seen; 412 when it was changed since.",
}  # fmt: skip

ATOMIC: Schema = {
    "name": "atomic", "in": "query", "schema": {"type": "boolean", "default": True},
    "description": "Of an array: whether all is done or nothing. With false each item is written or not by itself, and "
                   "`item_errors` says which were not.",
}  # fmt: skip

ETAG: Schema = {"ETag": header("A tag of this state of it, to be sent as If-Match.", required=False)}


def write_operation(engine: Engine, spec: ResourceSpec, route: WriteRoute, action: Action | None = None) -> Operation:
    """Returns what the document says of one way to change a resource; `action` is the declared one of route `act`."""
    creates = action.creates if action is not None else route in ("create", "upsert")
    on_item = route in ON_ITEM and not creates
    name, summary = _named(spec, route, action)
    document: Schema = {
        "description": f"{_about(spec, route, action)}\n\nWho may: {_who(spec, route, action)}",
        "parameters": _parameters(spec, route, on_item=on_item),
        "responses": {**_answers(spec, route, creates=creates), **_refusals(spec, route, action, on_item=on_item)},
        "security": security(*_scopes(spec, route, action), writes=True),
    }
    body = _body(engine, spec, route, action)
    if body is not None:
        document["requestBody"] = {
            "required": action is None or action.input is not None,
            "content": {"application/json": {"schema": body}},
        }
    return Operation(operation_id=name, summary=summary, status=201 if creates and route != "upsert" else
                     204 if route.startswith("delete") else 200, document=document)  # fmt: skip


def _named(spec: ResourceSpec, route: WriteRoute, action: Action | None) -> tuple[str, str]:
    one, many = spec.type_name, spec.plural.title().replace("_", "")
    match route:
        case "act":
            assert action is not None  # noqa: S101  # the route is of one
            word = action.name.replace("_", " ").title().replace(" ", "")
            return f"{word[:1].lower()}{word[1:]}{one}", action.description.partition("\n")[0].rstrip(".")
        case "patch_all":
            return f"patch{many}", f"Change several {spec.nouns}"
        case "delete_all":
            return f"delete{many}", f"Delete several {spec.nouns}"
        case _:
            said = {"create": f"Create {spec.a_noun}, or several", "replace": f"Replace {spec.a_noun} whole",
                    "upsert": f"Create or change {spec.a_noun}, or several", "patch": f"Change {spec.a_noun}",
                    "delete": f"Delete {spec.a_noun}", "restore": f"Bring back a deleted {spec.noun}"}  # fmt: skip
            return f"{route}{one}", said[route]


def _about(spec: ResourceSpec, route: WriteRoute, action: Action | None) -> str:
    if action is not None:
        return action.description
    if route == "upsert":
        keys = " and ".join(f"`{each.name}`" for each in spec.natural_key)
        return f"Changes the {spec.noun} with the same {keys}, or creates it when there is none that you may see."
    return spec.description


def _who(spec: ResourceSpec, route: WriteRoute, action: Action | None) -> str:
    rules = rules_of(spec, route.removesuffix("_all") if action is None else action.name)
    return " ".join(dict.fromkeys(rule.reason for rule in rules))


def _scopes(spec: ResourceSpec, route: WriteRoute, action: Action | None) -> list[str]:
    """What an application must have been allowed."""
    if action is not None:
        return [f"{spec.plural}:{action.name}"]
    name = route.removesuffix("_all")
    names = ("create", "patch") if name == "upsert" else (name,)
    return [f"{spec.plural}:{PERMISSIONS[each][0]}" for each in names]


def _parameters(spec: ResourceSpec, route: WriteRoute, *, on_item: bool) -> list[Schema]:
    parameters: list[Schema] = [id_parameter(spec)] if on_item else []
    parameters.append(IDEMPOTENCY_KEY)
    if on_item or route == "upsert":
        parameters.append(IF_MATCH)
    if route in ("create", "upsert", "patch_all", "delete_all"):
        parameters.append(ATOMIC)
    if route == "delete_all":
        ids = text_parameter("ids", f"Which, separated by commas; at most {MAX_ITEMS}.")
        parameters.append(ids | {"required": True})
    return parameters if route.startswith("delete") else parameters + selection_parameters(spec)


def _body(engine: Engine, spec: ResourceSpec, route: WriteRoute, action: Action | None) -> Schema | None:
    if action is not None:
        return {"$ref": REFS.format(model=action.input.__name__)} if action.input is not None else object_schema({}, [])
    if route == "patch_all":
        return _array(_input(engine, spec, "change"))
    if route == "restore":
        return object_schema({}, [])
    if route not in BODIES:
        return None
    one = _input(engine, spec, BODIES[route])
    return {"oneOf": [one, _array(one)]} if route in ("create", "upsert") else one


def _input(engine: Engine, spec: ResourceSpec, form: InputForm) -> Schema:
    return {"$ref": REFS.format(model=engine.inputs.model(spec, form).__name__)}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items, "maxItems": MAX_ITEMS}


def _answers(spec: ResourceSpec, route: WriteRoute, *, creates: bool) -> Schema:
    item, several = REFS.format(model=f"{spec.type_name}Item"), REFS.format(model=f"{spec.type_name}Several")
    location = {"Location": header("Its URL; not of an array.", required=False)}
    match route:
        case "delete":
            return {"204": {"description": "It is gone."}}
        case "delete_all":
            return {"204": {"description": "They are gone."},
                    "200": _answer("Those that are gone, with `atomic=false`.", "DeletedSeveral")}  # fmt: skip
        case "patch_all":
            return {"200": _answer("As they are now.", f"{spec.type_name}Several")}
        case "create" | "upsert":
            either = {"oneOf": [{"$ref": item}, {"$ref": several}]}
            content = {"application/json": {"schema": either}}
            created = {"description": "Created", "content": content, "headers": location | ETAG, "links": _links(spec)}
            return {"201": created, "200": {"description": "As it is now.", "content": content, "headers": ETAG}}
        case _:
            status, headers = ("201", location | ETAG) if creates else ("200", ETAG)
            return {status: {**_answer("As it is now.", f"{spec.type_name}Item"), "headers": headers}}


def _links(spec: ResourceSpec) -> Schema:
    """What can be done with a new object (OpenAPI 3.1 §4.8.20): for who explores, and for programs that do."""
    offered: dict[WriteRoute, bool] = {
        "replace": spec.rule("update") is not None, "patch": spec.rule("update") is not None,
        "delete": spec.rule("delete") is not None, "restore": spec.removed_at is not None,
    }  # fmt: skip
    routes: list[WriteRoute] = [route for route, is_there in offered.items() if is_there]
    named = [(f"get{spec.type_name}", f"Get one {spec.noun}"), *(_named(spec, each, None) for each in routes)]
    named += [_named(spec, "act", action) for action in spec.actions.values() if not action.creates]
    return {
        name: {
            "operationId": name,
            "parameters": {"id": f"$response.body#/data/{spec.pk.name}"},
            "description": f"{summary}: the one that was created.",
        }
        for name, summary in named
    }


def _answer(description: str, model: str) -> Schema:
    schema = {"$ref": REFS.format(model=model)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusals(spec: ResourceSpec, route: WriteRoute, action: Action | None, *, on_item: bool) -> Schema:
    statuses = {*READ_ERRORS, "409", *(() if route.startswith("delete") else ("413", "415"))}
    if on_item:
        statuses.add("404")
    if (on_item or route == "upsert") and spec.table.version is not None:
        statuses.add("412")
        if spec.resource.require_version:
            statuses.add("428")
    if action is not None and action.admit is not None:
        statuses.add("429")
    return refused(*sorted(statuses))


# -- components --------------------------------------------------------------------------------------------------


def write_components(engine: Engine) -> Schema:
    """Returns the schemas of inputs, and of the answers to several changes at once."""
    schemas: Schema = {"ItemError": _item_error(), "DeletedSeveral": _deleted(), **_batch_components(engine)}
    for spec in engine.resources:
        row = {"anyOf": [{"$ref": REFS.format(model=spec.type_name)}, {"type": "null"}]}
        schemas[f"{spec.type_name}Several"] = _several(row)
        models = [engine.inputs.model(spec, form) for form in FORMS]
        models += [action.input for action in spec.actions.values() if action.input is not None]
        for model in models:
            schema = engine.inputs.schema(model, REFS)
            schemas |= {model.__name__: schema, **schema.pop("$defs", {})}  # one that leads to itself is a definition
    return schemas


def _several(row: Schema) -> Schema:
    errors = {"type": "array", "items": {"$ref": REFS.format(model="ItemError")}}
    return object_schema({"data": {"type": "array", "items": row}, "item_errors": errors}, ["data"])


def _deleted() -> Schema:
    return _several({"type": ["string", "integer", "null"], "description": "Its id; null when it is still there."})


def _item_error() -> Schema:
    error: Schema = {"$ref": REFS.format(model="Error")}
    properties = {name: {"$ref": f"{error['$ref']}/properties/{name}"}
                  for name in ("detail", "error_code", "field_errors", "hint")}  # fmt: skip
    index: Schema = {"type": "integer", "minimum": 0, "description": "Which of the items, from 0."}
    return object_schema({"index": index, **properties}, ["index", "detail", "error_code"])


# -- batch -------------------------------------------------------------------------------------------------------


def batch_operation() -> Operation:
    """Returns what the document says of the batch."""
    described = (
        "Changes of any resources, in their order and in one transaction: all is done or nothing, unless `atomic` is "
        "false. What each may is what it may by itself."
    )
    document: Schema = {
        "description": described,
        "parameters": [IDEMPOTENCY_KEY],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": REFS.format(model="Batch")}}},
        },
        "responses": {"200": _answer("What came of each.", "BatchResult"),
                      **refused(*sorted({*READ_ERRORS, "409", "413", "415", "429"}))},
        "security": security(writes=True),
    }  # fmt: skip
    return Operation(operation_id="batch", summary="Several changes in one transaction", status=200, document=document)


def _batch_components(engine: Engine) -> Schema:
    names = [spec.plural for spec in engine.resources]
    text: Schema = {"type": "string"}
    actions = {*COMMON}
    actions |= {name for spec in engine.resources for name in spec.actions}
    operation = object_schema(
        {
            "resource": {"enum": names},
            "action": {"enum": sorted(actions)},
            "id": {"type": ["string", "integer", "null"]},
            "input": {"type": "object", "description": "What the body of the single request would be."},
            "if_match": {"type": ["string", "null"]},
        },
        ["resource", "action"],
    )
    done = object_schema(
        {"resource": text, "action": text, "id": {"type": ["string", "integer"]},
         "object": {"anyOf": [*({"$ref": REFS.format(model=spec.type_name)} for spec in engine.resources),
                              {"type": "null"}], "description": "As it is now; null when it is gone or hidden."}},
        ["resource", "action", "id", "object"],
    )  # fmt: skip
    operations = _array(operation)
    batch = object_schema({"atomic": {"type": "boolean", "default": True}, "operations": operations}, ["operations"])
    return {"Batch": batch, "BatchResult": _several({"anyOf": [done, {"type": "null"}]})}
