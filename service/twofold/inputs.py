"""Input models: Pydantic v2, made from model and declaration. The one validation of both faces."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Optional, TypeAlias, get_args, get_origin

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model

from twofold.errors import Invalid, Malformed
from twofold.invalid import invalid
from twofold.spec import FieldSpec, RelationSpec, ResourceSpec

__all__ = ["InputForm", "Inputs"]

InputForm: TypeAlias = Literal["create", "replace", "patch"]
FORMS: tuple[InputForm, ...] = ("create", "replace", "patch")
MAX_KEYS = 100
"""How many rows of a many-to-many relation one write may name."""


class _Input(BaseModel):
    """What every input has in common: JSON types are not bent, and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", protected_namespaces=())


class Inputs:
    """The input models of all resources."""

    def __init__(self, specs: Sequence[ResourceSpec]) -> None:
        self._models = {(spec, form): _model(spec, form) for spec in specs for form in FORMS}

    def model(self, spec: ResourceSpec, form: InputForm) -> type[BaseModel]:
        """Returns the Pydantic model of an input: for creating, for replacing whole, or for patching."""
        return self._models[spec, form]

    def schema(self, spec: ResourceSpec, form: InputForm, ref_template: str) -> dict[str, Any]:
        """Returns the JSON schema of an input; what may be left out has no default there."""
        schema = self._models[spec, form].model_json_schema(ref_template=ref_template)
        for field in schema.get("properties", {}).values():
            field.pop("default", None)
        return schema

    def parse(self, spec: ResourceSpec, form: InputForm, data: Mapping[str, Any] | bytes) -> dict[str, Any]:
        """Returns the values of an input by name, as Python types; what was left out is not there.

        `data` is JSON text, or a mapping of JSON values.

        Raises:
            Malformed: the text is not JSON.
            Invalid: fields are missing, unknown or do not fit; `field_errors` has them all.
        """
        model = self._models[spec, form]
        try:
            text = data if isinstance(data, bytes) else orjson.dumps(data)
        except orjson.JSONEncodeError as error:
            raise Malformed(f"The input cannot be written as JSON: {error}.") from None
        try:
            parsed = model.model_validate_json(text)
        except ValidationError as error:
            raise _refusal(error) from None
        return {name: getattr(parsed, name) for name in parsed.model_fields_set}


def _refusal(error: ValidationError) -> Invalid | Malformed:
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return Malformed(f"The body is not JSON: {errors[0]['msg'].removeprefix('Invalid JSON: ')}.")
    if not errors[0]["loc"]:
        return Malformed("The body must be a JSON object of fields.")
    return invalid(error)


def _model(spec: ResourceSpec, form: InputForm) -> type[BaseModel]:
    entries: dict[str, Any] = {}
    for each in spec.writable:
        if form != "create" and not each.declared.write:
            continue
        name, annotation, required, description = _entry(spec, each)
        # A field under a rule of its own may be left out of a replacement: then it stays.
        must = form == "create" or (form == "replace" and each.declared.write is True)
        default = ... if required and must else None
        entries[name] = (annotation, Field(default=default, description=description))
    title = spec.type_name + form.capitalize()
    return create_model(title, __base__=_Input, __doc__=_describe(spec, form), **entries)


def _entry(spec: ResourceSpec, each: FieldSpec | RelationSpec) -> tuple[str, Any, bool, str | None]:
    if isinstance(each, RelationSpec):
        key: Any = each.target.pk.column.kind.comparable
        keys: Any = Annotated[list[key], Field(max_length=MAX_KEYS)]
        return each.key, keys, False, f"The {each.name.replace('_', ' ')}, all of them, by id."
    column = each.column
    annotation = column.kind.annotation
    if each.declared.validate is not None:
        annotation = _narrowed(annotation, each.declared.validate)
    if column.nullable:
        annotation = Optional[annotation]  # noqa: UP045  # Annotated has no `|`
    required = not column.optional and column.name not in spec.resource.fills
    return each.name, annotation, required, column.description


def _narrowed(annotation: Any, validate: Any) -> Any:
    """Puts a declaration's bounds behind the column's own, and before functions.

    After a function, Pydantic tells no JSON schema of a pattern, and calls the letters of a text items.
    """
    bare, *parts = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    functions = [part for part in parts if isinstance(part, AfterValidator)]
    bounds = [part for part in parts if not isinstance(part, AfterValidator)]
    return Annotated[(bare, *bounds, validate, *functions)]


def _describe(spec: ResourceSpec, form: InputForm) -> str:
    noun = spec.singular.replace("_", " ")
    return {
        "create": f"A new {noun}.",
        "replace": f"A {noun}, whole: a field that is left out goes back to its default.",
        "patch": f"Changes to a {noun}: a field that is left out stays as it is.",
    }[form]
