"""Declarations resolved against their models: what the engine and the faces work with.

Everything that can be wrong in a declaration is found here, at start, and said in a sentence.
"""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from tortoise import Model

from twofold.deriving import typed
from twofold.errors import WrongDeclaration
from twofold.expression import Derived, columns, overs
from twofold.resource import Action, Computed, Expression, Field, Input, Relation, Resource
from twofold.rules import EVERYONE, Rule
from twofold.tables import Column, Join, Table

__all__ = ["ROW_ID", "ComputedSpec", "FieldSpec", "NestedOperation", "RelationSpec", "ResourceSpec", "resolve"]

ROW_ID = "id"
"""Under which name a request says which row it is of, whatever the resource calls its key."""

NestedOperation: TypeAlias = Literal["create", "connect", "update", "disconnect", "delete"]
"""What a write may do to the rows behind a relation."""
OWN_WORDS = ("read", "create", "replace", "patch", "update", "upsert", "delete", "restore", "aggregate")
"""Names that no declared action may have, because routes and mutations have them."""

MAX_SEARCHED = 4
"""Fields that full-text search tells apart: PostgreSQL has as many marks for where a word comes from."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FieldSpec:
    """A column that is served under `name`: of the table, or one that the database works out (Derived).

    For the key of a to-one relation, `relation` is that relation.
    """

    name: str
    column: Column
    declared: Field
    relation: RelationSpec | None = None

    @property
    def description(self) -> str | None:
        """What the column's own description says, and who sees the value when not everyone does."""
        said = [self.column.description] if self.column.description else []
        if self.declared.read is not EVERYONE:
            said.append(f"Who sees it: {self.declared.read.reason}")
        return " ".join(said) or None

    @property
    def nullable(self) -> bool:
        """Whether an actor may find null: the column is nullable, or not everyone may read it."""
        return self.column.nullable or self.declared.read is not EVERYONE


@dataclass(frozen=True, kw_only=True, eq=False)
class RelationSpec:
    """A relation that is served under `name`; its rows are those of `target` that the actor may see."""

    name: str
    join: Join
    declared: Relation
    target: ResourceSpec

    @property
    def key(self) -> str:
        """The name under which the relation's key is read and written: `vendor_id`, or `tag_ids` for a link."""
        return f"{self.target.singular}_ids" if self.join.many else self.join.near.name

    @property
    def sortable(self) -> bool:
        """Whether lists may be sorted by fields of the row behind it, and groups made of them."""
        return self.declared.filter and not self.join.many

    @property
    def pointing(self) -> FieldSpec | None:
        """Of a relation to many without a link: the other side's field that points here."""
        far = self.join.far.name
        return self.target.fields.get(far) if self.join.many and self.join.link is None else None

    def offers(self, operation: NestedOperation, *, new: bool) -> bool:
        """Returns whether a write, of a `new` row or of one that is there, may bring such writes of the rows behind it.

        What leads to rows there, here or on their side, must be such as may be set then.
        """
        declared = (self.pointing or self).declared
        match operation:
            case "create":
                # A row that is created behind this one is new itself, whatever this one is.
                leads = declared.write or (declared.create and (new or self.pointing is not None))
                return bool(leads) and self.target.rule("create") is not None
            case "update":
                return self.target.rule("update") is not None
            case "delete":
                return self.join.many and self.target.rule("delete") is not None
            case "connect":
                return bool(declared.write or (declared.create and new and self.pointing is None))
            case "disconnect":
                key = self.join.near if self.pointing is None else self.join.far
                return (key.nullable or self.join.link is not None) and bool(declared.write)


@dataclass(frozen=True, kw_only=True, eq=False)
class ComputedSpec:
    """A field made in Python from other columns of its row."""

    name: str
    needs: tuple[FieldSpec, ...]
    declared: Computed


@dataclass(frozen=True, kw_only=True, eq=False)
class ResourceSpec:
    """A resource: a table, and what is served of it to whom."""

    singular: str
    plural: str
    description: str
    table: Table
    resource: Resource[Any]
    fields: dict[str, FieldSpec] = field(default_factory=dict)
    relations: dict[str, RelationSpec] = field(default_factory=dict)
    computed: dict[str, ComputedSpec] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Resource {self.plural}>"

    @property
    def pk(self) -> FieldSpec:
        """The field of the primary key."""
        return self.fields[self.table.pk.name]

    @property
    def type_name(self) -> str:
        """The name of its type in schemas: the model's."""
        return self.table.model.__name__

    @property
    def writable(self) -> list[FieldSpec | RelationSpec]:
        """What a client may set: columns (the keys of to-one relations among them) and many-to-many relations."""
        served: list[FieldSpec | RelationSpec] = [*self.fields.values()]
        served += self.links
        return [each for each in served if each.declared.write or each.declared.create]

    @cached_property
    def links(self) -> list[RelationSpec]:
        """The many-to-many relations."""
        return [each for each in self.relations.values() if each.join.link is not None]

    @cached_property
    def searched(self) -> tuple[Column, ...]:
        """The columns that full-text search looks in, the one that counts most first."""
        return tuple(self.fields[name].column for name in self.resource.search)

    @cached_property
    def nested(self) -> dict[str, RelationSpec]:
        """The relations whose rows may be written together with a row."""
        return {name: each for name, each in self.relations.items() if each.declared.nested}

    @cached_property
    def natural_key(self) -> tuple[FieldSpec, ...]:
        """The fields by which an upsert finds its row; none when it is not offered."""
        return tuple(self.fields[name] for name in self.resource.natural_key)

    @cached_property
    def removed_at(self) -> Column | None:
        """The column that says when a row was deleted, where deleted rows are kept."""
        name = self.resource.soft_delete
        return None if name is None else self.table.columns[name]

    @cached_property
    def whole(self) -> RelationSpec | None:
        """The relation to the row that a row is a part of."""
        name = self.resource.part_of
        return None if name is None else self.relations[name]

    @property
    def noun(self) -> str:
        """What one row is called, for people."""
        return self.singular.replace("_", " ")

    @property
    def a_noun(self) -> str:
        """The same with its article: `an order`. One with a `u` at its beginning is taken to sound like a user."""
        return f"{'an' if self.noun[0] in 'aeio' else 'a'} {self.noun}"

    @property
    def nouns(self) -> str:
        """What rows are called, for people."""
        return self.plural.replace("_", " ")

    def rule(self, permission: str) -> Rule | None:
        """Returns the rule of read, create, update, delete or a declared action; None when it is not offered."""
        if permission in self.actions:
            return self.actions[permission].rule
        declared: Rule | None = getattr(self.resource, permission)
        return declared


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
