"""The schema that models ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tortoise import Model, fields
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.indexes import Index as DeclaredIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from twofold.database import Dialect
from twofold.errors import WrongDeclaration
from twofold.schema.expressions import expressions_of
from twofold.schema.names import identifier
from twofold.schema.schema import MAX_NAME, Check, Column, ForeignKey, Index, Schema, Table, Unique, named
from twofold.schema.values import default_of, filler_of, literal

__all__ = ["SqlIndex", "of_models"]


class SqlIndex(DeclaredIndex):
    """An index said in SQL, for `Meta.indexes`: `SqlIndex("by_age", "born_at DESC", where="died_at IS NULL")`.

    `keys` are columns or, in brackets, expressions, each with DESC or an operator class where wanted. `only` names the
    dialect of an index that the other one does not have; `method` is PostgreSQL's, `gin`, which SQLite leaves out.
    """

    def __init__(self, name: str, *keys: str, unique: bool = False, where: str | None = None,
                 method: str | None = None, only: Dialect | None = None) -> None:  # fmt: skip
        super().__init__(fields=list(keys), name=name)
        self.unique, self.where, self.method, self.only = unique, where, method, only
        self.extra = f" WHERE {where}" if where else ""


def of_models(
    models: Iterable[type[Model]], dialect: Dialect, searched: Mapping[str, Sequence[str]] | None = None
) -> Schema:
    """Returns the tables of `models`, those between many-to-many relations among them.

    `searched` says by table which columns full-text search looks in. The models' relations are resolved.

    Raises:
        WrongDeclaration: a model's Meta says something that cannot be made.
    """
    tables: dict[str, Table] = {}
    for model in models:
        table = _Table(model, dialect).made(tuple((searched or {}).get(model._meta.db_table, ())))
        tables[table.name] = table
        for relation in _links(model):
            link = _link(model, relation, dialect)
            tables[link.name] = link
    return Schema(tables=tables)


@dataclass(frozen=True)
class _Table:
    model: type[Model]
    dialect: Dialect

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def made(self, searched: tuple[str, ...]) -> Table:
        columns = tuple(self._columns())
        for name in (self.name, *(each.name for each in columns)):
            if len(name.encode()) > MAX_NAME:
                raise WrongDeclaration(f"{self.model.__name__}: PostgreSQL cuts names after {MAX_NAME} bytes: {name}")
        indexes, uniques, checks = [*self._indexes()], [*self._uniques()], [*self._checks()]
        for constraint in self.model._meta.constraints:
            match constraint:
                case CheckConstraint():
                    checks.append(Check(name=constraint.name, condition=constraint.check))
                case UniqueConstraint(condition=None):
                    uniques.append(self._unique(self._db_names(constraint.fields), constraint.name))
                case UniqueConstraint():
                    indexes.append(self._conditional(constraint))
                case _:
                    raise WrongDeclaration(f"{self.model.__name__}.Meta.constraints: {constraint!r} is not known")
        return Table(
            name=self.name, columns=columns, primary_key=(self.model._meta.db_pk_column,),
            foreign_keys=tuple(self._foreign_keys()), uniques=tuple(uniques), checks=tuple(checks),
            indexes=tuple(indexes), searched=searched, comment=self._said(self.model._meta.table_description),
        )  # fmt: skip

    def _fields(self) -> Iterator[fields.Field[Any]]:
        """The fields that have a column, in the order in which the model says them: a relation's where it stands."""
        for field in self.model._meta.fields_map.values():
            if isinstance(field, ForeignKeyFieldInstance):
                yield self.model._meta.fields_map[str(field.source_field)]
            elif field.has_db_field and field.reference is None:
                yield field

    def _columns(self) -> Iterator[Column]:
        for field in self._fields():
            counts_up = field.pk and field.generated
            yield Column(
                name=self._db_name(field.model_field_name),
                type=self._type(field, counts_up=counts_up),
                nullable=field.null,
                default=default_of(field, self.dialect),
                counts_up=counts_up,
                comment=self._said(None if _is_members(field) else (field.reference or field).description),
                filler=filler_of(field, self.dialect),
            )

    def _type(self, field: fields.Field[Any], *, counts_up: bool) -> str:
        if counts_up and self.dialect == "sqlite":
            return "INTEGER"
        return str(field.get_for_dialect(self.dialect, "SQL_TYPE"))

    def _foreign_keys(self) -> Iterator[ForeignKey]:
        for field in self.model._meta.fields_map.values():
            if isinstance(field, ForeignKeyFieldInstance) and field.db_constraint:
                target = field.related_model._meta
                column = self._db_name(str(field.source_field))
                yield ForeignKey(
                    name=named("fk", self.name, column), columns=(column,), target=target.db_table,
                    target_columns=(target.fields_db_projection[field.to_field_instance.model_field_name],),
                    on_delete=str(field.on_delete.value),
                )  # fmt: skip

    def _uniques(self) -> Iterator[Unique]:
        for field in self._fields():
            if field.unique and not field.pk:
                yield self._unique((self._db_name(field.model_field_name),))
        for together in self.model._meta.unique_together:
            yield self._unique(self._db_names(together))

    def _checks(self) -> Iterator[Check]:
        """An enum's column has one of its members."""
        for field in self._fields():
            if members := getattr(field, "enum_type", None):
                name = self._db_name(field.model_field_name)
                values = ", ".join(literal(each, self.dialect) for each in members)
                yield Check(name=named("ck", self.name, name), condition=f"{identifier(name)} IN ({values})")

    def _indexes(self) -> Iterator[Index]:
        for field in self._fields():
            if field.index and not field.unique and not field.pk:
                yield self._index((self._db_name(field.model_field_name),))
        for declared in self.model._meta.indexes:
            if not isinstance(declared, DeclaredIndex):
                yield self._index(self._db_names(declared))
            elif not isinstance(declared, SqlIndex) or declared.only in (None, self.dialect):
                yield self._declared(declared)

    def _declared(self, declared: DeclaredIndex) -> Index:
        on_postgres = self.dialect == "postgres"
        if isinstance(declared, SqlIndex):
            method = declared.method if on_postgres else None
            return Index(name=str(declared.name), keys=tuple(declared.fields), unique=declared.unique,
                         where=declared.where, method=method)  # fmt: skip
        names = self._db_names(declared.fields)
        expressions = expressions_of(declared, self.model, self.dialect)
        return Index(
            name=declared.name or named("ix", self.name, *(names or map(_word, expressions))),
            keys=tuple(map(identifier, names)) or tuple(f"({_unquoted(each)})" for each in expressions),
            where=declared.extra.strip().removeprefix("WHERE ") or None,
            method=declared.INDEX_TYPE.lower() or None if on_postgres else None,
        )

    def _index(self, columns: tuple[str, ...]) -> Index:
        return Index(name=named("ix", self.name, *columns), keys=tuple(map(identifier, columns)))

    def _unique(self, columns: tuple[str, ...], name: str | None = None) -> Unique:
        return Unique(name=name or named("uq", self.name, *columns), columns=columns)

    def _conditional(self, declared: UniqueConstraint) -> Index:
        columns = self._db_names(declared.fields)
        return Index(name=declared.name or named("uq", self.name, *columns), keys=tuple(map(identifier, columns)),
                     unique=True, where=declared.condition)  # fmt: skip

    def _said(self, comment: str | None) -> str | None:
        return comment or None if self.dialect == "postgres" else None

    def _db_names(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(self._db_name, names))

    def _db_name(self, name: str) -> str:
        """The column of a field, also of a relation."""
        meta = self.model._meta
        field = meta.fields_map.get(name)
        name = str(field.source_field) if isinstance(field, ForeignKeyFieldInstance) else name
        if name not in meta.fields_db_projection:
            raise WrongDeclaration(f"{self.model.__name__}.Meta: there is no field {name!r} with a column")
        return meta.fields_db_projection[name]


