"""Input models: Pydantic v2, made from model and declaration. The one validation of both faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Optional, TypeAlias, get_args, get_origin

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import from_json

from twofold.errors import FieldError, Invalid, Malformed
from twofold.invalid import invalid
from twofold.resource import Action, Input
from twofold.spec import ROW_ID, FieldSpec, NestedOperation, RelationSpec, ResourceSpec

__all__ = ["FORMS", "MAX_KEYS", "Form", "InputForm", "Inputs", "operations"]

InputForm: TypeAlias = Literal["create", "replace", "patch", "change"]
"""A new row, a row whole, the changes of a row, and the same with its key."""
FORMS: tuple[InputForm, ...] = ("create", "replace", "patch", "change")
MAX_KEYS = 100
"""How many rows behind a relation one operation of a write may name."""

Form: TypeAlias = tuple[ResourceSpec, InputForm, FieldSpec | None]
"""What an input is of: the resource, the form, and the field that is known already where it is nested."""


class _Input(BaseModel):
    """What every input has in common: JSON types are not bent, and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", protected_namespaces=())


class _Operations(_Input):
    """What is to be done to the rows behind a relation; an operation that is null is not asked for."""


class _Nothing(Input):
    """What is given to what takes nothing."""


class Inputs:
    """The input models of all resources and actions."""

    def __init__(self, specs: Sequence[ResourceSpec]) -> None:
        self._models: dict[Form, type[BaseModel]] = {}
        self._named: dict[str, type[BaseModel]] = {}
        for spec in specs:
            for form in FORMS:
                self._make(spec, form, None)
        for model in self._named.values():
            model.model_rebuild(_types_namespace=self._named)

    def model(self, spec: ResourceSpec, form: InputForm, known: FieldSpec | None = None) -> type[BaseModel]:
        """Returns the Pydantic model of an input; `known` is the field that a nested one does not say."""
        return self._models[spec, form, known]

    def schema(self, model: type[BaseModel], ref_template: str) -> dict[str, Any]:
        """Returns the JSON schema of an input; what may be left out has no default there."""
        schema = model.model_json_schema(ref_template=ref_template)
        for each in (schema, *schema.get("$defs", {}).values()):
            for field in each.get("properties", {}).values():
                field.pop("default", None)
        return schema

    def parse(self, spec: ResourceSpec, form: InputForm, data: Mapping[str, Any] | bytes) -> dict[str, Any]:
        """Returns the values of an input by name, as Python types; what was left out is not there.

        `data` is JSON text, or a mapping of JSON values. A relation whose rows are written along has a dictionary of
        operations.

        Raises:
            Malformed: the text is not JSON.
            Invalid: fields are missing, unknown or do not fit; `field_errors` has them all.
        """
        try:
            values = _said(_validated(self._models[spec, form, None], data))
        except Invalid as error:
            missing = _missing(spec, form, None, from_json(data) if isinstance(data, bytes) else data, ())
            raise Invalid(field_errors=[*missing, *error.field_errors]) from None
        _check_relations(spec, form, None, values, ())
        return values

    def parse_action(self, action: Action, data: Mapping[str, Any] | bytes) -> Input:
        """Returns what an action takes; an empty one for an action that takes nothing.

        Raises:
            Malformed, Invalid: as `parse` does.
        """
        validated = _validated(action.input or _Nothing, data or b"{}")
        assert isinstance(validated, Input)  # noqa: S101  # a declaration's input is one
        return validated

    def parse_nothing(self, data: Mapping[str, Any] | bytes) -> None:
        """Checks that nothing is given to what takes nothing.

        Raises:
            Malformed, Invalid: something is.
        """
        _validated(_Nothing, data)

    # -- models -------------------------------------------------------------------------------------------------

    def _make(self, spec: ResourceSpec, form: InputForm, known: FieldSpec | None) -> str:
        """Makes a model, and those nested in it; returns its name, by which models refer to each other."""
        name = spec.type_name + form.capitalize()
        if known is not None:
            name += f"Without{_pascal(known.relation.name if known.relation else known.name)}"
        if name in self._named:
            return name
        entries: dict[str, Any] = {}
        if form == "change":
            entries[ROW_ID] = (spec.pk.column.kind.comparable, Field(description=f"Which {spec.noun}."))
        for each in spec.writable:
            if each is known or (form != "create" and not each.declared.write):
                continue
            key, annotation, required, description = _entry(spec, each)
            # A field under a rule of its own may be left out of a replacement: then it stays.
            must = form == "create" or (form == "replace" and each.declared.write is True)
            default = ... if required and must else None
            entries[key] = (annotation, Field(default=default, description=description))
        self._named[name] = _Input  # the place of this one, for those that refer to it while they are made
        entries |= {each.name: self._nested(each, form) for each in spec.nested.values()
                    if any(each.offers(operation, new=form == "create") for operation in operations(form))}  # fmt: skip
        model = create_model(name, __base__=_Input, __doc__=_describe(spec, form), **entries)
        self._named[name] = self._models[spec, form, known] = model
        return name

    def _nested(self, relation: RelationSpec, form: InputForm) -> tuple[Any, Any]:
        """What an input has under the name of a relation: for each operation, what it is done with."""
        target, pointing = relation.target, relation.pointing
        entries: dict[str, Any] = {}
        for operation in operations(form):
            if not relation.offers(operation, new=form == "create"):
                continue
            match operation:
                case "create":
                    one: Any = self._make(target, "create", pointing)
                case "update":
                    one = self._make(target, "change" if relation.join.many else "patch", None)
                case "disconnect" if not relation.join.many:
                    one = Literal[True]
                case _:
                    one = target.pk.column.kind.comparable
            some = Annotated[list[one], Field(max_length=MAX_KEYS)] if relation.join.many else one
            entries[operation] = (_or_null(some), Field(default=None, description=DONE[operation]))
        spec_name = relation.join.source.model.__name__
        name = f"{spec_name}{'Create' if form == 'create' else 'Change'}{_pascal(relation.name)}"
        if name not in self._named:
            self._named[name] = create_model(name, __base__=_Operations, __doc__="Written together with it.", **entries)
        description = f"What is to be written of {relation.name.replace('_', ' ')} together with it."
        return _or_null(name), Field(default=None, description=description)


