"""resources.py: what is served of the models, closed until somebody says who may see it."""

from __future__ import annotations

from collections.abc import Iterator

from twofold.adopt.code import call, comment, docstring, literal
from twofold.adopt.design import Design, FieldDesign, ModelDesign, RelationDesign
from twofold.adopt.names import class_name
from twofold.schema import Column

__all__ = ["cannot_be_created", "resource_name", "resources_file"]


def resource_name(model: ModelDesign) -> str:
    """Returns the name of a model's resource."""
    return class_name(model.plural)


def resources_file(app: str, design: Design) -> str:
    """Returns the text of resources.py."""
    models = sorted(design.models, key=lambda each: each.class_name)
    classes = ["\n".join(_resource(each)) for each in design.models]
    body = "\n\n\n".join(classes)
    constraint = ["from pydantic import Field as Constraint"] if "Constraint(" in body else []
    used = [each for each in ("Field", "Relation") if f" = {each}(" in body] + ["Resource"]
    return "\n".join([
        f'"""What is served of {app}: nothing yet, since nobody may read it. The README says how to open it."""', "",
        *constraint, f"from twofold.resource import {', '.join(used)}", "from twofold.rules import NOBODY", "",
        _import(f"{app}.models", [each.class_name for each in models]), "", "",
        body, "", "",
        call("RESOURCES = [", [resource_name(each) for each in design.models], indent="", end="]"), "",
    ])  # fmt: skip


def _import(module: str, names: list[str]) -> str:
    names = sorted(names)
    whole = f"from {module} import {', '.join(names)}"
    return whole if len(whole) <= 120 else f"from {module} import (\n" + "".join(f"    {n},\n" for n in names) + ")"


def _resource(model: ModelDesign) -> Iterator[str]:
    kind = "view" if model.key.is_of_view else "table"
    yield f"class {resource_name(model)}(Resource[{model.class_name}]):"
    yield docstring(f"The rows of the {kind} `{model.table.name}`")
    yield ""
    why_not = cannot_be_created(model)
    if model.is_read_only:
        yield comment("Read only: the model is of a view.")
    elif why_not:
        yield comment(f"Rows cannot be created: {why_not}.")
    yield "    read = NOBODY"
    yield ""
    lines = [*_lines(model)]
    yield from lines


def _lines(model: ModelDesign) -> Iterator[str]:
    writes = [] if model.is_read_only else ["write=True"]
    for each in model.fields[1:]:
        if isinstance(each, RelationDesign):
            yield call(f"{each.name} = Relation(", writes)
        else:
            yield _field(each, model)
    for name, writable in model.backward.items():
        yield f"    {name} = Relation({'write=True' if writable else ''})"


def _field(it: FieldDesign, model: ModelDesign) -> str:
    arguments = ["write=True"] if it.fit.writable and not model.is_read_only else []
    arguments += ["filter=True"] if it.fit.kind == "json" else ["filter=True", "sort=True"]
    if it.fit.pattern and it.fit.writable and not model.is_read_only:
        arguments.append(f"validate=Constraint(pattern={_raw(it.fit.pattern)})")
    return call(f"{it.name} = Field(", arguments)


def _raw(pattern: str) -> str:
    return f'r"{pattern}"' if "\\" in pattern and '"' not in pattern else literal(pattern)


def cannot_be_created(model: ModelDesign) -> str | None:
    """Returns why new rows cannot be written through the faces; None where they can."""
    key = model.fields[0]
    if model.is_read_only:
        return "the model is of a view"
    if isinstance(key, RelationDesign):
        return "their key is that of another row, which cannot be set"
    if not model.key.is_counted and model.key.fit.kind != "id":
        return f"nothing makes `{key.name}`, their key"
    for each in model.fields[1:]:
        column = each.column
        is_closed = isinstance(each, FieldDesign) and not each.fit.writable
        if is_closed and column is not None and _is_required(column):
            return f"`{each.name}` must have a value, and cannot be written"
    for name in model.left_out:
        if _is_required(model.table.column(name)):
            return f"the column `{name}` must have a value, and is left out"
    return None


def _is_required(column: Column) -> bool:
    return not column.nullable and column.default is None and column.computed is None
