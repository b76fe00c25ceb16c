"""GraphQL mutations of any kind, made from the schema: inputs as they may be and as they may not, and any payload."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from graphql import (
    DirectiveLocation,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

NO_KEY = "00000000-0000-7000-8000-000000000000"
WRONG: Mapping[str, Sequence[Any]] = {
    "String": ["", " ", "\0", "a\0b", "x" * 5000, "%", "'; --", "\u202e", "ﬁ", "😀" * 70],
    "ID": ["", "no id", NO_KEY, "1", "\0", "x" * 300],
    "Int": [-1, 0, 2**31 - 1, -(2**31)],
    "BigInt": [-1, 0, 2**63 - 1, -(2**63), 2**63, 10**30],
    "Float": [-1.5, 0, 1e308, 5e-324],
    "Decimal": ["", "-1", "0.001", "1e400", "NaN", "Infinity", "9" * 40, " 1", "0x1"],
    "DateTime": ["", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01"],
    "Date": ["", "2026-02-30", "0001-01-01", "9999-12-31"],
    "JSON": [None, [], {}, "", 0, {"a": {"b": [1, None, "\0"]}}],
    "Boolean": [True, False],
}
"""Values that fit the scalar, or nearly: what a service has to refuse by itself."""

MISFITS: Sequence[Any] = ["a text", 7, 2**40, 1.5, True, None, [], {}, {"nothing": 1}, ["a", 1], "\ud800"]
"""Values of any type, of which most fit nowhere."""

FITTING: Mapping[str, Sequence[Any]] = {
    "String": ["Tea", "a text"],
    "Int": [1, 2, 3, 5],
    "BigInt": [1, 2, 60],
    "Float": [0.5, 3],
    "Decimal": ["9.50", "120"],
    "Boolean": [True, False],
    "DateTime": ["2026-01-15T00:00:00Z"],
    "Date": ["2026-01-15"],
    "JSON": [{"a": 1}],
}
"""Values of fields that no row has a value of."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document with the values of its variables, and the mutations in it by their response keys."""

    text: str
    variables: Mapping[str, Any]
    fields: Mapping[str, str]


