"""Levels of a plan as one SELECT statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import count
from typing import Any, TypeAlias

from twofold.condition import (
    ALWAYS,
    NEVER,
    And,
    Compare,
    Condition,
    Inside,
    Matches,
    Not,
    Or,
    Related,
    Slot,
    Word,
    all_of,
)
from twofold.expression import Derived, overs
from twofold.kinds import IGNORING_CASE, JSON_INDEX, JSON_KEY, LISTS, Kind
from twofold.plan import Hop, Level, NestedPlan, Shown, SortKey, bare_keys
from twofold.request import Constant
from twofold.search import WORDS
from twofold.sql.aggregates import AggregateText
from twofold.sql.dialects import Encode, SqlDialect, named, qualified, quoted
from twofold.sql.inside import JsonPath
from twofold.sql.search import SEARCHES
from twofold.sql.sources import Picks, Source, narrower, picks_of, picks_over, source_of
from twofold.tables import Column, Join, Table

__all__ = ["Statement", "select", "select_allowed", "select_foreseen", "select_keys"]

Parameter: TypeAlias = tuple[bool, int, Encode | None]
"""Whether the value is the policy's (or else the request's), its index there, and how it is encoded."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """SQL text and where its parameters come from. `keys` names the columns of a row, in their order.

    With `counted`, each row begins with two more columns: how many rows there are in all, and 1; when there are
    none, one row comes with the total and nulls. Between the two are `aggregates` columns of JSON.
    """

    text: str
    parameters: tuple[Parameter, ...]
    keys: tuple[str, ...]
    counted: bool = False
    aggregates: int = 0
    sources: tuple[Source, ...] = ()
    """The rows that it reads, those that rules look at among them."""

    @cached_property
    def digest(self) -> bytes:
        """What its text is known by: 16 bytes."""
        return blake2b(self.text.encode(), digest_size=16).digest()

    @cached_property
    def policy_slots(self) -> frozenset[int]:
        """Which of the policy's values are among its parameters."""
        return frozenset(index for of_policy, index, _ in self.parameters if of_policy)

    def bind(self, values: Sequence[Any], policy_values: Sequence[Any]) -> list[Any]:
        """Returns the statement's parameters in their order."""
        return [
            value if encode is None or value is None else encode(value)
            for value, encode in (
                ((policy_values if of_policy else values)[index], encode)
                for of_policy, index, encode in self.parameters
            )
        ]


def select(level: Level, dialect: SqlDialect) -> Statement:
    """Returns the statement whose rows are those of `level`; deeper levels are columns that hold JSON text."""
    return _Writer(dialect).root(level)


@lru_cache(maxsize=512)
def select_allowed(table: Table, tests: tuple[Condition, ...], visible: Condition, dialect: SqlDialect, *,
                   lock: bool) -> Statement:  # fmt: skip
    """Returns the statement that looks up one visible row by its key and says of each test whether it holds there.

    The key is value 0 of the read. Its row has the key and then 1 or 0 for each test; no row: it does not exist, or
    is hidden. With `lock`, nobody else can change it until the transaction ends.
    """
    return _Writer(dialect).allowed(table, tests, visible, lock=lock)


@lru_cache(maxsize=512)
def select_foreseen(columns: tuple[Column, ...], tests: tuple[Condition, ...], dialect: SqlDialect) -> Statement:
    """Returns the statement that says of each test whether it will hold for a row that is not written yet: 1 or 0.

    The values of these columns are the values of the read, in their order; the tests mention no others.
    """
    return _Writer(dialect).foreseen(columns, tests)


def select_keys(wanted: Sequence[tuple[Table, Column, Condition, bool]], dialect: SqlDialect) -> Statement:
    """Returns the statement that finds which keys there are among those asked for, of rows that meet a condition.

    A key is what a row has in the column beside its table. Value n of the read is the key of the n-th table's row, or
    the list of keys where there may be many. A row has n and a key as text.
    """
    return _Writer(dialect).keys(wanted)


def _looks_around(each: Shown | NestedPlan | Constant) -> bool:
    """Whether what is shown is looked up in other rows."""
    match each:
        case Shown(column=Derived(value=value)):
            return bool(overs(value))
        case _:
            return isinstance(each, NestedPlan)


