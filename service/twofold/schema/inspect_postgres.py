"""PostgreSQL's schema, from pg_catalog."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from twofold.database import Database, Row
from twofold.schema.reading import name_of, unwrapped
from twofold.schema.schema import Check, Column, ForeignKey, Index, Table, Unique
from twofold.schema.tokens import tokens
from twofold.sql import catalogue_postgres as catalogue
from twofold.sql.dialects import quoted

__all__ = ["named_as_in", "tables"]

VECTOR = "twofold_search"
"""The column of words that full-text search adds (`twofold.sql.search`), and the function that makes it."""


async def tables(database: Database, schema: str | None) -> list[Table]:
    """Returns the tables of a schema, of the current one if None, by name."""
    async with named_as_in(database, schema):
        found = await database.fetch(catalogue.TABLES)
        columns = _by_table(await database.fetch(catalogue.COLUMNS))
        constraints = _by_table(await database.fetch(catalogue.CONSTRAINTS))
        indexes = _by_table(await database.fetch(catalogue.INDEXES))
    return [_table(row, columns[row["name"]], constraints[row["name"]], indexes[row["name"]]) for row in found]


@asynccontextmanager
async def named_as_in(database: Database, schema: str | None) -> AsyncIterator[None]:
    """Makes `schema` the current one within the block, so that what is in it has unqualified names.

    Raises:
        LookupError: there is no such schema.
    """
    async with database.transaction():
        if schema is None:
            yield
            return
        before, path = (await database.fetch(catalogue.PATH, [schema]))[0]
        if (await database.fetch(catalogue.SET_PATH, [path]))[0][1] != schema:
            raise LookupError(f"the database has no schema {schema!r} that its user may look into")
        yield
        await database.fetch(catalogue.SET_PATH, [before])


def _by_table(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    result: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        result[row["table"]].append(row)
    return result


def _table(row: Row, columns: Sequence[Row], constraints: Sequence[Row], indexes: Sequence[Row]) -> Table:
    words = [each for each in columns if each["name"] == VECTOR and each["computed"] and each["type"] == "tsvector"]
    return Table(
        name=row["name"],
        columns=tuple(_column(each) for each in columns if each not in words),
        primary_key=next((tuple(each["columns"]) for each in constraints if each["kind"] == "p"), ()),
        foreign_keys=tuple(_foreign_key(each) for each in constraints if each["kind"] == "f"),
        uniques=tuple(
            Unique(name=each["name"], columns=tuple(each["columns"])) for each in constraints if each["kind"] == "u"
        ),
        checks=tuple(
            Check(name=each["name"], condition=_bare(each["condition"])) for each in constraints if each["kind"] == "c"
        ),
        indexes=tuple(_index(each) for each in indexes if not (words and each["columns"] == [VECTOR])),
        searched=_searched(words[0]["expression"]) if words else (),
        comment=row["comment"],
    )


def _column(row: Row) -> Column:
    counts_up = row["identity"] or row["serial"]
    return Column(
        name=row["name"],
        type=row["type"],
        nullable=not row["attnotnull"],
        default=None if counts_up or row["computed"] else row["expression"],
        counts_up=counts_up,
        computed=_bare(row["expression"]) if row["computed"] else None,
        comment=row["comment"],
    )


def _foreign_key(row: Row) -> ForeignKey:
    return ForeignKey(
        name=row["name"],
        columns=tuple(row["columns"]),
        target=row["target"],
        target_columns=tuple(row["target_columns"]),
        on_delete=row["on_delete"],
        on_update=row["on_update"],
    )


def _index(row: Row) -> Index:
    return Index(
        name=row["name"],
        keys=tuple(
            (f"({_bare(expression)})" if column is None else quoted(column)) + options
            for column, expression, options in zip(row["columns"], row["expressions"], row["options"], strict=True)
        ),
        unique=row["indisunique"],
        where=None if row["condition"] is None else _bare(row["condition"]),
        method=None if row["method"] == "btree" else row["method"],
    )


def _searched(expression: str) -> tuple[str, ...]:
    """The columns to which the function is applied, in that order, which is that of their weights."""
    found = tokens(expression, "postgres")
    calls = [place for place, token in enumerate(found) if token.says(VECTOR.upper())]
    return tuple(next(name_of(token) for token in found[place + 1 :] if not token.says("(")) for place in calls)


def _bare(expression: str) -> str:
    """The expression without brackets around the whole of it."""
    found = tokens(expression, "postgres")
    return expression if unwrapped(found) == found else _bare(expression[1:-1])
