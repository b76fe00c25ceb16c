"""The query string as a Read: fields, include, filter, sort and window, in REST's spelling."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

import orjson

from twofold.condition import ALWAYS, Compare, Condition, Slot, all_of
from twofold.errors import FieldError, Invalid, Malformed, ServiceError
from twofold.filters import parse_filter, parse_order
from twofold.kept import Kept
from twofold.kinds import LISTS
from twofold.late import Late, settled
from twofold.page import keyset
from twofold.request import Ask, Leaf, Nested, Order, Read, Selected
from twofold.search import parse_search
from twofold.spec import RelationSpec, ResourceSpec
from twofold_rest.inside import comparison, json_column
from twofold_rest.selection import listed, parse_selection, parse_sort
from twofold_rest.window import PARAMETERS, Window, parse_window

__all__ = ["KEY", "RELATED", "VERSION", "ItemQuery", "ListQuery", "Queries", "parse_conditions", "parse_ids",
           "parse_nothing", "parse_parameters", "parse_words", "refuse_rest"]  # fmt: skip

MAX_PARAMETERS = 100
MAX_KEPT = 256
MAX_KEPT_CHARACTERS = 1024
"""Longer texts are not kept, so that the kept ones have a bound in bytes too."""

KEY, VERSION = " key", " version"
"""Under which an object holds what is not shown of it; no name of a field begins with a space."""

RELATED = "found"
"""Under which key the object above a sub-resource holds the list."""

FILTER = re.compile(r"filter\[([^\]]*)\](?:\[([^\]]*)\])?")


@dataclass(frozen=True, kw_only=True)
class ItemQuery:
    """Which fields of an object a URL asks for."""

    read: Read
    values: tuple[Any, ...]
    is_named: bool
    """Whether it names fields or relations, so that it can be refused."""

    def ask(self, key: Any) -> Ask:
        """Returns the question for the object with this primary key."""
        return Ask(read=self.read, values=(*self.values, key))

    def some(self, keys: Sequence[Any]) -> Ask:
        """Returns the question for the objects with these primary keys, each of which holds its key under KEY."""
        key = self.read.resource.pk
        by_keys = Compare(key.column, "in", Slot("read", len(self.values)))
        fields = (*self.read.fields, Leaf(KEY, key))
        read = replace(self.read, one=False, fields=fields, filter=by_keys, limit=len(keys))
        return Ask(read=read, values=(*self.values, list(keys)))


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """What a list URL asks for, and its query string, for the links to its neighbours."""

    ask: Ask
    window: Window
    query: bytes

    def behind(self, relation: RelationSpec, parent: ResourceSpec, key: Any) -> Ask:
        """Returns the question for the same list of the rows behind a relation of one object, under RELATED."""
        by_key = Compare(parent.pk.column, "eq", Slot("read", len(self.ask.values)))
        fields = (Nested(RELATED, relation, self.ask.read),)
        return Ask(read=Read(resource=parent, fields=fields, filter=by_key, one=True), values=(*self.ask.values, key))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Frame:
    """What a list's URL says beside its filter and window; the values are those of filters within `include`."""

    fields: tuple[Selected, ...]
    keys: Sequence[tuple[str, bool]]
    order: tuple[Order, ...]
    values: tuple[Any, ...]


