"""Full-text search: what a database keeps to find words in a table's rows, and how it is asked.

The words of each row (see `twofold.words`) are kept by the database itself, whoever writes the row: on SQLite by
triggers in an FTS5 table beside the table, on PostgreSQL in a generated column of it with a GIN index.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from twofold.condition import Matches
from twofold.database import Dialect
from twofold.sql.dialects import quoted, text
from twofold.words import FUNCTION, MAX_CHARACTERS, MAX_LETTERS

__all__ = ["SEARCHES", "VECTOR", "SearchIndex", "function_down", "function_up"]

VECTOR = "twofold_search"
"""PostgreSQL's column of words, and the name of the function that makes it."""
WEIGHTS = "ABCD"
"""PostgreSQL's marks for the fields that words come from, the first field first."""


@dataclass(frozen=True, kw_only=True)
class SearchIndex:
    """What finds the words of a table's rows: the table's primary key and the searched columns, by database names."""

    table: str
    key: str
    columns: Sequence[str]

    def up(self, dialect: Dialect) -> list[str]:
        """Returns the statements that make it. The rows that are there already are found from then on."""
        return self._up_postgres() if dialect == "postgres" else self._up_sqlite()

    def down(self, dialect: Dialect) -> list[str]:
        """Returns the statements that remove it, while the table is still there."""
        if dialect == "postgres":
            return [f"ALTER TABLE {quoted(self.table)} DROP COLUMN {VECTOR}"]
        triggers = [
            f"DROP TRIGGER {quoted(f'{self.table}_search_{event}')}" for event in ("insert", "update", "delete")
        ]
        return [*triggers, f"DROP TABLE {_words_of(self.table)}", f"DROP TABLE {_keys_of(self.table)}"]

    def _up_postgres(self) -> list[str]:
        table = quoted(self.table)
        vectors = [f"{VECTOR}({quoted(each)}, '{mark}')" for each, mark in zip(self.columns, WEIGHTS, strict=False)]
        column = f"{VECTOR} tsvector GENERATED ALWAYS AS ({' || '.join(vectors)}) STORED"
        return [
            f"ALTER TABLE {table} ADD COLUMN {column}",
            f"CREATE INDEX {quoted(f'{self.table}_search')} ON {table} USING gin ({VECTOR})",
        ]

    def _up_sqlite(self) -> list[str]:
        """The numbers of FTS5's rows are kept beside it: those of the table's own rows may change when it is packed."""
        found, keys, table = _words_of(self.table), _keys_of(self.table), quoted(self.table)
        columns = ", ".join(quoted(each) for each in self.columns)
        made = ", ".join(f"{FUNCTION}(t.{quoted(each)})" for each in self.columns)
        key = quoted(self.key)
        options = "tokenize = 'ascii', detail = 'column', columnsize = 0"
        rows = f"SELECT k.number, {made} FROM {keys} AS k JOIN {table} AS t ON t.{key} = k.key"
        return [
            f"CREATE TABLE {keys} (number INTEGER PRIMARY KEY, key NOT NULL UNIQUE)",
            f"CREATE VIRTUAL TABLE {found} USING fts5({columns}, {options})",
            f"INSERT INTO {keys} (key) SELECT {key} FROM {table}",
            f"INSERT INTO {found} (rowid, {columns}) {rows}",
            self._trigger("insert", f"INSERT ON {table}", self._forget("new") + self._remember()),
            self._trigger("update", f"UPDATE OF {key}, {columns} ON {table}", self._forget("old") + self._remember()),
            self._trigger("delete", f"DELETE ON {table}", self._forget("old")),
        ]

    def _trigger(self, name: str, event: str, body: str) -> str:
        return f"CREATE TRIGGER {quoted(f'{self.table}_search_{name}')} AFTER {event} BEGIN {body}END"

    def _forget(self, row: str) -> str:
        """Also before an insert: one that replaces a row (INSERT OR REPLACE) does not tell of the row's end."""
        keys, key = _keys_of(self.table), f"{row}.{quoted(self.key)}"
        number = f"(SELECT number FROM {keys} WHERE key = {key})"
        return f"DELETE FROM {_words_of(self.table)} WHERE rowid = {number}; DELETE FROM {keys} WHERE key = {key}; "

    def _remember(self) -> str:
        keys, key = _keys_of(self.table), f"new.{quoted(self.key)}"
        columns = ", ".join(quoted(each) for each in self.columns)
        made = ", ".join(f"{FUNCTION}(new.{quoted(each)})" for each in self.columns)
        return (
            f"INSERT INTO {keys} (key) VALUES ({key}); "
            f"INSERT INTO {_words_of(self.table)} (rowid, {columns})"
            f" SELECT number, {made} FROM {keys} WHERE key = {key}; "
        )


