"""What a statement does, as far as a review asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from twofold.schema.tokens import Token

__all__ = [
    "AddColumn",
    "AddConstraint",
    "AlterType",
    "Column",
    "Constraint",
    "ConstraintKind",
    "CreateIndex",
    "CreateTable",
    "Delete",
    "DropColumn",
    "DropConstraint",
    "DropIndex",
    "DropOther",
    "DropTable",
    "Expression",
    "Fact",
    "Insert",
    "LockTable",
    "Opaque",
    "Other",
    "RebuildTable",
    "RenameColumn",
    "RenameConstraint",
    "RenameTable",
    "SetDefault",
    "SetNotNull",
    "Truncate",
    "Update",
    "Validate",
    "of_column",
]  # fmt: skip

Expression: TypeAlias = tuple[Token, ...]
ConstraintKind: TypeAlias = Literal["primary key", "unique", "foreign key", "check", "exclude"]


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """A constraint of a table, or one that stands with its column."""

    kind: ConstraintKind
    name: str | None = None
    columns: tuple[str, ...] = ()
    target: str | None = None
    condition: Expression = ()
    not_valid: bool = False
    using_index: str | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as a statement defines it; `type` is in lower case, without needless spaces."""

    name: str
    type: str
    not_null: bool = False
    default: Expression | None = None
    generated: Expression | None = None
    identity: bool = False
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True)
class CreateTable:
    """A new table. Without columns where they are not said: AS SELECT, or a virtual one."""

    table: str
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True)
class DropTable:
    """A table goes."""

    table: str
    cascade: bool = False


@dataclass(frozen=True)
class RenameTable:
    """A table gets another name."""

    table: str
    new: str


@dataclass(frozen=True)
class AddColumn:
    """A new column."""

    table: str
    column: Column


@dataclass(frozen=True)
class DropColumn:
    """A column goes."""

    table: str
    column: str
    cascade: bool = False


@dataclass(frozen=True)
class RenameColumn:
    """A column gets another name."""

    table: str
    column: str
    new: str


@dataclass(frozen=True)
class RenameConstraint:
    """A constraint, or an index, gets another name. `table` is None where the statement does not say it."""

    table: str | None
    name: str
    new: str


@dataclass(frozen=True)
class AlterType:
    """A column gets another type; `using` makes the values."""

    table: str
    column: str
    type: str
    using: Expression = ()


@dataclass(frozen=True)
class SetNotNull:
    """A column must not be null any more, or may be."""

    table: str
    column: str
    not_null: bool = True


@dataclass(frozen=True)
class SetDefault:
    """A column's default is another one."""

    table: str
    column: str
    default: Expression | None
    """None: the default is dropped."""


@dataclass(frozen=True)
class AddConstraint:
    """A new constraint of a table that is there."""

    table: str
    constraint: Constraint


@dataclass(frozen=True)
class Validate:
    """The rows are tested for a constraint that was added NOT VALID."""

    table: str
    name: str


@dataclass(frozen=True)
class DropConstraint:
    """A constraint goes."""

    table: str
    name: str
    cascade: bool = False


@dataclass(frozen=True, kw_only=True)
class CreateIndex:
    """A new index."""

    name: str | None
    table: str
    columns: tuple[str, ...]
    """The leading keys that are plain columns; an expression ends them."""
    unique: bool = False
    concurrently: bool = False
    where: Expression = ()


@dataclass(frozen=True)
class DropIndex:
    """An index goes."""

    name: str
    concurrently: bool = False


@dataclass(frozen=True)
class DropOther:
    """Something else is dropped: a type, a schema, a view."""

    kind: str
    cascade: bool = False


@dataclass(frozen=True, kw_only=True)
class Update:
    """`whole`: no WHERE, or one that is always true. `reads`: all names but those of the columns that are set."""

    table: str
    whole: bool
    sets: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Delete:
    """Rows are deleted; `whole`: all of them."""

    table: str
    whole: bool


@dataclass(frozen=True, kw_only=True)
class Insert:
    """Rows are written; `reads`: all names behind the columns."""

    table: str
    columns: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Truncate:
    """All rows are deleted."""

    table: str
    cascade: bool = False


@dataclass(frozen=True)
class LockTable:
    """A table is locked, in a mode such as `access exclusive`."""

    table: str
    mode: str


@dataclass(frozen=True, kw_only=True)
class RebuildTable:
    """A table of SQLite made anew: a step, not a statement."""

    table: str
    create: CreateTable
    values: Mapping[str, Expression]
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opaque:
    """Code that a review does not look into."""

    what: str


@dataclass(frozen=True)
class Other:
    """Any other statement, by its first word."""

    word: str


Fact: TypeAlias = (
    CreateTable | DropTable | RenameTable | AddColumn | DropColumn | RenameColumn | AlterType | SetNotNull | SetDefault
    | AddConstraint | Validate | DropConstraint | RenameConstraint | CreateIndex | DropIndex | DropOther | Update
    | Delete | Insert | Truncate | LockTable | RebuildTable | Opaque | Other
)  # fmt: skip


def of_column(column: Column, kind: ConstraintKind) -> Constraint | None:
    """Returns the constraint of that kind that stands with the column."""
    return next((each for each in column.constraints if each.kind == kind), None)
