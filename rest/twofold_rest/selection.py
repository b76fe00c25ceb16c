"""`fields` and `include`: what an answer holds of each object, and which of the rows behind a relation.

paths  = path *( "," path )
path   = step *( "." step )
step   = name [ "(" option *( "," option ) ")" ]     ; options are for relations to many
option = "limit:" number / "sort:" key *( "," key ) / "filter:" JSON object
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import orjson

from twofold.condition import ALWAYS
from twofold.errors import FieldError, Invalid, TooCostly
from twofold.filters import parse_filter, parse_order
from twofold.plan import MAX_DEPTH
from twofold.request import Leaf, Made, Nested, Read, Selected
from twofold.spec import RelationSpec, ResourceSpec

__all__ = ["DEFAULT_LIMIT", "MAX_LIMIT", "listed", "parse_selection", "parse_sort"]

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

NAME = re.compile(r"[^,.():]+")
KEY = re.compile(r"\s*(-?\w+)\s*")
OPTION = re.compile(r"\s*(\w+)\s*:\s*")
NUMBER = re.compile(r"([0-9]{1,3}) *")
JSON_TEXT = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True)
class Options:
    """Which rows behind a relation: how many, in which order, and which at all; `filter` is JSON text."""

    limit: int | None = None
    sort: tuple[str, ...] = ()
    filter: str | None = None


@dataclass(frozen=True)
class Step:
    """A name in a path, with the options behind it."""

    name: str
    options: Options | None


@dataclass
class _Wanted:
    """A tree of names: what to answer of an object. `whole`: all its own fields."""

    parameter: str
    names: dict[str, _Wanted] = field(default_factory=dict)
    whole: bool = False
    options: Options | None = None


def listed(text: str | None) -> list[str]:
    """Returns what commas separate in a parameter."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def parse_sort(keys: Sequence[str]) -> list[tuple[str, bool]]:
    """Returns the pairs of field name and descending that `name` and `-name` mean."""
    return [(name.removeprefix("-"), name.startswith("-")) for name in keys]


def parse_selection(spec: ResourceSpec, fields: str | None, include: str | None, values: list[Any]
                    ) -> tuple[Selected, ...]:  # fmt: skip
    """Returns what the two parameters select; the values of filters in them join `values`.

    Raises:
        Invalid: a name is unknown, or the text is not of the grammar above; the message says at which character.
        TooCostly: a path is longer than a request may nest.
    """
    wanted = _Wanted("fields", whole=fields is None)
    for parameter, text in (("fields", fields), ("include", include)):
        for path in _Reader(parameter, text or "").paths():
            _want(wanted, path, parameter)
    return _selected(spec, wanted, (), values)


# -- text --------------------------------------------------------------------------------------------------------


@dataclass
class _Reader:
    """Reads a parameter from its first character to its last."""

    parameter: str
    text: str
    at: int = 0

    def paths(self) -> list[list[Step]]:
        found: list[list[Step]] = []
        while self.at < len(self.text):
            if self.text[self.at] in " ,":
                self.at += 1
                continue
            found.append(self._path())
            if self.at < len(self.text) and self.text[self.at] != ",":
                self._refuse("',' or '.'")
        return found

    def _path(self) -> list[Step]:
        steps = [self._step()]
        while self._takes("."):
            steps.append(self._step())
        if len(steps) > MAX_DEPTH:
            raise TooCostly(f"The request nests deeper than {MAX_DEPTH} levels.")
        return steps

    def _step(self) -> Step:
        found = NAME.match(self.text, self.at)
        if found is None or not found[0].strip():
            self._refuse("a name")
        self.at = found.end()
        return Step(found[0].strip(), self._options() if self._takes("(") else None)

    def _options(self) -> Options:
        found: dict[str, Any] = {}
        while True:
            option = OPTION.match(self.text, self.at)
            if option is None or option[1] not in ("limit", "sort", "filter"):
                self._refuse("limit:, sort: or filter:")
            if option[1] in found:
                self._refuse(f"{option[1]}: only once")
            self.at = option.end()
            found[option[1]] = getattr(self, f"_{option[1]}")()
            if self._takes(")"):
                return Options(**found)
            if not self._takes(","):
                self._refuse("',' or ')'")

    def _limit(self) -> int:
        found = NUMBER.match(self.text, self.at)
        if found is None or not 1 <= int(found[1]) <= MAX_LIMIT:
            self._refuse(f"a whole number from 1 to {MAX_LIMIT}")
        self.at = found.end()
        return int(found[1])

    def _sort(self) -> tuple[str, ...]:
        """Keys up to the end of the options, or to the next option: the next name with a colon behind it."""
        keys: list[str] = []
        while True:
            found = KEY.match(self.text, self.at)
            if found is None:
                self._refuse("a field to sort by")
            self.at = found.end()
            keys.append(found[1])
            if self.text[self.at : self.at + 1] != "," or OPTION.match(self.text, self.at + 1):
                return tuple(keys)
            self.at += 1

    def _filter(self) -> str:
        start = self.at
        try:
            _, end = JSON_TEXT.raw_decode(self.text, start)
            orjson.loads(self.text[start:end])  # the one that says what JSON is, for the parameter `filter` too
        except (ValueError, RecursionError) as error:
            self.at = error.pos if type(error) is json.JSONDecodeError else start
            self._refuse("a filter as JSON")
        self.at = end
        self._skip_blanks()
        return self.text[start:end]

    def _takes(self, sign: str) -> bool:
        if self.text[self.at : self.at + 1] != sign:
            return False
        self.at += 1
        if sign == ")":
            self._skip_blanks()
        return True

    def _skip_blanks(self) -> None:
        while self.text[self.at : self.at + 1] == " ":
            self.at += 1

    def _refuse(self, expected: str) -> NoReturn:
        found = repr(self.text[self.at]) if self.at < len(self.text) else "the end"
        message = f"Expected {expected} at character {self.at + 1} of {self.parameter!r}, found {found}."
        raise _invalid((self.parameter,), "syntax", message)


