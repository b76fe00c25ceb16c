"""What the library must answer, worked out over its rows in plain Python, without a line of the engine.

A condition is true, false or, where it compares with null, None: unknown, as in SQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from support.library.models import Duty, Form
from support.library.rows import BOOK_SUBJECTS, ROWS, Record
from support.library.worked_out import WORKED_OUT
from support.matrix.oracle import wire as in_json
from support.matrix.truth import Truth, compared, conjunction, disjunction, negation
from twofold.actor import Actor

TO_ONE = {
    ("subjects", "parent"): "subjects", ("books", "author"): "authors", ("books", "follows"): "books",
    ("staff_members", "branch"): "branches", ("copies", "book"): "books", ("copies", "branch"): "branches",
    ("patrons", "branch"): "branches", ("loans", "copy"): "copies", ("loans", "patron"): "patrons",
}  # fmt: skip
TO_MANY = {
    ("authors", "books"): ("books", "author_id"), ("subjects", "children"): ("subjects", "parent_id"),
    ("books", "followers"): ("books", "follows_id"), ("books", "copies"): ("copies", "book_id"),
    ("branches", "staff"): ("staff_members", "branch_id"), ("branches", "copies"): ("copies", "branch_id"),
    ("branches", "patrons"): ("patrons", "branch_id"), ("copies", "loans"): ("loans", "copy_id"),
    ("patrons", "loans"): ("loans", "patron_id"),
}  # fmt: skip
OWN = {("patrons", name) for name in ("card", "standing", "debt", "notes")} | {("loans", "note")}
"""Fields that only somebody who is known may read on some row."""
BY_ID = {name: {row["id"]: row for row in rows} for name, rows in ROWS.items()}


def _grouped(pairs: Iterable[tuple[Any, Record]]) -> dict[Any, list[Record]]:
    groups: defaultdict[Any, list[Record]] = defaultdict(list)
    for near, row in pairs:
        groups[near].append(row)
    return groups


BEHIND: dict[tuple[str, str], dict[Any, list[Record]]] = {
    way: _grouped((row[column], row) for row in ROWS[target]) for way, (target, column) in TO_MANY.items()
}
BEHIND["books", "subjects"] = _grouped((book, BY_ID["subjects"][subject]) for book, subject in BOOK_SUBJECTS)
BEHIND["subjects", "books"] = _grouped((subject, BY_ID["books"][book]) for book, subject in BOOK_SUBJECTS)


def target_of(resource: str, relation: str) -> str:
    """Returns the resource behind a relation."""
    if (resource, relation) in TO_ONE:
        return TO_ONE[resource, relation]
    if (resource, relation) in TO_MANY:
        return TO_MANY[resource, relation][0]
    return {"subjects": "books", "books": "subjects"}[resource]


def wire(value: Any) -> Any:
    """Returns a stored value as it is in JSON; all amounts have two places."""
    return f"{value:.2f}" if isinstance(value, Decimal) else in_json(value)


class Oracle:
    """What one actor must be answered."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.branches = {row["branch_id"] for row in ROWS["staff_members"] if row["user_id"] == actor.user_id}
        self.headed = {
            row["branch_id"]
            for row in ROWS["staff_members"]
            if row["user_id"] == actor.user_id and row["duty"] is Duty.head
        }
        self.held = {row["book_id"] for row in ROWS["copies"] if row["branch_id"] in self.branches}
        self.cards = {row["id"] for row in ROWS["patrons"] if row["user_id"] and row["user_id"] == actor.user_id}
        self.seen = {name: [row for row in rows if self._visible(name, row)] for name, rows in ROWS.items()}
        self.seen_ids = {name: {row["id"] for row in rows} for name, rows in self.seen.items()}

    # -- rules --------------------------------------------------------------------------------------------------

    def _visible(self, resource: str, row: Record) -> bool:
        match resource:
            case "books":
                shown = row["form"] is not None and row["form"] is not Form.withdrawn and not row["rare"]
                return shown or self.actor.role == "librarian"
            case "copies":
                return (row["shelf"] is not None and row["shelf"] != "vault") or row["branch_id"] in self.branches
            case "staff_members":
                return row["branch_id"] in self.branches
            case "patrons":
                return row["id"] in self.cards or row["branch_id"] in self.branches
            case "loans":
                return row["patron_id"] in self.cards or self._lent_here(row)
            case _:
                return True

    def _lent_here(self, loan: Record) -> bool:
        return BY_ID["copies"][loan["copy_id"]]["branch_id"] in self.branches

    def value(self, resource: str, field: str, row: Record) -> Any:
        """Returns a field's value as the actor sees it."""
        worked_out = WORKED_OUT.get((resource, field))
        return self.if_shown(resource, field, row, row[field]) if worked_out is None else worked_out(self, row)

    def if_shown(self, resource: str, field: str, row: Record, value: Any) -> Any:
        """Returns a value on rows where the actor may see a field."""
        match resource, field:
            case "books", "rating" | "lendable" | "details":
                return value if row["form"] is Form.paperback or row["id"] in self.held else None
            case "patrons", "card":
                return value if row["branch_id"] in self.branches else None
            case "loans", "note":
                return value if row["patron_id"] in self.cards else None
            case _:
                return value

    def refuses(self, resource: str, data: Mapping[str, Any], order: Sequence[tuple[str, bool]]) -> bool:
        """Returns whether a filter or an order names a field that the actor may read on no row at all."""
        return any(self._names_hidden(resource, name, value) for name, value in data.items()) or any(
            self._leads_to_hidden(resource, name) for name, _ in order
        )

    def _names_hidden(self, resource: str, name: str, value: Any) -> bool:
        if name in ("and", "or"):
            return any(self.refuses(resource, item, []) for item in value)
        if name == "not" or (resource, name) in TO_ONE:
            return self.refuses(resource if name == "not" else target_of(resource, name), value, [])
        if (resource, name) in BEHIND:
            return any(self.refuses(target_of(resource, name), inner, []) for inner in value.values())
        return self._leads_to_hidden(resource, name)

    def _leads_to_hidden(self, resource: str, name: str) -> bool:
        first, _, rest = name.partition(".")
        if rest:
            return self._leads_to_hidden(target_of(resource, first), rest)
        return self.actor.is_anonymous and (resource, first) in OWN

    # -- filters ------------------------------------------------------------------------------------------------

    def behind(self, resource: str, relation: str, row: Record) -> list[Record]:
        """Returns the rows behind a relation that the actor sees."""
        target = target_of(resource, relation)
        if (resource, relation) in TO_ONE:
            key = row[f"{relation}_id"]
            return [BY_ID[target][key]] if key in self.seen_ids[target] else []
        found = BEHIND[resource, relation].get(row["id"], [])
        return [each for each in found if each["id"] in self.seen_ids[target]]

    def holds(self, resource: str, data: Mapping[str, Any], row: Record) -> Truth:
        """Returns whether a filter, whose values are Python's own, holds for a row."""
        return conjunction(self._entry(resource, name, value, row) for name, value in data.items())

    def _entry(self, resource: str, name: str, value: Any, row: Record) -> Truth:
        match name:
            case "and":
                return conjunction(self.holds(resource, item, row) for item in value)
            case "or":
                return disjunction(self.holds(resource, item, row) for item in value)
            case "not":
                return negation(self.holds(resource, value, row))
            case "details":
                return conjunction(inside(self.value(resource, name, row), each) for each in listed(value))
            case _ if name in row or (resource, name) in WORKED_OUT:
                seen = self.value(resource, name, row)
                return conjunction(compared(seen, operator, other) for operator, other in value.items())
        rows, target = self.behind(resource, name, row), target_of(resource, name)
        if (resource, name) in TO_ONE:
            value = {"some": value}
        return conjunction(
            quantified(quantifier, [self.holds(target, inner, each) is True for each in rows])
            for quantifier, inner in value.items()
        )

    # -- answers ------------------------------------------------------------------------------------------------

    def rows(self, resource: str, data: Mapping[str, Any] | None = None, order: Sequence[tuple[str, bool]] = ()
             ) -> list[Record]:  # fmt: skip
        """Returns the visible rows that a filter admits, in an order of fields and whether they descend."""
        found = [row for row in self.seen[resource] if self.holds(resource, data or {}, row) is True]
        return self.ordered(resource, found, order)

    def ordered(self, resource: str, rows: list[Record], order: Sequence[tuple[str, bool]]) -> list[Record]:
        """Returns the rows in order: nulls come last going up, first going down; the key decides among equals."""
        if not any(name == "id" for name, _ in order):
            order = [*order, ("id", bool(order) and order[-1][1])]
        for name, descending in reversed(order):
            values = [(self.sorted_by(resource, name, row), row) for row in rows]
            known = sorted(((v, r) for v, r in values if v is not None), key=lambda pair: pair[0], reverse=descending)
            nulls = [(v, r) for v, r in values if v is None]
            rows = [row for _, row in (nulls + known if descending else known + nulls)]
        return rows

    def sorted_by(self, resource: str, name: str, row: Record) -> Any:
        """Returns the value that a row is sorted by: at the end of a path (`copy.book.title`), null if hidden there."""
        relation, _, rest = name.partition(".")
        if not rest:
            return self.value(resource, name, row)
        behind = self.behind(resource, relation, row)
        return self.sorted_by(target_of(resource, relation), rest, behind[0]) if behind else None

    def window(self, resource: str, relation: str, row: Record, order: Sequence[tuple[str, bool]] = (),
               limit: int | None = None) -> list[Record]:  # fmt: skip
        """Returns the first `limit` rows behind a relation."""
        found = self.behind(resource, relation, row)
        return self.ordered(target_of(resource, relation), found, order)[:limit]

    def shown(self, resource: str, fields: Sequence[str], rows: Sequence[Record]) -> list[Record]:
        """Returns rows as JSON objects with `fields`."""
        return [{name: wire(self.value(resource, name, row)) for name in fields} for row in rows]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def inside(value: Any, data: Mapping[str, Any]) -> Truth:
    """Returns what a comparison inside a JSON value says."""
    for step in data.get("path", []):
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            value = None
    return conjunction(
        compared_inside(value, operator, other) for operator, other in data.items() if operator != "path"
    )


def compared_inside(value: Any, operator: str, other: Any) -> Truth:
    """Returns what a comparison says of values that have types of their own."""
    if operator == "is_null" or other is None or value is None:
        return compared(value, operator, other)
    if operator in ("eq", "ne", "in", "not_in"):
        met = any(type_of(value) == type_of(each) and value == each for each in listed(other))
        return met == (operator in ("eq", "in"))
    return compared(value, operator, other) if type_of(value) == type_of(other) else None


def type_of(value: Any) -> type:
    """Returns the type of a JSON value: whole numbers are numbers, and true and false are none."""
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def quantified(quantifier: str, met: Sequence[bool]) -> bool:
    """Returns whether some, every or none of the rows meet a condition."""
    return {"some": any(met), "every": all(met), "none": not any(met)}[quantifier]
