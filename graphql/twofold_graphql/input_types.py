"""The input types of mutations, from the service's own input models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twofold.inputs import InputForm, Inputs, operations
from twofold.resource import Input
from twofold.spec import ROW_ID, FieldSpec, NestedOperation, RelationSpec, ResourceSpec
from twofold_graphql.names import Names, camel
from twofold_graphql.offers import Offer
from twofold_graphql.scalars import annotation_of, key_of, scalar_of

__all__ = ["InputField", "InputTypes", "given_of", "type_of"]


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


class InputTypes:
    """Makes the input types of mutations, each once; they may lead back to each other."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self.made: dict[str, InputType] = {}

    def add(self, offer: Offer) -> None:
        """Makes the input type of a mutation, and those that are nested in it."""
        name, form = type_of(offer), offer.form
        if name is None or (offer.many and form is None):
            return
        if form is not None:
            self._add_form(offer.spec, form, None, name)
            return
        pk = InputField(annotation=key_of(offer.spec), required=True, description=None)
        fields = {} if offer.creates else {ROW_ID: pk}
        taken = offer.declared.input if offer.declared is not None else None
        self.made[name] = InputType(name=name, fields=fields | dict(_of_action(taken)))

    def _add_form(self, spec: ResourceSpec, form: InputForm, known: FieldSpec | None, name: str) -> None:
        if name in self.made:
            return
        fields: dict[str, InputField] = {}
        self.made[name] = InputType(name=name, fields=fields)
        keys = {each.key: each for each in spec.links}
        for each, field in self._inputs.model(spec, form, known).model_fields.items():
            if each in spec.nested:
                annotation = f"{spec.type_name}{'Create' if form == 'create' else 'Change'}{_pascal(each)}Input"
                self._add_nested(spec.nested[each], form, annotation)
            elif each in keys:
                annotation = f"list[{key_of(keys[each].target)}]"
            elif form == "change" and each == ROW_ID:
                annotation = key_of(spec)
            else:
                annotation = scalar_of(spec.fields[each].column.kind)
            fields[each] = InputField(
                annotation=annotation, required=field.is_required(), description=field.description
            )  # fmt: skip

    def _add_nested(self, relation: RelationSpec, form: InputForm, name: str) -> None:
        if name in self.made:
            return
        fields: dict[str, InputField] = {}
        self.made[name] = InputType(name=name, fields=fields)
        for operation in operations(form):
            if relation.offers(operation, new=form == "create"):
                one = self._operation(relation, operation)
                annotation = f"list[{one}]" if relation.join.many else one
                fields[operation] = InputField(annotation=annotation, required=False, description=None)

    def _operation(self, relation: RelationSpec, operation: NestedOperation) -> str:
        """The type of what an operation is done with, having made it."""
        target, many = relation.target, relation.join.many
        match operation:
            case "create":
                without = "" if relation.pointing is None else f"Without{_pascal(_back(relation.pointing))}"
                one = f"Create{target.type_name}{without}Input"
                self._add_form(target, "create", relation.pointing, one)
                return one
            case "update":
                one = f"Update{target.type_name}Input" if many else f"Patch{target.type_name}Input"
                self._add_form(target, "change" if many else "patch", None, one)
                return one
            case "disconnect" if not many:
                return "bool"
            case _:
                return key_of(target)


def _of_action(taken: type[Input] | None) -> Iterator[tuple[str, InputField]]:
    for name, known in (taken.model_fields if taken is not None else {}).items():
        annotation = annotation_of(known.annotation).removesuffix(" | None")
        yield name, InputField(annotation=annotation, required=known.is_required(), description=known.description)


def _back(pointing: FieldSpec) -> str:
    """What the other side calls the relation that leads here."""
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