# -- names -------------------------------------------------------------------------------------------------------


def _want(wanted: _Wanted, path: Sequence[Step], parameter: str) -> None:
    for step in path:
        wanted = wanted.names.setdefault(step.name, _Wanted(parameter))
        if step.options is not None:
            if wanted.options not in (None, step.options):
                raise _invalid((parameter,), "repeated", f"{step.name!r} has other options elsewhere; give them once.")
            wanted.options = step.options
    wanted.whole = wanted.whole or parameter == "include"


def _selected(spec: ResourceSpec, wanted: _Wanted, place: tuple[str, ...], values: list[Any]) -> tuple[Selected, ...]:
    """The object's own fields come first, in the order of the declaration; the id is always there."""
    own = {*spec.fields, *spec.computed}
    for name, below in wanted.names.items():
        if name not in own | set(spec.relations):
            known = ", ".join([*spec.fields, *spec.computed, *spec.relations])
            message = f"{spec.plural} have no field {name!r}; they have {known}."
            raise _invalid((below.parameter,), "unknown_field", message)
        if name in own and (below.names or below.options):
            message = f"{name!r} is a field of {spec.plural}, not a relation: nothing can stand behind it."
            raise _invalid((below.parameter,), "not_a_relation", message)
    asked = own if wanted.whole else {*wanted.names, spec.pk.name}
    selected: list[Selected] = [
        Leaf(each.name, each, named=each.name in wanted.names) for each in spec.fields.values() if each.name in asked
    ]
    selected += [Made(each.name, each) for each in spec.computed.values() if each.name in asked]
    for name, below in wanted.names.items():
        relation = spec.relations.get(name)
        if relation is not None:
            selected.append(Nested(name, relation, _nested(relation, below, (*place, name), values)))
    return tuple(selected)


def _nested(relation: RelationSpec, wanted: _Wanted, place: tuple[str, ...], values: list[Any]) -> Read:
    spec, options = relation.target, wanted.options or Options()
    if not wanted.names:
        wanted.whole = True
    fields = _selected(spec, wanted, place, values)
    if not relation.join.many:
        if wanted.options is not None:
            message = f"{'.'.join(place)} is one object: it takes no limit, sort or filter."
            raise _invalid((wanted.parameter, *place), "not_a_list", message)
        return Read(resource=spec, fields=fields, one=True)
    try:
        condition = ALWAYS if options.filter is None else parse_filter(spec, orjson.loads(options.filter), values)
        order = parse_order(spec, parse_sort(options.sort))
    except Invalid as error:
        raise _within(error, (wanted.parameter, *place)) from None
    return Read(resource=spec, fields=fields, filter=condition, order=order, limit=options.limit or DEFAULT_LIMIT)


def _within(error: Invalid, place: tuple[str, ...]) -> Invalid:
    """Returns the refusal of an option, with the way to it before its path."""
    errors = [FieldError(path=(*place, *each.path), code=each.code, message=each.message)
              for each in error.field_errors]  # fmt: skip
    return Invalid(error.message, hint=error.hint, field_errors=errors)


def _invalid(path: tuple[str, ...], code: str, message: str) -> Invalid:
    return Invalid(field_errors=[FieldError(path=path, code=code, message=message)])
