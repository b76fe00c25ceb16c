"""The models and resources that an existing database is served as, before they are written as Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from twofold.adopt.columns import Fit, LeftOut, fit
from twofold.adopt.found import Found
from twofold.adopt.keys import Key, key_of
from twofold.adopt.names import NOT_FOR_FIELDS, Names, class_name, plural, singular, snake
from twofold.schema import Column, ForeignKey, Table

__all__ = ["Design", "FieldDesign", "ModelDesign", "RelationDesign", "design"]

NOT_FOR_MODELS = ("node", "nodes", "page_info", "query", "mutation", "subscription", "sort_direction", "grouping",
                  "date_grouping", "date", "date_time", "decimal", "json", "big_int", "id", "doc", "docs", "batch",
                  "static", "user_error", "meta", "model", "field", "relation", "resource", "str_enum", "any",
                  "string", "int", "float", "boolean", "utc_datetime_field", "constraint")  # fmt: skip
"""What the faces, or the files, have already."""
SUFFIXES = ("Aggregates", "Comparison", "Connection", "Edge", "Filter", "Group", "GroupBy", "GroupKey", "GroupKeyOrder",
            "GroupOrder", "Having", "Input", "ListFilter", "Order", "Payload")  # fmt: skip
"""What the types are called that GraphQL has beside a resource's own."""


@dataclass(kw_only=True)
class FieldDesign:
    """A column that is served."""

    name: str
    column: Column
    fit: Fit
    unique: bool = False
    enum: str | None = None
    """The name of its enum's class."""


@dataclass(kw_only=True)
class RelationDesign:
    """A relation: by a foreign key here, or by a table between."""

    name: str
    to: Literal["one", "only", "many"]
    """`only` where no two rows lead to the same one."""
    target: ModelDesign
    related_name: str
    column: Column | None = None
    to_field: str | None = None
    on_delete: str = "NO ACTION"
    is_key: bool = False
    """Whether its column is the primary key."""
    through: tuple[str, str, str] | None = None
    """The table between, its column that leads there, and the one that leads here."""


@dataclass(kw_only=True)
class ModelDesign:
    """A model and its resource."""

    table: Table
    relation: str
    """The table or view that the model is of."""
    class_name: str
    plural: str
    key: Key
    names: Names
    fields: list[FieldDesign | RelationDesign] = field(default_factory=list)
    backward: dict[str, bool] = field(default_factory=dict)
    """The relations that other models bring, and whether they can be written on this side."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Columns that are not served, and why."""
    notes: list[str] = field(default_factory=list)

    @property
    def is_read_only(self) -> bool:
        """Whether its rows cannot be written."""
        return self.key.view is not None or self.key.is_of_view

    def field_of(self, column: str) -> FieldDesign | None:
        """Returns the field of a column of the table, or None."""
        column = self.key.aliases.get(column, column)
        found = (each for each in self.fields if isinstance(each, FieldDesign) and each.column.name == column)
        return next(found, None)


@dataclass(kw_only=True)
class Design:
    """All models, and the enums that they share: the name of each class, and its members."""

    models: list[ModelDesign]
    enums: dict[str, Sequence[str]]
    left_out: Sequence[str]


def design(found: Found) -> Design:
    """Returns the models and resources for what was found."""
    return _Designer(found).design()