@dataclass(kw_only=True)
class Samples:
    """What rows have: their values, their ids, and which ids a key (`productId`) may be."""

    values: dict[str, Mapping[str, Sequence[Any]]]
    ids: defaultdict[tuple[str | None, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """By who sees the rows, and their type."""
    keys: Mapping[str, str]
    """The type of the rows that a key leads to, by its name."""
    kept: frozenset[str] = frozenset()
    """Ids of rows that nothing is to change: of the accounts that ask."""

    def seen(self, who: str | None, type_name: str) -> list[str]:
        """Returns ids of the rows of a type: mostly of those that the actor sees."""
        return self.ids[who, type_name] or self.all(type_name)

    def all(self, type_name: str) -> list[str]:
        """Returns ids of the rows of a type, whoever sees them."""
        return [key for (_, name), ids in self.ids.items() if name == type_name for key in ids]


@dataclass(frozen=True)
class _Word:
    """A name where a value is expected: one of an enum."""

    name: str


@dataclass(frozen=True)
class _Variable:
    name: str


@dataclass
class Writer:
    """Writes one document after another; the same ones for the same seed, but for ids that are made meanwhile."""

    schema: GraphQLSchema
    samples: Samples
    random: Random
    number: int = 0
    wrong: float = 0
    """How many of the values in the mutation that is being written are to be wrong."""
    misfits: float = 0
    """How many are to be of another type."""
    about: str = ""
    """The type whose rows it changes."""
    who: str | None = None
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def document(self, names: Sequence[str], who: str | None) -> Document:
        """Returns a mutation with these fields at the top, for an actor to ask for."""
        self.variables, self.who = {}, who
        misfits = self.random.random() < 0.1
        fields = {f"m{place}": name for place, name in enumerate(names)}
        parts = [self.mutation(key, name, misfits=misfits) for key, name in fields.items()]
        declared = ", ".join(f"${name}: {type_}" for name, (type_, _) in self.variables.items())
        head = f"mutation M{f'({declared})' if declared else ''}{self.directives(DirectiveLocation.MUTATION)}"
        values = {name: value for name, (_, value) in self.variables.items()}
        return Document(text=f"{head} {{ {' '.join(parts)} }}", variables=values, fields=fields)

    def mutation(self, key: str, name: str, *, misfits: bool) -> str:
        """Returns one field at the top, under a response key."""
        assert self.schema.mutation_type is not None
        field_ = self.schema.mutation_type.fields[name]
        self.number += 1
        self.about = subject(self.schema, name, field_)
        self.wrong = self.random.choice([0, 0, 0, 0.1, 0.3])
        self.misfits = 0.2 if misfits else 0
        given = {argument: self.said(each.type, self.value(each.type, argument, 0))
                 for argument, each in field_.args.items()
                 if is_required_argument(each) or self.random.random() < 0.1}  # fmt: skip
        arguments = ", ".join(f"{argument}: {text}" for argument, text in given.items())
        payload = get_named_type(field_.type)
        assert isinstance(payload, GraphQLObjectType)
        return f"{key}: {name}({arguments}) {self.payload(payload)}"

    # -- payloads -----------------------------------------------------------------------------------------------

    def payload(self, type_: GraphQLObjectType) -> str:
        """Returns the selection of a payload: always the errors, the id of what was written, and something more."""
        parts = ["errors { code message path hint }"]
        for name, each in type_.fields.items():
            named = get_named_type(each.type)
            if is_leaf_type(named):
                parts.append(name)
            elif name != "errors" and isinstance(named, GraphQLObjectType):
                parts.append(f"{name}{self.switch()} {{ id {self.selection(named, 2)} }}")
        return "{ " + " ".join(parts) + " }"

    def selection(self, type_: GraphQLObjectType, depth: int) -> str:
        """Returns some fields of a type, with what lies below them."""
        names = self.random.sample(sorted(type_.fields), min(len(type_.fields), self.random.randint(1, 4)))
        parts = ["__typename"]
        for name in names:
            below = get_named_type(type_.fields[name].type)
            if is_leaf_type(below):
                parts.append(name)
            elif depth > 0 and isinstance(below, GraphQLObjectType):
                parts.append(self.below(name, below, depth))
        return " ".join(parts)

    def below(self, name: str, type_: GraphQLObjectType, depth: int) -> str:
        """Returns a field that leads to one row, or to a page of them."""
        if "nodes" not in type_.fields:
            return f"{name} {{ {self.selection(type_, depth - 1)} }}"
        node = get_named_type(type_.fields["nodes"].type)
        assert isinstance(node, GraphQLObjectType)
        first = self.random.choice([0, 1, 2, 3] * 5 + [201])
        return f"{name}(first: {first}) {{ totalCount nodes {{ {self.selection(node, depth - 1)} }} }}"

    def switch(self) -> str:
        """Returns nothing, or a switch that is on."""
        return self.random.choice(["", "", "", " @include(if: true)", " @skip(if: false)"])

    def directives(self, location: DirectiveLocation) -> str:
        """Returns some of the schema's directives for a place, such as `@atomic` of a mutation."""
        found = [each for each in self.schema.directives
                 if location in each.locations and not any(map(is_required_argument, each.args.values()))]  # fmt: skip
        return "".join(f" @{each.name}" for each in found if self.random.random() < 0.3)

    # -- values -------------------------------------------------------------------------------------------------

    def said(self, type_: GraphQLInputType, value: Any) -> str:
        """Returns a value as a literal, or as a variable."""
        if self.random.random() < 0.5 and not _has_surrogate(value):
            return _literal(value)
        name = f"v{len(self.variables)}"
        self.variables[name] = (str(type_), _plain(value))
        return f"${name}"

    def value(self, type_: GraphQLInputType, name: str, depth: int) -> Any:
        """Returns a value for a place of an input called `name`."""
        if self.random.random() < self.misfits:
            return self.random.choice(MISFITS)
        bare = get_nullable_type(type_)
        if bare is type_ and self.random.random() < self.wrong / 2:
            return None
        match bare:
            case GraphQLList():
                number = 150 if self.random.random() < self.wrong / 4 else self.random.randint(0, 3)
                return [self.value(cast("GraphQLInputType", bare.of_type), name, depth + 1) for _ in range(number)]
            case GraphQLEnumType():
                return _Word(self.random.choice(sorted(bare.values)))
            case GraphQLInputObjectType():
                return self.object(bare, depth)
            case GraphQLScalarType():
                return self.scalar(bare.name, name)

    def object(self, type_: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        """Returns what an input must have and some of what it may have; sometimes less."""
        found: dict[str, Any] = {}
        for name, each in type_.fields.items():
            required = is_required_input_field(each)
            left_out = self.random.random() < self.misfits if required else self.random.random() < 0.5 + depth / 4
            if not left_out:
                found[name] = self.value(each.type, name, depth + 1)
        return found

    def scalar(self, type_name: str, name: str) -> Any:
        """Returns a value of a scalar: one that a row has there, or a wrong one."""
        if self.random.random() < self.wrong:
            return self.random.choice([*WRONG.get(type_name, WRONG["String"]), *self.strangers(type_name)])
        if type_name == "ID":
            return self.id_of(name)
        pool = self.samples.values.get(self.about, {}).get(name) or FITTING.get(type_name, FITTING["String"])
        value = self.random.choice(pool)
        return self.varied(value) if type_name == "String" else value

    def strangers(self, type_name: str) -> list[str]:
        """Returns ids of rows of any type, where an id is wanted."""
        if type_name != "ID":
            return []
        found = [self.random.choice(ids) for ids in self.samples.ids.values() if ids]
        return [each for each in found if each not in self.samples.kept]

    def id_of(self, name: str) -> str:
        """Returns the id of a row that a key may lead to, those made lately rather than others."""
        type_name = self.samples.keys.get(name, self.about)
        ids = self.samples.all(type_name) if self.random.random() < 0.1 else self.samples.seen(self.who, type_name)
        if name not in self.samples.keys:
            ids = [each for each in ids if each not in self.samples.kept]
        if not ids:
            return NO_KEY
        return self.random.choice(ids[-3:] if self.random.random() < 0.5 else ids)

    def varied(self, text: str) -> str:
        """Returns a text that no row has, but for short ones: they are codes."""
        if len(text) <= 3:
            return text
        return f"{text[:40]}-{self.number}" if re.fullmatch("[a-z0-9-]+", text) else f"{text[:40]} {self.number}"


def subject(schema: GraphQLSchema, name: str, field_: GraphQLField) -> str:
    """Returns the name of the type whose rows a mutation changes: of its payload, else of its own name."""
    payload = get_named_type(field_.type)
    assert isinstance(payload, GraphQLObjectType)
    for each in payload.fields.values():
        named = get_named_type(each.type)
        if isinstance(named, GraphQLObjectType) and "id" in named.fields:
            return named.name
    assert schema.query_type is not None
    known = {query: get_named_type(each.type).name.removesuffix("Connection")
             for query, each in schema.query_type.fields.items()}  # fmt: skip
    return next((type_ for query, type_ in known.items() if name.lower().endswith(query.lower())), "")


def _walk(value: Any, change: Callable[[Any], Any]) -> Any:
    match value:
        case dict():
            return {name: _walk(each, change) for name, each in value.items()}
        case list():
            return [_walk(each, change) for each in value]
        case _:
            return change(value)


def _plain(value: Any) -> Any:
    return _walk(value, lambda each: each.name if isinstance(each, _Word) else each)


def _has_surrogate(value: Any) -> bool:
    return "\\ud800" in json.dumps(_plain(value))


def _literal(value: Any) -> str:
    match value:
        case _Word(name):
            return name
        case dict():
            return "{" + ", ".join(f"{name}: {_literal(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_literal, value)) + "]"
        case _:
            return json.dumps(value)
