"""What the storefront's rules say of the small world, in plain Python: which things are shown, and as what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from support.oracle_world import NEW, Cell, Context, State, View, World

__all__ = ["Numbers", "Shown", "Where", "count_of", "is_shown", "rows_explained"]

Shown: TypeAlias = Mapping[str, Any]
"""A row as an answer shows it; names as in Python on both faces."""
Where: TypeAlias = Callable[[State], bool]
Numbers: TypeAlias = dict[Cell, int]
"""Of each thing, the number of the oldest state that explains what is shown of it."""


def rows_explained(view: View, context: Context, kind: str, where: Where, shown: Sequence[Shown],
                   cells: Sequence[Cell] | None = None) -> Numbers | None:  # fmt: skip
    """Returns by which states an answer shows just these rows; None where no states explain it."""
    numbers: Numbers = {}
    found = 0
    for cell in view.world.cells[kind] if cells is None else cells:
        of_cell = [row for row in shown if _is_of(view.world, cell, row)]
        found += len(of_cell)
        number = _explained(view, context, cell, where, of_cell)
        if number is None:
            return None
        numbers[cell] = number
    return numbers if found == len(shown) else None


def _explained(view: View, context: Context, cell: Cell, where: Where, shown: Sequence[Shown]) -> int | None:
    for number, state in view.of(cell):
        if is_shown(context, cell, state) and where(state):
            if len(shown) == 1 and _fits(view, context, cell, state, shown[0]):
                return number
        elif not shown:
            return number
    return None


def _is_of(world: World, cell: Cell, row: Shown) -> bool:
    """Whether a row shows a thing in any of its states; those that come and go have another id each time."""
    match cell.kind:
        case "review":
            return bool(row["title"].startswith(f"review {cell.number} "))
        case "membership":
            return bool(row["vendor_id"] == world.vendors[cell.number])
        case "order":
            return bool(row["note"] == f"order {cell.number}")
        case _:
            return bool(row["id"] == cell.now["id"])


def count_of(view: View, context: Context, kind: str, where: Where) -> tuple[int, int]:
    """Returns how many things there are at least and at most that are shown and meet a condition."""
    least = most = 0
    for cell in view.world.cells[kind]:
        there = {is_shown(context, cell, state) and where(state) for _, state in view.of(cell)}
        least += there == {True}
        most += True in there
    return least, most


# -- which are shown -------------------------------------------------------------------------------------------------


def is_shown(context: Context, cell: Cell, state: State) -> bool:
    """Whether the rules show a thing in this state."""
    return state["id"] is not None and SHOWN[cell.kind](context, cell, state)


def _product(context: Context, _: Cell, state: State) -> bool:
    if state["deleted"]:
        return False
    return context.is_admin or state["status"] == "published" or state["vendor"] in context.works_for


def _review(context: Context, _: Cell, state: State) -> bool:
    return context.is_moderator or state["status"] == "approved" or state["author"] == context.actor


def _membership(context: Context, cell: Cell, _: State) -> bool:
    return context.is_admin or cell.number in context.works_for


def _order(context: Context, _: Cell, state: State) -> bool:
    if context.is_admin or state["buyer"] == context.actor:
        return True
    return state["status"] != "cart" and state["vendor"] in context.works_for


def _always(_: Context, __: Cell, ___: State) -> bool:
    return True


SHOWN: Mapping[str, Callable[[Context, Cell, State], bool]] = {
    "product": _product, "review": _review, "membership": _membership, "order": _order, "category": _always,
    "tag": _always, "role": _always,
}  # fmt: skip


# -- as what ---------------------------------------------------------------------------------------------------------


def _fits(view: View, context: Context, cell: Cell, state: State, row: Shown) -> bool:
    """Whether a row shows a thing as it is in this state; what the world knows nothing of is passed over."""
    return state["id"] in (row["id"], NEW) and all(
        value == state[name] if name in PLAIN[cell.kind] else NESTED[name](view, context, cell, state, value)
        for name, value in row.items()
        if name in PLAIN[cell.kind] or name in OF[cell.kind]
    )


def _cost_price(_: View, context: Context, __: Cell, state: State, value: Any) -> bool:
    may = context.is_admin or state["vendor"] in context.works_for
    return bool(value == (state["cost_price"] if may else None))


def _category(view: View, context: Context, _: Cell, state: State, value: Any) -> bool:
    return _one_of(view, context, view.world.cells["category"][state["category"]], value)


def _tags(view: View, context: Context, _: Cell, state: State, value: Any) -> bool:
    tags = [view.world.cells["tag"][number] for number in sorted(state["tags"])]
    return rows_explained(view, context, "tag", lambda _: True, value, tags) is not None


def _reviews(view: View, context: Context, cell: Cell, _: State, value: Any) -> bool:
    return rows_explained(view, context, "review", lambda review: review["product"] == cell.number, value) is not None


def _review_count(view: View, context: Context, cell: Cell, _: State, value: Any) -> bool:
    least, most = count_of(view, context, "review", lambda review: review["product"] == cell.number)
    return bool(least <= value <= most)


def _reviewed(view: View, context: Context, _: Cell, state: State, value: Any) -> bool:
    product = view.world.cells["product"][state["product"]]
    shown = [] if value is None else [value]
    return rows_explained(view, context, "product", lambda _: True, shown, [product]) is not None


def _products(view: View, context: Context, cell: Cell, _: State, value: Any) -> bool:
    return rows_explained(view, context, "product", lambda product: product["category"] == cell.number, value
                          ) is not None  # fmt: skip


def _one_of(view: View, context: Context, cell: Cell, value: Any) -> bool:
    return any(_fits(view, context, cell, state, value) for _, state in view.of(cell))


Facet: TypeAlias = Callable[[View, Context, Cell, State, Any], bool]

NESTED: Mapping[str, Facet] = {
    "cost_price": _cost_price, "category": _category, "tags": _tags, "reviews": _reviews,
    "review_count": _review_count, "product": _reviewed, "products": _products,
}  # fmt: skip
OF: Mapping[str, frozenset[str]] = {
    "product": frozenset({"cost_price", "category", "tags", "reviews", "review_count"}),
    "review": frozenset({"product"}), "category": frozenset({"products"}), "membership": frozenset(),
    "order": frozenset(), "tag": frozenset(), "role": frozenset(),
}  # fmt: skip
PLAIN: Mapping[str, frozenset[str]] = {
    "product": frozenset({"name", "price", "stock", "status"}), "review": frozenset({"title", "rating", "status"}),
    "category": frozenset({"name", "position"}), "membership": frozenset({"role"}),
    "order": frozenset({"status", "total"}), "tag": frozenset({"name"}), "role": frozenset({"role"}),
}  # fmt: skip