class _Designer:
    def __init__(self, found: Found) -> None:
        self.found = found
        self.words = Names(NOT_FOR_MODELS)
        self.enums: dict[str, Sequence[str]] = {}
        self.enum_of: dict[tuple[str, ...], str] = {}
        self.models: dict[str, ModelDesign] = {}
        self.taken = {each.lower() for each in (*found.tables, *found.views)}

    def design(self) -> Design:
        links = {name: link for name, each in self.found.tables.items() if (link := self._link(each))}
        plain_first = sorted(self.found.tables.items(), key=lambda pair: snake(pair[0], "") != pair[0])
        for name, table in plain_first:  # of twins in upper and lower case, it keeps its name
            if name not in links:
                self.models[name] = self._model(table, is_view=False)
        for name, view in self.found.views.items():
            self.models[name] = self._model(view, is_view=True)
        for model in self.models.values():
            self._columns(model)
        for model in self.models.values():
            self._foreign_keys(model)
        for name, (near, far) in links.items():
            self._many_to_many(name, near, far)
        return Design(models=list(self.models.values()), enums=self.enums, left_out=self.found.left_out)

    # -- models -------------------------------------------------------------------------------------------------

    def _model(self, table: Table, *, is_view: bool) -> ModelDesign:
        key = key_of(table, self.found, is_view=is_view, taken=self.taken)
        one = singular(snake(table.name, "table"))
        many = plural(one)
        number = 2
        stem = one
        while self.words.has(one) or self.words.has(many) or self._is_beside(class_name(one)):
            one = f"{stem}_row" if number == 2 else f"{stem}_row_{number}"
            many, number = plural(one) if number == 2 else f"{stem}_rows_{number}", number + 1
        self.words.take(one)
        self.words.take(many)
        return ModelDesign(table=table, relation=key.view or table.name, class_name=class_name(one),
                           plural=many, key=key, names=Names(NOT_FOR_FIELDS))  # fmt: skip

    def _is_beside(self, name: str) -> bool:
        """Whether a type of GraphQL would be called as one of another model's."""
        known = {each.class_name + end for each in self.models.values() for end in ("", *SUFFIXES)}
        return not known.isdisjoint(name + end for end in ("", *SUFFIXES))

    # -- columns ------------------------------------------------------------------------------------------------

    def _columns(self, model: ModelDesign) -> None:
        key = model.key
        model.fields.append(self._key(model))
        for column in model.table.columns:
            if column.name == key.column.name and not key.is_made:
                continue
            made = fit(column, model.table, self.found)
            if isinstance(made, LeftOut):
                model.left_out[column.name] = made.reason
                continue
            shown = replace(column, name=key.aliases.get(column.name, column.name))
            name = model.names.new(snake(column.name, "column"))
            unique = any(each.columns == (column.name,) for each in model.table.uniques)
            model.fields.append(FieldDesign(name=name, column=shown, fit=made, unique=unique,
                                            enum=self._enum(made, model, name)))  # fmt: skip

    def _key(self, model: ModelDesign) -> FieldDesign:
        """The key is called `id`, or as its column where that is no number of the table's rows."""
        own = snake(model.key.column.name, "key")
        one = snake(model.class_name, "row")
        if model.key.is_made or own in ("id", f"{one}_id", f"{one}id"):
            name = "id"
        else:
            name = model.names.new(own, otherwise="key")
        return FieldDesign(name=name, column=model.key.column, fit=model.key.fit)

    def _enum(self, made: Fit, model: ModelDesign, name: str) -> str | None:
        if made.kind != "enum":
            return None
        key = (made.enum or f"{model.table.name}.{name}", *made.labels)
        if key not in self.enum_of:
            wanted = snake(made.enum.strip('"'), "enum") if made.enum else f"{snake(model.class_name, 'row')}_{name}"
            self.enum_of[key] = class_name(self.words.new(wanted, otherwise="kind"))
            self.enums[self.enum_of[key]] = made.labels
        return self.enum_of[key]

    # -- relations ----------------------------------------------------------------------------------------------

    def _foreign_keys(self, model: ModelDesign) -> None:
        targets = [each.target for each in model.table.foreign_keys]
        for key in model.table.foreign_keys:
            target = self.models.get(key.target)
            own = model.field_of(key.columns[0])
            if target is None or own is None or len(key.columns) > 1 or own.fit.kind == "json":
                model.notes.append(f"The foreign key `{key.name}` to `{key.target}` is served as plain columns.")
                continue
            far = target.field_of(key.target_columns[0])
            if far is None or not (far.name == target.fields[0].name or far.unique) or not far.fit.can_be_key:
                model.notes.append(f"The foreign key `{key.name}` to `{key.target}` is served as a plain column.")
                continue
            self._foreign_key(model, key, own, target, far, several=targets.count(key.target) > 1)

    def _foreign_key(self, model: ModelDesign, key: ForeignKey, own: FieldDesign, target: ModelDesign,
                     far: FieldDesign, *, several: bool) -> None:  # fmt: skip
        is_key = own is model.fields[0]
        base = snake(own.column.name, "column")
        wanted = base.removesuffix("_id").removesuffix("_key") or base
        model.names.free(own.name)
        name = model.names.new(wanted, otherwise="row")
        while model.names.has(f"{name}_id"):
            name = model.names.new(name, otherwise="row")
        model.names.take(f"{name}_id")
        only = is_key or own.unique
        of = snake(model.class_name, "row") if only else model.plural
        related = of if not several and target is not model else f"{of}_by_{name}"
        related = target.names.new(related, otherwise="rows")
        on_delete = key.on_delete
        if on_delete == "SET DEFAULT" or (on_delete == "SET NULL" and not own.column.nullable):
            on_delete = "NO ACTION"
        made = RelationDesign(name=name, to="only" if only else "one", target=target, related_name=related,
                              column=own.column, on_delete=on_delete, is_key=is_key,
                              to_field=None if far is target.fields[0] else far.name)  # fmt: skip
        model.fields[model.fields.index(own)] = made
        target.backward[related] = False

    def _link(self, table: Table) -> tuple[ForeignKey, ForeignKey] | None:
        """The two foreign keys of a table that has nothing else, and each pair once."""
        keys = [each for each in table.foreign_keys if len(each.columns) == 1]
        names = {each.name for each in table.columns}
        if any('"' in each for each in (table.name, *names)):  # Tortoise does not escape them
            return None
        if len(keys) != 2 or len(table.foreign_keys) != 2 or len(names) != 2:
            return None
        if {keys[0].columns[0], keys[1].columns[0]} != names:
            return None
        pairs = [set(table.primary_key), *(set(each.columns) for each in table.uniques)]
        if names not in pairs or not all(self._is_keyed_by(each) for each in keys):
            return None
        near, far = sorted(keys, key=lambda each: [column.name for column in table.columns].index(each.columns[0]))
        return near, far

    def _is_keyed_by(self, key: ForeignKey) -> bool:
        target = self.found.tables.get(key.target)
        if target is None or target.primary_key != key.target_columns:
            return False
        found = key_of(target, self.found, is_view=False, taken=set())
        return found.view is None and found.column.name == key.target_columns[0]

    def _many_to_many(self, name: str, near: ForeignKey, far: ForeignKey) -> None:
        model, target = self.models[near.target], self.models[far.target]
        several = model is target or any(
            isinstance(each, RelationDesign) and each.to == "many" and each.target is target for each in model.fields
        )
        link = snake(name, "link")
        forward = f"{target.plural}_by_{link}" if several else target.plural
        back = f"{model.plural}_of_{link}" if several else model.plural
        related = target.names.new(back, otherwise="rows")
        model.fields.append(RelationDesign(
            name=model.names.new(forward, otherwise="rows"), to="many", target=target, related_name=related,
            through=(name, far.columns[0], near.columns[0]),
        ))  # fmt: skip
        if several:  # the faces call the keys of all of them the same
            model.notes.append(f"The relation by `{name}` is not served, beside another one to {target.plural}.")
        else:
            target.backward[related] = True
