"""What OpenAPI 3.1 says of a resource: made from its declaration, so that it says just what the routes do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter

from twofold.engine import Engine
from twofold.kinds import LISTS, Kind
from twofold.spec import RelationSpec, ResourceSpec
from twofold_rest.errors import ERROR_CODES
from twofold_rest.selection import DEFAULT_LIMIT, MAX_LIMIT
from twofold_rest.window import MAX_OFFSET, MAX_PAGE

__all__ = ["ERROR_RESPONSES", "NOT_MODIFIED", "READ_ERRORS", "Action", "Operation", "Schema",
           "components", "header", "id_parameter", "object_schema", "operation", "refused", "selection_parameters",
           "text_parameter", "value_schema"]  # fmt: skip

Schema = dict[str, Any]
Action: TypeAlias = Literal["list", "get"]

ERROR_RESPONSES = {
    "400": "The request could not be understood.",
    "401": "A token or key is needed, or the one that came is not valid.",
    "403": "You may see it, but not do that.",
    "404": "It is not there, or you may not see it.",
    "409": "It contradicts what is stored.",
    "412": "It was changed since you read it.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "Something in it is not valid; `field_errors` say what.",
    "428": "Say which version you want to change.",
    "429": "Too many attempts; wait as long as Retry-After says.",
    "503": "The database cannot be reached at the moment.",
}
READ_ERRORS = ("400", "401", "403", "422", "503")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What the document says of a route."""

    operation_id: str
    summary: str
    status: int
    document: Schema


def refused(*statuses: str) -> Schema:
    """Returns the error responses with these statuses."""
    content = {
        media_type: {"schema": {"$ref": "#/components/schemas/Error"}}
        for media_type in ("application/json", "application/problem+json")
    }
    return {
        status: {"description": ERROR_RESPONSES[status], "content": content, **_error_headers(status)}
        for status in statuses
    }


def _error_headers(status: str) -> Schema:
    match status:
        case "401":
            return {"headers": {"WWW-Authenticate": header("How to sign in (RFC 9110 §11.6.1).")}}
        case "403":
            missing = "Which scope is missing (RFC 6750 §3), where it is that."
            return {"headers": {"WWW-Authenticate": header(missing, required=False)}}
        case "429" | "503":
            return {"headers": {"Retry-After": header("How many seconds to wait.")}}
        case _:
            return {}


def header(description: str, *, required: bool = True) -> Schema:
    """Returns what the document says of a header of an answer (OpenAPI 3.1 §4.8.21), `required` when always sent."""
    return {"description": description, "required": required, "schema": {"type": "string"}}


def security(*scopes: str, writes: bool = False) -> list[Schema]:
    """Returns who may ask: anybody, within what the rules say; an application needs these scopes besides.

    A browser needs its CSRF token for what `writes`.
    """
    session: Schema = {"session": [], "csrf": []} if writes else {"session": []}
    return [{}, {"bearer": []}, {"apiKey": []}, session, {"oauth2": list(scopes)}]


def operation(spec: ResourceSpec, action: Action, relation: RelationSpec | None = None) -> Operation:
    """Returns what the document says of reading a resource; with `relation`, of the list behind it."""
    answered = spec if relation is None else relation.target
    about = (relation.join.description if relation else None) or answered.description
    on_item = action == "get" or relation is not None
    document: Schema = {
        "description": f"{about}\n\nWho may: {answered.resource.read.reason}",
        "parameters": [*([id_parameter(spec)] if on_item else []), *_parameters(answered, action)],
        "responses": {
            "200": _success(answered, action),
            **NOT_MODIFIED,
            **refused(*sorted({*READ_ERRORS, *(("404",) if on_item else ())})),
        },
        "security": security(f"{answered.plural}:read"),
    }
    name = _pascal(spec.plural if action == "list" else spec.singular)
    if relation is not None:
        name = f"{_pascal(relation.name)}Of{_pascal(spec.singular)}"
    return Operation(
        operation_id=f"{action}{name}", summary=_summary(spec, action, relation), status=200, document=document
    )


def _summary(spec: ResourceSpec, action: Action, relation: RelationSpec | None) -> str:
    if relation is not None:
        return f"List the {relation.name.replace('_', ' ')} of one {spec.noun}"
    return f"List {spec.nouns}" if action == "list" else f"Get one {spec.noun}"


def _pascal(name: str) -> str:
    return name.title().replace("_", "")


ETAG = {
    "ETag": header("A tag of these bytes, to be sent as If-None-Match."),
    "Cache-Control": header("Who may keep it: the one who asked, or, of what visitors get, also caches in between."),
    "Vary": header("The headers of requests that it depends on."),
    "X-Cost": header("How many rows may have been read; for who sends X-Cost.", required=False),
}
"""Headers of what is read."""
NOT_MODIFIED: Schema = {
    "304": {"description": "You have it already: If-None-Match named its ETag.", "headers": ETAG},
}


