"""The tables behind the models: columns and joins, as SQL needs them. What of it is served is another matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tortoise import Model, fields
from tortoise.apps import Apps
from tortoise.connection import ConnectionHandler
from tortoise.fields.relational import BackwardFKRelation, ForeignKeyFieldInstance, ManyToManyFieldInstance

from twofold.database import name_tables
from twofold.errors import WrongDeclaration
from twofold.fields import VersionField
from twofold.kinds import Kind, kind_of
from twofold.meta import is_managed

__all__ = ["Column", "Join", "Link", "Table", "models_of", "tables_of"]

MAX_DECIMAL_DIGITS = 15
"""What a double holds exactly: on SQLite, a decimal is compared as a whole number that was one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Column:
    """A column of a table; `name` is the model's attribute, `db_name` the database's."""

    table: str
    name: str
    db_name: str
    kind: Kind
    nullable: bool
    optional: bool
    """Whether a row may be created without a value: it is nullable or has a default."""
    made_by_database: bool
    """Whether the database gives it a value on insert, as it does to a primary key that counts up."""
    default: Any
    unique: bool
    generated: bool
    """Whether the model fills it itself (auto_now_add, auto_now)."""
    touched: bool
    """Whether every change of the row sets it to now (auto_now)."""
    description: str | None
    counts_changes: bool = False
    """Whether it holds the row's version (VersionField)."""
    stored_as: str | None = None
    """Its type on PostgreSQL, where that is not the one of its kind (`fields.stored_as`)."""

    def __repr__(self) -> str:
        return f"<Column {self.table}.{self.db_name}>"


@dataclass(frozen=True, kw_only=True)
class Link:
    """The table in the middle of a many-to-many join."""

    table: str
    schema: str | None
    near: str
    """Its column that points at the join's own table."""
    far: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Join:
    """A way from a row of `source` to rows of `target`: those whose column `far` equals the row's column `near`."""

    name: str
    source: Table
    target: Table
    near: Column
    far: Column
    many: bool
    link: Link | None = None
    nullable: bool = True
    enforced: bool = False
    """Whether the database makes sure that `near`, where it is not null, leads to a row."""
    description: str | None = None

    def __repr__(self) -> str:
        return f"<Join {self.source.name}.{self.name}>"


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A model's table; `schema` is None for the one that the connection looks in first."""

    model: type[Model]
    name: str
    schema: str | None
    columns: dict[str, Column] = field(default_factory=dict)
    strange: tuple[str, ...] = ()
    """Required columns of types that cannot be served: nothing here could write them."""
    managed: bool = True
    """Whether our migrations have made it; who made it otherwise may have said more of its columns than the model."""
    joins: dict[str, Join] = field(default_factory=dict)
    pk: Column
    version: Column | None

    def __repr__(self) -> str:
        return f"<Table {self.name}>"


def tables_of(models: Iterable[type[Model]]) -> Mapping[type[Model], Table]:
    """Returns each model's table, with its joins to the others.

    Raises:
        WrongDeclaration: a model has a primary key that is not one column, or a field of a type that has no kind.
    """
    tables = {model: _table(model) for model in models}
    for table in tables.values():
        for name, attribute in table.model._meta.fields_map.items():
            join = _join(tables, table, name, attribute)
            if join is not None:
                table.joins[name] = join
    return tables


def models_of(config: dict[str, Any]) -> list[type[Model]]:
    """Returns the application's models, with their relations resolved, without a connection."""
    connections = ConnectionHandler()
    connections._init_config(config["connections"])  # pyright: ignore[reportPrivateUsage]
    apps = Apps(config["apps"], connections, validate_connections=False)
    known = [model for models in apps.apps.values() for model in models.values()]
    name_tables(known, config["engine_prefix"])
    return [model for model in known if model.__module__ != "aerich.models"]


def _table(model: type[Model]) -> Table:
    name = model._meta.db_table
    columns: dict[str, Column] = {}
    for attribute, db_name in model._meta.fields_db_projection.items():
        column = _column(model, attribute, db_name)
        if column is not None:
            columns[attribute] = column
    pk = columns.get(model._meta.pk_attr)
    if pk is None:
        raise WrongDeclaration(
            f"{model.__name__}: its primary key has a type that cannot be served; use id_field() or a whole number"
        )
    strange = tuple(
        attribute for attribute in model._meta.fields_db_projection
        if attribute not in columns and not model._meta.fields_map[attribute].null
    )  # fmt: skip
    version = next((column for column in columns.values() if column.counts_changes), None)
    return Table(
        model=model, name=name, schema=model._meta.schema, columns=columns, strange=strange, pk=pk, version=version,
        managed=is_managed(model),
    )  # fmt: skip


def _column(model: type[Model], attribute: str, db_name: str) -> Column | None:
    column = model._meta.fields_map[attribute]
    if isinstance(column, fields.DecimalField) and column.max_digits > MAX_DECIMAL_DIGITS:
        raise WrongDeclaration(
            f"{model.__name__}.{attribute}: a DecimalField of more than {MAX_DECIMAL_DIGITS} digits is not exact on"
            " SQLite; give it fewer"
        )
    kind = kind_of(column)
    if kind is None:
        return None
    generated = bool(getattr(column, "auto_now_add", False) or getattr(column, "auto_now", False))
    return Column(
        table=model._meta.db_table,
        name=attribute,
        db_name=db_name,
        kind=kind,
        nullable=column.null,
        optional=column.null or column.default is not None or generated or column.generated,
        made_by_database=column.generated,
        default=column.default,
        unique=column.unique,
        generated=generated,
        touched=bool(getattr(column, "auto_now", False)),
        description=_description_of(column, kind),
        counts_changes=isinstance(column, VersionField),
        stored_as=getattr(column, "stored_as", None),
    )


def _description_of(column: fields.Field[Any], kind: Kind) -> str | None:
    """The column's own description; not the list of members that Tortoise writes for an enum without one."""
    members = [f"{member.name}: {member.value}" for member in kind.enum or ()]
    return None if column.description == "\n".join(members) else column.description


def _join(tables: Mapping[type[Model], Table], table: Table, name: str, attribute: fields.Field[Any]) -> Join | None:
    related = getattr(attribute, "related_model", None)
    target = tables.get(related) if related is not None else None
    if target is None:
        return None
    match attribute:
        case ForeignKeyFieldInstance():
            near = table.columns[str(attribute.source_field)]
            far = target.columns[attribute.to_field_instance.model_field_name]
            return Join(
                name=name, source=table, target=target, near=near, far=far, many=False, nullable=attribute.null,
                enforced=attribute.db_constraint, description=attribute.description,
            )  # fmt: skip
        case BackwardFKRelation():
            near = table.columns[attribute.to_field_instance.model_field_name]
            far = target.columns[attribute.relation_field]
            many = not _is_one_to_one(attribute)
            return Join(name=name, source=table, target=target, near=near, far=far, many=many)
        case ManyToManyFieldInstance():
            link = Link(
                table=str(attribute.through), schema=attribute.through_schema, near=attribute.backward_key,
                far=attribute.forward_key,
            )  # fmt: skip
            return Join(name=name, source=table, target=target, near=table.pk, far=target.pk, many=True, link=link)
        case _:
            return None


def _is_one_to_one(attribute: BackwardFKRelation[Any]) -> bool:
    return type(attribute).__name__ == "BackwardOneToOneRelation"
