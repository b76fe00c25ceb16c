"""Aggregates as subqueries, each a column that holds JSON: an array of values, or one such array a group."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from twofold.aggregate import GroupKey, GroupOrder, Groups, Having, Measure
from twofold.aggregate_plan import AggregatePlan, KeyPlan
from twofold.condition import ALWAYS, Condition, Slot
from twofold.kinds import Kind
from twofold.sql.derived import DerivedText
from twofold.sql.dialects import Encode, SqlDialect, named
from twofold.sql.sums import EVERY, SUMS, Sums
from twofold.tables import Column, Join, Table

__all__ = ["AggregateText"]

SIGNS = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


class AggregateText(DerivedText):
    """The part of a statement's writer that writes aggregates, of stored columns and of those worked out.

    The rows come from a subquery whose columns are what is looked at, guarded: `k0`, `k1` … the keys of groups, `f0`,
    `f1` … the fields of measures. So a guard is written once, and groups are made of plain columns.
    """

    @abstractmethod
    def _joined(self, alias: str) -> str: ...

    @abstractmethod
    def _encoded(self, slot: Slot, name: str, encode: Encode | None) -> int: ...

    def aggregate(self, plan: AggregatePlan, table: Table, condition: Condition, join: tuple[Join, str] | None) -> str:
        """Returns the subquery for an aggregate over the rows of `table`; `join` is the way from the row above."""
        rows = self._looked_at(plan, table, condition, join)
        written = _Measures(
            self.dialect, SUMS[self.dialect.name], {column: f"f{n}" for n, column in enumerate(plan.fields)}
        )
        values = [written.value(each) for each in plan.asked.measures]
        if not isinstance(plan.asked, Groups):
            return f"(SELECT {written.sums.listed(values)} {rows})"
        return self._groups(plan, plan.asked, rows, written, values)

    def _groups(self, plan: AggregatePlan, groups: Groups, rows: str, written: _Measures, values: Sequence[str]) -> str:
        names = [f"k{number}" for number in range(len(plan.by))]
        keys = [self.dialect.in_json(key.column.kind, name) for key, name in zip(plan.by, names, strict=True)]
        sorted_by = [
            (column, each.descending)
            for each in _total_order(groups)
            for column in self._sort_columns(each.by, groups, written)
        ]
        columns = [f"{written.sums.listed([*keys, *values])} AS j"]
        columns += [f"{column} AS o{number}" for number, (column, _) in enumerate(sorted_by)]
        every = f"SELECT {', '.join(columns)} {rows} GROUP BY {', '.join(names)}"
        if groups.having:
            every += " HAVING " + " AND ".join(self._having(each, written) for each in groups.having)
        page = " ORDER BY " + ", ".join(
            f"o{number} {'DESC NULLS FIRST' if descending else 'ASC NULLS LAST'}"
            for number, (_, descending) in enumerate(sorted_by)
        )
        page += f" LIMIT {groups.limit}"
        if groups.offset is not None:
            page += f" OFFSET {self._parameter(groups.offset, None)}"
        if groups.total is None:
            return written.sums.gathered(f"SELECT j FROM ({every}) AS {EVERY}{page}")
        return written.sums.gathered_of(every, f"SELECT j FROM {EVERY}{page}")

    def _sort_columns(self, by: Measure | GroupKey, groups: Groups, written: _Measures) -> list[str]:
        return [f"k{groups.by.index(by)}"] if isinstance(by, GroupKey) else written.comparable(by)

    # -- rows ---------------------------------------------------------------------------------------------------

    def _looked_at(self, plan: AggregatePlan, table: Table, condition: Condition, join: tuple[Join, str] | None) -> str:
        alias = self._rows_of(table, condition, join)
        source, tests = f"FROM {named(table, alias)}", []
        if join is not None:
            linked, test = self._linked(*join, alias)
            source += linked
            tests.append(test)
        columns = [f"{self._group_key(key, alias)} AS k{number}" for number, key in enumerate(plan.by)]
        for number, (column, guard) in enumerate(plan.fields.values()):
            value = self._guarded(self._sortable(column, alias), guard, alias)
            columns.append(f"{value} AS f{number}")
        if condition != ALWAYS:
            tests.append(self._condition(condition, alias))
        source += self._joined(alias)
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        return f"FROM (SELECT {', '.join(columns) or '1'} {source}{where}) AS r"

    def _group_key(self, key: KeyPlan, alias: str) -> str:
        kind = key.column.kind
        value = self.dialect.sortable(kind, self._at_end(key.path, key.column, alias))
        if key.part is not None:
            day = self.dialect.in_json(kind, value) if kind.name == "date" else value
            value = SUMS[self.dialect.name].cut(kind, day, key.part)
        return self._guarded(value, key.guard, self._behind(key.path, alias))

    def _sortable(self, column: Column, alias: str) -> str:
        return self.dialect.sortable(column.kind, self._at(column, alias))

    # -- having -------------------------------------------------------------------------------------------------

    def _having(self, having: Having, written: _Measures) -> str:
        left = written.comparable(having.measure)
        if having.slot is None:
            return f"{left[0]} IS {'NOT ' if having.operator == 'is_not_null' else ''}NULL"
        right = self._comparands(having.measure, having.slot, written)
        if having.operator in ("eq", "ne"):
            return written.sums.equal(left, right, negated=having.operator == "ne")
        return f"{_row(left)} {SIGNS[having.operator]} {_row(right)}"

    def _comparands(self, measure: Measure, slot: Slot, written: _Measures) -> list[str]:
        """The parameters that stand for a value, of which one may be compared in two halves."""
        field = measure.field
        if field is None or measure.function in ("count_distinct", "min", "max") or field.column.kind.name == "number":
            return [self._parameter(slot, measure.kind)]
        places = field.column.kind.decimal_places
        if measure.function == "avg":
            encoders: list[tuple[Encode | None, str]] = [(lambda value: float(_units(value, places)), "float8")]
        else:
            encoders = [
                (_in_units(encode, places), type_)
                for encode, type_ in written.sums.comparands(is_wide=_is_wide(field.column.kind))
            ]
        return [
            self._number(self._encoded(slot, f"{measure.function} {places} {half}", encode), type_)
            for half, (encode, type_) in enumerate(encoders)
        ]

    def _number(self, number: int, type_: str) -> str:
        return f"?{number}" if self.dialect.name == "sqlite" else f"${number}::{type_}"


@dataclass(frozen=True)
class _Measures:
    """Writes measures over the columns of the rows that are looked at."""

    dialect: SqlDialect
    sums: Sums
    columns: dict[Column, str]

    def value(self, measure: Measure) -> str:
        """The measure as JSON, of which the answer's value is made; an average as a sum and a count."""
        if measure.field is None:
            return "count(*)"
        kind, column = measure.field.column.kind, self.columns[measure.field.column]
        match measure.function:
            case "sum" if kind.name != "number":
                return self.sums.total(column, is_wide=_is_wide(kind))
            case "avg" if kind.name != "number":
                return self.sums.listed([self.sums.total(column, is_wide=_is_wide(kind)), f"count({column})"])
            case "count_distinct":
                return f"count(DISTINCT {column})"
            case function:
                return self.dialect.in_json(kind, f"{function}({column})")

    def comparable(self, measure: Measure) -> list[str]:
        """What groups are sorted and compared by."""
        if measure.field is None:
            return ["count(*)"]
        kind, column = measure.field.column.kind, self.columns[measure.field.column]
        match measure.function:
            case "sum" if kind.name != "number":
                return self.sums.comparable(column, is_wide=_is_wide(kind))
            case "avg" if kind.name != "number":
                return [self.sums.mean(column, is_wide=_is_wide(kind))]
            case "count_distinct":
                return [f"count(DISTINCT {column})"]
            case function:
                return [f"{function}({column})"]


def _total_order(groups: Groups) -> list[GroupOrder]:
    """The order with those keys last that are not in it, so that no two groups are equal."""
    known = [each.by for each in groups.order]
    return [*groups.order, *(GroupOrder(key) for key in groups.by if key not in known)]


def _row(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"({', '.join(values)})"


def _is_wide(kind: Kind) -> bool:
    return kind.element_type == "bigint"


def _units(value: Any, places: int) -> Any:
    return value.scaleb(places) if isinstance(value, Decimal) else value


def _in_units(encode: Encode | None, places: int) -> Encode:
    return lambda value: encode(int(_units(value, places))) if encode else int(_units(value, places))
