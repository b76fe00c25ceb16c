"""The value at a path inside a JSON column, in each database's words; where nothing is there, or null, it is null.

Keys and places are parameters, never text. SQLite's own paths are text that knows neither quotes in a key nor keys that
are spelled with escapes; so each step is a look at all members.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from twofold.database import Dialect

__all__ = ["JSON", "InsideJson", "JsonPath"]

Test: TypeAlias = Callable[[str], str]
JsonPath: TypeAlias = Sequence[tuple[Literal["key", "index"], str]]
"""How each step is taken, and the placeholder of its key or place."""


class InsideJson(ABC):
    """How one database looks inside a JSON column."""

    @abstractmethod
    def is_null(self, column: str, path: JsonPath) -> str:
        """Returns the test whether there is nothing at the path, or null."""

    @abstractmethod
    def equal(self, column: str, path: JsonPath, value: str, *, many: bool) -> str:
        """Returns the test whether the value equals a JSON value, or one of them, which is of the same type."""

    @abstractmethod
    def test(self, column: str, path: JsonPath, type_: Literal["text", "number"], test: Test) -> str:
        """Returns what a test says of the text or number at the path; unknown where it has another type."""

    @abstractmethod
    def number(self, value: str) -> str:
        """Returns a parameter that is a JSON number as one to compare with."""


class PostgresJson(InsideJson):
    """By the operators of jsonb."""

    def is_null(self, column: str, path: JsonPath) -> str:
        return f"{self._at(column, path)} IS NULL"

    def equal(self, column: str, path: JsonPath, value: str, *, many: bool) -> str:
        return f"{self._at(column, path)} = {f'ANY({value})' if many else value}"

    def test(self, column: str, path: JsonPath, type_: Literal["text", "number"], test: Test) -> str:
        found = self._at(column, path)
        name, value = ("string", f"{found} #>> '{{}}'") if type_ == "text" else ("number", f"{found}::numeric")
        return test(f"(CASE WHEN jsonb_typeof({found}) = '{name}' THEN {value} END)")

    def number(self, value: str) -> str:
        return f"{value}::numeric"

    def _at(self, column: str, path: JsonPath) -> str:
        """Strict, since `->` takes a text or a number for a list of one."""
        found = column
        for by, step in path:
            if by == "key":
                found = f"{found} -> {step}"
            else:
                found = (
                    f"jsonb_path_query_first({found}, 'strict $[$place]', jsonb_build_object('place', {step}), true)"
                )
        return f"NULLIF({found}, 'null'::jsonb)"


class SqliteJson(InsideJson):
    """By json_each, which gives the members of an object and the items of a list."""

    def is_null(self, column: str, path: JsonPath) -> str:
        return f"NOT EXISTS (SELECT 1 {self._found(column, path)})"

    def equal(self, column: str, path: JsonPath, value: str, *, many: bool) -> str:
        numbers = "j.type IN ('integer', 'real') AND p.type IN ('integer', 'real')"
        one = f"SELECT 1 FROM json_each({value}) AS p WHERE p.value = j.value AND (p.type = j.type OR {numbers})"
        equal = f"(SELECT EXISTS ({one}) {self._found(column, path)})"
        return f"(json_array_length({value}) > 0 AND {equal})" if many else equal

    def test(self, column: str, path: JsonPath, type_: Literal["text", "number"], test: Test) -> str:
        types = "'text'" if type_ == "text" else "'integer', 'real'"
        return f"(SELECT CASE WHEN j.type IN ({types}) THEN {test('j.value')} END {self._found(column, path)})"

    def number(self, value: str) -> str:
        return f"json_extract({value}, '$')"

    def _found(self, column: str, path: JsonPath) -> str:
        """FROM … WHERE … of the one row `j` for what is at the path, or of none.

        Each step is a join to the members of the one before: subqueries in each other would be too deep for SQLite.
        """
        names = [*(f"j{number}" for number in range(len(path) - 1)), "j"]
        sources, source = [], column
        for name in names:
            sources.append(f"json_each({source}) AS {name}")
            source = f"CASE WHEN {name}.type IN ('object', 'array') THEN {name}.value END"
        keys = [f"{name}.key = {step}" for name, (_, step) in zip(names, path, strict=True)]
        return f"FROM {', '.join(sources)} WHERE {' AND '.join(keys)} AND j.type <> 'null'"


JSON: Mapping[Dialect, InsideJson] = {"postgres": PostgresJson(), "sqlite": SqliteJson()}