def _words_of(table: str) -> str:
    return quoted(f"{table}_search")


def _keys_of(table: str) -> str:
    return quoted(f"{table}_search_keys")


def function_up(dialect: Dialect) -> list[str]:
    """Returns the statements that make the functions which every search index needs. PostgreSQL only, from 14 on.

    Their bodies are bound to what they name, so that a dump can be restored whatever the search path.
    """
    if dialect == "sqlite":
        return []
    plain = f"regexp_replace(normalize(left(said, {MAX_CHARACTERS}), NFKD), '[{_marks()}]', '', 'g')"
    folded = f'upper(lower({plain} COLLATE "und-x-icu"))'
    spaced = f"trim(regexp_replace({folded}, '[^[:alnum:]]+', ' ', 'g'))"
    cut = f"regexp_replace({spaced}, '(\\S{{{MAX_LETTERS}}})\\S+', '\\1', 'g')"
    marked = f"coalesce(replace(nullif({FUNCTION}(said), '') || ' ', ' ', ':1' || mark || ' '), '')"
    made = {f"{FUNCTION}(said text) RETURNS text": f"coalesce({cut}, '')",
            f"{VECTOR}(said text, mark text) RETURNS tsvector": f"{marked}::tsvector"}  # fmt: skip
    return [f"CREATE FUNCTION {name} IMMUTABLE PARALLEL SAFE RETURN {body}" for name, body in made.items()]


def function_down(dialect: Dialect) -> list[str]:
    """Returns the statements that remove the functions."""
    if dialect == "sqlite":
        return []
    return [f"DROP FUNCTION {VECTOR}(text, text)", f"DROP FUNCTION {FUNCTION}(text)"]


def _marks() -> str:
    """Unicode's marks as ranges: PostgreSQL's expressions have a class for letters and digits, but none for them."""
    planes = (*range(0x20000), *range(0xE0000, 0xF0000))  # the others have none
    points = [point for point in planes if unicodedata.category(chr(point))[0] == "M"]
    runs = [[*run] for _, run in groupby(enumerate(points), lambda pair: pair[1] - pair[0])]
    return "".join(f"\\U{run[0][1]:08x}-\\U{run[-1][1]:08x}" for run in runs)


class Search(ABC):
    """How one database is asked for rows with all of some words."""

    @abstractmethod
    def found(self, matches: Matches, alias: str, parameter: str) -> str:
        """Returns the test whether the row `alias` has the words; `parameter` holds what `asked` made of them."""

    @abstractmethod
    def asked(self, matches: Matches, words: Sequence[str]) -> str:
        """Returns the words as the database's own query. They are letters and digits only, so none is an operator."""


class PostgresSearch(Search):
    """By tsvector."""

    def found(self, matches: Matches, alias: str, parameter: str) -> str:  # noqa: ARG002
        """Compares the row's own vector."""
        return f"{alias}.{VECTOR} @@ {parameter}::tsquery"

    def asked(self, matches: Matches, words: Sequence[str]) -> str:
        """Writes `'GREEN':A & 'TEA':*A`."""
        marks = WEIGHTS[: len(matches.columns)]
        *others, last = [f"{text(word)}:{marks}" for word in words]
        return " & ".join([*others, last if matches.whole else f"{last}*"])


class SqliteSearch(Search):
    """By FTS5."""

    def found(self, matches: Matches, alias: str, parameter: str) -> str:
        """Looks the row's key up among those found, which are found once for the statement."""
        found, keys = _words_of(matches.table.name), _keys_of(matches.table.name)
        hits = f"{found} JOIN {keys} AS k ON k.number = {found}.rowid WHERE {found} MATCH {parameter}"
        return f"{alias}.{quoted(matches.table.pk.db_name)} IN (SELECT k.key FROM {hits})"

    def asked(self, matches: Matches, words: Sequence[str]) -> str:
        """Writes `{"name"} : ("GREEN" AND "TEA" *)`."""
        all_ = " AND ".join(quoted(word) for word in words) + ("" if matches.whole else " *")
        names = " ".join(quoted(each.db_name) for each in matches.columns)
        return f"{{{names}}} : ({all_})" if names else all_


SEARCHES: Mapping[Dialect, Search] = {"postgres": PostgresSearch(), "sqlite": SqliteSearch()}
