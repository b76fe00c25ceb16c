"""GraphQL documents of any shape, made from the schema: valid ones, that the service answers or refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)
from hypothesis import strategies as st

DEPTH = 4
FIELDS = 30
"""How many fields a document selects before its selections close."""

SCALARS: dict[str, list[Any]] = {
    "String": ["", "a", "e", "Tea", "tea", "%", "_", "zzz", "é"],
    "Int": [-1, 0, 1, 3, 4, 5, 40],
    "Boolean": [True, False],
    "BigInt": [0, 1, 60, 2**40],
    "Float": [0.5, 3, 12.25],
    "Decimal": ["0", "9.99", "25.00", "120"],
    "DateTime": ["2026-01-15T00:00:00Z", "2025-06-01T12:30:00+02:00", "2030-01-01T00:00:00.5Z"],
}
SIZES = [0, 1, 2, 2, 3, 3, 5, 201, -1]
SEARCHES = ["a", "made", "tea s", "the", "Saw!", "?", "a " * 21]
OFFSETS = [0, 1, 1, 2, 5, 10**6, -1]
WINDOWS = ("first", "first", "first", "first", "last", "last", "after", "after", "before", "none", "both")

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Document:
    """A document with the values of its variables."""

    text: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Samples:
    """What is worth asking for: ids of rows, and cursors with the order they belong to, by name of the type."""

    ids: Mapping[str, Sequence[str]]
    cursors: Mapping[str, Sequence[tuple[str | None, str]]]


@dataclass(frozen=True)
class _Word:
    """A name where a value is expected: one of an enum."""

    name: str


@dataclass(frozen=True)
class _Variable:
    name: str


@st.composite
def documents(draw: Draw, schema: GraphQLSchema, samples: Samples) -> Document:
    """Queries with fragments, switches, variables and nested connections."""
    return _Writer(draw, schema, samples).document()


@dataclass
class _Writer:
    draw: Draw
    schema: GraphQLSchema
    samples: Samples
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """Declarations, and values; `...` for a variable that is left out."""
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)
    taken: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    """What each response key stands for in a place, which is a type and the key that leads to it.

    Selections that are merged meet in one place, so that they never contradict each other.
    """
    left: int = FIELDS

    def document(self) -> Document:
        query = self.schema.query_type
        assert query is not None
        body = self.selection(query, DEPTH, "Query")
        declared = ", ".join(f"${name}: {type_}" for name, (type_, _) in self.variables.items())
        head = f"query Q({declared}) " if declared else self.one_of(["", "query "])
        fragments = [f"fragment {name} on {place.split()[0]} {text}" for name, (place, text) in self.fragments.items()]
        values = {name: value for name, (_, value) in self.variables.items() if value is not ...}
        return Document("\n".join([head + body, *fragments]), values)

    def one_of(self, choices: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == one_in

    # -- selections ---------------------------------------------------------------------------------------------

    def selection(self, type_: GraphQLObjectType, depth: int, place: str) -> str:
        parts = [self.part(type_, depth, place) for _ in range(self.draw(st.integers(1, 4)))]
        return "{ " + " ".join(parts) + " }"

    def part(self, type_: GraphQLObjectType, depth: int, place: str) -> str:
        self.left -= 1
        shape = self.one_of(["field"] * 8 + ["again", "again", "typename", "inline", "spread"])
        match shape:
            case "typename":
                key = self.key(place, "__typename", "")
                return self.written(type_, key, "__typename", "", depth)
            case "again" if place in self.taken:
                key, (name, arguments) = self.one_of(sorted(self.taken[place].items()))
                return self.written(type_, key, name, arguments, depth)
            case "inline" if self.left > 0:
                condition = self.one_of(["", f"on {type_.name} "])
                return f"... {condition}{self.switch()} {self.selection(type_, depth, place)}"
            case "spread" if self.left > 0:
                return f"...{self.fragment(type_, depth, place)}{self.switch()}"
            case _:
                return self.field(type_, depth, place)

    def fragment(self, type_: GraphQLObjectType, depth: int, place: str) -> str:
        known = [name for name, (on, _) in self.fragments.items() if on == place]
        if known and self.chance(2):
            return self.one_of(known)
        text = self.selection(type_, depth, place)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (place, text)
        return name

    def field(self, type_: GraphQLObjectType, depth: int, place: str) -> str:
        leaves = [name for name, each in type_.fields.items() if is_leaf_type(get_named_type(each.type))]
        # Fields of an interface (`node`, `nodes`) are left out: tests/parity/test_nodes.py compares them.
        deeper = [
            name for name, each in type_.fields.items() if isinstance(get_named_type(each.type), GraphQLObjectType)
        ]
        if "nodes" in deeper and not self.chance(8):
            deeper.remove(self.one_of(["nodes", "edges"]))
        if leaves and ((depth <= 0 and "Edge" not in type_.name) or self.left <= 0 or not deeper or self.chance(2)):
            name = self.one_of(leaves)
        else:
            name = self.one_of(deeper)
        arguments = self.arguments(type_.fields[name])
        key = self.key(place, name, arguments)
        return self.written(type_, key, name, arguments, depth)

    def written(self, type_: GraphQLObjectType, key: str, name: str, arguments: str, depth: int) -> str:
        text = (f"{key}: {name}" if key != name else name) + arguments + self.switch()
        below = None if name == "__typename" else get_named_type(type_.fields[name].type)
        if isinstance(below, GraphQLObjectType):
            is_level = "id" in below.fields
            text += " " + self.selection(below, depth - is_level, f"{below.name} {key}")
        return text

    def key(self, place: str, name: str, arguments: str) -> str:
        """A response key that stands for nothing else in its place."""
        taken = self.taken.setdefault(place, {})
        wanted = self.one_of([name, name, name, "a", "b", "id", "edges", "node", "rows", "__k0", "x" * 63])
        if taken.setdefault(wanted, (name, arguments)) != (name, arguments):
            wanted = f"k{len(taken)}"
            taken[wanted] = (name, arguments)
        return wanted

    def switch(self) -> str:
        if not self.chance(6):
            return ""
        word = self.one_of(["skip", "include"])
        value = self.one_of([True, False])
        said = f"${self.variable('Boolean!', value).name}" if self.chance(2) else json.dumps(value)
        return f" @{word}(if: {said})"

    # -- arguments ----------------------------------------------------------------------------------------------

    def arguments(self, field_: GraphQLField) -> str:
        chosen: dict[str, str] = {}
        target = get_named_type(field_.type).name.removesuffix("Connection")
        if "id" in field_.args:
            chosen["id"] = self.said(field_.args["id"].type, self.one_of([*self.samples.ids[target], "no id"]))
        elif "by" in field_.args:
            self.groups(field_, chosen)
        elif field_.args:
            self.window(field_, target, chosen)
        return f"({', '.join(f'{name}: {text}' for name, text in chosen.items())})" if chosen else ""

    def window(self, field_: GraphQLField, target: str, chosen: dict[str, str]) -> None:
        shape = self.one_of(WINDOWS)
        for name in {"after": ("first", "after"), "before": ("last", "before"), "both": ("first", "last"),
                     "none": ()}.get(shape, (shape,)):  # fmt: skip
            if name in ("first", "last"):
                chosen[name] = self.said(field_.args[name].type, self.one_of(SIZES[:7] if self.left else SIZES))
        if shape in ("after", "before"):
            order, cursor = self.one_of(self.samples.cursors[target])
            chosen[shape] = self.said(field_.args[shape].type, cursor)
            if order is not None:
                chosen["orderBy"] = order
            if not self.chance(6):
                return
        for name in ("filter", "orderBy"):
            if self.chance(3):
                chosen[name] = self.given(field_.args[name].type)
        if self.chance(3 if shape in ("first", "none") else 20):  # beside a cursor or `last` it is refused
            chosen["offset"] = self.said(field_.args["offset"].type, self.one_of(OFFSETS))
        if "search" in field_.args and self.chance(8):
            chosen["search"] = self.said(field_.args["search"].type, self.one_of(SEARCHES))

    def groups(self, field_: GraphQLField, chosen: dict[str, str]) -> None:
        chosen["by"] = self.given(field_.args["by"].type)
        for name in ("having", "orderBy"):
            if self.chance(3):
                chosen[name] = self.given(field_.args[name].type)
        for name in ("first", "offset"):
            if self.chance(3):
                chosen[name] = self.said(field_.args[name].type, self.one_of(SIZES))

    def said(self, type_: GraphQLInputType, value: Any) -> str:
        """A value as a literal, or as a variable; that may be left out, or have a default."""
        nullable = not isinstance(type_, GraphQLNonNull)
        if nullable and self.chance(12):
            value = None
        if self.chance(2):
            return _literal(value)
        if nullable and self.chance(8):
            default = f" = {_literal(value)}" if self.chance(2) else ""
            return _literal(self.variable(f"{type_}{default}", ...))
        return _literal(self.variable(str(type_), value))

    def given(self, type_: GraphQLInputType) -> str:
        if self.chance(2):
            return _literal(self.value(type_, 3, variables=True))
        return _literal(self.variable(str(type_), self.value(type_, 3, variables=False)))

    def variable(self, type_: str, value: Any) -> _Variable:
        name = f"v{len(self.variables)}"
        self.variables[name] = (type_, value if value is ... else _plain(value))
        return _Variable(name)

    def value(self, type_: GraphQLInputType, depth: int, *, variables: bool) -> Any:
        bare = get_nullable_type(type_)
        if bare is type_ and depth < 3 and self.chance(15):
            return None
        match bare:
            case GraphQLList():
                count = self.draw(st.integers(0, 2))
                inner = cast("GraphQLInputType", bare.of_type)
                return [self.value(inner, depth, variables=variables) for _ in range(count)]
            case GraphQLEnumType():
                return _Word(self.one_of(sorted(bare.values)))
            case GraphQLInputObjectType():
                return self.object(bare, depth, variables=variables)
            case _:
                return self.scalar(bare.name, type_, variables=variables)

    def object(self, type_: GraphQLInputObjectType, depth: int, *, variables: bool) -> dict[str, Any]:
        if type_.name.endswith(
            ("Order", "GroupBy")
        ):  # one of its fields; Strawberry checks it, and graphql-core does not know
            name = self.one_of(sorted(type_.fields))
            return {name: self.value(GraphQLNonNull(type_.fields[name].type), 0, variables=False)}
        names = [
            name
            for name, each in type_.fields.items()
            if depth > 0 or is_leaf_type(get_named_type(each.type)) or name not in ("and", "or", "not")
        ]
        if depth <= 0:
            names = [name for name in names if not get_named_type(type_.fields[name].type).name.startswith(type_.name)]
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=0 if depth < 3 else 1, max_size=2, unique=True))
        return {name: self.value(type_.fields[name].type, depth - 1, variables=variables) for name in chosen}

    def scalar(self, name: str, type_: GraphQLInputType, *, variables: bool) -> Any:
        pool = SCALARS.get(name) or [each for ids in self.samples.ids.values() for each in ids[:2]]
        value = self.one_of(pool)
        return self.variable(str(type_), value) if variables and self.chance(4) else value


def _plain(value: Any) -> Any:
    match value:
        case _Word(name):
            return name
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def _literal(value: Any) -> str:
    match value:
        case _Word(name):
            return name
        case _Variable(name):
            return f"${name}"
        case dict():
            return "{" + ", ".join(f"{name}: {_literal(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_literal, value)) + "]"
        case _:
            return json.dumps(value)
