"""Columns that the database works out: expressions over a row, and over the rows behind one of its relations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import count

from twofold.condition import ALWAYS, Condition, Slot
from twofold.expression import Arithmetic, Chosen, Derived, FirstKnown, Given, Over, Own, Value
from twofold.kinds import Kind
from twofold.plan import Hop
from twofold.sql.dialects import SqlDialect, named, quoted
from twofold.sql.sums import SUMS
from twofold.tables import Column, Join, Table

__all__ = ["DerivedText"]


class DerivedText(ABC):
    """The part of a statement's writer that writes what a column's value is on a row."""

    dialect: SqlDialect
    aliases: count[int]

    @abstractmethod
    def _rows_of(self, table: Table, condition: Condition, join: tuple[Join, str] | None = None) -> str: ...

    @abstractmethod
    def _condition(self, condition: Condition, alias: str) -> str: ...

    @abstractmethod
    def _guarded(self, expression: str, guard: Condition | None, alias: str) -> str: ...

    @abstractmethod
    def _behind(self, path: Sequence[Hop], alias: str) -> str: ...

    @abstractmethod
    def _linked(self, join: Join, above: str, alias: str) -> tuple[str, str]: ...

    @abstractmethod
    def _parameter(self, slot: Slot, kind: Kind | None, *, many: bool = False) -> str: ...

    def _at(self, column: Column, alias: str) -> str:
        """The value of a column on the row `alias`: what is stored there, or what it comes to."""
        if isinstance(column, Derived):
            return self._derived(column.value, alias)
        return self.dialect.value_of(column, alias)

    def _at_end(self, path: Sequence[Hop], column: Column, alias: str) -> str:
        """The value of a column of the row at the end of a path: null where that row is not there."""
        behind = self._behind(path, alias)
        if path and isinstance(column, Derived):  # which may make something of nulls
            far = f"{behind}.{quoted(path[-1].join.far.db_name)}"
            return f"CASE WHEN {far} IS NOT NULL THEN {self._at(column, behind)} END"
        return self._at(column, behind)

    def _derived(self, value: Value, alias: str) -> str:
        match value:
            case Own(column):
                return self._in_units(column, alias)
            case Given(slot, kind):
                return self._parameter(slot, kind)
            case Arithmetic(sign, left, right):
                return self.dialect.calculated(sign, self._derived(left, alias), self._derived(right, alias))
            case Chosen():
                return self._chosen(value, alias)
            case FirstKnown(values):
                return f"coalesce({', '.join(self._derived(each, alias) for each in values)}, NULL)"
            case Over():
                return self._over(value, alias)

    def _chosen(self, chosen: Chosen, alias: str) -> str:
        cases = [
            f"WHEN {self._condition(test, alias)} THEN {self._derived(each, alias)}" for test, each in chosen.cases
        ]
        otherwise = "" if chosen.otherwise is None else f" ELSE {self._derived(chosen.otherwise, alias)}"
        return f"CASE {' '.join(cases)}{otherwise} END"

    def _over(self, over: Over, above: str) -> str:
        target = over.join.target
        alias = self._rows_of(target, over.scope, (over.join, above))
        linked, test = self._linked(over.join, above, alias)
        tests = [test] if over.scope == ALWAYS else [test, self._condition(over.scope, alias)]
        found = "*" if over.column is None else self._guarded(self._in_units(over.column, alias), over.guard, alias)
        source = f"FROM {named(target, alias)}{linked} WHERE {' AND '.join(tests)}"
        return f"(SELECT {self._computed(over, found)} {source})"

    def _computed(self, over: Over, found: str) -> str:
        sums, kind = SUMS[self.dialect.name], over.column.kind if over.column else None
        if kind is None or over.function == "count":
            return f"count({found})"
        is_wide = kind.element_type in ("bigint", "numeric")
        match over.function:
            case "sum":
                return sums.fitting(found, is_wide=is_wide)
            case "avg" if kind.name == "integer":
                return sums.mean(found, is_wide=is_wide)
            case "avg":
                total, number = sums.fitting(found, is_wide=is_wide), f"count({found})"
                # What is left over goes to the next unit from the half on, away from zero: both databases cut off.
                return f"({total}) / {number} + ({total}) % {number} * 2 / {number}"
            case function:
                compared = found if kind.name == "decimal" else self.dialect.sortable(kind, found)
                return f"{function}({compared})"

    def _in_units(self, column: Column, alias: str) -> str:
        text = self.dialect.value_of(column, alias)
        return self.dialect.units(column.kind, text) if column.kind.name == "decimal" else text
