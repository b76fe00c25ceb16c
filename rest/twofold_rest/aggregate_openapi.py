"""What OpenAPI says of aggregates and groups: made from the declarations, as the routes are."""

from __future__ import annotations

import re

from twofold.aggregate import FUNCTIONS, Measure, functions_of, is_groupable, parts_of
from twofold.engine import Engine
from twofold.groupings import HAVING
from twofold.kinds import Kind
from twofold.spec import RelationSpec, ResourceSpec
from twofold_rest.openapi import (
    ETAG,
    IF_NONE_MATCH,
    NOT_MODIFIED,
    READ_ERRORS,
    X_COST,
    Operation,
    Schema,
    _array,
    _list_parameters,
    _nullable,
    _pascal,
    header,
    object_schema,
    refused,
    security,
    value_schema,
)

__all__ = ["aggregate_components", "aggregate_operation"]

SAID = """Counts, sums, averages and extremes of all rows that you may see and that meet the filter, as one object; \
with `group_by`, of each group of them, as a page of objects.

A value that is null, or that you may not see on its row, counts for `count` only. Sums are exact, but for \
floating-point numbers; the average of amounts is an amount, halves rounded away from zero. Amounts in several \
currencies are added up as they are: group by the currency."""


SHARED = re.compile(r"page|filter|q$")
"""How the names of parameters begin that lists have too."""


def aggregate_operation(spec: ResourceSpec) -> Operation:
    """Returns what the document says of the route of a resource's aggregates."""
    rule = spec.resource.read
    document: Schema = {
        "description": f"{SAID}\n\nWho may: {rule.reason}",
        "parameters": _parameters(spec),
        "responses": {"200": _success(spec), **NOT_MODIFIED, **refused(*READ_ERRORS)},
        "security": security(f"{spec.plural}:read"),
    }
    return Operation(operation_id=f"aggregate{_pascal(spec.plural)}", status=200, document=document,
                     summary=f"Count and add up {spec.plural.replace('_', ' ')}, or groups of them")  # fmt: skip


def aggregate_components(engine: Engine) -> Schema:
    """Returns the schemas that the operations of aggregates refer to."""
    schemas: Schema = {}
    for spec in engine.resources:
        measures = _measures(spec)
        key = _key(spec)
        schemas[f"{spec.type_name}Aggregates"] = object_schema(measures, required=[])
        schemas[f"{spec.type_name}GroupKey"] = key
        reference = {"$ref": f"#/components/schemas/{spec.type_name}GroupKey"}
        schemas[f"{spec.type_name}Group"] = object_schema({"key": reference, **measures}, required=["key"])
    return schemas


def _success(spec: ResourceSpec) -> Schema:
    page: Schema = {"type": "integer", "minimum": 1}
    of_all = {"$ref": f"#/components/schemas/{spec.type_name}Aggregates"}
    groups = {"type": "array", "items": {"$ref": f"#/components/schemas/{spec.type_name}Group"}}
    total: Schema = {"type": "integer", "minimum": 0, "description": "How many groups there are in all."}
    listed = {"data": groups, "total": total, "page": page, "page_size": page}
    schema = {
        "oneOf": [object_schema({"data": of_all}, required=["data"]), object_schema(listed, required=list(listed))]
    }
    link = header("Other pages of groups (RFC 8288).", required=False)
    return {"description": "Successful Response", "content": {"application/json": {"schema": schema}},
            "headers": {**ETAG, "Link": link}}  # fmt: skip


def _measures(spec: ResourceSpec) -> Schema:
    properties: Schema = {"count": _of(Measure("count").kind)}
    for function in list(FUNCTIONS)[1:]:
        values = {
            field.name: _of(Measure(function, field).kind, can_be_null=function != "count_distinct")
            for field in spec.fields.values()
            if function in functions_of(field)
        }
        if values:
            properties[function] = object_schema(values, required=[])
    return properties


def _of(kind: Kind, *, can_be_null: bool = False) -> Schema:
    schema = value_schema(kind)
    if kind.name == "money" and not kind.decimal_places:
        schema = {"type": "string", "pattern": r"^-?\d+$", "description": "A whole number of any size."}
    return _nullable(schema) if can_be_null else schema


def _key(spec: ResourceSpec) -> Schema:
    """The fields that groups are made of; null is a key as any other."""
    properties = {
        field.name: _nullable(value_schema(field.column.kind)) for field in spec.fields.values() if is_groupable(field)
    }
    properties |= {
        each.name: {"$ref": f"#/components/schemas/{each.target.type_name}GroupKey"} for each in _to_one(spec)
    }
    return object_schema(properties, required=[])


def _to_one(spec: ResourceSpec) -> list[RelationSpec]:
    return [each for each in spec.relations.values() if each.sortable]


# -- parameters --------------------------------------------------------------------------------------------------


def _parameters(spec: ResourceSpec) -> list[Schema]:
    measures = [name for name, _ in _comparable(spec)]
    keys = _key_patterns(spec)
    said = "What the rows of a group have in common; dots lead through relations, and to parts of dates."
    sorted_by = [*(re.escape(each) for each in measures), *keys]
    return [
        _array("aggregate", "What is worked out; `count` by default.", {"type": "string", "enum": measures}),
        _array("group_by", said, _pattern(f"({'|'.join(keys)})")),
        _having(spec),
        _array("sort", "What groups are sorted by, `-` before it for descending.",
               _pattern(f"-?({'|'.join(sorted_by)})")),
        *(each for each in _list_parameters(spec) if SHARED.match(each["name"])),
        IF_NONE_MATCH,
        X_COST,
    ]  # fmt: skip


def _comparable(spec: ResourceSpec) -> list[tuple[str, Kind]]:
    measures = [Measure("count")]
    measures += [Measure(each, field) for field in spec.fields.values() for each in functions_of(field)]
    return [(measure.name, measure.kind) for measure in measures]


def _key_patterns(spec: ResourceSpec) -> list[str]:
    """Own fields with their parts, and paths through relations."""
    names = [
        field.name + (rf"(\.({'|'.join(parts_of(field))}))?" if parts_of(field) else "")
        for field in spec.fields.values()
        if is_groupable(field)
    ]
    return [*names, *(rf"{each.name}(\.\w+)+" for each in _to_one(spec))]


def _pattern(text: str) -> Schema:
    return {"type": "string", "pattern": f"^{text}$"}


def _having(spec: ResourceSpec) -> Schema:
    properties = {name: object_schema(_operators(kind), required=[]) for name, kind in _comparable(spec)}
    return {
        "name": "having",
        "in": "query",
        "style": "deepObject",
        "explode": True,
        "description": "Only groups that meet all of this: `having[count][gt]=3`.",
        "schema": object_schema(properties, required=[]),
        "example": {},  # what the documents page sends when nobody changes it
    }


def _operators(kind: Kind) -> Schema:
    return {each: {"type": "boolean"} if each == "is_null" else _of(kind) for each in HAVING}
