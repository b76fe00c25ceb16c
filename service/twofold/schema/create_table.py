"""What only the text of SQLite's CREATE TABLE and CREATE INDEX says: names of constraints, checks, expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from twofold.schema.reading import canonical, closing, name_of, rendered, split, unwrapped
from twofold.schema.schema import Check, named
from twofold.schema.tokens import Token, tokens
from twofold.sql.dialects import quoted

__all__ = ["CreateIndex", "CreateTable", "index_in", "table_in"]

TABLE_CONSTRAINTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")


@dataclass(kw_only=True)
class CreateTable:
    """What a CREATE TABLE says, beyond what the pragmas tell."""

    table: str
    checks: list[Check] = field(default_factory=list)
    uniques: dict[tuple[str, ...], str] = field(default_factory=dict)
    """The names of unique constraints by their columns, in lower case."""
    foreign_keys: list[str | None] = field(default_factory=list)
    """The names of foreign keys, in the order in which they are said."""
    computed: dict[str, str] = field(default_factory=dict)
    """The expressions of generated columns, by column."""
    counts_up: bool = False

    def read_column(self, said: Sequence[Token]) -> None:
        """Takes in a column's definition."""
        self._read(said[1:], name_of(said[0]))

    def read_constraints(self, said: Sequence[Token]) -> None:
        """Takes in one or more constraints of the table; SQLite lets the comma between them go."""
        self._read(said, None)

    def _read(self, said: Sequence[Token], column: str | None) -> None:
        name: str | None = None
        place = 0
        while place < len(said):
            token = said[place]
            end = closing(said, place) if token.says("(") else place
            following = said[place + 1] if place + 1 < len(said) else None
            inside = said[place + 2 : closing(said, place + 1)] if following and following.says("(") else ()
            if token.says("CONSTRAINT") and following:
                name, end = name_of(following), place + 1
            elif token.says("CHECK"):
                self._check(name, column, inside)
                name = None
            elif token.says("UNIQUE"):
                self._unique(
                    name, (column,) if column is not None else tuple(name_of(each[0]) for each in split(inside))
                )
                name = None
            elif token.says("REFERENCES"):
                self.foreign_keys.append(name)
                name, end = None, place + 1
            elif token.says("AS") and column is not None:
                self.computed[column] = rendered(unwrapped(inside))
                name = None
            elif token.says("NOT", "NULL", "DEFAULT", "COLLATE", "PRIMARY"):
                name = None
            self.counts_up |= token.says("AUTOINCREMENT")
            place = end + 1

    def _check(self, name: str | None, column: str | None, inside: Sequence[Token]) -> None:
        usual = named("ck", self.table, *([] if column is None else [column]))
        taken = {each.name for each in self.checks}
        number = 1
        while name is None:
            candidate = usual if number == 1 else named(usual, str(number))
            name = None if candidate in taken else candidate
            number += 1
        self.checks.append(Check(name=name, condition=rendered(unwrapped(inside))))

    def _unique(self, name: str | None, columns: tuple[str, ...]) -> None:
        if name is not None:
            self.uniques[tuple(each.lower() for each in columns)] = name


def table_in(name: str, sql: str) -> CreateTable:
    """Returns what the CREATE TABLE of the table `name` says."""
    made = CreateTable(table=name)
    for part in split(_in_brackets(tokens(sql, "sqlite"))[0]):
        if part[0].says(*TABLE_CONSTRAINTS):
            made.read_constraints(part)
        else:
            made.read_column(part)
    return made


@dataclass(frozen=True, kw_only=True)
class CreateIndex:
    """The keys of an index, and the condition of a partial one."""

    keys: tuple[str, ...]
    where: str | None


def index_in(sql: str, columns: Sequence[str]) -> CreateIndex:
    """Returns what a CREATE INDEX on a table with these columns says."""
    inside, after = _in_brackets(tokens(sql, "sqlite"))
    proper = {each.lower(): each for each in columns}
    keys = tuple(_key(part, proper) for part in split(inside))
    return CreateIndex(keys=keys, where=canonical(rendered(after[1:])) if after else None)


def _key(part: Sequence[Token], proper: dict[str, str]) -> str:
    descending = len(part) > 1 and part[-1].says("DESC")
    part = part[:-1] if len(part) > 1 and part[-1].says("ASC", "DESC") else part
    collation = ""
    if len(part) > 2 and part[-2].says("COLLATE"):
        part, collation = part[:-2], f" COLLATE {name_of(part[-1])}"
    if len(part) == 1 and part[0].kind in ("word", "name", "string"):
        name = name_of(part[0])
        key = quoted(proper.get(name.lower(), name))
    else:
        key = f"({rendered(unwrapped(part))})"
    return key + collation + (" DESC" if descending else "")


def _in_brackets(found: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    """Returns what is inside of the first brackets, and what comes after them."""
    start = next((place for place, token in enumerate(found) if token.says("(")), len(found))
    end = closing(found, start)
    return found[start + 1 : end], found[end + 1 :]
