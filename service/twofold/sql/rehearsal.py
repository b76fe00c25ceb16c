"""The statements of a rehearsal: what is read of a database, kept beside it, and compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twofold.database import Dialect
from twofold.sql.dialects import quoted

__all__ = [
    "allows",
    "any_row",
    "create_database",
    "differing",
    "drop_database",
    "insert",
    "insert_defaults",
    "keep",
    "kept",
    "keys",
    "labels",
    "missing",
    "texts",
    "typed",
    "values",
]


def create_database(name: str) -> str:
    """Makes an empty database of PostgreSQL, with nothing of what is in the server's own template."""
    return f"CREATE DATABASE {quoted(name)} TEMPLATE template0"


def drop_database(name: str) -> str:
    """Removes a database of PostgreSQL, whoever is connected to it."""
    return f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)"


def texts(table: str, columns: Iterable[str], dialect: Dialect) -> str:
    """Reads a table's values as text; bytes that are none as hexadecimal digits."""
    if dialect == "postgres":
        values = [f"{quoted(each)}::text" for each in columns]
    else:
        values = [f"CASE typeof({name}) WHEN 'blob' THEN hex({name}) ELSE CAST({name} AS TEXT) END"
                  for name in map(quoted, columns)]  # fmt: skip
    return f"SELECT {', '.join(values)} FROM {quoted(table)}"


def keep(table: str, width: int) -> str:
    """Makes the table in which a snapshot keeps another one: its key, and `width` values."""
    columns = "".join(f", c{number}" for number in range(width))
    return f"CREATE TABLE {quoted(table)} (key TEXT NOT NULL PRIMARY KEY{columns}) WITHOUT ROWID"


def kept(table: str, width: int) -> str:
    """Puts a row into such a table."""
    return f"INSERT INTO {quoted(table)} VALUES ({', '.join('?' * (width + 1))})"


def missing(table: str, later: str, between: str | None = None) -> str:
    """Counts the rows of `table` that `later` lacks; with `between`, of those only what that one has."""
    still = "" if between is None else f" AND key IN (SELECT key FROM {quoted(between)})"
    return f"SELECT count(*) FROM {quoted(table)} WHERE key NOT IN (SELECT key FROM {quoted(later)}){still}"


def differing(pair: tuple[str, str], other: tuple[str, str], between: tuple[str, str] | None = None, *,
              as_later: bool = False) -> str:  # fmt: skip
    """Counts the values of one column that are another in a later table, by table and column; those that were null, and
    rows that are gone, left out. With `between`, of those only what is there as it is in the earlier table, or in the
    later one.
    """
    (table, column), (later, its) = pair, other
    same = ""
    if between is not None:
        value = f"b.{its}" if as_later else f"a.{column}"
        middle = f"{quoted(between[0])} AS m WHERE m.key = a.key"
        same = f" AND EXISTS (SELECT 1 FROM {middle} AND m.{between[1]} IS {value})"
    joined = f"{quoted(table)} AS a JOIN {quoted(later)} AS b ON b.key = a.key"
    return f"SELECT count(*) FROM {joined} WHERE a.{column} IS NOT NULL AND a.{column} IS NOT b.{its}{same}"


def values(table: str, column: str) -> str:
    """Counts the values of a column that are not null."""
    return f"SELECT count({column}) FROM {quoted(table)}"


def insert_defaults(table: str) -> str:
    """Inserts a row of which the database makes everything."""
    return f"INSERT INTO {quoted(table)} DEFAULT VALUES"


def insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Inserts rows whose values are SQL."""
    names = ", ".join(map(quoted, columns))
    values = ", ".join(f"({', '.join(row)})" for row in rows)
    return f"INSERT INTO {quoted(table)} ({names}) VALUES {values}"


def keys(table: str, columns: Sequence[str], dialect: Dialect, limit: int) -> str:
    """Reads some rows' columns as text."""
    return f"{texts(table, columns, dialect)} LIMIT {limit}"


def any_row(table: str) -> str:
    """Reads one row, if there is any."""
    return f"SELECT 1 FROM {quoted(table)} LIMIT 1"


def labels() -> str:
    """Reads the values of an enum of PostgreSQL, by the type's name; none of other types."""
    return "SELECT enumlabel FROM pg_enum WHERE enumtypid = to_regtype($1) ORDER BY enumsortorder"


def typed(value: str, type_: str, dialect: Dialect) -> str:
    """Makes a value one of a type. SQLite's casts make what they can of anything, so there it is left as it is."""
    return value if dialect == "sqlite" or value == "NULL" else f"CAST({value} AS {type_})"


def allows(condition: str, column: str, value: str) -> str:
    """Asks whether a check of one column lets a value pass."""
    return f"SELECT coalesce(({condition}), TRUE) FROM (SELECT {value} AS {quoted(column)}) AS tried"
