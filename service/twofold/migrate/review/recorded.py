"""The tables that a migration says it leaves (SCHEMA), which is more exact than following its statements."""

from __future__ import annotations

from types import ModuleType

from aerich.utils import decompress_dict

from twofold.database import Dialect
from twofold.migrate.review import facts
from twofold.migrate.review.cursor import Cursor, written
from twofold.migrate.review.facts import Column, Constraint, CreateIndex
from twofold.migrate.review.tables import KnownTable, Tables
from twofold.schema import Schema
from twofold.schema.schema import Table
from twofold.schema.tokens import tokens

__all__ = ["tables_of"]


def tables_of(module: ModuleType, dialect: Dialect, followed: Tables) -> Tables:
    """Returns the tables as the migration's SCHEMA says, and where it says nothing, as they were `followed`."""
    said = getattr(module, "SCHEMA", None)
    if said is None:
        return followed
    schema = Schema.from_json(decompress_dict(said)[dialect])
    made = {_name(name, dialect): _known(table, dialect) for name, table in schema.tables.items()}
    return Tables({**followed, **made})


def _known(table: Table, dialect: Dialect) -> KnownTable:
    known = KnownTable()
    for column in table.columns:
        known.add(
            Column(
                name=_name(column.name, dialect), type=written(_tokens(column.type, dialect)),
                not_null=not column.nullable, default=_expression(column.default, dialect),
                generated=_expression(column.computed, dialect), identity=column.counts_up,
            )
        )  # fmt: skip
    known.constraints.append(Constraint(kind="primary key", columns=_names(table.primary_key, dialect)))
    known.constraints += [
        Constraint(kind="foreign key", name=each.name, columns=_names(each.columns, dialect), target=each.target)
        for each in table.foreign_keys
    ]
    known.constraints += [
        Constraint(kind="unique", name=each.name, columns=_names(each.columns, dialect)) for each in table.uniques
    ]
    known.constraints += [
        Constraint(kind="check", name=each.name, condition=_tokens(each.condition, dialect)) for each in table.checks
    ]
    for index in table.indexes:
        columns: list[str] = []
        for key in index.keys:
            found = _tokens(key, dialect)
            if found[0].kind not in ("word", "name") or any(token.value == "(" for token in found):
                break
            columns.append(Cursor(found, dialect).name())
        known.indexes.append(
            CreateIndex(name=index.name, table=table.name, columns=tuple(columns), unique=index.unique,
                        where=_expression(index.where, dialect) or ())
        )  # fmt: skip
    return known


def _tokens(sql: str, dialect: Dialect) -> facts.Expression:
    return tuple(tokens(sql, dialect))


def _expression(sql: str | None, dialect: Dialect) -> facts.Expression | None:
    return None if sql is None else _tokens(sql, dialect)


def _name(name: str, dialect: Dialect) -> str:
    return name if dialect == "postgres" else name.lower()


def _names(names: tuple[str, ...], dialect: Dialect) -> tuple[str, ...]:
    return tuple(_name(each, dialect) for each in names)
