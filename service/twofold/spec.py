"""Declarations resolved against their models (`twofold.resolve`): what the engine and the faces work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from twofold.resource import Action, Computed, Field, Relation, Resource
from twofold.rules import EVERYONE, Rule
from twofold.tables import Column, Join, Table

__all__ = ["ROW_ID", "ComputedSpec", "FieldSpec", "NestedOperation", "RelationSpec", "ResourceSpec"]

ROW_ID = "id"
"""Under which name a request says which row it is of, whatever the resource calls its key."""

NestedOperation: TypeAlias = Literal["create", "connect", "update", "disconnect", "delete"]
"""What a write may do to the rows behind a relation."""


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
