"""What a department of the catalogue is made of."""

from dataclasses import dataclass

__all__ = ["Department", "Shelf"]


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A category: further ones under it, or kinds of products (noun, lowest and highest price in whole euros).

    `{line}`, `{style}` and `{noun}` make a product's name; in the openings `{noun}` is in lower case. Reviewers call
    the product by its noun, or what `called` says.
    """

    name: str
    shelves: tuple["Shelf", ...] = ()
    kinds: tuple[tuple[str, int, int], ...] = ()
    styles: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()
    named: str = "{line} {style} {noun}"
    called: str = ""


@dataclass(frozen=True, kw_only=True)
class Department:
    """A trunk of the tree: its shelves, sentences that fit all its products, and tags of its own.

    `praise` and `complaints` are what its reviewers say.
    """

    name: str
    shelves: tuple[Shelf, ...]
    details: tuple[str, ...]
    praise: tuple[str, ...]
    complaints: tuple[str, ...]
    tags: tuple[str, ...]