class Queries:
    """Makes questions of the query strings for one resource.

    What was made last is kept by its shape, so that a request which differs in values only has these validated, and
    finds the rest: its Read is the same object, and so its statement is found without comparing.
    """

    def __init__(self, spec: ResourceSpec) -> None:
        self.spec = spec
        self._items: Kept[bytes, ItemQuery] = Kept(MAX_KEPT)
        self._frames: Kept[tuple[str | None, str | None, str], _Frame] = Kept(MAX_KEPT)
        self._reads: Kept[tuple[Any, ...], Read] = Kept(MAX_KEPT)
        self._shapes: Kept[tuple[Any, ...], Ask] = Kept(MAX_KEPT)
        self._late: Kept[str, bool] = Kept(MAX_KEPT)

    def one(self, query: bytes) -> ItemQuery:
        """Returns what the query string of one object asks for.

        Raises:
            Malformed: it cannot be decoded.
            Invalid: a parameter or a field is unknown.
            TooCostly: it nests deeper than a request may.
        """
        known = self._items.get(query)
        if known is None:
            known = self._one(dict(parse_parameters(query)))
            if len(query) <= MAX_KEPT_CHARACTERS:
                self._items[query] = known
        return known

    def written(self, query: bytes) -> tuple[ItemQuery, bool]:
        """Returns what the query string of a write asks to be answered, and whether all is done or nothing.

        Raises:
            Malformed, Invalid, TooCostly: as `one` does.
        """
        if b"atomic" not in query:
            return self.one(query), True
        parameters = dict(parse_parameters(query))
        atomic = _pop_atomic(parameters)
        return self._one(parameters), atomic

    def _one(self, parameters: dict[str, str]) -> ItemQuery:
        is_named = bool(parameters)
        values: list[Any] = []
        fields = parse_selection(self.spec, parameters.pop("fields", None), parameters.pop("include", None), values)
        refuse_rest(parameters, ("fields", "include"))
        by_key = Compare(self.spec.pk.column, "eq", Slot("read", len(values)))
        version = self.spec.table.version
        if version is not None:
            fields = (*fields, Leaf(VERSION, self.spec.fields[version.name]))
        read = Read(resource=self.spec, fields=fields, filter=by_key, one=True)
        return ItemQuery(read=read, values=tuple(values), is_named=is_named)

    def many(self, query: bytes) -> ListQuery:
        """Returns what the query string of a list asks for.

        Raises:
            Malformed: it cannot be decoded, `filter` is not JSON, or the cursor is not one of this list.
            Invalid: a parameter or a field is unknown, or a value does not fit.
            TooCostly: the filter is larger than a request may be.
        """
        parameters = dict(parse_parameters(query))
        window = parse_window(parameters)
        keep = len(query) <= MAX_KEPT_CHARACTERS
        if keep and window.cursor is None and "q" not in parameters:
            ask = self._by_shape(window, parameters)
        else:
            ask = self._ask(window, parameters, keep=keep)
        return ListQuery(ask=ask, window=window, query=query)

    def _by_shape(self, window: Window, parameters: dict[str, str]) -> Ask:
        """Makes the question of one of the same shape: only what is compared with, and the offset, may differ."""
        late = {name: self._is_late(name) for name in parameters}
        said = tuple((name, None if late[name] else value) for name, value in parameters.items())
        shape = (window.kind, window.size, bool(window.offset), said)
        known = self._shapes.get(shape)
        if known is None:
            marked = {name: Late((name,)) if late[name] else value for name, value in parameters.items()}
            try:
                known = self._shapes[shape] = self._ask(window, marked, keep=True)
            except ServiceError:
                return self._ask(window, parameters, keep=False)  # what is wrong first may be a value
        values = settled(known.values, parameters)
        return Ask(read=known.read, values=(*values[:-1], window.offset) if window.offset else values)

    def _is_late(self, name: str) -> bool:
        """Whether a parameter's value is nothing but compared with."""
        known = self._late.get(name)
        if known is None:
            match = FILTER.fullmatch(name)
            known = match is not None and (match[2] or "eq") not in (*LISTS, "is_null")
            known = known and match is not None and json_column(self.spec, match[1].split(".")) is None
            self._late[name] = known
        return known

    def _ask(self, window: Window, given: Mapping[str, Any], *, keep: bool) -> Ask:
        parameters = dict(given)
        frame = self._frame(parameters.pop("fields", None), parameters.pop("include", None), parameters.pop("sort", ""))
        values = [*frame.values]
        condition = parse_conditions(self.spec, parameters, values)
        search = parse_words(self.spec, parameters, values)
        refuse_rest(parameters, ("fields", "include", "filter", "q", "sort", *PARAMETERS))
        read = self._read(frame, condition, search, window, values, keep=keep)
        return Ask(read=read, values=tuple(values))

    def _frame(self, fields: str | None, include: str | None, sort: str) -> _Frame:
        key = (fields, include, sort)
        known = self._frames.get(key)
        if known is None:
            values: list[Any] = []
            selected = parse_selection(self.spec, fields, include, values)
            keys = parse_sort(listed(sort))
            known = _Frame(
                fields=selected, keys=keys, order=parse_order(self.spec, keys), values=tuple(values)
            )  # fmt: skip
            if sum(len(text or "") for text in key) <= MAX_KEPT_CHARACTERS:
                self._frames[key] = known
        return known

    def _read(self, frame: _Frame, condition: Condition, search: Slot | None, window: Window, values: list[Any], *,
              keep: bool) -> Read:  # fmt: skip
        """Returns the Read of a list; the values of its window join `values`."""
        order = frame.order if search is None else parse_order(self.spec, frame.keys, search)
        offset = None
        if window.offset:
            values.append(window.offset)
            offset = Slot("read", len(values) - 1)
        read = self._known(
            (frame, condition, search, window.kind, window.size, offset),
            lambda: Read(resource=self.spec, fields=frame.fields, filter=condition, search=search, order=order,
                         limit=window.size, offset=offset, envelope=window.envelope),
            keep=keep,
        )  # fmt: skip
        if window.cursor is None:
            return read
        place, backwards = keyset(read, window.cursor, values), window.backwards
        return self._known(
            (read, place, backwards), lambda: replace(read, keyset=place, backwards=backwards), keep=keep
        )  # fmt: skip

    def _known(self, shape: tuple[Any, ...], make: Callable[[], Read], *, keep: bool) -> Read:
        known = self._reads.get(shape)
        if known is None:
            known = make()
            if keep:
                self._reads[shape] = known
        return known


def parse_words(spec: ResourceSpec, parameters: dict[str, str], values: list[Any]) -> Slot | None:
    """Takes the words of a search out of the parameters; they join `values`.

    Raises:
        Invalid: the resource has no fields that are searched.
        TooCostly: there are more words than a request may have.
    """
    text = parameters.pop("q", None)
    return None if text is None else parse_search(spec, text, values, "q")


