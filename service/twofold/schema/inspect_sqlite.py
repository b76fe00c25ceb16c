"""SQLite's schema: from its pragmas, and from the text of CREATE TABLE what they do not tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import orjson

from twofold.database import Database, Row
from twofold.schema.create_table import CreateTable, index_in, table_in
from twofold.schema.reading import canonical
from twofold.schema.schema import Column, ForeignKey, Index, Table, Unique, named
from twofold.sql import catalogue_sqlite as catalogue

__all__ = ["tables"]


async def tables(database: Database) -> list[Table]:
    """Returns the tables of the database, by name."""
    found = await database.fetch(catalogue.TABLES)
    columns = _by_table(await database.fetch(catalogue.COLUMNS))
    keys = _by_table(await database.fetch(catalogue.KEYS))
    indexes = _by_table(await database.fetch(catalogue.INDEXES))
    searched: defaultdict[str, list[str]] = defaultdict(list)
    for row in await database.fetch(catalogue.SEARCHES):
        searched[row["name"].removesuffix("_search")].append(row["column"])
    readers = {row["name"]: _Reader(row, columns[row["name"]]) for row in found}
    of_searches = {f"{name}_search_keys" for name in searched if name in readers}
    return [
        each.table(keys[name], indexes[name], searched[name], readers)
        for name, each in readers.items()
        if name not in of_searches
    ]


def _by_table(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    result: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        result[row["table"]].append(row)
    return result


class _Reader:
    """Puts together what the pragmas and the text say of one table."""

    def __init__(self, row: Row, columns: Sequence[Row]) -> None:
        self.name: str = row["name"]
        self.said: CreateTable = table_in(self.name, row["sql"])
        self.columns = columns
        self.proper: Mapping[str, str] = {each["name"].lower(): each["name"] for each in columns}
        self.key = tuple(each["name"] for each in sorted(columns, key=lambda each: each["pk"]) if each["pk"])
        self._never_null = set(self.key) if row["wr"] else {self._row_number()}

    def table(
        self, keys: Sequence[Row], indexes: Sequence[Row], searched: Sequence[str], others: Mapping[str, _Reader]
    ) -> Table:
        """Returns the table."""
        return Table(
            name=self.name,
            columns=tuple(self._column(each) for each in self.columns),
            primary_key=self.key,
            foreign_keys=tuple(sorted(self._foreign_keys(keys, others), key=lambda each: (each.name, each.columns))),
            uniques=tuple(sorted(self._uniques(indexes), key=lambda each: each.name)),
            checks=tuple(sorted(self.said.checks, key=lambda each: each.name)),
            indexes=tuple(self._index(each) for each in indexes if each["origin"] == "c"),
            searched=tuple(searched),
        )

    def _row_number(self) -> str | None:
        """The column that is the number of the row, which SQLite fills in."""
        only = [each for each in self.columns if each["pk"]]
        return only[0]["name"] if len(only) == 1 and only[0]["type"].upper() == "INTEGER" else None

    def _column(self, row: Row) -> Column:
        name, default = row["name"], row["dflt_value"]
        computed = {column.lower(): expression for column, expression in self.said.computed.items()}
        return Column(
            name=name,
            type=row["type"],
            nullable=not row["notnull"] and name not in self._never_null,
            default=None if default is None else canonical(default),
            counts_up=self.said.counts_up and bool(row["pk"]),
            computed=computed.get(name.lower()),
        )

    def _foreign_keys(self, rows: Sequence[Row], others: Mapping[str, _Reader]) -> Iterable[ForeignKey]:
        numbers = list(dict.fromkeys(row["id"] for row in rows))
        proper = {each.lower(): each for each in others}
        for number, name in zip(numbers, self.said.foreign_keys, strict=True):
            its = [row for row in rows if row["id"] == number]
            columns = tuple(self.proper[row["from"].lower()] for row in its)
            said_target = str(its[0]["target"])
            target = proper.get(said_target.lower(), said_target)
            other = others.get(target)
            said = [row["to"] for row in its if row["to"] is not None]
            yield ForeignKey(
                name=name or named("fk", self.name, *columns),
                columns=columns,
                target=target,
                target_columns=tuple(said) if other is None else other.columns_named(said),
                on_delete=its[0]["on_delete"],
                on_update=its[0]["on_update"],
            )

    def columns_named(self, said: Sequence[str]) -> tuple[str, ...]:
        """Returns the columns as the table writes them; its primary key where none are said."""
        return tuple(self.proper.get(each.lower(), each) for each in said) or self.key

    def _uniques(self, rows: Sequence[Row]) -> Iterable[Unique]:
        for row in rows:
            if row["origin"] == "u":
                columns = tuple(self._columns_of(row))
                name = self.said.uniques.get(tuple(each.lower() for each in columns))
                yield Unique(name=name or named("uq", self.name, *columns), columns=columns)

    def _columns_of(self, index: Row) -> list[str]:
        columns: list[str] = orjson.loads(index["columns"])
        return columns

    def _index(self, row: Row) -> Index:
        said = index_in(row["sql"], list(self.proper.values()))
        return Index(name=row["name"], keys=said.keys, unique=bool(row["unique"]), where=said.where)
