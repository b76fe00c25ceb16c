"""Resolving declarations against their models, at start: what is wrong in one is found here, and said in a sentence."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tortoise import Model

from twofold.deriving import typed
from twofold.errors import WrongDeclaration
from twofold.expression import Derived, columns, overs
from twofold.resource import Action, Caching, Computed, Expression, Field, Input, Relation, Resource
from twofold.rules import EVERYONE, Rule
from twofold.spec import ROW_ID, ComputedSpec, FieldSpec, RelationSpec, ResourceSpec
from twofold.tables import Column, Table

__all__ = ["resolve"]

OWN_WORDS = ("read", "create", "replace", "patch", "update", "upsert", "delete", "restore", "aggregate")
"""Names that no declared action may have, because routes and mutations have them."""

MAX_SEARCHED = 4
"""Fields that full-text search tells apart: PostgreSQL has as many marks for where a word comes from."""


def resolve(declarations: Sequence[type[Resource[Any]]], tables: Mapping[type[Model], Table], constants: list[Any]
            ) -> list[ResourceSpec]:  # fmt: skip
    """Returns the resources in the order they were registered; the constants of expressions join `constants`.

    Raises:
        WrongDeclaration: a declaration names something that is not there, or leaves out something that must be.
    """
    specs: dict[Table, ResourceSpec] = {}
    for declaration in declarations:
        spec = _shell(declaration, tables)
        other = specs.get(spec.table)
        if other is not None:
            raise _wrong(declaration, f"the model {spec.type_name} is already served by {_name(other.resource)}")
        specs[spec.table] = spec
    _check_names(specs.values())
    for spec in specs.values():
        _fill(spec, specs, constants)
        _check(spec)
    return list(specs.values())


def _wrong(declaration: object, sentence: str, attribute: str | None = None) -> WrongDeclaration:
    place = _name(declaration) + (f".{attribute}" if attribute else "")
    return WrongDeclaration(f"{place}: {sentence}")


def _name(declaration: object) -> str:
    return declaration.__name__ if isinstance(declaration, type) else type(declaration).__name__


def _near(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else f"; it has {', '.join(sorted(known))}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _shell(declaration: type[Resource[Any]], tables: Mapping[type[Model], Table]) -> ResourceSpec:
    model = getattr(declaration, "model", None)
    if model is None:
        raise _wrong(declaration, "name its model: class Products(Resource[Product])")
    table = tables.get(model)
    if table is None:
        raise _wrong(declaration, f"the model {model.__name__} is in none of the application's model modules")
    if not isinstance(getattr(declaration, "read", None), Rule):
        raise _wrong(declaration, "say who may read which rows: read = rule(...), or EVERYONE", "read")
    description = inspect.getdoc(declaration) or ""
    if description == inspect.getdoc(Resource):
        raise _wrong(declaration, "describe it in a docstring: both faces show it")
    return ResourceSpec(
        singular=_snake(model.__name__),
        plural=_snake(declaration.__name__),
        description=description,
        table=table,
        resource=declaration(),
    )


def _check_names(specs: Iterable[ResourceSpec]) -> None:
    taken: dict[str, ResourceSpec] = {}
    for spec in specs:
        if spec.singular == spec.plural:
            raise _wrong(spec.resource, f"call the class by its plural, not {spec.type_name} as the model is called")
        for name in (spec.singular, spec.plural):
            other = taken.setdefault(name, spec)
            if other is not spec:
                raise _wrong(spec.resource, f"the name {name!r} is taken by {_name(other.resource)}")


def _fill(spec: ResourceSpec, specs: Mapping[Table, ResourceSpec], constants: list[Any]) -> None:
    table = spec.table
    spec.fields[table.pk.name] = FieldSpec(name=table.pk.name, column=table.pk, declared=Field(filter=True, sort=True))
    if table.version is not None:
        spec.fields[table.version.name] = FieldSpec(name=table.version.name, column=table.version, declared=Field())
    for name, declared in _attributes(type(spec.resource)).items():
        match declared:
            case Field():
                _fill_field(spec, name, declared)
            case Relation():
                _fill_relation(spec, name, declared, specs)
            case Action():
                spec.actions[name] = declared
            case _:
                pass
    for name, declared in _attributes(type(spec.resource)).items():
        if isinstance(declared, Expression):
            spec.fields[name] = _derived(spec, name, declared, constants)
    for name, declared in _attributes(type(spec.resource)).items():
        if isinstance(declared, Computed):
            spec.computed[name] = ComputedSpec(name=name, needs=_needs(spec, name, declared), declared=declared)


def _attributes(declaration: type[Resource[Any]]) -> dict[str, Any]:
    return {name: value for name, value in vars(declaration).items() if not name.startswith("_")}


def _fill_field(spec: ResourceSpec, name: str, declared: Field) -> None:
    column = spec.table.columns.get(name)
    if column is None:
        if name in spec.table.joins:
            raise _wrong(spec.resource, f"{name} is a relation: declare it with Relation()", name)
        hint = _near(name, spec.table.columns)
        raise _wrong(spec.resource, f"the model {spec.type_name} has no column {name!r}{hint}", name)
    spec.fields[name] = FieldSpec(name=name, column=column, declared=declared)


def _fill_relation(spec: ResourceSpec, name: str, declared: Relation, specs: Mapping[Table, ResourceSpec]) -> None:
    join = spec.table.joins.get(name)
    if join is None:
        hint = _near(name, spec.table.joins)
        raise _wrong(spec.resource, f"the model {spec.type_name} has no relation {name!r}{hint}", name)
    target = specs.get(join.target)
    if target is None:
        raise _wrong(
            spec.resource,
            f"it leads to {join.target.model.__name__}, which no registered resource serves; register one or remove it",
            name,
        )
    if (declared.write or declared.create) and join.many and join.link is None:
        raise _wrong(spec.resource, f"write it on {target.plural}, where its key is", name)
    if declared.nested and not join.many and join.near is spec.table.pk:
        raise _wrong(spec.resource, "nest it on the other side, where its key is", name)
    relation = RelationSpec(name=name, join=join, declared=declared, target=target)
    spec.relations[name] = relation
    if not join.many and join.near is not spec.table.pk:
        key = Field(write=declared.write, create=declared.create, filter=declared.filter)
        spec.fields[join.near.name] = FieldSpec(name=join.near.name, column=join.near, declared=key, relation=relation)


def _derived(spec: ResourceSpec, name: str, declared: Expression, constants: list[Any]) -> FieldSpec:
    table = spec.table
    if name in table.columns or name in table.joins or name in spec.fields:
        raise _wrong(spec.resource, f"the model {spec.type_name} has this already; call the expression another name",
                     name)  # fmt: skip
    try:
        made = typed(table, {each.name: each.join for each in spec.relations.values()}, declared.said, constants)
    except WrongDeclaration as error:
        raise _wrong(spec.resource, str(error), name) from None
    guarded = {each.column for each in spec.fields.values() if each.declared.read is not EVERYONE}
    # Without the scope of what it looks over, an actor finds null.
    is_hidden = bool(overs(made.value)) or not guarded.isdisjoint(columns(made.value))
    column = Derived(
        table=table.name, name=name, db_name="", kind=made.kind, optional=True, made_by_database=True, default=None,
        nullable=made.nullable or is_hidden, unique=False, generated=True,
        touched=False, description=declared.description, value=made.value,
    )  # fmt: skip
    served = Field(read=declared.read, filter=declared.filter, sort=declared.sort)
    return FieldSpec(name=name, column=column, declared=served)


def _needs(spec: ResourceSpec, name: str, declared: Computed) -> tuple[FieldSpec, ...]:
    if declared.type is None:
        raise _wrong(spec.resource, "annotate what its function returns as list[T]", name)
    for need in declared.needs:
        if need not in spec.fields:
            raise _wrong(spec.resource, f"it needs {need!r}, which is not a field{_near(need, spec.fields)}", name)
    return tuple(spec.fields[need] for need in declared.needs)


def _check(spec: ResourceSpec) -> None:
    for served in spec.fields.values():
        if served.declared.sort and served.column.kind.name == "json":
            raise _wrong(spec.resource, "a JSON column has no order to sort by", served.name)
    _check_keys(spec)
    for name in spec.resource.ordering:
        key = spec.fields.get(name.removeprefix("-"))
        if key is None or not key.declared.sort:
            sortable = [each.name for each in spec.fields.values() if each.declared.sort]
            raise _wrong(spec.resource, f"{name!r} is not a sortable field{_near(name, sortable)}", "ordering")
    _check_search(spec)
    _check_actions(spec)
    _check_natural_key(spec)
    _check_soft_delete(spec)
    _check_part_of(spec)
    _check_caching(spec)
    if spec.resource.require_version and spec.table.version is None:
        raise _wrong(spec.resource, f"the model {spec.type_name} has no VersionField", "require_version")
    if spec.rule("create") is not None:
        _check_key_is_made(spec)
        _check_creatable(spec)


def _check_actions(spec: ResourceSpec) -> None:
    for name, action in spec.actions.items():
        if name in OWN_WORDS:
            raise _wrong(spec.resource, "the word is taken; call the action another name", name)
        if not action.description:
            raise _wrong(spec.resource, "describe the action in a docstring: both faces show it", name)
        if action.creates:
            _check_key_is_made(spec)
        try:
            taken = action.input
        except NameError as error:
            raise _wrong(spec.resource, f"its input cannot be found: {error}", name) from None
        if taken is not None and not issubclass(taken, Input):
            raise _wrong(spec.resource, f"its input {taken.__name__} is no Input", name)
        if taken is not None and ROW_ID in taken.model_fields:
            raise _wrong(spec.resource, f"its input may not have the field {ROW_ID!r}, which names the row", name)


def _check_natural_key(spec: ResourceSpec) -> None:
    names = spec.resource.natural_key
    if not names:
        return
    for name in names:
        known = spec.fields.get(name)
        if known is None or not (known.declared.write or known.declared.create):
            settable = [each.name for each in spec.fields.values() if each.declared.write or each.declared.create]
            raise _wrong(spec.resource, f"{name!r} is no field that can be set{_near(name, settable)}", "natural_key")
    together = {
        frozenset(_column_name(spec, each) for each in names) for names in spec.table.model._meta.unique_together
    }
    alone = len(names) == 1 and spec.fields[names[0]].column.unique
    if not alone and frozenset(names) not in together:
        raise _wrong(spec.resource, f"the model does not say that {' and '.join(names)} is unique", "natural_key")
    if spec.rule("create") is None or spec.rule("update") is None:
        raise _wrong(spec.resource, "an upsert needs the rules create and update", "natural_key")


def _column_name(spec: ResourceSpec, name: str) -> str:
    return spec.table.joins[name].near.name if name in spec.table.joins else name


def _check_caching(spec: ResourceSpec) -> None:
    for name, seconds in vars(spec.resource.cache or Caching()).items():
        if seconds is not None and seconds < 0:
            raise _wrong(spec.resource, f"{name} is {seconds}; it is in seconds, 0 or more", "cache")


def _check_part_of(spec: ResourceSpec) -> None:
    name = spec.resource.part_of
    if name is None:
        return
    relation = spec.relations.get(name)
    if relation is None or relation.join.many or relation.join.near is spec.table.pk:
        to_one = [each.name for each in spec.relations.values()
                  if not each.join.many and each.join.near is not spec.table.pk]  # fmt: skip
        raise _wrong(spec.resource, f"{name!r} is no relation to one with its key here{_near(name, to_one)}", "part_of")


def _check_soft_delete(spec: ResourceSpec) -> None:
    name = spec.resource.soft_delete
    if name is None:
        return
    column = spec.table.columns.get(name)
    if column is None or column.kind.name != "datetime" or not column.nullable:
        raise _wrong(spec.resource, f"{name!r} is no DatetimeField(null=True) of the model", "soft_delete")
    if spec.rule("delete") is None:
        raise _wrong(spec.resource, "say who may delete: delete = …", "soft_delete")


def _check_search(spec: ResourceSpec) -> None:
    names = spec.resource.search
    for name in names:
        known = spec.fields.get(name)
        texts = [each.name for each in spec.fields.values() if _is_text(each.column)]
        if known is None or known.name not in texts:
            raise _wrong(spec.resource, f"{name!r} is not a text field{_near(name, texts)}", "search")
        if known.declared.read is not EVERYONE:
            raise _wrong(spec.resource, f"{name!r} has a read rule, and what is found would tell of hidden text; leave "
                         "one of them out", "search")  # fmt: skip
    if len(names) > MAX_SEARCHED or len({*names}) < len(names):
        raise _wrong(spec.resource, f"name at most {MAX_SEARCHED} fields, each once", "search")


def _is_text(column: Column) -> bool:
    return column.kind.name == "text" and not isinstance(column, Derived)


def _check_keys(spec: ResourceSpec) -> None:
    """The keys of many-to-many relations are named after what they lead to, which may be taken."""
    taken = {name: name for name in (*spec.fields, *spec.computed)}
    for relation in spec.relations.values():
        other = taken.setdefault(relation.key, relation.name) if relation.join.link is not None else relation.name
        if other != relation.name:
            raise _wrong(spec.resource, f"its key would be called {relation.key}, as that of {other}", relation.name)


def _check_key_is_made(spec: ResourceSpec) -> None:
    pk = spec.table.pk
    if pk.kind.name != "id" and not pk.made_by_database:
        raise _wrong(spec.resource, "create is offered, but nothing makes the primary key: it is neither a UUID nor a "
                     "whole number that the database makes", pk.name)  # fmt: skip


def _check_creatable(spec: ResourceSpec) -> None:
    for name in spec.table.strange:
        raise _wrong(spec.resource, "create is offered, but this required column has a type that cannot be written; "
                     "make it nullable", name)  # fmt: skip
    for column in spec.table.columns.values():
        served = spec.fields.get(column.name)
        settable = served is not None and (served.declared.write or served.declared.create)
        if not (column.optional or settable or column.name in spec.resource.fills):
            raise _wrong(
                spec.resource,
                f"create is offered, but the required column {column.name!r} can be set by nobody; give it write=True "
                "or create=True, or name it in `fills` and set it in before_write",
                column.name,
            )