def parse_nothing(query: bytes) -> None:
    """Refuses whatever a query string says where it can say nothing.

    Raises:
        Malformed: it cannot be decoded.
        Invalid: there is a parameter.
    """
    refuse_rest(dict(parse_parameters(query)), ())


def parse_ids(query: bytes) -> tuple[list[str], bool]:
    """Returns the ids in `ids=…,…`, and whether all is done or nothing.

    Raises:
        Malformed: it cannot be decoded.
        Invalid: there are no ids, or another parameter.
    """
    parameters = dict(parse_parameters(query))
    ids = listed(parameters.pop("ids", None))
    atomic = _pop_atomic(parameters)
    refuse_rest(parameters, ("ids", "atomic"))
    if not ids:
        raise _invalid("ids", "missing", "Say which, by their ids, separated by commas.")
    return ids, atomic


def _pop_atomic(parameters: dict[str, str]) -> bool:
    said = parameters.pop("atomic", "true")
    if said not in ("true", "false"):
        raise _invalid("atomic", "bool_parsing", "Say true or false.")
    return said == "true"


def parse_parameters(query: bytes) -> Sequence[tuple[str, str]]:
    """Returns the names and values in a query string, each name once.

    Raises:
        Malformed: it cannot be decoded.
        Invalid: a name is there more than once.
    """
    if not query:
        return ()
    parts = [part.partition(b"=") for part in query.split(b"&", MAX_PARAMETERS) if part]
    try:
        pairs = [(_name(name), _decoded(value)) for name, _, value in parts]
    except ValueError:
        raise Malformed("The query string cannot be decoded: it must be percent-encoded UTF-8.") from None
    if len(parts) > MAX_PARAMETERS:
        raise Malformed(f"The query string has more than {MAX_PARAMETERS} parts.")
    names = {name for name, _ in pairs}
    if len(names) < len(pairs):
        repeated = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise _invalid(repeated, "repeated", f"{repeated!r} is there more than once.")
    return pairs


def _name(part: bytes) -> str:
    """A parameter's name; names come again and again, if they are not long."""
    return _known_name(part) if len(part) <= MAX_KEPT_CHARACTERS else _decoded(part)


@lru_cache(maxsize=1024)
def _known_name(part: bytes) -> str:
    return _decoded(part)


def _decoded(part: bytes) -> str:
    text = part.decode("ascii")
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


def refuse_rest(parameters: dict[str, str], known: Iterable[str]) -> None:
    """Refuses what is left of the parameters when all that there are have been taken out.

    Raises:
        Invalid: one is left.
    """
    for name in parameters:
        raise _invalid(name, "unknown_parameter", f"There is no parameter {name!r} here; use {', '.join(known)}.")


def _invalid(name: str, code: str, message: str) -> Invalid:
    return Invalid(field_errors=[FieldError(path=(name,), code=code, message=message)])


# -- filter ------------------------------------------------------------------------------------------------------


def parse_conditions(spec: ResourceSpec, parameters: dict[str, str], values: list[Any]) -> Condition:
    """Takes the filters out of the parameters; returns what they mean together, whose values join `values`.

    Raises:
        Malformed: `filter` is not JSON.
        Invalid: a field or an operator is unknown, or a value does not fit.
        TooCostly: the filter is larger than a request may be.
    """
    conditions: list[Condition] = []
    text = parameters.pop("filter", None)
    if text is not None:
        conditions.append(parse_filter(spec, _json(text), values))
    bracketed = {name: FILTER.fullmatch(name) for name in parameters if name.startswith("filter[")}
    data: dict[str, Any] = {}
    for name, match in bracketed.items():
        value: Any = parameters.pop(name)
        if match is None:
            raise _invalid(name, "unknown_parameter", "Write filter[field]=value or filter[field][operator]=value.")
        path, operator = match[1].split("."), match[2] or "eq"
        column = json_column(spec, path)
        if column is not None:
            inside = comparison(path[column + 1 :], operator, value)
            _below(data, path[:column]).setdefault(path[column], []).append(inside)
            continue
        _put(data, path, operator, value.split(",") if operator in LISTS else value)
    if data:
        conditions.append(parse_filter(spec, data, values))
    return all_of(conditions) if conditions else ALWAYS


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError, RecursionError):
        raise Malformed("The parameter 'filter' is not JSON.") from None


def _put(data: dict[str, Any], path: list[str], operator: str, value: Any) -> None:
    data = _below(data, path)
    if operator in data:
        raise _invalid(".".join(["filter", *path, operator]), "repeated", "This comparison is there more than once.")
    data[operator] = value


def _below(data: dict[str, Any], path: list[str]) -> dict[str, Any]:
    for name in path:
        data = data.setdefault(name, {})
        if not isinstance(data, dict):
            raise _invalid(".".join(["filter", *path]), "repeated", "This comparison is there more than once.")
    return data
