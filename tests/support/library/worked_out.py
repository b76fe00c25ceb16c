"""What the fields that the database evaluates come to, in plain Python, without a line of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from support.library.rows import Record

if TYPE_CHECKING:
    from support.library.oracle import Oracle

CENT = Decimal("0.01")
WorkedOut: TypeAlias = "Callable[[Oracle, Record], Any]"


def fitting(value: Any) -> Any:
    """Returns a whole number, or an amount, that has 64 bits in its smallest unit; else None."""
    units = value * 100 if isinstance(value, Decimal) else value
    return value + 0 if units is not None and -(2**63) <= units < 2**63 else None


def product(*factors: Any) -> Any:
    """Returns two numbers multiplied, as far as they are known and the result fits."""
    return None if None in factors else fitting(factors[0] * factors[1])


def known(oracle: Oracle, way: tuple[str, str], row: Record, field: str) -> list[Any]:
    """Returns the values of a field behind a relation that the actor sees."""
    resource, relation = way
    target = {"books": "books", "copies": "copies", "subjects": "subjects", "loans": "loans"}[relation]
    values = [oracle.value(target, field, each) for each in oracle.behind(resource, relation, row)]
    return [each for each in values if each is not None]


def least(values: list[Any]) -> Any:
    return min(values, default=None)


def most(values: list[Any]) -> Any:
    return max(values, default=None)


def total(values: list[Any]) -> Any:
    return fitting(sum(values)) if values else None


def mean(values: list[Any]) -> Any:
    if not values:
        return None
    average = sum(values) / len(values)
    return average.quantize(CENT, ROUND_HALF_UP) + 0 if isinstance(average, Decimal) else average


def heft(row: Record) -> Any:
    weighed = product(row["pages"], row["barcode"])
    return None if weighed is None else fitting(row["barcode"] - weighed)


def is_thick(row: Record) -> bool:
    return row["pages"] is not None and row["pages"] >= 120 and row["weight"] >= 1


def discount(oracle: Oracle, row: Record) -> Any:
    return oracle.if_shown("books", "rating", row, Decimal("0.50") - row["price"])


def shown_rating(oracle: Oracle, row: Record) -> Any:
    rating = row["weight"] if row["rating"] is None else row["rating"]
    return oracle.if_shown("books", "rating", row, rating)


def standing(oracle: Oracle, row: Record) -> str | None:
    is_named = row["balance"] > 100 or (row["card"] is not None and row["card"] < 0)
    said = "owes" if row["balance"] < 0 else row["name"] if is_named else "even"
    return oracle.if_shown("patrons", "card", row, said)


WORKED_OUT: Mapping[tuple[str, str], WorkedOut] = {
    ("authors", "first_published"): lambda at, row: least(known(at, ("authors", "books"), row, "published")),
    ("authors", "best_rating"): lambda at, row: most(known(at, ("authors", "books"), row, "rating")),
    ("authors", "codes"): lambda at, row: total(known(at, ("authors", "books"), row, "barcode")),
    ("books", "copy_count"): lambda at, row: len(at.behind("books", "copies", row)),
    ("books", "mean_wear"): lambda at, row: mean(known(at, ("books", "copies"), row, "wear")),
    ("books", "last_shelf"): lambda at, row: most(known(at, ("books", "copies"), row, "shelf")),
    ("books", "subject_count"): lambda at, row: len(known(at, ("books", "subjects"), row, "name")),
    ("books", "heft"): lambda _, row: heft(row),
    ("books", "is_thick"): lambda _, row: is_thick(row),
    ("books", "shown_rating"): shown_rating,
    ("books", "discount"): discount,
    ("patrons", "standing"): standing,
    ("patrons", "fines"): lambda at, row: total(known(at, ("patrons", "loans"), row, "fine")) or Decimal("0.00"),
    ("patrons", "mean_fine"): lambda at, row: mean(known(at, ("patrons", "loans"), row, "fine")),
    ("patrons", "debt"): lambda at, row: at.if_shown("patrons", "card", row, product(row["balance"], row["card"])),
    ("patrons", "notes"): lambda at, row: len(known(at, ("patrons", "loans"), row, "note")),
}
