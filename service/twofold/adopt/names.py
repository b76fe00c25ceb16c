"""Names for Python and the faces, made from whatever names a database has."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

from tortoise import Model

from twofold.resource import Resource

__all__ = ["NOT_FOR_FIELDS", "Names", "class_name", "plural", "singular", "snake"]

UNCOUNTED = ("news", "series", "species", "data", "status", "address", "analysis")
SIBILANTS = ("s", "x", "z", "ch", "sh")
NOT_FOR_FIELDS = frozenset(
    {name for base in (Model, Resource) for name in dir(base) if not name.startswith("__")}
    | set(Resource.__annotations__)
    | {"and", "or", "not", "id", "fields", "stored_as", "now"}
)
"""Attributes of models and resources, words of the filters, `id`, which is the key, and what the files import."""


def snake(name: str, otherwise: str) -> str:
    """Returns a name in snake_case with ASCII letters, digits and single underscores; `otherwise` if none are left."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    words = re.sub(r"[^a-z0-9]+", "_", words.encode("ascii", "ignore").decode().lower()).strip("_")
    if not words:
        return otherwise
    return f"{otherwise}_{words}" if words[0].isdigit() else words


def singular(name: str) -> str:
    """Returns the singular of an English plural in snake_case, as far as endings tell it."""
    if name.endswith(UNCOUNTED) or not name.endswith("s") or name.endswith(("ss", "us", "is")):
        return name
    if name.endswith("ies") and len(name) > len("ties"):
        return name[:-3] + "y"
    if name.endswith(("sses", "xes", "zes", "ches", "shes", "uses")):
        return name[:-2]
    return name[:-1]


def plural(name: str) -> str:
    """Returns the plural of an English singular in snake_case."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(SIBILANTS) else "s")


def class_name(name: str) -> str:
    """Returns a name in snake_case as that of a class."""
    return "".join(word[0].upper() + word[1:] for word in name.split("_"))


class Names:
    """Names that differ from each other, also in camelCase, and from those that are taken already."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {_bare(each) for each in taken}

    def new(self, wanted: str, *, otherwise: str = "column") -> str:
        """Returns the name, or one like it if it is taken or a word of Python's, and takes it."""
        name = wanted
        if keyword.iskeyword(name) or _bare(name) in self._taken:
            name = f"{wanted}_{otherwise}"
        number = 2
        while _bare(name) in self._taken:
            name = f"{wanted}_{number}"
            number += 1
        self._taken.add(_bare(name))
        return name

    def take(self, name: str) -> None:
        """Takes a name that must be so."""
        self._taken.add(_bare(name))

    def free(self, name: str) -> None:
        """Gives a name back."""
        self._taken.discard(_bare(name))

    def has(self, name: str) -> bool:
        """Returns whether a name is taken."""
        return _bare(name) in self._taken


def _bare(name: str) -> str:
    return name.replace("_", "").lower()
