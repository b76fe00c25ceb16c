"""models.py: the tables as Tortoise models."""

from __future__ import annotations

import re
from collections.abc import Iterator

from twofold.adopt.code import call, comment, docstring, literal
from twofold.adopt.design import Design, FieldDesign, ModelDesign, RelationDesign
from twofold.schema import Column

__all__ = ["default_of", "models_file"]

NUMBER = re.compile(r"\(?(-?\d+(?:\.\d+)?)\)?(?:::[\w ]+)?")
TEXT = re.compile(r"\(?'((?:[^']|'')*)'\)?(?:::.*)?")
NOW = re.compile(r"\(?(?:now\(\)|current_timestamp(?:\(\d\))?)\)?(?:::.*)?", re.IGNORECASE)
TRUTH = {"true": "True", "false": "False", "1": "True", "0": "False"}
ANNOTATIONS = {"one": "ForeignKey", "only": "OneToOne"}
RULES = {"CASCADE": "CASCADE", "RESTRICT": "RESTRICT", "SET NULL": "SET_NULL"}


def models_file(app: str, design: Design) -> str:
    """Returns the text of models.py."""
    classes = [_enum(name, labels) for name, labels in design.enums.items()]
    classes += ["\n".join(_model(app, each)) for each in design.models]
    body = "\n\n\n".join(classes)
    return "\n".join([
        f'"""The tables of {app}, as they were found. Twofold\'s migrations leave them as they are."""',
        "", "from __future__ import annotations", "", *_imports(body), "", "", body, "",
    ])  # fmt: skip


def _imports(body: str) -> Iterator[str]:
    standard = ["from decimal import Decimal"] if "default=Decimal(" in body else []
    if "(StrEnum)" in body:
        standard.append("from enum import StrEnum")
    if re.search(r"\w: Any = ", body):
        standard.append("from typing import Any")
    yield from [*standard, ""] if standard else []
    yield "from tortoise import Model, fields"
    if "default=now" in body:
        yield "from tortoise.timezone import now"
    ours = [each for each in ("UtcDatetimeField", "new_id", "stored_as") if re.search(rf"\b{each}\b", body)]
    if ours:
        yield f"from twofold.fields import {', '.join(ours)}"


def _enum(name: str, labels: object) -> str:
    lines = [f"class {name}(StrEnum):", docstring("What a column may hold."), ""]
    return "\n".join([*lines, *(f"    {each} = {literal(each)}" for each in labels)])  # type: ignore[attr-defined]


def _model(app: str, model: ModelDesign) -> Iterator[str]:
    yield f"class {model.class_name}(Model):"
    kind = "view" if model.key.is_of_view else "table"
    yield docstring(model.table.comment or f"A row of the {kind} `{model.table.name}`.")
    yield ""
    if model.key.note:
        yield comment(model.key.note)
    for each in model.fields:
        if isinstance(each, RelationDesign):
            yield _relation(app, each)
        else:
            yield from _field(each, model)
    for name, reason in model.left_out.items():
        yield comment(f"Left out: `{name}`, a column of type `{model.table.column(name).type}`: {reason}")
    for note in model.notes:
        yield comment(note)
    yield ""
    yield "    class Meta:"
    yield f'        app = "{app}"'
    yield f"        table = {literal(model.relation)}"
    if model.key.view is not None:
        yield f"        source = {literal(model.table.name)}"
    yield "        managed = False"
    together = [names for each in model.table.uniques if (names := _together(model, each.columns))]
    if together and not model.is_read_only:
        sets = [f"({', '.join(map(literal, each))})" for each in together]
        yield call("unique_together = (", [*sets[:-1], sets[-1] + ("," if len(sets) == 1 else "")], indent="        ")


def _together(model: ModelDesign, columns: tuple[str, ...]) -> list[str]:
    """The names of fields that are unique together; none where one of them is not served, or for a single one."""
    names = [each.name for column in columns for each in model.fields
             if each.column is not None and each.column.name == column]  # fmt: skip
    return names if len(names) == len(columns) > 1 else []