DONE: Mapping[NestedOperation, str] = {
    "create": "New ones.",
    "connect": "Those that there are, by id.",
    "update": "Changes to those that belong to it.",
    "disconnect": "Those that belong to it no longer; they stay.",
    "delete": "Those that go.",
}


def operations(form: InputForm) -> tuple[NestedOperation, ...]:
    """Returns what an input of this form may do to the rows behind a relation."""
    return ("create", "connect") if form == "create" else get_args(NestedOperation)


def _or_null(annotation: Any) -> Any:
    return Optional[annotation]  # noqa: UP045  # names and Annotated have no `|`


def _pascal(name: str) -> str:
    return name.title().replace("_", "")


def _validated(model: type[BaseModel], data: Mapping[str, Any] | bytes) -> BaseModel:
    try:
        text = data if isinstance(data, bytes) else orjson.dumps(data)
    except orjson.JSONEncodeError as error:
        raise Malformed(f"The input cannot be written as JSON: {error}.") from None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise _refusal(error) from None


def _said(parsed: BaseModel) -> dict[str, Any]:
    """The values that were sent, in the order of the fields; those of nested inputs too."""
    sent = parsed.model_fields_set
    return {name: _plain(getattr(parsed, name)) for name in type(parsed).model_fields if name in sent}


def _plain(value: Any) -> Any:
    if isinstance(value, _Operations):
        return {operation: done for operation, done in _said(value).items() if done is not None}
    if isinstance(value, BaseModel):
        return _said(value)
    if isinstance(value, list) and value and isinstance(value[0], BaseModel):
        return [_said(each) for each in value]
    return value


def _refusal(error: ValidationError) -> Invalid | Malformed:
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return Malformed(f"The body is not JSON: {errors[0]['msg'].removeprefix('Invalid JSON: ')}.")
    if not errors[0]["loc"]:
        return Malformed("The body must be a JSON object of fields.")
    return invalid(error)


Path: TypeAlias = tuple[str | int, ...]


def _check_relations(spec: ResourceSpec, form: InputForm, known: FieldSpec | None, values: Mapping[str, Any],
                     path: Path) -> None:  # fmt: skip
    """Checks what no type says: a relation is written in one way, and one that must be there is there.

    Raises:
        Invalid: it is not so, here or in a nested input.
    """
    wrong = _missing(spec, form, known, values, path)
    for name, relation in spec.nested.items():
        said = values.get(name)
        if said is not None and relation.key in values and relation.pointing is None:
            message = f"Send {relation.key} or {name}, not both."
            wrong.append(FieldError(path=(*path, name), code="twice", message=message))
        if said is not None and not relation.join.many and len(said) != 1:
            wrong.append(FieldError(path=(*path, name), code="not_one", message="Say one thing to do with it."))
    if wrong:
        raise Invalid(field_errors=wrong)
    for name, relation in spec.nested.items():
        _check_nested(relation, values.get(name) or {}, (*path, name))


def _missing(spec: ResourceSpec, form: InputForm, known: FieldSpec | None, values: Mapping[str, Any], path: Path
             ) -> list[FieldError]:  # fmt: skip
    """The relations that must be there and are not, neither by their key nor nested."""
    keys = {} if form not in ("create", "replace") else {
        relation.key: name for name, relation in spec.nested.items()
        if not relation.join.many and not relation.join.near.optional
    }  # fmt: skip
    return [
        FieldError(path=(*path, key), code="missing", message="Field required.")
        for key, name in keys.items()
        if spec.fields[key] is not known and key not in values and values.get(name) is None
    ]


def _check_nested(relation: RelationSpec, said: Mapping[str, Any], path: Path) -> None:
    forms: tuple[tuple[str, InputForm, FieldSpec | None], ...] = (
        ("create", "create", relation.pointing), ("update", "change", None)
    )  # fmt: skip
    for operation, form, known in forms:
        inputs = said.get(operation)
        if inputs is not None and relation.join.many:
            for index, values in enumerate(inputs):
                _check_relations(relation.target, form, known, values, (*path, operation, index))
        elif inputs is not None:
            _check_relations(relation.target, form, known, inputs, (*path, operation))


def _entry(spec: ResourceSpec, each: FieldSpec | RelationSpec) -> tuple[str, Any, bool, str | None]:
    if isinstance(each, RelationSpec):
        key: Any = each.target.pk.column.kind.comparable
        keys: Any = Annotated[list[key], Field(max_length=MAX_KEYS)]
        return each.key, keys, False, f"The {each.name.replace('_', ' ')}, all of them, by id."
    column, narrower = each.column, each.declared.validate
    annotation = column.kind.annotation
    if narrower is not None:
        annotation = _narrowed(annotation, narrower)
    if column.nullable:
        annotation = _or_null(annotation)
    may_be_nested = each.relation is not None and each.relation.declared.nested
    required = not column.optional and column.name not in spec.resource.fills and not may_be_nested
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
    return {
        "create": f"A new {spec.noun}.",
        "replace": f"{spec.a_noun.capitalize()}, whole: a field that is left out goes back to its default.",
        "patch": f"Changes to {spec.a_noun}: a field that is left out stays as it is.",
        "change": f"Changes to the {spec.noun} with this id: a field that is left out stays as it is.",
    }[form]