@dataclass
class _Writer(AggregateText):
    """Makes the text of one statement: numbers its parameters and names its tables."""

    dialect: SqlDialect
    parameters: list[Parameter] = field(default_factory=list)
    numbers: dict[tuple[Slot, str, bool], int] = field(default_factory=dict)
    aliases: count[int] = field(default_factory=count)
    hops: dict[str, dict[Join, tuple[str, str]]] = field(default_factory=dict)
    """Of each alias, the rows joined to it for its sort keys: their alias and the text of the JOIN."""
    beside: dict[str, list[str]] = field(default_factory=dict)
    """Of each alias, the JOINs that bring it objects of to-one relations, where the dialect can say that."""
    picked: dict[str, Picks | None] = field(default_factory=dict)
    """Of each alias, which rows of its table it can be at all."""
    sources: dict[Source, None] = field(default_factory=dict)

    def root(self, level: Level) -> Statement:
        alias = self._rows_of(level.table, level.condition)
        shown = [*level.shown, *level.hidden]
        columns = [self._column(each, alias, in_json=False) for each in shown]
        keys = tuple(each.key for each in shown)
        if level.aggregates:
            return self._aggregated(level, columns, keys, alias)
        source = self._source(level, alias)
        if not level.total:
            select = ", ".join(columns) or "1"
            return self._statement(f"SELECT {select} {source}", keys)
        named = "".join(f", {column} AS c{number}" for number, column in enumerate(columns))
        total = f"(SELECT count(*) AS n {self._counted_source(level)}) AS total"
        text = f"SELECT total.n, page.* FROM {total} LEFT JOIN (SELECT 1 AS found{named} {source}) AS page ON 1 = 1"
        return self._statement(text, keys, counted=True)

    def _aggregated(self, level: Level, columns: Sequence[str], keys: tuple[str, ...], alias: str) -> Statement:
        """The rows beside the aggregates over all of them; only the aggregates when no rows are asked for."""
        total = f"(SELECT count(*) {self._counted_source(level)})" if level.total else "NULL"
        found = [self.aggregate(each, level.table, level.condition, None) for each in level.aggregates]
        names = "".join(f", {text} AS a{number}" for number, text in enumerate(found))
        text = f"SELECT {total} AS n{names}"
        if level.limit or columns:
            named = "".join(f", {column} AS c{number}" for number, column in enumerate(columns))
            page = f"(SELECT 1 AS found{named} {self._source(level, alias)}) AS page"
            text = f"SELECT total.*, page.* FROM ({text}) AS total LEFT JOIN {page} ON 1 = 1"
        else:
            text += ", NULL AS found"
        return self._statement(text, keys, counted=True, aggregates=len(found))

    def allowed(self, table: Table, tests: Sequence[Condition], visible: Condition, *, lock: bool) -> Statement:
        condition = all_of([Compare(table.pk, "eq", Slot("read", 0)), visible])
        alias = self._rows_of(table, condition)
        where = self._condition(condition, alias)
        columns = [self.dialect.value_of(table.pk, alias)]
        columns += [f"CASE WHEN {self._condition(test, alias)} THEN 1 ELSE 0 END" for test in tests]
        text = f"SELECT {', '.join(columns)} FROM {named(table, alias)} WHERE {where}"
        return self._statement(f"{text}{self.dialect.lock}" if lock else text)

    def foreseen(self, columns: Sequence[Column], tests: Sequence[Condition]) -> Statement:
        alias = f"t{next(self.aliases)}"
        values = [
            f"{self.dialect.stored_value(column, self._parameter(Slot('read', place), column.kind))}"
            f" AS {quoted(column.db_name)}"
            for place, column in enumerate(columns)
        ]
        shown = ", ".join(f"CASE WHEN {self._condition(test, alias)} THEN 1 ELSE 0 END" for test in tests)
        return self._statement(f"SELECT {shown} FROM (SELECT {', '.join(values)}) AS {alias}")

    def keys(self, wanted: Sequence[tuple[Table, Column, Condition, bool]]) -> Statement:
        texts: list[str] = []
        for place, (table, column, condition, many) in enumerate(wanted):
            # One key is no list of one: PostgreSQL would expect ten, and so make a plan for every request.
            operator = "in" if many else "eq"
            sought = all_of([Compare(column, operator, Slot("read", place)), condition])
            alias = self._rows_of(table, sought)
            test = self._condition(sought, alias)
            key = f"CAST({self.dialect.value_of(column, alias)} AS text)"
            texts.append(f"SELECT {place}, {key} FROM {named(table, alias)} WHERE {test}")
        return self._statement(" UNION ALL ".join(texts))

    def _statement(self, text: str, keys: tuple[str, ...] = (), *, counted: bool = False, aggregates: int = 0
                   ) -> Statement:  # fmt: skip
        return Statement(text=text, parameters=tuple(self.parameters), keys=keys, counted=counted,
                         aggregates=aggregates, sources=tuple(self.sources))  # fmt: skip

    # -- rows ---------------------------------------------------------------------------------------------------

    def _rows_of(self, table: Table, condition: Condition, join: tuple[Join, str] | None = None) -> str:
        """Returns an alias for rows of a table that meet a condition; `join` is the way from a row that is there.

        Every place where a table is named has its alias from here, so that no row is read which is not in `sources`.
        """
        alias = f"t{next(self.aliases)}"
        picks = picks_of(table, condition)
        if join is not None:
            picks = narrower(table, picks, picks_over(join[0], self.picked.get(join[1])))
        self.picked[alias] = picks
        self.sources[source_of(table, picks, join and join[0])] = None
        return alias

    def _source(self, level: Level, alias: str, join: tuple[Join, str] | None = None) -> str:
        """FROM … WHERE … ORDER BY … LIMIT of a level; `join` is the way from a row of the level above.

        What names a column of a joined row is written before FROM, which then has its JOIN.
        """
        order = ", ".join(self._order(key, alias) for key in level.order)
        windowed = not level.read.one or join is None
        late = windowed and alias not in self.hops and any(_looks_around(each) for each in level.shown)
        beside = "".join(self.beside.pop(alias, ())) if late else ""
        parts = [self._from(level.table, alias, join, level.condition, level)]
        if order:
            parts.append(f"ORDER BY {order}")
        if windowed:
            parts.append(f"LIMIT {level.limit}")
        if level.offset is not None:
            parts.append(f"OFFSET {self._parameter(level.offset, None)}")
        if not late:
            return " ".join(parts)
        # What hangs on a row is looked up for rows of the window, not for those that OFFSET skips or a sort drops.
        window = f"FROM (SELECT {alias}.* {' '.join(parts)}) AS {alias}{beside}"
        return f"{window} ORDER BY {order}" if order else window

    def _counted_source(self, level: Level, join: tuple[Join, str] | None = None) -> str:
        return self._from(level.table, self._rows_of(level.table, level.condition, join), join, level.condition, None)

    def _from(self, table: Table, alias: str, join: tuple[Join, str] | None, condition: Condition,
              level: Level | None) -> str:  # fmt: skip
        source, tests = f"FROM {named(table, alias)}", []
        if join is not None:
            linked, test = self._linked(*join, alias)
            source += linked
            tests.append(test)
        if condition != ALWAYS:
            tests.append(self._condition(condition, alias))
        if level is not None and level.keyset is not None:
            tests.append(self._beyond(level, alias))
        source += self._joined(alias)
        return f"{source} WHERE {' AND '.join(tests)}" if tests else source

    def _linked(self, join: Join, above: str, alias: str) -> tuple[str, str]:
        """How the joined rows `alias` hang on the row `above`: a JOIN (or nothing) and the test."""
        near = f"{above}.{quoted(join.near.db_name)}"
        far = f"{alias}.{quoted(join.far.db_name)}"
        if join.link is None:
            return "", f"{far} = {near}"
        link = f"t{next(self.aliases)}"
        self.sources[Source(join.link.table)] = None
        middle = qualified(join.link.schema, join.link.table)
        joined = f" JOIN {middle} AS {link} ON {link}.{quoted(join.link.far)} = {far}"
        return joined, f"{link}.{quoted(join.link.near)} = {near}"

    # -- columns ------------------------------------------------------------------------------------------------

    def _column(self, each: Shown | NestedPlan | Constant, alias: str, *, in_json: bool) -> str:
        match each:
            case Constant():
                return self.dialect.constant(each.value, in_json=in_json)
            case NestedPlan():
                return self._nested(each, alias)
            case Shown(guard=Or(())):
                return "NULL"  # nothing of the value may be written: PostgreSQL wants all parameters to be used
            case Shown():
                value = self._value(each, alias)
                alias = self._behind(each.path, alias)
                write = self.dialect.member if in_json else self.dialect.in_row
                return self._guarded(write(each.column.kind, value), each.guard, alias)

    def _value(self, each: Shown | SortKey, alias: str) -> str:
        if not each.ranks:
            return self._at_end(each.path, each.column, alias)
        cases = [f"WHEN {self._condition(test, alias)} THEN {rank}" for rank, test in enumerate(each.ranks)]
        return f"CASE {' '.join(cases)} ELSE {len(each.ranks)} END"

    def _guarded(self, expression: str, guard: Condition | None, alias: str) -> str:
        if guard is None:
            return expression
        if guard == NEVER:
            return "NULL"
        return f"CASE WHEN {self._condition(guard, alias)} THEN {expression} END"

    def _nested(self, nested: NestedPlan, above: str) -> str:
        level = nested.level
        alias = self._rows_of(level.table, level.condition, (nested.join, above))
        shown = [*level.shown, *level.hidden]
        columns = [(each.key, self._column(each, alias, in_json=True)) for each in shown]
        source = self._source(level, alias, (nested.join, above))
        if level.read.one:
            return self._beside(above, self.dialect.json_object(columns, source))
        wrap = None if level.in_python else bare_keys(level.read)
        rows = self.dialect.json_rows(columns, source, wrap)
        if not (level.total or level.aggregates):
            return rows
        join = (nested.join, above)
        total = f"(SELECT count(*) {self._counted_source(level, join)})" if level.total else "NULL"
        found = [self.aggregate(each, level.table, level.condition, join) for each in level.aggregates]
        return self.dialect.json_counted(rows, total, found)

    def _beside(self, above: str, found: str) -> str:
        """A subquery for an object, joined to the row `above` if the dialect can: that costs less than running it."""
        if not self.dialect.lateral:
            return found
        alias = f"t{next(self.aliases)}"
        self.beside.setdefault(above, []).append(f" LEFT JOIN LATERAL {found} AS {alias} ON TRUE")
        return f"{alias}.j"

    # -- order and cursors --------------------------------------------------------------------------------------

    def _behind(self, path: Sequence[Hop], alias: str) -> str:
        """The alias of the row at the end of a path. A row that is not there, or hidden, is one of nulls."""
        for hop in path:
            known = self.hops.setdefault(alias, {})
            if hop.join not in known:
                behind = self._rows_of(hop.join.target, hop.scope, (hop.join, alias))
                linked, test = self._linked(hop.join, alias, behind)
                assert not linked  # noqa: S101  # a to-one relation has no table in the middle
                if hop.scope != ALWAYS:
                    test += f" AND {self._condition(hop.scope, behind)}"
                known[hop.join] = behind, f" LEFT JOIN {named(hop.join.target, behind)} ON {test}"
            alias = known[hop.join][0]
        return alias

    def _joined(self, alias: str) -> str:
        hops = [text + self._joined(behind) for behind, text in self.hops.get(alias, {}).values()]
        return "".join([*hops, *self.beside.pop(alias, ())])

    def _key(self, key: SortKey, alias: str) -> str:
        value = self._guarded(self._value(key, alias), key.guard, self._behind(key.path, alias))
        return self.dialect.sortable(key.column.kind, value)

    def _order(self, key: SortKey, alias: str) -> str:
        """Nulls come last going up and first going down, on both databases."""
        direction = "DESC" if key.descending else "ASC"
        nulls = (" NULLS FIRST" if key.descending else " NULLS LAST") if key.nullable else ""
        return f"{self._key(key, alias)} {direction}{nulls}"

    def _beyond(self, level: Level, alias: str) -> str:
        """The rows after the cursor: greater in the first key, or equal there and greater in the next, and so on."""
        assert level.keyset is not None  # noqa: S101
        alternatives: list[str] = []
        equal: list[str] = []
        for key, slot in zip(level.order, level.keyset.slots, strict=True):
            column = self._key(key, alias)
            if slot is None:
                after = f"{column} IS NOT NULL" if key.descending else None
                same = f"{column} IS NULL"
            else:
                value = self._parameter(slot, key.column.kind)
                after = f"{column} {'<' if key.descending else '>'} {value}"
                if key.nullable and not key.descending:
                    after = f"({after} OR {column} IS NULL)"
                same = f"{column} = {value}"
            if after is not None:
                alternatives.append(" AND ".join([*equal, after]))
            equal.append(same)
        return "(" + " OR ".join(f"({each})" for each in alternatives) + ")"

    # -- conditions ---------------------------------------------------------------------------------------------

    def _all(self, items: Sequence[Condition], alias: str) -> str:
        return " AND ".join(self._condition(item, alias) for item in items)

    def _condition(self, condition: Condition, alias: str) -> str:
        match condition:
            case Compare():
                return self._compare(condition, alias)
            case And(()):
                return "1 = 1"
            case Or(()):
                return "1 = 0"
            case And(items):
                return f"({self._all(items, alias)})"
            case Or(items):
                return "(" + " OR ".join(self._condition(item, alias) for item in items) + ")"
            case Not(item):
                return f"NOT {self._condition(item, alias)}"
            case Inside():
                return self._inside(condition, alias)
            case Related():
                return self._related(condition, alias)
            case Matches():
                return self._matches(condition, alias)

    def _related(self, related: Related, above: str) -> str:
        target = related.join.target
        met = related.scope if related.quantifier == "every" else all_of([related.scope, related.condition])
        alias = self._rows_of(target, met, (related.join, above))
        linked, test = self._linked(related.join, above, alias)
        tests = [test]
        if related.scope != ALWAYS:
            tests.append(self._condition(related.scope, alias))
        inner = self._condition(related.condition, alias)
        if related.quantifier == "every":
            # A row for which the condition is unknown (null) does not meet it.
            tests.append(f"({inner}) IS NOT TRUE")
        elif related.condition != ALWAYS:
            tests.append(inner)
        source = f"FROM {named(target, alias)}{linked} WHERE {' AND '.join(tests)}"
        exists = f"EXISTS (SELECT 1 {source})"
        return exists if related.quantifier == "some" else f"NOT {exists}"

    def _matches(self, matches: Matches, alias: str) -> str:
        search = SEARCHES[self.dialect.name]
        name = f"search {[each.name for each in matches.columns]} {matches.whole}"
        number = self._encoded(matches.slot, name, lambda words: search.asked(matches, words))
        return search.found(matches, alias, self.dialect.parameter(number, WORDS))

    def _compare(self, compare: Compare, alias: str) -> str:
        kind = compare.column.kind
        column = self._guarded(self._at(compare.column, alias), compare.guard, alias)
        if compare.operator == "is_null" or compare.slot is None:
            return f"{column} IS NULL"
        if isinstance(compare.slot, Word):
            value = self.dialect.constant(compare.slot.value, in_json=False)
        else:
            value = self._parameter(compare.slot, kind, many=compare.operator in LISTS)
        return self._compared(compare.operator, kind, column, value)

    def _inside(self, inside: Inside, alias: str) -> str:
        column = self._guarded(self._at(inside.column, alias), inside.guard, alias)
        kinds = {"key": JSON_KEY, "index": JSON_INDEX}
        path: JsonPath = [(step.by, self._parameter(step.slot, kinds[step.by])) for step in inside.path]
        json, operator = self.dialect.json, inside.operator
        if inside.slot is None:
            return json.is_null(column, path)
        if inside.type is not None:
            kind = JSON_KEY if inside.type == "text" else inside.column.kind
            value = self._parameter(inside.slot, kind)
            value = value if inside.type == "text" else json.number(value)
            return json.test(column, path, inside.type, lambda found: self._compared(operator, kind, found, value))
        equal = json.equal(column, path, self._parameter(inside.slot, inside.column.kind, many=operator in LISTS),
                           many=operator in LISTS)  # fmt: skip
        return f"({equal}) IS NOT TRUE" if operator in ("ne", "not_in") else equal

    def _compared(self, operator: str, kind: Kind, column: str, value: str) -> str:
        if operator in IGNORING_CASE:
            operator = IGNORING_CASE[operator]
            column, value = self.dialect.folded(column), self.dialect.folded(value)
        match operator:
            case "eq":
                return f"{self.dialect.comparable(kind, column)} = {value}"
            case "ne":
                return self.dialect.distinct(self.dialect.comparable(kind, column), value)
            case "in":
                return self.dialect.is_in(self.dialect.comparable(kind, column), value)
            case "not_in":
                return f"({self.dialect.is_in(self.dialect.comparable(kind, column), value)}) IS NOT TRUE"
            case "lt" | "lte" | "gt" | "gte":
                sign = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}[operator]
                return f"{self.dialect.sortable(kind, column)} {sign} {value}"
            case _:
                return self.dialect.matches(operator, column, value)

    def _parameter(self, slot: Slot, kind: Kind | None, *, many: bool = False) -> str:
        known = (slot, kind.element_type if kind else "", many)
        number = self.numbers.get(known)
        if number is None:
            self.parameters.append((slot.of == "policy", slot.index, self.dialect.encoder(kind, many=many)))
            number = self.numbers[known] = len(self.parameters)
        return self.dialect.parameter(number, kind, many=many)

    def _encoded(self, slot: Slot, name: str, encode: Encode | None) -> int:
        known = (slot, name, False)
        if known not in self.numbers:
            self.parameters.append((slot.of == "policy", slot.index, encode))
            self.numbers[known] = len(self.parameters)
        return self.numbers[known]
