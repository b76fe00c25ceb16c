"""The input types of mutations, from the service's own input models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twofold.inputs import InputForm, Inputs
from twofold.resource import Input
from twofold.spec import FieldSpec, NestedOperation, RelationSpec, ResourceSpec
from twofold_graphql.names import Names, camel
from twofold_graphql.offers import Offer
from twofold_graphql.scalars import annotation_of, key_of, scalar_of

__all__ = ["InputField", "InputType", "given_of", "input_types", "type_of"]


@dataclass(frozen=True, kw_only=True)
class InputField:
    """A field of an input type: its annotation, without null; what may be left out may be null too."""

    annotation: str
    required: bool
    description: str | None


@dataclass(frozen=True, kw_only=True)
class InputType:
    """An input type and its fields, by the service's names."""

    name: str
    fields: Mapping[str, InputField]


def type_of(offer: Offer) -> str | None:
    """Returns the name of what a mutation takes of each row; None for one that takes nothing."""
    if offer.form == "create":
        return f"Create{offer.spec.type_name}Input"
    if offer.form is not None:
        return f"Update{offer.spec.type_name}Input"
    takes_nothing = offer.creates and (offer.declared is None or offer.declared.input is None)
    return None if takes_nothing else f"{offer.stem}Input"


def input_types(inputs: Inputs, offer: Offer) -> Iterator[InputType]:
    """Returns the input type of a mutation, and those that are nested in it."""
    name, form = type_of(offer), offer.form
    if name is None or (offer.many and form is None):
        return
    if form is not None:
        yield from _of_form(inputs, offer.spec, form, None, name)
        return
    pk = offer.spec.pk.name
    fields = {} if offer.creates else {pk: InputField(annotation=key_of(offer.spec), required=True, description=None)}
    taken = offer.declared.input if offer.declared is not None else None
    yield InputType(name=name, fields=fields | dict(_of_action(taken)))


def _of_action(taken: type[Input] | None) -> Iterator[tuple[str, InputField]]:
    for name, known in (taken.model_fields if taken is not None else {}).items():
        annotation = annotation_of(known.annotation).removesuffix(" | None")
        yield name, InputField(annotation=annotation, required=known.is_required(), description=known.description)


def _of_form(inputs: Inputs, spec: ResourceSpec, form: InputForm, known: FieldSpec | None, name: str
             ) -> Iterator[InputType]:  # fmt: skip
    fields: dict[str, InputField] = {}
    keys = {each.key: each for each in spec.links}
    for each, field in inputs.model(spec, form, known).model_fields.items():
        required = field.is_required()
        if each in spec.nested:
            annotation = f"{spec.type_name}{'Create' if form == 'create' else 'Change'}{_pascal(each)}Input"
            yield from _nested(inputs, spec.nested[each], form, annotation)
        elif each in keys:
            annotation = f"list[{key_of(keys[each].target)}]"
        else:
            annotation = scalar_of(spec.fields[each].column.kind)
        fields[each] = InputField(annotation=annotation, required=required, description=field.description)
    yield InputType(name=name, fields=fields)


def _nested(inputs: Inputs, relation: RelationSpec, form: InputForm, name: str) -> Iterator[InputType]:
    target, many = relation.target, relation.join.many
    operations: tuple[NestedOperation, ...] = ("create", "connect")
    if form != "create":
        operations = ("create", "connect", "update", "disconnect", "delete")
    fields: dict[str, InputField] = {}
    for operation in operations:
        if not relation.offers(operation):
            continue
        match operation:
            case "create":
                without = "" if relation.pointing is None else f"Without{_pascal(_back(relation))}"
                one = f"Create{target.type_name}{without}Input"
                yield from _of_form(inputs, target, "create", relation.pointing, one)
            case "update":
                one = f"Update{target.type_name}Input" if many else f"Patch{target.type_name}Input"
                yield from _of_form(inputs, target, "change" if many else "patch", None, one)
            case "disconnect" if not many:
                one = "bool"
            case _:
                one = key_of(target)
        fields[operation] = InputField(annotation=f"list[{one}]" if many else one, required=False, description=None)
    yield InputType(name=name, fields=fields)


def _back(relation: RelationSpec) -> str:
    """What the other side calls the relation that leads here."""
    pointing = relation.pointing
    assert pointing is not None  # noqa: S101  # asked only of a relation that is pointed at
    return pointing.relation.name if pointing.relation is not None else pointing.name


def _pascal(name: str) -> str:
    return name.title().replace("_", "")


# -- from a request ----------------------------------------------------------------------------------------------


def given_of(offer: Offer, given: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Returns what a mutation was given of a row in the service's spelling; what is in a JSON column stays."""
    if offer.declared is None:
        return _row(offer.spec, given, names)
    taken = offer.declared.input
    known = {camel(name): name for name in (taken.model_fields if taken is not None else ())}
    return {known.get(name, names.snake(name)): value for name, value in given.items()}


def _row(spec: ResourceSpec, given: Mapping[str, Any], names: Names) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.items():
        known = names.snake(name)
        relation = spec.nested.get(known)
        found[known] = value if relation is None or value is None else _operations(relation.target, value, names)
    return found


def _operations(target: ResourceSpec, said: Mapping[str, Any], names: Names) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for operation, value in said.items():
        match value:
            case Mapping():
                found[operation] = _row(target, value, names)
            case list():
                found[operation] = [_row(target, each, names) if isinstance(each, Mapping) else each for each in value]
            case _:
                found[operation] = value
    return found
