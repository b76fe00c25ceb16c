"""The tree of categories, as one list."""

from collections.abc import Iterator
from dataclasses import dataclass

from storefront.seed.leisure import BOOKS, FOOD, OUTDOORS, TOYS
from storefront.seed.living import CLOTHING, GARDEN, HOME, KITCHEN
from storefront.seed.shelves import Department, Shelf

__all__ = ["CLOSINGS", "DEPARTMENTS", "Branch", "branches"]

DEPARTMENTS = (KITCHEN, HOME, GARDEN, BOOKS, CLOTHING, OUTDOORS, FOOD, TOYS)

CLOSINGS = (
    "Ships within two working days.",
    "Returns are free for thirty days.",
    "Packed in paper and card, without plastic.",
    "Spare parts can be ordered from us at any time.",
    "Each one is checked by hand before it leaves us.",
    "A card with your own words can go into the parcel.",
)


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A category's place in the tree: the path of names down to it, and the shelf with its products if it is a leaf."""

    path: tuple[str, ...]
    position: int
    department: Department
    shelf: Shelf | None


def branches() -> Iterator[Branch]:
    """Yields the whole tree, parents before their children."""
    for position, department in enumerate(DEPARTMENTS):
        yield Branch(path=(department.name,), position=position, department=department, shelf=None)
        yield from _under((department.name,), department.shelves, department)


def _under(path: tuple[str, ...], shelves: tuple[Shelf, ...], department: Department) -> Iterator[Branch]:
    for position, shelf in enumerate(shelves):
        below = (*path, shelf.name)
        leaf = None if shelf.shelves else shelf
        yield Branch(path=below, position=position, department=department, shelf=leaf)
        yield from _under(below, shelf.shelves, department)