def _field(it: FieldDesign, model: ModelDesign) -> Iterator[str]:
    is_key = it is model.fields[0]
    arguments = [it.enum] if it.enum else []
    arguments += it.fit.arguments
    if is_key:
        arguments.append("primary_key=True")
        arguments += _key_arguments(model)
    else:
        arguments += _plain_arguments(it)
    if it.name != it.column.name:
        arguments.append(f"source_field={literal(it.column.name)}")
    if it.column.comment:
        arguments.append(f"description={literal(it.column.comment)}")
    if it.fit.note and not is_key:
        yield comment(it.fit.note)
    if it.column.default is not None and not is_key and it.fit.writable and not any("default=" in a for a in arguments):
        yield comment(f"Not known here, so that it must be said: the database's own default, `{it.column.default}`")
    name = f"{it.name}: Any" if it.fit.kind == "json" else it.name
    made = f"{it.fit.factory}({', '.join(arguments)})"
    if it.fit.stored_as is None:
        yield call(f"{name} = {it.fit.factory}(", arguments)
    else:
        yield call(f"{name} = stored_as(", [literal(it.fit.stored_as), made])


def _key_arguments(model: ModelDesign) -> list[str]:
    key = model.key
    if key.fit.kind == "id":
        return ["default=new_id"]
    return ["generated=False"] if key.fit.kind == "integer" and not key.is_counted else []


def _plain_arguments(it: FieldDesign) -> list[str]:
    arguments = ["null=True"] if it.column.nullable else []
    if it.unique and it.fit.factory not in ("fields.TextField", "fields.JSONField"):
        arguments.append("unique=True")
    default = default_of(it.column, it.fit.kind)
    if it.fit.is_filled:
        arguments.append("generated=True")
    elif default is not None and it.fit.writable:
        arguments.append(f"default={f'{it.enum}.{default[1:-1]}' if it.enum else default}")
    return arguments


def default_of(column: Column, kind: str) -> str | None:
    """Returns a column's default as Python, where it is a constant or the moment of now."""
    said = column.default or ""
    if kind == "datetime" and NOW.fullmatch(said):
        return "now"
    if kind in ("integer", "number") and (found := NUMBER.fullmatch(said)):
        return found[1]
    if kind == "decimal" and (found := NUMBER.fullmatch(said)):
        return f'Decimal("{found[1]}")'
    if kind == "boolean":
        return TRUTH.get(said.lower())
    if kind in ("text", "enum") and (found := TEXT.fullmatch(said)):
        return literal(found[1].replace("''", "'"))
    return None


def _relation(app: str, it: RelationDesign) -> str:
    target = f"{app}.{it.target.class_name}"
    arguments = [literal(target), f"related_name={literal(it.related_name)}"]
    if it.through is not None:
        table, far, near = it.through
        arguments += [f"through={literal(table)}", f"forward_key={literal(far)}", f"backward_key={literal(near)}"]
        return call(
            f"{it.name}: fields.ManyToManyRelation[{it.target.class_name}] = fields.ManyToManyField(", arguments
        )
    column = it.column
    assert column is not None  # noqa: S101  # it has one, or a table between
    arguments.append(f"on_delete=fields.{RULES.get(it.on_delete, 'NO_ACTION')}")
    arguments += [f"to_field={literal(it.to_field)}"] if it.to_field else []
    arguments += ["null=True"] if column.nullable and not it.is_key else []
    arguments += ["primary_key=True"] if it.is_key else []
    arguments += [f"source_field={literal(column.name)}"] if column.name != f"{it.name}_id" else []
    kind = ANNOTATIONS[it.to]
    annotation = f"{kind}{'Nullable' if 'null=True' in arguments else ''}Relation"
    return call(f"{it.name}: fields.{annotation}[{it.target.class_name}] = fields.{kind}Field(", arguments)