def _success(spec: ResourceSpec, action: Action) -> Schema:
    schema = {"$ref": f"#/components/schemas/{spec.type_name}{'List' if action == 'list' else 'Item'}"}
    headers = {**ETAG, "Link": header("The lists beside this one (RFC 8288).", required=False)}
    return {
        "description": "Successful Response",
        "content": {"application/json": {"schema": schema}},
        "headers": headers if action == "list" else ETAG,
    }


IF_NONE_MATCH: Schema = {
    "name": "If-None-Match", "in": "header", "schema": {"type": "string"},
    "description": "ETags of what you have; 304 when it is one of them.",
}  # fmt: skip

X_COST: Schema = {
    "name": "X-Cost", "in": "header", "schema": {"type": "string"},
    "description": "With any value, the answer says in its own X-Cost how many rows may have been read.",
}  # fmt: skip

# -- parameters --------------------------------------------------------------------------------------------------


OPTIONS = (
    'A relation to many takes options: `reviews(limit:5,sort:-created_at,title,filter:{"rating":{"gte":4}})`, in any '
    f"order, each once; `limit` is {DEFAULT_LIMIT} when it is not there, and {MAX_LIMIT} at most."
)


def id_parameter(spec: ResourceSpec) -> Schema:
    """Returns the parameter in the path of one object."""
    return {"name": "id", "in": "path", "required": True, "description": f"The {spec.noun}'s id.",
            "schema": value_schema(spec.pk.column.kind)}  # fmt: skip


def _parameters(spec: ResourceSpec, action: Action) -> list[Schema]:
    listed = _list_parameters(spec) if action == "list" else []
    return [*selection_parameters(spec), *listed, IF_NONE_MATCH, X_COST]


def selection_parameters(spec: ResourceSpec) -> list[Schema]:
    """Returns the parameters that say what an answer shows of each object."""
    own, relations = [*spec.fields, *spec.computed], [*spec.relations]
    options = f" {OPTIONS}" if any(relation.join.many for relation in spec.relations.values()) else ""
    fields = (f"Only these fields; dots lead into relations: `name,category.name`.{options} "
              f"There are {_words([*own, *relations])}.")  # fmt: skip
    parameters = [text_parameter("fields", fields)]
    if relations:
        said = f"Relations to include whole: `category,reviews.author`.{options} There are {_words(relations)}."
        parameters.append(text_parameter("include", said))
    return parameters