def _links(model: type[Model]) -> Iterator[ManyToManyFieldInstance[Any]]:
    """Returns the many-to-many relations that the model declares itself."""
    for field in model._meta.fields_map.values():
        if isinstance(field, ManyToManyFieldInstance) and not field._generated:
            yield field


def _link(model: type[Model], relation: ManyToManyFieldInstance[Any], dialect: Dialect) -> Table:
    """The key of both sides is the primary key, so that no pair is twice; the far side is indexed too."""
    name = str(relation.through)
    sides = ((relation.backward_key, model), (relation.forward_key, relation.related_model))
    far = relation.forward_key
    return Table(
        name=name,
        columns=tuple(
            Column(name=key, type=str(side._meta.pk.get_for_dialect(dialect, "SQL_TYPE"))) for key, side in sides
        ),
        primary_key=tuple(key for key, _ in sides),
        foreign_keys=tuple(
            ForeignKey(name=named("fk", name, key), columns=(key,), target=side._meta.db_table,
                       target_columns=(side._meta.db_pk_column,), on_delete=str(relation.on_delete.value))
            for key, side in sides if relation.db_constraint
        ),
        indexes=(Index(name=named("ix", name, far), keys=(identifier(far),)),),
    )  # fmt: skip


def _is_members(field: fields.Field[Any]) -> bool:
    """Whether its description is the list of members that Tortoise writes for an enum without one."""
    members: Iterable[Enum] = getattr(field, "enum_type", None) or ()
    return field.description == "\n".join(f"{each.name}: {each.value}" for each in members)


def _unquoted(expression: str) -> str:
    """An expression as Tortoise writes it: in brackets, its names quoted."""
    return expression[1:-1] if expression.startswith("(") else expression


def _word(expression: str) -> str:
    return "".join(each if each.isalnum() else "_" for each in expression).strip("_").lower()
