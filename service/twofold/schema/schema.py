"""The schema of one database, in the terms of its own dialect: tables with their columns, keys, checks and indexes.

It is made from models (`schema.of_models`), read from a database (`schema.inspect`) and kept in migration files. It is
plain data: equal schemas are equal, and `as_json` and `from_json` lose nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["MAX_NAME", "Check", "Column", "ForeignKey", "Index", "Schema", "Table", "Unique", "named"]

MAX_NAME = 63
"""How many bytes PostgreSQL keeps of a name."""
HASH_LENGTH = 8


def named(kind: str, table: str, *columns: str) -> str:
    """Returns the name of a constraint or index: `uq_products_slug`; with a hash at its end where it would be too long.

    `kind` is pk, uq, fk, ck or ix.
    """
    name = "_".join([kind, table, *columns])
    if len(name.encode()) <= MAX_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_LENGTH]
    kept = name.encode()[: MAX_NAME - HASH_LENGTH - 1].decode(errors="ignore")
    return f"{kept}_{digest}"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column. `type`, `default`, `computed` and `filler` are SQL of the schema's dialect."""

    name: str
    type: str
    nullable: bool = False
    default: str | None = None
    """The database's own default, an expression; not that of the model, which the application fills in."""
    counts_up: bool = False
    """Whether the database numbers the rows: AUTOINCREMENT on SQLite, an identity on PostgreSQL."""
    computed: str | None = None
    """The expression of a stored generated column."""
    comment: str | None = None
    """What the model says of it; PostgreSQL keeps it, SQLite has no place for it."""
    filler: str | None = field(default=None, compare=False)
    """What rows that are there get when the column is added or must not be null any more: the model's default."""


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    """Columns that lead to a row of `target`."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"


@dataclass(frozen=True, kw_only=True)
class Unique:
    """Columns whose values together occur once: a constraint of the table."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Check:
    """A condition, in SQL, that holds for every row."""

    name: str
    condition: str


@dataclass(frozen=True, kw_only=True)
class Index:
    """An index beside the table; a unique one with `where` is a conditional unique."""

    name: str
    keys: tuple[str, ...]
    """SQL: quoted columns or expressions in brackets, with DESC or an operator class where they have one."""
    unique: bool = False
    where: str | None = None
    method: str | None = None
    """PostgreSQL's access method, where it is not btree."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. Columns are in their order; `primary_key` names some of them."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    uniques: tuple[Unique, ...] = ()
    checks: tuple[Check, ...] = ()
    indexes: tuple[Index, ...] = ()
    searched: tuple[str, ...] = ()
    """The columns that full-text search looks in; see `twofold.sql.search`."""
    comment: str | None = None

    def column(self, name: str) -> Column:
        """Returns the column of that name.

        Raises:
            KeyError: it has none.
        """
        for each in self.columns:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Tables by name; those of one app, or a whole database's."""

    tables: Mapping[str, Table] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Returns the schema as JSON holds it, without what has its default."""
        return {name: _bare(asdict(table)) for name, table in self.tables.items()}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Schema:
        """Returns the schema that `as_json` said."""
        return cls(tables={name: _table(each) for name, each in said.items()})


def _bare(value: Any) -> Any:
    """Leaves out None, False and what is empty: all defaults are such, but for NO ACTION, which is said."""
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items() if each not in (None, False, (), [])}
    return [_bare(each) for each in value] if isinstance(value, list | tuple) else value


PARTS: Mapping[str, type[Any]] = {
    "columns": Column, "foreign_keys": ForeignKey, "uniques": Unique, "checks": Check, "indexes": Index,
}  # fmt: skip


def _table(said: Mapping[str, Any]) -> Table:
    made = {
        name: tuple(PARTS[name](**_tuples(each)) for each in value) if name in PARTS else value
        for name, value in said.items()
    }
    values: dict[str, Any] = {"primary_key": ()} | _tuples(made)
    return Table(**values)


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