def _words(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _list_parameters(spec: ResourceSpec) -> list[Schema]:
    as_json = {"application/json": {"schema": {"type": "object"}, "example": {}}}
    return [
        _sort_parameter(spec),
        _number("page", "Which page; the answer tells the total.", 1, MAX_PAGE, 1),
        _number("page_size", "Rows on a page.", 1, MAX_LIMIT, DEFAULT_LIMIT),
        _number("limit", "At most so many rows, without a total; the answer has the cursors `next` and `prev`. "
                         "Not with `page` or `page_size`.", 1, MAX_LIMIT),
        text_parameter("after", "Rows after this cursor, the `next` of an answer with the same filter and order."),
        text_parameter("before", "Rows before this cursor, the `prev` of an answer with the same filter and order."),
        _number("offset", "Rows to leave out at the beginning; with `limit`, not with a cursor.", 0, MAX_OFFSET),
        {"name": "filter", "in": "query", "content": as_json,
         "description": 'A filter as JSON, with `and`, `or` and `not`: {"or": [{"name": {"contains": "tea"}}]}.'},
        *_search_parameters(spec),
        *[_filter_parameter(field.name, field.column.kind)
          for field in spec.fields.values() if field.declared.filter],
    ]  # fmt: skip


def _search_parameters(spec: ResourceSpec) -> list[Schema]:
    if not spec.searched:
        return []
    fields = " or ".join(spec.resource.search)
    said = (f"Words that are all in {fields}, the last one perhaps as the beginning of a word; case and accents do not "
            "count. Best matches come first, unless `sort` says another order.")  # fmt: skip
    return [{"name": "q", "in": "query", "schema": {"type": "string"}, "description": said}]


def _sort_parameter(spec: ResourceSpec) -> Schema:
    names = [field.name for field in spec.fields.values() if field.declared.sort]
    items: Schema = {"type": "string", "enum": [each for name in names for each in (name, f"-{name}")]}
    relations = [relation.name for relation in spec.relations.values() if relation.sortable]
    if relations:
        items = {"anyOf": [items, {"type": "string", "pattern": rf"^-?({'|'.join(relations)})(\.\w+)+$"}]}
    said = "Fields to sort by, the first counts most; `-` before one for descending; dots lead through relations."
    return _array("sort", said, items)


def _filter_parameter(name: str, kind: Kind) -> Schema:
    """One parameter a field: as a deep object its members are the operators, `filter[price][gte]=10`."""
    schema = value_schema(kind)
    listed = {"type": "string", "description": "Values, separated by commas."}
    special = {**dict.fromkeys(LISTS, listed), "is_null": {"type": "boolean"}}
    parameter = f"filter[{name}]"
    names, said = (
        kind.operators,
        f"`{parameter}=value`, or with an operator: `{parameter}[{kind.operators[-1]}]=value`.",
    )
    if kind.name == "json":
        names = ("is_null",)
        said = (
            f"`filter[{name}.key]=value` compares inside, with the operators of numbers and texts; digits are places."
        )
    operators = {operator: special.get(operator, schema) for operator in names}
    return {
        "name": parameter,
        "in": "query",
        "style": "deepObject",
        "explode": True,
        "description": said,
        "schema": {"type": "object", "properties": operators, "additionalProperties": False},
        "example": {},  # what the documents page sends when nobody changes it
    }


def _number(name: str, description: str, low: int, high: int, default: int | None = None) -> Schema:
    schema: Schema = {"type": "integer", "minimum": low, "maximum": high}
    return {"name": name, "in": "query", "description": description,
            "schema": schema if default is None else {**schema, "default": default}}  # fmt: skip


def text_parameter(name: str, description: str) -> Schema:
    """Returns an optional parameter of the query string."""
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"}}


def _array(name: str, description: str, items: Schema) -> Schema:
    schema = {"type": "array", "items": items}
    return {"name": name, "in": "query", "style": "form", "explode": False, "description": description,
            "schema": schema}  # fmt: skip


# -- components --------------------------------------------------------------------------------------------------


def components(engine: Engine) -> Schema:
    """Returns the schemas that reading refers to: answers and the error body."""
    schemas: Schema = {"Error": _error()}
    for spec in engine.resources:
        reference = {"$ref": f"#/components/schemas/{spec.type_name}"}
        schemas[spec.type_name] = _answer(spec)
        schemas[f"{spec.type_name}Item"] = object_schema({"data": reference}, required=["data"])
        schemas[f"{spec.type_name}List"] = _list(reference)
    return schemas


def _list(reference: Schema) -> Schema:
    """What a list says beside its rows depends on how its pages are turned."""
    rows: Schema = {"data": {"type": "array", "items": reference}}
    number = {"type": "integer", "minimum": 1}
    page = {"total": {"type": "integer", "minimum": 0}, "page": number, "page_size": number}
    cursor = {"type": ["string", "null"]}
    cursors = {"next": cursor, "prev": cursor}
    forms: Schema = {"By `page` and `page_size`.": page, "By `limit`, `after` and `before`.": cursors,
             "By `limit` and `offset`.": {}}  # fmt: skip
    return {"oneOf": [object_schema({**rows, **more}, ["data", *more]) | {"description": said}
                      for said, more in forms.items()]}  # fmt: skip


def _answer(spec: ResourceSpec) -> Schema:
    """Only the id is always there: `fields` leaves the others out, and `include` brings the relations in."""
    properties: Schema = {}
    for field in spec.fields.values():
        schema = value_schema(field.column.kind)
        if field.description:
            schema["description"] = field.description
        properties[field.name] = _nullable(schema) if field.nullable else schema
    for made in spec.computed.values():
        properties[made.name] = {**TypeAdapter(made.declared.type).json_schema(),
                                 "description": made.declared.description}  # fmt: skip
    for relation in spec.relations.values():
        reference: Schema = {"$ref": f"#/components/schemas/{relation.target.type_name}"}
        many: Schema = {"type": "array", "items": reference}
        properties[relation.name] = many if relation.join.many else {"anyOf": [reference, {"type": "null"}]}
    return object_schema(properties, required=[spec.pk.name]) | {"description": spec.description}


def value_schema(kind: Kind) -> Schema:
    """Returns the JSON schema of a value as it is on the wire."""
    match kind.name:
        case "id":
            return {"type": "string", "format": "uuid"}
        case "integer" | "number" | "boolean":
            return {"type": kind.name}
        case "money" | "decimal":
            return {"type": "string", "pattern": rf"^-?\d+\.\d{{{kind.decimal_places}}}$", "examples": ["12.50"]}
        case "datetime":
            return {"type": "string", "format": "date-time"}
        case "date":
            return {"type": "string", "format": "date"}
        case "enum" if kind.enum is not None:
            return {"type": "string", "enum": [member.value for member in kind.enum]}
        case "json":
            return {}
        case _:
            return {"type": "string"}


def _nullable(schema: Schema) -> Schema:
    if "enum" in schema:
        schema = {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else schema


def object_schema(properties: Schema, required: list[str]) -> Schema:
    """Returns the schema of an object with these properties and no other."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _error() -> Schema:
    text = {"type": "string"}
    field_error = object_schema({"field": text, "code": text, "message": text}, required=["field", "code", "message"])
    schema = object_schema(
        {
            "detail": {**text, "description": "What is wrong, for people."},
            "error_code": {**text, "enum": ERROR_CODES, "description": "What is wrong, for programs."},
            "field_errors": {"type": "array", "items": field_error},
            "item_errors": {"type": "array", "items": {"$ref": "#/components/schemas/ItemError"}},
            "hint": {**text, "description": "What to do about it."},
            "request_id": {"type": ["string", "null"], "description": "Under this id, the log has more."},
        },
        required=["detail", "error_code", "request_id"],
    )
    problem = {"type": text, "title": text, "status": {"type": "integer"}}
    return schema | {"properties": schema["properties"] | problem, "description": "Why a request was refused."}
